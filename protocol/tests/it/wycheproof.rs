//! RSA paddings: Wycheproof's files for SHA-256, and ours for SHA-1, for which there is none.

use alipay_protocol::backend::{RsaBackend, RustCrypto, ready};
use alipay_protocol::key::{KeyError, PublicKey};
use alipay_protocol::sign::{BadSignature, Digest, VerifyingKey};
use serde::Deserialize;

use crate::common::read;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    number_of_tests: usize,
    test_groups: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    public_key_der: String,
    tests: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    tc_id: u32,
    comment: String,
    msg: String,
    sig: String,
    result: String,
    flags: Vec<String>,
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}

fn base64(bytes: &[u8]) -> String {
    use base64ct::{Base64, Encoding};
    Base64::encode_string(bytes)
}

/// Runs a file; gives how many were accepted, how many refused, and how many had a key of e = 3.
fn run(name: &str, digest: Digest) -> (usize, usize, usize) {
    let file: File = read(name);
    let mut counts = (0, 0, 0);
    for group in &file.test_groups {
        let key = PublicKey::parse(&base64(&bytes(&group.public_key_der))).unwrap();
        let small = group
            .tests
            .iter()
            .any(|case| case.flags.iter().any(|flag| flag == "SmallPublicKey"));
        for case in &group.tests {
            let (msg, sig) = (bytes(&case.msg), bytes(&case.sig));
            // `acceptable` is a padding without NULL: we refuse it.
            let expected = if case.result == "valid" {
                Ok(())
            } else {
                Err(BadSignature)
            };
            let verdict = ready(RustCrypto.verify(&key, digest, &msg, &sig));
            assert_eq!(verdict, expected, "{name} {} {}", case.tc_id, case.comment);
            let bound = match digest {
                Digest::Sha1 => VerifyingKey::rsa(key.clone()),
                Digest::Sha256 => VerifyingKey::rsa2(key.clone()),
            };
            if small {
                // The signature is right and the key is not ours to take: e = 3.
                assert_eq!(
                    bound.map(|_| ()),
                    Err(KeyError::ExponentTooSmall),
                    "{name} {}",
                    case.tc_id
                );
                counts.2 += 1;
                continue;
            }
            let wire = base64(&sig);
            let verdict = ready(bound.unwrap().verify(&RustCrypto, &msg, wire.as_bytes()));
            assert_eq!(verdict, expected, "{name} {} {}", case.tc_id, case.comment);
            if expected.is_ok() {
                counts.0 += 1
            } else {
                counts.1 += 1
            }
        }
    }
    assert_eq!(counts.0 + counts.1 + counts.2, file.number_of_tests);
    counts
}

#[test]
fn wycheproof_2048_gets_every_verdict() {
    assert_eq!(
        run(
            "wycheproof/rsa_signature_2048_sha256_test.json",
            Digest::Sha256
        ),
        (7, 250, 2)
    );
}

#[test]
fn wycheproof_4096_gets_every_verdict() {
    assert_eq!(
        run(
            "wycheproof/rsa_signature_4096_sha256_test.json",
            Digest::Sha256
        ),
        (7, 251, 0)
    );
}

#[test]
fn sha1_derived_from_wycheproof_gets_every_verdict() {
    assert_eq!(
        run("rsa_signature_2048_sha1_derived.json", Digest::Sha1),
        (1, 27, 0)
    );
}
