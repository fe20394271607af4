//! What the model above the protocols makes of Antom's notifications.

use alipay_protocol::model::{Amount, Notification, Provider, Status};

use super::{vector, verify_signed};

#[track_caller]
fn model(id: &str) -> Notification {
    verify_signed(&vector(id).body()).unwrap().into()
}

#[test]
fn paid_failed_and_pending_are_told_apart() {
    let cases = [
        ("ntf-paid-python", Status::Paid),
        ("ntf-failed-java", Status::Failed),
        ("ntf-pending-go", Status::Pending),
        ("ntf-refund-php", Status::Refund),
    ];
    for (id, expected) in cases {
        let notification = model(id);
        assert_eq!(notification.status(), expected, "{id}");
        assert_eq!(notification.provider(), Provider::Antom);
    }
}

#[test]
fn payment_keeps_its_numbers_and_its_amount() {
    let body = String::from_utf8(vector("ntf-paid-python").body()).unwrap();
    let json: serde_json::Value = serde_json::from_str(&body).unwrap();
    let notification = model("ntf-paid-python");
    assert_eq!(
        notification.out_trade_no(),
        json["paymentRequestId"].as_str()
    );
    assert_eq!(notification.trade_no(), json["paymentId"].as_str());
    let Amount { minor, currency } = notification.amount().unwrap();
    assert_eq!(json["paymentAmount"]["value"], minor.to_string());
    assert_eq!(json["paymentAmount"]["currency"], currency);
}

#[test]
fn refund_names_no_payment() {
    let notification = model("ntf-refund-php");
    assert_eq!(notification.out_trade_no(), None);
    assert_eq!(notification.trade_no(), None);
}
