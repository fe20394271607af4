use std::collections::BTreeMap;
use std::path::Path;

use alipay_protocol::backend::{NoRsa, RustCrypto, ready};
use alipay_protocol::charset::Charset;
use alipay_protocol::key::{KeyError, Md5Key, PrivateKey, PublicKey};
use alipay_protocol::notification::{Notification, Verifier, VerifyError};
use alipay_protocol::sign::{SigningKey, VerifyingKey};
use alipay_protocol::trade::Partner;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Alipay's old public sandbox account; no vector of a notification names another.
pub(crate) const PARTNER: &str = "2088101122136241";

/// The body of the vector `edge-base`, from which most cases start.
pub(crate) const GOOD: &str = "currency=USD&notify_id=8f0e1d2c3b4a59687786950a1b2c3d4e5f\
    &notify_time=2024-03-05+10%3A20%3A30&notify_type=trade_status_sync\
    &out_trade_no=WB-20240305-0001&sign_type=MD5&total_fee=8.00\
    &trade_no=2024030521001004000200000001&trade_status=TRADE_FINISHED\
    &sign=568e4441bd0a7ed27a889c81c1778573";

/// The fields of `GOOD` as they are signed: sorted, decoded.
pub(crate) const GOOD_FIELDS: [(&str, &str); 8] = [
    ("currency", "USD"),
    ("notify_id", "8f0e1d2c3b4a59687786950a1b2c3d4e5f"),
    ("notify_time", "2024-03-05 10:20:30"),
    ("notify_type", "trade_status_sync"),
    ("out_trade_no", "WB-20240305-0001"),
    ("total_fee", "8.00"),
    ("trade_no", "2024030521001004000200000001"),
    ("trade_status", "TRADE_FINISHED"),
];

/// Public test key of the vectors (`chloerei-md5-1`).
pub(crate) const MD5_TEST_KEY: &str = "10000000000000000000000000000000";

#[derive(Deserialize)]
pub(crate) struct Vectors {
    pub(crate) keys: BTreeMap<String, KeyEntry>,
    pub(crate) vectors: Vec<Vector>,
}

#[derive(Deserialize)]
pub(crate) struct KeyEntry {
    pub(crate) spki_b64: Option<String>,
    pub(crate) pem: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Vector {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) sign_type: String,
    pub(crate) rule: String,
    pub(crate) key: String,
    pub(crate) params: Option<BTreeMap<String, String>>,
    pub(crate) raw_body: Option<String>,
    pub(crate) charset: Option<String>,
    pub(crate) string_to_sign: Option<String>,
    pub(crate) string_to_sign_hex: Option<String>,
    pub(crate) sign: String,
    pub(crate) valid: bool,
    pub(crate) accept: bool,
}

impl Vector {
    /// The key bound to the algorithm the vector is made for, by our policy.
    pub(crate) fn verifying_key(&self) -> Result<VerifyingKey, KeyError> {
        match self.sign_type.as_str() {
            "MD5" => Ok(VerifyingKey::md5(Md5Key::parse(&self.key)?)),
            "RSA" => VerifyingKey::rsa(PublicKey::parse(&self.key)?),
            "RSA2" => VerifyingKey::rsa2(PublicKey::parse(&self.key)?),
            other => panic!("vector {} has sign_type {other}", self.id),
        }
    }

    pub(crate) fn charset(&self) -> Charset {
        self.charset
            .as_deref()
            .map_or(Charset::Utf8, |label| Charset::parse(label).unwrap())
    }
}

/// Reads a JSON file of `tests/vectors`.
#[track_caller]
pub(crate) fn read<T: DeserializeOwned>(name: &str) -> T {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/vectors")
        .join(name);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

pub(crate) fn gateway() -> Vectors {
    read("gateway.json")
}

pub(crate) fn md5_key() -> Md5Key {
    Md5Key::parse(MD5_TEST_KEY).unwrap()
}

pub(crate) fn partner() -> Partner {
    Partner::parse(PARTNER).unwrap()
}

/// A verifier with the MD5 test key.
pub(crate) fn md5_verifier() -> Verifier {
    Verifier::new(VerifyingKey::md5(md5_key()), partner())
}

/// The verdict of that verifier on a notification.
pub(crate) fn verify(body: &[u8]) -> Result<Notification, VerifyError> {
    ready(md5_verifier().verify(&NoRsa, body))
}

/// The public half of a test key of the vectors.
pub(crate) fn public_key(id: &str) -> PublicKey {
    PublicKey::parse(gateway().keys[id].spki_b64.as_deref().unwrap()).unwrap()
}

/// The private half of a test key of the vectors.
pub(crate) fn private_key(id: &str) -> PrivateKey {
    PrivateKey::parse(gateway().keys[id].pem.as_deref().unwrap()).unwrap()
}

/// Signs fields with the MD5 test key, as `name=value` text that is already sorted.
///
/// It does not use the crate's canonical text, so that a wrong one cannot agree with itself.
pub(crate) fn md5_sign(sorted_text: &str) -> String {
    let key = SigningKey::md5(md5_key());
    ready(key.sign(&RustCrypto, sorted_text.as_bytes())).unwrap()
}
