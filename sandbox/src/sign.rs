//! The stand-in's own canonical text and signatures.
//!
//! Written from `docs/alipay/` and deliberately not from the `protocol` crate: a wrong rule there
//! must not find the same wrong rule here.

use std::{collections::BTreeMap, fmt};

use base64ct::{Base64, Encoding as _};
use md5::Md5;
use rsa::{
    Pkcs1v15Sign, RsaPrivateKey, RsaPublicKey,
    pkcs1::{DecodeRsaPrivateKey as _, DecodeRsaPublicKey as _},
    pkcs8::{DecodePrivateKey as _, DecodePublicKey as _, EncodePublicKey as _},
};
use sha1::{Digest as _, Sha1};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::{key_pair, random, random::to_hex};

/// Decoded names and values of one message, in the order of the names' bytes.
pub type Fields = BTreeMap<String, String>;

/// The text that is signed.
///
/// `sign`, `sign_type` and empty values are left out; the rest is sorted by the bytes of the names
/// and joined as `name=value` with `&`. Values are the decoded ones: nothing is escaped.
///
/// # Source
///
/// `docs/alipay/sign.md` sections 1 and 3; vectors in this module's tests.
#[must_use]
pub fn canonical_text(fields: &Fields) -> String {
    let mut text = String::new();
    for (name, value) in fields {
        if value.is_empty() || name == "sign" || name == "sign_type" {
            continue;
        }
        if !text.is_empty() {
            text.push('&');
        }
        text.push_str(name);
        text.push('=');
        text.push_str(value);
    }
    text
}

/// How messages are signed, in both directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignType {
    /// `MD5`: one key, appended to the text.
    Md5,
    /// `RSA`: PKCS#1 v1.5 with SHA-1.
    Rsa,
    /// `RSA2`: PKCS#1 v1.5 with SHA-256.
    Rsa2,
}

impl SignType {
    /// Reads the wire's word: `MD5`, `RSA` or `RSA2`, upper case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Md5, Self::Rsa, Self::Rsa2]
            .into_iter()
            .find(|known| known.wire() == text)
    }

    /// The wire's word.
    #[must_use]
    pub const fn wire(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Rsa => "RSA",
            Self::Rsa2 => "RSA2",
        }
    }

    /// Padding scheme and digest of `text`; `None` for MD5, which is no RSA signature.
    fn digest(self, text: &[u8]) -> Option<(Pkcs1v15Sign, Vec<u8>)> {
        match self {
            Self::Md5 => None,
            Self::Rsa => Some((Pkcs1v15Sign::new::<Sha1>(), Sha1::digest(text).to_vec())),
            Self::Rsa2 => Some((Pkcs1v15Sign::new::<Sha256>(), Sha256::digest(text).to_vec())),
        }
    }
}

/// Why a key cannot be used, or a signature cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// The MD5 key is empty; a signature with it would prove nothing.
    EmptyMd5Key,
    /// Alipay's private key is neither PKCS#8 nor PKCS#1 PEM of a usable RSA key.
    PrivateKey,
    /// The merchant's public key is neither SPKI nor PKCS#1 PEM of a usable RSA key.
    PublicKey,
    /// The RSA operation failed, as with a key too short for the digest.
    Sign,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EmptyMd5Key => "the MD5 key is empty",
            Self::PrivateKey => "not a PEM file with an RSA private key (PKCS#8 or PKCS#1)",
            Self::PublicKey => "not a PEM file with an RSA public key (SPKI or PKCS#1)",
            Self::Sign => "the private key cannot sign",
        })
    }
}

impl std::error::Error for KeyError {}

/// The signature of a message does not hold. Deliberately without a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadSignature;

/// Fields whose signature by the merchant held; cannot be made otherwise.
#[derive(Debug)]
pub struct Verified(Fields);

impl Verified {
    /// The fields without `sign` and `sign_type`.
    #[must_use]
    pub fn into_fields(self) -> Fields {
        let mut fields = self.0;
        fields.retain(|name, _| name != "sign" && name != "sign_type");
        fields
    }
}

/// The stand-in's keys: verifies the merchant, signs as Alipay.
pub struct Keys {
    sign_type: SignType,
    material: Material,
}

enum Material {
    Md5(Vec<u8>),
    Rsa {
        merchant: RsaPublicKey,
        alipay: Box<RsaPrivateKey>,
    },
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({} [elided])", self.sign_type.wire())
    }
}

impl Keys {
    /// Keys for MD5: one key for both directions.
    ///
    /// # Errors
    ///
    /// * [`KeyError::EmptyMd5Key`] – nothing but white space.
    pub fn md5(key: &str) -> Result<Self, KeyError> {
        // The file ends with a line feed that is no part of the key.
        let key = key.trim().as_bytes().to_vec();
        if key.is_empty() {
            return Err(KeyError::EmptyMd5Key);
        }
        Ok(Self {
            sign_type: SignType::Md5,
            material: Material::Md5(key),
        })
    }

    /// Keys for RSA2, from PEM text.
    ///
    /// # Errors
    ///
    /// * [`KeyError::PublicKey`], [`KeyError::PrivateKey`] – not such a key.
    pub fn rsa2(merchant_public_pem: &str, alipay_private_pem: &str) -> Result<Self, KeyError> {
        Self::of_rsa(SignType::Rsa2, merchant_public_pem, alipay_private_pem)
    }

    /// Keys for RSA (SHA-1), from PEM text.
    ///
    /// # Errors
    ///
    /// As [`Keys::rsa2`].
    pub fn rsa(merchant_public_pem: &str, alipay_private_pem: &str) -> Result<Self, KeyError> {
        Self::of_rsa(SignType::Rsa, merchant_public_pem, alipay_private_pem)
    }

    fn of_rsa(sign_type: SignType, public_pem: &str, private_pem: &str) -> Result<Self, KeyError> {
        let merchant = RsaPublicKey::from_public_key_pem(public_pem)
            .or_else(|_| RsaPublicKey::from_pkcs1_pem(public_pem))
            .map_err(|_| KeyError::PublicKey)?;
        let alipay = RsaPrivateKey::from_pkcs8_pem(private_pem)
            .or_else(|_| RsaPrivateKey::from_pkcs1_pem(private_pem))
            .map_err(|_| KeyError::PrivateKey)?;
        Ok(Self {
            sign_type,
            material: Material::Rsa {
                merchant,
                alipay: Box::new(alipay),
            },
        })
    }

    /// Keys that only sign: what a notification is sent with, when there is no merchant to verify.
    ///
    /// # Errors
    ///
    /// * [`KeyError::EmptyMd5Key`], [`KeyError::PrivateKey`] – no such key.
    pub fn signing(sign_type: SignType, key: &str) -> Result<Self, KeyError> {
        match sign_type {
            SignType::Md5 => Self::md5(key),
            SignType::Rsa | SignType::Rsa2 => {
                let alipay = RsaPrivateKey::from_pkcs8_pem(key)
                    .or_else(|_| RsaPrivateKey::from_pkcs1_pem(key))
                    .map_err(|_| KeyError::PrivateKey)?;
                Ok(Self::of_pair(sign_type, alipay))
            }
        }
    }

    fn of_pair(sign_type: SignType, alipay: RsaPrivateKey) -> Self {
        Self {
            sign_type,
            material: Material::Rsa {
                merchant: alipay.to_public_key(),
                alipay: Box::new(alipay),
            },
        }
    }

    /// Keys of the same kind that nobody trusts.
    ///
    /// # Errors
    ///
    /// * [`KeyError::Sign`] – none could be made.
    pub fn stranger(sign_type: SignType) -> Result<Self, KeyError> {
        match sign_type {
            SignType::Md5 => Self::md5(&random::hex(16).map_err(|_| KeyError::Sign)?),
            SignType::Rsa | SignType::Rsa2 => {
                let key = key_pair::private_key().ok_or(KeyError::Sign)?;
                Ok(Self::of_pair(sign_type, key))
            }
        }
    }

    /// The same key under another algorithm; MD5 stays what it is.
    #[must_use]
    pub fn as_type(&self, sign_type: SignType) -> Option<Self> {
        match &self.material {
            Material::Rsa { alipay, .. } if sign_type != SignType::Md5 => {
                Some(Self::of_pair(sign_type, (**alipay).clone()))
            }
            _ => None,
        }
    }

    /// The public half in bare base64, as merchants paste it; `None` for MD5.
    #[must_use]
    pub fn public_base64(&self) -> Option<String> {
        let Material::Rsa { alipay, .. } = &self.material else {
            return None;
        };
        let der = alipay.to_public_key().to_public_key_der().ok()?;
        Some(Base64::encode_string(der.as_bytes()))
    }

    /// The algorithm, fixed when the keys were made.
    #[must_use]
    pub const fn sign_type(&self) -> SignType {
        self.sign_type
    }

    /// Verifies that the merchant signed `fields`; the message never chooses the algorithm.
    ///
    /// # Errors
    ///
    /// * [`BadSignature`] – `sign` is absent, malformed or of another text or key.
    ///
    /// # Not checked here
    ///
    /// Whether `sign_type` names our algorithm and `partner` is the merchant.
    pub fn verify(&self, fields: Fields) -> Result<Verified, BadSignature> {
        let sign = fields.get("sign").ok_or(BadSignature)?;
        let text = canonical_text(&fields);
        match &self.material {
            Material::Md5(key) => {
                let expected = md5_hex(text.as_bytes(), key);
                if !bool::from(expected.as_bytes().ct_eq(sign.as_bytes())) {
                    return Err(BadSignature);
                }
            }
            Material::Rsa { merchant, .. } => {
                let (scheme, digest) =
                    self.sign_type.digest(text.as_bytes()).ok_or(BadSignature)?;
                let sign = Base64::decode_vec(sign).map_err(|_| BadSignature)?;
                merchant
                    .verify(scheme, &digest, &sign)
                    .map_err(|_| BadSignature)?;
            }
        }
        Ok(Verified(fields))
    }

    /// Adds `sign_type` and `sign` to `fields`, signed with Alipay's key.
    ///
    /// # Errors
    ///
    /// * [`KeyError::Sign`] – the private key is too short for the digest.
    pub fn sign(&self, mut fields: Fields) -> Result<Fields, KeyError> {
        let sign = self.sign_bytes(canonical_text(&fields).as_bytes())?;
        fields.insert("sign_type".to_owned(), self.sign_type.wire().to_owned());
        fields.insert("sign".to_owned(), sign);
        Ok(fields)
    }

    /// The value of `sign` for a canonical text in whatever charset.
    ///
    /// # Errors
    ///
    /// As [`Keys::sign`].
    pub fn sign_bytes(&self, text: &[u8]) -> Result<String, KeyError> {
        match &self.material {
            Material::Md5(key) => Ok(md5_hex(text, key)),
            Material::Rsa { alipay, .. } => {
                let (scheme, digest) = self.sign_type.digest(text).ok_or(KeyError::Sign)?;
                let sign = alipay.sign(scheme, &digest).map_err(|_| KeyError::Sign)?;
                Ok(Base64::encode_string(&sign))
            }
        }
    }
}

/// The MD5 signature of `text` with `key`, as lower-case hexadecimal digits.
pub(crate) fn md5_hex(text: &[u8], key: &[u8]) -> String {
    let mut digest = Md5::new();
    digest.update(text);
    digest.update(key);
    to_hex(&digest.finalize())
}

#[cfg(test)]
#[path = "sign_tests.rs"]
mod tests;
