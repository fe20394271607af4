//! Antom's signature in the headers: the stand-in's own, written from `docs/alipay/antom.md`.

use std::{fmt, fmt::Write as _};

use base64ct::{Base64, Encoding as _};
use rsa::{
    Pkcs1v15Sign, RsaPrivateKey, RsaPublicKey,
    pkcs1::{DecodeRsaPrivateKey as _, DecodeRsaPublicKey as _},
    pkcs8::{DecodePrivateKey as _, DecodePublicKey as _},
};
use sha2::{Digest as _, Sha256};

use crate::{
    key_pair,
    sign::{BadSignature, KeyError},
};

/// What a signature covers besides the body.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// Path and query, without scheme and host.
    pub uri: &'a str,
    /// The merchant's account.
    pub client_id: &'a str,
    /// `request-time` or `response-time`, as it stands in the header.
    pub time: &'a str,
}

impl Head<'_> {
    /// The text that is signed.
    ///
    /// # Source
    ///
    /// `docs/alipay/antom.md` section 2; vectors in this module's tests.
    fn text(&self, body: &[u8]) -> Vec<u8> {
        let mut text = Vec::new();
        for part in ["POST ", self.uri, "\n", self.client_id, ".", self.time, "."] {
            text.extend_from_slice(part.as_bytes());
        }
        text.extend_from_slice(body);
        text
    }
}

/// The keys of both sides: verifies the merchant, signs as Antom.
pub struct AntomKeys {
    merchant: RsaPublicKey,
    antom: RsaPrivateKey,
}

impl fmt::Debug for AntomKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AntomKeys([elided])")
    }
}

impl AntomKeys {
    /// Keys from PEM text.
    ///
    /// # Errors
    ///
    /// * [`KeyError::PublicKey`], [`KeyError::PrivateKey`] – not such a key.
    pub fn new(merchant_public_pem: &str, antom_private_pem: &str) -> Result<Self, KeyError> {
        let merchant = RsaPublicKey::from_public_key_pem(merchant_public_pem)
            .or_else(|_| RsaPublicKey::from_pkcs1_pem(merchant_public_pem))
            .map_err(|_| KeyError::PublicKey)?;
        let antom = RsaPrivateKey::from_pkcs8_pem(antom_private_pem)
            .or_else(|_| RsaPrivateKey::from_pkcs1_pem(antom_private_pem))
            .map_err(|_| KeyError::PrivateKey)?;
        Ok(Self { merchant, antom })
    }

    /// Keys that only sign: what a notification is sent with, when there is no merchant to verify.
    ///
    /// # Errors
    ///
    /// * [`KeyError::PrivateKey`] – not such a key.
    pub fn signing(antom_private_pem: &str) -> Result<Self, KeyError> {
        let antom = RsaPrivateKey::from_pkcs8_pem(antom_private_pem)
            .or_else(|_| RsaPrivateKey::from_pkcs1_pem(antom_private_pem))
            .map_err(|_| KeyError::PrivateKey)?;
        Ok(Self {
            merchant: antom.to_public_key(),
            antom,
        })
    }

    /// Keys that nobody trusts.
    ///
    /// # Errors
    ///
    /// * [`KeyError::Sign`] – none could be made.
    pub fn stranger() -> Result<Self, KeyError> {
        let antom = key_pair::private_key().ok_or(KeyError::Sign)?;
        Ok(Self {
            merchant: antom.to_public_key(),
            antom,
        })
    }

    /// Verifies that the merchant signed `body` under `head`; `header` is the value of `signature`.
    ///
    /// # Errors
    ///
    /// * [`BadSignature`] – whatever is wrong with it.
    pub fn verify(&self, head: Head<'_>, body: &[u8], header: &str) -> Result<(), BadSignature> {
        let sign = signature_of(header).ok_or(BadSignature)?;
        let digest = Sha256::digest(head.text(body));
        self.merchant
            .verify(Pkcs1v15Sign::new::<Sha256>(), &digest, &sign)
            .map_err(|_| BadSignature)
    }

    /// Signs `body` under `head` as Antom: the value of the header `signature`.
    ///
    /// # Errors
    ///
    /// * [`KeyError::Sign`] – the private key is too short for the digest.
    pub fn sign(&self, head: Head<'_>, body: &[u8]) -> Result<String, KeyError> {
        let digest = Sha256::digest(head.text(body));
        let sign = self
            .antom
            .sign(Pkcs1v15Sign::new::<Sha256>(), &digest)
            .map_err(|_| KeyError::Sign)?;
        let mut header = "algorithm=RSA256,keyVersion=1,signature=".to_owned();
        for letter in Base64::encode_string(&sign).chars() {
            match letter {
                '+' | '/' | '=' => {
                    // Writing to a String never fails.
                    let _ = write!(header, "%{:02X}", u32::from(letter));
                }
                letter => header.push(letter),
            }
        }
        Ok(header)
    }
}

/// The signature's bytes; `None` unless the header has its three pairs once each and names `RSA256`.
fn signature_of(header: &str) -> Option<Vec<u8>> {
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    for pair in header.split(',') {
        let (name, value) = pair.trim().split_once('=')?;
        if pairs.iter().any(|(known, _)| *known == name) {
            return None;
        }
        pairs.push((name, value));
    }
    let value = |wanted: &str| {
        let found = pairs.iter().find(|(name, _)| *name == wanted);
        found.map(|(_, value)| *value)
    };
    if pairs.len() != 3 || value("algorithm")? != "RSA256" || value("keyVersion").is_none() {
        return None;
    }
    Base64::decode_vec(&unescape(value("signature")?)?).ok()
}

/// Percent escapes decoded. A `+` stays one: this is no form.
fn unescape(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut decoded = parts.next()?.to_owned();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        decoded.push(char::from(u8::from_str_radix(digits, 16).ok()?));
        decoded.push_str(rest);
    }
    Some(decoded)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::{AntomKeys, Head, signature_of};
    use crate::sign::BadSignature;

    /// Made by running Antom's own libraries; the file names which.
    const VECTORS: &str = include_str!("../../../protocol/tests/vectors/antom.json");

    #[derive(Deserialize)]
    struct File {
        vectors: Vec<Vector>,
    }

    #[derive(Deserialize)]
    struct Vector {
        id: String,
        method: String,
        uri: String,
        client_id: String,
        time: String,
        body_b64: String,
        public_key_pem: String,
        private_key_pem: Option<String>,
        signature_header: String,
        valid: bool,
    }

    impl Vector {
        fn head(&self) -> Head<'_> {
            Head {
                uri: &self.uri,
                client_id: &self.client_id,
                time: &self.time,
            }
        }

        fn body(&self) -> Vec<u8> {
            use base64ct::Encoding as _;
            base64ct::Base64::decode_vec(&self.body_b64).unwrap()
        }
    }

    fn vectors() -> Vec<Vector> {
        let file: File = serde_json::from_str(VECTORS).unwrap();
        file.vectors
    }

    fn some_private_pem() -> String {
        let pem = vectors().into_iter().find_map(|one| one.private_key_pem);
        pem.unwrap()
    }

    #[test]
    fn every_vector_has_its_verdict() {
        let private = some_private_pem();
        let mut verdicts = [0, 0];
        for vector in vectors() {
            // The stand-in has no other method to verify: it routes none.
            if vector.method != "POST" || vector.id == "bad-method" {
                continue;
            }
            let keys = AntomKeys::new(&vector.public_key_pem, &private).unwrap();
            let verdict = keys.verify(vector.head(), &vector.body(), &vector.signature_header);
            let expected = if vector.valid {
                Ok(())
            } else {
                Err(BadSignature)
            };
            assert_eq!(verdict, expected, "{}", vector.id);
            verdicts[usize::from(vector.valid)] += 1;
        }
        assert!(verdicts[0] > 20 && verdicts[1] > 20, "{verdicts:?}");
    }

    #[test]
    fn signatures_are_byte_for_byte_those_of_antoms_libraries() {
        let mut compared = 0;
        for vector in vectors() {
            let (Some(private), true) = (&vector.private_key_pem, vector.id.starts_with("req-"))
            else {
                continue;
            };
            let keys = AntomKeys::new(&vector.public_key_pem, private).unwrap();
            let header = keys.sign(vector.head(), &vector.body()).unwrap();
            assert_eq!(
                signature_of(&header),
                signature_of(&vector.signature_header),
                "{}",
                vector.id
            );
            compared += 1;
        }
        assert!(compared > 10, "{compared}");
    }
}
