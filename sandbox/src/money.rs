//! Amounts: an integer in minor units with its currency. No floats.

use serde::{Deserialize, Serialize};

/// Settlement currencies of the cross-border product.
///
/// # Source
///
/// `docs/alipay/money.md` section 1: the list of Alipay's rate file. The official list of today is
/// UNCONFIRMED.
const CURRENCIES: [&str; 15] = [
    "AUD", "CAD", "CHF", "DKK", "EUR", "GBP", "HKD", "JPY", "KRW", "NOK", "NZD", "SEK", "SGD",
    "THB", "USD",
];

/// The highest amount of one payment: 1000000.00.
const MAX_HUNDREDTHS: u64 = 100_000_000;

/// Why an amount is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InvalidAmount {
    /// Not digits with at most as many decimals as the currency has.
    Malformed,
    /// Nothing to be paid.
    Zero,
    /// More than 1000000.00.
    TooMuch,
}

/// An amount in minor units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Amount {
    minor: u64,
    currency: String,
}

/// Whether a contract can settle in `currency`. CNY is paid by `rmb_fee`, never settled.
pub(crate) fn is_settlement_currency(currency: &str) -> bool {
    CURRENCIES.contains(&currency)
}

fn decimals(currency: &str) -> usize {
    match currency {
        "JPY" | "KRW" => 0,
        _ => 2,
    }
}

impl Amount {
    /// Reads an amount such as `19.90`, `8` or, for JPY and KRW, `1990`.
    ///
    /// # Errors
    ///
    /// See [`InvalidAmount`].
    pub(crate) fn parse(text: &str, currency: &str) -> Result<Self, InvalidAmount> {
        let (whole, fraction) = match text.split_once('.') {
            Some((whole, fraction)) if (1..=decimals(currency)).contains(&fraction.len()) => {
                (whole, fraction)
            }
            Some(_) => return Err(InvalidAmount::Malformed),
            None => (text, ""),
        };
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        // Nine digits are the width of Alipay's Number(9,2).
        if whole.is_empty() || whole.len() > 9 || !digits(whole) || !digits(fraction) {
            return Err(InvalidAmount::Malformed);
        }
        let minor: u64 = format!("{whole}{fraction:0<width$}", width = decimals(currency))
            .parse()
            .map_err(|_| InvalidAmount::Malformed)?;
        let max = if decimals(currency) == 0 {
            MAX_HUNDREDTHS / 100
        } else {
            MAX_HUNDREDTHS
        };
        match minor {
            0 => Err(InvalidAmount::Zero),
            _ if minor > max => Err(InvalidAmount::TooMuch),
            _ => Ok(Self {
                minor,
                currency: currency.to_owned(),
            }),
        }
    }

    /// The amount as Alipay writes it: `19.90`, and `1990` for JPY and KRW.
    pub(crate) fn text(&self) -> String {
        if decimals(&self.currency) == 0 {
            self.minor.to_string()
        } else {
            format!("{}.{:02}", self.minor / 100, self.minor % 100)
        }
    }

    /// An amount of yuan, as Antom counts it.
    pub(crate) fn of_fen(fen: u64) -> Self {
        Self {
            minor: fen,
            currency: "CNY".to_owned(),
        }
    }

    /// In minor units: cents, fen, whole yen.
    pub(crate) fn minor(&self) -> u64 {
        self.minor
    }

    /// The three-letter currency.
    pub(crate) fn currency(&self) -> &str {
        &self.currency
    }
}

#[cfg(test)]
mod tests {
    use super::{Amount, InvalidAmount};

    #[track_caller]
    fn check(text: &str, currency: &str, expected: Result<&str, InvalidAmount>) {
        let actual = Amount::parse(text, currency).map(|amount| amount.text());
        assert_eq!(actual, expected.map(str::to_owned), "{text} {currency}");
    }

    #[test]
    fn amounts_are_read_by_the_rules_of_their_currency() {
        check("19.90", "USD", Ok("19.90"));
        check("8", "USD", Ok("8.00"));
        check("0.1", "HKD", Ok("0.10"));
        check("0.01", "EUR", Ok("0.01"));
        check("1000000.00", "USD", Ok("1000000.00"));
        check("1990", "JPY", Ok("1990"));
        check("1000000", "KRW", Ok("1000000"));
        check("0.00", "USD", Err(InvalidAmount::Zero));
        check("0", "JPY", Err(InvalidAmount::Zero));
        check("1000000.01", "USD", Err(InvalidAmount::TooMuch));
        check("1000001", "JPY", Err(InvalidAmount::TooMuch));
    }

    #[test]
    fn anything_but_plain_decimal_digits_rejected() {
        for text in [
            "", ".5", "5.", "1.234", "-1", "+1", "1,00", "1e3", " 1", "1 ", "0x1", "１", "1.2.3",
        ] {
            check(text, "USD", Err(InvalidAmount::Malformed));
        }
        check("1990.00", "JPY", Err(InvalidAmount::Malformed));
        check("1234567890", "USD", Err(InvalidAmount::Malformed));
    }
}
