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

    /// An amount of US dollars.
    pub(crate) fn of_cents(cents: u64) -> Self {
        Self {
            minor: cents,
            currency: "USD".to_owned(),
        }
    }

    /// The same currency with another number.
    pub(crate) fn with_minor(&self, minor: u64) -> Self {
        Self {
            minor,
            currency: self.currency.clone(),
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

/// Millionths of a US dollar in one minor unit: the test wallet's own rates, which never change.
fn rate(currency: &str) -> u64 {
    match currency {
        "AUD" => 6_500,
        "CAD" => 7_200,
        "CHF" => 12_000,
        "CNY" => 1_400,
        "DKK" => 1_500,
        "EUR" => 11_000,
        "GBP" => 13_000,
        "HKD" => 1_280,
        "JPY" => 6_500,
        "KRW" => 720,
        "NOK" => 950,
        "NZD" => 5_800,
        "SEK" => 1_000,
        "SGD" => 7_600,
        "THB" => 300,
        // US dollars: every other currency was refused when the trade was opened.
        _ => 10_000,
    }
}

/// What an amount is in millionths of a US dollar: the wallet's limits are in dollars.
pub(crate) fn usd_micros(amount: &Amount) -> u64 {
    amount.minor.saturating_mul(rate(&amount.currency))
}

/// What the wallet takes for `price`: US dollars and yuan as they are, the rest in yuan, rounded up.
pub(crate) fn charged(price: &Amount) -> Amount {
    match price.currency.as_str() {
        "USD" | "CNY" => price.clone(),
        _ => Amount::of_fen(usd_micros(price).div_ceil(rate("CNY"))),
    }
}

#[cfg(test)]
mod tests {
    use super::{Amount, InvalidAmount, charged, usd_micros};

    #[test]
    fn wallet_takes_dollars_and_yuan_as_they_are_and_the_rest_in_yuan() {
        for (text, currency, micros, expected) in [
            ("19.90", "USD", 19_900_000, "19.90 USD"),
            ("128.00", "CNY", 17_920_000, "128.00 CNY"),
            ("10.00", "EUR", 11_000_000, "78.58 CNY"),
            ("1990", "JPY", 12_935_000, "92.40 CNY"),
            ("0.01", "THB", 300, "0.01 CNY"),
        ] {
            let price = Amount::parse(text, currency).unwrap();
            let taken = charged(&price);
            assert_eq!(usd_micros(&price), micros, "{text} {currency}");
            assert_eq!(format!("{} {}", taken.text(), taken.currency()), expected);
        }
    }

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
