//! One delivery of one event to the merchant's backend. Called from the order's alarm only.

use crate::clock::now_s;
use crate::config::Config;
use crate::order::store::Waiting;
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
}

/// Sends `event` once.
///
/// The answer's body is not read. A redirect is a failure: following it would send a signed event
/// to an address that the merchant did not configure.
pub async fn send(config: &Config, event: &Waiting) -> Outcome {
    match ask(config, event).await {
        Some(Asked::Answer(response)) => {
            let status = response.status_code();
            if (200..300).contains(&status) {
                return Outcome::Delivered { status };
            }
            let asked = response.headers().get("retry-after").ok().flatten();
            let retry_after_s = asked.and_then(|text| text.trim().parse().ok());
            Outcome::Failed {
                reason: format!("status_{status}"),
                retry_after_s,
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
async fn ask(config: &Config, event: &Waiting) -> Option<Asked> {
    let timestamp = now_s();
    let signature = config
        .forward_secret
        .sign(&event.id, timestamp, &event.body)?;
    let headers = Headers::new();
    for (name, value) in [
        ("content-type", "application/json"),
        (
            "user-agent",
            concat!("alipay-checkout/", env!("CARGO_PKG_VERSION")),
        ),
        ("webhook-id", &event.id),
        ("webhook-timestamp", &timestamp.to_string()),
        ("webhook-signature", &signature),
    ] {
        headers.set(name, value).ok()?;
    }
    let mut init = RequestInit::new();
    init.with_method(Method::Post)
        .with_headers(headers)
        .with_redirect(RequestRedirect::Manual)
        .with_body(Some(event.body.as_str().into()));
    Some(outbound::ask(config.forward_url.as_str(), &init, DEADLINE_MS).await)
}
