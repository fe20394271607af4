//! Several keys for one account, and the merchant's own key in the wrong place.

use alipay_protocol::backend::{NoRsa, RustCrypto, ready};
use alipay_protocol::key::{KeyError, Md5Key, PublicKey};
use alipay_protocol::notification::{Verifier, VerifyError};
use alipay_protocol::ring::{KeyId, KeyRing, MAX_KEYS, RingError, RingKey};
use alipay_protocol::sign::{SignType, VerifyingKey};

use crate::common::{GOOD, gateway, md5_key, partner, private_key, public_key};

fn id(text: &str) -> KeyId {
    KeyId::parse(text).unwrap()
}

/// The key under which `GOOD` is signed, under this name.
fn right(name: &str) -> RingKey {
    RingKey::new(id(name), VerifyingKey::md5(md5_key()))
}

fn wrong(name: &str) -> RingKey {
    let key = Md5Key::parse("another-test-key").unwrap();
    RingKey::new(id(name), VerifyingKey::md5(key))
}

fn rsa2(name: &str) -> RingKey {
    let key = VerifyingKey::rsa2(public_key("wannan-test-rsa-2048")).unwrap();
    RingKey::new(id(name), key)
}

fn md5_ring(keys: Vec<RingKey>) -> KeyRing {
    KeyRing::new(SignType::Md5, keys).unwrap()
}

/// The name of the key that held for `GOOD` at a moment.
fn held(ring: &KeyRing, now_unix_s: i64) -> Result<String, VerifyError> {
    let verifier = Verifier::with_ring(ring, partner(), now_unix_s).unwrap();
    ready(verifier.verify(&NoRsa, GOOD.as_bytes()))
        .map(|notification| notification.key_id().to_string())
}

fn order(ring: &KeyRing, now_unix_s: i64) -> Vec<String> {
    ring.valid_at(now_unix_s).map(KeyId::to_string).collect()
}

#[test]
fn key_that_held_is_named() {
    let ring = md5_ring(vec![wrong("2024"), right("2025")]);
    assert_eq!(held(&ring, 0), Ok("2025".to_owned()));
    let ring = md5_ring(vec![wrong("2024"), wrong("2025")]);
    assert_eq!(held(&ring, 0), Err(VerifyError::BadSignature));
}

#[test]
fn only_key_of_a_verifier_is_named_only() {
    let verifier = Verifier::new(VerifyingKey::md5(md5_key()), partner());
    let notification = ready(verifier.verify(&NoRsa, GOOD.as_bytes())).unwrap();
    assert_eq!(notification.key_id().as_str(), "only");
}

#[test]
fn newest_key_is_tried_first() {
    let ring = md5_ring(vec![
        right("always"),
        right("old").not_before(100),
        right("new").not_before(300),
        right("twin").not_before(300),
    ]);
    assert_eq!(order(&ring, 50), ["always"]);
    assert_eq!(order(&ring, 100), ["old", "always"]);
    assert_eq!(order(&ring, 300), ["new", "twin", "old", "always"]);
    assert_eq!(held(&ring, 300), Ok("new".to_owned()));
}

#[test]
fn key_outside_its_time_verifies_nothing() {
    let ring = md5_ring(vec![
        right("old").not_after(200),
        wrong("new").not_before(100),
    ]);
    assert_eq!(held(&ring, 99), Ok("old".to_owned()));
    assert_eq!(held(&ring, 200), Ok("old".to_owned()));
    assert_eq!(held(&ring, 201), Err(VerifyError::BadSignature));
    let ring = md5_ring(vec![right("old").not_before(100).not_after(200)]);
    for now_unix_s in [i64::MIN, 99, 201, i64::MAX] {
        assert_eq!(
            Verifier::with_ring(&ring, partner(), now_unix_s).map(|_| ()),
            Err(RingError::NoValidKey)
        );
    }
}

#[test]
fn key_of_another_algorithm_is_never_tried() {
    let ring = md5_ring(vec![rsa2("rsa2").not_before(5), right("md5")]);
    assert_eq!(order(&ring, 10), ["md5"]);
    // The message says MD5 and is signed with MD5; the configuration says RSA2.
    let ring = KeyRing::new(SignType::Rsa2, vec![rsa2("rsa2"), right("md5")]).unwrap();
    assert_eq!(
        held(&ring, 0),
        Err(VerifyError::SignTypeNotAccepted {
            expected: SignType::Rsa2
        })
    );
    let said = GOOD.replace("=MD5", "=RSA2");
    let verifier = Verifier::with_ring(&ring, partner(), 0).unwrap();
    assert_eq!(
        ready(verifier.verify(&RustCrypto, said.as_bytes())),
        Err(VerifyError::BadSignature)
    );
}

#[test]
fn rsa_message_is_found_under_the_second_key() {
    let vector = gateway()
        .vectors
        .into_iter()
        .find(|vector| vector.id == "edge-rsa2-base")
        .unwrap();
    let other = VerifyingKey::rsa2(public_key("kaligo-test-rsa-2048")).unwrap();
    let ring = KeyRing::new(
        SignType::Rsa2,
        vec![
            RingKey::new(id("next"), other).not_before(1),
            rsa2("present"),
        ],
    )
    .unwrap();
    let verifier = Verifier::with_ring(&ring, partner(), 1).unwrap();
    let body = vector.raw_body.unwrap();
    let notification = ready(verifier.verify(&RustCrypto, body.as_bytes())).unwrap();
    assert_eq!(notification.key_id().as_str(), "present");
}

#[test]
fn keys_that_are_no_ring_rejected() {
    let ring = |keys| KeyRing::new(SignType::Md5, keys).map(|_| ());
    let no_key = RingError::NoKey {
        sign_type: SignType::Md5,
    };
    assert_eq!(ring(vec![]), Err(no_key));
    assert_eq!(ring(vec![rsa2("a")]), Err(no_key));
    assert_eq!(
        ring(vec![right("a"), right("b"), wrong("a")]),
        Err(RingError::RepeatedKeyId)
    );
    assert_eq!(
        ring(vec![right("a").not_before(2).not_after(1)]),
        Err(RingError::NeverValid)
    );
    assert_eq!(ring(vec![right("a").not_before(2).not_after(2)]), Ok(()));
    let many = |count: usize| (0..count).map(|n| right(&format!("k{n}"))).collect();
    assert_eq!(ring(many(MAX_KEYS)), Ok(()));
    assert_eq!(
        ring(many(MAX_KEYS + 1)),
        Err(RingError::TooManyKeys { limit: MAX_KEYS })
    );
    for text in ["", "a b", "ü", "a/b", &"a".repeat(65)] {
        assert_eq!(KeyId::parse(text), Err(RingError::InvalidKeyId), "{text:?}");
    }
}

#[test]
fn debug_of_a_ring_shows_no_secret() {
    let shown = format!("{:?}", md5_ring(vec![right("a")]));
    assert!(
        shown.contains("[elided]") && !shown.contains("10000000"),
        "{shown}"
    );
}

#[test]
fn own_public_key_in_place_of_alipays_is_named() {
    let own = private_key("wannan-test-rsa-2048-priv");
    let keys = gateway().keys;
    let text = |id: &str| keys[id].spki_b64.clone().unwrap();
    assert_eq!(
        PublicKey::parse_of_alipay(&text("wannan-test-rsa-2048"), &own),
        Err(KeyError::OwnKeyOffered)
    );
    assert_eq!(
        PublicKey::parse_of_alipay(&text("kaligo-test-rsa-2048"), &own).map(|key| key.bits()),
        Ok(2048)
    );
    assert_eq!(PublicKey::parse_of_alipay("", &own), Err(KeyError::Empty));
}
