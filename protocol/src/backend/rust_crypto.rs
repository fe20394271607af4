//! RSA by the crates of RustCrypto, for native callers.

use pkcs8::{DecodePrivateKey, DecodePublicKey};
use rsa::pkcs1v15::{Signature, SigningKey, VerifyingKey};
use rsa::signature::{SignatureEncoding, Signer, Verifier};
use rsa::{RsaPrivateKey, RsaPublicKey};
use sha1::Sha1;
use sha2::Sha256;

use super::RsaBackend;
use crate::key::{PrivateKey, PublicKey};
use crate::sign::{BadSignature, Digest, SignError};

/// RSA by the `rsa` crate. Its futures are ready at once; see [`ready`](super::ready).
///
/// Signing is not blinded, as this crate draws no random numbers, and the time it takes can tell an
/// observer of many signatures about the key (RUSTSEC-2023-0071): use it in tests and tools, and
/// WebCrypto where strangers can ask for signatures. Verifying uses no secret.
#[derive(Clone, Copy, Debug)]
pub struct RustCrypto;

impl RsaBackend for RustCrypto {
    async fn verify(
        &self,
        key: &PublicKey,
        digest: Digest,
        text: &[u8],
        signature: &[u8],
    ) -> Result<(), BadSignature> {
        let key = RsaPublicKey::from_public_key_der(key.spki_der()).map_err(|_| BadSignature)?;
        let signature = Signature::try_from(signature).map_err(|_| BadSignature)?;
        match digest {
            Digest::Sha1 => VerifyingKey::<Sha1>::new(key).verify(text, &signature),
            Digest::Sha256 => VerifyingKey::<Sha256>::new(key).verify(text, &signature),
        }
        .map_err(|_| BadSignature)
    }

    async fn sign(
        &self,
        key: &PrivateKey,
        digest: Digest,
        text: &[u8],
    ) -> Result<Vec<u8>, SignError> {
        let key = RsaPrivateKey::from_pkcs8_der(key.pkcs8_der()).map_err(|_| SignError)?;
        let signature = match digest {
            Digest::Sha1 => SigningKey::<Sha1>::new(key).try_sign(text),
            Digest::Sha256 => SigningKey::<Sha256>::new(key).try_sign(text),
        };
        signature
            .map(|signature| signature.to_vec())
            .map_err(|_| SignError)
    }
}
