//! One delivery of one event to one endpoint of the merchant. Called from the order's alarm only.

use crate::clock::now_s;
use crate::config::Endpoint;
use crate::event::hex;
use crate::order::outbox::Waiting;
use crate::outbound::{self, Asked};
use alipay_protocol::gateway_time::{GatewayTime, OFFSET_S};
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
                    retry_after_s: asked.and_then(|text| retry_after_s(&text, now_s())),
                },
            }
        }
        Some(Asked::Deadline) => failed("deadline"),
        Some(Asked::Unreachable) => failed("unreachable"),
        None => failed("not_sent"),
    }
}

/// How long `Retry-After` asks to wait: whole seconds, or until a date (RFC 9110 section 10.2.3). Anything else asks
/// nothing.
fn retry_after_s(text: &str, now_s: u64) -> Option<u64> {
    let text = text.trim();
    let seconds = text.parse().ok();
    seconds.or_else(|| Some(date_s(text)?.saturating_sub(now_s)))
}

/// Unix seconds of a date such as `Sun, 22 Nov 2026 09:59:40 GMT` (RFC 9110 section 5.6.7: no other form may be sent).
fn date_s(text: &str) -> Option<u64> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let (_, rest) = text.split_once(", ")?;
    let mut parts = rest.split(' ');
    let mut next = || parts.next();
    let (day, month, year, time, zone) = (next()?, next()?, next()?, next()?, next()?);
    if next().is_some() || zone != "GMT" {
        return None;
    }
    let month = MONTHS
        .iter()
        .position(|one| *one == month)?
        .checked_add(1)?;
    // The gateway's own form is read already; its clock is ahead.
    let there = GatewayTime::parse(&format!("{year}-{month:02}-{day} {time}")).ok()?;
    let utc = there.unix_s().checked_add(OFFSET_S)?;
    u64::try_from(utc).ok()
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

    #[test]
    fn retry_after_is_seconds_or_a_date_and_nothing_else() {
        // 2026-11-22 09:59:40 UTC
        let now = 1_795_341_580;
        for (text, expected) in [
            ("120", Some(120)),
            (" 3 ", Some(3)),
            ("Sun, 22 Nov 2026 10:01:40 GMT", Some(120)),
            ("Tue, 01 Dec 2026 00:00:00 GMT", Some(741_620)),
            // Over already.
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(0)),
            ("Sun, 22 Nov 2026 10:01:40 CET", None),
            ("Sun, 22 Nov 2026 10:01:40 GMT GMT", None),
            ("Sun, 31 Feb 2027 10:01:40 GMT", None),
            ("Sunday, 06-Nov-94 08:49:37 GMT", None),
            ("-5", None),
            ("1e9", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(retry_after_s(text, now), expected, "{text}");
        }
    }
}
