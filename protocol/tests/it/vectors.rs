//! Every vector of `gateway.json`, with both of its verdicts.
//!
//! `valid` is asked of the signature alone, `accept` of the whole surface (a notification's verifier, a
//! return's, the builder of requests). Where the crate deliberately differs, `exceptions.json` says why.

use std::collections::BTreeMap;

use alipay_protocol::app::AppResult;
use alipay_protocol::backend::{RustCrypto, ready};
use alipay_protocol::canonical::{canonicalize, canonicalize_v2};
use alipay_protocol::form::{Form, encode};
use alipay_protocol::money::{Amount, Currency};
use alipay_protocol::notification::{Verifier, VerifyError};
use alipay_protocol::openplatform::{self, AppId, SellerId};
use alipay_protocol::request::{PayRequest, Price, Terminal};
use alipay_protocol::sign::SignType;
use alipay_protocol::trade::{OutTradeNo, Partner};
use serde::Deserialize;

use crate::common::{Vector, gateway, partner, read};

#[derive(Deserialize)]
struct Exception {
    id: String,
    /// Which verdicts of the vector the crate does not share: `valid`, `accept` or both.
    differs: Vec<String>,
    reason: String,
}

/// The part of a request's address after `?`; a body as it is.
fn form_text(vector: &Vector) -> Option<String> {
    if let Some(body) = &vector.raw_body {
        return Some(
            body.split_once('?')
                .map_or(body.as_str(), |(_, query)| query)
                .to_owned(),
        );
    }
    let params = vector.params.as_ref()?;
    // Every byte escaped: a form needs no more, and it is not our own encoder.
    let escaped = |value: &str| -> String {
        let bytes = vector.charset().encode(value).unwrap();
        bytes.iter().map(|byte| format!("%{byte:02x}")).collect()
    };
    let pairs = params
        .iter()
        .map(|(name, value)| format!("{name}={}", escaped(value)));
    Some(pairs.collect::<Vec<_>>().join("&"))
}

/// The text the crate would say was signed, and the signature it would take.
fn signed(vector: &Vector) -> (Vec<u8>, Vec<u8>) {
    if let "request-app" | "sync-app-result" = vector.kind.as_str() {
        return signed_quoted(vector.raw_body.as_deref().unwrap());
    }
    let form = form_text(vector);
    if vector.kind != "primitive"
        && let Some(Ok(form)) = form.as_ref().map(|text| Form::parse(text.as_bytes()))
    {
        let sign = form.get("sign").unwrap_or_default().to_vec();
        let text = if vector.rule == "v2" {
            canonicalize_v2(form.iter())
        } else {
            canonicalize(form.iter())
        };
        return (text, sign);
    }
    let sign = vector.sign.clone().into_bytes();
    match &vector.params {
        Some(params) => {
            let fields = params
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_bytes()));
            (canonicalize(fields), sign)
        }
        None if vector.kind == "primitive" => {
            (vector.string_to_sign.clone().unwrap().into_bytes(), sign)
        }
        // A text of the app or of another generation: nothing in this crate reads it as a form.
        None => (Vec::new(), sign),
    }
}

/// The app's texts end with `sign` and `sign_type`, in one order in requests and in the other in
/// results; signed is all before them. In requests the signature is percent-encoded.
fn signed_quoted(body: &str) -> (Vec<u8>, Vec<u8>) {
    let text = body
        .split_once("&sign_type=")
        .map(|(text, _)| text.split_once("&sign=").map_or(text, |(text, _)| text));
    let (_, sign) = body.split_once("&sign=\"").unwrap();
    let (sign, _) = sign.split_once('"').unwrap();
    let sign = [("%2B", "+"), ("%2F", "/"), ("%3D", "=")]
        .into_iter()
        .fold(sign.to_owned(), |sign, (from, to)| sign.replace(from, to));
    (text.unwrap().as_bytes().to_vec(), sign.into_bytes())
}

/// The verdict on the app's result, for the account that the vector names.
fn is_result_accepted(vector: &Vector) -> bool {
    let body = vector.raw_body.as_deref().unwrap();
    let (_, rest) = body.split_once("partner=\"").unwrap();
    let Ok(partner) = Partner::parse(rest.split_once('"').unwrap().0) else {
        return false;
    };
    let verifier = Verifier::new(vector.verifying_key().unwrap(), partner);
    let result = AppResult::from_parts("9000", body).unwrap();
    ready(verifier.verify_app_result(&RustCrypto, &result)).is_ok()
}

fn is_valid(vector: &Vector) -> bool {
    let (text, sign) = signed(vector);
    match vector.verifying_key() {
        Ok(key) => ready(key.verify(&RustCrypto, &text, &sign)).is_ok(),
        Err(_) => false,
    }
}

/// Whether the crate would make the request of the vector at all: its text goes through the builder.
fn is_sendable(vector: &Vector) -> bool {
    let text = form_text(vector).unwrap_or_default();
    let Ok(form) = Form::parse(text.as_bytes()) else {
        return false;
    };
    let field = |name| {
        form.get(name)
            .map(|value| std::str::from_utf8(value).unwrap())
    };
    let amount = Amount::from_minor(1, Currency::Usd).unwrap();
    let number = OutTradeNo::parse("A1").unwrap();
    let mut builder =
        PayRequest::builder(Terminal::Wap, &partner(), &number, Price::TotalFee(amount))
            .subject(field("subject").unwrap_or("text"))
            .notify_url(field("notify_url").unwrap_or("https://shop.example/notify"))
            .return_url(field("return_url").unwrap_or("https://shop.example/return"));
    if let Some(body) = field("body") {
        builder = builder.body(body);
    }
    builder.build().is_ok()
}

/// The verdict of a verifier for the app and the seller that the vector names: each vector is of
/// another merchant.
fn verdict_of_openplatform(vector: &Vector) -> Result<(), VerifyError> {
    let text = form_text(vector).unwrap_or_default();
    let form = Form::parse(text.as_bytes()).map_err(VerifyError::BadForm)?;
    let field = |name| {
        form.get(name)
            .map(|value| std::str::from_utf8(value).unwrap())
    };
    let key = vector
        .verifying_key()
        .map_err(|_| VerifyError::BadSignature)?;
    let seller_id = SellerId::parse(field("seller_id").unwrap_or("2088101122136241")).unwrap();
    let app_id = AppId::parse(field("app_id").unwrap_or("2016000000000000")).unwrap();
    let mut verifier =
        openplatform::Verifier::new(key, seller_id, app_id).with_charset(vector.charset());
    if vector.rule == "v2" {
        verifier = verifier.with_rule(openplatform::Rule::V2);
    }
    if field("app_id").is_none() {
        verifier = verifier.without_app_id();
    }
    ready(verifier.verify(&RustCrypto, text.as_bytes())).map(|_| ())
}

fn verdict_of_verifier(vector: &Vector) -> Result<(), VerifyError> {
    // A key that the policy refuses verifies nothing.
    let Ok(key) = vector.verifying_key() else {
        return Err(VerifyError::BadSignature);
    };
    let verifier = Verifier::new(key, partner()).with_charset(vector.charset());
    let text = form_text(vector).unwrap_or_default();
    if vector.kind == "sync-return" {
        ready(verifier.verify_return(&RustCrypto, text.as_bytes())).map(|_| ())
    } else {
        ready(verifier.verify(&RustCrypto, text.as_bytes())).map(|_| ())
    }
}

fn is_accepted(vector: &Vector) -> bool {
    match vector.kind.as_str() {
        "request" => is_valid(vector) && is_sendable(vector),
        "primitive" => is_valid(vector),
        "sync-app-result" => is_result_accepted(vector),
        "notification-openapi" | "notification-openapi-v2" => {
            verdict_of_openplatform(vector).is_ok()
        }
        _ => verdict_of_verifier(vector).is_ok(),
    }
}

#[test]
fn every_vector_gets_its_verdicts_or_a_reason() {
    let exceptions: Vec<Exception> = read("exceptions.json");
    let mut exceptions: BTreeMap<String, Exception> = exceptions
        .into_iter()
        .map(|exception| (exception.id.clone(), exception))
        .collect();
    let vectors = gateway().vectors;
    // The file holds 66 vectors; a file that was cut must not pass.
    assert_eq!(vectors.len(), 66);
    for vector in &vectors {
        let mut differs = Vec::new();
        if is_valid(vector) != vector.valid {
            differs.push("valid".to_owned());
        }
        if is_accepted(vector) != vector.accept {
            differs.push("accept".to_owned());
        }
        let exception = exceptions.remove(&vector.id);
        let allowed = exception
            .as_ref()
            .map(|exception| exception.differs.clone())
            .unwrap_or_default();
        assert_eq!(
            differs, allowed,
            "{}: what differs, and what exceptions.json says",
            vector.id
        );
        assert!(
            exception.is_none_or(|exception| exception.reason.len() > 20),
            "{}",
            vector.id
        );
    }
    assert_eq!(
        exceptions.keys().collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "no such vector"
    );
}

#[test]
fn canonical_text_is_the_vectors_own() {
    let mut compared = 0;
    for vector in gateway().vectors {
        let ours = matches!(
            vector.kind.as_str(),
            "request"
                | "notification"
                | "sync-return"
                | "notification-openapi"
                | "notification-openapi-v2"
        );
        // This vector's text is a body read with its line break, its body has it in `sign`.
        if vector.id == "edge-trailing-newline-in-body" {
            continue;
        }
        if !ours {
            continue;
        }
        let (text, _) = signed(&vector);
        let expected = match (&vector.string_to_sign_hex, &vector.string_to_sign) {
            (Some(hex), _) => hex.to_lowercase(),
            (None, Some(text)) => hex(text.as_bytes()),
            (None, None) => continue,
        };
        assert_eq!(hex(&text), expected, "{}", vector.id);
        compared += 1;
    }
    assert_eq!(compared, 50);
}

#[test]
fn refused_notifications_get_their_exact_refusal() {
    let expected = BTreeMap::from([
        (
            "chloerei-notify-1234",
            VerifyError::MissingField {
                field: "notify_type",
            },
        ),
        ("edge-amount-changed", VerifyError::BadSignature),
        ("edge-currency-changed", VerifyError::BadSignature),
        ("edge-extra-param", VerifyError::BadSignature),
        (
            "edge-fund-bill-list-html-escaped",
            VerifyError::BadSignature,
        ),
        ("edge-key-prepended", VerifyError::BadSignature),
        ("edge-passback-twice-decoded", VerifyError::BadSignature),
        ("edge-resplit-forged-notification", VerifyError::Resplit),
        (
            "edge-return-replayed-as-notification",
            VerifyError::MissingField { field: "notify_id" },
        ),
        ("edge-rsa2-amount-changed", VerifyError::BadSignature),
        (
            "edge-rsa2-double-percent-encoded",
            VerifyError::BadSignature,
        ),
        ("edge-rsa2-plus-became-space", VerifyError::BadSignature),
        ("edge-rsa2-presented-as-rsa", VerifyError::BadSignature),
        ("edge-rsa2-trailing-newline", VerifyError::BadSignature),
        ("edge-rsa2-wrong-key", VerifyError::BadSignature),
        ("edge-sandbox-2018-out_trade_no", VerifyError::BadSignature),
        ("edge-sandbox-2018-trade_status", VerifyError::BadSignature),
        (
            "edge-sign-empty",
            VerifyError::MissingField { field: "sign" },
        ),
        ("edge-sign-truncated", VerifyError::BadSignature),
        (
            "edge-sign-type-lower-case",
            VerifyError::SignTypeNotAccepted {
                expected: SignType::Md5,
            },
        ),
        ("edge-sign-uppercase", VerifyError::BadSignature),
        ("edge-status-changed", VerifyError::BadSignature),
        ("edge-trailing-newline-in-body", VerifyError::BadSignature),
    ]);
    let refusals: BTreeMap<String, VerifyError> = gateway()
        .vectors
        .iter()
        .filter(|vector| vector.kind == "notification")
        .filter_map(|vector| Some((vector.id.clone(), verdict_of_verifier(vector).err()?)))
        .collect();
    let expected: BTreeMap<String, VerifyError> = expected
        .into_iter()
        .map(|(id, error)| (id.to_owned(), error))
        .collect();
    assert_eq!(refusals, expected);
}

#[test]
fn addresses_that_ruby_wrote_are_encoded_alike() {
    let mut compared = 0;
    for vector in gateway()
        .vectors
        .iter()
        .filter(|vector| vector.kind == "request")
    {
        let text = form_text(vector).unwrap();
        let form = Form::parse(text.as_bytes()).unwrap();
        let fields = form
            .iter()
            .map(|(name, value)| (name, std::str::from_utf8(value).unwrap()));
        assert_eq!(encode(fields), text, "{}", vector.id);
        compared += 1;
    }
    assert_eq!(compared, 16);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
