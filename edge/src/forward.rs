//! One delivery of one event to one endpoint of the merchant. Called from the order's alarm only.

use crate::clock::now_s;
use crate::config::Endpoint;
use crate::event::hex;
use crate::order::outbox::Waiting;
use crate::outbound::{self, Asked};
use worker::{Headers, Method, RequestInit, RequestRedirect};

/// How long the merchant has to answer. Standard Webhooks recommends 15 to 30 seconds.
const DEADLINE_MS: u32 = 15_000;

/// How a delivery ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Answered with a status of 2xx.
    Delivered {
        /// The HTTP status.
        status: u16,
    },
    /// Anything else.
    Failed {
        /// A code without any value from outside but the status.
        reason: String,
        /// The receiver asks to wait this long, in seconds.
        retry_after_s: Option<u64>,
    },
    /// Answered 410: the endpoint wants nothing any more.
    Gone,
}

/// Sends an event once.
///
/// The answer's body is not read. A redirect is a failure: following it would send a signed event
/// to an address that the merchant did not configure.
pub async fn send(endpoint: &Endpoint, event: &Waiting) -> Outcome {
    match ask(endpoint, event).await {
        Some(Asked::Answer(response)) => {
            let status = response.status_code();
            let asked = response.headers().get("retry-after").ok().flatten();
            outbound::discard(response).await;
            match status {
                200..=299 => Outcome::Delivered { status },
                410 => Outcome::Gone,
                _ => Outcome::Failed {
                    reason: format!("status_{status}"),
                    retry_after_s: asked.and_then(|text| text.trim().parse().ok()),
                },
            }
        }
        Some(Asked::Deadline) => failed("deadline"),
        Some(Asked::Unreachable) => failed("unreachable"),
        None => failed("not_sent"),
    }
}

fn failed(reason: &str) -> Outcome {
    Outcome::Failed {
        reason: reason.to_owned(),
        retry_after_s: None,
    }
}

/// `None` where the request cannot even be made.
async fn ask(endpoint: &Endpoint, event: &Waiting) -> Option<Asked> {
    let timestamp = now_s();
    let signatures: Option<Vec<String>> = endpoint
        .secrets
        .iter()
        .map(|secret| secret.sign(&event.id, timestamp, &event.body))
        .collect();
    // Exactly one space between signatures: more breaks the reference library for Python.
    let signatures = signatures?.join(" ");
    let headers = Headers::new();
    for (name, value) in [
        ("content-type", "application/json"),
        (
            "user-agent",
            concat!("alipay-checkout/", env!("CARGO_PKG_VERSION")),
        ),
        ("webhook-id", &event.id),
        ("webhook-timestamp", &timestamp.to_string()),
        ("webhook-signature", &signatures),
        ("traceparent", &traceparent(&event.id, span()?)?),
    ] {
        headers.set(name, value).ok()?;
    }
    let mut init = RequestInit::new();
    init.with_method(Method::Post)
        .with_headers(headers)
        .with_redirect(RequestRedirect::Manual)
        .with_body(Some(event.body.as_str().into()));
    Some(outbound::ask(endpoint.url.as_str(), &init, DEADLINE_MS).await)
}

fn span() -> Option<[u8; 8]> {
    let mut span = [0; 8];
    getrandom::fill(&mut span).ok()?;
    Some(span)
}

/// The trace of an event (W3C Trace Context): its own id, so that logs of both sides meet under the
/// id that the merchant has; each attempt is a span.
fn traceparent(id: &str, span: [u8; 8]) -> Option<String> {
    let trace = id.strip_prefix("evt_").filter(|hex| hex.len() == 32)?;
    Some(format!("00-{trace}-{}-01", hex(&span)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trace_is_the_events_id() {
        let id = "evt_81e134159dbe0c34a8da8e6bcde4432e";
        assert_eq!(
            traceparent(id, [1, 2, 3, 4, 5, 6, 7, 255]).as_deref(),
            Some("00-81e134159dbe0c34a8da8e6bcde4432e-01020304050607ff-01")
        );
        assert_eq!(traceparent("evt_1", [0; 8]), None);
    }
}
