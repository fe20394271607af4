//! Why a notification was refused.

use thiserror::Error;

use crate::antom::json::{InvalidField, JsonError};
use crate::antom::signature::{HeaderError, SignatureError};

/// Why a request is not a notification of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// Signed: not JSON that this crate reads.
    #[error("body is not acceptable JSON")]
    BadJson(#[source] JsonError),
    /// The signature does not hold.
    #[error("signature does not hold")]
    BadSignature,
    /// The header `signature` is not of its shape.
    #[error("signature header is not acceptable")]
    BadSignatureHeader(#[source] HeaderError),
    /// `request-time` is not of its shape.
    #[error("request-time is not 13 digits or ISO 8601 with a zone")]
    BadTime,
    /// The body is too long.
    #[error("body is longer than {limit} bytes")]
    BodyTooLong {
        /// The most.
        limit: usize,
    },
    /// Signed: a field is absent that must be there, or is not of its shape.
    #[error("field {field} is absent or not of its shape")]
    InvalidField {
        /// The field.
        field: &'static str,
    },
    /// Not `POST`.
    #[error("method is not POST")]
    MethodNotPost,
    /// A header is absent.
    #[error("header {name} is absent")]
    MissingHeader {
        /// The name of the header.
        name: &'static str,
    },
    /// `client-id` is not ours.
    #[error("client-id is not ours")]
    WrongClient,
    /// Path or query are not the configured ones.
    #[error("path is not the configured one")]
    WrongUri,
}

impl VerifyError {
    /// A stable word for logs, metrics and the header `x-refusal`; it holds nothing of the message.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadJson(_) => "bad_json",
            Self::BadSignature => "bad_signature",
            Self::BadSignatureHeader(_) => "bad_signature_header",
            Self::BadTime => "bad_time",
            Self::BodyTooLong { .. } => "body_too_long",
            Self::InvalidField { .. } => "invalid_field",
            Self::MethodNotPost => "method_not_post",
            Self::MissingHeader { .. } => "missing_header",
            Self::WrongClient => "wrong_client",
            Self::WrongUri => "wrong_uri",
        }
    }

    /// Whether the signature held and the message was refused for what it says.
    ///
    /// Such a message is evidence and worth an alarm and a question to Antom; without the signature
    /// anybody may have sent it, and nothing should be written down.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        match self {
            Self::BadJson(_) | Self::InvalidField { .. } => true,
            Self::BadSignature
            | Self::BadSignatureHeader(_)
            | Self::BadTime
            | Self::BodyTooLong { .. }
            | Self::MethodNotPost
            | Self::MissingHeader { .. }
            | Self::WrongClient
            | Self::WrongUri => false,
        }
    }
}

impl From<SignatureError> for VerifyError {
    fn from(error: SignatureError) -> Self {
        match error {
            SignatureError::BadHeader(error) => Self::BadSignatureHeader(error),
            SignatureError::BadSignature => Self::BadSignature,
        }
    }
}

impl From<InvalidField> for VerifyError {
    fn from(InvalidField(field): InvalidField) -> Self {
        Self::InvalidField { field }
    }
}
