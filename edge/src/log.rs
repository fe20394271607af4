//! Structured log lines: codes, our own numbers and ids; never a body, signature, token, key,
//! name or address. What happens often is counted here too, so that a metric and a line never differ.

use crate::admin::counters::{Family, count};
use crate::config::fault::Fault;
use crate::error::Failure;
use crate::forward::Outcome;
use serde_json::{Value, json};
use worker::{console_error, console_log, console_warn};

/// A notification was refused.
pub fn refused(code: &str, class: &str) {
    count(Family::Refusals, code);
    console_warn!(
        "{}",
        line(
            "notify_refused",
            &[("code", code.into()), ("class", class.into())]
        )
    );
}

/// Alipay signed it, and we cannot accept it: somebody must look. `kept`: it is kept as evidence.
pub fn signed_refused(code: &str, kept: bool) {
    let fields = [("code", code.into()), ("kept", kept.into())];
    console_error!("{}", line("signed_refused", &fields));
}

/// A notification is durable.
pub fn notified(outcome: &str) {
    count(Family::Notifications, outcome);
    console_log!("{}", line("notified", &[("outcome", outcome.into())]));
}

/// A delivery ended.
pub fn forwarded(id: &str, attempt: usize, outcome: &Outcome) {
    let result = match outcome {
        Outcome::Delivered { status } => format!("delivered_{status}"),
        Outcome::Failed { reason, .. } => reason.clone(),
        Outcome::Gone => "status_410".to_owned(),
    };
    count(Family::Deliveries, &result);
    let fields = [
        ("id", id.into()),
        ("attempt", attempt.into()),
        ("result", result.into()),
    ];
    console_log!("{}", line("forwarded", &fields));
}

/// Alipay was asked about a trade.
pub fn asked(attempt: usize, outcome: &str) {
    count(Family::Questions, outcome);
    let fields = [("attempt", attempt.into()), ("outcome", outcome.into())];
    console_log!("{}", line("asked", &fields));
}

/// Antom was asked to collect a payment; `outcome` is its own word, or a code of ours.
pub fn asked_to_pay(outcome: &str) {
    count(Family::Payments, outcome);
    console_log!("{}", line("asked_to_pay", &[("outcome", outcome.into())]));
}

/// An attempt to give money back ended; somebody must look at one that stays open.
pub fn refunded(out_return_no: &str, act: &str, code: &str) {
    count(Family::Refunds, act);
    let fields = [
        ("out_return_no", out_return_no.into()),
        ("code", code.into()),
    ];
    match act {
        "refund_contradicted" | "refund_open" => console_error!("{}", line(act, &fields)),
        "refund_refused" => console_warn!("{}", line(act, &fields)),
        _ => console_log!("{}", line(act, &fields)),
    }
}

/// No attempt is left: somebody must look.
pub fn dead_letter(id: &str, endpoint: &str, reason: &str) {
    let fields = [
        ("id", id.into()),
        ("endpoint", endpoint.into()),
        ("reason", reason.into()),
    ];
    console_error!("{}", line("dead_letter", &fields));
}

/// Somebody of the merchant's staff had something done; `to` is a number, an id or a count.
pub fn admin(by: &str, act: &str, to: &str) {
    let fields = [("by", by.into()), ("act", act.into()), ("to", to.into())];
    console_log!("{}", line("admin", &fields));
}

/// Somebody tried the merchant's side without the right to.
pub fn admin_refused(code: &str) {
    count(Family::AdminRefusals, code);
    console_warn!("{}", line("admin_refused", &[("code", code.into())]));
}

/// The index had no tables yet.
pub fn index_made() {
    console_log!("{}", line("index_made", &[]));
}

/// The watchdog has had so many orders see to what is overdue.
pub fn watched(woken: usize, unknown: usize) {
    let fields = [("woken", woken.into()), ("unknown", unknown.into())];
    console_log!("{}", line("watched", &fields));
}

/// A source was refused so often that it is answered 429 for the rest of a minute.
pub fn source_held(area: &str) {
    count(Family::Held, area);
    console_warn!("{}", line("source_held", &[("area", area.into())]));
}

/// Something of ours failed: storage, the runtime, the configuration.
pub fn fault(event: &str, error: &worker::Error) {
    console_error!("{}", line(event, &[("error", error.to_string().into())]));
}

/// A fault of the runtime's is written down here, once, and the caller hears to try again.
impl From<worker::Error> for Failure {
    fn from(error: worker::Error) -> Self {
        fault("runtime", &error);
        Self::Unavailable
    }
}

/// The configuration is not whole: names each setting and what is expected, never a value.
pub fn misconfigured(faults: &[Fault]) {
    for fault in faults {
        let fields = [
            ("setting", fault.setting.into()),
            ("detail", fault.to_string().into()),
        ];
        console_error!("{}", line("misconfigured", &fields));
    }
}

fn line(event: &str, fields: &[(&str, Value)]) -> String {
    let mut line = json!({ "event": event });
    if let Some(object) = line.as_object_mut() {
        for (name, value) in fields {
            object.insert((*name).to_owned(), value.clone());
        }
    }
    line.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_json_object() {
        assert_eq!(
            line("notify_refused", &[("code", "bad_signature".into())]),
            r#"{"code":"bad_signature","event":"notify_refused"}"#
        );
    }
}
