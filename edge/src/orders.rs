//! The way from the Worker to an order object.

use crate::config::Config;
use crate::error::Failure;
use crate::order::rpc::{self, BINDING, COMMAND_URL, Command, Reply, SHORT_REPLY};
use crate::pause::within;
use crate::provider::Name;
use js_sys::{Promise, Uint8Array};
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use worker::{Env, Error, Stub};

#[wasm_bindgen]
extern "C" {
    /// A stub as the runtime has it. The `worker` crate's own way reads an answer as a stream, which
    /// costs as much as the rest of the call.
    type Raw;

    #[wasm_bindgen(method, catch)]
    fn fetch(this: &Raw, url: &str, init: &web_sys::RequestInit) -> Result<Promise, JsValue>;
}

/// A panic inside an object leaves its caller hanging for minutes; nobody waits that long.
pub const DEADLINE: Duration = Duration::from_secs(10);

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
    let stub: Raw = stub(env, config, name)?.into_rpc();
    let body = serde_json::to_vec(command).map_err(Error::from)?;
    let init = web_sys::RequestInit::new();
    init.set_method("POST");
    init.set_body(&Uint8Array::from(body.as_slice()));
    let sent = JsFuture::from(stub.fetch(COMMAND_URL, &init).map_err(Error::from)?);
    let answer = within(DEADLINE, async {
        read(sent.await.map_err(Error::from)?.unchecked_into()).await
    });
    answer.await.ok_or(Failure::Unavailable)?
}

/// The reply in an answer.
async fn read(response: web_sys::Response) -> Result<Reply, Failure> {
    if response.status() != 200 {
        return Err(Failure::Unavailable);
    }
    let short = response.headers().get(SHORT_REPLY).map_err(Error::from)?;
    let reply = match short {
        Some(text) => serde_json::from_str(&text),
        None => serde_json::from_slice(&whole(&response).await?),
    };
    reply.map_err(|_| Failure::Unavailable)
}

async fn whole(response: &web_sys::Response) -> Result<Vec<u8>, Error> {
    let buffer = JsFuture::from(response.array_buffer()?).await?;
    Ok(Uint8Array::new(&buffer).to_vec())
}
