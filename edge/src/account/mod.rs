//! One account at Alipay: what its orders share, and what belongs to none of them. Refund numbers are unique in an account, and refunds
//! are asked for one after the other.

pub mod evidence;
pub mod object;

use crate::config::Config;
use crate::event::hex;
use crate::pause::within;
use crate::provider::Provider;
use evidence::{Evidence, EvidenceView};
use object::{BINDING, Command};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::time::Duration;
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
    out_return_no: &str,
    out_trade_no: &str,
) -> Result<bool> {
    let command = Command::Claim {
        out_return_no: out_return_no.to_owned(),
        out_trade_no: out_trade_no.to_owned(),
    };
    ask(env, config, &command).await
}

/// When the next refund may be asked for, Unix milliseconds; the time is the caller's alone.
///
/// # Errors
///
/// When the account's object does not answer.
pub async fn slot(env: &Env, config: &Config) -> Result<u64> {
    ask(env, config, &Command::Slot).await
}

/// Keeps a message that Alipay signed and we could not accept, durably, under its digest.
///
/// # Errors
///
/// When the account's object does not answer.
pub async fn keep(env: &Env, config: &Config, reason: &str, body: &[u8]) -> Result<()> {
    let command = Command::Keep {
        evidence: Evidence {
            digest: format!("sha256:{}", hex(&Sha256::digest(body))),
            reason: reason.to_owned(),
            // A form is ASCII, or its signature was not looked at.
            raw: String::from_utf8_lossy(body).into_owned(),
        },
        retention_ms: config.retention_ms,
    };
    ask(env, config, &command).await
}

/// What is kept, the newest first.
///
/// # Errors
///
/// When the account's object does not answer.
pub async fn list(env: &Env, config: &Config) -> Result<Vec<EvidenceView>> {
    ask(env, config, &Command::List).await
}

async fn ask<T: DeserializeOwned>(env: &Env, config: &Config, command: &Command) -> Result<T> {
    let account = config.account(Provider::Gateway);
    let name = format!("gateway:{}", account.unwrap_or_default());
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
