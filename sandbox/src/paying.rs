//! A shopper pays, or does not; and what happens to a payment by itself afterwards. Pure.

use crate::{
    outcome::Outcome,
    shopper::Shopper,
    trade::{Book, Moment, Payment, State, Step, Trade},
    wallet::{Charge, Refusal},
};

/// What the shopper sends with the confirmation.
#[derive(Clone, Debug)]
pub(crate) struct Confirmation {
    pub(crate) shopper: &'static Shopper,
    pub(crate) payment_password: String,
    /// The card to pay with; the balance without one.
    pub(crate) card: Option<String>,
    /// What the tester chose at the cashier, before everything else that could choose.
    pub(crate) outcome: Option<Outcome>,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paying {
    /// There is a payment already.
    AlreadyPaid,
    /// The shopper is to leave without paying.
    Cancelled,
    /// The trade exists now, in this state.
    Done(State),
    /// Nothing was paid.
    Refused(Refusal),
}

impl Trade {
    /// How it is to end: as was said by hand, else by the faults in force, else by its amount.
    pub(crate) fn outcome(&self, by_hand: Option<Outcome>, of_faults: Option<Outcome>) -> Outcome {
        by_hand
            .or(of_faults)
            .or_else(|| Outcome::of_amount(self.amount.minor()))
            .unwrap_or(Outcome::Paid)
    }
}

impl Book {
    /// Applies a shopper's confirmation; `None` where the trade is gone.
    pub(crate) fn pay(
        &mut self,
        cashier_id: &str,
        confirmation: &Confirmation,
        moment: Moment,
        speedup: u32,
    ) -> Option<Paying> {
        let trade = self.by_cashier_id(cashier_id)?.clone();
        if trade.payment.is_some() {
            return Some(Paying::AlreadyPaid);
        }
        let outcome = trade.outcome(confirmation.outcome, moment.faults.outcome);
        let charge = match outcome {
            Outcome::Cancelled => return Some(Paying::Cancelled),
            Outcome::Closed => None,
            _ => match self.charge(&trade, confirmation, outcome, moment.now_ms, speedup) {
                Ok(charge) => Some(charge),
                Err(refusal) => return Some(Paying::Refused(refusal)),
            },
        };
        let trade = self.by_cashier_id_mut(cashier_id)?;
        trade.begin(outcome, charge, moment);
        trade.state().map(Paying::Done)
    }

    fn charge(
        &mut self,
        trade: &Trade,
        confirmation: &Confirmation,
        outcome: Outcome,
        now_ms: u64,
        speedup: u32,
    ) -> Result<Charge, Refusal> {
        let shopper = confirmation.shopper;
        let wallet = self.wallets.of_mut(shopper);
        let never_right = outcome == Outcome::WrongPassword;
        wallet.enter(&confirmation.payment_password, never_right, now_ms, speedup)?;
        match outcome {
            Outcome::InsufficientBalance => Err(Refusal::InsufficientBalance),
            Outcome::LimitExceeded => Err(Refusal::LimitExceeded),
            Outcome::AccountLimited => Err(Refusal::AccountLimited),
            _ => {
                let card = confirmation.card.as_deref();
                wallet.charge(shopper, &trade.amount, card, now_ms)
            }
        }
    }

    /// Does what is due by itself for one payment; `fresh` is a new `notify_id`. Answers whether there
    /// was anything.
    pub(crate) fn advance(&mut self, out_trade_no: &str, now_ms: u64, fresh: &str) -> bool {
        let Some(trade) = self.by_out_trade_no(out_trade_no).cloned() else {
            return false;
        };
        let due = trade
            .payment
            .as_ref()
            .and_then(|payment| payment.later)
            .filter(|later| later.at_ms <= now_ms);
        let Some(later) = due else {
            return false;
        };
        match later.step {
            Step::Pay => {}
            Step::Close => {
                let charge = trade.payment.as_ref().and_then(|one| one.charge.clone());
                if let Some(charge) = charge {
                    let whole = charge.amount.minor();
                    self.credit(&trade, &charge, whole, now_ms);
                }
            }
            Step::GiveBack(minor) => self.refund_by_staff(&trade, minor, now_ms),
        }
        let wanted = trade.requested("notify_url").is_some();
        let Some(payment) = self.payment_mut(out_trade_no) else {
            return false;
        };
        payment.later = None;
        match later.step {
            Step::Pay => payment.state = State::Paid,
            Step::Close => payment.state = State::Closed,
            Step::GiveBack(_) => {
                payment.refund_told = payment.refunds.len().checked_sub(1);
                if given_back(payment) >= trade.amount.minor() {
                    payment.state = State::Refunded;
                }
            }
        }
        payment.announce(fresh.to_owned(), wanted, now_ms);
        true
    }

    /// Puts so many minor units of what was charged back where they came from.
    pub(crate) fn credit(&mut self, trade: &Trade, charge: &Charge, minor: u64, now_ms: u64) {
        if let Some(shopper) = Shopper::of_account(&charge.account) {
            let amount = charge.amount.with_minor(minor);
            let wallet = self.wallets.of_mut(shopper);
            wallet.give_back(&trade.out_trade_no, &charge.method, amount, now_ms);
        }
    }
}

/// All that was given back, in minor units of the trade.
pub(crate) fn given_back(payment: &Payment) -> u64 {
    payment.refunds.iter().map(|one| one.minor()).sum()
}

#[cfg(test)]
#[path = "paying_tests.rs"]
mod tests;
