//! One account at Alipay: what its orders share, and what belongs to none of them. Refund numbers are
//! unique in an account, and refunds are asked for one after the other; what staff does to all of it is a
//! trail of its own.

pub mod evidence;
pub mod object;
pub mod trail;

use crate::config::Config;
use crate::event::hex;
use crate::order::audit::Line;
use crate::pause::within;
use crate::provider::{Name, Provider};
use evidence::{Evidence, EvidenceView};
use object::{BINDING, Command};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::time::Duration;
use trail::Act;
use worker::{Env, Error, Method, Request, RequestInit, Result};

/// A panic inside an object leaves its caller hanging for minutes; nobody waits that long.
const DEADLINE: Duration = Duration::from_secs(5);

/// Takes the number of a refund for an order. Answers whether it is this order's, now or since long.
///
/// # Errors
///
/// When the account's object does not answer.
pub async fn claim(
    env: &Env,
    config: &Config,
    order: Name<'_>,
    out_return_no: &str,
) -> Result<bool> {
    let command = Command::Claim {
        out_return_no: out_return_no.to_owned(),
        out_trade_no: order.out_trade_no.to_owned(),
    };
    ask(env, config, order.provider, &command).await
}

/// When the next refund may be asked for, Unix milliseconds; the time is the caller's alone.
///
/// # Errors
///
/// When the account's object does not answer.
pub async fn slot(env: &Env, config: &Config, provider: Provider) -> Result<u64> {
    ask(env, config, provider, &Command::Slot).await
}

/// The order that a refund's number was taken for, if it was.
///
/// # Errors
///
/// When the account's object does not answer.
pub async fn owner(
    env: &Env,
    config: &Config,
    provider: Provider,
    out_return_no: &str,
) -> Result<Option<String>> {
    let out_return_no = out_return_no.to_owned();
    ask(env, config, provider, &Command::Owner { out_return_no }).await
}

/// Keeps a message that Alipay signed and we could not accept, or that belongs to no order, durably, under
/// its digest.
///
/// # Errors
///
/// When the account's object does not answer.
pub async fn keep(
    env: &Env,
    config: &Config,
    provider: Provider,
    reason: &str,
    body: &[u8],
) -> Result<()> {
    let command = Command::Keep {
        evidence: Evidence {
            digest: format!("sha256:{}", hex(&Sha256::digest(body))),
            reason: reason.to_owned(),
            // A form is ASCII, or its signature was not looked at.
            raw: String::from_utf8_lossy(body).into_owned(),
        },
    };
    ask(env, config, provider, &command).await
}

/// What is kept, the newest first.
///
/// # Errors
///
/// When the account's object does not answer.
pub async fn list(env: &Env, config: &Config, provider: Provider) -> Result<Vec<EvidenceView>> {
    ask(env, config, provider, &Command::List).await
}

/// Notes what staff is about to do. Without it nothing is done.
///
/// # Errors
///
/// When the account's object does not answer.
pub async fn note(env: &Env, config: &Config, provider: Provider, act: Act) -> Result<()> {
    ask(env, config, provider, &Command::Note(act)).await
}

/// At most `limit` lines of what staff did, after the line number `after`, oldest first.
///
/// # Errors
///
/// When the account's object does not answer.
pub async fn trail(
    env: &Env,
    config: &Config,
    provider: Provider,
    after: u64,
    limit: u64,
) -> Result<Vec<Line>> {
    ask(env, config, provider, &Command::Trail { after, limit }).await
}

async fn ask<T: DeserializeOwned>(
    env: &Env,
    config: &Config,
    provider: Provider,
    command: &Command,
) -> Result<T> {
    let account = config.account(provider).unwrap_or_default();
    let name = match provider {
        Provider::Antom => account,
        Provider::Gateway => format!("gateway:{account}"),
    };
    let stub = env.durable_object(BINDING)?.get_by_name(&name)?;
    let mut init = RequestInit::new();
    init.with_method(Method::Post)
        .with_body(Some(serde_json::to_string(command)?.into()));
    let request = Request::new_with_init("https://account/", &init)?;
    let answer = async { stub.fetch_with_request(request).await?.json().await };
    within(DEADLINE, answer)
        .await
        .unwrap_or_else(|| Err(Error::from("the account does not answer in time")))
}
