//! What a notification says, once its signature holds: one field set, and signed again.

use alipay_protocol::backend::{NoRsa, ready};
use alipay_protocol::charset::Charset;
use alipay_protocol::notification::{RefundStatus, VerifyError};
use alipay_protocol::trade::TradeStatus;

use crate::common::{GOOD, GOOD_FIELDS, PARTNER, md5_sign, md5_verifier, verify};

/// `GOOD` with one field set (or, with an empty value, left out), and signed again.
fn resigned(name: &str, value: &str) -> Vec<u8> {
    let mut fields: Vec<(&str, &str)> = GOOD_FIELDS
        .into_iter()
        .filter(|(known, _)| *known != name)
        .collect();
    if !value.is_empty() {
        fields.push((name, value));
    }
    fields.sort_unstable();
    let text = fields.iter().map(|(name, value)| format!("{name}={value}"));
    let sign = md5_sign(&text.collect::<Vec<_>>().join("&"));
    let escape = |value: &str| {
        value
            .bytes()
            .map(|byte| format!("%{byte:02x}"))
            .collect::<String>()
    };
    let body = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", escape(value)));
    format!(
        "{}&sign_type=MD5&sign={sign}",
        body.collect::<Vec<_>>().join("&")
    )
    .into_bytes()
}

#[track_caller]
fn check(body: &[u8], expected: VerifyError) {
    assert_eq!(
        verify(body),
        Err(expected),
        "{}",
        String::from_utf8_lossy(body)
    );
}

#[test]
fn signed_but_unacceptable_rejected_as_signed() {
    let field = |field| VerifyError::InvalidField { field };
    let cases = [
        (
            resigned("service", "create_forex_trade"),
            VerifyError::UnknownField,
        ),
        (resigned("zz", "1"), VerifyError::UnknownField),
        (
            resigned("_input_charset", "GBK"),
            VerifyError::CharsetNotAccepted,
        ),
        (
            resigned("charset", "latin1"),
            VerifyError::CharsetNotAccepted,
        ),
        (resigned("subject", "a\nb"), VerifyError::BadText),
        (resigned("subject", "a\u{7f}"), VerifyError::BadText),
        (resigned("subject", "a\u{85}"), VerifyError::BadText),
        (
            resigned("seller_id", "2088000000000000"),
            VerifyError::WrongPartner,
        ),
        (
            resigned("partner", "2088000000000000"),
            VerifyError::WrongPartner,
        ),
        (
            resigned("notify_type", "batch_refund_notify"),
            VerifyError::UnknownNotifyType,
        ),
        (
            resigned("notify_type", "TRADE_STATUS_SYNC"),
            VerifyError::UnknownNotifyType,
        ),
        (resigned("out_trade_no", "A.1"), field("out_trade_no")),
        (resigned("out_trade_no", ""), field("out_trade_no")),
        (resigned("trade_no", "1"), field("trade_no")),
        (resigned("trade_status", ""), field("trade_status")),
        (resigned("notify_id", "a b"), field("notify_id")),
        (resigned("notify_time", "2024-03-05"), field("notify_time")),
        (resigned("currency", "usd"), field("currency")),
        (resigned("currency", ""), field("currency")),
        (resigned("total_fee", "-8.00"), field("total_fee")),
        (resigned("total_fee", "8.001"), field("total_fee")),
        (resigned("total_fee", ""), field("total_fee")),
        (resigned("currency", "JPY"), field("total_fee")),
        (resigned("out_return_no", "A.1"), field("out_return_no")),
    ];
    for (body, error) in cases {
        assert!(error.is_signed(), "{error:?}");
        check(&body, error);
    }
}

#[test]
fn bytes_of_another_charset_rejected_though_signed() {
    let text = "currency=USD&notify_id=1&notify_time=2024-03-05 10:20:30&notify_type=trade_status_sync\
        &out_trade_no=A1&subject=中&total_fee=8.00&trade_no=2024030521001004000200000001\
        &trade_status=TRADE_FINISHED";
    let body = format!(
        "{}&sign_type=MD5&sign={}",
        text.replace('中', "%E4%B8%AD"),
        md5_sign(text)
    );
    assert_eq!(
        verify(body.as_bytes()).unwrap().out_trade_no().as_str(),
        "A1"
    );
    // The three bytes are no GBK: the last one begins a character that does not end.
    let gbk = md5_verifier().with_charset(Charset::Gbk);
    assert_eq!(
        ready(gbk.verify(&NoRsa, body.as_bytes())),
        Err(VerifyError::BadText)
    );
}

#[test]
fn accounts_and_charsets_that_agree_accepted() {
    for (name, value) in [
        ("seller_id", PARTNER),
        ("partner", PARTNER),
        ("_input_charset", "UTF-8"),
        ("charset", "utf8"),
        ("buyer_email", "someone@example.com"),
        ("rmb_fee", "57.20"),
    ] {
        let notification = verify(&resigned(name, value)).unwrap();
        assert_eq!(notification.total().to_decimal(), "8.00", "{name}");
    }
}

#[test]
fn amount_is_read_as_the_wire_writes_it() {
    for (text, minor) in [
        ("0.1", 10),
        ("0.10", 10),
        ("8", 800),
        ("1000000.00", 100_000_000),
    ] {
        assert_eq!(
            verify(&resigned("total_fee", text))
                .unwrap()
                .total()
                .minor(),
            minor,
            "{text}"
        );
    }
}

#[test]
fn only_a_status_of_payment_is_paid() {
    let cases = [
        ("TRADE_FINISHED", TradeStatus::TradeFinished, true),
        ("TRADE_SUCCESS", TradeStatus::TradeSuccess, true),
        ("TRADE_CLOSED", TradeStatus::TradeClosed, false),
        ("WAIT_BUYER_PAY", TradeStatus::WaitBuyerPay, false),
        ("TRADE_PENDING", TradeStatus::TradePending, false),
        ("WAIT_SELLER_SEND_GOODS", TradeStatus::Other, false),
        ("trade_finished", TradeStatus::Other, false),
    ];
    for (text, status, paid) in cases {
        let notification = verify(&resigned("trade_status", text)).unwrap();
        assert_eq!(
            (notification.trade_status(), notification.is_paid()),
            (status, paid),
            "{text}"
        );
    }
}

#[test]
fn notification_about_a_refund_is_never_paid() {
    let cases = [
        (
            "refund_status",
            "REFUND_SUCCESS",
            RefundStatus::RefundSuccess,
            None,
        ),
        (
            "refund_status",
            "REFUND_FAIL",
            RefundStatus::RefundFail,
            None,
        ),
        ("refund_status", "LATER", RefundStatus::Other, None),
        ("out_return_no", "R1", RefundStatus::Other, Some("R1")),
        (
            "gmt_refund",
            "2024-03-06 00:00:00",
            RefundStatus::Other,
            None,
        ),
    ];
    for (name, value, status, number) in cases {
        let notification = verify(&resigned(name, value)).unwrap();
        assert_eq!(notification.trade_status(), TradeStatus::TradeFinished);
        assert!(!notification.is_paid(), "{name}");
        let refund = notification.refund().unwrap();
        assert_eq!(refund.status(), status);
        assert_eq!(refund.out_return_no().map(|number| number.as_str()), number);
    }
}

#[test]
fn order_of_fields_and_way_of_escaping_change_nothing_but_the_digest() {
    let mut pairs: Vec<&str> = GOOD.split('&').collect();
    pairs.reverse();
    let body = pairs.join("&").replace("%3A", "%3a").replace('+', "%20");
    let (one, other) = (
        verify(GOOD.as_bytes()).unwrap(),
        verify(body.as_bytes()).unwrap(),
    );
    assert_ne!(one.digest(), other.digest());
    assert_eq!(one.notify_time(), other.notify_time());
}
