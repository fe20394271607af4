//! Antom: vectors, keys and signed messages for the tests below; nothing that decides.

mod answers; // one fault per answer, and what each answer means
mod exact; // every byte that is changed, by proptest
mod model; // the one model above the protocols
mod notifications; // one fault per case, from a fresh signed notification; the exact refusal
mod requests; // what we send, byte by byte, and what we refuse to send
mod ring; // keys in their times
mod verdicts; // antom.json, every vector, with the exceptions and their reasons

use std::sync::OnceLock;

use alipay_protocol::antom::names::ClientId;
use alipay_protocol::antom::notification::{Delivery, Verified, Verifier, VerifyError};
use alipay_protocol::antom::signature::{HttpUri, PublicKeys};
use alipay_protocol::backend::{RsaBackend, RustCrypto, ready};
use alipay_protocol::key::{PrivateKey, PublicKey};
use alipay_protocol::sign::Digest;
use base64ct::{Base64, Encoding};
use serde::Deserialize;

use crate::common::read;

/// The client of every vector.
const CLIENT: &str = "SANDBOX_5X00000000000000";
/// The path of most notifications.
const PATH: &str = "/alipay/notify";
const TIME: &str = "2019-07-12T12:08:56+05:30";

#[derive(Deserialize)]
struct Vectors {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    id: String,
    kind: String,
    method: String,
    uri: String,
    client_id: String,
    time: String,
    body_b64: String,
    content_sha256: String,
    public_key_pem: String,
    private_key_pem: String,
    signature_header: String,
    valid: bool,
}

impl Vector {
    fn body(&self) -> Vec<u8> {
        Base64::decode_vec(&self.body_b64).unwrap()
    }

    fn public_keys(&self) -> PublicKeys {
        PublicKeys::new(PublicKey::parse(&self.public_key_pem).unwrap()).unwrap()
    }
}

/// Read once: the properties ask for them hundreds of times.
fn vectors() -> &'static [Vector] {
    static VECTORS: OnceLock<Vectors> = OnceLock::new();
    let Vectors { vectors } = VECTORS.get_or_init(|| read("antom.json"));
    // The file holds 50 vectors; a file that was cut must not pass.
    assert_eq!(vectors.len(), 50);
    vectors
}

#[track_caller]
fn vector(id: &str) -> &'static Vector {
    vectors()
        .iter()
        .find(|vector| vector.id == id)
        .unwrap_or_else(|| panic!("no vector {id}"))
}

fn client() -> ClientId {
    ClientId::parse(CLIENT).unwrap()
}

/// Antom's test key of the vectors.
fn antom_keys() -> PublicKeys {
    vector("ntf-paid-python").public_keys()
}

/// The merchant's private test key of the vectors.
fn merchant_key() -> PrivateKey {
    PrivateKey::parse(&vector("req-empty-php").private_key_pem).unwrap()
}

fn verifier(path: &str) -> Verifier {
    Verifier::new(antom_keys(), client(), HttpUri::parse(path).unwrap())
}

/// Signs a text of our own making as Antom would, past the crate's canonical text and header: a wrong
/// one cannot agree with itself.
fn antom_sign(path: &str, time: &str, body: &[u8]) -> String {
    let key = PrivateKey::parse(&vector("ntf-paid-python").private_key_pem).unwrap();
    let mut text = b"POST ".to_vec();
    text.extend_from_slice(path.as_bytes());
    text.push(0x0a);
    text.extend_from_slice(CLIENT.as_bytes());
    text.push(b'.');
    text.extend_from_slice(time.as_bytes());
    text.push(b'.');
    text.extend_from_slice(body);
    let signature = ready(RustCrypto.sign(&key, Digest::Sha256, &text)).unwrap();
    let base64 = Base64::encode_string(&signature);
    format!("algorithm=RSA256, keyVersion=1, signature={base64}")
}

/// The verdict on a notification that Antom signed.
fn verify_signed(body: &[u8]) -> Result<Verified, VerifyError> {
    let signature = antom_sign(PATH, TIME, body);
    let delivery = Delivery {
        method: "POST",
        uri: PATH,
        client_id: Some(CLIENT),
        request_time: Some(TIME),
        signature: Some(&signature),
        body,
    };
    ready(verifier(PATH).verify(&RustCrypto, &delivery))
}
