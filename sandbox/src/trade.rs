//! Trades and what may happen to them. Pure: time and random numbers are parameters.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    antom::{self, Asked},
    faults::Faults,
    money::Amount,
    outcome::{DECIDES_AFTER_MS, Outcome},
    request::{GatewayError, PayRequest},
    sign::Fields,
    wallet::{Charge, Wallets},
};

pub(crate) use crate::payment::{Delivery, Later, Payment, State, Step};

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
    /// How this payment misbehaves, where that was said of it alone.
    #[serde(default)]
    pub(crate) faults: Option<Faults>,
    /// Present exactly when the merchant asked Antom and not the gateway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) antom: Option<Asked>,
    /// Present from the right payment password on, or from the end of the time: Alipay creates the
    /// trade only then.
    pub(crate) payment: Option<Payment>,
}

/// The random numbers and the time that a payment needs.
#[derive(Clone, Debug)]
pub(crate) struct Moment {
    pub(crate) now_ms: u64,
    pub(crate) trade_no: String,
    pub(crate) notify_id: String,
    pub(crate) faults: Faults,
}

impl Trade {
    /// `TRADE_FINISHED` is *paid* in the cross-border product.
    pub(crate) fn trade_status(&self) -> &'static str {
        match self.state() {
            None | Some(State::Processing) => "WAIT_BUYER_PAY",
            Some(State::Paid) => "TRADE_FINISHED",
            Some(State::Closed | State::Refunded) => "TRADE_CLOSED",
        }
    }

    /// Where the payment is, once there is one.
    pub(crate) fn state(&self) -> Option<State> {
        self.payment.as_ref().map(|payment| payment.state)
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

    /// Alipay creates the trade: paid, closed, or not decided yet, as `outcome` says.
    pub(crate) fn begin(&mut self, outcome: Outcome, charge: Option<Charge>, moment: Moment) {
        let mut faults = moment.faults;
        faults.order_of_arrival(outcome);
        let now_ms = moment.now_ms;
        let decides = |step| Later {
            at_ms: now_ms.saturating_add(DECIDES_AFTER_MS),
            step,
        };
        let (state, later) = match outcome {
            Outcome::Closed => (State::Closed, None),
            Outcome::ProcessingPaid => (State::Processing, Some(decides(Step::Pay))),
            Outcome::ProcessingClosed => (State::Processing, Some(decides(Step::Close))),
            Outcome::Refunded => {
                let all = Step::GiveBack(self.amount.minor());
                (State::Paid, Some(decides(all)))
            }
            Outcome::PartlyRefunded => {
                let half = Step::GiveBack(self.amount.minor().div_ceil(2));
                (State::Paid, Some(decides(half)))
            }
            _ => (State::Paid, None),
        };
        let known = self.antom.as_ref().map(|asked| asked.payment_id.clone());
        let mut payment = Payment {
            trade_no: known.unwrap_or(moment.trade_no),
            notify_id: String::new(),
            paid_ms: now_ms,
            state,
            later,
            charge,
            refund_told: None,
            stays: outcome == Outcome::NeverReturns,
            next_delivery_ms: None,
            faults,
            attempts: 0,
            acknowledged: false,
            deliveries: Vec::new(),
            refunds: Vec::new(),
        };
        payment.announce(
            moment.notify_id,
            self.requested("notify_url").is_some(),
            now_ms,
        );
        self.payment = Some(payment);
    }
}

/// All trades, by `out_trade_no`: the stand-in serves one merchant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Book {
    trades: BTreeMap<String, Trade>,
    #[serde(default)]
    pub(crate) wallets: Wallets,
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
            faults: None,
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
                .is_none_or(|payment| payment.due_ms().is_none())
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

    /// The trade of the merchant's number, to change it.
    pub(crate) fn by_out_trade_no_mut(&mut self, out_trade_no: &str) -> Option<&mut Trade> {
        self.trades.get_mut(out_trade_no)
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
            let due_ms = trade.payment.as_ref()?.due_ms()?;
            Some((due_ms, trade.out_trade_no.as_str()))
        })
    }
}

#[cfg(test)]
#[path = "trade_tests.rs"]
pub(crate) mod tests;
