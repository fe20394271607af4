//! Answers: what Antom says to our requests, verified.
//!
//! Antom signs an answer with the path, the client and a time of its own, but nothing in the
//! signature names the request. So an answer is verified together with the request it is for, and
//! one that is about another payment is refused.

mod ask;
mod error;
mod pay;

use crate::antom::json::Object;
use crate::antom::names::ClientId;
use crate::antom::request::{
    CancelRequest, InquiryPaymentRequest, InquiryRefundRequest, PayRequest, RefundRequest,
    UnsignedRequest,
};
use crate::antom::result::{CallResult, ResultCode};
use crate::antom::signature::{Envelope, MAX_BODY, PublicKeys};
use crate::antom::time::AntomTime;
use crate::backend::RsaBackend;

pub use ask::{
    CancelAnswer, InquiredPayment, InquiryPaymentAnswer, InquiryRefundAnswer, PaymentStatus,
    RefundAnswer, RefundedAmount,
};
pub use error::AnswerError;
pub use pay::{Code, DisplayType, OrderCodeForm, PayAnswer, PayStep};

/// An answer as received: nothing in it is believed yet. Its HTTP status says nothing.
#[derive(Clone, Copy)]
pub struct RawAnswer<'a> {
    /// The header `client-id`; it may be absent.
    pub client_id: Option<&'a str>,
    /// The header `response-time`.
    pub response_time: Option<&'a str>,
    /// The header `signature`.
    pub signature: Option<&'a str>,
    /// The body as received, byte for byte.
    pub body: &'a [u8],
}

/// Shows the length of the body only.
impl std::fmt::Debug for RawAnswer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RawAnswer")
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// What answers are verified with: Antom's keys and the account.
#[derive(Debug)]
pub struct AnswerVerifier {
    keys: PublicKeys,
    client_id: ClientId,
}

impl AnswerVerifier {
    /// Makes a verifier for the answers to one account.
    #[must_use]
    pub fn new(keys: PublicKeys, client_id: ClientId) -> Self {
        Self { keys, client_id }
    }

    /// Verifies the answer to `pay`.
    ///
    /// # Errors
    ///
    /// In this order, the same for all five:
    ///
    /// * [`AnswerError::BodyTooLong`] – more than [`MAX_BODY`] bytes; nothing was read.
    /// * [`AnswerError::Unsigned`] – neither `signature` nor `response-time`: Antom's gateway does
    ///   so when it refuses our own signature or does not know us. **Nobody signed it.**
    /// * [`AnswerError::MissingHeader`] – one of the two is absent.
    /// * [`AnswerError::WrongClient`] – `client-id` is there and not ours.
    /// * [`AnswerError::BadTime`] – `response-time` is not of the two shapes.
    /// * [`AnswerError::BadSignatureHeader`] – the header `signature` is not of its shape.
    /// * [`AnswerError::BadSignature`] – any failure inside RSA; deliberately not split up.
    /// * [`AnswerError::BadJson`] – signed, but two parsers could read it differently.
    /// * [`AnswerError::InvalidField`] – signed, but a field is absent or not of its shape.
    /// * [`AnswerError::WrongPayment`] – signed, but about another payment, refund or amount.
    ///
    /// # Not checked here
    ///
    /// How old the answer is. A refusal (`F`) may name no payment, so an old one could be shown
    /// again by somebody who breaks TLS; it moves no money.
    ///
    /// # Source
    ///
    /// `docs/alipay/antom.md` sections 2 and 5; vector `resp-iso-z-java`.
    pub async fn verify_pay(
        &self,
        backend: &impl RsaBackend,
        request: &PayRequest,
        answer: &RawAnswer<'_>,
    ) -> Result<PayAnswer, AnswerError> {
        let (result, message) = self.open(backend, request.unsigned(), answer).await?;
        PayAnswer::read(result, &message, request)
    }

    /// Verifies the answer to `inquiryPayment`.
    ///
    /// # Errors
    ///
    /// As [`verify_pay`](Self::verify_pay).
    ///
    /// # Source
    ///
    /// `docs/alipay/antom.md` section 5.
    pub async fn verify_inquiry_payment(
        &self,
        backend: &impl RsaBackend,
        request: &InquiryPaymentRequest,
        answer: &RawAnswer<'_>,
    ) -> Result<InquiryPaymentAnswer, AnswerError> {
        let (result, message) = self.open(backend, request.unsigned(), answer).await?;
        InquiryPaymentAnswer::read(result, &message, request.which())
    }

    /// Verifies the answer to `cancel`.
    ///
    /// # Errors
    ///
    /// As [`verify_pay`](Self::verify_pay).
    ///
    /// # Source
    ///
    /// `docs/alipay/antom.md` section 5.
    pub async fn verify_cancel(
        &self,
        backend: &impl RsaBackend,
        request: &CancelRequest,
        answer: &RawAnswer<'_>,
    ) -> Result<CancelAnswer, AnswerError> {
        let (result, message) = self.open(backend, request.unsigned(), answer).await?;
        CancelAnswer::read(result, &message, request.which())
    }

    /// Verifies the answer to `refund`.
    ///
    /// # Errors
    ///
    /// As [`verify_pay`](Self::verify_pay).
    ///
    /// # Source
    ///
    /// `docs/alipay/antom.md` section 5.
    pub async fn verify_refund(
        &self,
        backend: &impl RsaBackend,
        request: &RefundRequest,
        answer: &RawAnswer<'_>,
    ) -> Result<RefundAnswer, AnswerError> {
        let (result, message) = self.open(backend, request.unsigned(), answer).await?;
        RefundAnswer::read(result, &message, request)
    }

    /// Verifies the answer to `inquiryRefund`.
    ///
    /// # Errors
    ///
    /// As [`verify_pay`](Self::verify_pay).
    ///
    /// # Source
    ///
    /// `docs/alipay/antom.md` section 5.
    pub async fn verify_inquiry_refund(
        &self,
        backend: &impl RsaBackend,
        request: &InquiryRefundRequest,
        answer: &RawAnswer<'_>,
    ) -> Result<InquiryRefundAnswer, AnswerError> {
        let (result, message) = self.open(backend, request.unsigned(), answer).await?;
        InquiryRefundAnswer::read(result, &message, request.which())
    }

    /// The gates up to the signature, and the part that all answers have.
    async fn open(
        &self,
        backend: &impl RsaBackend,
        request: &UnsignedRequest,
        answer: &RawAnswer<'_>,
    ) -> Result<(CallResult, Object), AnswerError> {
        if answer.body.len() > MAX_BODY {
            return Err(AnswerError::BodyTooLong { limit: MAX_BODY });
        }
        let missing = |name| AnswerError::MissingHeader { name };
        let (time, signature) = match (answer.response_time, answer.signature) {
            (Some(time), Some(signature)) => (time, signature),
            (None, Some(_)) => return Err(missing("response-time")),
            (Some(_), None) => return Err(missing("signature")),
            (None, None) => return Err(unsigned(answer.body)),
        };
        if answer
            .client_id
            .is_some_and(|client_id| client_id != self.client_id.as_str())
        {
            return Err(AnswerError::WrongClient);
        }
        let time = AntomTime::parse(time).map_err(|_| AnswerError::BadTime)?;
        let envelope = Envelope {
            uri: &request.uri(&self.client_id),
            client_id: &self.client_id,
            time: &time,
            body: answer.body,
        };
        self.keys.verify(backend, &envelope, signature).await?;
        let message = Object::parse(answer.body).map_err(AnswerError::BadJson)?;
        Ok((CallResult::read(&message)?, message))
    }
}

/// What an answer without a signature may say: a word of our own table, for the log.
fn unsigned(body: &[u8]) -> AnswerError {
    let code = Object::parse(body).ok().and_then(|message| {
        let result = message.object("result").ok()?;
        ResultCode::known(result.text("resultCode").ok()?)
    });
    AnswerError::Unsigned { code }
}
