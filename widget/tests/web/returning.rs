//! Coming back: the status, its stream, other tabs, the browser's cache and a lost connection.

use super::*;

#[wasm_bindgen_test]
async fn returned_shopper_sees_the_true_status_and_a_clean_address() {
    start();
    set_fragment("#details&alipay-checkout=e30.eyJzdWIiOiJBMSJ9.fresh&tab=2");
    let host = ready_button("A1").await;
    assert_eq!(fragment(), r##"["#details&tab=2",{"mine":1}]"##);
    assert_eq!([seen(&host), stored()], [CONFIRMING, KEPT]);
    assert_eq!(
        streams(),
        format!(r#"["{EDGE}/status/A1?token=e30.eyJzdWIiOiJBMSJ9.fresh"]"#)
    );
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
    store("A1", "e30.eyJzdWIiOiJBMSJ9.fresh");
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
    store("A1", "e30.eyJzdWIiOiJBMSJ9.fresh");
    let host = ready_button("A1").await;
    send(&report("paid", 1).replace("A1", "B2"));
    send(&report("PAID", 1));
    send("paid");
    assert_eq!([seen(&host), events()], [IDLE, "[]"]);
}

#[wasm_bindgen_test]
async fn refused_stream_is_asked_why_and_a_denied_token_is_dropped() {
    start();
    set_fragment("#alipay-checkout=e30.eyJzdWIiOiJBMSJ9.forged");
    let host = ready_button("A1").await;
    interrupt();
    assert_eq!(requests(), "[]", "the browser connects again by itself");
    refuse();
    let asked =
        format!(r#"[["GET","{EDGE}/status/A1?token=e30.eyJzdWIiOiJBMSJ9.forged","","omit"]]"#);
    assert_eq!(requests(), asked);
    reply(401, r#"{"code":"status_token_signature"}"#).await;
    assert_eq!([seen(&host), stored(), streams()], [IDLE, "{}", "[]"]);
    host.set_attribute("pay-hosts", "x").expect("an attribute");
    assert_eq!(seen(&host), IDLE, "tried once");
}

#[wasm_bindgen_test]
async fn edge_that_is_down_is_tried_again() {
    start();
    store("A1", "e30.eyJzdWIiOiJBMSJ9.fresh");
    let host = ready_button("A1").await;
    refuse();
    reply(503, "").await;
    assert_eq!([stored(), streams()], [KEPT, "[]"]);
    pass(2_000).await;
    assert_eq!(
        streams(),
        format!(r#"["{EDGE}/status/A1?token=e30.eyJzdWIiOiJBMSJ9.fresh"]"#)
    );
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
    assert_eq!(
        streams(),
        format!(r#"["{EDGE}/status/A1?token=e30.eyJzdWIiOiJBMSJ9.fresh"]"#)
    );
    at_window("pagehide", r#"{"persisted":true}"#);
    assert_eq!(streams(), "[]");
}

#[wasm_bindgen_test]
async fn offline_is_said_and_goes_on_by_itself() {
    start();
    set_fragment("#alipay-checkout=e30.eyJzdWIiOiJBMSJ9.fresh");
    let host = ready_button("A1").await;
    set_online(false);
    let words = "You are offline. This page goes on once you are connected.";
    assert_eq!(
        seen(&host),
        format!(r#"["confirming","true","Checking your payment…","{words}"]"#)
    );
    set_online(true);
    assert_eq!(seen(&host), CONFIRMING);
    assert_eq!(
        streams(),
        format!(r#"["{EDGE}/status/A1?token=e30.eyJzdWIiOiJBMSJ9.fresh"]"#)
    );

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
    set_fragment("#alipay-checkout=e30.eyJzdWIiOiJBMSJ9.fresh");
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
    store("A1", "e30.eyJzdWIiOiJBMSJ9.fresh");
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
