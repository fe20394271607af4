//! Keys as merchants paste them: PEM or bare base64, PKCS#1, SPKI or PKCS#8.
//!
//! Reading a key says nothing about its strength; the policy stands where a key is bound to an
//! algorithm, in [`sign`](crate::sign).

mod error;
mod pem;

use std::fmt;

use pkcs1::der::asn1::OctetStringRef;
use pkcs1::der::{Decode, Encode, asn1::BitStringRef};
use pkcs8::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};
use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

pub use error::KeyError;
use pem::der;

/// The longest key text that is read, in bytes: a 16384-bit private key in PEM is under 13 kB.
const MAX_KEY_TEXT: usize = 16 * 1024;

/// An RSA public key, kept as SPKI (the only form WebCrypto imports).
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    spki_der: Vec<u8>,
    modulus: Vec<u8>,
    bits: u32,
    exponent: Option<u64>,
}

impl PublicKey {
    /// Reads a public key: PEM (`PUBLIC KEY`, `RSA PUBLIC KEY`) or the bare base64 of either.
    ///
    /// White space is tolerated anywhere in the base64, as keys come out of web consoles and mails.
    ///
    /// # Errors
    ///
    /// * [`KeyError::Empty`] – nothing but white space.
    /// * [`KeyError::TooLong`] – longer than any key.
    /// * [`KeyError::NotPem`] – a PEM frame that is broken, or of another thing (a certificate).
    /// * [`KeyError::NotBase64`] – not standard base64 with padding.
    /// * [`KeyError::PrivateKeyOffered`] – this is a private key.
    /// * [`KeyError::NotRsa`] – a key of another algorithm.
    /// * [`KeyError::NotAKey`] – neither SPKI nor PKCS#1 in strict DER.
    ///
    /// # Not checked here
    ///
    /// Size and exponent, and whether it is Alipay's key rather than the merchant's own: for that,
    /// [`PublicKey::parse_of_alipay`].
    ///
    /// # Source
    ///
    /// `docs/alipay/sign.md` section 5; vectors `alipay-mapi-rsa-1024`, `kaligo-test-rsa-2048`.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let der = der(text)?;
        if let Ok(spki) = SubjectPublicKeyInfoRef::from_der(&der) {
            if spki.algorithm != pkcs1::ALGORITHM_ID {
                return Err(KeyError::NotRsa);
            }
            let pkcs1 = spki
                .subject_public_key
                .as_bytes()
                .ok_or(KeyError::NotAKey)?;
            let key = pkcs1::RsaPublicKeyRef::from_der(pkcs1).map_err(|_| KeyError::NotAKey)?;
            return Ok(Self::new(der.to_vec(), &key));
        }
        if let Ok(key) = pkcs1::RsaPublicKeyRef::from_der(&der) {
            let spki_der = SubjectPublicKeyInfoRef {
                algorithm: pkcs1::ALGORITHM_ID,
                subject_public_key: BitStringRef::from_bytes(&der)
                    .map_err(|_| KeyError::NotAKey)?,
            }
            .to_der()
            .map_err(|_| KeyError::NotAKey)?;
            return Ok(Self::new(spki_der, &key));
        }
        if is_private(&der) {
            Err(KeyError::PrivateKeyOffered)
        } else {
            Err(KeyError::NotAKey)
        }
    }

    /// Reads Alipay's public key, and refuses the merchant's own: each is shown to the merchant
    /// beside the other, and pasted in its place.
    ///
    /// # Errors
    ///
    /// * Every error of [`PublicKey::parse`].
    /// * [`KeyError::OwnKeyOffered`] – this is the public half of `own`.
    ///
    /// # Source
    ///
    /// `docs/alipay/sign.md` section 5.
    pub fn parse_of_alipay(text: &str, own: &PrivateKey) -> Result<Self, KeyError> {
        let key = Self::parse(text)?;
        if key.modulus == own.modulus {
            return Err(KeyError::OwnKeyOffered);
        }
        Ok(key)
    }

    fn new(spki_der: Vec<u8>, key: &pkcs1::RsaPublicKeyRef<'_>) -> Self {
        let exponent = number(key.public_exponent.as_bytes());
        Self {
            spki_der,
            modulus: key.modulus.as_bytes().to_vec(),
            bits: bits(key.modulus.as_bytes()),
            exponent,
        }
    }

    /// The key as `SubjectPublicKeyInfo` in DER.
    #[must_use]
    pub fn spki_der(&self) -> &[u8] {
        &self.spki_der
    }

    /// The size of the modulus in bits.
    #[must_use]
    pub fn bits(&self) -> u32 {
        self.bits
    }

    /// The public exponent, or `None` if it has more than 64 bits.
    pub(crate) fn exponent(&self) -> Option<u64> {
        self.exponent
    }
}

/// A public key is no secret, but its bytes say nothing to a reader.
impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicKey")
            .field("bits", &self.bits)
            .finish_non_exhaustive()
    }
}

/// An RSA private key, kept as PKCS#8 (the only form WebCrypto imports) and wiped when dropped.
pub struct PrivateKey {
    pkcs8_der: Zeroizing<Vec<u8>>,
    /// Public: both halves of a pair have it.
    modulus: Vec<u8>,
    bits: u32,
    exponent: Option<u64>,
}

impl PrivateKey {
    /// Reads a private key: PEM (`PRIVATE KEY`, `RSA PRIVATE KEY`) or the bare base64 of either.
    ///
    /// White space is tolerated anywhere in the base64.
    ///
    /// # Errors
    ///
    /// * [`KeyError::Empty`] – nothing but white space.
    /// * [`KeyError::TooLong`] – longer than any key.
    /// * [`KeyError::NotPem`] – a PEM frame that is broken, or of another thing (encrypted keys).
    /// * [`KeyError::NotBase64`] – not standard base64 with padding.
    /// * [`KeyError::PublicKeyOffered`] – this is a public key.
    /// * [`KeyError::NotRsa`] – a key of another algorithm.
    /// * [`KeyError::NotAKey`] – neither PKCS#8 nor PKCS#1 in strict DER.
    ///
    /// # Not checked here
    ///
    /// Size and exponent, whether the parts of the key belong together, and whether Alipay knows it.
    ///
    /// # Source
    ///
    /// `docs/alipay/sign.md` section 5; vectors `kaligo-test-rsa-2048-priv` and its like.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let der = der(text)?;
        if let Ok(info) = pkcs8::PrivateKeyInfoRef::from_der(&der) {
            if info.algorithm != pkcs1::ALGORITHM_ID {
                return Err(KeyError::NotRsa);
            }
            let key = pkcs1::RsaPrivateKeyRef::from_der(info.private_key.as_bytes())
                .map_err(|_| KeyError::NotAKey)?;
            return Ok(Self::new(Zeroizing::new(der.to_vec()), &key));
        }
        if let Ok(key) = pkcs1::RsaPrivateKeyRef::from_der(&der) {
            let algorithm: AlgorithmIdentifierRef<'_> = pkcs1::ALGORITHM_ID;
            let inner = OctetStringRef::new(&der).map_err(|_| KeyError::NotAKey)?;
            let pkcs8_der = pkcs8::PrivateKeyInfoRef::new(algorithm, inner)
                .to_der()
                .map_err(|_| KeyError::NotAKey)?;
            return Ok(Self::new(Zeroizing::new(pkcs8_der), &key));
        }
        if is_public(&der) {
            Err(KeyError::PublicKeyOffered)
        } else {
            Err(KeyError::NotAKey)
        }
    }

    fn new(pkcs8_der: Zeroizing<Vec<u8>>, key: &pkcs1::RsaPrivateKeyRef<'_>) -> Self {
        let exponent = number(key.public_exponent.as_bytes());
        Self {
            pkcs8_der,
            modulus: key.modulus.as_bytes().to_vec(),
            bits: bits(key.modulus.as_bytes()),
            exponent,
        }
    }

    /// The key as `PrivateKeyInfo` in DER. A secret: import it and forget it.
    #[must_use]
    pub fn pkcs8_der(&self) -> &[u8] {
        &self.pkcs8_der
    }

    /// The size of the modulus in bits.
    #[must_use]
    pub fn bits(&self) -> u32 {
        self.bits
    }

    /// The public exponent, or `None` if it has more than 64 bits.
    pub(crate) fn exponent(&self) -> Option<u64> {
        self.exponent
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey([elided])")
    }
}

/// The secret text that MD5 mode appends to what is signed, wiped when dropped.
pub struct Md5Key(Zeroizing<String>);

impl Md5Key {
    /// Reads an MD5 key: printable ASCII without white space.
    ///
    /// # Errors
    ///
    /// * [`KeyError::Empty`] – no character at all: with an empty key everybody could sign.
    /// * [`KeyError::TooLong`] – longer than any key.
    /// * [`KeyError::NotAnMd5Key`] – white space, a control character or one outside ASCII: a sign
    ///   of a key that was copied with its surroundings.
    ///
    /// # Source
    ///
    /// `docs/alipay/sign.md` section 5.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        if text.is_empty() {
            return Err(KeyError::Empty);
        }
        if text.len() > MAX_KEY_TEXT {
            return Err(KeyError::TooLong {
                limit: MAX_KEY_TEXT,
            });
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(KeyError::NotAnMd5Key);
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Md5Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Md5Key([elided])")
    }
}

/// Compares in constant time, so that tests and rotations can tell two keys apart.
impl ConstantTimeEq for Md5Key {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.as_bytes().ct_eq(other.as_bytes())
    }
}

fn is_private(der: &[u8]) -> bool {
    pkcs8::PrivateKeyInfoRef::from_der(der).is_ok()
        || pkcs1::RsaPrivateKeyRef::from_der(der).is_ok()
}

fn is_public(der: &[u8]) -> bool {
    SubjectPublicKeyInfoRef::from_der(der).is_ok() || pkcs1::RsaPublicKeyRef::from_der(der).is_ok()
}

/// The length of a big-endian number in bits.
fn bits(number: &[u8]) -> u32 {
    let mut significant = number.iter().skip_while(|byte| **byte == 0);
    let first = significant
        .next()
        .map_or(0, |byte| u8::BITS.saturating_sub(byte.leading_zeros()));
    let rest = u32::try_from(significant.count()).unwrap_or(u32::MAX);
    rest.saturating_mul(u8::BITS).saturating_add(first)
}

fn number(bytes: &[u8]) -> Option<u64> {
    bytes.iter().try_fold(0_u64, |number, byte| {
        number.checked_mul(256)?.checked_add(u64::from(*byte))
    })
}
