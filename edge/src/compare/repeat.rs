//! For `npm run bench` only: verifies one genuine message again and again by one of the backends, so
//! that whoever asks can tell from the time of the answer what a verification costs in the runtime,
//! whose own clock stands still meanwhile.

use crate::webcrypto::WebCrypto;
use alipay_protocol::antom::names::ClientId;
use alipay_protocol::antom::notification::{Delivery, Verifier as AntomVerifier};
use alipay_protocol::antom::signature::{HttpUri, PublicKeys};
use alipay_protocol::backend::{RsaBackend, RustCrypto};
use alipay_protocol::key::{Md5Key, PublicKey};
use alipay_protocol::notification::Verifier;
use alipay_protocol::sign::VerifyingKey;
use alipay_protocol::trade::Partner;
use serde::Deserialize;
use std::fmt::Debug;
use worker::{Error, Request, Response, Result};

/// What is verified, how often, and by whom.
#[derive(Deserialize)]
struct Question {
    /// By the Rust crates, else by WebCrypto.
    crates: bool,
    times: u32,
    message: Message,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Message {
    Md5(Form),
    Rsa(Form),
    Rsa2(Form),
    Antom(Signed),
}

/// A notification of the gateway; keys in their text form.
#[derive(Deserialize)]
struct Form {
    partner: String,
    key: String,
    body: String,
}

/// A notification of Antom's.
#[derive(Deserialize)]
struct Signed {
    key: String,
    client: String,
    path: String,
    time: String,
    signature: String,
    body: String,
}

/// Answers `held` when every verification held.
///
/// # Errors
///
/// When the body is no question, or the message does not verify.
pub async fn answer(request: &mut Request) -> Result<Response> {
    let question: Question = serde_json::from_slice(&request.bytes().await?)?;
    if question.crates {
        repeat(&RustCrypto, &question).await?;
    } else {
        repeat(&WebCrypto, &question).await?;
    }
    Response::ok("held")
}

async fn repeat(backend: &impl RsaBackend, question: &Question) -> Result<()> {
    match &question.message {
        Message::Md5(form) => {
            let key = Md5Key::parse(&form.key).map_err(|error| refused(&error))?;
            gateway(backend, VerifyingKey::md5(key), form, question.times).await
        }
        Message::Rsa(form) => {
            let key = public(&form.key)?;
            let key = VerifyingKey::rsa(key).map_err(|error| refused(&error))?;
            gateway(backend, key, form, question.times).await
        }
        Message::Rsa2(form) => {
            let key = public(&form.key)?;
            let key = VerifyingKey::rsa2(key).map_err(|error| refused(&error))?;
            gateway(backend, key, form, question.times).await
        }
        Message::Antom(signed) => antom(backend, signed, question.times).await,
    }
}

async fn gateway(
    backend: &impl RsaBackend,
    key: VerifyingKey,
    form: &Form,
    times: u32,
) -> Result<()> {
    let partner = Partner::parse(&form.partner).map_err(|error| refused(&error))?;
    let verifier = Verifier::new(key, partner);
    for _ in 0..times {
        let verdict = verifier.verify(backend, form.body.as_bytes()).await;
        verdict.map_err(|error| refused(&error))?;
    }
    Ok(())
}

async fn antom(backend: &impl RsaBackend, signed: &Signed, times: u32) -> Result<()> {
    let keys = PublicKeys::new(public(&signed.key)?).map_err(|error| refused(&error))?;
    let client = ClientId::parse(&signed.client).map_err(|error| refused(&error))?;
    let uri = HttpUri::parse(&signed.path).map_err(|error| refused(&error))?;
    let verifier = AntomVerifier::new(keys, client, uri);
    for _ in 0..times {
        let delivery = Delivery {
            method: "POST",
            uri: &signed.path,
            client_id: Some(&signed.client),
            request_time: Some(&signed.time),
            signature: Some(&signed.signature),
            body: signed.body.as_bytes(),
        };
        let verdict = verifier.verify(backend, &delivery).await;
        verdict.map_err(|error| refused(&error))?;
    }
    Ok(())
}

fn public(text: &str) -> Result<PublicKey> {
    PublicKey::parse(text).map_err(|error| refused(&error))
}

fn refused(error: &impl Debug) -> Error {
    Error::from(format!("{error:?}"))
}
