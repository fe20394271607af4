//! Trades and what may happen to them. Pure: time and random numbers are parameters.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    antom::{self, Asked},
    faults::Faults,
    ladder,
    money::Amount,
    password::{self, Verdict},
    refund::Refund,
    request::{GatewayError, PayRequest},
    sign::Fields,
};

/// The most trades kept; beyond it the oldest one without a pending notification goes.
const MAX_TRADES: usize = 2000;

/// A trade, from the merchant's request on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Trade {
    /// Names the trade in the cashier's URLs; not guessable.
    pub(crate) cashier_id: String,
    pub(crate) out_trade_no: String,
    pub(crate) amount: Amount,
    /// Every field the merchant signed.
    pub(crate) request: Fields,
    /// The page the shopper came from, as the browser told it; not signed.
    pub(crate) referer: Option<String>,
    pub(crate) created_ms: u64,
    pub(crate) wrong_passwords: u8,
    /// Present exactly when the merchant asked Antom and not the gateway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) antom: Option<Asked>,
    /// Present exactly when paid: Alipay creates the trade only then.
    pub(crate) payment: Option<Payment>,
}

/// What exists from the right payment password on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Payment {
    /// 28 digits.
    pub(crate) trade_no: String,
    /// 34 characters, the same on every resend.
    pub(crate) notify_id: String,
    pub(crate) paid_ms: u64,
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
const MAX_DELIVERIES: usize = 200;

impl Delivery {
    /// Whether the merchant has acknowledged to the gateway: exactly `success`, not a byte more. A redirect is
    /// never followed, so its body counts for nothing.
    fn says_success(&self) -> bool {
        self.status == Some(200) && self.body == "success"
    }
}

/// The random numbers and the time that a payment needs.
#[derive(Clone, Debug)]
pub(crate) struct Moment {
    pub(crate) now_ms: u64,
    pub(crate) trade_no: String,
    pub(crate) notify_id: String,
    pub(crate) faults: Faults,
}

/// What came of a payment password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paying {
    AlreadyPaid,
    Locked,
    NotSixDigits,
    Paid,
    TooSimple,
    Wrong,
}

impl Trade {
    /// `WAIT_BUYER_PAY` or `TRADE_FINISHED`, which is *paid* in the cross-border product.
    pub(crate) fn trade_status(&self) -> &'static str {
        if self.payment.is_some() {
            "TRADE_FINISHED"
        } else {
            "WAIT_BUYER_PAY"
        }
    }

    /// Whether the payment password was wrong too often.
    pub(crate) fn is_locked(&self) -> bool {
        self.payment.is_none() && self.wrong_passwords >= password::MAX_WRONG
    }

    /// Whether `request` is the one that opened it. Antom's is compared byte for byte.
    fn is_asked_by(&self, request: &PayRequest) -> bool {
        let body = |asked: &Option<Asked>| asked.as_ref().map(|asked| asked.body.clone());
        self.request == request.fields && body(&self.antom) == body(&request.antom)
    }

    /// Whether `delivery` was acknowledged, in the words of the protocol that it came by.
    pub(crate) fn is_acknowledged_by(&self, delivery: &Delivery) -> bool {
        if self.antom.is_some() {
            antom::acknowledges(delivery)
        } else {
            delivery.says_success()
        }
    }

    /// A value of the merchant's request; empty ones count as absent.
    pub(crate) fn requested(&self, name: &str) -> Option<&str> {
        self.request
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// Applies an entered payment password.
    pub(crate) fn pay(&mut self, entered: &str, moment: Moment) -> Paying {
        if self.payment.is_some() {
            return Paying::AlreadyPaid;
        }
        if self.is_locked() {
            return Paying::Locked;
        }
        match password::judge(entered) {
            Verdict::NotSixDigits => Paying::NotSixDigits,
            Verdict::TooSimple => Paying::TooSimple,
            Verdict::Wrong => {
                self.wrong_passwords = self.wrong_passwords.saturating_add(1);
                if self.is_locked() {
                    Paying::Locked
                } else {
                    Paying::Wrong
                }
            }
            Verdict::Right => {
                let wanted = self.requested("notify_url").is_some() && !moment.faults.hold;
                let first_ms = moment.now_ms.saturating_add(moment.faults.notify_delay_ms);
                let known = self.antom.as_ref().map(|asked| asked.payment_id.clone());
                self.payment = Some(Payment {
                    trade_no: known.unwrap_or(moment.trade_no),
                    notify_id: moment.notify_id,
                    paid_ms: moment.now_ms,
                    next_delivery_ms: wanted.then_some(first_ms),
                    faults: moment.faults,
                    attempts: 0,
                    acknowledged: false,
                    deliveries: Vec::new(),
                    refunds: Vec::new(),
                });
                Paying::Paid
            }
        }
    }
}

impl Payment {
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

/// All trades, by `out_trade_no`: the stand-in serves one merchant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Book {
    trades: BTreeMap<String, Trade>,
}

impl Book {
    /// Opens a trade for `request`, or the one that is already open for it.
    ///
    /// # Errors
    ///
    /// * [`GatewayError::RepeatOutTradeNo`] – already paid.
    /// * [`GatewayError::TradeDataMatchError`] – open, with other content.
    pub(crate) fn open(
        &mut self,
        request: PayRequest,
        cashier_id: String,
        referer: Option<String>,
        now_ms: u64,
    ) -> Result<&Trade, GatewayError> {
        match self.trades.get(&request.out_trade_no) {
            Some(open) if open.payment.is_some() => return Err(GatewayError::RepeatOutTradeNo),
            Some(open) if !open.is_asked_by(&request) => {
                return Err(GatewayError::TradeDataMatchError);
            }
            Some(_) => {}
            None => self.make_room(),
        }
        let out_trade_no = request.out_trade_no.clone();
        Ok(self.trades.entry(out_trade_no).or_insert_with(|| Trade {
            cashier_id,
            out_trade_no: request.out_trade_no,
            amount: request.amount,
            request: request.fields,
            referer,
            created_ms: now_ms,
            wrong_passwords: 0,
            antom: request.antom,
            payment: None,
        }))
    }

    fn make_room(&mut self) {
        if self.trades.len() < MAX_TRADES {
            return;
        }
        let is_idle = |trade: &&Trade| {
            trade
                .payment
                .as_ref()
                .is_none_or(|payment| payment.next_delivery_ms.is_none())
        };
        let oldest = self
            .trades
            .values()
            .filter(is_idle)
            .min_by_key(|trade| trade.created_ms);
        if let Some(out_trade_no) = oldest.map(|trade| trade.out_trade_no.clone()) {
            self.trades.remove(&out_trade_no);
        }
    }

    /// Puts a trade in.
    #[cfg(test)]
    pub(crate) fn insert(&mut self, trade: Trade) {
        self.trades.insert(trade.out_trade_no.clone(), trade);
    }

    /// The trade of the merchant's number.
    pub(crate) fn by_out_trade_no(&self, out_trade_no: &str) -> Option<&Trade> {
        self.trades.get(out_trade_no)
    }

    /// The trade of a cashier's URL.
    pub(crate) fn by_cashier_id(&self, cashier_id: &str) -> Option<&Trade> {
        self.trades
            .values()
            .find(|trade| trade.cashier_id == cashier_id)
    }

    /// The trade of a cashier's URL, to change it.
    pub(crate) fn by_cashier_id_mut(&mut self, cashier_id: &str) -> Option<&mut Trade> {
        self.trades
            .values_mut()
            .find(|trade| trade.cashier_id == cashier_id)
    }

    /// The payment of the merchant's number, to change it.
    pub(crate) fn payment_mut(&mut self, out_trade_no: &str) -> Option<&mut Payment> {
        self.trades
            .get_mut(out_trade_no)
            .and_then(|trade| trade.payment.as_mut())
    }

    /// The paid trade with Alipay's number, or the one whose notification has this `notify_id`.
    pub(crate) fn paid(&self, wanted: impl Fn(&Payment) -> bool) -> Option<&Trade> {
        self.trades
            .values()
            .find(|trade| trade.payment.as_ref().is_some_and(&wanted))
    }

    /// All trades, newest first.
    pub(crate) fn newest_first(&self) -> Vec<&Trade> {
        let mut trades: Vec<_> = self.trades.values().collect();
        trades.sort_by_key(|trade| std::cmp::Reverse(trade.created_ms));
        trades
    }

    /// Every pending notification: when it is due, and of which order.
    pub(crate) fn pending(&self) -> impl Iterator<Item = (u64, &str)> {
        self.trades.values().filter_map(|trade| {
            let due_ms = trade.payment.as_ref()?.next_delivery_ms?;
            Some((due_ms, trade.out_trade_no.as_str()))
        })
    }
}

#[cfg(test)]
#[path = "trade_tests.rs"]
pub(crate) mod tests;
