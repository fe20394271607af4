//! Asking Alipay back whether a notification is its own and for our account.

use crate::config::Config;
use crate::error::Refusal;
use crate::outbound::{self, Asked};
use alipay_protocol::notification::Notification;
use alipay_protocol::notify_verify::{Answer, MAX_ANSWER, notify_verify_url};
use futures_util::StreamExt;
use worker::{Method, RequestInit, RequestRedirect, Response};

/// Alipay's own limit for our answer is not published; a second request must fit well into it.
const DEADLINE_MS: u32 = 5_000;

/// Asks `notify_verify` under our own partner number.
///
/// With `RSA` the public key is the same for every merchant, so a genuine notification for another
/// account verifies here too; only this question ties it to ours.
///
/// # Errors
///
/// * `notify_not_ours` – Alipay does not know this `notify_id` for our account: refused.
/// * `ask_back_failed` – no usable answer in time: Alipay will send again.
///
/// # Source
///
/// `docs/alipay/` on `notify_verify`; finding 3 of the gateway notes.
pub async fn confirm(config: &Config, notification: &Notification) -> Result<(), Refusal> {
    let url = notify_verify_url(
        config.gateway_url.as_str(),
        &config.partner,
        notification.notify_id(),
    );
    let mut init = RequestInit::new();
    init.with_method(Method::Get)
        .with_redirect(RequestRedirect::Manual);
    let answer = match outbound::ask(&url, &init, DEADLINE_MS).await {
        Asked::Answer(response) if response.status_code() == 200 => read(response).await,
        _ => None,
    };
    match answer.as_deref().map_or(Answer::Other, Answer::parse) {
        Answer::True => Ok(()),
        Answer::False | Answer::Invalid => Err(Refusal::untrusted("notify_not_ours")),
        Answer::Other => Err(Refusal::retry("ask_back_failed")),
    }
}

async fn read(mut response: Response) -> Option<Vec<u8>> {
    let mut stream = response.stream().ok()?;
    let mut body = Vec::new();
    while let Some(chunk) = stream.next().await {
        body.extend_from_slice(&chunk.ok()?);
        if body.len() > MAX_ANSWER {
            return None;
        }
    }
    Some(body)
}
