//! What each answer means, and one fault per answer.

mod addresses; // where a shopper may be sent
mod asked; // the answers about payments that exist

use alipay_protocol::antom::answer::{
    AnswerError, AnswerVerifier, CancelAnswer, InquiryPaymentAnswer, InquiryRefundAnswer,
    PayAnswer, PayStep, RawAnswer, RefundAnswer,
};
use alipay_protocol::antom::json::JsonError;
use alipay_protocol::antom::money::{Amount, Currency};
use alipay_protocol::antom::names::{
    ClientId, PaymentId, PaymentRequestId, ReferenceOrderId, RefundRequestId,
};
use alipay_protocol::antom::request::{
    CancelRequest, InquiryPaymentRequest, InquiryRefundRequest, PayRequest, RefundRequest,
    Terminal, WhichPayment, WhichRefund,
};
use alipay_protocol::antom::result::Advice;
use alipay_protocol::antom::signature::{HeaderError, MAX_BODY};
use alipay_protocol::backend::{NoRsa, RustCrypto, ready};

use super::{CLIENT, TIME, antom_keys, antom_sign, client, vector};

fn verifier() -> AnswerVerifier {
    AnswerVerifier::new(antom_keys(), client())
}

fn cny(minor: u64) -> Amount {
    Amount::from_minor(minor, Currency::Cny).unwrap()
}

/// The request that the vector `resp-iso-z-java` answers.
fn pay_request() -> PayRequest {
    PayRequest::builder(
        &PaymentRequestId::parse("REQUEST_ID_1685599933871").unwrap(),
        &ReferenceOrderId::parse("ORDER_ID_1685599933871").unwrap(),
        cny(100),
        Terminal::Web,
    )
    .order_description("Testing order")
    .payment_redirect_url("https://www.example.com")
    .payment_notify_url("https://shop.example/alipay/notify")
    .build()
    .unwrap()
}

fn refund_request() -> RefundRequest {
    RefundRequest::builder(
        &RefundRequestId::parse("R1").unwrap(),
        &PaymentId::parse("P1").unwrap(),
        cny(50),
    )
    .build()
    .unwrap()
}

fn payment() -> WhichPayment {
    WhichPayment::RequestId(PaymentRequestId::parse("A1").unwrap())
}

fn signed<'a>(signature: &'a str, body: &'a str) -> RawAnswer<'a> {
    RawAnswer {
        client_id: Some(CLIENT),
        response_time: Some(TIME),
        signature: Some(signature),
        body: body.as_bytes(),
    }
}

fn header(api: &str, body: &str) -> String {
    antom_sign(
        &format!("/ams/sandbox/api/v1/payments/{api}"),
        TIME,
        body.as_bytes(),
    )
}

fn pay(body: &str) -> Result<PayAnswer, AnswerError> {
    let signature = header("pay", body);
    ready(verifier().verify_pay(&RustCrypto, &pay_request(), &signed(&signature, body)))
}

fn inquire(body: &str) -> Result<InquiryPaymentAnswer, AnswerError> {
    let request = InquiryPaymentRequest::new(payment());
    let signature = header("inquiryPayment", body);
    ready(verifier().verify_inquiry_payment(&RustCrypto, &request, &signed(&signature, body)))
}

fn cancel(body: &str) -> Result<CancelAnswer, AnswerError> {
    let signature = header("cancel", body);
    let request = CancelRequest::new(payment());
    ready(verifier().verify_cancel(&RustCrypto, &request, &signed(&signature, body)))
}

fn refund(body: &str) -> Result<RefundAnswer, AnswerError> {
    let signature = header("refund", body);
    ready(verifier().verify_refund(&RustCrypto, &refund_request(), &signed(&signature, body)))
}

fn inquire_refund(body: &str) -> Result<InquiryRefundAnswer, AnswerError> {
    let signature = header("inquiryRefund", body);
    let which = WhichRefund::RequestId(RefundRequestId::parse("R1").unwrap());
    let request = InquiryRefundRequest::new(which);
    ready(verifier().verify_inquiry_refund(&RustCrypto, &request, &signed(&signature, body)))
}

/// The answer of the vector as text, to be changed in one place.
#[track_caller]
fn changed(from: &str, to: &str) -> String {
    let body = String::from_utf8(vector("resp-iso-z-java").body()).unwrap();
    assert_eq!(body.matches(from).count(), 1, "{from} stands there once");
    body.replacen(from, to, 1)
}

const URL: &str = "https://open-sea.alipayplus.com/api/open/v1/ac/cashier/self/codevalue/\
    checkout.htm?codeValue=https%3A%2F%2Fglobal.alipay.com%2F2810";

#[test]
fn answer_in_process_leads_the_shopper_to_a_page() {
    let vector = vector("resp-iso-z-java");
    // The vector's path is the live one, and its client the sandbox's: a live client has the live path,
    // so the signature is refused with ours, and the same body is signed again by the test.
    let body = String::from_utf8(vector.body()).unwrap();
    let raw = RawAnswer {
        client_id: Some(&vector.client_id),
        response_time: Some(&vector.time),
        signature: Some(&vector.signature_header),
        body: body.as_bytes(),
    };
    let verdict = ready(verifier().verify_pay(&RustCrypto, &pay_request(), &raw));
    assert_eq!(verdict, Err(AnswerError::BadSignature));
    let answer = pay(&body).unwrap();
    assert_eq!(answer.step(), PayStep::Open);
    assert_eq!(answer.result().advice(), Advice::Wait);
    assert_eq!(answer.normal_url(), Some(URL));
    assert_eq!((answer.scheme_url(), answer.applink_url()), (None, None));
    assert_eq!(answer.order_code_form(), None);
    assert_eq!(
        answer.payment_id().map(PaymentId::as_str),
        Some("20240115194010800100188640298283440")
    );
}

#[test]
fn each_result_has_its_step() {
    let result = |status: &str, code: &str| {
        changed(
            r#"{"resultCode":"PAYMENT_IN_PROCESS","resultMessage":"payment in process","resultStatus":"U"}"#,
            &format!(r#"{{"resultCode":"{code}","resultStatus":"{status}"}}"#),
        )
    };
    for (status, code, step) in [
        ("S", "SUCCESS", PayStep::Paid),
        ("S", "PAYMENT_IN_PROCESS", PayStep::Repeat),
        ("U", "PAYMENT_IN_PROCESS", PayStep::Open),
        ("U", "UNKNOWN_EXCEPTION", PayStep::Repeat),
        ("F", "SUCCESS", PayStep::Failed),
        ("F", "RISK_REJECT", PayStep::Failed),
    ] {
        assert_eq!(
            pay(&result(status, code)).unwrap().step(),
            step,
            "{status} {code}"
        );
    }
    let nowhere = changed(&format!(r#""normalUrl":"{URL}","#), "");
    assert_eq!(pay(&nowhere).unwrap().step(), PayStep::NewAttempt);
    let refused = r#"{"result":{"resultCode":"PARAM_ILLEGAL","resultStatus":"F"}}"#;
    let answer = pay(refused).unwrap();
    assert_eq!(answer.step(), PayStep::Failed);
    assert_eq!(answer.result().advice(), Advice::FixRequest);
}

#[test]
fn answer_about_something_else_rejected() {
    let cases = [
        (
            r#""paymentRequestId":"REQUEST_ID_1685599933871""#,
            r#""paymentRequestId":"ANOTHER""#,
        ),
        (r#""value":"100""#, r#""value":"900""#),
        (r#""currency":"CNY""#, r#""currency":"HKD""#),
    ];
    for (from, to) in cases {
        assert_eq!(
            pay(&changed(from, to)),
            Err(AnswerError::WrongPayment),
            "{to}"
        );
    }
    for field in ["paymentRequestId", "paymentId", "paymentAmount"] {
        let body = changed(&format!(r#""{field}":"#), r#""another":"#);
        assert_eq!(pay(&body), Err(AnswerError::InvalidField { field }));
    }
    let other = r#"{"result":{"resultCode":"SUCCESS","resultStatus":"S"},"paymentRequestId":"A2"}"#;
    assert_eq!(inquire(other), Err(AnswerError::WrongPayment));
    assert_eq!(cancel(other), Err(AnswerError::WrongPayment));
    let other = r#"{"result":{"resultCode":"SUCCESS","resultStatus":"S"},"refundRequestId":"R2"}"#;
    assert_eq!(refund(other), Err(AnswerError::WrongPayment));
    assert_eq!(inquire_refund(other), Err(AnswerError::WrongPayment));
}

#[test]
fn answer_without_signature_is_no_answer() {
    let unsigned = |body: &str| {
        let raw = RawAnswer {
            client_id: None,
            response_time: None,
            signature: None,
            body: body.as_bytes(),
        };
        ready(verifier().verify_pay(&RustCrypto, &pay_request(), &raw))
    };
    for (body, code) in [
        (
            r#"{"result":{"resultCode":"INVALID_SIGNATURE","resultStatus":"F"}}"#,
            Some("INVALID_SIGNATURE"),
        ),
        (
            r#"{"result":{"resultCode":"SUCCESS","resultStatus":"S"}}"#,
            Some("SUCCESS"),
        ),
        (
            r#"{"result":{"resultCode":"<script>","resultStatus":"F"}}"#,
            None,
        ),
        ("<html>502</html>", None),
        ("", None),
    ] {
        assert_eq!(
            unsigned(body),
            Err(AnswerError::Unsigned { code }),
            "{body}"
        );
    }
    let error = AnswerError::Unsigned {
        code: Some("KEY_NOT_FOUND"),
    };
    assert_eq!(error.to_string(), "answer is not signed: KEY_NOT_FOUND");
}

#[test]
fn answer_with_one_part_changed_rejected() {
    let body = String::from_utf8(vector("resp-iso-z-java").body()).unwrap();
    let signature = header("pay", &body);
    let good = signed(&signature, &body);
    let long = " ".repeat(MAX_BODY + 1);
    let missing = |name| AnswerError::MissingHeader { name };
    let cases = [
        (
            RawAnswer {
                signature: None,
                ..good
            },
            missing("signature"),
        ),
        (
            RawAnswer {
                response_time: None,
                ..good
            },
            missing("response-time"),
        ),
        (
            RawAnswer {
                client_id: Some("SANDBOX_5X00000000000001"),
                ..good
            },
            AnswerError::WrongClient,
        ),
        (
            RawAnswer {
                response_time: Some("now"),
                ..good
            },
            AnswerError::BadTime,
        ),
        (
            RawAnswer {
                response_time: Some("2019-07-12T12:08:57+05:30"),
                ..good
            },
            AnswerError::BadSignature,
        ),
        (
            RawAnswer {
                signature: Some("algorithm=none,keyVersion=1,signature=a"),
                ..good
            },
            AnswerError::BadSignatureHeader(HeaderError::AlgorithmNotAccepted),
        ),
        (
            RawAnswer {
                body: b"{}",
                ..good
            },
            AnswerError::BadSignature,
        ),
        (
            RawAnswer {
                body: long.as_bytes(),
                ..good
            },
            AnswerError::BodyTooLong { limit: MAX_BODY },
        ),
    ];
    for (raw, expected) in cases {
        let verdict = ready(verifier().verify_pay(&RustCrypto, &pay_request(), &raw));
        assert_eq!(verdict, Err(expected));
    }
    let without_client = RawAnswer {
        client_id: None,
        ..good
    };
    let verdict = ready(verifier().verify_pay(&RustCrypto, &pay_request(), &without_client));
    assert_eq!(verdict.map(|answer| answer.step()), Ok(PayStep::Open));
    let verdict = ready(verifier().verify_pay(&NoRsa, &pay_request(), &good));
    assert_eq!(verdict, Err(AnswerError::BadSignature));
    // Signed for another path: the answer to an inquiry is none to pay.
    let elsewhere = header("inquiryPayment", &body);
    let raw = signed(&elsewhere, &body);
    let verdict = ready(verifier().verify_pay(&RustCrypto, &pay_request(), &raw));
    assert_eq!(verdict, Err(AnswerError::BadSignature));
    // And a merchant of the live gateway takes none of the sandbox's.
    let live = AnswerVerifier::new(antom_keys(), ClientId::parse("5X00").unwrap());
    let raw = RawAnswer {
        client_id: None,
        ..good
    };
    let verdict = ready(live.verify_pay(&RustCrypto, &pay_request(), &raw));
    assert_eq!(verdict, Err(AnswerError::BadSignature));
    let twice = r#"{"result":{},"result":{}}"#;
    assert_eq!(
        pay(twice),
        Err(AnswerError::BadJson(JsonError::DuplicateName))
    );
}
