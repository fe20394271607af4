//! The element in a real browser: what a shopper sees, and what a page and the edge hear.
//!
//! The shell in `js/` is the one that ships; `page.js` stands in for the build's `load.js`, for the
//! network and for the passing of time.

#![cfg(target_arch = "wasm32")]
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails; clippy does not know these for tests"
)]

#[path = "web/returning.rs"]
mod returning;
mod support;

use support::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const IDLE: &str = r#"["idle","false","Pay with Alipay",""]"#;
const OPENING: &str = r#"["creating","true","Opening Alipay…",""]"#;
const CONFIRMING: &str = r#"["confirming","true","Checking your payment…","One moment, we are asking whether your payment has arrived."]"#;
const PAID: &str = r#"["paid","true","Paid with Alipay","Thank you. Your payment has arrived."]"#;
const NOT_PAID: &str =
    r#"["idle","false","Pay with Alipay","Not paid yet. You can pay whenever you are ready."]"#;
const KEPT: &str = r#"{"alipay-checkout:A1":"e30.eyJzdWIiOiJBMSJ9.fresh"}"#;

#[wasm_bindgen_test]
async fn button_is_painted_before_the_behaviour_and_keeps_a_click() {
    start();
    hold();
    let host = button("A1");
    assert_eq!(seen(&host), IDLE);
    click(&host);
    click(&host);
    assert_eq!(seen(&host), r#"["idle","true","Pay with Alipay",""]"#);
    settle().await;
    assert_eq!(request_count(), 1);
    arrive();
    settle().await;
    assert_eq!(seen(&host), OPENING);
    assert_eq!(request_count(), 1);
}

#[wasm_bindgen_test]
async fn browser_without_webassembly_pays_by_a_form_and_only_once() {
    start();
    block();
    let host = button("A1");
    settle().await;
    assert_eq!(seen(&host), IDLE);
    assert_eq!(
        events(),
        r#"[["alipay-error",{"code":"wasm_blocked","detail":""},true,false]]"#
    );
    click(&host);
    click(&host);
    let form = format!(
        r#"[["post","{EDGE}/pay","_top",{{"order_token":"{}"}}]]"#,
        order_token("A1")
    );
    assert_eq!([forms(), requests()], [form.clone(), "[]".to_owned()]);
    // The form has it: whatever comes late must not start the same payment again.
    arrive();
    settle().await;
    assert_eq!([forms(), requests()], [form, "[]".to_owned()]);
}

#[wasm_bindgen_test]
async fn click_that_waits_too_long_is_the_forms() {
    start();
    block();
    hold();
    let host = button("A1");
    click(&host);
    assert_eq!(forms(), "[]");
    pass(8_000).await;
    assert!(forms().contains("/pay"), "{}", forms());
    arrive();
    settle().await;
    // Only the one that the click made at once.
    assert_eq!(request_count(), 1);
}

#[wasm_bindgen_test]
async fn failed_payment_offers_what_a_support_desk_asks_for() {
    start();
    let host = ready_button("A1").await;
    host.set_attribute("help-url", "https://shop.example/help")
        .expect("an attribute");
    host.set_attribute("alipay-help", "javascript:alert(1)")
        .expect("an attribute");
    click(&host);
    reply(
        401,
        r#"{"status":401,"code":"order_token_expired","detail":"old"}"#,
    )
    .await;
    assert_eq!(panel(&host), "Need help?");
    let help = host
        .shadow_root()
        .expect("a shadow root")
        .query_selector("details")
        .expect("a selector")
        .expect("the help");
    help.set_attribute("open", "").expect("an attribute");
    let shown = panel(&host);
    for part in [
        "Order number",
        "A1",
        "Error code",
        "order_token_expired",
        "UTC",
        "Copy details",
        "Help from the shop",
    ] {
        assert!(shown.contains(part), "{part} is not in {shown}");
    }
    // Only addresses of pages are linked.
    assert!(!shown.contains("Help from Alipay"), "{shown}");
}

#[wasm_bindgen_test]
fn amounts_are_written_with_the_decimals_of_their_currency() {
    start();
    for (facts, expected) in [
        (r#"{"amount":1990,"currency":"USD"}"#, "19.90 USD"),
        (r#"{"amount":5,"currency":"EUR"}"#, "0.05 EUR"),
        (r#"{"amount":1990,"currency":"JPY"}"#, "1990 JPY"),
        (r#"{"amount":1990,"currency":"KRW"}"#, "1990 KRW"),
    ] {
        assert_eq!(money_of(facts), expected);
    }
}

#[wasm_bindgen_test]
async fn tab_that_comes_second_waits_for_the_first() {
    start();
    lock_elsewhere("A1");
    let host = ready_button("A1").await;
    click(&host);
    assert_eq!(
        seen(&host),
        r#"["creating","true","Opening Alipay…","This payment was started in another tab. Please finish it there."]"#
    );
    assert_eq!([requests(), events()], ["[]", "[]"]);
    unlock_elsewhere("A1");
    assert_eq!(seen(&host), IDLE);
}

#[wasm_bindgen_test]
async fn disabled_button_takes_no_click() {
    start();
    let host = ready_button("A1").await;
    host.set_attribute("disabled", "").expect("an attribute");
    assert_eq!(seen(&host), IDLE.replace("false", "true"));
    click(&host);
    assert_eq!([requests(), events()], ["[]", "[]"]);
    host.remove_attribute("disabled").expect("an attribute");
    click(&host);
    settle().await;
    assert_eq!(request_count(), 1);
}

#[wasm_bindgen_test]
async fn nothing_is_asked_or_stored_before_a_click() {
    start();
    let host = button("A1");
    settle().await;
    assert_eq!(seen(&host), IDLE);
    assert_eq!(
        [requests(), streams(), stored(), events()],
        ["[]", "[]", "{}", "[]"]
    );
}

#[wasm_bindgen_test]
async fn second_click_while_creating_sends_one_request_and_keeps_the_focus() {
    start();
    let host = ready_button("A1").await;
    focus(&host);
    for _ in 0..5 {
        click(&host);
    }
    settle().await;
    click(&host);
    assert_eq!(
        requests(),
        format!(
            r#"[["POST","{EDGE}/checkout","order_token={}&terminal=pc","omit"]]"#,
            order_token("A1")
        )
    );
    assert_eq!(seen(&host), OPENING);
    assert!(has_focus(&host), "focus lost");
}

#[wasm_bindgen_test]
async fn click_leads_to_the_cashier_with_the_token_kept() {
    start();
    let host = ready_button("A1").await;
    click(&host);
    reply(200, &payable(&elsewhere())).await;
    assert_eq!(fragment(), r##"["#cashier",null]"##);
    assert_eq!(
        seen(&host),
        r#"["redirecting","true","Opening Alipay…",""]"#
    );
    // The lock is gone with the page.
    at_window("pagehide", "{}");
    assert_eq!(stored(), KEPT);
    assert_eq!(
        events(),
        format!(
            r#"[["alipay-start",{{"out_trade_no":"A1"}},true,true],["alipay-redirect",{{"out_trade_no":"A1","pay_url":"{}"}},true,false]]"#,
            elsewhere()
        )
    );
}

#[wasm_bindgen_test]
async fn two_buttons_of_one_order_send_one_request_and_share_the_end() {
    start();
    let (one, two) = (ready_button("A1").await, ready_button("A1").await);
    let other = ready_button("B2").await;
    click(&one);
    click(&two);
    settle().await;
    assert_eq!(request_count(), 1);
    assert_eq!(
        [seen(&one), seen(&two), seen(&other)],
        [OPENING, OPENING, IDLE]
    );
    reply(200, &answer("paid", "")).await;
    assert_eq!([seen(&one), seen(&two), seen(&other)], [PAID, PAID, IDLE]);
}

#[wasm_bindgen_test]
async fn removed_button_frees_the_other_one() {
    start();
    let (one, two) = (ready_button("A1").await, ready_button("A1").await);
    click(&one);
    settle().await;
    one.remove();
    assert_eq!(seen(&two), IDLE);
}

#[wasm_bindgen_test]
async fn prevented_start_sends_nothing() {
    start();
    prevent_starts();
    let host = ready_button("A1").await;
    click(&host);
    settle().await;
    assert_eq!([seen(&host), requests()], [IDLE, "[]"]);
    assert_eq!(
        events(),
        r#"[["alipay-start",{"out_trade_no":"A1"},true,true]]"#
    );
}

#[wasm_bindgen_test]
async fn pay_url_on_an_unknown_host_is_refused() {
    for url in [
        "https://evil.example/",
        "https://alipay.com.evil.example/",
        "https://alipay.com@evil.example/",
        "http://intlmapi.alipay.com/gateway.do",
        "javascript:alert(1)",
        "not a URL",
    ] {
        start();
        let host = ready_button("A1").await;
        click(&host);
        reply(200, &payable(url)).await;
        assert_eq!(
            seen(&host),
            r#"["failed","false","Try again with Alipay","This shop cannot take the payment now. Please tell the shop."]"#,
            "{url}"
        );
        assert_eq!(
            last_event(),
            r#"["alipay-error",{"code":"pay_url_refused","detail":""},true,false]"#
        );
        assert_eq!([fragment(), stored()], [r#"["",{"mine":1}]"#, "{}"]);
    }
}

#[wasm_bindgen_test]
async fn refusals_of_the_edge_are_told_and_can_be_tried_again() {
    start();
    let host = ready_button("A1").await;
    click(&host);
    let expired = r#"{"status":401,"code":"order_token_expired","detail":"old"}"#;
    reply(401, expired).await;
    assert_eq!(
        seen(&host),
        r#"["failed","false","Try again with Alipay","This page has expired. Please reload it and try again."]"#
    );
    assert_eq!(
        last_event(),
        r#"["alipay-error",{"code":"order_token_expired","detail":"old"},true,false]"#
    );
    click(&host);
    reply(502, "<h1>Bad gateway</h1>").await;
    assert_eq!(
        last_event(),
        r#"["alipay-error",{"code":"bad_answer","detail":""},true,false]"#
    );
    click(&host);
    lose().await;
    assert_eq!(
        last_event(),
        r#"["alipay-error",{"code":"unreachable","detail":""},true,false]"#
    );
    click(&host);
    assert_eq!(request_count(), 4);
    pass(15_000).await;
    assert_eq!(
        last_event(),
        r#"["alipay-error",{"code":"timeout","detail":""},true,false]"#
    );
}

#[wasm_bindgen_test]
async fn order_paid_already_is_shown_and_its_token_is_gone() {
    for (status, shown) in [
        ("paid", PAID),
        (
            "closed",
            r#"["closed","true","Order closed","This order is closed and can no longer be paid."]"#,
        ),
        (
            "refunded",
            r#"["closed","true","Refunded","Your payment has been refunded."]"#,
        ),
    ] {
        start();
        let host = ready_button("A1").await;
        click(&host);
        reply(200, &answer(status, "")).await;
        assert_eq!([seen(&host), stored()], [shown, "{}"]);
        click(&host);
        assert_eq!(request_count(), 1);
    }
}

#[wasm_bindgen_test]
async fn words_follow_locale_and_page_and_languages_can_be_added() {
    start();
    let host = ready_button("A1").await;
    for (locale, label, language) in [
        ("zh-CN", "支付宝支付", "zh-Hans"),
        ("ZH", "支付宝支付", "zh-Hans"),
        ("zh-Hant-TW", "使用支付寶付款", "zh-Hant-TW"),
        ("zh-Hant", "使用支付寶付款", "zh-Hant-TW"),
        ("fr-CA", "Pay with Alipay", "en"),
        ("en-GB", "Pay with Alipay", "en"),
        ("not a tag", "Pay with Alipay", "en"),
    ] {
        host.set_attribute("locale", locale).expect("an attribute");
        let shown = IDLE.replace("Pay with Alipay", label);
        assert_eq!(seen(&host), shown, "{locale}");
        assert_eq!(language_of(&host, "pay"), language, "{locale}");
    }
    add_texts("fr", r#"{"pay":"Payer avec Alipay"}"#);
    host.set_attribute("locale", "fr-CA").expect("an attribute");
    assert_eq!(
        seen(&host),
        IDLE.replace("Pay with Alipay", "Payer avec Alipay")
    );
    host.remove_attribute("locale").expect("an attribute");
    set_page_language("zh-CN");
    let other = button("A1");
    assert_eq!(seen(&other), IDLE.replace("Pay with Alipay", "支付宝支付"));
    settle().await;
    // Each file is asked for once.
    assert_eq!(request_count(), 2);
}

#[wasm_bindgen_test]
async fn missing_order_token_is_told_when_clicked() {
    start();
    for token in ["", "x", "a.b.c"] {
        let host = put_with_token(token);
        settle().await;
        click(&host);
        assert_eq!(
            last_event(),
            r#"["alipay-error",{"code":"order_token_missing","detail":""},true,false]"#,
            "{token:?}"
        );
    }
    assert_eq!([requests(), stored()], ["[]", "{}"]);
}
