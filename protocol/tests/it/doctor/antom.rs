//! Antom's mistakes, from vectors that its own libraries made.

use alipay_protocol::doctor::{Captured, Configuration, Diagnosis, Outcome, diagnose};
use alipay_protocol::sign::SignType;
use base64ct::{Base64, Encoding};
use serde::Deserialize;

use super::codes;
use crate::common::read;

#[derive(Clone, Deserialize)]
struct Vector {
    id: String,
    method: String,
    uri: String,
    client_id: String,
    time: String,
    body_b64: String,
    public_key_pem: String,
    private_key_pem: String,
    signature_header: String,
}

#[derive(Deserialize)]
struct Vectors {
    vectors: Vec<Vector>,
}

#[track_caller]
fn vector(id: &str) -> Vector {
    let Vectors { vectors } = read("antom.json");
    vectors.into_iter().find(|vector| vector.id == id).unwrap()
}

impl Vector {
    fn body(&self) -> String {
        String::from_utf8(Base64::decode_vec(&self.body_b64).unwrap()).unwrap()
    }

    fn examine<'a>(
        &'a self,
        body: &str,
        configure: impl FnOnce(Configuration<'a>) -> Configuration<'a>,
    ) -> Diagnosis {
        let headers = [
            ("Client-Id", self.client_id.as_str()),
            ("Request-Time", self.time.as_str()),
            ("Signature", self.signature_header.as_str()),
        ];
        let captured = Captured::new(&self.method, &self.uri, &headers, body.as_bytes());
        let configuration = Configuration::new(&self.public_key_pem, SignType::Rsa2);
        diagnose(&configure(configuration), &captured)
    }
}

#[track_caller]
fn check(vector: &Vector, body: &str, expected: &[&str]) {
    let diagnosis = vector.examine(body, |configuration| configuration);
    assert_eq!(codes(&diagnosis), expected, "{}", vector.id);
    let outcome = if expected.is_empty() {
        Outcome::Unexplained
    } else {
        Outcome::Explained
    };
    assert_eq!(diagnosis.outcome(), outcome, "{}", vector.id);
}

#[test]
fn genuine_notifications_are_valid() {
    for id in [
        "ntf-paid-python",
        "ntf-pending-go",
        "ntf-root-go",
        "ntf-zh-python",
        "hdr-spaces",
    ] {
        let vector = vector(id);
        let diagnosis = vector.examine(&vector.body(), |configuration| configuration);
        assert_eq!(
            (codes(&diagnosis), diagnosis.outcome()),
            (Vec::new(), Outcome::Valid),
            "{id}"
        );
    }
}

#[test]
fn altered_and_forged_notifications_are_not_explained() {
    for id in [
        "bad-body-amount",
        "bad-sig-zero",
        "bad-sig-garbage",
        "bad-pss",
        "bad-hash-md5",
    ] {
        let vector = vector(id);
        check(&vector, &vector.body(), &[]);
    }
}

#[test]
fn vectors_with_a_known_mistake_get_its_code() {
    for (id, code) in [
        ("bad-base64url", "sign_is_url_safe"),
        ("bad-body-lf", "body_has_line_break"),
        ("bad-body-reserialised", "body_reserialised"),
        ("bad-body-space", "body_has_line_break"),
        ("bad-client", "client_id_is_other"),
        ("bad-hash-sha1", "sign_type_is_other"),
        ("bad-hdr-algorithm", "algorithm_not_rsa256?"),
        ("bad-hdr-missing", "sign_missing?"),
        ("bad-method", "method_is_other"),
        ("bad-time", "time_altered"),
        ("bad-uri-host", "path_is_other"),
        ("bad-uri-slash", "path_is_other"),
    ] {
        let mut vector = vector(id);
        if id == "bad-client" {
            // The vector names another sandbox client; the configured one is the one it was made for.
            let body = vector.body();
            let diagnosis = vector.examine(&body, |configuration| {
                configuration.with_client_id("SANDBOX_5X00000000000000")
            });
            // Verified with the configured id, the signature holds: the header was rewritten.
            assert_eq!(diagnosis.outcome(), Outcome::Valid);
            vector.client_id = "5X00000000000000".to_owned();
        }
        let body = vector.body();
        check(&vector, &body, &[code]);
    }
}

#[test]
fn merchants_own_key_mistaken_for_antoms() {
    let vector = vector("bad-merchantkey");
    let merchant = self::vector("req-empty-php");
    let body = vector.body();
    check(&vector, &body, &[]);
    let diagnosis = vector.examine(&body, |configuration| {
        configuration.with_own_key(&merchant.private_key_pem)
    });
    assert_eq!(codes(&diagnosis), ["signed_by_own_key"]);
}

#[test]
fn path_behind_a_proxy_is_found() {
    let vector = Vector {
        uri: "/api/v2/alipay/notify?x=1".to_owned(),
        ..vector("ntf-paid-python")
    };
    check(&vector, &vector.body(), &["path_is_other"]);
    let vector = Vector {
        uri: "/elsewhere".to_owned(),
        ..vector
    };
    check(&vector, &vector.body(), &[]);
    let diagnosis = vector.examine(&vector.body(), |configuration| {
        configuration.with_path("/alipay/notify")
    });
    assert_eq!(diagnosis.outcome(), Outcome::Valid);
}

#[test]
fn time_and_body_written_again_are_found() {
    let genuine = vector("ntf-paid-python");
    let time = |time: &str| Vector {
        time: time.to_owned(),
        ..genuine.clone()
    };
    let body = genuine.body();
    check(&time("2019-07-12T06:38:56Z"), &body, &["time_reformatted"]);
    let utc = vector("ntf-zh-python");
    let other = Vector {
        time: "2026-09-16T04:00:00Z".to_owned(),
        ..utc.clone()
    };
    check(&other, &utc.body(), &["time_reformatted"]);
    check(&genuine, &body.replace(":", ": "), &[]);
    check(
        &genuine,
        &body.replace("\":", "\": "),
        &["body_reserialised"],
    );
    check(&genuine, &format!("\n{body}"), &["body_has_line_break"]);
    let chinese: String = utc
        .body()
        .chars()
        .map(|c| {
            if c.is_ascii() {
                c.to_string()
            } else {
                format!("\\u{:04x}", u32::from(c))
            }
        })
        .collect();
    assert_ne!(chinese, utc.body());
    check(&utc, &chinese, &["body_reserialised"]);
}

#[test]
fn header_with_a_space_for_a_plus_is_found() {
    let raw = vector("hdr-raw-base64");
    let spaced = Vector {
        signature_header: raw.signature_header.replace('+', " "),
        ..raw.clone()
    };
    assert_ne!(spaced.signature_header, raw.signature_header);
    check(&spaced, &raw.body(), &["sign_plus_became_space"]);
}
