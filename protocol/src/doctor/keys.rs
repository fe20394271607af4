//! The keys that are tried, each with the mistake that its success would prove.

use md5::{Digest as _, Md5};
use rsa::RsaPrivateKey;
use rsa::pkcs8::{DecodePrivateKey, EncodePublicKey};
use zeroize::Zeroizing;

use super::cause::Cause;
use super::{Configuration, Finding};
use crate::backend::{RsaBackend, RustCrypto, ready};
use crate::hex;
use crate::key::{KeyError, PrivateKey, PublicKey};
use crate::sign::{Digest, SignType};
use base64ct::{Base64, Encoding};

/// Alipay's public key of 1024 bits that all merchants of `RSA` share.
///
/// Source: `docs/alipay/sign.md` section 5; vectors `alipay-mapi-rsa-1024`.
const SHARED_KEY: &str = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCnxj/9qwVfgoUh/y2W89L6BkRAFljhNhgPdyPuBV64bfQNN1PjbCzkIM6qRdKBoLPXmKKMiFYnkd6rAoprih3/PrQEB/VsW8OoM8fxn67UDYuyBTqA23MML9q1+ilIZwBC2AQ2UBVOrFXfFl75p6/B5KsiNG9zpgmLCUYuLkxpLQIDAQAB";

/// A key to try.
pub(super) struct Candidate {
    /// What it would prove; nothing for the configured key itself.
    pub(super) cause: Option<Cause>,
    key: Bare,
}

/// A key without the policy: the doctor asks what holds, not what should be taken.
enum Bare {
    Md5(Zeroizing<String>),
    Md5Before(Zeroizing<String>),
    Rsa(PublicKey, Digest),
}

impl Candidate {
    /// Whether `sign` is this key's signature of `text`.
    pub(super) fn holds(&self, text: &[u8], sign: &[u8]) -> bool {
        let md5 = |parts: [&[u8]; 2]| {
            let [one, two] = parts;
            let hash: [u8; 16] = Md5::new()
                .chain_update(one)
                .chain_update(two)
                .finalize()
                .into();
            hex::decode::<16>(sign) == Some(hash)
        };
        match &self.key {
            Bare::Md5(key) => md5([text, key.as_bytes()]),
            Bare::Md5Before(key) => md5([key.as_bytes(), text]),
            Bare::Rsa(key, digest) => {
                let Some(signature) = raw_signature(sign) else {
                    return false;
                };
                Some(signature.len()) == size(key)
                    && ready(RustCrypto.verify(key, *digest, text, &signature)).is_ok()
            }
        }
    }

    /// The bytes of a signature by this key; none for MD5.
    pub(super) fn size(&self) -> Option<usize> {
        match &self.key {
            Bare::Rsa(key, _) => size(key),
            Bare::Md5(_) | Bare::Md5Before(_) => None,
        }
    }
}

fn size(key: &PublicKey) -> Option<usize> {
    usize::try_from(key.bits().div_ceil(8)).ok()
}

/// The bytes of a signature in strict base64.
pub(super) fn raw_signature(sign: &[u8]) -> Option<Vec<u8>> {
    Base64::decode_vec(std::str::from_utf8(sign).ok()?).ok()
}

/// Every key to try, the configured one first, and what the texts of the keys tell by themselves.
pub(super) fn candidates(configuration: &Configuration<'_>) -> (Vec<Candidate>, Vec<Finding>) {
    let mut keys = Vec::new();
    let mut facts = Vec::new();
    let mut push = |cause: Option<Cause>, key: Bare| keys.push(Candidate { cause, key });
    let text = configuration.key;
    let own = configuration.own_key.and_then(public_half);
    let digest = match configuration.sign_type {
        SignType::Rsa => Digest::Sha1,
        SignType::Rsa2 | SignType::Md5 => Digest::Sha256,
    };
    let other = match digest {
        Digest::Sha1 => Digest::Sha256,
        Digest::Sha256 => Digest::Sha1,
    };
    let mut configured = None;
    if configuration.sign_type == SignType::Md5 {
        push(None, md5(text));
        let plain = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\''));
        if plain != text {
            push(Some(Cause::Md5KeyHasWhiteSpace), md5(plain));
        }
        push(
            Some(Cause::Md5KeyPrepended),
            Bare::Md5Before(plain.to_owned().into()),
        );
        push(Some(Cause::Md5KeyPrepended), md5(&format!("&key={plain}")));
        if let Ok(key) = PublicKey::parse(text) {
            push(
                Some(Cause::SignTypeIsOther),
                Bare::Rsa(key.clone(), Digest::Sha1),
            );
            push(Some(Cause::SignTypeIsOther), Bare::Rsa(key, Digest::Sha256));
        }
    } else {
        let (key, cause) = read(text);
        if let Some(cause) = cause {
            facts.push(Finding::likely(cause));
        }
        if let Some(key) = key {
            push(cause, Bare::Rsa(key.clone(), digest));
            push(Some(Cause::SignTypeIsOther), Bare::Rsa(key.clone(), other));
            if own
                .as_ref()
                .is_some_and(|own| own.spki_der() == key.spki_der())
            {
                facts.push(Finding::likely(Cause::KeyIsOwnPublicKey));
            }
            configured = Some(key);
        }
        push(Some(Cause::SignTypeIsOther), md5(text.trim()));
    }
    let is_configured = |key: &PublicKey| {
        configured
            .as_ref()
            .is_some_and(|known| known.spki_der() == key.spki_der())
    };
    if let Some(own) = own.filter(|own| !is_configured(own)) {
        push(Some(Cause::SignedByOwnKey), Bare::Rsa(own.clone(), digest));
        push(Some(Cause::SignedByOwnKey), Bare::Rsa(own, other));
    }
    for text in &configuration.other_keys {
        match read(text).0 {
            Some(key) if !is_configured(&key) => {
                push(Some(Cause::KeyIsAnotherOne), Bare::Rsa(key.clone(), digest));
                push(Some(Cause::KeyIsAnotherOne), Bare::Rsa(key, other));
            }
            Some(_) => {}
            None => push(Some(Cause::KeyIsAnotherOne), md5(text.trim())),
        }
    }
    if let Ok(shared) = PublicKey::parse(SHARED_KEY)
        && !is_configured(&shared)
    {
        push(
            Some(Cause::KeyIsAlipaysOlderKey),
            Bare::Rsa(shared, Digest::Sha1),
        );
    }
    (keys, facts)
}

/// What other code stumbles over in a key that is right.
pub(super) fn hints(configuration: &Configuration<'_>) -> Vec<Finding> {
    let text = configuration.key;
    let mut hints = Vec::new();
    if configuration.sign_type == SignType::Md5 {
        return hints;
    }
    let der = PublicKey::parse(text).map(|key| Base64::encode_string(key.spki_der()));
    let dense: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if der.is_ok_and(|spki| !dense.contains(&spki)) {
        hints.push(Finding::likely(Cause::KeyIsPkcs1));
    }
    let body = text.lines().filter(|line| !line.starts_with("-----"));
    if body
        .into_iter()
        .any(|line| line.trim().contains(char::is_whitespace))
    {
        hints.push(Finding::likely(Cause::KeyHasStrayCharacters));
    }
    hints
}

fn md5(text: &str) -> Bare {
    Bare::Md5(text.to_owned().into())
}

/// Reads a public key, mending what can be mended; the cause says what was wrong with it.
fn read(text: &str) -> (Option<PublicKey>, Option<Cause>) {
    match PublicKey::parse(text) {
        Ok(key) => (Some(key), None),
        Err(KeyError::PrivateKeyOffered) => (public_half(text), Some(Cause::KeyIsPrivate)),
        Err(_) if text.contains("BEGIN CERTIFICATE") => (None, Some(Cause::KeyIsCertificate)),
        Err(_) => {
            let plain = text.replace("\\n", "").replace("\\r", "");
            let frame = |line: &str| line.contains("-----BEGIN") || line.contains("-----END");
            let lines = plain
                .replace("-----BEGIN", "\n-----BEGIN")
                .replace("-----END", "\n-----END")
                .replace("KEY-----", "KEY-----\n");
            let mut base64: String = lines
                .lines()
                .filter(|line| !frame(line) && !line.contains("KEY-----"))
                .flat_map(str::chars)
                .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/'))
                .collect();
            while base64.len().checked_rem(4).is_some_and(|rest| rest > 0) {
                base64.push('=');
            }
            match PublicKey::parse(&base64) {
                Ok(key) => (Some(key), Some(Cause::KeyHasStrayCharacters)),
                Err(_) => (None, Some(Cause::KeyBroken)),
            }
        }
    }
}

/// The public key of a key of either half.
fn public_half(text: &str) -> Option<PublicKey> {
    if let Ok(key) = PublicKey::parse(text) {
        return Some(key);
    }
    let private = PrivateKey::parse(text).ok()?;
    let private = RsaPrivateKey::from_pkcs8_der(private.pkcs8_der()).ok()?;
    let der = private.to_public_key().to_public_key_der().ok()?;
    PublicKey::parse(&Base64::encode_string(der.as_bytes())).ok()
}
