//! Notifications that Antom signed and that are refused for what they say.

use alipay_protocol::antom::json::{JsonError, MAX_DEPTH, MAX_NUMBER};
use alipay_protocol::antom::notification::VerifyError;

use super::{changed, check, payment};
use crate::antom::verify_signed;

#[test]
fn signed_json_that_parsers_read_differently_rejected() {
    let with = |to: &str| changed("ntf-paid-python", r#""notifyType":"PAYMENT_RESULT""#, to);
    let kind = r#""notifyType":"PAYMENT_RESULT""#;
    let cases = [
        (with(&format!("{kind},{kind}")), JsonError::DuplicateName),
        (
            with(&format!(r#"{kind},"notify\u0054ype":"PAYMENT_PENDING""#)),
            JsonError::DuplicateName,
        ),
        (
            changed(
                "ntf-paid-python",
                r#"{"value":"100""#,
                r#"{"value":"900","value":"100""#,
            ),
            JsonError::DuplicateName,
        ),
        (
            with(&format!(r#"{kind},"x":18446744073709551616"#)),
            JsonError::NumberTooLarge { limit: MAX_NUMBER },
        ),
        (with(&format!(r#"{kind},"x":"\ud800""#)), JsonError::NotJson),
        (
            with(&format!(
                r#"{kind},"x":{}{}"#,
                "[".repeat(99),
                "]".repeat(99)
            )),
            JsonError::TooDeep { limit: MAX_DEPTH },
        ),
        ("[]".to_owned(), JsonError::NotAnObject),
        (String::new(), JsonError::NotJson),
        (
            "notify_type=trade_status_sync".to_owned(),
            JsonError::NotJson,
        ),
        (format!("\u{feff}{}", with(kind)), JsonError::ByteOrderMark),
    ];
    for (body, error) in cases {
        check(&body, VerifyError::BadJson(error));
    }
    let utf8 = VerifyError::BadJson(JsonError::NotUtf8);
    assert_eq!(verify_signed(b"{\"a\":\"\xff\"}"), Err(utf8));
    // A price with decimals in a field nobody reads is no fault: Antom writes exchange rates so.
    let rate = with(&format!(r#"{kind},"settlementQuote":{{"quotePrice":7.8}}"#));
    assert!(payment(&rate).is_paid());
}

#[test]
fn signed_amount_that_is_no_whole_number_of_smallest_units_rejected() {
    let amount = r#""paymentAmount":{"value":"100","currency":"CNY"}"#;
    for to in [
        r#""paymentAmount":{"value":100,"currency":"CNY"}"#,
        r#""paymentAmount":{"value":"1.00","currency":"CNY"}"#,
        r#""paymentAmount":{"value":"-100","currency":"CNY"}"#,
        r#""paymentAmount":{"value":"0","currency":"CNY"}"#,
        r#""paymentAmount":{"value":"0100","currency":"CNY"}"#,
        r#""paymentAmount":{"value":"99999999999999999","currency":"CNY"}"#,
        r#""paymentAmount":{"value":"150","currency":"IDR"}"#,
        r#""paymentAmount":{"currency":"CNY"}"#,
        r#""paymentAmount":"100""#,
        r#""paymentAmount":null"#,
    ] {
        let body = changed("ntf-paid-python", amount, to);
        let field = "paymentAmount";
        check(&body, VerifyError::InvalidField { field });
    }
    for currency in ["cny", "XXX", ""] {
        let to = format!(r#""paymentAmount":{{"value":"100","currency":"{currency}"}}"#);
        let body = changed("ntf-paid-python", amount, &to);
        check(&body, VerifyError::InvalidField { field: "currency" });
    }
}

#[test]
fn signed_notification_without_a_field_it_needs_rejected() {
    let cases = [
        ("ntf-paid-python", "paymentRequestId"),
        ("ntf-paid-python", "paymentId"),
        ("ntf-paid-python", "paymentAmount"),
        ("ntf-paid-python", "paymentCreateTime"),
        ("ntf-paid-python", "result"),
        ("ntf-paid-python", "resultStatus"),
        ("ntf-paid-python", "resultCode"),
        ("ntf-refund-php", "refundRequestId"),
        ("ntf-refund-php", "refundId"),
        ("ntf-refund-php", "refundAmount"),
        ("ntf-refund-php", "refundStatus"),
    ];
    for (id, field) in cases {
        let body = changed(id, &format!(r#""{field}":"#), r#""another":"#);
        check(&body, VerifyError::InvalidField { field });
    }
    for (from, field) in [
        (
            r#""paymentTime":"2024-01-15T01:20:59-08:00""#,
            "paymentTime",
        ),
        (
            r#""paymentCreateTime":"2024-01-15T01:20:46-08:00""#,
            "paymentCreateTime",
        ),
    ] {
        let body = changed(
            "ntf-paid-python",
            from,
            &format!(r#""{field}":"yesterday""#),
        );
        check(&body, VerifyError::InvalidField { field });
    }
}
