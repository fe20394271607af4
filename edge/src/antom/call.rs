//! One request to Antom: signed, with a deadline over the whole exchange, and an answer of bounded
//! length, not believed yet.

use super::now_unix_ms;
use crate::config::antom::Antom;
use crate::gateway::read;
use crate::limits;
use crate::outbound::{self, Asked};
use crate::pause::within;
use crate::webcrypto::WebCrypto;
use alipay_protocol::antom::answer::RawAnswer;
use alipay_protocol::antom::request::UnsignedRequest;
use alipay_protocol::antom::time::AntomTime;
use js_sys::Uint8Array;
use std::time::Duration;
use worker::{Headers, Method, RequestInit, RequestRedirect};

/// What Antom sent back.
#[derive(Debug)]
pub(super) struct Received {
    /// `client-id`, `response-time` and `signature`.
    texts: [Option<String>; 3],
    body: Vec<u8>,
}

impl Received {
    pub(super) fn raw(&self) -> RawAnswer<'_> {
        let [client_id, response_time, signature] = &self.texts;
        RawAnswer {
            client_id: client_id.as_deref(),
            response_time: response_time.as_deref(),
            signature: signature.as_deref(),
            body: &self.body,
        }
    }

    pub(super) fn body(&self) -> &[u8] {
        &self.body
    }
}

/// Sends a request and waits for its whole answer. The HTTP status is not looked at: Antom says
/// everything in the body.
///
/// # Errors
///
/// The code for the log: `sign_failed`, or `no_answer` in time, at all, or not so long.
pub(super) async fn send(
    antom: &Antom,
    request: &UnsignedRequest,
    deadline_ms: u32,
) -> Result<Received, &'static str> {
    let deadline = Duration::from_millis(u64::from(deadline_ms));
    within(deadline, exchange(antom, request, deadline_ms))
        .await
        .unwrap_or(Err("no_answer"))
}

async fn exchange(
    antom: &Antom,
    request: &UnsignedRequest,
    deadline_ms: u32,
) -> Result<Received, &'static str> {
    let time = AntomTime::from_unix_ms(now_unix_ms()).map_err(|_| "sign_failed")?;
    let signed = request.sign(&antom.signer, &WebCrypto, &time).await;
    let signed = signed.map_err(|_| "sign_failed")?;
    let headers = Headers::new();
    for (name, value) in signed.headers() {
        headers.set(name, value).map_err(|_| "sign_failed")?;
    }
    let mut init = RequestInit::new();
    init.with_method(Method::Post)
        .with_headers(headers)
        .with_body(Some(Uint8Array::from(signed.body()).into()))
        // A redirect would be followed without its signature, or to somebody else.
        .with_redirect(RequestRedirect::Manual);
    let Asked::Answer(response) =
        outbound::ask(&signed.url(&antom.origin), &init, deadline_ms).await
    else {
        return Err("no_answer");
    };
    let text = |name| response.headers().get(name).ok().flatten();
    let texts = ["client-id", "response-time", "signature"].map(text);
    let body = read(response, limits::ANTOM).await.ok_or("no_answer")?;
    Ok(Received { texts, body })
}
