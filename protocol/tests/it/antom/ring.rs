//! Antom's keys while they change: each is taken in its own time only.

use alipay_protocol::antom::notification::{Delivery, Verifier, VerifyError};
use alipay_protocol::antom::signature::{HttpUri, PublicKeys};
use alipay_protocol::backend::{RustCrypto, ready};
use alipay_protocol::key::{Md5Key, PublicKey};
use alipay_protocol::ring::{KeyId, KeyRing, RingError, RingKey};
use alipay_protocol::sign::{SignType, VerifyingKey};

use super::{CLIENT, PATH, TIME, antom_sign, client, vector};

const HANDOVER: i64 = 1_700_000_000;

fn key(id: &str) -> VerifyingKey {
    VerifyingKey::rsa2(PublicKey::parse(&vector(id).public_key_pem).unwrap()).unwrap()
}

/// Antom's key up to the handover, the merchant's test key in the place of Antom's next one after it.
fn ring() -> KeyRing {
    let old =
        RingKey::new(KeyId::parse("old").unwrap(), key("ntf-paid-python")).not_after(HANDOVER);
    let new = RingKey::new(KeyId::parse("new").unwrap(), key("req-empty-php")).not_before(HANDOVER);
    KeyRing::new(SignType::Rsa2, vec![old, new]).unwrap()
}

fn verdict(now_unix_s: i64) -> Result<Option<KeyId>, VerifyError> {
    let body = vector("ntf-paid-python").body();
    let signature = antom_sign(PATH, TIME, &body);
    let delivery = Delivery {
        method: "POST",
        uri: PATH,
        client_id: Some(CLIENT),
        request_time: Some(TIME),
        signature: Some(&signature),
        body: &body,
    };
    let keys = PublicKeys::of_ring(&ring(), now_unix_s).unwrap();
    let verifier = Verifier::new(keys, client(), HttpUri::parse(PATH).unwrap());
    ready(verifier.verify(&RustCrypto, &delivery)).map(|held| held.key_id().cloned())
}

#[test]
fn old_key_holds_up_to_its_last_second_and_no_longer() {
    let old = Ok(KeyId::parse("old").ok());
    assert_eq!(verdict(HANDOVER - 1), old);
    assert_eq!(verdict(HANDOVER), old);
    assert_eq!(verdict(HANDOVER + 1), Err(VerifyError::BadSignature));
}

#[test]
fn moment_without_a_key_and_ring_of_another_algorithm_are_no_keys() {
    let late = RingKey::new(KeyId::parse("late").unwrap(), key("ntf-paid-python"));
    let ring = KeyRing::new(SignType::Rsa2, vec![late.not_before(HANDOVER)]).unwrap();
    let none = PublicKeys::of_ring(&ring, HANDOVER - 1).unwrap_err();
    assert_eq!(none, RingError::NoValidKey);

    let md5 = VerifyingKey::md5(Md5Key::parse("test-key").unwrap());
    let md5 = RingKey::new(KeyId::parse("md5").unwrap(), md5);
    let ring = KeyRing::new(SignType::Md5, vec![md5]).unwrap();
    let other = PublicKeys::of_ring(&ring, HANDOVER).unwrap_err();
    assert_eq!(
        other,
        RingError::NoKey {
            sign_type: SignType::Rsa2
        }
    );
}
