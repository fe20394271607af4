//! Which of Alipay's two generations an order is paid by, and how an order is named.

use alipay_protocol::model;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Who is asked to collect a payment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Provider {
    /// Antom: JSON under a signature in the headers.
    #[serde(rename = "antom")]
    Antom,
    /// The cross-border gateway: signed forms. Orders from before there was a choice are its own.
    #[default]
    #[serde(rename = "alipay-gateway")]
    Gateway,
}

impl Provider {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Gateway, Self::Antom];

    /// The word in order tokens, events and parameters.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Antom => model::Provider::Antom.as_str(),
            Self::Gateway => model::Provider::Gateway.as_str(),
        }
    }

    /// Reads the word, exactly.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }
}

/// An order's number, and whose it is: the two providers count apart, so that one number may name
/// two orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name<'a> {
    /// Whose order.
    pub provider: Provider,
    /// The merchant's number; at Antom it goes as `paymentRequestId`, one to one.
    pub out_trade_no: &'a str,
}

impl<'a> Name<'a> {
    /// The order of that number.
    #[must_use]
    pub fn new(provider: Provider, out_trade_no: &'a str) -> Self {
        Self {
            provider,
            out_trade_no,
        }
    }
}

/// What return marks are made for: the bare number for the gateway, as before there was a choice; no
/// number has a colon in it.
impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.provider {
            Provider::Antom => write!(f, "antom:{}", self.out_trade_no),
            Provider::Gateway => f.write_str(self.out_trade_no),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_events() {
        for (provider, word) in [
            (Provider::Gateway, "alipay-gateway"),
            (Provider::Antom, "antom"),
        ] {
            assert_eq!(provider.as_str(), word);
            assert_eq!(Provider::parse(word), Some(provider));
            assert_eq!(serde_json::to_value(provider).unwrap(), word);
        }
        for word in ["", "Antom", "gateway", "alipay-open-platform"] {
            assert_eq!(Provider::parse(word), None, "{word}");
        }
    }

    #[test]
    fn one_number_has_two_names() {
        assert_eq!(Name::new(Provider::Gateway, "A1").to_string(), "A1");
        assert_eq!(Name::new(Provider::Antom, "A1").to_string(), "antom:A1");
    }
}
