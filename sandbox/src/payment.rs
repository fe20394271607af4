//! What exists of a trade once Alipay has created it, and how it is told to the merchant. Pure.

use serde::{Deserialize, Serialize};

use crate::{faults::Faults, ladder, refund::Refund, wallet::Charge};

/// What exists from the right payment password on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Payment {
    /// 28 digits.
    pub(crate) trade_no: String,
    /// 34 characters, the same on every resend.
    pub(crate) notify_id: String,
    pub(crate) paid_ms: u64,
    /// Where it is; what an older version stored was paid.
    #[serde(default)]
    pub(crate) state: State,
    /// What happens to it by itself.
    #[serde(default)]
    pub(crate) later: Option<Later>,
    /// What it took from whom; absent where nothing was taken.
    #[serde(default)]
    pub(crate) charge: Option<Charge>,
    /// The refund that the present notification tells of, by its place.
    #[serde(default)]
    pub(crate) refund_told: Option<usize>,
    /// Whether the shopper is to stay at the cashier.
    #[serde(default)]
    pub(crate) stays: bool,
    /// The faults in force when it was paid.
    pub(crate) faults: Faults,
    /// When the ladder delivers next; absent when acknowledged, exhausted, held or unwanted.
    pub(crate) next_delivery_ms: Option<u64>,
    /// Steps of the ladder done.
    pub(crate) attempts: u32,
    /// Whether the merchant answered `success` once.
    pub(crate) acknowledged: bool,
    pub(crate) deliveries: Vec<Delivery>,
    /// What was given back, oldest first.
    #[serde(default)]
    pub(crate) refunds: Vec<Refund>,
}

/// One notification sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Delivery {
    pub(crate) at_ms: u64,
    /// HTTP status; absent when there was no answer.
    pub(crate) status: Option<u16>,
    /// The start of the answer.
    pub(crate) body: String,
    /// Why there was no answer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) error: Option<String>,
}

/// The most deliveries kept of a trade; `POST /control/notify` can send any number.
pub(crate) const MAX_DELIVERIES: usize = 200;

impl Delivery {
    /// Whether the merchant has acknowledged to the gateway: exactly `success`, not a byte more. A redirect is
    /// never followed, so its body counts for nothing.
    pub(crate) fn says_success(&self) -> bool {
        self.status == Some(200) && self.body == "success"
    }
}

/// Where a trade that Alipay has created is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// Ended without money.
    Closed,
    /// Not decided yet.
    Processing,
    /// Paid.
    #[default]
    Paid,
    /// Paid, and given back as a whole by Alipay's own staff.
    Refunded,
}

/// What happens to a payment by itself, later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Later {
    pub(crate) at_ms: u64,
    pub(crate) step: Step,
}

/// One such thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Step {
    Close,
    Pay,
    /// So many minor units go back to the shopper.
    GiveBack(u64),
}

impl Payment {
    /// Begins the ladder anew for what is true now, unless nothing is decided or nobody wants to hear.
    pub(crate) fn announce(&mut self, notify_id: String, wanted: bool, now_ms: u64) {
        self.notify_id = notify_id;
        self.attempts = 0;
        self.acknowledged = false;
        let first_ms = now_ms.saturating_add(self.faults.notify_delay_ms);
        let wanted = wanted && !self.faults.hold && self.state != State::Processing;
        self.next_delivery_ms = wanted.then_some(first_ms);
    }

    /// When something is to be done about it: a delivery, or what happens by itself.
    pub(crate) fn due_ms(&self) -> Option<u64> {
        let later_ms = self.later.map(|later| later.at_ms);
        self.next_delivery_ms.into_iter().chain(later_ms).min()
    }

    /// Records one delivery; an `acknowledged` notification is not sent again.
    pub(crate) fn record(&mut self, delivery: Delivery, acknowledged: bool) {
        if acknowledged {
            self.acknowledged = true;
            self.next_delivery_ms = None;
        }
        if self.deliveries.len() >= MAX_DELIVERIES {
            self.deliveries.remove(0);
        }
        self.deliveries.push(delivery);
    }

    /// When it will be sent again, should nothing else come between.
    pub(crate) fn next_after_this(&self, now_ms: u64, speedup: u32) -> Option<u64> {
        if self.acknowledged {
            return None;
        }
        let interval_ms = ladder::interval_ms(self.attempts.saturating_add(1), speedup)?;
        Some(now_ms.saturating_add(interval_ms))
    }

    /// Ends a step of the ladder: sets when the next one is due, if one is.
    pub(crate) fn end_step(&mut self, now_ms: u64, speedup: u32) {
        self.attempts = self.attempts.saturating_add(1);
        self.next_delivery_ms = if self.acknowledged {
            None
        } else {
            ladder::interval_ms(self.attempts, speedup)
                .map(|interval_ms| now_ms.saturating_add(interval_ms))
        };
    }
}
