//! One fault per case, from a fresh valid body; the exact refusal.

use alipay_protocol::backend::{NoRsa, RustCrypto, ready};
use alipay_protocol::form::{FormError, MAX_BODY};
use alipay_protocol::gateway_time::GatewayTime;
use alipay_protocol::key::Md5Key;
use alipay_protocol::money::{Amount, Currency};
use alipay_protocol::notification::{Verifier, VerifyError};
use alipay_protocol::sign::{SignType, VerifyingKey};
use alipay_protocol::trade::TradeStatus;

use crate::common::{GOOD, GOOD_FIELDS, md5_verifier, partner, public_key, verify};

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
fn good_notification_accepted_with_what_it_says() {
    let notification = verify(GOOD.as_bytes()).unwrap();
    assert_eq!(notification.out_trade_no().as_str(), "WB-20240305-0001");
    assert_eq!(
        notification.trade_no().as_str(),
        "2024030521001004000200000001"
    );
    assert_eq!(notification.trade_status(), TradeStatus::TradeFinished);
    assert_eq!(
        notification.notify_id().as_str(),
        "8f0e1d2c3b4a59687786950a1b2c3d4e5f"
    );
    assert_eq!(
        notification.notify_time(),
        GatewayTime::parse("2024-03-05 10:20:30").unwrap()
    );
    assert_eq!(
        notification.total(),
        Amount::from_minor(800, Currency::Usd).unwrap()
    );
    assert_eq!(notification.refund(), None);
    assert!(notification.is_paid());
    // From: printf %s "$BODY" | sha256sum
    let digest: String = notification
        .digest()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(
        digest,
        "146481d461bb2b9ebd8e20b1eb504bcfc620471636ce7eacdeae87d8fc3e0de3"
    );
}

#[test]
fn altered_field_rejected() {
    for (name, _) in GOOD_FIELDS {
        let at = GOOD.find(&format!("{name}=")).unwrap() + name.len() + 1;
        let altered = if GOOD[at..].starts_with('9') {
            "8"
        } else {
            "9"
        };
        let mut body = GOOD.to_owned();
        body.replace_range(at..at + 1, altered);
        check(body.as_bytes(), VerifyError::BadSignature);
    }
    check(
        format!("{GOOD}&subject=x").as_bytes(),
        VerifyError::BadSignature,
    );
}

#[test]
fn missing_signed_field_rejected() {
    for (name, _) in GOOD_FIELDS {
        let body: Vec<&str> = GOOD
            .split('&')
            .filter(|pair| !pair.starts_with(&format!("{name}=")))
            .collect();
        let expected = match name {
            "notify_id" => VerifyError::MissingField { field: "notify_id" },
            "notify_time" => VerifyError::MissingField {
                field: "notify_time",
            },
            "notify_type" => VerifyError::MissingField {
                field: "notify_type",
            },
            _ => VerifyError::BadSignature,
        };
        check(body.join("&").as_bytes(), expected);
    }
}

#[test]
fn stripped_or_empty_signature_rejected() {
    let (fields, _) = GOOD.rsplit_once('&').unwrap();
    check(
        fields.as_bytes(),
        VerifyError::MissingField { field: "sign" },
    );
    check(
        format!("{fields}&sign=").as_bytes(),
        VerifyError::MissingField { field: "sign" },
    );
    check(b"", VerifyError::MissingField { field: "sign" });
    // `Sign` is another name, and one that nobody signed.
    check(
        format!("{fields}&Sign=0").as_bytes(),
        VerifyError::MissingField { field: "sign" },
    );
}

#[test]
fn sign_type_other_than_the_configured_rejected() {
    let expected = VerifyError::SignTypeNotAccepted {
        expected: SignType::Md5,
    };
    for sign_type in ["RSA", "RSA2", "md5", "NONE", "MD5+", "DSA"] {
        check(
            GOOD.replace("=MD5", &format!("={sign_type}")).as_bytes(),
            expected.clone(),
        );
    }
    check(
        GOOD.replace("sign_type=MD5&", "").as_bytes(),
        VerifyError::MissingField { field: "sign_type" },
    );
}

#[test]
fn public_key_as_md5_secret_rejected() {
    // The classic confusion: sign with MD5 and the public key, say MD5, hope that it is looked up.
    let verifier = Verifier::new(
        VerifyingKey::rsa2(public_key("wannan-test-rsa-2048")).unwrap(),
        partner(),
    );
    assert_eq!(
        ready(verifier.verify(&RustCrypto, GOOD.as_bytes())),
        Err(VerifyError::SignTypeNotAccepted {
            expected: SignType::Rsa2
        })
    );
    let said = GOOD.replace("=MD5", "=RSA2");
    assert_eq!(
        ready(verifier.verify(&RustCrypto, said.as_bytes())),
        Err(VerifyError::BadSignature)
    );
}

#[test]
fn another_merchants_key_rejected() {
    let key = VerifyingKey::md5(Md5Key::parse("10000000000000000000000000000001").unwrap());
    let verifier = Verifier::new(key, partner());
    assert_eq!(
        ready(verifier.verify(&NoRsa, GOOD.as_bytes())),
        Err(VerifyError::BadSignature)
    );
}

#[test]
fn broken_forms_rejected_before_anything_else() {
    let cases = [
        (
            format!("{GOOD}&total_fee=8.00"),
            FormError::RepeatedName { index: 10 },
        ),
        (format!("{GOOD}&"), FormError::NotAPair { index: 10 }),
        (format!("{GOOD}&a[]=1"), FormError::BadName { index: 10 }),
        (
            format!("{GOOD}&a=%zz"),
            FormError::BrokenEscape { index: 10 },
        ),
        (
            format!("{GOOD}&a=%00"),
            FormError::ControlCharacter { index: 10 },
        ),
        (
            "a".repeat(MAX_BODY + 1),
            FormError::TooLong {
                limit: MAX_BODY,
                actual: MAX_BODY + 1,
            },
        ),
    ];
    for (body, error) in cases {
        check(body.as_bytes(), VerifyError::BadForm(error));
    }
}

#[test]
fn codes_are_stable_and_tell_nothing_of_the_message() {
    let cases = [
        (
            VerifyError::BadForm(FormError::NotAPair { index: 0 }),
            "bad_form",
            false,
        ),
        (VerifyError::BadSignature, "bad_signature", false),
        (VerifyError::BadText, "bad_text", true),
        (
            VerifyError::CharsetNotAccepted,
            "charset_not_accepted",
            true,
        ),
        (
            VerifyError::InvalidField { field: "currency" },
            "invalid_field",
            true,
        ),
        (
            VerifyError::MissingField { field: "sign" },
            "missing_field",
            false,
        ),
        (VerifyError::Resplit, "resplit", true),
        (
            VerifyError::SignTypeNotAccepted {
                expected: SignType::Rsa,
            },
            "sign_type_not_accepted",
            false,
        ),
        (VerifyError::UnknownField, "unknown_field", true),
        (VerifyError::UnknownNotifyType, "unknown_notify_type", true),
        (VerifyError::WrongApp, "wrong_app", true),
        (VerifyError::WrongPartner, "wrong_partner", true),
    ];
    for (error, code, signed) in cases {
        assert_eq!((error.code(), error.is_signed()), (code, signed));
    }
}

#[test]
fn debug_shows_no_secret() {
    let shown = format!("{:?}", md5_verifier());
    assert!(
        shown.contains("[elided]") && !shown.contains("10000000"),
        "{shown}"
    );
}
