//! The Durable Object of one endpoint: holds its circuit, so that every order sees the same.
#![allow(
    missing_docs,
    reason = "the macro exports methods that it does not document"
)]

use super::circuit::{Admission, Circuit, Sign};
use crate::clock::now_ms;
use crate::config::Endpoint;
use crate::event::hex;
use crate::log;
use crate::pause::within;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::time::Duration;
use worker::{
    DurableObject, Env, Error, Method, Request, RequestInit, Response, Result, State,
    durable_object,
};

/// The binding of the endpoint objects in `wrangler.toml`.
pub const BINDING: &str = "ENDPOINT";

/// A delivery waits no longer for what it can do without.
const DEADLINE: Duration = Duration::from_secs(3);

/// The key under which the circuit is stored.
const KEY: &str = "circuit";

/// The key under which it is stored who mended it.
const MENDED: &str = "mended";

/// What is asked of an endpoint object.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Command {
    Admit,
    Mend { by: String },
    Note(Sign),
    Show,
}

/// Who said last that the endpoint is there again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mended {
    /// The name of the admin token.
    pub by: String,
    /// Unix milliseconds.
    pub at_ms: u64,
}

/// An endpoint as the merchant's staff sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointView {
    /// Its circuit.
    #[serde(flatten)]
    pub circuit: Circuit,
    /// Absent where nobody ever had to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mended: Option<Mended>,
}

/// One endpoint.
#[durable_object]
#[derive(Debug)]
pub struct EndpointObject {
    state: State,
}

impl DurableObject for EndpointObject {
    fn new(state: State, _env: Env) -> Self {
        Self { state }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let command: Command = serde_json::from_slice(&request.bytes().await?)?;
        let storage = self.state.storage();
        let before: Circuit = storage.get(KEY).await?.unwrap_or_default();
        let mut circuit = before;
        let now = now_ms();
        let admission = match command {
            Command::Admit => circuit.admit(now),
            Command::Note(sign) => {
                circuit.note(sign, now);
                Admission::Go
            }
            Command::Mend { by } => {
                circuit.note(Sign::Mended, now);
                storage.put(MENDED, Mended { by, at_ms: now }).await?;
                Admission::Go
            }
            Command::Show => {
                let mended = storage.get(MENDED).await?;
                return Response::from_json(&EndpointView { circuit, mended });
            }
        };
        if circuit != before {
            storage.put(KEY, circuit).await?;
        }
        Response::from_json(&admission)
    }
}

/// The name of an endpoint's object. Its address is part of it: what is known of one server, that it is gone above
/// all, must not hold for the one that it was replaced by.
fn object_name(endpoint: &Endpoint) -> String {
    let digest = hex(&Sha256::digest(endpoint.url.as_str()));
    format!("{}:{}", endpoint.name, digest.get(..32).unwrap_or(&digest))
}

/// Whether a delivery to `endpoint` may go. An endpoint object that does not answer holds nobody
/// up: the delivery's own ladder still spaces its attempts.
pub async fn admit(env: &Env, endpoint: &Endpoint) -> Admission {
    match tell::<Admission>(env, endpoint, &Command::Admit).await {
        Ok(admission) => admission,
        Err(error) => {
            log::fault("endpoint_unknown", &error);
            Admission::Go
        }
    }
}

/// Notes how a delivery ended.
pub async fn note(env: &Env, endpoint: &Endpoint, sign: Sign) {
    if let Err(error) = tell::<Admission>(env, endpoint, &Command::Note(sign)).await {
        log::fault("endpoint_unknown", &error);
    }
}

/// Says, for `by`, that the endpoint is there again.
///
/// # Errors
///
/// When the endpoint object does not answer.
pub async fn mend(env: &Env, endpoint: &Endpoint, by: &str) -> Result<()> {
    let command = Command::Mend { by: by.to_owned() };
    tell::<Admission>(env, endpoint, &command).await.map(|_| ())
}

/// How the endpoint is doing.
///
/// # Errors
///
/// When the endpoint object does not answer.
pub async fn show(env: &Env, endpoint: &Endpoint) -> Result<EndpointView> {
    tell(env, endpoint, &Command::Show).await
}

async fn tell<T: DeserializeOwned>(env: &Env, endpoint: &Endpoint, command: &Command) -> Result<T> {
    let name = object_name(endpoint);
    let stub = env.durable_object(BINDING)?.get_by_name(&name)?;
    let mut init = RequestInit::new();
    init.with_method(Method::Post)
        .with_body(Some(serde_json::to_string(command)?.into()));
    let request = Request::new_with_init("https://endpoint/", &init)?;
    let answer = async { stub.fetch_with_request(request).await?.json().await };
    within(DEADLINE, answer)
        .await
        .unwrap_or_else(|| Err(Error::from("the endpoint does not answer in time")))
}
