use std::time::Duration;

use tokio::time::Instant;

use crate::merchant::Merchant;
use crate::support::{Browser, Folder, StandIn, md5_sign, pay_request, text_of};

/// How long `delayed` and `slow` take at the least.
const DELAYED: Duration = Duration::from_secs(10);
const SLOW: Duration = Duration::from_millis(4_500);

/// A payment that is made under a fault of the whole run, and the merchant who is told of it.
async fn paid_under(fault: &str) -> (Folder, StandIn, Merchant) {
    let folder = Folder::new();
    let stand_in = StandIn::start(&folder, 100_000).await;
    stand_in
        .set_faults(&format!(r#"{{"notify":"{fault}"}}"#))
        .await;
    let merchant = Merchant::start(Vec::new()).await;
    Browser::pay(&stand_in, &pay_request("A1", &merchant.notify_url)).await;
    (folder, stand_in, merchant)
}

#[tokio::test]
async fn duplicate_comes_three_times_with_one_notify_id() {
    let (_folder, stand_in, mut merchant) = paid_under("duplicate").await;
    let first = merchant.next().await.fields();
    for _ in 0..2 {
        assert_eq!(merchant.next().await.fields(), first);
    }
    stand_in
        .trade_when("A1", |trade| trade["acknowledged"] == true)
        .await;
    assert!(merchant.is_quiet());
}

#[tokio::test]
async fn reordered_tells_of_waiting_after_it_told_of_payment() {
    let (_folder, _stand_in, mut merchant) = paid_under("reordered").await;
    let newer = merchant.next().await.fields();
    let older = merchant.next().await.fields();
    assert_eq!(newer["trade_status"], "TRADE_FINISHED");
    assert_eq!(older["trade_status"], "WAIT_BUYER_PAY");
    // Genuine, about the same trade, and an event of its own.
    assert_eq!(older["sign"], md5_sign(&text_of(&older)));
    assert_eq!(older["trade_no"], newer["trade_no"]);
    assert_ne!(older["notify_id"], newer["notify_id"]);
}

#[tokio::test]
async fn retried_comes_again_although_it_was_acknowledged() {
    let (_folder, stand_in, mut merchant) = paid_under("retried").await;
    let first = merchant.next().await.fields();
    let again = merchant.next().await.fields();
    assert_eq!(again["notify_id"], first["notify_id"]);
    let trade = stand_in
        .trade_when("A1", |trade| trade["acknowledged"] == true)
        .await;
    let answers = trade["deliveries"].as_array().unwrap();
    assert_eq!(
        answers.iter().map(|one| &one["body"]).collect::<Vec<_>>(),
        ["success", "success"]
    );
}

#[tokio::test]
async fn slow_takes_seconds_and_arrives_whole() {
    let began = Instant::now();
    let (_folder, _stand_in, mut merchant) = paid_under("slow").await;
    let fields = merchant.next().await.fields();
    assert!(began.elapsed() >= SLOW, "{:?}", began.elapsed());
    assert_eq!(fields["sign"], md5_sign(&text_of(&fields)));
}

#[tokio::test]
async fn delayed_comes_ten_seconds_after_the_payment() {
    let began = Instant::now();
    let (_folder, stand_in, mut merchant) = paid_under("delayed").await;
    let trade = stand_in
        .trade_when("A1", |trade| !trade["next_delivery_ms"].is_null())
        .await;
    assert_eq!(trade["deliveries"].as_array().unwrap().len(), 0);
    assert!(merchant.is_quiet());
    stand_in
        .trade_when("A1", |trade| trade["acknowledged"] == true)
        .await;
    assert!(began.elapsed() >= DELAYED, "{:?}", began.elapsed());
    merchant.next().await;
}

#[tokio::test]
async fn held_waits_until_somebody_says_so() {
    let (_folder, stand_in, mut merchant) = paid_under("held").await;
    let trade = stand_in.trade("A1").await;
    assert_eq!(trade["deliveries"].as_array().unwrap().len(), 0);
    assert!(merchant.is_quiet());
    stand_in.notify(r#"{"out_trade_no":"A1"}"#).await;
    assert_eq!(merchant.next().await.fields()["out_trade_no"], "A1");
}
