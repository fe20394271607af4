//! A refund as it is asked for, and as it stands.

use serde::{Deserialize, Serialize};

/// What the merchant's staff asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundAsked {
    /// The name of the admin token.
    pub by: String,
    /// The merchant's number for the refund: the same again is the same refund.
    pub out_return_no: String,
    /// Minor units of `currency`.
    pub amount: u64,
    /// What the shopper was asked to pay in.
    pub currency: String,
    /// Why: shown by Alipay.
    pub reason: String,
}

/// What the merchant's staff says has come of a refund that Alipay gives no word about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// The money is given back.
    Refunded,
    /// It is not, and never will be under this number.
    Refused,
}

/// A refund that is settled by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundSaid {
    /// The name of the admin token.
    pub by: String,
    /// Which refund.
    pub out_return_no: String,
    /// What has come of it.
    pub said: Said,
    /// How that is known: for the trail.
    pub reason: String,
}

/// Where a refund is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundState {
    /// Alipay says that the money is given back.
    Done,
    /// Alipay was asked, and it is not known yet what came of it.
    Pending,
    /// Alipay says no; nothing was given back.
    Refused,
    /// Written down; Alipay was not asked yet.
    Requested,
}

impl RefundState {
    /// As it is stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Pending => "pending",
            Self::Refused => "refused",
            Self::Requested => "requested",
        }
    }

    /// Whether Alipay has decided.
    #[must_use]
    pub fn is_settled(self) -> bool {
        matches!(self, Self::Done | Self::Refused)
    }
}

/// A refund of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundView {
    /// The merchant's number for it.
    pub out_return_no: String,
    /// Minor units of `currency`.
    pub amount: u64,
    /// As the order's.
    pub currency: String,
    /// Why.
    pub reason: String,
    /// Where it is.
    pub state: RefundState,
    /// How the last attempt ended, where it did not give the money back: Alipay's word, or a code of
    /// ours in lower case. Empty before.
    pub code: String,
    /// Times that Alipay was asked.
    pub attempts: u64,
    /// The name of the admin token that asked for it.
    pub by: String,
    /// When it was asked for, Unix milliseconds.
    pub requested_ms: u64,
    /// When Alipay decided.
    pub settled_ms: Option<u64>,
    /// When Alipay is asked next.
    pub due_ms: Option<u64>,
}

/// Why a refund is not even asked for, or not settled by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundDenied {
    /// The number is taken by a refund of other content, or of another order.
    Differs,
    /// Together with the others it is more than was paid.
    Exceeds,
    /// It is not open: Alipay was not asked yet, or it is settled otherwise.
    NotOpen,
    /// The order is not paid.
    NotPaid,
    /// A rule of Alipay's, or the order's currency, is broken by the member of this name.
    Parameter(String),
    /// No refund of that number.
    Unknown,
    /// Of a provider whose refunds are not asked for here.
    Unsupported,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_states_are_those_of_the_json() {
        for state in [
            RefundState::Done,
            RefundState::Pending,
            RefundState::Refused,
            RefundState::Requested,
        ] {
            assert_eq!(serde_json::to_value(state).unwrap(), state.name());
            assert_eq!(
                state.is_settled(),
                matches!(state.name(), "done" | "refused")
            );
        }
    }
}
