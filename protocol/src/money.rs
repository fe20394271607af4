//! Money: whole minor units and their currency. No floating point anywhere.

use std::fmt;

use thiserror::Error;

/// A currency that the cross-border gateway settles in, or CNY, in which buyers pay.
///
/// # Source
///
/// `docs/alipay/money.md` section 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[expect(
    missing_docs,
    reason = "the variants are ISO 4217 codes; there is nothing to add"
)]
pub enum Currency {
    Aud,
    Cad,
    Chf,
    Cny,
    Dkk,
    Eur,
    Gbp,
    Hkd,
    Jpy,
    Krw,
    Nok,
    Nzd,
    Sek,
    Sgd,
    Thb,
    Usd,
}

impl Currency {
    /// Every currency, by code.
    pub const ALL: [Self; 16] = [
        Self::Aud,
        Self::Cad,
        Self::Chf,
        Self::Cny,
        Self::Dkk,
        Self::Eur,
        Self::Gbp,
        Self::Hkd,
        Self::Jpy,
        Self::Krw,
        Self::Nok,
        Self::Nzd,
        Self::Sek,
        Self::Sgd,
        Self::Thb,
        Self::Usd,
    ];

    /// Reads an ISO 4217 code in upper case.
    ///
    /// # Errors
    ///
    /// * [`AmountError::UnknownCurrency`] – not one of [`Currency::ALL`].
    pub fn parse(text: &str) -> Result<Self, AmountError> {
        Self::ALL
            .into_iter()
            .find(|currency| currency.code() == text)
            .ok_or(AmountError::UnknownCurrency)
    }

    /// The ISO 4217 code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Aud => "AUD",
            Self::Cad => "CAD",
            Self::Chf => "CHF",
            Self::Cny => "CNY",
            Self::Dkk => "DKK",
            Self::Eur => "EUR",
            Self::Gbp => "GBP",
            Self::Hkd => "HKD",
            Self::Jpy => "JPY",
            Self::Krw => "KRW",
            Self::Nok => "NOK",
            Self::Nzd => "NZD",
            Self::Sek => "SEK",
            Self::Sgd => "SGD",
            Self::Thb => "THB",
            Self::Usd => "USD",
        }
    }

    /// How many decimals an amount has: none in yen and won, else two.
    #[must_use]
    pub fn decimals(self) -> usize {
        match self {
            Self::Jpy | Self::Krw => 0,
            _ => 2,
        }
    }

    /// How many minor units make one major unit.
    #[must_use]
    pub fn minor_per_major(self) -> u64 {
        if self.decimals() == 0 { 1 } else { 100 }
    }

    /// Whether the contract can settle in it: all but CNY, which is asked for as `rmb_fee`.
    #[must_use]
    pub fn is_settlement(self) -> bool {
        self != Self::Cny
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount of money: minor units and their currency.
///
/// There is no arithmetic and no order: amounts are compared for equality, and two currencies are
/// never compared at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Amount {
    minor: u64,
    currency: Currency,
}

impl Amount {
    /// The largest amount this type holds, in minor units: `Number(9,2)` has seven digits before the
    /// point; eleven here leave room for sums, and stay exact in a JavaScript number.
    pub const MAX_MINOR: u64 = 9_999_999_999_999;

    /// Makes an amount of `minor` units (cents; whole yen and won).
    ///
    /// # Errors
    ///
    /// * [`AmountError::TooLarge`] – more than [`Amount::MAX_MINOR`].
    pub fn from_minor(minor: u64, currency: Currency) -> Result<Self, AmountError> {
        if minor > Self::MAX_MINOR {
            return Err(AmountError::TooLarge);
        }
        Ok(Self { minor, currency })
    }

    /// Reads decimal text as Alipay writes it: `19.90`, `19.9`, `19`.
    ///
    /// No sign, exponent, space, separator or needless leading zero; at most as many decimals as
    /// the currency has. Alipay has been seen to send `0.1` for `0.10`.
    ///
    /// # Errors
    ///
    /// * [`AmountError::NotDecimal`] – anything but digits, and a point with digits on both sides.
    /// * [`AmountError::TooManyDecimals`] – more decimals than the currency has, zeros included.
    /// * [`AmountError::TooLarge`] – more than [`Amount::MAX_MINOR`].
    ///
    /// # Source
    ///
    /// `docs/alipay/money.md` section 2.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, AmountError> {
        let (whole, fraction) = match text.split_once('.') {
            Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
            Some(_) => return Err(AmountError::NotDecimal),
            None => (text, ""),
        };
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) {
            return Err(AmountError::NotDecimal);
        }
        if whole.len() > 1 && whole.starts_with('0') {
            return Err(AmountError::NotDecimal);
        }
        if fraction.len() > currency.decimals() {
            return Err(AmountError::TooManyDecimals);
        }
        let decimals = currency.decimals();
        let minor: u64 = format!("{whole}{fraction:0<decimals$}")
            .parse()
            .map_err(|_| AmountError::TooLarge)?;
        Self::from_minor(minor, currency)
    }

    /// The amount in minor units.
    #[must_use]
    pub fn minor(self) -> u64 {
        self.minor
    }

    /// The currency.
    #[must_use]
    pub fn currency(self) -> Currency {
        self.currency
    }

    /// Writes the amount as Alipay wants it, with all the decimals of the currency: `19.90`, `500`.
    #[must_use]
    pub fn to_decimal(self) -> String {
        let per_major = self.currency.minor_per_major();
        // Invariant: `minor_per_major` is never zero, so neither division can fail.
        let whole = self.minor.checked_div(per_major).unwrap_or(self.minor);
        let rest = self.minor.checked_rem(per_major).unwrap_or(0);
        match self.currency.decimals() {
            0 => whole.to_string(),
            width => format!("{whole}.{rest:0width$}"),
        }
    }
}

/// Why a text or a number is not an amount of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AmountError {
    /// Not plain decimal text.
    #[error("amount must be digits with at most one point between digits")]
    NotDecimal,
    /// Larger than any amount the gateway knows.
    #[error("amount is larger than any the gateway takes")]
    TooLarge,
    /// More decimals than the currency has.
    #[error("amount has more decimals than its currency")]
    TooManyDecimals,
    /// Not a currency of the cross-border gateway.
    #[error("currency is not one the cross-border gateway settles in, nor CNY")]
    UnknownCurrency,
}

#[cfg(test)]
mod tests {
    use super::{Amount, AmountError, Currency};

    #[test]
    fn wire_text_becomes_minor_units() {
        let cases = [
            ("19.90", Currency::Usd, 1990, "19.90"),
            ("19.9", Currency::Usd, 1990, "19.90"),
            ("19", Currency::Usd, 1900, "19.00"),
            ("0.1", Currency::Hkd, 10, "0.10"),
            ("0.01", Currency::Cny, 1, "0.01"),
            ("0", Currency::Cny, 0, "0.00"),
            ("1000000.00", Currency::Gbp, 100_000_000, "1000000.00"),
            ("500", Currency::Jpy, 500, "500"),
            ("1000", Currency::Krw, 1000, "1000"),
        ];
        for (text, currency, minor, decimal) in cases {
            let amount = Amount::parse(text, currency).unwrap();
            assert_eq!(
                (amount.minor(), amount.currency()),
                (minor, currency),
                "{text}"
            );
            assert_eq!(amount.to_decimal(), decimal);
        }
    }

    #[test]
    fn text_that_is_no_plain_decimal_rejected() {
        let texts = [
            "", ".", ".5", "5.", "-1", "+1", "1e2", " 1", "1 ", "1,000", "0x1", "01", "00.10",
            "1.2.3", "１", "NaN", "1\n", "1_0",
        ];
        for text in texts {
            assert_eq!(
                Amount::parse(text, Currency::Usd),
                Err(AmountError::NotDecimal),
                "{text:?}"
            );
        }
    }

    #[test]
    fn decimals_beyond_the_currency_rejected() {
        for (text, currency) in [
            ("1.234", Currency::Usd),
            ("1.000", Currency::Usd),
            ("8.00", Currency::Jpy),
            ("8.0", Currency::Krw),
        ] {
            assert_eq!(
                Amount::parse(text, currency),
                Err(AmountError::TooManyDecimals),
                "{text}"
            );
        }
    }

    #[test]
    fn amounts_beyond_the_limit_rejected() {
        for text in ["100000000000.00", "99999999999999999999999999"] {
            assert_eq!(
                Amount::parse(text, Currency::Usd),
                Err(AmountError::TooLarge),
                "{text}"
            );
        }
        assert_eq!(
            Amount::parse("99999999999.99", Currency::Usd)
                .unwrap()
                .minor(),
            Amount::MAX_MINOR
        );
        assert_eq!(
            Amount::from_minor(Amount::MAX_MINOR + 1, Currency::Usd),
            Err(AmountError::TooLarge)
        );
    }

    #[test]
    fn codes_are_upper_case_and_unique() {
        for currency in Currency::ALL {
            assert_eq!(Currency::parse(currency.code()), Ok(currency));
        }
        for text in ["usd", "USD ", "", "XXX", "RMB"] {
            assert_eq!(
                Currency::parse(text),
                Err(AmountError::UnknownCurrency),
                "{text:?}"
            );
        }
        assert!(!Currency::Cny.is_settlement());
    }
}
