//! What the Worker may ask of an order object, and its answers: the only file both sides import.

pub mod refund;
pub mod view;

use super::audit::Line;
use super::state::{Attempt, Device, Facts, Order, Status, Terms};
use crate::provider::{Name, Provider};
use refund::{RefundAsked, RefundDenied, RefundSaid, RefundView};
use serde::{Deserialize, Serialize};
use view::OrderView;

/// The binding of the order objects in `wrangler.toml`.
pub const BINDING: &str = "ORDER";

/// The URL that answers a stream of [`StatusView`]s.
pub const LIVE_URL: &str = "https://order/live";

/// The name of the object of one order; `account` is the merchant's with the provider, as in
/// [`Config::account`](crate::config::Config::account).
#[must_use]
pub fn object_name(account: &str, name: Name<'_>) -> String {
    match name.provider {
        Provider::Antom => format!("{account}:{}", name.out_trade_no),
        Provider::Gateway => format!("gateway:{account}:{}", name.out_trade_no),
    }
}

/// A verified notification. The bytes that prove it come beside the command, as the runtime has them: they are
/// never read again here.
#[derive(Debug, Serialize, Deserialize)]
pub struct Accepted {
    /// The order it names.
    pub out_trade_no: String,
    /// What it says.
    pub facts: Facts,
    /// `sha256:` and the hex digest of the body as received.
    pub evidence: String,
    /// The setting of the key that verified it, where that is not the present one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_key: Option<String>,
}

/// A verified answer to a question of the Worker's.
#[derive(Debug, Serialize, Deserialize)]
pub struct Heard {
    /// What it says.
    pub facts: Facts,
    /// `sha256:` and the hex digest of the answer.
    pub evidence: String,
}

/// What is asked of an order.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Take in a verified notification, whose body comes beside it.
    Notify(Box<Accepted>),
    /// Register the order, or confirm that it is registered with the same terms, and mark that a
    /// pay URL is handed out.
    Register(Box<Terms>),
    /// Begin the attempt at Antom from this device, or tell the one that is under way.
    Attempt(Device),
    /// Remember where Antom sends the shopper.
    PayUrl(String),
    /// Judge what Antom answered to the Worker.
    Hear(Box<Heard>),
    /// Where the shopper comes back to. A proven return hurries the question to Alipay along.
    Return {
        /// The query that the browser brought is signed by Alipay.
        proven: bool,
        /// The mark is of the secret before the present one.
        by_previous: bool,
    },
    /// Where it is, and what a page about it needs.
    Page,
    /// Where it is.
    Status,
    /// Everything that the merchant's staff may see.
    Show,
    /// Lines of the audit trail.
    Trail {
        /// Those after this number.
        after: u64,
        /// At most so many.
        limit: u64,
    },
    /// Give money back, once for each number.
    Refund(Box<RefundAsked>),
    /// Settle a refund that Alipay gives no word about.
    SettleRefund(Box<RefundSaid>),
    /// Send events again, under the same `webhook-id`.
    Replay(Replay),
    /// Ask Alipay now.
    AskNow {
        /// The name of the admin token.
        by: String,
    },
    /// See to what is due, and tell the index.
    Wake {
        /// The name of the admin token; empty for the watchdog.
        by: String,
    },
}

/// Which deliveries are made again.
#[derive(Debug, Serialize, Deserialize)]
pub struct Replay {
    /// The name of the admin token.
    pub by: String,
    /// One event only.
    pub event: Option<String>,
    /// One endpoint only.
    pub endpoint: Option<String>,
    /// Only what was given up.
    pub dead_only: bool,
}

/// What an order answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// The notification is durable (new, repeated, or kept aside).
    Durable {
        /// For the log: `moved`, `kept`, `repeat`, or the code of the quarantine.
        outcome: String,
    },
    /// The order is registered.
    Registered {
        /// Where it is.
        view: StatusView,
        /// The mark of the address that was given to Alipay first.
        return_mark: String,
    },
    /// The attempt at Antom.
    Attempt(Attempt),
    /// Registered before with other terms; nothing changed.
    TermsDiffer,
    /// Where the shopper comes back to.
    ReturnTo(String),
    /// Where it is, for a page.
    Page {
        /// Where it is.
        view: StatusView,
        /// The merchant's page.
        return_url: String,
        /// The language that the merchant asked for.
        locale: Option<String>,
    },
    /// Where it is.
    Status(StatusView),
    /// Everything.
    Shown(Box<OrderView>),
    /// Lines of the audit trail.
    Trail(Vec<Line>),
    /// The refund, as it stands.
    Refund(Box<RefundView>),
    /// Nothing is given back, and nothing was written.
    RefundDenied(RefundDenied),
    /// So many deliveries are made again.
    Replayed(u64),
    /// Alipay is asked at this time, Unix milliseconds.
    Asking {
        /// At once, unless it was asked a moment ago.
        due_ms: u64,
    },
    /// It sees to what is due.
    Awake,
    /// No such order, or no such event.
    Unknown,
}

/// What a reader of the status sees: no personal data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusView {
    /// The merchant's number.
    pub out_trade_no: String,
    /// Where it is.
    pub status: Status,
    /// Nothing more will be waited for.
    #[serde(rename = "final")]
    pub is_final: bool,
    /// Minor units of `currency`.
    pub amount: u64,
    /// What the shopper was asked to pay in.
    pub currency: String,
    /// Alipay's number, once known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trade_no: Option<String>,
    /// Grows with each change.
    pub version: u64,
}

impl From<&Order> for StatusView {
    fn from(order: &Order) -> Self {
        let (amount, currency) = order.terms.price.shown();
        Self {
            out_trade_no: order.terms.out_trade_no.clone(),
            status: order.status,
            is_final: order.status.is_final(),
            amount,
            currency: currency.to_owned(),
            trade_no: order.trade_no.clone(),
            version: order.version,
        }
    }
}
