//! The status that the SDK gives an app. Nobody signed it.

/// How the app's call of the SDK ended, as the SDK says. **Nobody signed it**, and 9000 is no proof of
/// a payment: it says what to show and how soon to ask.
///
/// # Source
///
/// `docs/alipay/app.md` section 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResultStatus {
    /// `6001`: the buyer cancelled.
    Cancelled,
    /// `4000`: the payment failed.
    Failed,
    /// `99`: the buyer left by "forgot password"; only from the bridge on iOS.
    ForgotPassword,
    /// `6002`: the network failed, before or after the payment.
    NetworkError,
    /// `8000`: the payment is being worked on.
    Processing,
    /// `5000`: the same order string was given twice; the first call may have been paid.
    Repeated,
    /// `9000`: the SDK says that it was paid.
    Succeeded,
    /// `6004`: not known; it may have been paid.
    Unknown,
    /// Any other text, such as the codes of old SDKs (4001 to 4010, 6000, 7001).
    Other,
}

/// What to do after a [`ResultStatus`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NextStep {
    /// Nothing was paid, says the SDK: show it and let the buyer try again. If a notification comes
    /// nevertheless, it counts.
    OfferAgain,
    /// Ask Alipay by [`TradeQuery`](crate::query::TradeQuery), and show "being confirmed" until the
    /// answer or the notification is here.
    Query,
}

impl ResultStatus {
    /// Reads the code, exactly; another text is [`ResultStatus::Other`].
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text {
            "4000" => Self::Failed,
            "5000" => Self::Repeated,
            "6001" => Self::Cancelled,
            "6002" => Self::NetworkError,
            "6004" => Self::Unknown,
            "8000" => Self::Processing,
            "9000" => Self::Succeeded,
            "99" => Self::ForgotPassword,
            _ => Self::Other,
        }
    }

    /// What to do. There is no step "deliver": that needs a notification or an answer.
    #[must_use]
    pub fn next_step(self) -> NextStep {
        match self {
            Self::Cancelled | Self::Failed => NextStep::OfferAgain,
            Self::ForgotPassword
            | Self::NetworkError
            | Self::Other
            | Self::Processing
            | Self::Repeated
            | Self::Succeeded
            | Self::Unknown => NextStep::Query,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{NextStep, ResultStatus};

    #[test]
    fn every_code_of_the_table_has_its_step() {
        let cases = [
            ("9000", ResultStatus::Succeeded, NextStep::Query),
            ("8000", ResultStatus::Processing, NextStep::Query),
            ("4000", ResultStatus::Failed, NextStep::OfferAgain),
            ("5000", ResultStatus::Repeated, NextStep::Query),
            ("6001", ResultStatus::Cancelled, NextStep::OfferAgain),
            ("6002", ResultStatus::NetworkError, NextStep::Query),
            ("6004", ResultStatus::Unknown, NextStep::Query),
            ("99", ResultStatus::ForgotPassword, NextStep::Query),
            ("4006", ResultStatus::Other, NextStep::Query),
            ("7001", ResultStatus::Other, NextStep::Query),
            ("", ResultStatus::Other, NextStep::Query),
            (" 9000", ResultStatus::Other, NextStep::Query),
        ];
        for (text, status, step) in cases {
            assert_eq!(ResultStatus::parse(text), status, "{text:?}");
            assert_eq!(status.next_step(), step, "{text:?}");
        }
    }
}
