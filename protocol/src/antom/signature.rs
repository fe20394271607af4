//! The signature in the headers: what text is signed, how it is written, and with which key.

mod header;

use std::fmt;

use thiserror::Error;

use crate::antom::names::ClientId;
use crate::antom::time::AntomTime;
use crate::backend::RsaBackend;
use crate::key::{KeyError, PrivateKey, PublicKey};
use crate::ring::{KeyId, KeyRing, Keys, RingError};
use crate::sign::{SignError, SignType, SigningKey, VerifyingKey};

pub use header::{HeaderError, KeyVersion, MAX_HEADER, SignatureHeader};

/// The longest body that is read, in bytes. Documented messages are below 10 kB; the limit is one for
/// strangers, who can make us hash as much as we read.
pub const MAX_BODY: usize = 256 * 1024;

/// The longest path and query, in bytes: Antom's limit for an address that it notifies.
const MAX_URI: usize = 2048;

/// The wire's `http-uri`: a path and its query, without scheme and host.
///
/// Of a notification it is the merchant's own: what stands in `paymentNotifyUrl` behind the host.
///
/// # Source
///
/// `docs/alipay/antom.md` section 2; vectors `bad-uri-slash`, `bad-uri-host`, `ntf-root-go`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpUri(String);

impl HttpUri {
    /// Reads a path with or without a query, exactly as it stands in a request line.
    ///
    /// # Errors
    ///
    /// * [`InvalidUri`] – it does not begin with `/`, is longer than 2048, or holds white space, `#`
    ///   or a character outside ASCII.
    pub fn parse(text: &str) -> Result<Self, InvalidUri> {
        let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'#';
        if !text.starts_with('/') || text.len() > MAX_URI || !text.bytes().all(plain) {
            return Err(InvalidUri);
        }
        Ok(Self(text.to_owned()))
    }

    /// The path and the query as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// One of the paths that stand in this crate.
    pub(crate) fn ours(path: String) -> Self {
        Self(path)
    }
}

impl fmt::Display for HttpUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text is not a path with or without a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("path must begin with / and be printable ASCII without #, 2048 at most")]
pub struct InvalidUri;

/// What a signature covers.
#[derive(Clone, Copy)]
pub struct Envelope<'a> {
    /// The path and query of the request, also for the answer to it.
    pub uri: &'a HttpUri,
    /// The merchant's account.
    pub client_id: &'a ClientId,
    /// `request-time` or `response-time`.
    pub time: &'a AntomTime,
    /// The body as sent or received. Nothing in it is normalised.
    pub body: &'a [u8],
}

impl Envelope<'_> {
    /// Writes the text that is signed: `POST http-uri`, a line feed, `client-id.time.body`.
    ///
    /// The types of the parts see to it that no two envelopes have one text: no client has a point
    /// in it, and no time followed by a point begins another time.
    ///
    /// # Source
    ///
    /// `docs/alipay/antom.md` section 2; every vector has the SHA-256 of its text.
    #[must_use]
    pub fn canonicalize(&self) -> Vec<u8> {
        let head = format!("POST {}\n{}.{}.", self.uri, self.client_id, self.time);
        [head.as_bytes(), self.body].concat()
    }
}

/// Shows the length of the body only: signed text is for no log.
impl fmt::Debug for Envelope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope")
            .field("uri", self.uri)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Antom's public keys, bound to `RSA256`: the present one, and others while keys change.
#[derive(Debug)]
pub struct PublicKeys {
    /// Those of a ring that are valid at one moment; tried first.
    ring: Option<Keys>,
    listed: Vec<VerifyingKey>,
}

impl PublicKeys {
    /// Binds Antom's key.
    ///
    /// # Errors
    ///
    /// * [`KeyError::TooFewBits`] – below 2048 bits.
    /// * [`KeyError::TooManyBits`] – above 8192 bits.
    /// * [`KeyError::ExponentTooSmall`] – the public exponent is below 65537.
    ///
    /// # Source
    ///
    /// `docs/alipay/antom.md` section 2.
    pub fn new(key: PublicKey) -> Result<Self, KeyError> {
        Ok(Self {
            ring: None,
            listed: vec![VerifyingKey::rsa2(key)?],
        })
    }

    /// Takes the keys of `ring` that are valid at `now_unix_s`: Antom's `RSA256` is what the gateway
    /// calls `RSA2`. Make them per message, as they keep their moment.
    ///
    /// # Errors
    ///
    /// * [`RingError::NoKey`] – the ring is for another algorithm.
    /// * [`RingError::NoValidKey`] – none of its keys is valid at that moment.
    ///
    /// # Source
    ///
    /// `docs/alipay/antom.md` section 2, `docs/alipay/sign.md` section 6.
    pub fn of_ring(ring: &KeyRing, now_unix_s: i64) -> Result<Self, RingError> {
        if ring.sign_type() != SignType::Rsa2 {
            let sign_type = SignType::Rsa2;
            return Err(RingError::NoKey { sign_type });
        }
        Ok(Self {
            ring: Some(ring.at(now_unix_s)?),
            listed: Vec::new(),
        })
    }

    /// The same keys and one more, tried after them. `keyVersion` is not signed, so it chooses none.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn or(mut self, key: PublicKey) -> Result<Self, KeyError> {
        self.listed.push(VerifyingKey::rsa2(key)?);
        Ok(self)
    }

    /// Verifies that `signature`, the value of the header, is Antom's for `envelope`.
    ///
    /// # Errors
    ///
    /// * [`SignatureError::BadHeader`] – the header is not of its shape, or names an algorithm other
    ///   than `RSA256`.
    /// * [`SignatureError::BadSignature`] – no key holds; deliberately not split up.
    ///
    /// # Not checked here
    ///
    /// What the body says, for which order it is, how old it is, and whether it came before.
    ///
    /// # Source
    ///
    /// `docs/alipay/antom.md` section 2; vectors `hdr-*`, `bad-*`.
    pub async fn verify(
        &self,
        backend: &impl RsaBackend,
        envelope: &Envelope<'_>,
        signature: &str,
    ) -> Result<SignedBy, SignatureError> {
        let header = SignatureHeader::parse(signature).map_err(SignatureError::BadHeader)?;
        let key_version = header.key_version();
        let text = envelope.canonicalize();
        if let Some(ring) = &self.ring
            && let Ok(key_id) = ring.verify(backend, &text, header.base64()).await
        {
            return Ok(SignedBy {
                key_version,
                key_id: Some(key_id),
            });
        }
        for key in &self.listed {
            let verdict = key.verify(backend, &text, header.base64()).await;
            if verdict.is_ok() {
                return Ok(SignedBy {
                    key_version,
                    key_id: None,
                });
            }
        }
        Err(SignatureError::BadSignature)
    }
}

/// Whose signature held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedBy {
    /// The number that Antom says it signed with. **Not** signed.
    pub key_version: KeyVersion,
    /// The name that the key has in its ring; `None` for a key without one.
    pub key_id: Option<KeyId>,
}

/// Why a signature was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// The header is not of its shape.
    #[error("signature header is not acceptable")]
    BadHeader(#[source] HeaderError),
    /// The signature does not hold.
    #[error("signature does not hold")]
    BadSignature,
}

/// The merchant's side: who signs, with which key.
#[derive(Debug)]
pub struct Signer {
    client_id: ClientId,
    key: SigningKey,
    key_version: KeyVersion,
}

impl Signer {
    /// Binds the merchant's private key to `RSA256` and `keyVersion=1`, what Antom gives to a first
    /// key.
    ///
    /// # Errors
    ///
    /// * [`KeyError::TooFewBits`] – below 2048 bits.
    /// * [`KeyError::TooManyBits`] – above 8192 bits.
    /// * [`KeyError::ExponentTooSmall`] – the public exponent is below 65537.
    ///
    /// # Source
    ///
    /// `docs/alipay/antom.md` section 2.
    pub fn new(client_id: ClientId, key: PrivateKey) -> Result<Self, KeyError> {
        Ok(Self {
            client_id,
            key: SigningKey::rsa2(key)?,
            key_version: KeyVersion::ONE,
        })
    }

    /// The same signer with another `keyVersion`.
    #[must_use]
    pub fn with_key_version(self, key_version: KeyVersion) -> Self {
        Self {
            key_version,
            ..self
        }
    }

    /// The merchant's account.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// Signs a body for a path and a time, and writes the value of the header `signature`.
    ///
    /// # Errors
    ///
    /// * [`SignError`] – the backend could not sign.
    ///
    /// # Not checked here
    ///
    /// What the body says: requests go through [`request`](crate::antom::request).
    ///
    /// # Source
    ///
    /// `docs/alipay/antom.md` section 2; vectors of kind `request`, byte for byte.
    pub async fn sign(
        &self,
        backend: &impl RsaBackend,
        uri: &HttpUri,
        time: &AntomTime,
        body: &[u8],
    ) -> Result<String, SignError> {
        let envelope = Envelope {
            uri,
            client_id: &self.client_id,
            time,
            body,
        };
        let base64 = self.key.sign(backend, &envelope.canonicalize()).await?;
        Ok(header::write(self.key_version, &base64))
    }
}

#[cfg(test)]
mod tests {
    use super::{Envelope, HttpUri, InvalidUri};
    use crate::antom::names::ClientId;
    use crate::antom::time::AntomTime;

    #[test]
    fn path_of_another_shape_rejected() {
        for text in [
            "",
            "notify",
            "https://shop.example/notify",
            "/a b",
            "/a\n",
            "/a#b",
            "/ü",
            &format!("/{}", "a".repeat(2048)),
        ] {
            assert_eq!(HttpUri::parse(text), Err(InvalidUri), "{text:?}");
        }
        for text in ["/", "/ams/api//v1", "/a?b=c&d=%20", "/a/"] {
            assert_eq!(
                HttpUri::parse(text).map(|uri| uri.to_string()),
                Ok(text.to_owned())
            );
        }
    }

    #[test]
    fn text_is_method_path_client_time_and_body_as_they_are() {
        let envelope = Envelope {
            uri: &HttpUri::parse("/ams/api/v1/payments/pay?a=b").unwrap(),
            client_id: &ClientId::parse("5X00").unwrap(),
            time: &AntomTime::parse("2019-07-12T12:08:56+05:30").unwrap(),
            body: b"\xff\r\n.",
        };
        assert_eq!(
            envelope.canonicalize(),
            b"POST /ams/api/v1/payments/pay?a=b\n5X00.2019-07-12T12:08:56+05:30.\xff\r\n."
        );
    }
}
