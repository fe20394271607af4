use crate::merchant::Merchant;
use crate::support::{Browser, Folder, StandIn, pay_request, shows};

/// A request whose amount chooses an outcome, up to the payment password; answers where that led.
async fn pay(
    stand_in: &StandIn,
    merchant: &Merchant,
    total_fee: &str,
) -> (Browser, String, String) {
    let mut request = pay_request("A1", &merchant.notify_url);
    request.insert("total_fee".into(), total_fee.into());
    let mut browser = Browser::default();
    let cashier = browser.open(stand_in, &request).await;
    browser.log_in(&cashier).await;
    let reply = browser.enter_payment_password(&cashier, "246810").await;
    (browser, cashier, reply.location().to_owned())
}

#[tokio::test]
async fn amounts_that_refuse_say_why_and_leave_the_trade_open() {
    for (total_fee, expected) in [
        ("40.01", "The balance does not suffice."),
        ("40.02", "more than the account may pay at once"),
        ("40.03", "Wrong payment password. Two tries are left."),
        ("40.04", "This account is limited by Alipay."),
        ("40.05", "The payment was not made"),
    ] {
        let folder = Folder::new();
        let stand_in = StandIn::start(&folder, 1).await;
        let merchant = Merchant::start(Vec::new()).await;
        let (mut browser, _, location) = pay(&stand_in, &merchant, total_fee).await;
        let page = browser.get(&format!("{}{location}", stand_in.origin)).await;
        assert!(page.body.contains(expected), "{total_fee}: {}", page.body);
        assert_eq!(stand_in.trade("A1").await["trade_status"], "WAIT_BUYER_PAY");
        assert!(merchant.is_quiet());
    }
}

#[tokio::test]
async fn closed_trade_is_notified_as_closed() {
    let folder = Folder::new();
    let stand_in = StandIn::start(&folder, 1).await;
    let mut merchant = Merchant::start(Vec::new()).await;
    let (mut browser, cashier, _) = pay(&stand_in, &merchant, "40.06").await;
    let page = browser.get(&format!("{cashier}/result")).await;
    shows(&page.body, "This payment is closed");
    assert_eq!(
        merchant.next().await.fields()["trade_status"],
        "TRADE_CLOSED"
    );
}

#[tokio::test]
async fn processing_ends_by_itself_and_is_notified_only_then() {
    for (total_fee, expected) in [("40.07", "TRADE_FINISHED"), ("40.08", "TRADE_CLOSED")] {
        let folder = Folder::new();
        let stand_in = StandIn::start(&folder, 1).await;
        let mut merchant = Merchant::start(Vec::new()).await;
        let (mut browser, cashier, _) = pay(&stand_in, &merchant, total_fee).await;
        let page = browser.get(&format!("{cashier}/result")).await;
        shows(&page.body, "The payment is being processed");
        assert!(merchant.is_quiet());
        assert_eq!(merchant.next().await.fields()["trade_status"], expected);
    }
}

#[tokio::test]
async fn refund_by_staff_is_notified_after_the_payment() {
    let folder = Folder::new();
    let stand_in = StandIn::start(&folder, 1).await;
    let mut merchant = Merchant::start(Vec::new()).await;
    pay(&stand_in, &merchant, "40.13").await;
    let paid = merchant.next().await.fields();
    assert_eq!(paid["trade_status"], "TRADE_FINISHED");
    let refund = merchant.next().await.fields();
    assert_eq!(
        [
            &refund["refund_status"],
            &refund["return_amount"],
            &refund["trade_status"]
        ],
        ["REFUND_SUCCESS", "20.07", "TRADE_FINISHED"]
    );
    assert_ne!(refund["notify_id"], paid["notify_id"]);
}

#[tokio::test]
async fn every_fault_reaches_the_merchant_as_it_is_called() {
    let folder = Folder::new();
    let stand_in = StandIn::start(&folder, 1).await;
    let mut merchant = Merchant::start(Vec::new()).await;
    stand_in.set_faults(r#"{"hold":true}"#).await;
    Browser::pay(&stand_in, &pay_request("A1", &merchant.notify_url)).await;
    for (fault, name, value) in [
        ("other_merchant", "seller_id", "2088999999999999"),
        ("resplit", "total_feex", "&total_fee=0.01"),
        ("gbk", "_input_charset", "GBK"),
        ("tampered", "total_fee", "0.01"),
        ("wrong_key", "out_trade_no", "A1"),
    ] {
        stand_in
            .notify(&format!(r#"{{"out_trade_no":"A1","fault":"{fault}"}}"#))
            .await;
        assert_eq!(merchant.next().await.fields()[name], value, "{fault}");
    }
    let cut = stand_in
        .notify(r#"{"out_trade_no":"A1","fault":"cut"}"#)
        .await;
    shows(&cut.body, "the connection was cut on purpose");
    assert!(merchant.is_quiet());
}

#[tokio::test]
async fn quick_payment_is_one_form_and_shows_the_balance_before_and_after() {
    let folder = Folder::new();
    let stand_in = StandIn::start(&folder, 1).await;
    let mut browser = Browser::default();
    let cashier = browser
        .open(&stand_in, &pay_request("A1", "http://127.0.0.1:9/"))
        .await;
    let reply = browser.post(&format!("{cashier}/quick"), "").await;
    assert!(
        reply.location().ends_with("/result"),
        "{}",
        reply.location()
    );
    let page = browser.get(&format!("{cashier}/result")).await;
    shows(
        &page.body,
        "10000.00 <abbr>USD</abbr> → 9980.10 <abbr>USD</abbr>",
    );
}

#[tokio::test]
async fn traffic_shows_what_went_in_and_out_and_no_secret() {
    let folder = Folder::new();
    let stand_in = StandIn::start(&folder, 1).await;
    let mut merchant = Merchant::start(Vec::new()).await;
    Browser::pay(&stand_in, &pay_request("A1", &merchant.notify_url)).await;
    let sign = merchant.next().await.fields()["sign"].clone();
    stand_in
        .trade_when("A1", |trade| trade["acknowledged"] == true)
        .await;
    let mut browser = Browser::default();
    let page = browser.get(&format!("{}/traffic", stand_in.origin)).await;
    for part in [
        "create_forex_trade_wap",
        "<strong>notify</strong>",
        "acknowledged",
    ] {
        shows(&page.body, part);
    }
    assert!(!page.body.contains(&sign), "{}", page.body);
    assert!(!page.body.contains("246810"), "{}", page.body);
    let chinese = browser
        .get(&format!("{}/traffic?lang=zh", stand_in.origin))
        .await;
    shows(&chinese.body, "通信记录");
    let send = browser
        .post(
            &format!("{}/traffic/send", stand_in.origin),
            "out_trade_no=A1&fault=tampered",
        )
        .await;
    assert_eq!((send.status, send.location()), (303, "/traffic?lang=en"));
    assert_eq!(merchant.next().await.fields()["total_fee"], "0.01");
}
