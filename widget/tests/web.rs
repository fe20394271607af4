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
const KEPT: &str = r#"{"alipay-checkout:A1":"fresh"}"#;

#[wasm_bindgen_test]
async fn button_is_painted_before_the_behaviour_and_keeps_a_click() {
    start();
    hold();
    let host = button("A1");
    assert_eq!(seen(&host), IDLE);
    click(&host);
    click(&host);
    assert_eq!(seen(&host), r#"["idle","true","Opening Alipay…",""]"#);
    settle().await;
    assert_eq!(requests(), "[]");
    arrive();
    settle().await;
    assert_eq!(seen(&host), OPENING);
    assert_eq!(request_count(), 1);
}

#[wasm_bindgen_test]
async fn browser_without_webassembly_is_told_in_words() {
    start();
    block();
    let host = button("A1");
    settle().await;
    assert_eq!(
        seen(&host),
        r#"["failed","true","Pay with Alipay","This browser blocks the payment. Please try another browser."]"#
    );
    assert_eq!(
        events(),
        r#"[["alipay-error",{"code":"wasm_blocked","detail":""},true,false]]"#
    );
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
            r#"["failed","false","Try again with Alipay","The payment could not be started. Please try again."]"#,
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
    for (locale, label) in [
        ("zh-CN", "支付宝支付"),
        ("ZH", "支付宝支付"),
        ("zh-Hant-TW", "支付宝支付"),
        ("fr-CA", "Pay with Alipay"),
        ("en-GB", "Pay with Alipay"),
    ] {
        host.set_attribute("locale", locale).expect("an attribute");
        assert_eq!(
            seen(&host),
            IDLE.replace("Pay with Alipay", label),
            "{locale}"
        );
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
