//! What the app brings back. Results that Alipay signed are in `app_result.json` and `gateway.json`.

use alipay_protocol::app::{AppResult, AppResultError, MAX_RESULT, ResultStatus, SignedResult};
use alipay_protocol::backend::{RustCrypto, ready};
use alipay_protocol::key::PublicKey;
use alipay_protocol::money::Currency;
use alipay_protocol::notification::Verifier;
use alipay_protocol::openplatform::{self, AppId, SellerId};
use alipay_protocol::sign::{SignType, SigningKey, VerifyingKey};
use alipay_protocol::trade::Partner;
use serde::Deserialize;

use crate::common::{PARTNER, gateway, md5_key, partner, private_key, public_key, read};

#[derive(Deserialize)]
struct RealResult {
    id: String,
    key: String,
    account: String,
    app_id: Option<String>,
    text: String,
    out_trade_no: String,
}

fn real_results() -> Vec<RealResult> {
    read("app_result.json")
}

fn real_verifier(real: &RealResult) -> Verifier {
    let key = VerifyingKey::rsa(PublicKey::parse(&real.key).unwrap()).unwrap();
    Verifier::new(key, Partner::parse(&real.account).unwrap())
}

fn verifier() -> Verifier {
    let key = VerifyingKey::rsa(public_key("chloerei-test-rsa-1024")).unwrap();
    Verifier::new(key, partner())
}

fn verify(verifier: &Verifier, text: &str) -> Result<SignedResult, AppResultError> {
    let result = AppResult::parse(text)?;
    ready(verifier.verify_app_result(&RustCrypto, &result))
}

/// Signs `text` with the key that `verifier()` has the other half of.
fn sign(text: &str) -> String {
    let key = SigningKey::rsa(private_key("chloerei-test-rsa-1024-priv")).unwrap();
    ready(key.sign(&RustCrypto, text.as_bytes())).unwrap()
}

/// A result in the form of pairs, signed.
fn quoted(text: &str) -> String {
    let sign = sign(text);
    format!("resultStatus={{9000}};memo={{}};result={{{text}&sign_type=\"RSA\"&sign=\"{sign}\"}}")
}

/// A result in JSON, signed.
fn json(text: &str) -> String {
    let sign = sign(text).replace('/', "\\/");
    format!(
        "memo={{}};resultStatus={{9000}};result={{{{\"alipay_trade_app_pay_response\":{text},\
         \"sign\":\"{sign}\",\"sign_type\":\"RSA\"}}}}"
    )
}

const PAIRS: &str = "partner=\"2088101122136241\"&out_trade_no=\"WB-1\"&subject=\"Tee = 1\"\
    &total_fee=\"0.1\"&currency=\"HKD\"&service=\"mobile.securitypay.pay\"&success=\"true\"";

const JSON: &str = "{ \"code\":\"10000\",\"out_trade_no\":\"WB-1\",\
    \"trade_no\":\"2024030521001004000200000001\",\"seller_id\":\"2088101122136241\",\
    \"app_id\":\"2016020201135575\", \"total_amount\":\"9.00\"}";

#[test]
fn results_that_alipay_signed_accepted() {
    for real in real_results() {
        let result = verify(&real_verifier(&real), &real.text).unwrap();
        assert_eq!(
            result.out_trade_no().as_str(),
            real.out_trade_no,
            "{}",
            real.id
        );
        let status = AppResult::parse(&real.text).unwrap().status();
        assert_eq!(status, ResultStatus::Succeeded);
    }
    assert_eq!(real_results().len(), 3);
}

#[test]
fn results_that_alipay_signed_rejected_once_a_byte_is_changed() {
    for real in real_results() {
        let verifier = real_verifier(&real);
        for (from, to) in [
            (real.out_trade_no.as_str(), "9999"),
            (real.account.as_str(), "2088000000000000"),
        ] {
            let altered = real.text.replace(from, to);
            assert_ne!(altered, real.text);
            assert_eq!(
                verify(&verifier, &altered),
                Err(AppResultError::BadSignature),
                "{}",
                real.id
            );
        }
    }
}

#[test]
fn result_of_another_merchant_under_the_shared_key_rejected() {
    for real in real_results() {
        let key = VerifyingKey::rsa(PublicKey::parse(&real.key).unwrap()).unwrap();
        let verifier = Verifier::new(key, partner());
        assert_eq!(
            verify(&verifier, &real.text),
            Err(AppResultError::WrongPartner)
        );
    }
}

#[test]
fn app_of_the_newer_form_is_pinned_by_the_open_platforms_verifier() {
    let real = real_results().pop().unwrap();
    let verify = |seller_id: &str, app_id: &str| {
        let key = VerifyingKey::rsa(PublicKey::parse(&real.key).unwrap()).unwrap();
        let verifier = openplatform::Verifier::new(
            key,
            SellerId::parse(seller_id).unwrap(),
            AppId::parse(app_id).unwrap(),
        );
        let result = AppResult::parse(&real.text).unwrap();
        ready(verifier.verify_app_result(&RustCrypto, &result))
            .map(|result| result.out_trade_no().to_string())
    };
    let app_id = real.app_id.as_deref().unwrap();
    assert_eq!(verify(&real.account, app_id), Ok(real.out_trade_no.clone()));
    assert_eq!(
        verify(&real.account, "2016020201135576"),
        Err(AppResultError::WrongApp)
    );
    assert_eq!(verify(PARTNER, app_id), Err(AppResultError::WrongPartner));
}

#[test]
fn vectors_of_app_results_get_their_exact_verdict() {
    for (id, expected) in [
        // Its partner, 1000000000000000, is no account.
        ("edge-sync-base", AppResultError::WrongPartner),
        ("edge-sync-sorted", AppResultError::BadSignature),
        ("edge-sync-success-flipped", AppResultError::BadSignature),
        ("sync-encoded-urls", AppResultError::WrongPartner),
    ] {
        let vectors = gateway().vectors;
        let vector = vectors.iter().find(|vector| vector.id == id).unwrap();
        let body = vector.raw_body.as_deref().unwrap();
        let result = AppResult::from_parts("9000", body).unwrap();
        let verifier = Verifier::new(vector.verifying_key().unwrap(), partner());
        assert_eq!(
            ready(verifier.verify_app_result(&RustCrypto, &result)),
            Err(expected),
            "{id}"
        );
    }
}

#[test]
fn both_forms_say_what_they_hold() {
    let result = verify(&verifier(), &quoted(PAIRS)).unwrap();
    assert_eq!(result.out_trade_no().as_str(), "WB-1");
    assert_eq!(result.trade_no(), None);
    let total = result.total().unwrap();
    assert_eq!((total.minor(), total.currency()), (10, Currency::Hkd));
    assert_eq!(result.key_id().as_str(), "only");
    let result = verify(&verifier(), &json(JSON)).unwrap();
    assert_eq!(result.out_trade_no().as_str(), "WB-1");
    assert_eq!(
        result.trade_no().map(|no| no.as_str()),
        Some("2024030521001004000200000001")
    );
    let total = result.total().unwrap();
    assert_eq!((total.minor(), total.currency()), (900, Currency::Cny));
}

#[test]
fn signed_but_unacceptable_results_rejected_as_signed() {
    let invalid = |field| AppResultError::InvalidField { field };
    let pairs = |from, to| quoted(&PAIRS.replace(from, to));
    let object = |from, to| json(&JSON.replace(from, to));
    let cases = [
        (
            pairs("2088101122136241", "2088101122136242"),
            AppResultError::WrongPartner,
        ),
        (pairs("partner", "partnes"), AppResultError::WrongPartner),
        (
            pairs("\"true\"", "\"false\""),
            AppResultError::NotSuccessful,
        ),
        (pairs("securitypay", "other"), invalid("service")),
        (pairs("WB-1", "WB 1"), invalid("out_trade_no")),
        (pairs("WB-1", ""), invalid("out_trade_no")),
        (pairs("0.1", "0.001"), invalid("total_fee")),
        (pairs("HKD", "XXX"), invalid("total_fee")),
        (
            object("2088101122136241", "2088101122136242"),
            AppResultError::WrongPartner,
        ),
        (object("10000", "40002"), AppResultError::NotSuccessful),
        (object("WB-1", "WB 1"), invalid("out_trade_no")),
        (object("\"WB-1\"", "1"), invalid("out_trade_no")),
        (object("9.00", "9.001"), invalid("total_amount")),
        (
            object("2024030521001004000200000001", "1"),
            invalid("trade_no"),
        ),
    ];
    for (text, error) in cases {
        assert!(error.is_signed());
        assert_eq!(verify(&verifier(), &text), Err(error), "{text}");
    }
}

#[test]
fn text_that_is_no_signed_result_rejected() {
    let part = |result: &str| format!("resultStatus={{9000}};memo={{}};result={{{result}}}");
    let good = sign(JSON);
    let envelope = |text: &str, more: &str| {
        part(&format!(
            "{{\"alipay_trade_app_pay_response\":{text},\"sign\":\"{good}\",\"sign_type\":\"RSA\"{more}}}"
        ))
    };
    let not_a_result = [
        String::new(),
        "resultStatus={9000}".to_owned(),
        "resultStatus={9000};memo={}".to_owned(),
        "resultStatus={9000};memo={};result={};".to_owned(),
        "resultStatus={9000};result={};result={}".to_owned(),
        "resultStatus={9000};memo={};other={}".to_owned(),
        " resultStatus={9000};memo={};result={}".to_owned(),
        "resultStatus={9000};memo={};result={".to_owned(),
        part("x"),
        part(PAIRS),
        part(&format!("{PAIRS}&sign=\"AA==\"&sign_type=\"RSA\"")),
        part("{}"),
        envelope(JSON, ",\"sign\":\"AA==\""),
        envelope(JSON, ",\"more\":1"),
        envelope("1", ""),
        envelope("{\"code\":\"10000\",\"code\":\"10000\"}", ""),
    ];
    for text in not_a_result {
        assert_eq!(
            verify(&verifier(), &text),
            Err(AppResultError::NotAResult),
            "{text}"
        );
    }
    let long = part(&"x".repeat(MAX_RESULT));
    let too_long = AppResultError::TooLong {
        limit: MAX_RESULT,
        actual: long.len(),
    };
    assert_eq!(verify(&verifier(), &long), Err(too_long));
    assert_eq!(
        AppResult::from_parts("9000", &"x".repeat(MAX_RESULT + 1)),
        Err(AppResultError::TooLong {
            limit: MAX_RESULT,
            actual: MAX_RESULT + 1
        })
    );
}

#[test]
fn white_space_of_the_signed_json_counts() {
    let spaced = json(JSON).replace("{ \"code\"", "{\"code\"");
    assert_eq!(
        verify(&verifier(), &spaced),
        Err(AppResultError::BadSignature)
    );
}

#[test]
fn cancelled_call_has_nothing_signed_and_its_status() {
    let text = "memo={操作已经取消 };x={。};resultStatus={6001};result={}";
    let result = AppResult::parse(text).unwrap();
    assert_eq!(result.status(), ResultStatus::Cancelled);
    assert_eq!(
        ready(verifier().verify_app_result(&RustCrypto, &result)),
        Err(AppResultError::NothingSigned)
    );
}

#[test]
fn algorithm_of_a_result_is_configuration() {
    for form in [quoted(PAIRS), json(JSON)] {
        for said in ["\"RSA2\"", "\"MD5\"", "\"rsa\"", "\"\""] {
            let expected = SignType::Rsa;
            assert_eq!(
                verify(&verifier(), &form.replace("\"RSA\"", said)),
                Err(AppResultError::SignTypeNotAccepted { expected }),
                "{said}"
            );
        }
    }
    let md5 = Verifier::new(VerifyingKey::md5(md5_key()), partner());
    let expected = SignType::Md5;
    assert_eq!(
        verify(&md5, &quoted(PAIRS)),
        Err(AppResultError::SignTypeNotAccepted { expected })
    );
}

#[test]
fn codes_of_refusals_are_stable() {
    let cases = [
        (AppResultError::BadSignature, "bad_signature", false),
        (
            AppResultError::InvalidField { field: "service" },
            "invalid_field",
            true,
        ),
        (AppResultError::NotAResult, "not_a_result", false),
        (AppResultError::NotSuccessful, "not_successful", true),
        (AppResultError::NothingSigned, "nothing_signed", false),
        (
            AppResultError::SignTypeNotAccepted {
                expected: SignType::Rsa,
            },
            "sign_type_not_accepted",
            false,
        ),
        (
            AppResultError::TooLong {
                limit: 1,
                actual: 2,
            },
            "too_long",
            false,
        ),
        (AppResultError::WrongApp, "wrong_app", true),
        (AppResultError::WrongPartner, "wrong_partner", true),
    ];
    for (error, code, signed) in cases {
        assert_eq!((error.code(), error.is_signed()), (code, signed));
    }
}
