//! Antom's header and JSON.

use alipay_protocol::antom::answer::{AnswerVerifier, RawAnswer};
use alipay_protocol::antom::money::{Amount, Currency};
use alipay_protocol::antom::names::{ClientId, PaymentId, PaymentRequestId, RefundRequestId};
use alipay_protocol::antom::notification::{
    Delivery, Verifier, VerifyError,
};
use alipay_protocol::antom::request::{
    CancelRequest, InquiryPaymentRequest, InquiryRefundRequest, RefundRequest, WhichPayment,
    WhichRefund,
};
use alipay_protocol::antom::signature::{HttpUri, KeyVersion, PublicKeys, SignatureHeader};
use alipay_protocol::backend::{RustCrypto, ready};
use alipay_protocol::key::PublicKey;

use crate::{TEST_KEY, TakesAll, zeros};

const CLIENT: &str = "SANDBOX_5X00000000000000";
const TIME: &str = "2019-07-12T12:08:56+05:30";
const PATH: &str = "/alipay/notify";

fn keys() -> PublicKeys {
    PublicKeys::new(PublicKey::parse(TEST_KEY).unwrap()).unwrap()
}

fn client() -> ClientId {
    ClientId::parse(CLIENT).unwrap()
}

fn signature() -> String {
    format!("algorithm=RSA256,keyVersion=1,signature={}", zeros())
}

/// A header that is read has a number of a key that can be read again.
pub fn antom_header(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let uri = HttpUri::parse(text).map(|uri| uri.to_string());
    assert!(uri.is_err() || uri.as_deref() == Ok(text));
    if let Ok(header) = SignatureHeader::parse(text) {
        let version = header.key_version();
        let again = KeyVersion::parse(&version.to_string());
        assert_eq!(again, Ok(version));
        assert!(text.contains("RSA256"));
    }
}

/// No bytes are a notification; those behind a signature are refused or read without a panic.
pub fn antom_notification(bytes: &[u8]) {
    let verifier = Verifier::new(keys(), client(), HttpUri::parse(PATH).unwrap());
    let signature = signature();
    let delivery = Delivery {
        method: "POST",
        uri: PATH,
        client_id: Some(CLIENT),
        request_time: Some(TIME),
        signature: Some(&signature),
        body: bytes,
    };
    // A signature of zeros is checked by RSA once in 64 runs: it costs as much as all the rest.
    if bytes.len() % 64 == 7 {
        let verdict = ready(verifier.verify(&RustCrypto, &delivery));
        assert_eq!(verdict.unwrap_err(), VerifyError::BadSignature);
    }
    if let Ok(verified) = ready(verifier.verify(&TakesAll, &delivery)) {
        assert!(std::str::from_utf8(bytes).is_ok());
        assert_eq!(verified.request_time().as_str(), TIME);
        let _ = verified.notification().repeat_key();
    }
}

/// Bytes behind a signature are an answer about what was asked, or refused.
pub fn antom_answer(bytes: &[u8]) {
    let verifier = AnswerVerifier::new(keys(), client());
    let signature = signature();
    let answer = RawAnswer {
        client_id: Some(CLIENT),
        response_time: Some(TIME),
        signature: Some(&signature),
        body: bytes,
    };
    let payment = PaymentRequestId::parse("REQUEST_1").unwrap();
    let refund = RefundRequestId::parse("REFUND_1").unwrap();
    let which = WhichPayment::RequestId(payment.clone());
    let inquiry = InquiryPaymentRequest::new(which.clone());
    if let Ok(read) = ready(verifier.verify_inquiry_payment(&TakesAll, &inquiry, &answer)) {
        assert!(
            read.payment()
                .is_none_or(|found| *found.payment_request_id() == payment)
        );
        assert!(!read.is_paid() || read.payment().is_some());
    }
    let _ = ready(verifier.verify_cancel(&TakesAll, &CancelRequest::new(which), &answer));
    let which = WhichRefund::RequestId(refund.clone());
    let inquiry = InquiryRefundRequest::new(which);
    let _ = ready(verifier.verify_inquiry_refund(&TakesAll, &inquiry, &answer));
    let amount = Amount::from_minor(100, Currency::Cny).unwrap();
    let id = PaymentId::parse("20190712").unwrap();
    let request = RefundRequest::builder(&refund, &id, amount)
        .build()
        .unwrap();
    let _ = ready(verifier.verify_refund(&TakesAll, &request, &answer));
}
