//! Why what an app got is refused.

use thiserror::Error;

use crate::sign::SignType;

/// Why a text is not a result of the SDK's that Alipay signed for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AppResultError {
    /// The signature does not hold.
    #[error("signature does not hold")]
    BadSignature,
    /// Signed: a field is absent that must be there, or is not of its shape.
    #[error("field {field} is absent or not of its shape")]
    InvalidField {
        /// The field.
        field: &'static str,
    },
    /// Neither of the two forms.
    #[error("text is not a result of the app")]
    NotAResult,
    /// Signed: it says that the call did not succeed.
    #[error("result does not say that the call succeeded")]
    NotSuccessful,
    /// There is no signed part: the buyer cancelled, or the call failed.
    #[error("result has no signed part")]
    NothingSigned,
    /// `sign_type` is not the configured one.
    #[error("sign_type is not {expected}")]
    SignTypeNotAccepted {
        /// The configured one.
        expected: SignType,
    },
    /// More bytes than are read.
    #[error("result of {actual} bytes is longer than {limit}")]
    TooLong {
        /// The most that is read.
        limit: usize,
        /// What came.
        actual: usize,
    },
    /// Signed: for another app.
    #[error("app_id is not ours")]
    WrongApp,
    /// Signed: for another account.
    #[error("partner or seller_id is not ours")]
    WrongPartner,
}

impl AppResultError {
    /// A stable word for logs and metrics; it holds nothing of the result.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadSignature => "bad_signature",
            Self::InvalidField { .. } => "invalid_field",
            Self::NotAResult => "not_a_result",
            Self::NotSuccessful => "not_successful",
            Self::NothingSigned => "nothing_signed",
            Self::SignTypeNotAccepted { .. } => "sign_type_not_accepted",
            Self::TooLong { .. } => "too_long",
            Self::WrongApp => "wrong_app",
            Self::WrongPartner => "wrong_partner",
        }
    }

    /// Whether the signature held and the result was refused for what it says.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        matches!(
            self,
            Self::InvalidField { .. } | Self::NotSuccessful | Self::WrongApp | Self::WrongPartner
        )
    }
}
