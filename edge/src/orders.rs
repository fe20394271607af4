//! The way from the Worker to an order object.

use crate::config::Config;
use crate::error::Failure;
use crate::order::rpc::{self, BINDING, COMMAND_URL, Command, Reply};
use crate::provider::Name;
use futures_util::future::{Either, select};
use std::pin::pin;
use std::time::Duration;
use worker::{Delay, Env, Method, Request, RequestInit, Stub};

/// A panic inside an object leaves its caller hanging for minutes; nobody waits that long.
const DEADLINE: Duration = Duration::from_secs(10);

/// The object of one order.
///
/// # Errors
///
/// * [`Failure::OrderUnknown`] – of a provider that is not configured here, or no longer.
/// * [`Failure::Unavailable`] – the binding is missing.
pub fn stub(env: &Env, config: &Config, name: Name<'_>) -> Result<Stub, Failure> {
    let account = config.account(name.provider);
    let account = account.ok_or(Failure::OrderUnknown)?;
    let name = rpc::object_name(&account, name);
    Ok(env.durable_object(BINDING)?.get_by_name(&name)?)
}

/// Asks an order and waits for its answer, which the runtime gives only after the writes before
/// it are confirmed.
///
/// # Errors
///
/// * [`Failure::OrderUnknown`] – as [`stub`].
/// * [`Failure::Unavailable`] – no answer within ten seconds, or one that cannot be read.
pub async fn ask(
    env: &Env,
    config: &Config,
    name: Name<'_>,
    command: &Command,
) -> Result<Reply, Failure> {
    let stub = stub(env, config, name)?;
    let body = serde_json::to_string(command).map_err(worker::Error::from)?;
    let mut init = RequestInit::new();
    init.with_method(Method::Post).with_body(Some(body.into()));
    let request = Request::new_with_init(COMMAND_URL, &init)?;
    let answer = pin!(stub.fetch_with_request(request));
    let deadline = pin!(Delay::from(DEADLINE));
    let mut response = match select(answer, deadline).await {
        Either::Left((response, _)) => response?,
        Either::Right(((), _)) => return Err(Failure::Unavailable),
    };
    if response.status_code() != 200 {
        return Err(Failure::Unavailable);
    }
    let bytes = response.bytes().await?;
    serde_json::from_slice(&bytes).map_err(|_| Failure::Unavailable)
}
