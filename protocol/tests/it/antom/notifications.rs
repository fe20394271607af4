//! One fault per case, from a fresh signed notification; the exact refusal.

mod signed; // what is refused although Antom signed it

use alipay_protocol::antom::money::Currency;
use alipay_protocol::antom::notification::{
    Delivery, Notification, PaymentNotification, PaymentState, RefundNotification, RefundStatus,
    VerifyError,
};
use alipay_protocol::antom::signature::MAX_BODY;
use alipay_protocol::backend::{NoRsa, RustCrypto, ready};

use super::{CLIENT, PATH, TIME, vector, verifier, verify_signed};

/// The body of a vector as text, to be changed in one place.
#[track_caller]
fn changed(id: &str, from: &str, to: &str) -> String {
    let body = String::from_utf8(vector(id).body()).unwrap();
    assert_eq!(body.matches(from).count(), 1, "{from} stands there once");
    body.replacen(from, to, 1)
}

#[track_caller]
fn payment(body: &str) -> PaymentNotification {
    match verify_signed(body.as_bytes()).unwrap().into_notification() {
        Notification::Payment(payment) => payment,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn refund(body: &str) -> RefundNotification {
    match verify_signed(body.as_bytes()).unwrap().into_notification() {
        Notification::Refund(refund) => refund,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn check(body: &str, expected: VerifyError) {
    assert_eq!(verify_signed(body.as_bytes()), Err(expected), "{body}");
    assert!(expected.is_signed());
}

/// The fresh delivery of which each case changes one thing.
fn fresh<'a>(signature: &'a str, body: &'a [u8]) -> Delivery<'a> {
    Delivery {
        method: "POST",
        uri: PATH,
        client_id: Some(CLIENT),
        request_time: Some(TIME),
        signature: Some(signature),
        body,
    }
}

#[test]
fn paid_notification_says_what_was_paid() {
    let vector = vector("ntf-paid-python");
    let body = vector.body();
    let delivery = fresh(&vector.signature_header, &body);
    let verified = ready(verifier(PATH).verify(&RustCrypto, &delivery)).unwrap();
    assert_eq!(verified.request_time().as_str(), TIME);
    assert_eq!(verified.request_time().age_ms(1_562_913_537_000), 1000);
    assert_eq!(verified.key_version().number(), 1);
    assert_eq!(
        verified.notification().repeat_key(),
        "PAYMENT_RESULT:20240115194010800100188640298283440"
    );
    let Notification::Payment(payment) = verified.into_notification() else {
        panic!("not about a payment");
    };
    assert!(payment.is_paid());
    assert_eq!(payment.state(), PaymentState::Paid);
    assert_eq!(payment.payment_request_id().as_str(), "paymentRequestId01");
    assert_eq!(
        payment.payment_id().as_str(),
        "20240115194010800100188640298283440"
    );
    let amount = payment.payment_amount();
    assert_eq!((amount.minor(), amount.currency()), (100, Currency::Cny));
    assert_eq!(
        payment.payment_time().map(|time| time.as_str()),
        Some("2024-01-15T01:20:59-08:00")
    );
    assert_eq!(payment.payment_create_time().unix_ms(), 1_705_310_446_000);
}

#[test]
fn only_payment_result_with_s_and_success_is_paid() {
    let cases = [
        ("ntf-pending-go", r#""x""#, PaymentState::Pending),
        ("ntf-failed-java", r#""x""#, PaymentState::Failed),
        (
            "ntf-paid-python",
            r#""resultStatus":"U""#,
            PaymentState::Unknown,
        ),
        (
            "ntf-paid-python",
            r#""resultStatus":"F""#,
            PaymentState::Failed,
        ),
        (
            "ntf-pending-go",
            r#""resultStatus":"F""#,
            PaymentState::Pending,
        ),
    ];
    for (id, to, state) in cases {
        let body = if to == r#""x""# {
            String::from_utf8(vector(id).body()).unwrap()
        } else {
            changed(id, r#""resultStatus":"S""#, to)
        };
        let payment = payment(&body);
        assert_eq!(payment.state(), state, "{id} {to}");
        assert!(!payment.is_paid());
    }
    let odd = changed(
        "ntf-paid-python",
        r#""resultCode":"SUCCESS""#,
        r#""resultCode":"PAID""#,
    );
    assert_eq!(payment(&odd).state(), PaymentState::Unknown);
}

#[test]
fn refund_notification_says_what_went_back() {
    let text = |id: &str| String::from_utf8(vector(id).body()).unwrap();
    let full = refund(&text("ntf-refund-php"));
    assert!(full.is_refunded());
    assert_eq!(full.refund_status(), RefundStatus::Success);
    assert_eq!(
        full.refund_request_id().as_str(),
        "amsdemorefund_20210804_165236_931"
    );
    assert_eq!(
        full.refund_id().as_str(),
        "2021080419401080130018866020092XXXX"
    );
    let amount = full.refund_amount();
    assert_eq!((amount.minor(), amount.currency()), (10_000, Currency::Hkd));
    assert_eq!(full.refund_time().unwrap().unix_ms(), 1_628_067_157_000);
    for (from, to, status) in [
        (
            r#""refundStatus":"SUCCESS""#,
            r#""refundStatus":"FAIL""#,
            RefundStatus::Fail,
        ),
        (
            r#""refundStatus":"SUCCESS""#,
            r#""refundStatus":"success""#,
            RefundStatus::Other,
        ),
        (
            r#""resultStatus":"S""#,
            r#""resultStatus":"U""#,
            RefundStatus::Success,
        ),
    ] {
        let refund = refund(&changed("ntf-refund-php", from, to));
        assert_eq!(refund.refund_status(), status);
        assert!(!refund.is_refunded(), "{to}");
    }
}

#[test]
fn other_kinds_are_told_apart_and_never_a_payment() {
    for (kind, expected) in [
        (r#""notifyType":"CAPTURE_RESULT""#, Some("CAPTURE_RESULT")),
        (
            r#""notifyType":"UPDATE_AMOUNT_RESULT""#,
            Some("UPDATE_AMOUNT_RESULT"),
        ),
        (r#""notifyType":null"#, None),
        (r#""disputeNotificationType":"DISPUTE_CREATED""#, None),
    ] {
        let body = changed("ntf-paid-python", r#""notifyType":"PAYMENT_RESULT""#, kind);
        let verified = verify_signed(body.as_bytes()).unwrap();
        let Notification::Other(other) = verified.notification() else {
            panic!("{kind} became {verified:?}");
        };
        assert_eq!(other.notify_type(), expected);
        assert_eq!(verified.notification().repeat_key().len(), 70);
    }
    let kind = r#""notifyType":"payment_result""#;
    let body = changed("ntf-paid-python", r#""notifyType":"PAYMENT_RESULT""#, kind);
    check(
        &body,
        VerifyError::InvalidField {
            field: "notifyType",
        },
    );
}

#[test]
fn delivery_that_is_not_as_configured_rejected_before_any_cryptography() {
    let vector = vector("ntf-paid-python");
    let body = vector.body();
    let good = fresh(&vector.signature_header, &body);
    let long = vec![b' '; MAX_BODY + 1];
    let cases = [
        (
            Delivery {
                method: "PUT",
                ..good
            },
            VerifyError::MethodNotPost,
        ),
        (
            Delivery {
                method: "post",
                ..good
            },
            VerifyError::MethodNotPost,
        ),
        (
            Delivery {
                uri: "/alipay/notify?a=b",
                ..good
            },
            VerifyError::WrongUri,
        ),
        (
            Delivery {
                uri: "/alipay/Notify",
                ..good
            },
            VerifyError::WrongUri,
        ),
        (
            Delivery {
                uri: "/alipay/notif%79",
                ..good
            },
            VerifyError::WrongUri,
        ),
        (
            Delivery {
                client_id: None,
                ..good
            },
            VerifyError::MissingHeader { name: "client-id" },
        ),
        (
            Delivery {
                request_time: None,
                ..good
            },
            VerifyError::MissingHeader {
                name: "request-time",
            },
        ),
        (
            Delivery {
                signature: None,
                ..good
            },
            VerifyError::MissingHeader { name: "signature" },
        ),
        (
            Delivery {
                client_id: Some("SANDBOX_5X00000000000000, SANDBOX_5X00000000000000"),
                ..good
            },
            VerifyError::WrongClient,
        ),
        (
            Delivery {
                client_id: Some("sandbox_5x00000000000000"),
                ..good
            },
            VerifyError::WrongClient,
        ),
        (
            Delivery {
                client_id: Some(""),
                ..good
            },
            VerifyError::WrongClient,
        ),
        (
            Delivery {
                request_time: Some(""),
                ..good
            },
            VerifyError::BadTime,
        ),
        (
            Delivery {
                request_time: Some("2019-07-12T12:08:56+05:30, 1"),
                ..good
            },
            VerifyError::BadTime,
        ),
        (
            Delivery {
                body: &long,
                ..good
            },
            VerifyError::BodyTooLong { limit: MAX_BODY },
        ),
    ];
    for (delivery, expected) in cases {
        // A backend that verifies nothing: the refusal does not wait for it.
        let verdict = ready(verifier(PATH).verify(&NoRsa, &delivery));
        assert_eq!(verdict, Err(expected));
        assert!(!expected.is_signed());
    }
    let verdict = ready(verifier(PATH).verify(&NoRsa, &good));
    assert_eq!(verdict, Err(VerifyError::BadSignature));
    assert_eq!(VerifyError::BadSignature.code(), "bad_signature");
}

#[test]
fn body_of_the_longest_length_is_read() {
    let mut body = vector("ntf-paid-python").body();
    body.resize(MAX_BODY, b' ');
    assert!(payment(std::str::from_utf8(&body).unwrap()).is_paid());
}
