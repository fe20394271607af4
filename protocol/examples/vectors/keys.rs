//! The key of a vector, bound to the algorithm that the vector, never the message, names.

use alipay_protocol::backend::{RsaBackend, RustCrypto, ready};
use alipay_protocol::key::{Md5Key, PublicKey};
use alipay_protocol::sign::{Digest, SignType, VerifyingKey};
use base64ct::{Base64, Encoding};
use serde_json::Value;

use crate::json;

/// A key as the file gives it, before any policy.
pub(crate) struct Key {
    sign_type: SignType,
    text: String,
}

impl Key {
    /// Reads the key of a vector: its own text, or the entry of the file's `keys` that it names.
    pub(crate) fn read(vector: &Value, file: &Value) -> Result<Self, String> {
        let text = json::first(
            vector,
            &["key_pem", "public_key_pem", "spki_b64", "key", "pub"],
        )
        .or_else(|| {
            let id = json::text(vector, "key_id")?;
            let entry = file.get("keys")?.get(&id)?;
            json::first(entry, &["spki_b64", "pem", "public_key_pem", "key"])
        })
        .ok_or("no key")?;
        let sign_type = match json::text(vector, "sign_type") {
            Some(word) => SignType::parse(&word).ok_or(format!("unknown sign_type {word}"))?,
            None => Self::guess(vector, &text).ok_or("no sign_type")?,
        };
        Ok(Self { sign_type, text })
    }

    /// Without a `sign_type` beside the message: a key that is no public key is a secret of MD5, and
    /// for the two RSA types the message's own word is what the file meant.
    fn guess(vector: &Value, text: &str) -> Option<SignType> {
        if PublicKey::parse(text).is_err() {
            return Some(SignType::Md5);
        }
        let word = json::text(vector.get("params")?, "sign_type")?;
        SignType::parse(&word).filter(|sign_type| *sign_type != SignType::Md5)
    }

    /// The key under this crate's policy.
    pub(crate) fn bound(&self) -> Result<VerifyingKey, String> {
        let public = || PublicKey::parse(&self.text).map_err(|error| error.to_string());
        match self.sign_type {
            SignType::Md5 => Md5Key::parse(&self.text)
                .map(VerifyingKey::md5)
                .map_err(|error| error.to_string()),
            SignType::Rsa => VerifyingKey::rsa(public()?).map_err(|error| error.to_string()),
            SignType::Rsa2 => VerifyingKey::rsa2(public()?).map_err(|error| error.to_string()),
        }
    }

    pub(crate) fn sign_type(&self) -> SignType {
        self.sign_type
    }

    /// Whether `sign` is a signature of `text`: the bare question, so that keys the policy refuses
    /// (1024 bits with SHA-256) answer it too.
    pub(crate) fn holds(&self, text: &[u8], sign: &[u8]) -> bool {
        if let Ok(key) = self.bound() {
            return ready(key.verify(&RustCrypto, text, sign)).is_ok();
        }
        let digest = match self.sign_type {
            SignType::Md5 => return false,
            SignType::Rsa => Digest::Sha1,
            SignType::Rsa2 => Digest::Sha256,
        };
        let Ok(key) = PublicKey::parse(&self.text) else {
            return false;
        };
        let signature = std::str::from_utf8(sign)
            .ok()
            .and_then(|sign| Base64::decode_vec(sign).ok());
        let size = usize::try_from(key.bits().div_ceil(8)).ok();
        signature.is_some_and(|signature| {
            Some(signature.len()) == size
                && ready(RustCrypto.verify(&key, digest, text, &signature)).is_ok()
        })
    }
}
