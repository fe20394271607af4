//! How a payment ends: by the wallet's own rules, or as a tester wants it.

use serde::{Deserialize, Serialize};

/// What becomes of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// As the wallet's rules say; the same as none.
    Paid,
    /// The balance does not suffice, whatever there is.
    InsufficientBalance,
    /// More than the shopper may pay at once.
    LimitExceeded,
    /// Every payment password is wrong, so that the third one locks.
    WrongPassword,
    /// The account is limited.
    AccountLimited,
    /// The shopper leaves instead of paying.
    Cancelled,
    /// The time for paying is over: the trade is closed.
    Closed,
    /// Not decided at once, and then paid.
    ProcessingPaid,
    /// Not decided at once, and then closed.
    ProcessingClosed,
    /// Paid, and the shopper stays where they are.
    NeverReturns,
    /// The shopper is back before the notification is sent.
    ReturnFirst,
    /// The notification is sent before the shopper is back.
    NotificationFirst,
    /// Paid, and later given back as a whole, as by staff in Alipay's own dashboard.
    Refunded,
    /// The same with half of it.
    PartlyRefunded,
}

/// How long `processing_…` stays undecided, and a payment stays before `refunded` gives it back.
pub(crate) const DECIDES_AFTER_MS: u64 = 5_000;

impl Outcome {
    /// All, in the order of their amounts.
    pub(crate) const ALL: [Self; 14] = [
        Self::Paid,
        Self::InsufficientBalance,
        Self::LimitExceeded,
        Self::WrongPassword,
        Self::AccountLimited,
        Self::Cancelled,
        Self::Closed,
        Self::ProcessingPaid,
        Self::ProcessingClosed,
        Self::NeverReturns,
        Self::ReturnFirst,
        Self::NotificationFirst,
        Self::Refunded,
        Self::PartlyRefunded,
    ];

    /// The word in forms, queries and JSON.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::InsufficientBalance => "insufficient_balance",
            Self::LimitExceeded => "limit_exceeded",
            Self::WrongPassword => "wrong_password",
            Self::AccountLimited => "account_limited",
            Self::Cancelled => "cancelled",
            Self::Closed => "closed",
            Self::ProcessingPaid => "processing_paid",
            Self::ProcessingClosed => "processing_closed",
            Self::NeverReturns => "never_returns",
            Self::ReturnFirst => "return_first",
            Self::NotificationFirst => "notification_first",
            Self::Refunded => "refunded",
            Self::PartlyRefunded => "partly_refunded",
        }
    }

    /// Reads [`Self::word`].
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }

    /// The amount that chooses it, in minor units of any currency: 40.01 and up, or 4001 yen.
    pub(crate) fn amount(self) -> Option<u64> {
        let place = Self::ALL.into_iter().position(|one| one == self)?;
        let place = u64::try_from(place).ok().filter(|place| *place > 0)?;
        Some(place.saturating_add(4_000))
    }

    /// The one that an amount chooses.
    pub(crate) fn of_amount(minor: u64) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|one| one.amount() == Some(minor))
    }
}

#[cfg(test)]
mod tests {
    use super::Outcome;

    #[test]
    fn every_outcome_but_paid_has_an_amount_of_its_own() {
        let told: Vec<_> = Outcome::ALL
            .into_iter()
            .map(|one| (one.amount(), one.word()))
            .collect();
        assert_eq!(
            told,
            [
                (None, "paid"),
                (Some(4001), "insufficient_balance"),
                (Some(4002), "limit_exceeded"),
                (Some(4003), "wrong_password"),
                (Some(4004), "account_limited"),
                (Some(4005), "cancelled"),
                (Some(4006), "closed"),
                (Some(4007), "processing_paid"),
                (Some(4008), "processing_closed"),
                (Some(4009), "never_returns"),
                (Some(4010), "return_first"),
                (Some(4011), "notification_first"),
                (Some(4012), "refunded"),
                (Some(4013), "partly_refunded"),
            ]
        );
        for one in Outcome::ALL {
            assert_eq!(Outcome::parse(one.word()), Some(one));
            assert_eq!(
                serde_json::to_value(one).unwrap(),
                serde_json::Value::from(one.word())
            );
            assert_eq!(
                one.amount().and_then(Outcome::of_amount),
                one.amount().map(|_| one)
            );
        }
        assert_eq!(Outcome::of_amount(4000), None);
        assert_eq!(Outcome::of_amount(1990), None);
    }
}
