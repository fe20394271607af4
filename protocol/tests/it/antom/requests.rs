//! What we send, byte by byte, and what we refuse to send.

mod refused; // what is never sent

use std::net::IpAddr;

use alipay_protocol::antom::acknowledgement::{self, SUCCESS};
use alipay_protocol::antom::money::{Amount, Currency};
use alipay_protocol::antom::names::{
    ClientId, PaymentId, PaymentRequestId, ReferenceOrderId, RefundId, RefundRequestId,
};
use alipay_protocol::antom::request::{
    CancelRequest, InquiryPaymentRequest, InquiryRefundRequest, OsType, PayRequest,
    PayRequestBuilder, RefundRequest, RefundRequestBuilder, Region, RequestError, Rule, Terminal,
    UnsignedRequest, WhichPayment, WhichRefund,
};
use alipay_protocol::antom::signature::{Envelope, HttpUri, KeyVersion, Signer};
use alipay_protocol::antom::time::AntomTime;
use alipay_protocol::backend::{NoRsa, RustCrypto, ready};
use alipay_protocol::sign::SignError;
use serde_json::{Value, json};

use super::{client, merchant_key, vector};

fn cny(minor: u64) -> Amount {
    Amount::from_minor(minor, Currency::Cny).unwrap()
}

fn pay(terminal: Terminal, amount: Amount) -> PayRequestBuilder {
    PayRequest::builder(
        &PaymentRequestId::parse("REQUEST_ID_1685599933871").unwrap(),
        &ReferenceOrderId::parse("ORDER_ID_1685599933871").unwrap(),
        amount,
        terminal,
    )
}

/// A request to which nothing is missing.
fn whole(terminal: Terminal) -> PayRequestBuilder {
    pay(terminal, cny(100))
        .order_description("Testing order")
        .payment_redirect_url("https://www.example.com")
        .payment_notify_url("https://shop.example/alipay/notify?a=b")
}

fn refund(amount: Amount) -> RefundRequestBuilder {
    RefundRequest::builder(
        &RefundRequestId::parse("R1").unwrap(),
        &PaymentId::parse("2024").unwrap(),
        amount,
    )
}

#[track_caller]
fn body(request: &UnsignedRequest) -> Value {
    serde_json::from_slice(request.body()).unwrap()
}

#[track_caller]
fn check<T: std::fmt::Debug>(built: Result<T, RequestError>, field: &str, rule: Rule) {
    let error = built.unwrap_err();
    assert_eq!((error.field(), error.rule()), (field, rule));
}

#[test]
fn pay_is_the_documents_own_example_and_the_address_for_notifications() {
    let request = whole(Terminal::Web).build().unwrap();
    let mut expected: Value =
        serde_json::from_slice(&vector("req-doc-pretty-java").body()).unwrap();
    expected["paymentNotifyUrl"] = json!("https://shop.example/alipay/notify?a=b");
    assert_eq!(body(request.unsigned()), expected);
}

#[test]
fn pay_with_everything_is_written_exactly() {
    let request = whole(Terminal::Wap(OsType::Ios))
        .client_ip(IpAddr::from([203, 0, 113, 7]))
        .settlement_currency(Currency::Usd)
        .payment_expiry_time(1_628_067_160, 599)
        .build()
        .unwrap();
    let expected = r#"{
        "env": {"clientIp": "203.0.113.7", "osType": "IOS", "terminalType": "WAP"},
        "order": {"orderAmount": {"currency": "CNY", "value": "100"},
                  "orderDescription": "Testing order",
                  "referenceOrderId": "ORDER_ID_1685599933871"},
        "paymentAmount": {"currency": "CNY", "value": "100"},
        "paymentExpiryTime": "2021-08-04T17:02:39+08:00",
        "paymentMethod": {"paymentMethodType": "ALIPAY_CN"},
        "paymentNotifyUrl": "https://shop.example/alipay/notify?a=b",
        "paymentRedirectUrl": "https://www.example.com",
        "paymentRequestId": "REQUEST_ID_1685599933871",
        "productCode": "CASHIER_PAYMENT",
        "settlementStrategy": {"settlementCurrency": "USD"}
    }"#;
    let expected: Value = serde_json::from_str(expected).unwrap();
    assert_eq!(body(request.unsigned()), expected);
    let app = whole(Terminal::App(OsType::Android)).build().unwrap();
    let env = json!({"osType": "ANDROID", "terminalType": "APP"});
    assert_eq!(body(app.unsigned())["env"], env);
}

#[test]
fn refund_is_written_exactly_or_not_built() {
    let request = refund(cny(1))
        .refund_reason("退款")
        .refund_notify_url("https://shop.example/refund")
        .build()
        .unwrap();
    let expected = json!({
        "paymentId": "2024",
        "refundAmount": {"currency": "CNY", "value": "1"},
        "refundNotifyUrl": "https://shop.example/refund",
        "refundReason": "退款",
        "refundRequestId": "R1",
    });
    assert_eq!(body(request.unsigned()), expected);
    let usd = Amount::from_minor(100, Currency::Usd).unwrap();
    check(refund(usd).build(), "refundAmount", Rule::NotCny);
    check(
        refund(cny(30_000_001)).build(),
        "refundAmount",
        Rule::AmountOutOfRange,
    );
    check(
        refund(cny(1)).refund_reason("").build(),
        "refundReason",
        Rule::Missing,
    );
    let twice = refund(cny(1)).refund_reason("a").refund_reason("a");
    check(twice.build(), "refundReason", Rule::GivenTwice);
    let fragment = refund(cny(1)).refund_notify_url("https://shop.example/#a");
    check(fragment.build(), "refundNotifyUrl", Rule::NotAUrl);
}

#[test]
fn questions_name_one_number_and_their_path() {
    let payment = WhichPayment::Id(PaymentId::parse("P1").unwrap());
    let attempt = WhichPayment::RequestId(PaymentRequestId::parse("A1").unwrap());
    let refund = WhichRefund::Id(RefundId::parse("R9").unwrap());
    let refund_attempt = WhichRefund::RequestId(RefundRequestId::parse("R1").unwrap());
    let cases = [
        (
            InquiryPaymentRequest::new(payment.clone())
                .unsigned()
                .clone(),
            "/payments/inquiryPayment",
            json!({"paymentId": "P1"}),
        ),
        (
            InquiryPaymentRequest::new(attempt.clone())
                .unsigned()
                .clone(),
            "/payments/inquiryPayment",
            json!({"paymentRequestId": "A1"}),
        ),
        (
            CancelRequest::new(payment).unsigned().clone(),
            "/payments/cancel",
            json!({"paymentId": "P1"}),
        ),
        (
            CancelRequest::new(attempt).unsigned().clone(),
            "/payments/cancel",
            json!({"paymentRequestId": "A1"}),
        ),
        (
            InquiryRefundRequest::new(refund).unsigned().clone(),
            "/payments/inquiryRefund",
            json!({"refundId": "R9"}),
        ),
        (
            InquiryRefundRequest::new(refund_attempt).unsigned().clone(),
            "/payments/inquiryRefund",
            json!({"refundRequestId": "R1"}),
        ),
    ];
    let live = ClientId::parse("5X00000000000000").unwrap();
    for (request, path, expected) in cases {
        assert_eq!(body(&request), expected);
        assert_eq!(
            request.uri(&client()).as_str(),
            format!("/ams/sandbox/api/v1{path}")
        );
        assert_eq!(request.uri(&live).as_str(), format!("/ams/api/v1{path}"));
    }
}

#[test]
fn signed_request_has_the_headers_of_its_body_and_time() {
    let vector = vector("req-doc-compact-java");
    let signer = Signer::new(client(), merchant_key())
        .unwrap()
        .with_key_version(KeyVersion::parse("2").unwrap());
    let time = AntomTime::from_unix_ms(1_685_599_933_871).unwrap();
    let request = whole(Terminal::Web).build().unwrap();
    let signed = ready(request.unsigned().sign(&signer, &RustCrypto, &time)).unwrap();
    assert_eq!(signed.body(), request.unsigned().body());
    assert_eq!(signed.uri().as_str(), "/ams/sandbox/api/v1/payments/pay");
    assert_eq!(
        signed.url(Region::Asia.origin()),
        "https://open-sea-global.alipay.com/ams/sandbox/api/v1/payments/pay"
    );
    let headers: Vec<_> = signed.headers().collect();
    assert_eq!(
        headers[..3],
        [
            ("content-type", "application/json; charset=UTF-8"),
            ("client-id", "SANDBOX_5X00000000000000"),
            ("request-time", "1685599933871"),
        ]
    );
    let (name, signature) = headers[3];
    assert_eq!(name, "signature");
    assert!(signature.starts_with("algorithm=RSA256,keyVersion=2,signature="));
    let envelope = Envelope {
        uri: signed.uri(),
        client_id: &client(),
        time: &time,
        body: signed.body(),
    };
    let verdict = ready(
        vector
            .public_keys()
            .verify(&RustCrypto, &envelope, signature),
    );
    assert_eq!(verdict.map(|by| by.key_version.number()), Ok(2));
    assert_eq!(
        format!("{signed:?}"),
        "SignedRequest { uri: HttpUri(\"/ams/sandbox/api/v1/payments/pay\"), .. }"
    );
    // The same request a second later: the same body, another time, another signature.
    let later = AntomTime::from_unix_ms(1_685_599_934_871).unwrap();
    let again = ready(request.unsigned().sign(&signer, &RustCrypto, &later)).unwrap();
    assert_eq!(again.body(), signed.body());
    let last = |request: &alipay_protocol::antom::request::SignedRequest| {
        request.headers().last().unwrap().1.to_owned()
    };
    assert_ne!(last(&again), last(&signed));
    let unsigned = ready(request.unsigned().sign(&signer, &NoRsa, &time));
    assert_eq!(unsigned, Err(SignError));
}

#[test]
fn regions_have_their_hosts() {
    let hosts = [Region::Asia, Region::Europe, Region::NorthAmerica].map(Region::origin);
    assert_eq!(
        hosts,
        [
            "https://open-sea-global.alipay.com",
            "https://open-de-global.alipay.com",
            "https://open-na-global.alipay.com",
        ]
    );
}

#[test]
fn acknowledgement_is_the_documents_and_can_be_signed() {
    assert_eq!(
        SUCCESS,
        r#"{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}"#
    );
    let fail: Value = serde_json::from_str(acknowledgement::FAIL).unwrap();
    assert_eq!(fail["result"]["resultStatus"], "U");
    assert_eq!(
        acknowledgement::CONTENT_TYPE,
        "application/json; charset=UTF-8"
    );
    let vector = vector("req-empty-php");
    let signer = Signer::new(client(), merchant_key()).unwrap();
    let uri = HttpUri::parse("/alipay/notify").unwrap();
    let time = AntomTime::iso(1_628_067_160).unwrap();
    let headers = ready(acknowledgement::sign_success(
        &signer,
        &RustCrypto,
        &uri,
        &time,
    ))
    .unwrap();
    let [
        (client_name, client_id),
        (time_name, response_time),
        (name, signature),
    ] = &headers;
    assert_eq!(
        (*client_name, client_id.as_str()),
        ("client-id", "SANDBOX_5X00000000000000")
    );
    assert_eq!(
        (*time_name, response_time.as_str()),
        ("response-time", "2021-08-04T16:52:40+08:00")
    );
    assert_eq!(*name, "signature");
    let envelope = Envelope {
        uri: &uri,
        client_id: &client(),
        time: &time,
        body: SUCCESS.as_bytes(),
    };
    let verdict = ready(
        vector
            .public_keys()
            .verify(&RustCrypto, &envelope, signature),
    );
    assert_eq!(verdict.map(|by| by.key_version), Ok(KeyVersion::ONE));
}
