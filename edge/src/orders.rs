//! The way from the Worker to an order object.

use crate::carry::settled;
use crate::config::Config;
use crate::error::Failure;
use crate::order::rpc::{self, BINDING, Command, LIVE_URL, Reply};
use crate::provider::Name;
use crate::text::text;
use js_sys::{JsString, Promise, Reflect};
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use worker::{Env, Error};

#[wasm_bindgen]
extern "C" {
    /// The objects of all orders, as the runtime has them. The `worker` crate asks a binding for the name of
    /// its class first, at the price of the rest.
    type Orders;

    #[wasm_bindgen(method, catch, js_name = getByName)]
    fn named(this: &Orders, name: &str) -> Result<Raw, JsValue>;

    /// A stub as the runtime has it.
    type Raw;

    /// `OrderObject.obey` of `edge/js/entry.mjs`. A request of the `worker` crate's, with an answer
    /// that is read as a stream, costs several times as much.
    #[wasm_bindgen(method, catch)]
    fn obey(this: &Raw, command: &str, body: Option<&JsString>) -> Result<Promise, JsValue>;

    /// `OrderObject.fetch` of the same: a stream is had only by fetching.
    #[wasm_bindgen(method, catch)]
    fn fetch(this: &Raw, url: &JsString) -> Result<Promise, JsValue>;
}

/// An object that does not answer leaves its caller hanging for minutes; nobody waits that long.
pub const DEADLINE: Duration = Duration::from_secs(10);

/// The name of an order's object.
fn object_name(config: &Config, name: Name<'_>) -> Result<String, Failure> {
    let account = config.account(name.provider);
    let account = account.ok_or(Failure::OrderUnknown)?;
    Ok(rpc::object_name(&account, name))
}

/// The object of one order.
fn object(env: &Env, config: &Config, name: Name<'_>) -> Result<Raw, Failure> {
    let name = object_name(config, name)?;
    let orders = Reflect::get(env, &text(BINDING));
    let orders: Orders = orders.map_err(Error::from)?.unchecked_into();
    Ok(orders.named(&name).map_err(Error::from)?)
}

/// The stream of an order's statuses, or why there is none, by its HTTP status.
///
/// # Errors
///
/// * [`Failure::OrderUnknown`] – of a provider that is not configured here, or no longer.
/// * [`Failure::Unavailable`] – no answer within ten seconds.
pub async fn watch(
    env: &Env,
    config: &Config,
    name: Name<'_>,
) -> Result<web_sys::Response, Failure> {
    let order = object(env, config, name)?;
    let answer = order.fetch(&text(LIVE_URL)).map_err(Error::from)?;
    let answer = settled(answer, Some(DEADLINE)).await;
    let answer = answer.ok_or(Failure::Unavailable)?.map_err(Error::from)?;
    Ok(answer.unchecked_into())
}

/// Asks an order and waits for its answer, which the runtime gives only after the writes before
/// it are confirmed.
///
/// # Errors
///
/// * [`Failure::OrderUnknown`] – as [`watch`].
/// * [`Failure::Unavailable`] – no answer within ten seconds, or one that cannot be read.
pub async fn ask(
    env: &Env,
    config: &Config,
    name: Name<'_>,
    command: &Command,
) -> Result<Reply, Failure> {
    ask_with(env, config, name, command, None).await
}

/// As [`ask`], with the body of a notification.
///
/// # Errors
///
/// Those of [`ask`].
pub async fn ask_with(
    env: &Env,
    config: &Config,
    name: Name<'_>,
    command: &Command,
    body: Option<&JsString>,
) -> Result<Reply, Failure> {
    let order = object(env, config, name)?;
    let command = serde_json::to_string(command).map_err(Error::from)?;
    let reply = order.obey(&command, body).map_err(Error::from)?;
    let reply = settled(reply, Some(DEADLINE)).await;
    let reply = reply.ok_or(Failure::Unavailable)?.map_err(Error::from)?;
    let reply = reply.as_string().ok_or(Failure::Unavailable)?;
    serde_json::from_str(&reply).map_err(|_| Failure::Unavailable)
}
