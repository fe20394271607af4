//! What the merchant's staff sees of an order. Nothing in it is a secret; nothing in it is Alipay's
//! raw text, which names the buyer.

use super::refund::RefundView;
use crate::order::state::{Price, Says, Status};
use crate::provider::Provider;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An order's row in the index across orders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Who is asked to collect it.
    pub provider: Provider,
    /// The merchant's number.
    pub out_trade_no: String,
    /// A [`Status`], or `unregistered`: notified before the shop registered it.
    pub status: String,
    /// Minor units of `currency`; absent while unregistered.
    pub amount: Option<u64>,
    /// What the shopper was asked to pay in.
    pub currency: Option<String>,
    /// Alipay's number, once known.
    pub trade_no: Option<String>,
    /// When the order was first heard of, Unix milliseconds.
    pub created_ms: u64,
    /// When something happened to it last.
    pub updated_ms: u64,
    /// Deliveries that are still tried.
    pub waiting: u64,
    /// Deliveries that were given up.
    pub dead: u64,
    /// Notifications that are kept aside.
    pub quarantined: u64,
    /// Times that Alipay was asked.
    pub asked: u64,
    /// When the next delivery or question is due.
    pub due_ms: Option<u64>,
    /// The number of its last audit line: grows with each change.
    pub revision: u64,
}

/// One order, whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderView {
    /// As in the index.
    #[serde(flatten)]
    pub row: Row,
    /// Nothing more will be waited for.
    #[serde(rename = "final")]
    pub is_final: bool,
    /// What was registered; absent while unregistered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms: Option<TermsView>,
    /// The newest hundred, newest first.
    pub notifications: Vec<NotificationView>,
    /// The newest hundred, newest first.
    pub deliveries: Vec<DeliveryView>,
    /// The newest hundred, newest first.
    pub attempts: Vec<AttemptView>,
    /// Minor units that were given back.
    pub refunded: u64,
    /// The newest hundred, newest first.
    pub refunds: Vec<RefundView>,
    /// The trail, in short.
    pub audit: AuditView,
}

/// What was registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermsView {
    /// Shown to the shopper by the cashier.
    pub subject: String,
    /// What is asked.
    pub price: Price,
    /// Where the shopper comes back to, without its query and fragment, which may hold a session.
    pub return_url: String,
    /// The merchant's own words.
    pub metadata: BTreeMap<String, String>,
}

/// A notification that verified, and what was made of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationView {
    /// Its number in this order.
    pub seq: u64,
    /// Alipay's number for it.
    pub notify_id: String,
    /// Unix milliseconds.
    pub received_ms: u64,
    /// `paid`, `closed` or `kept`, or why it is kept aside.
    pub verdict: String,
    /// It is kept aside.
    pub quarantined: bool,
    /// What it says of the trade.
    pub says: Says,
    /// Which trade.
    pub trade_no: String,
    /// Minor units of `currency`.
    pub amount: u64,
    /// As in the notification.
    pub currency: String,
    /// `sha256:` and the hex digest of its raw body.
    pub evidence: String,
    /// The raw body is still kept.
    pub raw_kept: bool,
}

/// One event on its way to one endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryView {
    /// `webhook-id`.
    pub event: String,
    /// `payment.paid` and so on.
    #[serde(rename = "type")]
    pub event_type: String,
    /// The endpoint's name.
    pub endpoint: String,
    /// `waiting`, `delivered` or `dead`.
    pub state: String,
    /// Attempts begun since it was queued or replayed; each is a line of the trail.
    pub attempts: u64,
    /// How the last attempt ended: a status, or a code. Empty before the first.
    pub last: String,
    /// When it was queued, Unix milliseconds.
    pub begun_ms: u64,
    /// When it is tried next.
    pub due_ms: Option<u64>,
}

/// One attempt to deliver an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptView {
    /// The number of its line in the trail.
    pub seq: u64,
    /// When it ended, Unix milliseconds.
    pub at_ms: u64,
    /// `webhook-id`.
    pub event: String,
    /// The endpoint's name.
    pub endpoint: String,
    /// Where it left the delivery.
    pub outcome: AttemptOutcome,
    /// The HTTP status, or a code of ours.
    pub how: String,
    /// Until the endpoint had answered, in milliseconds; absent where nothing was sent.
    pub took_ms: Option<u64>,
}

/// Where an attempt left its delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptOutcome {
    /// It was the last that was to be made, or none is made any more.
    Dead,
    /// The endpoint took the event.
    Delivered,
    /// Another one follows.
    Failed,
}

impl AttemptOutcome {
    /// Its word in the audit trail.
    #[must_use]
    pub fn act(self) -> &'static str {
        match self {
            Self::Dead => "dead_letter",
            Self::Delivered => "forwarded",
            Self::Failed => "attempted",
        }
    }

    /// Reads that word; `None` for what is no attempt.
    #[must_use]
    pub fn of_act(act: &str) -> Option<Self> {
        [Self::Dead, Self::Delivered, Self::Failed]
            .into_iter()
            .find(|outcome| outcome.act() == act)
    }
}

/// The trail, in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditView {
    /// Lines in it.
    pub lines: u64,
    /// The hash of the last one: note it elsewhere, and a trail that was cut shows.
    pub head: String,
    /// The whole chain holds.
    pub intact: bool,
}

/// The name of a status, as in JSON.
#[must_use]
pub fn status_name(status: Option<Status>) -> &'static str {
    match status {
        None => "unregistered",
        Some(Status::Created) => "created",
        Some(Status::Redirected) => "redirected",
        Some(Status::Paid) => "paid",
        Some(Status::Closed) => "closed",
        Some(Status::Refunded) => "refunded",
    }
}

/// The verdicts on notifications that are not kept aside.
pub const BELIEVED: [&str; 3] = ["closed", "kept", "paid"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_names_are_those_of_the_json() {
        for status in [
            Status::Created,
            Status::Redirected,
            Status::Paid,
            Status::Closed,
            Status::Refunded,
        ] {
            let json = serde_json::to_value(status).unwrap();
            assert_eq!(json, status_name(Some(status)));
        }
    }
}
