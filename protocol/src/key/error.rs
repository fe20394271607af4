//! Why a text is not a key.

use thiserror::Error;

/// Why a text is not a key, or not one for this algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Nothing there.
    #[error("key is empty")]
    Empty,
    /// A public exponent below 65537, with which forgeries have been easy.
    #[error("RSA key has a public exponent below 65537")]
    ExponentTooSmall,
    /// Neither of the ASN.1 forms.
    #[error("key is not SPKI, PKCS#1 or PKCS#8 in DER")]
    NotAKey,
    /// White space, a control character or one outside ASCII in an MD5 key.
    #[error("MD5 key has white space or a character outside printable ASCII")]
    NotAnMd5Key,
    /// Not standard base64 with padding.
    #[error("key is not base64")]
    NotBase64,
    /// A PEM frame that is broken or of another thing.
    #[error("PEM frame is broken or not of an unencrypted key")]
    NotPem,
    /// A key of another algorithm.
    #[error("key is not an RSA key")]
    NotRsa,
    /// The merchant's own public key where Alipay's belongs.
    #[error("this is your own public key, which Alipay gets; Alipay's public key belongs here")]
    OwnKeyOffered,
    /// A private key where a public one belongs.
    #[error("this is a private key, a public one belongs here")]
    PrivateKeyOffered,
    /// A public key where a private one belongs.
    #[error("this is a public key, a private one belongs here")]
    PublicKeyOffered,
    /// More bits than any backend takes.
    #[error("RSA key of {bits} bits is longer than {limit}")]
    TooManyBits {
        /// The key's size.
        bits: u32,
        /// The most that is taken.
        limit: u32,
    },
    /// Fewer bits than the algorithm's policy asks for.
    #[error("RSA key of {bits} bits is shorter than {limit}")]
    TooFewBits {
        /// The key's size.
        bits: u32,
        /// The least that is taken.
        limit: u32,
    },
    /// Longer than any key.
    #[error("key text is longer than {limit} bytes")]
    TooLong {
        /// The most that is read.
        limit: usize,
    },
}
