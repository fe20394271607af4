//! Signatures: a key bound to its algorithm, once, in configuration.

use std::fmt;

use base64ct::{Base64, Encoding};
use md5::{Digest as _, Md5};
use subtle::ConstantTimeEq;
use thiserror::Error;

use crate::backend::RsaBackend;
use crate::hex;
use crate::key::{KeyError, Md5Key, PrivateKey, PublicKey};

/// The least size of an RSA key, in bits.
const MIN_BITS: u32 = 2048;
/// The size of Alipay's historic key and of the merchants' keys of its time, taken for `RSA` only.
const HISTORIC_BITS: u32 = 1024;
/// The greatest size: what the slowest backend takes, and four times what Alipay hands out.
const MAX_BITS: u32 = 8192;
/// The least public exponent.
const MIN_EXPONENT: u64 = 65537;

/// The wire's `sign_type`.
///
/// # Source
///
/// `docs/alipay/sign.md` section 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignType {
    /// `MD5`: MD5 of the text and a shared secret, in hexadecimal.
    Md5,
    /// `RSA`: RSASSA-PKCS1-v1_5 with SHA-1, in base64.
    Rsa,
    /// `RSA2`: RSASSA-PKCS1-v1_5 with SHA-256, in base64.
    Rsa2,
}

impl SignType {
    /// Reads the wire's word in upper case, as Alipay writes it; `None` for any other.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "MD5" => Some(Self::Md5),
            "RSA" => Some(Self::Rsa),
            "RSA2" => Some(Self::Rsa2),
            _ => None,
        }
    }

    /// The wire's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Rsa => "RSA",
            Self::Rsa2 => "RSA2",
        }
    }
}

impl fmt::Display for SignType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The hash under an RSA signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Digest {
    /// SHA-1, for `RSA`.
    Sha1,
    /// SHA-256, for `RSA2`.
    Sha256,
}

/// A key that signs what we send, bound to its algorithm.
#[derive(Debug)]
pub struct SigningKey(Key<PrivateKey>);

impl SigningKey {
    /// Binds a key to `MD5`.
    #[must_use]
    pub fn md5(key: Md5Key) -> Self {
        Self(Key::Md5(key))
    }

    /// Binds a key to `RSA` (SHA-1).
    ///
    /// # Errors
    ///
    /// * [`KeyError::TooFewBits`] – below 2048 bits and not the historic 1024.
    /// * [`KeyError::TooManyBits`] – above 8192 bits.
    /// * [`KeyError::ExponentTooSmall`] – the public exponent is below 65537.
    ///
    /// # Source
    ///
    /// `docs/alipay/sign.md` section 5.
    pub fn rsa(key: PrivateKey) -> Result<Self, KeyError> {
        admit(Digest::Sha1, key.bits(), key.exponent())?;
        Ok(Self(Key::Rsa(Digest::Sha1, key)))
    }

    /// Binds a key to `RSA2` (SHA-256).
    ///
    /// # Errors
    ///
    /// * [`KeyError::TooFewBits`] – below 2048 bits.
    /// * [`KeyError::TooManyBits`] – above 8192 bits.
    /// * [`KeyError::ExponentTooSmall`] – the public exponent is below 65537.
    ///
    /// # Source
    ///
    /// `docs/alipay/sign.md` section 5.
    pub fn rsa2(key: PrivateKey) -> Result<Self, KeyError> {
        admit(Digest::Sha256, key.bits(), key.exponent())?;
        Ok(Self(Key::Rsa(Digest::Sha256, key)))
    }

    /// The `sign_type` this key makes.
    #[must_use]
    pub fn sign_type(&self) -> SignType {
        self.0.sign_type()
    }

    /// Signs `text` and writes the value of `sign`: hexadecimal for `MD5`, else base64.
    ///
    /// # Errors
    ///
    /// * [`SignError`] – the backend could not sign; never with `MD5`.
    ///
    /// # Not checked here
    ///
    /// What the text says. [`PayRequest`](crate::request::PayRequest) refuses values that could be
    /// split at another place; sign through it.
    ///
    /// # Source
    ///
    /// `docs/alipay/sign.md` section 3; vectors of kind `request` and `primitive`.
    pub async fn sign(&self, backend: &impl RsaBackend, text: &[u8]) -> Result<String, SignError> {
        match &self.0 {
            Key::Md5(key) => Ok(hex::encode(&md5(text, key))),
            Key::Rsa(digest, key) => {
                let signature = backend.sign(key, *digest, text).await?;
                Ok(Base64::encode_string(&signature))
            }
        }
    }
}

/// A key that verifies what Alipay sends, bound to its algorithm.
///
/// In MD5 mode it is the same secret that signs requests: parse it twice, keys are not cloned.
#[derive(Debug)]
pub struct VerifyingKey(Key<PublicKey>);

impl VerifyingKey {
    /// Binds a key to `MD5`.
    #[must_use]
    pub fn md5(key: Md5Key) -> Self {
        Self(Key::Md5(key))
    }

    /// Binds a key to `RSA` (SHA-1). Alipay's one key for it is shared by all merchants, so a
    /// signature does not say for whom a notification is; ask back with
    /// [`notify_verify`](crate::notify_verify).
    ///
    /// # Errors
    ///
    /// * [`KeyError::TooFewBits`] – below 2048 bits and not the historic 1024.
    /// * [`KeyError::TooManyBits`] – above 8192 bits.
    /// * [`KeyError::ExponentTooSmall`] – the public exponent is below 65537.
    ///
    /// # Source
    ///
    /// `docs/alipay/sign.md` section 5.
    pub fn rsa(key: PublicKey) -> Result<Self, KeyError> {
        admit(Digest::Sha1, key.bits(), key.exponent())?;
        Ok(Self(Key::Rsa(Digest::Sha1, key)))
    }

    /// Binds a key to `RSA2` (SHA-256).
    ///
    /// # Errors
    ///
    /// * [`KeyError::TooFewBits`] – below 2048 bits.
    /// * [`KeyError::TooManyBits`] – above 8192 bits.
    /// * [`KeyError::ExponentTooSmall`] – the public exponent is below 65537.
    ///
    /// # Source
    ///
    /// `docs/alipay/sign.md` section 5.
    pub fn rsa2(key: PublicKey) -> Result<Self, KeyError> {
        admit(Digest::Sha256, key.bits(), key.exponent())?;
        Ok(Self(Key::Rsa(Digest::Sha256, key)))
    }

    /// The `sign_type` this key verifies.
    #[must_use]
    pub fn sign_type(&self) -> SignType {
        self.0.sign_type()
    }

    /// Verifies that `sign`, the decoded value of the field, is a signature of `text`.
    ///
    /// `sign` is taken as strictly as Alipay writes it: 32 lower-case hexadecimal digits, or padded
    /// standard base64 of exactly the key's size, without white space.
    ///
    /// # Errors
    ///
    /// * [`BadSignature`] – for any reason at all.
    ///
    /// # Not checked here
    ///
    /// What the text says. A signature is one gate of several; messages go through
    /// [`Verifier`](crate::notification::Verifier).
    ///
    /// # Source
    ///
    /// `docs/alipay/sign.md` section 3; vectors `edge-sign-*`, `edge-rsa2-*`, Wycheproof.
    pub async fn verify(
        &self,
        backend: &impl RsaBackend,
        text: &[u8],
        sign: &[u8],
    ) -> Result<(), BadSignature> {
        match &self.0 {
            Key::Md5(key) => {
                let presented = hex::decode::<16>(sign).ok_or(BadSignature)?;
                if bool::from(md5(text, key).ct_eq(&presented)) {
                    Ok(())
                } else {
                    Err(BadSignature)
                }
            }
            Key::Rsa(digest, key) => {
                let signature = decode_base64(sign).ok_or(BadSignature)?;
                // Before any RSA: cheap garbage must stay cheap.
                let size = usize::try_from(key.bits().div_ceil(8)).map_err(|_| BadSignature)?;
                if signature.len() != size {
                    return Err(BadSignature);
                }
                backend.verify(key, *digest, text, &signature).await
            }
        }
    }
}

/// A signature does not hold. Why is deliberately not said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("signature does not hold")]
pub struct BadSignature;

/// The backend could not sign: it refused the key, or there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("text could not be signed")]
pub struct SignError;

#[derive(Debug)]
enum Key<K> {
    Md5(Md5Key),
    Rsa(Digest, K),
}

impl<K> Key<K> {
    fn sign_type(&self) -> SignType {
        match self {
            Self::Md5(_) => SignType::Md5,
            Self::Rsa(Digest::Sha1, _) => SignType::Rsa,
            Self::Rsa(Digest::Sha256, _) => SignType::Rsa2,
        }
    }
}

/// The policy that neither WebCrypto nor the RSA crates have.
fn admit(digest: Digest, bits: u32, exponent: Option<u64>) -> Result<(), KeyError> {
    let historic = digest == Digest::Sha1 && bits == HISTORIC_BITS;
    if bits < MIN_BITS && !historic {
        return Err(KeyError::TooFewBits {
            bits,
            limit: MIN_BITS,
        });
    }
    if bits > MAX_BITS {
        return Err(KeyError::TooManyBits {
            bits,
            limit: MAX_BITS,
        });
    }
    if exponent.is_some_and(|exponent| exponent < MIN_EXPONENT) {
        return Err(KeyError::ExponentTooSmall);
    }
    Ok(())
}

/// The key goes behind the text without a separator: Alipay's rule. Suffix keys cannot be extended.
fn md5(text: &[u8], key: &Md5Key) -> [u8; 16] {
    Md5::new()
        .chain_update(text)
        .chain_update(key.as_bytes())
        .finalize()
        .into()
}

fn decode_base64(text: &[u8]) -> Option<Vec<u8>> {
    Base64::decode_vec(std::str::from_utf8(text).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::{Digest, SignType, admit, decode_base64};
    use crate::key::KeyError;

    #[test]
    fn sign_type_in_another_case_rejected() {
        for sign_type in [SignType::Md5, SignType::Rsa, SignType::Rsa2] {
            assert_eq!(SignType::parse(sign_type.as_str()), Some(sign_type));
        }
        for text in ["", "md5", "rsa2", "RSA ", "RSA256", "DSA", "NONE"] {
            assert_eq!(SignType::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn key_policy_holds_at_its_edges() {
        let small = |bits| Err(KeyError::TooFewBits { bits, limit: 2048 });
        let e = Some(65537);
        assert_eq!(admit(Digest::Sha256, 2048, e), Ok(()));
        assert_eq!(admit(Digest::Sha256, 2047, e), small(2047));
        assert_eq!(admit(Digest::Sha256, 1024, e), small(1024));
        assert_eq!(admit(Digest::Sha1, 1024, e), Ok(()));
        assert_eq!(admit(Digest::Sha1, 1023, e), small(1023));
        assert_eq!(admit(Digest::Sha1, 1025, e), small(1025));
        assert_eq!(admit(Digest::Sha1, 8192, None), Ok(()));
        assert_eq!(
            admit(Digest::Sha1, 8193, e),
            Err(KeyError::TooManyBits {
                bits: 8193,
                limit: 8192
            })
        );
        for exponent in [0, 1, 3, 17, 65535] {
            assert_eq!(
                admit(Digest::Sha256, 2048, Some(exponent)),
                Err(KeyError::ExponentTooSmall)
            );
        }
    }

    #[test]
    fn base64_other_than_strict_standard_rejected() {
        assert_eq!(decode_base64(b"/+8="), Some(vec![0xff, 0xef]));
        for text in [
            "/+8", "_-8=", "/+8=\n", " /+8=", "/ 8=", "/+8==", "/+9=", "=", "/+8=/+8=",
        ] {
            assert_eq!(decode_base64(text.as_bytes()), None, "{text:?}");
        }
    }
}
