//! The settings of Antom: all of them, or none.

use super::fault::{Fault, Faults};
use super::vars::{Vars, wrong};
use crate::admin::keys::{Key, Usage};
use crate::outbound;
use alipay_protocol::antom::answer::AnswerVerifier;
use alipay_protocol::antom::names::ClientId;
use alipay_protocol::antom::notification::Verifier;
use alipay_protocol::antom::signature::{HttpUri, KeyVersion, PublicKeys, Signer};
use alipay_protocol::key::{PrivateKey, PublicKey};
use alipay_protocol::ring::{KeyId, KeyRing, RingError, RingKey};
use alipay_protocol::sign::{SignType, VerifyingKey};

/// Where notifications come. The signature covers it, so it must be the path that Antom is told.
pub const NOTIFY_PATH: &str = "/notify/antom";

const URL: &str = "ANTOM_URL";
const CLIENT_ID: &str = "ANTOM_CLIENT_ID";
const PRIVATE_KEY: &str = "ANTOM_PRIVATE_KEY";
const KEY_VERSION: &str = "ANTOM_KEY_VERSION";
const PUBLIC_KEY: &str = "ANTOM_PUBLIC_KEY";
const PUBLIC_KEY_PREVIOUS: &str = "ANTOM_PUBLIC_KEY_PREVIOUS";

/// Any one of these asks for all of them.
const GROUP: [&str; 6] = [
    URL,
    CLIENT_ID,
    PRIVATE_KEY,
    KEY_VERSION,
    PUBLIC_KEY,
    PUBLIC_KEY_PREVIOUS,
];

/// What Antom is asked with, and what it is believed by.
#[derive(Debug)]
pub struct Antom {
    /// `ANTOM_URL`: scheme and host, without a slash at its end.
    pub origin: String,
    /// `ANTOM_CLIENT_ID` and the key that signs for it.
    pub signer: Signer,
    /// The present key of Antom's, then the one before it while it is being replaced. Named after
    /// their settings.
    ring: KeyRing,
    uri: HttpUri,
}

impl Antom {
    /// The merchant's account.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        self.signer.client_id()
    }

    /// Checks notifications at this moment.
    ///
    /// # Errors
    ///
    /// [`RingError`] – no key is valid now.
    pub fn verifier(&self, now_s: u64) -> Result<Verifier, RingError> {
        let keys = self.keys(now_s)?;
        Ok(Verifier::new(
            keys,
            self.client_id().clone(),
            self.uri.clone(),
        ))
    }

    /// Checks answers at this moment.
    ///
    /// # Errors
    ///
    /// As [`Antom::verifier`].
    pub fn answer_verifier(&self, now_s: u64) -> Result<AnswerVerifier, RingError> {
        let keys = self.keys(now_s)?;
        Ok(AnswerVerifier::new(keys, self.client_id().clone()))
    }

    fn keys(&self, now_s: u64) -> Result<PublicKeys, RingError> {
        PublicKeys::of_ring(&self.ring, i64::try_from(now_s).unwrap_or(i64::MAX))
    }
}

impl Vars<'_> {
    /// Whether any setting of Antom's is there.
    pub(super) fn has_antom(&self) -> bool {
        GROUP.iter().any(|name| self.is_there(name))
    }

    /// Antom's settings.
    pub(super) fn antom(&self, development: bool) -> Result<Antom, Vec<Fault>> {
        let mut faults = Faults::default();
        let origin = faults.take(self.antom_origin(development));
        let client_id = self.required(CLIENT_ID).and_then(|text| {
            // `PARTNER` is no client of Antom's, and the other way round.
            ClientId::parse(&text).map_err(|_| Fault::malformed(CLIENT_ID))
        });
        let client_id = faults.take(client_id);
        let private = self
            .required(PRIVATE_KEY)
            .and_then(|text| PrivateKey::parse(&text).map_err(wrong(PRIVATE_KEY)));
        let key_version = faults.take(self.key_version());
        let present = faults.take(self.antom_key(PUBLIC_KEY, private.as_ref().ok()));
        let before = self
            .is_there(PUBLIC_KEY_PREVIOUS)
            .then(|| self.antom_key(PUBLIC_KEY_PREVIOUS, private.as_ref().ok()));
        let before = before.and_then(|read| faults.take(read));
        let ring = present.and_then(|present| {
            let keys = std::iter::once(present).chain(before).collect();
            let ring = KeyRing::new(SignType::Rsa2, keys);
            faults.take(ring.map_err(|_| Fault::malformed(PUBLIC_KEY)))
        });
        let signer = client_id
            .zip(faults.take(private))
            .and_then(|(client_id, key)| {
                faults.take(Signer::new(client_id, key).map_err(wrong(PRIVATE_KEY)))
            });
        let uri = HttpUri::parse(NOTIFY_PATH).ok();
        let whole = || {
            Some(Antom {
                origin: origin?,
                signer: signer?.with_key_version(key_version?),
                ring: ring?,
                uri: uri?,
            })
        };
        faults.or_whole(whole())
    }

    fn antom_origin(&self, development: bool) -> Result<String, Fault> {
        let text = self.required(URL)?;
        outbound::origin(&text, development).ok_or(Fault::malformed(URL))
    }

    fn key_version(&self) -> Result<KeyVersion, Fault> {
        if !self.is_there(KEY_VERSION) {
            return Ok(KeyVersion::ONE);
        }
        let text = self.required(KEY_VERSION)?;
        KeyVersion::parse(&text).map_err(|_| Fault::malformed(KEY_VERSION))
    }

    fn antom_key(&self, name: &'static str, own: Option<&PrivateKey>) -> Result<RingKey, Fault> {
        let text = self.required(name)?;
        // The most common mistake of all is to give one's own public key for Antom's.
        let key = match own {
            Some(own) => PublicKey::parse_of_alipay(&text, own),
            None => PublicKey::parse(&text),
        };
        let key = key.and_then(VerifyingKey::rsa2).map_err(wrong(name))?;
        let id = KeyId::parse(name).map_err(|_| Fault::malformed(name))?;
        Ok(RingKey::new(id, key))
    }

    /// Antom's keys that are in use; what cannot be read was refused before.
    pub(super) fn antom_fingerprints(&self) -> impl Iterator<Item = Key> {
        let private = self.text(PRIVATE_KEY);
        let private = private.and_then(|text| PrivateKey::parse(&text).ok());
        let private =
            private.map(|key| Key::of_der(PRIVATE_KEY, key.pkcs8_der(), Usage::AntomSign));
        let public = [PUBLIC_KEY, PUBLIC_KEY_PREVIOUS].map(|name| {
            let key = self
                .text(name)
                .and_then(|text| PublicKey::parse(&text).ok());
            key.map(|key| Key::of_der(name, key.spki_der(), Usage::AntomVerify))
        });
        std::iter::once(private).chain(public).flatten()
    }
}
