//! How an order may move. Pure: no Worker, no clock, no storage.

mod price;

pub use price::Price;

use crate::provider::Provider;
use serde::{Deserialize, Serialize};

/// Where an order is. It only moves forward: `created → redirected → paid → refunded`, and
/// `created | redirected → closed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Registered; no pay URL handed out yet.
    Created,
    /// A pay URL was handed out.
    Redirected,
    /// Alipay says, verified, that it is paid.
    Paid,
    /// Alipay says, verified, that the trade ended unpaid.
    Closed,
    /// Paid and given back.
    Refunded,
}

impl Status {
    /// Whether the shopper has nothing more to do or to wait for.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Paid | Self::Closed | Self::Refunded)
    }
}

/// Where the shopper was sent to pay: Alipay wants to hear of it again at a refund.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Terminal {
    /// The merchant's own app, by Alipay's SDK.
    App,
    /// The page for computers.
    Pc,
    /// The page for phones.
    #[default]
    Wap,
}

/// What the merchant signed into the order token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Who is asked to collect it.
    #[serde(default)]
    pub provider: Provider,
    /// The merchant's number.
    pub out_trade_no: String,
    /// Shown to the shopper by the cashier.
    pub subject: String,
    /// A longer description, if any.
    pub body: Option<String>,
    /// What is asked.
    pub price: Price,
    /// Where the shopper comes back to.
    pub return_url: String,
    /// The language of pages that the edge makes, as a tag; orders of older versions have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// Forwarded with each event, never sent to Alipay.
    pub metadata: std::collections::BTreeMap<String, String>,
    /// Where the shopper was sent last, before it was paid.
    #[serde(default)]
    pub terminal: Terminal,
    /// The mark of the address to which Alipay sends the shopper back: that of the first registration,
    /// so that a new `STATUS_SECRET` does not make another request of an order that is open.
    #[serde(default)]
    pub return_mark: String,
    /// The order token was signed with the secret before the present one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_previous: bool,
}

impl Terms {
    /// Whether `other` asks the shopper for the same thing. Where the shopper comes back to, and
    /// the metadata, are the merchant's own matter: Alipay never sees them.
    #[must_use]
    pub fn same_trade(&self, other: &Self) -> bool {
        (
            self.provider,
            &self.out_trade_no,
            &self.subject,
            &self.body,
            &self.price,
        ) == (
            other.provider,
            &other.out_trade_no,
            &other.subject,
            &other.body,
            &other.price,
        )
    }
}

/// Where the shopper is, as far as Antom wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// A telephone or tablet that is none of Apple's.
    Android,
    /// A desktop computer.
    Desktop,
    /// A telephone or tablet of Apple's.
    Ios,
}

/// The one attempt to have an order paid at Antom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The device that asked first. The request names it, and may not change.
    pub device: Device,
    /// Where Antom sends the shopper, once it has said so.
    pub pay_url: Option<String>,
    /// When it said so, Unix milliseconds.
    pub asked_ms: u64,
}

impl Attempt {
    /// A new attempt: nothing asked yet.
    #[must_use]
    pub fn new(device: Device) -> Self {
        Self {
            device,
            pay_url: None,
            asked_ms: 0,
        }
    }

    /// The address, unless it was given more than `fresh_ms` ago, or ahead of `now_ms`.
    #[must_use]
    pub fn fresh_url(&self, now_ms: u64, fresh_ms: u64) -> Option<&str> {
        let age_ms = now_ms.checked_sub(self.asked_ms)?;
        self.pay_url.as_deref().filter(|_| age_ms <= fresh_ms)
    }
}

/// A registered order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// What was registered.
    pub terms: Terms,
    /// Where it is.
    pub status: Status,
    /// Alipay's number, known once it is paid or closed.
    pub trade_no: Option<String>,
    /// Grows with each change a reader can see.
    pub version: u64,
    /// The account that it was registered for, as in [`Config::account`](crate::config::Config::account); unknown in
    /// orders of older versions. Another account's Alipay is never asked about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The attempt at Antom, once one was begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<Attempt>,
    /// Minor units that are given back, or may be, or will be: refunds that Alipay has not refused.
    #[serde(default)]
    pub refunding: u64,
}

impl Order {
    /// A new order: registered, nothing handed out.
    #[must_use]
    pub fn new(terms: Terms) -> Self {
        Self {
            terms,
            status: Status::Created,
            trade_no: None,
            version: 1,
            account: None,
            attempt: None,
            refunding: 0,
        }
    }

    /// Moves to `to`; the caller has asked [`apply`] whether it may.
    pub fn move_to(&mut self, to: Status, trade_no: Option<&str>) {
        self.status = to;
        if let Some(trade_no) = trade_no {
            self.trade_no = Some(trade_no.to_owned());
        }
        self.version = self.version.saturating_add(1);
    }

    /// Marks that a pay URL is handed out. Returns whether that is news.
    pub fn redirect(&mut self) -> bool {
        let news = self.status == Status::Created;
        if news {
            self.move_to(Status::Redirected, None);
        }
        news
    }
}

/// What a notification says of the trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Says {
    /// The trade ended unpaid.
    Closed,
    /// A status, or a kind of message, that this product does not define as one of the others.
    Other,
    /// The shopper has paid.
    Paid,
    /// Something about a refund; never that anything was paid.
    Refund,
    /// The trade exists and is not paid yet.
    Waiting,
}

/// How Alipay told us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// By a notification of its own accord.
    Notification,
    /// By the answer to our question.
    Query,
    /// By the answer to our request for a refund.
    Refund,
    /// Not at all: the merchant's staff says so.
    Staff,
}

/// What Alipay verifiably said of one trade. Made only from a `Notification` (`notify.rs`) or a
/// `TradeAnswer` (`gateway.rs`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Who said it.
    #[serde(default)]
    pub provider: Provider,
    /// How it was said.
    pub told: Told,
    /// Alipay's number for this notification, the same on every resend; empty for an answer.
    pub notify_id: String,
    /// Alipay's number for the trade.
    pub trade_no: String,
    /// What it says.
    pub says: Says,
    /// `total_fee` in minor units of `currency`.
    pub amount: u64,
    /// As in the notification.
    pub currency: String,
}

/// Why a genuine notification is kept aside instead of believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// Not the amount that the merchant registered.
    AmountDiffers,
    /// Closed, although it was paid: a full refund made elsewhere, or an error.
    ClosedAfterPaid,
    /// Not the currency that the merchant registered.
    CurrencyDiffers,
    /// No order of that number is registered; judged again when it is.
    NotRegistered,
    /// The same `notify_id` came before with other content.
    NotifyIdReused,
    /// Paid, although it was closed before.
    PaidAfterClosed,
    /// About a refund that was not asked for here.
    RefundUnknown,
    /// A second trade was paid for the same order.
    TradeNoDiffers,
    /// Neither paid, closed nor waiting.
    TradeStatusUnexpected,
}

impl Reason {
    /// The stable code, as in the forwarded event.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::AmountDiffers => "amount_differs",
            Self::ClosedAfterPaid => "closed_after_paid",
            Self::CurrencyDiffers => "currency_differs",
            Self::NotRegistered => "not_registered",
            Self::NotifyIdReused => "notify_id_reused",
            Self::PaidAfterClosed => "paid_after_closed",
            Self::RefundUnknown => "refund_unknown",
            Self::TradeNoDiffers => "trade_no_differs",
            Self::TradeStatusUnexpected => "trade_status_unexpected",
        }
    }
}

/// What a notification does to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transition {
    /// Recorded; the order stays where it is.
    Keep,
    /// The order moves.
    Move(Status),
    /// Genuine, but not believed.
    Quarantine(Reason),
    /// The very same notification again.
    Repeat,
}

/// Judges `facts` against the registered `order` and the `earlier` notification of the same
/// `notify_id`, if there was one.
///
/// In this order: repeat or reuse of the `notify_id`, registration, currency, amount, what it says
/// against where the order is.
#[must_use]
pub fn apply(order: Option<&Order>, earlier: Option<&Facts>, facts: &Facts) -> Transition {
    if let Some(earlier) = earlier {
        return if earlier == facts {
            Transition::Repeat
        } else {
            Transition::Quarantine(Reason::NotifyIdReused)
        };
    }
    let Some(order) = order else {
        return Transition::Quarantine(Reason::NotRegistered);
    };
    // Antom tells how much went back, the gateway how much the trade was.
    let is_part = facts.provider == Provider::Antom && facts.says == Says::Refund;
    if let Err(reason) = order.terms.price.is(facts)
        && !is_part
    {
        return Transition::Quarantine(reason);
    }
    let same_trade = order
        .trade_no
        .as_deref()
        .is_none_or(|known| known == facts.trade_no);
    // Alipay closes a trade whose whole amount was given back.
    let all_goes_back = order.refunding >= order.terms.price.shown().0;
    match (facts.says, order.status) {
        (Says::Other, _) => Transition::Quarantine(Reason::TradeStatusUnexpected),
        (Says::Paid, Status::Created | Status::Redirected) => Transition::Move(Status::Paid),
        (Says::Paid, Status::Closed) => Transition::Quarantine(Reason::PaidAfterClosed),
        (Says::Paid, Status::Paid | Status::Refunded) if !same_trade => {
            Transition::Quarantine(Reason::TradeNoDiffers)
        }
        (Says::Closed, Status::Created | Status::Redirected) => Transition::Move(Status::Closed),
        (Says::Closed, Status::Paid) if !all_goes_back => {
            Transition::Quarantine(Reason::ClosedAfterPaid)
        }
        // What becomes of our own refunds we hear from their answers.
        (Says::Refund, _) if order.refunding == 0 => Transition::Quarantine(Reason::RefundUnknown),
        (Says::Paid | Says::Closed | Says::Refund | Says::Waiting, _) => Transition::Keep,
    }
}

#[cfg(test)]
mod tests;
