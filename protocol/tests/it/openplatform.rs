//! Notifications of the open platform: its two rules, its pins, its refunds. Every case starts from a
//! vector that somebody else made.

use std::collections::BTreeMap;

use alipay_protocol::backend::{RustCrypto, ready};
use alipay_protocol::charset::Charset;
use alipay_protocol::notification::VerifyError;
use alipay_protocol::openplatform::{
    AppId, InvalidAppId, InvalidSellerId, Notification, Rule, SellerId, Verifier,
};
use alipay_protocol::ring::{KeyId, KeyRing, RingKey};
use alipay_protocol::sign::{SignType, SigningKey, VerifyingKey};
use alipay_protocol::trade::TradeStatus;

use crate::common::{Vector, gateway, private_key, public_key};

const APP_ID: &str = "20151128001234567";
const SELLER_ID: &str = "20880114661234567";

fn vector(id: &str) -> Vector {
    gateway()
        .vectors
        .into_iter()
        .find(|vector| vector.id == id)
        .unwrap()
}

/// The fields of the vector `omnipay-aop-notify`.
fn fields() -> BTreeMap<String, String> {
    vector("omnipay-aop-notify").params.unwrap()
}

/// Every byte escaped: a form needs no more, and it is not our own encoder.
fn body(fields: &BTreeMap<String, String>, charset: Charset) -> Vec<u8> {
    let escaped = |value: &str| -> String {
        let bytes = charset.encode(value).unwrap();
        bytes.iter().map(|byte| format!("%{byte:02x}")).collect()
    };
    let pairs = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", escaped(value)));
    pairs.collect::<Vec<_>>().join("&").into_bytes()
}

/// The fields with one of them set (or, with an empty value, left out), signed again under a rule.
/// The text is joined here, so that a wrong one of the crate cannot agree with itself.
fn resigned(name: &str, value: &str, rule: Rule) -> Vec<u8> {
    let mut fields = fields();
    fields.remove("sign");
    fields.insert(name.to_owned(), value.to_owned());
    fields.retain(|_, value| !value.is_empty());
    let signed = fields
        .iter()
        .filter(|(name, _)| rule == Rule::V2 || *name != "sign_type");
    let text: Vec<String> = signed
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let key = SigningKey::rsa(private_key("omnipay-common-test-rsa-priv")).unwrap();
    let sign = ready(key.sign(&RustCrypto, text.join("&").as_bytes())).unwrap();
    fields.insert("sign".to_owned(), sign);
    body(&fields, Charset::Utf8)
}

fn key() -> VerifyingKey {
    VerifyingKey::rsa(public_key("omnipay-common-test-rsa")).unwrap()
}

fn verifier() -> Verifier {
    Verifier::new(
        key(),
        SellerId::parse(SELLER_ID).unwrap(),
        AppId::parse(APP_ID).unwrap(),
    )
}

fn verify(verifier: &Verifier, body: &[u8]) -> Result<Notification, VerifyError> {
    ready(verifier.verify(&RustCrypto, body))
}

#[test]
fn notification_of_a_public_test_says_what_it_holds() {
    let notification = verify(&verifier(), &body(&fields(), Charset::Utf8)).unwrap();
    assert_eq!(notification.out_trade_no().as_str(), "2016092313071234567");
    assert_eq!(
        notification.trade_no().as_str(),
        "201609232100100306021234567"
    );
    assert_eq!(notification.trade_status(), TradeStatus::TradeFinished);
    assert_eq!(
        notification.total().map(|total| total.to_decimal()),
        Some("0.01".to_owned())
    );
    // `refund_fee=0.00` is in it, and is no refund.
    assert_eq!(notification.refund(), None);
    assert!(notification.is_paid());
    assert_eq!(notification.key_id().as_str(), "only");
    assert_eq!(
        notification.notify_time().to_string(),
        "2016-09-23 19:12:33"
    );
}

#[test]
fn notification_that_alipay_signed_in_gbk_accepted_without_an_app() {
    let vector = vector("omnipay-f2f-notify-real-gbk");
    let body = body(vector.params.as_ref().unwrap(), Charset::Gbk);
    let make = || {
        Verifier::new(
            vector.verifying_key().unwrap(),
            SellerId::parse("2088211521646673").unwrap(),
            AppId::parse(APP_ID).unwrap(),
        )
    };
    let gbk = make().with_charset(Charset::Gbk).without_app_id();
    let notification = verify(&gbk, &body).unwrap();
    assert_eq!(notification.trade_status(), TradeStatus::TradeSuccess);
    // It names no amount, so it cannot say that an order is paid.
    assert_eq!(
        (notification.total(), notification.is_paid()),
        (None, false)
    );
    assert_eq!(
        verify(&make().with_charset(Charset::Gbk), &body),
        Err(VerifyError::WrongApp)
    );
    assert_eq!(
        verify(&make().without_app_id(), &body),
        Err(VerifyError::BadText)
    );
}

#[test]
fn rule_is_configuration_and_the_other_one_rejected() {
    let v1 = resigned("subject", "test", Rule::V1);
    let v2 = resigned("subject", "test", Rule::V2);
    assert_eq!(verify(&verifier(), &v2), Err(VerifyError::BadSignature));
    let of_v2 = || verifier().with_rule(Rule::V2);
    assert_eq!(verify(&of_v2(), &v1), Err(VerifyError::BadSignature));
    assert!(verify(&verifier(), &v1).unwrap().is_paid());
    assert!(verify(&of_v2(), &v2).unwrap().is_paid());
}

#[test]
fn one_field_set_and_signed_again_rejected_as_signed() {
    let invalid = |field| VerifyError::InvalidField { field };
    let cases = [
        ("app_id", "2015112800123456", VerifyError::WrongApp),
        ("app_id", "", VerifyError::WrongApp),
        ("seller_id", "2088011466123456", VerifyError::WrongPartner),
        ("seller_id", "", VerifyError::WrongPartner),
        (
            "notify_type",
            "servicemarket_order_notify",
            VerifyError::UnknownNotifyType,
        ),
        ("method", "alipay.trade.page.pay", VerifyError::UnknownField),
        ("charset", "GBK", VerifyError::CharsetNotAccepted),
        ("subject", "a\nb", VerifyError::BadText),
        ("subject", "x&total_amount=9.00", VerifyError::Resplit),
        ("total_amount", "0.001", invalid("total_amount")),
        ("refund_fee", "-1", invalid("refund_fee")),
        ("out_biz_no", "a b", invalid("out_biz_no")),
        ("trade_no", "1", invalid("trade_no")),
        ("out_trade_no", "", invalid("out_trade_no")),
        ("trade_status", "", invalid("trade_status")),
    ];
    for (name, value, error) in cases {
        assert!(error.is_signed(), "{name}");
        assert_eq!(
            verify(&verifier(), &resigned(name, value, Rule::V1)),
            Err(error),
            "{name}={value}"
        );
    }
    assert_eq!(
        verify(&verifier(), &resigned("notify_id", "", Rule::V1)),
        Err(VerifyError::MissingField { field: "notify_id" })
    );
}

#[test]
fn app_where_none_is_configured_rejected() {
    assert_eq!(
        verify(
            &verifier().without_app_id(),
            &body(&fields(), Charset::Utf8)
        ),
        Err(VerifyError::WrongApp)
    );
}

#[test]
fn notification_about_a_refund_is_never_paid() {
    for (name, value, fee, number) in [
        ("refund_fee", "0.01", Some(1), None),
        ("out_biz_no", "R-1", Some(0), Some("R-1")),
        ("gmt_refund", "2016-09-24 10:00:00.123", Some(0), None),
    ] {
        let notification = verify(&verifier(), &resigned(name, value, Rule::V1)).unwrap();
        let refund = notification.refund().unwrap();
        assert_eq!(refund.refund_fee().map(|fee| fee.minor()), fee, "{name}");
        assert_eq!(refund.out_biz_no().map(|no| no.as_str()), number);
        assert_eq!(
            (
                notification.trade_status().is_paid(),
                notification.is_paid()
            ),
            (true, false)
        );
    }
}

#[test]
fn key_of_a_ring_is_named() {
    let keys = vec![RingKey::new(KeyId::parse("2016").unwrap(), key())];
    let ring = KeyRing::new(SignType::Rsa, keys).unwrap();
    let verifier = Verifier::with_ring(
        &ring,
        SellerId::parse(SELLER_ID).unwrap(),
        AppId::parse(APP_ID).unwrap(),
        0,
    )
    .unwrap();
    let notification = verify(&verifier, &body(&fields(), Charset::Utf8)).unwrap();
    assert_eq!(notification.key_id().as_str(), "2016");
    assert_eq!(verifier.seller_id().as_str(), SELLER_ID);
    assert_eq!(verifier.app_id().map(AppId::as_str), Some(APP_ID));
}

#[test]
fn numbers_of_apps_and_sellers_outside_their_shape_rejected() {
    for text in ["", "201511280012345", "2015112800123456x", &"1".repeat(33)] {
        assert_eq!(AppId::parse(text), Err(InvalidAppId), "{text:?}");
    }
    for text in [
        "",
        "208801146612345",
        "1088011466123456",
        &format!("2088{}", "1".repeat(27)),
    ] {
        assert_eq!(SellerId::parse(text), Err(InvalidSellerId), "{text:?}");
    }
}
