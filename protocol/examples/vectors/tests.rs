//! The runner must be able to fail: each case changes one thing of a file that passes.

use alipay_protocol::backend::{RsaBackend, RustCrypto, ready};
use alipay_protocol::key::PrivateKey;
use alipay_protocol::sign::Digest;
use base64ct::{Base64, Encoding};
use serde_json::{Value, json};

use crate::read;

fn file(name: &str) -> Value {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/");
    serde_json::from_slice(&std::fs::read(format!("{folder}{name}")).unwrap()).unwrap()
}

/// How many pass, and the lines of those that fail.
#[track_caller]
fn run(json: &Value) -> (usize, Vec<String>) {
    let verdicts = read(json).unwrap();
    let passed = verdicts.iter().filter(|verdict| verdict.passed()).count();
    let failed = verdicts
        .iter()
        .filter(|verdict| !verdict.passed())
        .map(|verdict| format!("{}: {}, {}", verdict.id, verdict.expected, verdict.got));
    (passed, failed.collect())
}

/// A file with one vector of `gateway.json`, changed.
fn gateway(id: &str, change: impl FnOnce(&mut Value)) -> Value {
    let vectors = file("gateway.json");
    let list = vectors["vectors"].as_array().unwrap();
    let mut vector = list.iter().find(|one| one["id"] == id).unwrap().clone();
    change(&mut vector);
    json!({ "keys": vectors["keys"], "vectors": [vector] })
}

fn remove(vector: &mut Value, names: &[&str]) {
    for name in names {
        vector.as_object_mut().unwrap().remove(*name).unwrap();
    }
}

#[test]
fn every_file_of_this_crate_passes() {
    for (name, count) in [
        ("gateway.json", 66),
        ("antom.json", 50),
        ("resplit.json", 2),
        ("wycheproof/rsa_signature_2048_sha256_test.json", 259),
        ("wycheproof/rsa_signature_4096_sha256_test.json", 258),
        ("rsa_signature_2048_sha1_derived.json", 28),
    ] {
        assert_eq!(run(&file(name)), (count, Vec::new()), "{name}");
    }
}

#[test]
fn every_verdict_that_is_turned_round_fails() {
    for name in ["gateway.json", "antom.json"] {
        let mut json = file(name);
        let vectors = json["vectors"].as_array_mut().unwrap();
        let count = vectors.len();
        for vector in vectors {
            for verdict in ["valid", "accept"] {
                if let Some(value) = vector[verdict].as_bool() {
                    vector[verdict] = json!(!value);
                }
            }
        }
        let (passed, failed) = run(&json);
        assert_eq!((passed, failed.len()), (0, count), "{name}");
    }
}

#[test]
fn acceptance_alone_turned_round_fails_where_it_is_the_verdict() {
    for (id, line) in [
        ("edge-base", "edge-base: refused, accepted"),
        (
            "edge-resplit-request",
            "edge-resplit-request: accepted, refused (a value holds a field of its own)",
        ),
        (
            "edge-return-replayed-as-notification",
            "edge-return-replayed-as-notification: accepted, \
             refused (field notify_id is absent or empty)",
        ),
    ] {
        let json = gateway(id, |vector| {
            vector["accept"] = json!(!vector["accept"].as_bool().unwrap());
        });
        assert_eq!(run(&json), (0, vec![line.to_owned()]));
    }
}

#[test]
fn what_is_not_known_fails_with_its_reason() {
    for (name, value, reason) in [
        ("kind", "smoke-signal", "unknown kind smoke-signal"),
        ("kind", "requested", "unknown kind requested"),
        ("rule", "v9", "unknown rule v9"),
        ("sign_type", "DSA", "unknown sign_type DSA"),
        ("charset", "big5", "unknown charset big5"),
    ] {
        let json = gateway("edge-base", |vector| vector[name] = json!(value));
        let line = format!("edge-base: a vector that can be run, {reason}");
        assert_eq!(run(&json), (0, vec![line]), "{name}");
    }
}

#[test]
fn fields_that_may_be_absent_are_found_elsewhere() {
    let passes: [(&str, &[&str]); 8] = [
        (
            "edge-base",
            &["valid", "params", "string_to_sign", "source"],
        ),
        ("edge-base", &["accept", "raw_body", "rule"]),
        ("edge-base", &["key", "sign", "sign_type"]),
        ("edge-rsa2-base", &["key", "sign_type", "key_id"]),
        ("edge-gbk", &["charset", "string_to_sign_hex"]),
        ("chloerei-mobile-securitypay", &["rule", "sign"]),
        ("edge-sync-base", &["rule", "sign"]),
        ("wannan-rsa", &["rule", "accept"]),
    ];
    for (id, names) in passes {
        // Without its own key and the name of one, nothing can be run.
        let keyless = names.contains(&"key_id");
        let (passed, failed) = run(&gateway(id, |vector| remove(vector, names)));
        if keyless {
            let line = format!("{id}: a vector that can be run, no key");
            assert_eq!((passed, failed), (0, vec![line]));
        } else {
            assert_eq!((passed, failed), (1, Vec::new()), "{id} {names:?}");
        }
    }
    let json = gateway("edge-base", |vector| remove(vector, &["valid", "accept"]));
    let line = "edge-base: a vector that can be run, \
                neither `valid` nor `accept` says what is expected";
    assert_eq!(run(&json), (0, vec![line.to_owned()]));
}

#[test]
fn answer_is_verified_over_the_raw_text_of_its_value() {
    let keys = file("gateway.json");
    let pem = keys["keys"]["wannan-test-rsa-2048-priv"]["pem"].as_str();
    let private = PrivateKey::parse(pem.unwrap()).unwrap();
    let value = r#"{"code":"10000", "a" : "\u4e2d}\"{","n":1.0}"#;
    let signature = ready(RustCrypto.sign(&private, Digest::Sha256, value.as_bytes())).unwrap();
    let sign = Base64::encode_string(&signature);
    let vector = |value: &str, valid: bool| {
        let raw = format!(r#"{{ "alipay_trade_query_response": {value} ,"sign":"{sign}"}}"#);
        json!([{
            "id": "x", "kind": "response-openapi", "rule": "json_value_verbatim",
            "sign_type": "RSA2", "key": keys["keys"]["wannan-test-rsa-2048"]["spki_b64"],
            "raw_body": raw, "valid": valid,
        }])
    };
    assert_eq!(run(&vector(value, true)), (1, Vec::new()));
    // The same JSON to a parser, and another text.
    let rewritten = value.replace("1.0", "1.00");
    assert_eq!(run(&vector(&rewritten, false)), (1, Vec::new()));
    let line = "x: valid, invalid (the signature does not hold)";
    assert_eq!(run(&vector(&rewritten, true)), (0, vec![line.to_owned()]));
}

#[test]
fn result_of_the_app_is_read_whole_or_in_part() {
    let results = file("app_result.json");
    let result = results.as_array().unwrap().iter();
    let result = result
        .clone()
        .find(|one| one["id"] == "android-2013")
        .unwrap();
    let text = result["text"].as_str().unwrap();
    let (_, part) = text.split_once("result={").unwrap();
    let part = part.strip_suffix('}').unwrap();
    for raw in [text, part] {
        let vector = |raw: &str| {
            json!([{
                "id": "x", "kind": "sync-app-result", "sign_type": "RSA", "key": result["key"],
                "raw_body": raw, "accept": true,
            }])
        };
        assert_eq!(run(&vector(raw)), (1, Vec::new()));
        let altered = raw.replace("total_fee=\"1\"", "total_fee=\"2\"");
        let line = "x: accepted, refused (the signature does not hold)";
        assert_eq!(run(&vector(&altered)), (0, vec![line.to_owned()]));
    }
}

#[test]
fn forgery_that_is_not_signed_or_shows_nothing_fails() {
    let mut json = file("resplit.json");
    json["forged"]["total_amount"] = json!("1.00");
    let line = "forged: signed and refused, a signature that does not hold";
    assert_eq!(run(&json), (1, vec![line.to_owned()]));
}

#[test]
fn names_of_wycheproofs_first_schema_are_read() {
    let mut json = file("wycheproof/rsa_signature_2048_sha256_test.json");
    for group in json["testGroups"].as_array_mut().unwrap() {
        let pem = group["publicKeyPem"].take();
        group["keyPem"] = pem;
        remove(
            group,
            &["publicKeyPem", "publicKeyDer", "publicKeyAsn", "publicKey"],
        );
    }
    assert_eq!(run(&json), (259, Vec::new()));
    let group = &mut json["testGroups"][0];
    group["sha"] = json!("SHA-512");
    let (passed, failed) = run(&json);
    // Its seven valid ones no longer hold, and one that was signed over SHA-512 now does.
    assert_eq!((passed, failed.len()), (251, 8), "{failed:?}");
}

#[test]
fn codes_of_messages_are_verified_whole_and_cut() {
    // RFC 4231, test case 2.
    let tag = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    let mac = |tag: &str, bits: usize, result: &str| {
        json!({
            "algorithm": "HMACSHA256",
            "testGroups": [{ "type": "MacTest", "keySize": 32, "tagSize": bits, "tests": [{
                "tcId": 1, "key": "4a656665", "tag": tag, "result": result,
                "msg": "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
            }]}],
        })
    };
    let cut = tag.get(..32).unwrap();
    assert_eq!(run(&mac(tag, 256, "valid")), (1, Vec::new()));
    assert_eq!(run(&mac(cut, 128, "valid")), (1, Vec::new()));
    assert_eq!(run(&mac(cut, 256, "invalid")), (1, Vec::new()));
    let wrong = tag.replace("5bdc", "5bdd");
    assert_eq!(
        run(&mac(&wrong, 256, "valid")),
        (0, vec!["tcId 1: valid, invalid".to_owned()])
    );
}

#[test]
fn file_of_no_known_format_is_malformed() {
    for (json, error) in [
        (
            json!({}),
            "neither `vectors`, `testGroups` nor `genuine` and `forged` in it",
        ),
        (json!({ "vectors": {} }), "`vectors` is not a list"),
        (json!({ "vectors": [1] }), "vector 0 is not an object"),
        (
            json!({ "testGroups": [{}] }),
            "a group has no list of `tests`",
        ),
        (json!({ "genuine": {} }), "`forged` is not an object"),
    ] {
        assert_eq!(read(&json).err().as_deref(), Some(error));
    }
}
