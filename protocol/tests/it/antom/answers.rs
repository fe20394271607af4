//! What each answer means, and one fault per answer.

use alipay_protocol::antom::answer::{
    AnswerError, AnswerVerifier, CancelAnswer, DisplayType, InquiryPaymentAnswer,
    InquiryRefundAnswer, PayAnswer, PayStep, PaymentStatus, RawAnswer, RefundAnswer,
};
use alipay_protocol::antom::json::JsonError;
use alipay_protocol::antom::money::{Amount, Currency};
use alipay_protocol::antom::names::{
    ClientId, PaymentId, PaymentRequestId, ReferenceOrderId, RefundRequestId,
};
use alipay_protocol::antom::notification::RefundStatus;
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
fn address_that_is_not_alipays_kind_rejected() {
    let with = |field: &str, url: &str| {
        changed(
            &format!(r#""normalUrl":"{URL}""#),
            &format!(r#""{field}":"{url}""#),
        )
    };
    let cases = [
        ("normalUrl", "http://open-sea.alipayplus.com/"),
        ("normalUrl", "javascript:alert(1)"),
        ("normalUrl", "//evil.example/"),
        ("normalUrl", "https://"),
        ("normalUrl", "https://alipay.com@evil.example/"),
        ("normalUrl", "https://a.example/\\u0000"),
        ("normalUrl", "https://a.example/\\\""),
        ("applinkUrl", "alipays://platformapi/startapp"),
        ("schemeUrl", "https://a.example/"),
        ("schemeUrl", "intent://x"),
    ];
    for (field, url) in cases {
        let verdict = pay(&with(field, url));
        assert_eq!(verdict, Err(AnswerError::InvalidField { field }), "{url}");
    }
    let scheme = pay(&with("schemeUrl", "alipays://platformapi/startapp?a=b")).unwrap();
    assert_eq!(
        scheme.scheme_url(),
        Some("alipays://platformapi/startapp?a=b")
    );
    assert_eq!(scheme.step(), PayStep::Open);
    let link = pay(&with("applinkUrl", "https://render.alipay.com/p")).unwrap();
    assert_eq!(link.applink_url(), Some("https://render.alipay.com/p"));
}

#[test]
fn codes_are_read_with_their_kind_and_end() {
    let form = |code: &str| {
        let to = format!(
            r#""orderCodeForm":{{"expireTime":"2021-08-04T16:52:40+08:00","codeDetails":[{code}]}}"#
        );
        changed(&format!(r#""normalUrl":"{URL}""#), &to)
    };
    let body = form(
        r#"{"codeValue":"https://qr.alipay.com/x","displayType":"TEXT"},
           {"codeValue":"https://img.example/x.png","displayType":"BIGIMAGE"},
           {"codeValue":"?","displayType":"HOLOGRAM"}"#,
    );
    let answer = pay(&body).unwrap();
    assert_eq!(answer.step(), PayStep::Open);
    let read = answer.order_code_form().unwrap();
    assert_eq!(read.expire_time().unwrap().unix_ms(), 1_628_067_160_000);
    let codes: Vec<_> = read
        .codes()
        .iter()
        .map(|code| (code.display_type(), code.value()))
        .collect();
    assert_eq!(
        codes,
        [
            (DisplayType::Text, "https://qr.alipay.com/x"),
            (DisplayType::Image, "https://img.example/x.png"),
            (DisplayType::Other, "?"),
        ]
    );
    let picture = form(r#"{"codeValue":"data:image/png;base64,AA","displayType":"SMALLIMAGE"}"#);
    let field = "codeValue";
    assert_eq!(pay(&picture), Err(AnswerError::InvalidField { field }));
    let field = "codeDetails";
    assert_eq!(
        pay(&form(r#""x""#)),
        Err(AnswerError::InvalidField { field })
    );
}

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
