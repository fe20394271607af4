//! Key rings: several keys for one account, so that a key can be changed without losing a message.
//!
//! # Example
//!
//! ```
//! use alipay_protocol::key::Md5Key;
//! use alipay_protocol::notification::Verifier;
//! use alipay_protocol::ring::{KeyId, KeyRing, RingKey};
//! use alipay_protocol::sign::{SignType, VerifyingKey};
//! use alipay_protocol::trade::Partner;
//!
//! let key = |text| Md5Key::parse(text).map(VerifyingKey::md5);
//! let handover = 1_700_000_000;
//! // What Alipay signed before the handover, it may send again for 25 hours.
//! let old = RingKey::new(KeyId::parse("2022")?, key("old-test-key")?).not_after(handover + 90_000);
//! let new = RingKey::new(KeyId::parse("2023")?, key("new-test-key")?).not_before(handover);
//! let ring = KeyRing::new(SignType::Md5, vec![old, new])?;
//!
//! let tried = |now| ring.valid_at(now).map(KeyId::as_str).collect::<Vec<_>>();
//! assert_eq!(tried(handover - 1), ["2022"]);
//! assert_eq!(tried(handover), ["2023", "2022"]);
//! assert_eq!(tried(handover + 90_001), ["2023"]);
//! let verifier = Verifier::with_ring(&ring, Partner::parse("2088101122136241")?, handover)?;
//! assert_eq!(verifier.sign_type(), SignType::Md5);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fmt;
use std::sync::Arc;

use thiserror::Error;

use crate::backend::RsaBackend;
use crate::sign::{BadSignature, SignType, VerifyingKey};

/// The most keys in a ring: each may cost an RSA operation for a message that anybody can send, and
/// a change of keys needs two.
pub const MAX_KEYS: usize = 8;

/// The name of a key: what metrics and the audit log know it by. It says nothing about the key.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(Arc<str>);

impl KeyId {
    /// Reads the name of a key.
    ///
    /// # Errors
    ///
    /// * [`RingError::InvalidKeyId`] – not 1 to 64 of `A–Z a–z 0–9 . _ -`.
    pub fn parse(text: &str) -> Result<Self, RingError> {
        let ok = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if !(1..=64).contains(&text.len()) || !text.bytes().all(ok) {
            return Err(RingError::InvalidKeyId);
        }
        Ok(Self(text.into()))
    }

    /// The name of the key where there is only one: `only`.
    pub(crate) fn only() -> Self {
        Self("only".into())
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({})", self.0)
    }
}

/// A key with its name, and the time in which messages under it are taken.
#[derive(Debug)]
pub struct RingKey {
    id: KeyId,
    key: VerifyingKey,
    not_before_unix_s: Option<i64>,
    not_after_unix_s: Option<i64>,
}

impl RingKey {
    /// Names a key. Without times it is valid always, and the oldest of its ring.
    #[must_use]
    pub fn new(id: KeyId, key: VerifyingKey) -> Self {
        Self {
            id,
            key,
            not_before_unix_s: None,
            not_after_unix_s: None,
        }
    }

    /// The same key, valid from this second on.
    #[must_use]
    pub fn not_before(self, unix_s: i64) -> Self {
        Self {
            not_before_unix_s: Some(unix_s),
            ..self
        }
    }

    /// The same key, valid up to and including this second.
    #[must_use]
    pub fn not_after(self, unix_s: i64) -> Self {
        Self {
            not_after_unix_s: Some(unix_s),
            ..self
        }
    }

    fn is_valid_at(&self, now_unix_s: i64) -> bool {
        self.not_before_unix_s.is_none_or(|from| from <= now_unix_s)
            && self.not_after_unix_s.is_none_or(|to| now_unix_s <= to)
    }
}

/// The keys of one account, and the one algorithm that is in force.
///
/// Keys of another algorithm may lie in the ring, for the day on which the configuration changes it;
/// until then they verify nothing. A message chooses neither the algorithm nor the key.
///
/// # Source
///
/// `docs/alipay/sign.md` section 6.
#[derive(Debug)]
pub struct KeyRing {
    sign_type: SignType,
    /// Newest first.
    keys: Vec<Arc<RingKey>>,
}

impl KeyRing {
    /// Puts keys together under the algorithm that is in force.
    ///
    /// # Errors
    ///
    /// * [`RingError::TooManyKeys`] – more than [`MAX_KEYS`].
    /// * [`RingError::RepeatedKeyId`] – two keys of one name.
    /// * [`RingError::NeverValid`] – a key whose time ends before it begins.
    /// * [`RingError::NoKey`] – none of the keys is of the algorithm in force.
    pub fn new(sign_type: SignType, mut keys: Vec<RingKey>) -> Result<Self, RingError> {
        if keys.len() > MAX_KEYS {
            return Err(RingError::TooManyKeys { limit: MAX_KEYS });
        }
        for (index, key) in keys.iter().enumerate() {
            if keys.iter().take(index).any(|other| other.id == key.id) {
                return Err(RingError::RepeatedKeyId);
            }
            let (from, to) = (key.not_before_unix_s, key.not_after_unix_s);
            if from.zip(to).is_some_and(|(from, to)| to < from) {
                return Err(RingError::NeverValid);
            }
        }
        if !keys.iter().any(|key| key.key.sign_type() == sign_type) {
            return Err(RingError::NoKey { sign_type });
        }
        // Newest first: after a change nearly every message is under the new key. The sort is stable,
        // so that keys of one second are tried in the order in which they were given.
        keys.sort_by_key(|key| std::cmp::Reverse(key.not_before_unix_s));
        Ok(Self {
            sign_type,
            keys: keys.into_iter().map(Arc::new).collect(),
        })
    }

    /// The algorithm in force.
    #[must_use]
    pub fn sign_type(&self) -> SignType {
        self.sign_type
    }

    /// The names of the keys that would be tried at `now_unix_s`, in that order.
    pub fn valid_at(&self, now_unix_s: i64) -> impl Iterator<Item = &KeyId> {
        self.tried_at(now_unix_s).map(|key| &key.id)
    }

    /// The keys that are tried at `now_unix_s`.
    ///
    /// # Errors
    ///
    /// * [`RingError::NoValidKey`] – none: better a plain mistake of the configuration than messages
    ///   that all seem forged.
    pub(crate) fn at(&self, now_unix_s: i64) -> Result<Keys, RingError> {
        let keys: Vec<Arc<RingKey>> = self.tried_at(now_unix_s).cloned().collect();
        if keys.is_empty() {
            return Err(RingError::NoValidKey);
        }
        Ok(Keys {
            sign_type: self.sign_type,
            keys,
        })
    }

    fn tried_at(&self, now_unix_s: i64) -> impl Iterator<Item = &Arc<RingKey>> {
        self.keys
            .iter()
            .filter(move |key| key.key.sign_type() == self.sign_type && key.is_valid_at(now_unix_s))
    }
}

/// The keys of one algorithm that a message is tried with, in this order.
#[derive(Debug)]
pub(crate) struct Keys {
    sign_type: SignType,
    keys: Vec<Arc<RingKey>>,
}

impl Keys {
    /// The only key there is.
    pub(crate) fn only(key: VerifyingKey) -> Self {
        Self {
            sign_type: key.sign_type(),
            keys: vec![Arc::new(RingKey::new(KeyId::only(), key))],
        }
    }

    pub(crate) fn sign_type(&self) -> SignType {
        self.sign_type
    }

    /// Tells which key holds.
    pub(crate) async fn verify(
        &self,
        backend: &impl RsaBackend,
        text: &[u8],
        sign: &[u8],
    ) -> Result<KeyId, BadSignature> {
        for key in &self.keys {
            if key.key.verify(backend, text, sign).await.is_ok() {
                return Ok(key.id.clone());
            }
        }
        Err(BadSignature)
    }
}

/// Why keys are not a ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RingError {
    /// Not 1 to 64 of the allowed characters.
    #[error("key id must be 1 to 64 letters, digits or one of . _ -")]
    InvalidKeyId,
    /// A key whose time ends before it begins.
    #[error("a key's not_after is before its not_before")]
    NeverValid,
    /// None of the keys is of the algorithm in force.
    #[error("no key is for {sign_type}")]
    NoKey {
        /// The algorithm in force.
        sign_type: SignType,
    },
    /// Keys there are, but none of them is valid now.
    #[error("no key of the configured sign_type is valid now")]
    NoValidKey,
    /// Two keys of one name.
    #[error("two keys have one id")]
    RepeatedKeyId,
    /// More keys than are tried.
    #[error("more than {limit} keys")]
    TooManyKeys {
        /// The most.
        limit: usize,
    },
}
