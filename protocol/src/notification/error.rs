//! Why a message was refused.

use thiserror::Error;

use crate::form::FormError;
use crate::sign::SignType;

/// Why a message is not a notification, or not a return, of ours.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// Not a form that this crate reads.
    #[error("body is not an acceptable form")]
    BadForm(#[source] FormError),
    /// The signature does not hold.
    #[error("signature does not hold")]
    BadSignature,
    /// Signed: a value is not of the configured charset or has a control character.
    #[error("a value is not text of the configured charset")]
    BadText,
    /// Signed: another charset is named than the configured one.
    #[error("charset is not the configured one")]
    CharsetNotAccepted,
    /// Signed: a field is absent that must be there, or is not of its shape.
    #[error("field {field} is absent or not of its shape")]
    InvalidField {
        /// The field.
        field: &'static str,
    },
    /// A field without which this is not a message of that kind.
    #[error("field {field} is absent or empty")]
    MissingField {
        /// The field.
        field: &'static str,
    },
    /// Signed: a value holds `&name=`, so that the signed text can be split in two ways.
    #[error("a value holds a field of its own")]
    Resplit,
    /// `sign_type` is not the configured one.
    #[error("sign_type is not {expected}")]
    SignTypeNotAccepted {
        /// The configured one.
        expected: SignType,
    },
    /// Signed: a name that messages of this kind do not have.
    #[error("a field has a name that is not known")]
    UnknownField,
    /// Signed: a notification of another kind, never about a payment.
    #[error("notify_type is not trade_status_sync")]
    UnknownNotifyType,
    /// Signed: for another app of the open platform, or for none.
    #[error("app_id is not ours")]
    WrongApp,
    /// Signed: for another account.
    #[error("partner or seller_id is not ours")]
    WrongPartner,
}

impl VerifyError {
    /// A stable word for logs, metrics and the header `x-refusal`; it holds nothing of the message.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadForm(_) => "bad_form",
            Self::BadSignature => "bad_signature",
            Self::BadText => "bad_text",
            Self::CharsetNotAccepted => "charset_not_accepted",
            Self::InvalidField { .. } => "invalid_field",
            Self::MissingField { .. } => "missing_field",
            Self::Resplit => "resplit",
            Self::SignTypeNotAccepted { .. } => "sign_type_not_accepted",
            Self::UnknownField => "unknown_field",
            Self::UnknownNotifyType => "unknown_notify_type",
            Self::WrongApp => "wrong_app",
            Self::WrongPartner => "wrong_partner",
        }
    }

    /// Whether the signature held and the message was refused for what it says.
    ///
    /// Such a message is evidence and worth an alarm and a question to Alipay; without the signature
    /// anybody may have sent it, and nothing should be written down.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        match self {
            Self::BadText
            | Self::CharsetNotAccepted
            | Self::InvalidField { .. }
            | Self::Resplit
            | Self::UnknownField
            | Self::UnknownNotifyType
            | Self::WrongApp
            | Self::WrongPartner => true,
            Self::BadForm(_)
            | Self::BadSignature
            | Self::MissingField { .. }
            | Self::SignTypeNotAccepted { .. } => false,
        }
    }
}
