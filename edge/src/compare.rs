//! For a test only, and never in a Worker that is published: puts the same questions to both
//! cryptographic backends in the real runtime and answers what each of them says.
//!
//! The feature `compare` adds it, and with it RSA in wasm, which the Worker otherwise leaves out.

pub mod repeat;

use crate::webcrypto::WebCrypto;
use alipay_protocol::backend::{RsaBackend, RustCrypto};
use alipay_protocol::key::{PrivateKey, PublicKey};
use alipay_protocol::sign::Digest;
use base64ct::{Base64, Encoding};
use serde::{Deserialize, Serialize};
use worker::{Error, Request, Response, Result};

/// One question. Bytes are in base64.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Question {
    /// Does the signature hold?
    Verify {
        key: String,
        sha1: bool,
        text: String,
        signature: String,
    },
    /// What is the signature?
    Sign {
        key: String,
        sha1: bool,
        text: String,
    },
}

/// What each backend says: `holds`, `refused`, `no_key`, or a signature in base64.
#[derive(Serialize)]
struct Verdicts {
    webcrypto: String,
    crates: String,
}

/// Answers each question of the list in the body, in its order.
///
/// # Errors
///
/// When the body is not such a list.
pub async fn answer(request: &mut Request) -> Result<Response> {
    let questions: Vec<Question> = serde_json::from_slice(&request.bytes().await?)?;
    let mut verdicts = Vec::with_capacity(questions.len());
    for question in &questions {
        verdicts.push(Verdicts {
            webcrypto: verdict(&WebCrypto, question).await?,
            crates: verdict(&RustCrypto, question).await?,
        });
    }
    Response::from_json(&verdicts)
}

async fn verdict(backend: &impl RsaBackend, question: &Question) -> Result<String> {
    match question {
        Question::Verify {
            key,
            sha1,
            text,
            signature,
        } => {
            let Ok(key) = PublicKey::parse(key) else {
                return Ok("no_key".to_owned());
            };
            let (text, signature) = (bytes(text)?, bytes(signature)?);
            let held = backend.verify(&key, digest(*sha1), &text, &signature).await;
            Ok(if held.is_ok() { "holds" } else { "refused" }.to_owned())
        }
        Question::Sign { key, sha1, text } => {
            let Ok(key) = PrivateKey::parse(key) else {
                return Ok("no_key".to_owned());
            };
            let signed = backend.sign(&key, digest(*sha1), &bytes(text)?).await;
            Ok(signed.map_or_else(
                |_| "refused".to_owned(),
                |bytes| Base64::encode_string(&bytes),
            ))
        }
    }
}

fn digest(sha1: bool) -> Digest {
    if sha1 { Digest::Sha1 } else { Digest::Sha256 }
}

fn bytes(base64: &str) -> Result<Vec<u8>> {
    Base64::decode_vec(base64).map_err(|_| Error::from("not base64"))
}
