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
async fn returned_shopper_sees_the_true_status_and_a_clean_address() {
    start();
    set_fragment("#details&alipay-checkout=fresh&tab=2");
    let host = ready_button("A1").await;
    assert_eq!(fragment(), r##"["#details&tab=2",{"mine":1}]"##);
    assert_eq!([seen(&host), stored()], [CONFIRMING, KEPT]);
    assert_eq!(streams(), format!(r#"["{EDGE}/status/A1?token=fresh"]"#));
    send(&report("redirected", 2));
    assert_eq!(seen(&host), CONFIRMING);
    pass(20_000).await;
    assert_eq!(
        seen(&host),
        r#"["pending","false","Check again","Not confirmed yet. Please do not pay again: this page updates by itself."]"#
    );
    send(&report("paid", 3));
    assert_eq!([seen(&host), stored(), streams()], [PAID, "{}", "[]"]);
    let detail = |state: &str, status: &str, trade_no: &str| {
        format!(
            r#"["alipay-status",{{"state":"{state}","out_trade_no":"A1","status":"{status}",{trade_no}"amount":1990,"currency":"USD"}},true,false]"#
        )
    };
    assert_eq!(
        events(),
        format!(
            "[{},{},{}]",
            detail("confirming", "redirected", ""),
            detail("pending", "redirected", ""),
            detail("paid", "paid", r#""trade_no":"2026112122001","#),
        )
    );
}

#[wasm_bindgen_test]
async fn stored_token_is_asked_silently_and_a_closed_order_is_shown() {
    start();
    store("A1", "fresh");
    let host = ready_button("A1").await;
    assert_eq!(seen(&host), IDLE);
    send(&report("created", 1));
    assert_eq!(seen(&host), NOT_PAID);
    send(&report("closed", 2));
    assert_eq!(
        seen(&host),
        r#"["closed","true","Order closed","This order is closed and can no longer be paid."]"#
    );
}

#[wasm_bindgen_test]
async fn status_of_another_order_and_words_nobody_knows_are_not_shown() {
    start();
    store("A1", "fresh");
    let host = ready_button("A1").await;
    send(&report("paid", 1).replace("A1", "B2"));
    send(&report("PAID", 1));
    send("paid");
    assert_eq!([seen(&host), events()], [IDLE, "[]"]);
}

#[wasm_bindgen_test]
async fn refused_stream_is_asked_why_and_a_denied_token_is_dropped() {
    start();
    set_fragment("#alipay-checkout=forged");
    let host = ready_button("A1").await;
    interrupt();
    assert_eq!(requests(), "[]", "the browser connects again by itself");
    refuse();
    let asked = format!(r#"[["GET","{EDGE}/status/A1?token=forged","","omit"]]"#);
    assert_eq!(requests(), asked);
    reply(401, r#"{"code":"status_token_signature"}"#).await;
    assert_eq!([seen(&host), stored(), streams()], [IDLE, "{}", "[]"]);
    host.set_attribute("pay-hosts", "x").expect("an attribute");
    assert_eq!(seen(&host), IDLE, "tried once");
}

#[wasm_bindgen_test]
async fn edge_that_is_down_is_tried_again() {
    start();
    store("A1", "fresh");
    let host = ready_button("A1").await;
    refuse();
    reply(503, "").await;
    assert_eq!([stored(), streams()], [KEPT, "[]"]);
    pass(2_000).await;
    assert_eq!(streams(), format!(r#"["{EDGE}/status/A1?token=fresh"]"#));
    refuse();
    reply(200, &report("paid", 2)).await;
    assert_eq!(seen(&host), PAID);
}

#[wasm_bindgen_test]
async fn page_from_the_browsers_cache_is_usable_and_asks_again() {
    start();
    let host = ready_button("A1").await;
    click(&host);
    reply(200, &payable(&elsewhere())).await;
    at_window("pagehide", r#"{"persisted":true}"#);
    assert_eq!(seen(&host), r#"["away","true","Opening Alipay…",""]"#);
    at_window("pageshow", r#"{"persisted":false}"#);
    assert_eq!(seen(&host), r#"["away","true","Opening Alipay…",""]"#);
    at_window("pageshow", r#"{"persisted":true}"#);
    assert_eq!(seen(&host), IDLE);
    assert_eq!(streams(), format!(r#"["{EDGE}/status/A1?token=fresh"]"#));
    at_window("pagehide", r#"{"persisted":true}"#);
    assert_eq!(streams(), "[]");
}

#[wasm_bindgen_test]
async fn offline_is_said_and_goes_on_by_itself() {
    start();
    set_fragment("#alipay-checkout=fresh");
    let host = ready_button("A1").await;
    set_online(false);
    let words = "You are offline. This page goes on once you are connected.";
    assert_eq!(
        seen(&host),
        format!(r#"["confirming","true","Checking your payment…","{words}"]"#)
    );
    set_online(true);
    assert_eq!(seen(&host), CONFIRMING);
    assert_eq!(streams(), format!(r#"["{EDGE}/status/A1?token=fresh"]"#));

    start();
    let host = ready_button("A1").await;
    set_online(false);
    click(&host);
    assert_eq!(
        seen(&host),
        format!(r#"["failed","false","Try again with Alipay","{words}"]"#)
    );
    assert_eq!(
        [requests(), last_event()],
        [
            "[]",
            r#"["alipay-error",{"code":"offline","detail":""},true,false]"#
        ]
    );
    set_online(true);
    assert_eq!(seen(&host), IDLE);
}

#[wasm_bindgen_test]
async fn other_tab_that_starts_and_pays_is_followed() {
    start();
    let host = ready_button("A1").await;
    at_window(
        "storage",
        r#"{"key":"alipay-checkout:B2","newValue":"other"}"#,
    );
    assert_eq!(streams(), "[]");
    at_window(
        "storage",
        r#"{"key":"alipay-checkout:A1","newValue":"other"}"#,
    );
    assert_eq!(streams(), format!(r#"["{EDGE}/status/A1?token=other"]"#));
    send(&report("paid", 2));
    assert_eq!(seen(&host), PAID);
}

#[wasm_bindgen_test]
async fn streams_end_with_the_element_and_come_back_with_it() {
    start();
    set_fragment("#alipay-checkout=fresh");
    let host = ready_button("A1").await;
    let open = streams();
    let parent = host.parent_node().expect("a page");
    host.remove();
    assert_eq!(streams(), "[]");
    parent.append_child(&host).expect("the page again");
    assert_eq!([streams(), seen(&host)], [open, CONFIRMING.to_owned()]);
    send(&report("paid", 2));
    host.remove();
    parent.append_child(&host).expect("the page again");
    assert_eq!([streams(), seen(&host)], ["[]", PAID]);
}

#[wasm_bindgen_test]
async fn another_order_starts_anew() {
    start();
    store("A1", "fresh");
    let host = ready_button("A1").await;
    send(&report("paid", 2));
    host.set_attribute("order-token", &order_token("B2"))
        .expect("an attribute");
    assert_eq!(seen(&host), IDLE);
    click(&host);
    assert_eq!(
        last_event(),
        r#"["alipay-start",{"out_trade_no":"B2"},true,true]"#
    );
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
