//! What a test shopper owns, and what may be paid with it. Pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    gateway_time::GatewayTime,
    money::{self, Amount},
    password::{self, Verdict},
    shopper::{SHOPPERS, Shopper},
};

/// How long three wrong payment passwords lock, before `--speedup`.
const LOCK_MS: u64 = 600_000;
/// The shortest lock, so that a quick stand-in still shows it.
const MIN_LOCK_MS: u64 = 1_000;
/// How long a refund to a card is on its way.
const TO_CARD_MS: u64 = 3 * 86_400_000;
/// The most movements kept of a wallet.
const MAX_MOVEMENTS: usize = 30;

/// A saved card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Card {
    pub(crate) id: String,
    pub(crate) number: String,
    pub(crate) expiry_year: u64,
    pub(crate) expiry_month: u64,
    /// Whether its bank refuses every payment.
    pub(crate) declines: bool,
}

impl Card {
    /// The four digits that people know a card by.
    pub(crate) fn last_four(&self) -> &str {
        self.number.rsplit(' ').next().unwrap_or_default()
    }

    /// `MM/YY`.
    pub(crate) fn expiry(&self) -> String {
        format!("{:02}/{:02}", self.expiry_month, self.expiry_year % 100)
    }

    /// Whether the last day of its month is over.
    pub(crate) fn is_expired(&self, now_ms: u64) -> bool {
        GatewayTime::from_unix_ms(now_ms).month() > (self.expiry_year, self.expiry_month)
    }
}

/// What money came from or went to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Method {
    /// The balance in the amount's currency.
    Balance,
    /// A card, by its last four digits.
    Card(String),
}

/// What a payment took from whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Charge {
    pub(crate) account: String,
    pub(crate) method: Method,
    /// In US dollars or yuan.
    pub(crate) amount: Amount,
    /// The balance before and after, where it was paid from.
    pub(crate) balance: Option<(Amount, Amount)>,
}

/// Money that came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Movement {
    pub(crate) out_trade_no: String,
    pub(crate) amount: Amount,
    pub(crate) method: Method,
    /// When it is there: at once in a balance, days later on a card.
    pub(crate) there_ms: u64,
}

/// Balances, cards and what is wrong at the moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wallet {
    usd: u64,
    cny: u64,
    pub(crate) cards: Vec<Card>,
    wrong_passwords: u8,
    locked_until_ms: u64,
    /// Refunds, oldest first.
    pub(crate) refunds: Vec<Movement>,
}

/// Why nothing was paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    AccountLimited,
    CardDeclined,
    CardExpired,
    /// The balance alone does not suffice; a part from a card cannot be added.
    InsufficientBalance,
    LimitExceeded,
    Locked,
    /// The card was deleted meanwhile.
    NoSuchCard,
    NotSixDigits,
    TooSimple,
    WrongPassword,
}

impl Wallet {
    /// A wallet with so many cents and fen.
    pub(crate) fn new(usd: u64, cny: u64, cards: Vec<Card>) -> Self {
        Self {
            usd,
            cny,
            cards,
            wrong_passwords: 0,
            locked_until_ms: 0,
            refunds: Vec::new(),
        }
    }

    /// The balance that an amount of `currency` is paid from: US dollars from dollars, the rest from yuan.
    pub(crate) fn balance_for(&self, currency: &str) -> Amount {
        if currency == "USD" {
            Amount::of_cents(self.usd)
        } else {
            Amount::of_fen(self.cny)
        }
    }

    /// Both balances.
    pub(crate) fn balances(&self) -> [Amount; 2] {
        [Amount::of_cents(self.usd), Amount::of_fen(self.cny)]
    }

    /// Whether the payment password was wrong too often a while ago.
    pub(crate) fn is_locked(&self, now_ms: u64) -> bool {
        now_ms < self.locked_until_ms
    }

    /// When the lock ends.
    pub(crate) const fn locked_until_ms(&self) -> u64 {
        self.locked_until_ms
    }

    /// Wrong payment passwords that are left before it locks.
    pub(crate) const fn tries_left(&self) -> u8 {
        password::MAX_WRONG.saturating_sub(self.wrong_passwords)
    }

    /// Applies an entered payment password; `never_right` is the tester's wish.
    ///
    /// # Errors
    ///
    /// * [`Refusal::Locked`] – now, or by this one.
    /// * [`Refusal::NotSixDigits`], [`Refusal::TooSimple`] – nobody's password; not counted.
    /// * [`Refusal::WrongPassword`].
    pub(crate) fn enter(
        &mut self,
        entered: &str,
        never_right: bool,
        now_ms: u64,
        speedup: u32,
    ) -> Result<(), Refusal> {
        if self.is_locked(now_ms) {
            return Err(Refusal::Locked);
        }
        match password::judge(entered) {
            Verdict::NotSixDigits => Err(Refusal::NotSixDigits),
            Verdict::TooSimple => Err(Refusal::TooSimple),
            Verdict::Right if !never_right => {
                self.wrong_passwords = 0;
                Ok(())
            }
            Verdict::Right | Verdict::Wrong => {
                self.wrong_passwords = self.wrong_passwords.saturating_add(1);
                if self.tries_left() > 0 {
                    return Err(Refusal::WrongPassword);
                }
                // A new start when the lock ends.
                self.wrong_passwords = 0;
                let lock_ms = LOCK_MS.checked_div(u64::from(speedup)).unwrap_or(LOCK_MS);
                self.locked_until_ms = now_ms.saturating_add(lock_ms.max(MIN_LOCK_MS));
                Err(Refusal::Locked)
            }
        }
    }

    /// Takes `price` from the balance, or from the card with this id, as a whole.
    ///
    /// # Errors
    ///
    /// In this order: [`Refusal::AccountLimited`], [`Refusal::LimitExceeded`], then what is wrong with
    /// the card, or [`Refusal::InsufficientBalance`].
    pub(crate) fn charge(
        &mut self,
        shopper: &Shopper,
        price: &Amount,
        card: Option<&str>,
        now_ms: u64,
    ) -> Result<Charge, Refusal> {
        if shopper.limited {
            return Err(Refusal::AccountLimited);
        }
        if money::usd_micros(price) > shopper.limit_usd().saturating_mul(1_000_000) {
            return Err(Refusal::LimitExceeded);
        }
        let amount = money::charged(price);
        let account = shopper.account.to_owned();
        if let Some(id) = card {
            let card = self.cards.iter().find(|card| card.id == id);
            let card = card.ok_or(Refusal::NoSuchCard)?;
            if card.is_expired(now_ms) {
                return Err(Refusal::CardExpired);
            }
            if card.declines {
                return Err(Refusal::CardDeclined);
            }
            let method = Method::Card(card.last_four().to_owned());
            return Ok(Charge {
                account,
                method,
                amount,
                balance: None,
            });
        }
        let before = self.balance_for(amount.currency());
        let left = before.minor().checked_sub(amount.minor());
        *self.pot(amount.currency()) = left.ok_or(Refusal::InsufficientBalance)?;
        let after = self.balance_for(amount.currency());
        Ok(Charge {
            account,
            method: Method::Balance,
            amount,
            balance: Some((before, after)),
        })
    }

    fn pot(&mut self, currency: &str) -> &mut u64 {
        if currency == "USD" {
            &mut self.usd
        } else {
            &mut self.cny
        }
    }

    /// Puts `amount` back where it came from: into the balance at once, onto a card days later.
    pub(crate) fn give_back(
        &mut self,
        out_trade_no: &str,
        method: &Method,
        amount: Amount,
        now_ms: u64,
    ) {
        let there_ms = match method {
            Method::Balance => {
                let pot = self.pot(amount.currency());
                *pot = pot.saturating_add(amount.minor());
                now_ms
            }
            Method::Card(_) => now_ms.saturating_add(TO_CARD_MS),
        };
        if self.refunds.len() >= MAX_MOVEMENTS {
            self.refunds.remove(0);
        }
        self.refunds.push(Movement {
            out_trade_no: out_trade_no.to_owned(),
            amount,
            method: method.clone(),
            there_ms,
        });
    }

    /// Forgets a saved card. Answers whether there was one.
    pub(crate) fn delete_card(&mut self, id: &str) -> bool {
        let before = self.cards.len();
        self.cards.retain(|card| card.id != id);
        self.cards.len() < before
    }
}

/// The wallets that differ from what their shoppers began with, by account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wallets(BTreeMap<String, Wallet>);

impl Wallets {
    /// The shopper's wallet.
    pub(crate) fn of(&self, shopper: &Shopper) -> Wallet {
        let changed = self.0.get(shopper.account).cloned();
        changed.unwrap_or_else(|| shopper.first_wallet())
    }

    /// The same, to change it.
    pub(crate) fn of_mut(&mut self, shopper: &Shopper) -> &mut Wallet {
        self.0
            .entry(shopper.account.to_owned())
            .or_insert_with(|| shopper.first_wallet())
    }

    /// Everybody as at the beginning.
    pub(crate) fn refill(&mut self) {
        self.0.clear();
    }

    /// Every shopper with their wallet.
    pub(crate) fn all(&self) -> Vec<(&'static Shopper, Wallet)> {
        SHOPPERS.iter().map(|one| (one, self.of(one))).collect()
    }
}

#[cfg(test)]
#[path = "wallet_tests.rs"]
mod tests;
