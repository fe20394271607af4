//! The answers to inquiries, cancelling and refunds.

use alipay_protocol::antom::answer::{AnswerError, PaymentStatus};
use alipay_protocol::antom::notification::RefundStatus;
use alipay_protocol::antom::result::Advice;

use super::{cancel, cny, inquire, inquire_refund, refund};

#[test]
fn only_a_payment_with_success_is_paid() {
    let body = |call: &str, status: &str| {
        format!(
            r#"{{"result":{call},"paymentStatus":"{status}","paymentRequestId":"A1","paymentId":"P1",
                "paymentAmount":{{"currency":"CNY","value":"100"}},"paymentTime":"2024-01-15T01:20:59-08:00"}}"#
        )
    };
    let success = r#"{"resultCode":"SUCCESS","resultStatus":"S"}"#;
    for (word, status) in [
        ("SUCCESS", PaymentStatus::Success),
        ("FAIL", PaymentStatus::Fail),
        ("PROCESSING", PaymentStatus::Processing),
        ("PENDING", PaymentStatus::Pending),
        ("CANCELLED", PaymentStatus::Cancelled),
        ("success", PaymentStatus::Other),
        ("PAID", PaymentStatus::Other),
    ] {
        let answer = inquire(&body(success, word)).unwrap();
        let payment = answer.payment().unwrap();
        assert_eq!(payment.payment_status(), status);
        assert_eq!(payment.payment_amount(), cny(100));
        assert_eq!(payment.payment_id().as_str(), "P1");
        assert_eq!(payment.payment_request_id().as_str(), "A1");
        assert_eq!(payment.payment_time().unwrap().unix_ms(), 1_705_310_459_000);
        assert_eq!(answer.is_paid(), status == PaymentStatus::Success, "{word}");
    }
    for call in [
        r#"{"resultCode":"SUCCESS","resultStatus":"U"}"#,
        r#"{"resultCode":"ORDER_NOT_EXIST","resultStatus":"F"}"#,
    ] {
        let answer = inquire(&body(call, "SUCCESS")).unwrap();
        assert!(!answer.is_paid(), "{call}");
        assert_eq!(answer.payment(), None);
    }
    let without = format!(r#"{{"result":{success},"paymentStatus":"SUCCESS","paymentId":"P1"}}"#);
    let field = "paymentRequestId";
    assert_eq!(inquire(&without), Err(AnswerError::InvalidField { field }));
}

#[test]
fn cancel_succeeds_only_for_the_payment_it_names() {
    let success = r#""result":{"resultCode":"SUCCESS","resultStatus":"S"}"#;
    let named = cancel(&format!(r#"{{{success},"paymentRequestId":"A1"}}"#));
    assert!(named.unwrap().is_cancelled());
    let field = "paymentRequestId";
    let nameless = cancel(&format!("{{{success}}}"));
    assert_eq!(nameless, Err(AnswerError::InvalidField { field }));
    let refused = cancel(r#"{"result":{"resultCode":"ORDER_NOT_EXIST","resultStatus":"F"}}"#);
    let refused = refused.unwrap();
    assert!(!refused.is_cancelled());
    assert_eq!(refused.result().advice(), Advice::NoSuchOrder);
}

#[test]
fn refund_gives_back_what_was_asked_or_nothing() {
    let success = r#""result":{"resultCode":"SUCCESS","resultStatus":"S"}"#;
    let body = |value: &str| {
        format!(
            r#"{{{success},"refundRequestId":"R1","refundId":"F1","paymentId":"P1",
                "refundAmount":{{"currency":"CNY","value":"{value}"}}}}"#
        )
    };
    let answer = refund(&body("50")).unwrap();
    let refunded = answer.refunded().unwrap();
    assert_eq!(refunded.refund_amount(), cny(50));
    assert_eq!(refunded.refund_id().as_str(), "F1");
    assert_eq!(refund(&body("51")), Err(AnswerError::WrongPayment));
    let other = body("50").replace(r#""P1""#, r#""P2""#);
    assert_eq!(refund(&other), Err(AnswerError::WrongPayment));
    let nameless = body("50").replace("refundRequestId", "another");
    let field = "refundRequestId";
    assert_eq!(refund(&nameless), Err(AnswerError::InvalidField { field }));
    let pending = r#"{"result":{"resultCode":"REFUND_IN_PROCESS","resultStatus":"U"}}"#;
    let pending = refund(pending).unwrap();
    assert_eq!(
        (pending.refunded(), pending.result().advice()),
        (None, Advice::Wait)
    );
}

#[test]
fn refund_found_says_whether_the_money_went_back() {
    let body = |status: &str| {
        format!(
            r#"{{"result":{{"resultCode":"SUCCESS","resultStatus":"S"}},"refundStatus":"{status}",
                "refundRequestId":"R1","refundId":"F1","refundAmount":{{"currency":"CNY","value":"50"}}}}"#
        )
    };
    let done = inquire_refund(&body("SUCCESS")).unwrap();
    assert_eq!(done.refund_status(), Some(RefundStatus::Success));
    assert_eq!(done.refunded().unwrap().refund_amount(), cny(50));
    for (word, status) in [
        ("PROCESSING", RefundStatus::Processing),
        ("FAIL", RefundStatus::Fail),
        ("DONE", RefundStatus::Other),
    ] {
        let answer = inquire_refund(&body(word)).unwrap();
        assert_eq!(answer.refund_status(), Some(status));
        assert_eq!(answer.refunded(), None, "{word}");
    }
    let nameless = body("SUCCESS").replace("refundRequestId", "another");
    let field = "refundRequestId";
    assert_eq!(
        inquire_refund(&nameless),
        Err(AnswerError::InvalidField { field })
    );
}
