//! Why an answer was refused.

use thiserror::Error;

use crate::antom::json::{InvalidField, JsonError};
use crate::antom::signature::{HeaderError, SignatureError};

/// Why bytes are not Antom's answer to our request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// Signed: not JSON that this crate reads.
    #[error("answer is not acceptable JSON")]
    BadJson(#[source] JsonError),
    /// The signature does not hold.
    #[error("signature does not hold")]
    BadSignature,
    /// The header `signature` is not of its shape.
    #[error("signature header is not acceptable")]
    BadSignatureHeader(#[source] HeaderError),
    /// `response-time` is not of its shape.
    #[error("response-time is not 13 digits or ISO 8601 with a zone")]
    BadTime,
    /// The body is too long.
    #[error("answer is longer than {limit} bytes")]
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
    /// A header is absent, while the other one is there.
    #[error("header {name} is absent")]
    MissingHeader {
        /// The name of the header.
        name: &'static str,
    },
    /// Nobody signed the answer: it may alarm somebody and hold an order back, never move it.
    #[error("answer is not signed: {}", .code.unwrap_or("no known result code"))]
    Unsigned {
        /// What it says, if that is a word that this crate knows: `INVALID_SIGNATURE`,
        /// `KEY_NOT_FOUND` and the like say what is wrong with our side.
        code: Option<&'static str>,
    },
    /// `client-id` is not ours.
    #[error("client-id is not ours")]
    WrongClient,
    /// Signed: about another payment, refund or amount than the request.
    #[error("answer is about something else than the request")]
    WrongPayment,
}

impl AnswerError {
    /// A stable word for logs and metrics; it holds nothing of the answer.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadJson(_) => "bad_json",
            Self::BadSignature => "bad_signature",
            Self::BadSignatureHeader(_) => "bad_signature_header",
            Self::BadTime => "bad_time",
            Self::BodyTooLong { .. } => "body_too_long",
            Self::InvalidField { .. } => "invalid_field",
            Self::MissingHeader { .. } => "missing_header",
            Self::Unsigned { .. } => "unsigned",
            Self::WrongClient => "wrong_client",
            Self::WrongPayment => "wrong_payment",
        }
    }
}

impl From<SignatureError> for AnswerError {
    fn from(error: SignatureError) -> Self {
        match error {
            SignatureError::BadHeader(error) => Self::BadSignatureHeader(error),
            SignatureError::BadSignature => Self::BadSignature,
        }
    }
}

impl From<InvalidField> for AnswerError {
    fn from(InvalidField(field): InvalidField) -> Self {
        Self::InvalidField { field }
    }
}
