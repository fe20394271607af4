//! Names of trades and merchants, and the status of a trade.

use std::fmt;

use thiserror::Error;

/// The merchant's number for an order: 1 to 64 of `A–Z a–z 0–9 _ -`.
///
/// Narrower than what Alipay accepts, so that it can stand in a path, a file name and a signed text
/// without being escaped.
///
/// # Source
///
/// `docs/alipay/request.md` section 1.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OutTradeNo(String);

impl OutTradeNo {
    /// Reads the merchant's number for an order.
    ///
    /// # Errors
    ///
    /// * [`TradeError::InvalidOutTradeNo`] – empty, longer than 64, or another character.
    pub fn parse(text: &str) -> Result<Self, TradeError> {
        if !is_number_of_merchant(text) {
            return Err(TradeError::InvalidOutTradeNo);
        }
        Ok(Self(text.to_owned()))
    }

    /// The number as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OutTradeNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The merchant's number for a refund: 1 to 64 of `A–Z a–z 0–9 _ -`, as for an order.
///
/// # Source
///
/// `docs/alipay/refund.md` section 1.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OutReturnNo(String);

impl OutReturnNo {
    /// Reads the merchant's number for a refund.
    ///
    /// # Errors
    ///
    /// * [`TradeError::InvalidOutReturnNo`] – empty, longer than 64, or another character.
    pub fn parse(text: &str) -> Result<Self, TradeError> {
        if !is_number_of_merchant(text) {
            return Err(TradeError::InvalidOutReturnNo);
        }
        Ok(Self(text.to_owned()))
    }

    /// The number as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OutReturnNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_number_of_merchant(text: &str) -> bool {
    let ok = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    (1..=64).contains(&text.len()) && text.bytes().all(ok)
}

/// Alipay's number for a trade: 16 to 64 letters and digits (28 digits today).
///
/// # Source
///
/// `docs/alipay/notify.md` section 1.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TradeNo(String);

impl TradeNo {
    /// Reads Alipay's number for a trade.
    ///
    /// # Errors
    ///
    /// * [`TradeError::InvalidTradeNo`] – not 16 to 64 letters and digits.
    pub fn parse(text: &str) -> Result<Self, TradeError> {
        if !(16..=64).contains(&text.len())
            || !text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        {
            return Err(TradeError::InvalidTradeNo);
        }
        Ok(Self(text.to_owned()))
    }

    /// The number as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TradeNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Alipay's number for a notification; the same on every delivery of it.
///
/// 34 letters and digits on the cross-border gateway; other products send base64 with percent
/// escapes in it, which are part of the number.
///
/// # Source
///
/// `docs/alipay/notify.md` sections 1 and 4.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NotifyId(String);

impl NotifyId {
    /// Reads the number of a notification.
    ///
    /// # Errors
    ///
    /// * [`TradeError::InvalidNotifyId`] – not 1 to 128 of `A–Z a–z 0–9 % + - . / = _`.
    pub fn parse(text: &str) -> Result<Self, TradeError> {
        let ok = |byte: u8| byte.is_ascii_alphanumeric() || b"%+-./=_".contains(&byte);
        if !(1..=128).contains(&text.len()) || !text.bytes().all(ok) {
            return Err(TradeError::InvalidNotifyId);
        }
        Ok(Self(text.to_owned()))
    }

    /// The number as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for NotifyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The merchant's account with Alipay: 16 digits that begin with 2088.
///
/// # Source
///
/// `docs/alipay/request.md` section 1.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Partner(String);

impl Partner {
    /// Reads the number of a merchant's account.
    ///
    /// # Errors
    ///
    /// * [`TradeError::InvalidPartner`] – not 16 digits that begin with 2088.
    pub fn parse(text: &str) -> Result<Self, TradeError> {
        if text.len() != 16
            || !text.starts_with("2088")
            || !text.bytes().all(|byte| byte.is_ascii_digit())
        {
            return Err(TradeError::InvalidPartner);
        }
        Ok(Self(text.to_owned()))
    }

    /// The number as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Partner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What Alipay says has become of a trade.
///
/// # Source
///
/// `docs/alipay/notify.md` section 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TradeStatus {
    /// `TRADE_CLOSED`: closed without payment, or refunded in full.
    TradeClosed,
    /// `TRADE_FINISHED`: paid; the only status the cross-border gateway sends for it.
    TradeFinished,
    /// `TRADE_PENDING`: paid, but the seller's account cannot take the money yet. Domestic.
    TradePending,
    /// `TRADE_SUCCESS`: paid, in domestic products.
    TradeSuccess,
    /// `WAIT_BUYER_PAY`: the trade exists and is not paid.
    WaitBuyerPay,
    /// A word that this crate does not know. Never paid.
    Other,
}

impl TradeStatus {
    /// Reads the wire's word, exactly; a word that is not known is [`TradeStatus::Other`].
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text {
            "TRADE_CLOSED" => Self::TradeClosed,
            "TRADE_FINISHED" => Self::TradeFinished,
            "TRADE_PENDING" => Self::TradePending,
            "TRADE_SUCCESS" => Self::TradeSuccess,
            "WAIT_BUYER_PAY" => Self::WaitBuyerPay,
            _ => Self::Other,
        }
    }

    /// The wire's word, or `OTHER`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TradeClosed => "TRADE_CLOSED",
            Self::TradeFinished => "TRADE_FINISHED",
            Self::TradePending => "TRADE_PENDING",
            Self::TradeSuccess => "TRADE_SUCCESS",
            Self::WaitBuyerPay => "WAIT_BUYER_PAY",
            Self::Other => "OTHER",
        }
    }

    /// Whether the buyer's money has arrived: `TRADE_FINISHED`, and `TRADE_SUCCESS` where a
    /// domestic product says it first.
    ///
    /// # Not checked here
    ///
    /// Whether the amount is the one that was asked for, and whether it was refunded since.
    #[must_use]
    pub fn is_paid(self) -> bool {
        matches!(self, Self::TradeFinished | Self::TradeSuccess)
    }
}

/// Why a text is not the name of a trade, a notification or a merchant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TradeError {
    /// Not 1 to 128 of the allowed characters.
    #[error("notify_id must be 1 to 128 letters, digits or one of % + - . / = _")]
    InvalidNotifyId,
    /// Not 1 to 64 of the allowed characters.
    #[error("out_return_no must be 1 to 64 letters, digits, _ or -")]
    InvalidOutReturnNo,
    /// Not 1 to 64 of the allowed characters.
    #[error("out_trade_no must be 1 to 64 letters, digits, _ or -")]
    InvalidOutTradeNo,
    /// Not 16 digits that begin with 2088.
    #[error("partner must be 16 digits that begin with 2088")]
    InvalidPartner,
    /// Not 16 to 64 letters and digits.
    #[error("trade_no must be 16 to 64 letters and digits")]
    InvalidTradeNo,
}

#[cfg(test)]
mod tests {
    use super::{NotifyId, OutTradeNo, Partner, TradeError, TradeNo, TradeStatus};

    #[test]
    fn out_trade_no_outside_its_alphabet_rejected() {
        for text in ["", "a b", "a.b", "a&b", "ü", "a\n", &"a".repeat(65)] {
            assert_eq!(
                OutTradeNo::parse(text),
                Err(TradeError::InvalidOutTradeNo),
                "{text:?}"
            );
        }
        for text in ["1", "WB-20240305_0001", &"a".repeat(64)] {
            assert_eq!(
                OutTradeNo::parse(text).map(|no| no.to_string()),
                Ok(text.to_owned())
            );
        }
    }

    #[test]
    fn partner_other_than_2088_and_12_digits_rejected() {
        for text in [
            "",
            "208810112213624",
            "20881011221362411",
            "1000000000000000",
            "2088x01122136241",
        ] {
            assert_eq!(
                Partner::parse(text),
                Err(TradeError::InvalidPartner),
                "{text:?}"
            );
        }
        assert_eq!(
            Partner::parse("2088101122136241").unwrap().as_str(),
            "2088101122136241"
        );
    }

    #[test]
    fn trade_no_and_notify_id_keep_their_limits() {
        assert_eq!(
            TradeNo::parse(&"1".repeat(15)),
            Err(TradeError::InvalidTradeNo)
        );
        assert_eq!(
            TradeNo::parse(&"1".repeat(65)),
            Err(TradeError::InvalidTradeNo)
        );
        assert_eq!(
            TradeNo::parse("201804112100100379-"),
            Err(TradeError::InvalidTradeNo)
        );
        assert_eq!(
            TradeNo::parse("2018041121001003790200210315")
                .unwrap()
                .as_str()
                .len(),
            28
        );
        assert_eq!(NotifyId::parse(""), Err(TradeError::InvalidNotifyId));
        assert_eq!(
            NotifyId::parse(&"a".repeat(129)),
            Err(TradeError::InvalidNotifyId)
        );
        assert_eq!(NotifyId::parse("a&b"), Err(TradeError::InvalidNotifyId));
        assert_eq!(
            NotifyId::parse("RqPn%2Fvwbh3I").unwrap().as_str(),
            "RqPn%2Fvwbh3I"
        );
    }

    #[test]
    fn only_the_two_words_for_paid_are_paid() {
        let cases = [
            ("TRADE_CLOSED", TradeStatus::TradeClosed, false),
            ("TRADE_FINISHED", TradeStatus::TradeFinished, true),
            ("TRADE_PENDING", TradeStatus::TradePending, false),
            ("TRADE_SUCCESS", TradeStatus::TradeSuccess, true),
            ("WAIT_BUYER_PAY", TradeStatus::WaitBuyerPay, false),
        ];
        for (text, status, paid) in cases {
            assert_eq!(TradeStatus::parse(text), status);
            assert_eq!(status.as_str(), text);
            assert_eq!(status.is_paid(), paid);
        }
        for text in ["", "trade_finished", "TRADE_FINISHED ", "REFUND_SUCCESS"] {
            assert_eq!(TradeStatus::parse(text), TradeStatus::Other, "{text:?}");
        }
        assert!(!TradeStatus::Other.is_paid());
    }
}
