//! The one thing this crate lets its caller choose: who computes RSA.

#[cfg(feature = "rsa")]
mod rust_crypto;

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crate::key::{PrivateKey, PublicKey};
use crate::sign::{BadSignature, Digest, SignError};

#[cfg(feature = "rsa")]
pub use rust_crypto::RustCrypto;

/// Computes RSASSA-PKCS1-v1_5. Size, exponent and encoding of the signature were checked before.
///
/// Futures need not be `Send`: the Worker's never are.
pub trait RsaBackend {
    /// Verifies the raw `signature` of `text` under `key`.
    ///
    /// # Errors
    ///
    /// * [`BadSignature`] – it does not hold, or anything failed while finding out.
    fn verify(
        &self,
        key: &PublicKey,
        digest: Digest,
        text: &[u8],
        signature: &[u8],
    ) -> impl Future<Output = Result<(), BadSignature>>;

    /// Signs `text` with `key`; the raw signature is as long as the modulus.
    ///
    /// # Errors
    ///
    /// * [`SignError`] – the key was refused or the computation failed.
    fn sign(
        &self,
        key: &PrivateKey,
        digest: Digest,
        text: &[u8],
    ) -> impl Future<Output = Result<Vec<u8>, SignError>>;
}

/// A backend for merchants with `MD5`, who need none: it verifies nothing and signs nothing.
#[derive(Clone, Copy, Debug)]
pub struct NoRsa;

impl RsaBackend for NoRsa {
    async fn verify(
        &self,
        _: &PublicKey,
        _: Digest,
        _: &[u8],
        _: &[u8],
    ) -> Result<(), BadSignature> {
        Err(BadSignature)
    }

    async fn sign(&self, _: &PrivateKey, _: Digest, _: &[u8]) -> Result<Vec<u8>, SignError> {
        Err(SignError)
    }
}

/// Runs a future that never waits, so that native callers need no executor.
///
/// # Panics
///
/// If the future waits: with [`NoRsa`] and `RustCrypto` no future of this crate does. Never call it
/// with a backend of your own that asks somebody else.
#[expect(
    clippy::panic,
    reason = "a future that waits here is a mistake of the caller's code"
)]
pub fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("ready() was given a future that waits"),
    }
}

#[cfg(test)]
mod tests {
    use super::ready;

    #[test]
    fn ready_gives_what_the_future_gives() {
        assert_eq!(ready(async { 7 }), 7);
    }

    #[test]
    #[should_panic(expected = "ready() was given a future that waits")]
    fn future_that_waits_rejected() {
        ready(std::future::pending::<()>());
    }
}
