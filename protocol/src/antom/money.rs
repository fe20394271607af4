//! Amounts on Antom's wire: whole smallest units, as text, with their currency.

use std::fmt;

use thiserror::Error;

use crate::money;

/// A currency of Antom's own table.
///
/// Not the cross-border gateway's set, which [`money::Currency`] is: the two overlap.
///
/// # Source
///
/// `docs/alipay/antom.md` section 8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[expect(
    missing_docs,
    reason = "the variants are ISO 4217 codes; there is nothing to add"
)]
pub enum Currency {
    Aud,
    Bdt,
    Brl,
    Cad,
    Clp,
    Cny,
    Eur,
    Gbp,
    Hkd,
    Idr,
    Jpy,
    Krw,
    Mxn,
    Myr,
    Nzd,
    Pen,
    Php,
    Pkr,
    Pln,
    Sgd,
    Thb,
    Twd,
    Usd,
    Vnd,
}

impl Currency {
    /// Every currency, by code.
    pub const ALL: [Self; 24] = [
        Self::Aud,
        Self::Bdt,
        Self::Brl,
        Self::Cad,
        Self::Clp,
        Self::Cny,
        Self::Eur,
        Self::Gbp,
        Self::Hkd,
        Self::Idr,
        Self::Jpy,
        Self::Krw,
        Self::Mxn,
        Self::Myr,
        Self::Nzd,
        Self::Pen,
        Self::Php,
        Self::Pkr,
        Self::Pln,
        Self::Sgd,
        Self::Thb,
        Self::Twd,
        Self::Usd,
        Self::Vnd,
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
            Self::Bdt => "BDT",
            Self::Brl => "BRL",
            Self::Cad => "CAD",
            Self::Clp => "CLP",
            Self::Cny => "CNY",
            Self::Eur => "EUR",
            Self::Gbp => "GBP",
            Self::Hkd => "HKD",
            Self::Idr => "IDR",
            Self::Jpy => "JPY",
            Self::Krw => "KRW",
            Self::Mxn => "MXN",
            Self::Myr => "MYR",
            Self::Nzd => "NZD",
            Self::Pen => "PEN",
            Self::Php => "PHP",
            Self::Pkr => "PKR",
            Self::Pln => "PLN",
            Self::Sgd => "SGD",
            Self::Thb => "THB",
            Self::Twd => "TWD",
            Self::Usd => "USD",
            Self::Vnd => "VND",
        }
    }

    /// How many decimals an amount has when people read it; on the wire there are none.
    #[must_use]
    pub fn decimals(self) -> usize {
        match self {
            Self::Clp | Self::Jpy | Self::Krw | Self::Vnd => 0,
            _ => 2,
        }
    }

    /// The step between two amounts, in smallest units: rupiah are whole, though they have decimals.
    #[must_use]
    pub fn multiple(self) -> u64 {
        if self == Self::Idr { 100 } else { 1 }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount of money: a positive number of smallest units, and their currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Amount {
    minor: u64,
    currency: Currency,
}

impl Amount {
    /// The largest amount. The wire has 16 digits; this is the part of them that stays exact in a
    /// JavaScript number, 2^53 − 1, and 90 million million of anything.
    pub const MAX_MINOR: u64 = 9_007_199_254_740_991;

    /// Makes an amount of `minor` smallest units (cents; whole yen).
    ///
    /// # Errors
    ///
    /// * [`AmountError::Zero`] – nothing.
    /// * [`AmountError::TooLarge`] – more than [`Amount::MAX_MINOR`].
    /// * [`AmountError::NotAMultiple`] – rupiah with decimals.
    ///
    /// # Source
    ///
    /// `docs/alipay/antom.md` section 8.
    pub fn from_minor(minor: u64, currency: Currency) -> Result<Self, AmountError> {
        if minor == 0 {
            return Err(AmountError::Zero);
        }
        if minor > Self::MAX_MINOR {
            return Err(AmountError::TooLarge);
        }
        let multiple = currency.multiple();
        if !minor.is_multiple_of(multiple) {
            return Err(AmountError::NotAMultiple { multiple });
        }
        Ok(Self { minor, currency })
    }

    /// Reads the wire's `value`: 1 to 16 digits, no sign, point, space or leading zero.
    ///
    /// # Errors
    ///
    /// * [`AmountError::NotDigits`] – anything else.
    /// * [`AmountError::Zero`], [`AmountError::TooLarge`], [`AmountError::NotAMultiple`] – as
    ///   [`from_minor`](Self::from_minor).
    ///
    /// # Source
    ///
    /// `docs/alipay/antom.md` section 8; vectors of kind `notification`.
    pub fn parse(value: &str, currency: Currency) -> Result<Self, AmountError> {
        let digits = value.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || value.is_empty() || (value.len() > 1 && value.starts_with('0')) {
            return Err(AmountError::NotDigits);
        }
        let minor = value.parse().map_err(|_| AmountError::TooLarge)?;
        Self::from_minor(minor, currency)
    }

    /// The amount in smallest units.
    #[must_use]
    pub fn minor(self) -> u64 {
        self.minor
    }

    /// The currency.
    #[must_use]
    pub fn currency(self) -> Currency {
        self.currency
    }
}

/// From the gateway's amount, for shops that use both.
impl TryFrom<money::Amount> for Amount {
    type Error = AmountError;

    fn try_from(amount: money::Amount) -> Result<Self, AmountError> {
        Self::from_minor(amount.minor(), Currency::parse(amount.currency().code())?)
    }
}

/// To the gateway's amount: both count minor units with the same number of decimals.
impl TryFrom<Amount> for money::Amount {
    type Error = money::AmountError;

    fn try_from(amount: Amount) -> Result<Self, money::AmountError> {
        Self::from_minor(
            amount.minor,
            money::Currency::parse(amount.currency.code())?,
        )
    }
}

/// Why a text or a number is not an amount on Antom's wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AmountError {
    /// Between two steps of the currency.
    #[error("amount must be a multiple of {multiple}")]
    NotAMultiple {
        /// The step.
        multiple: u64,
    },
    /// Not plain digits.
    #[error("amount must be digits without a leading zero")]
    NotDigits,
    /// Larger than any amount on the wire.
    #[error("amount is larger than any on the wire")]
    TooLarge,
    /// Not a currency of Antom's table.
    #[error("currency is not one of Antom's")]
    UnknownCurrency,
    /// Nothing.
    #[error("amount must be positive")]
    Zero,
}

#[cfg(test)]
mod tests {
    use super::{Amount, AmountError, Currency};
    use crate::money;

    #[test]
    fn wire_text_is_smallest_units() {
        for (value, currency, minor) in [
            ("1314", Currency::Cny, 1314),
            ("1", Currency::Jpy, 1),
            ("10000", Currency::Hkd, 10_000),
            ("100", Currency::Idr, 100),
            ("9007199254740991", Currency::Usd, Amount::MAX_MINOR),
        ] {
            let amount = Amount::parse(value, currency).unwrap();
            assert_eq!((amount.minor(), amount.currency()), (minor, currency));
        }
    }

    #[test]
    fn text_that_is_no_positive_whole_number_rejected() {
        for value in [
            "", "-1", "+1", "1.00", "1e2", " 1", "1 ", "01", "00", "１", "0x1",
        ] {
            assert_eq!(
                Amount::parse(value, Currency::Cny),
                Err(AmountError::NotDigits),
                "{value:?}"
            );
        }
        assert_eq!(Amount::parse("0", Currency::Cny), Err(AmountError::Zero));
        for value in ["9007199254740992", "10000000000000000", &"9".repeat(40)] {
            assert_eq!(
                Amount::parse(value, Currency::Cny),
                Err(AmountError::TooLarge),
                "{value}"
            );
        }
    }

    #[test]
    fn rupiah_between_two_whole_ones_rejected() {
        for value in ["1", "99", "101", "150"] {
            assert_eq!(
                Amount::parse(value, Currency::Idr),
                Err(AmountError::NotAMultiple { multiple: 100 }),
                "{value}"
            );
        }
    }

    #[test]
    fn codes_and_decimals_are_the_table_s() {
        let without_decimals: Vec<_> = Currency::ALL
            .into_iter()
            .filter(|currency| currency.decimals() == 0)
            .map(Currency::code)
            .collect();
        assert_eq!(without_decimals, ["CLP", "JPY", "KRW", "VND"]);
        for currency in Currency::ALL {
            assert_eq!(Currency::parse(currency.code()), Ok(currency));
        }
        for text in ["cny", "CNY ", "", "RMB", "CHF"] {
            assert_eq!(Currency::parse(text), Err(AmountError::UnknownCurrency));
        }
    }

    #[test]
    fn both_gateways_count_the_same_units_where_they_share_a_currency() {
        let mut shared = 0;
        for currency in money::Currency::ALL {
            let theirs = money::Amount::from_minor(1990, currency).unwrap();
            match Amount::try_from(theirs) {
                Ok(ours) => {
                    assert_eq!(ours.currency().decimals(), currency.decimals());
                    assert_eq!(money::Amount::try_from(ours), Ok(theirs));
                    shared += 1;
                }
                Err(error) => assert_eq!(error, AmountError::UnknownCurrency, "{currency}"),
            }
        }
        assert_eq!(shared, 12);
        assert_eq!(
            money::Amount::try_from(Amount::from_minor(100, Currency::Idr).unwrap()),
            Err(money::AmountError::UnknownCurrency)
        );
    }
}
