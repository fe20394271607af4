//! What the targets run: one function per entry that takes bytes of strangers.
//!
//! Each function panics on a finding. Nearly every entry has its parsers behind a signature that no
//! fuzzer finds, so they run twice: as they are, when nothing may ever come out as signed, and with
//! [`TakesAll`], which says yes to every signature and so opens what stands behind it.

mod antom;
mod gateway;
mod texts;

use alipay_protocol::backend::RsaBackend;
use alipay_protocol::key::{Md5Key, PrivateKey, PublicKey};
use alipay_protocol::notification::Verifier;
use alipay_protocol::sign::{BadSignature, Digest, SignError, VerifyingKey};
use alipay_protocol::trade::Partner;

pub use antom::{antom_answer, antom_header, antom_notification};
pub use gateway::{answer, app_result, file, form, notification, openplatform, return_query};
pub use texts::{key, text};

/// The account of the vectors.
const PARTNER: &str = "2088101122136241";

/// A public test key of the vectors, 2048 bits.
const TEST_KEY: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAqrQUYAsNvcqO8ga7jJ4XyYvLmeKkMmXAKd/ve2ZeUJ36zq4j0eDBIC1s8R3eqmZDIZVZPZ35xP4ja8ijReOTybOhomipt6wWAj5ewCCfPJW8NvebEqE2OLBQPqlHcOxVbe2J1fCb7SGr5tqCj53tQwlTbTZ0/Z1U/ePMM/ftQ9DtoambpOifLXcti7j8iN8N2Lluad1Wsc1SPUm4+Ael+A1hRpyFE0GCi3LW3XeA+RyHNqF1UGAnDsLhZ+KzzjfrKFpf2E0NmVW4Z3o4zIQVz/qSD7Fn2XDnp8oUMXBGF/U0KHZ8Yu0JLXTkeJd2upP4xmLJ8sylwc7XA2QxC21KCQIDAQAB";

/// Says yes to every signature of the right size.
struct TakesAll;

impl RsaBackend for TakesAll {
    async fn verify(
        &self,
        _: &PublicKey,
        _: Digest,
        _: &[u8],
        _: &[u8],
    ) -> Result<(), BadSignature> {
        Ok(())
    }

    async fn sign(&self, _: &PrivateKey, _: Digest, _: &[u8]) -> Result<Vec<u8>, SignError> {
        Ok(vec![0; 256])
    }
}

/// A signature in base64 of the size of [`TEST_KEY`]: all zeros.
fn zeros() -> String {
    format!("{}==", "A".repeat(342))
}

fn partner() -> Partner {
    Partner::parse(PARTNER).unwrap()
}

/// A verifier with a test key that signed none of the seeds.
fn strict() -> Verifier {
    let key = VerifyingKey::md5(Md5Key::parse("fuzz-test-key").unwrap());
    Verifier::new(key, partner())
}

/// A verifier that, with [`TakesAll`], takes every signature.
fn open() -> Verifier {
    Verifier::new(test_key(), partner())
}

fn test_key() -> VerifyingKey {
    VerifyingKey::rsa2(PublicKey::parse(TEST_KEY).unwrap()).unwrap()
}
