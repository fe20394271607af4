//! Every vector of `antom.json`: its text, its signature, and what the whole surface says.

use std::collections::BTreeMap;

use alipay_protocol::antom::names::ClientId;
use alipay_protocol::antom::notification::{Delivery, VerifyError};
use alipay_protocol::antom::signature::{
    Envelope, HeaderError, HttpUri, KeyVersion, SignatureError, Signer,
};
use alipay_protocol::antom::time::AntomTime;
use alipay_protocol::backend::{RustCrypto, ready};
use alipay_protocol::key::PrivateKey;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::{PATH, Vector, client, vectors, verifier};
use crate::common::read;

#[derive(Deserialize)]
struct Exception {
    id: String,
    reason: String,
}

/// Whether the crate takes the signature, asked at the lowest place that has types.
fn is_valid(vector: &Vector) -> bool {
    let (Ok(uri), Ok(client_id), Ok(time)) = (
        HttpUri::parse(&vector.uri),
        ClientId::parse(&vector.client_id),
        AntomTime::parse(&vector.time),
    ) else {
        return false;
    };
    let body = vector.body();
    let envelope = Envelope {
        uri: &uri,
        client_id: &client_id,
        time: &time,
        body: &body,
    };
    let keys = vector.public_keys();
    let verdict = ready(keys.verify(&RustCrypto, &envelope, &vector.signature_header));
    vector.method == "POST" && verdict.is_ok()
}

/// The path that the merchant of the vector configured: never the one in a case about another path.
fn configured_path(vector: &Vector) -> &str {
    match vector.id.as_str() {
        "ntf-root-go" => "/",
        "ntf-refund-php" => "/alipay/notify/refund",
        _ => PATH,
    }
}

fn verdict_of_verifier(vector: &Vector) -> Result<(), VerifyError> {
    let body = vector.body();
    let delivery = Delivery {
        method: &vector.method,
        uri: &vector.uri,
        client_id: Some(&vector.client_id),
        request_time: Some(&vector.time),
        signature: Some(&vector.signature_header),
        body: &body,
    };
    ready(verifier(configured_path(vector)).verify(&RustCrypto, &delivery)).map(|_| ())
}

#[test]
fn every_vector_gets_its_verdict_or_a_reason() {
    let exceptions: Vec<Exception> = read("antom_exceptions.json");
    let mut exceptions: BTreeMap<String, String> = exceptions
        .into_iter()
        .map(|exception| (exception.id, exception.reason))
        .collect();
    for vector in vectors() {
        let exception = exceptions.remove(&vector.id);
        let differs = exception.is_some();
        assert_eq!(is_valid(vector) != vector.valid, differs, "{}", vector.id);
        if vector.kind == "notification" {
            let accepted = verdict_of_verifier(vector).is_ok();
            assert_eq!(accepted != vector.valid, differs, "{}", vector.id);
        }
        assert!(exception.is_none_or(|reason| reason.len() > 20));
    }
    assert_eq!(exceptions, BTreeMap::new(), "no such vector");
}

#[test]
fn refused_notifications_get_their_exact_refusal() {
    let header = VerifyError::BadSignatureHeader;
    let expected = BTreeMap::from([
        ("ambig-body-shift", VerifyError::BadTime),
        ("bad-base64url", VerifyError::BadSignature),
        ("bad-body-amount", VerifyError::BadSignature),
        ("bad-body-lf", VerifyError::BadSignature),
        ("bad-body-reserialised", VerifyError::BadSignature),
        ("bad-body-space", VerifyError::BadSignature),
        ("bad-client", VerifyError::WrongClient),
        ("bad-hash-md5", VerifyError::BadSignature),
        ("bad-hash-sha1", VerifyError::BadSignature),
        ("bad-hash-sha384", VerifyError::BadSignature),
        ("bad-hash-sha512", VerifyError::BadSignature),
        (
            "bad-hdr-algorithm",
            header(HeaderError::AlgorithmNotAccepted),
        ),
        (
            "bad-hdr-algorithm-rsa1",
            header(HeaderError::AlgorithmNotAccepted),
        ),
        ("bad-hdr-dup", header(HeaderError::PairTwice)),
        (
            "bad-hdr-missing",
            header(HeaderError::MissingPair { name: "signature" }),
        ),
        ("bad-merchantkey", VerifyError::BadSignature),
        ("bad-method", VerifyError::MethodNotPost),
        ("bad-pss", VerifyError::BadSignature),
        ("bad-sig-garbage", VerifyError::BadSignature),
        ("bad-sig-long", VerifyError::BadSignature),
        ("bad-sig-zero", VerifyError::BadSignature),
        ("bad-time", VerifyError::BadSignature),
        ("bad-uri-host", VerifyError::WrongUri),
        ("bad-uri-slash", VerifyError::WrongUri),
    ]);
    let refusals: BTreeMap<String, VerifyError> = vectors()
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
fn signed_text_has_the_vectors_own_hash() {
    let mut compared = 0;
    for vector in vectors() {
        let (Ok(uri), Ok(time)) = (HttpUri::parse(&vector.uri), AntomTime::parse(&vector.time))
        else {
            // No path at all, and no time at all: there is no text to write.
            assert!(["bad-uri-host", "ambig-body-shift"].contains(&vector.id.as_str()));
            continue;
        };
        let text = Envelope {
            uri: &uri,
            client_id: &ClientId::parse(&vector.client_id).unwrap(),
            time: &time,
            body: &vector.body(),
        }
        .canonicalize();
        let hash: String = Sha256::digest(&text)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        // The one vector with another method has another text.
        assert_eq!(
            hash == vector.content_sha256,
            vector.method == "POST",
            "{}",
            vector.id
        );
        compared += 1;
    }
    assert_eq!(compared, 48);
}

#[test]
fn requests_are_signed_as_antoms_libraries_sign_them() {
    let mut compared = 0;
    for vector in vectors().iter().filter(|vector| vector.kind == "request") {
        let key = PrivateKey::parse(&vector.private_key_pem).unwrap();
        let signer = Signer::new(client(), key).unwrap();
        let header = ready(signer.sign(
            &RustCrypto,
            &HttpUri::parse(&vector.uri).unwrap(),
            &AntomTime::parse(&vector.time).unwrap(),
            &vector.body(),
        ));
        assert_eq!(
            header.as_deref(),
            Ok(vector.signature_header.as_str()),
            "{}",
            vector.id
        );
        compared += 1;
    }
    assert_eq!(compared, 15);
}

#[test]
fn a_second_key_is_tried_and_key_version_chooses_none() {
    let vector = super::vector("hdr-keyversion2");
    let body = vector.body();
    let (uri, client_id) = (HttpUri::parse(&vector.uri).unwrap(), client());
    let time = AntomTime::parse(&vector.time).unwrap();
    let envelope = Envelope {
        uri: &uri,
        client_id: &client_id,
        time: &time,
        body: &body,
    };
    let old = super::vector("req-empty-php").public_keys();
    let refused = ready(old.verify(&RustCrypto, &envelope, &vector.signature_header));
    assert_eq!(refused, Err(SignatureError::BadSignature));
    let key = alipay_protocol::key::PublicKey::parse(&vector.public_key_pem).unwrap();
    let both = old.or(key).unwrap();
    let accepted = ready(both.verify(&RustCrypto, &envelope, &vector.signature_header));
    assert_eq!(
        accepted.map(|by| by.key_version),
        KeyVersion::parse("2").map_err(SignatureError::BadHeader)
    );
}
