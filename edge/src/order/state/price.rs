//! What an order costs, and whether a message is about that. Pure.

use super::{Facts, Reason};
use crate::provider::Provider;
use alipay_protocol::money::Currency;
use serde::{Deserialize, Serialize};

/// What the shopper is asked to pay. Amounts are minor units of their currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Price {
    /// `total_fee` in the settlement currency.
    TotalFee {
        /// Minor units of `currency`.
        amount: u64,
        /// Settlement currency.
        currency: String,
    },
    /// `rmb_fee` in CNY, settled in `settlement`.
    RmbFee {
        /// Fen.
        amount: u64,
        /// Settlement currency.
        settlement: String,
    },
}

impl Price {
    /// The amount and currency that the shopper sees.
    #[must_use]
    pub fn shown(&self) -> (u64, &str) {
        match self {
            Self::TotalFee { amount, currency } => (*amount, currency),
            Self::RmbFee { amount, .. } => (*amount, "CNY"),
        }
    }

    /// Whether a notification's `total_fee` and `currency` are this price.
    ///
    /// What they show for an order asked in `rmb_fee` is UNCONFIRMED: only the same number is
    /// taken, in CNY or labelled with the settlement currency as the request was; a converted
    /// amount cannot be checked and is quarantined.
    pub(super) fn is(&self, facts: &Facts) -> Result<(), Reason> {
        let (amount, currencies) = match self {
            Self::TotalFee { amount, currency } => (*amount, [currency.as_str(), currency]),
            // Antom says what it is paid in.
            Self::RmbFee { amount, .. } if facts.provider == Provider::Antom => {
                (*amount, ["CNY", "CNY"])
            }
            Self::RmbFee { amount, settlement } if has_cents(settlement) => {
                (*amount, ["CNY", settlement.as_str()])
            }
            // 128.00 and 12800 have as many minor units, and are not the same number.
            Self::RmbFee { amount, .. } => (*amount, ["CNY", "CNY"]),
        };
        if !currencies.contains(&facts.currency.as_str()) {
            return Err(Reason::CurrencyDiffers);
        }
        if amount != facts.amount {
            return Err(Reason::AmountDiffers);
        }
        Ok(())
    }
}

/// Whether an amount has two decimals in this currency, as it has in yuan.
fn has_cents(currency: &str) -> bool {
    Currency::parse(currency).is_ok_and(|one| one.decimals() == Currency::Cny.decimals())
}
