//! The answers about payments that exist.

use super::AnswerError;
use crate::antom::json::{InvalidField, Object};
use crate::antom::money::Amount;
use crate::antom::names::{PaymentId, PaymentRequestId, RefundId};
use crate::antom::notification::{RefundStatus, amount};
use crate::antom::request::{RefundRequest, WhichPayment, WhichRefund};
use crate::antom::result::{CallResult, ResultStatus};
use crate::antom::time::AntomTime;

/// A verified answer to `inquiryPayment`.
///
/// # Source
///
/// `docs/alipay/antom.md` section 5.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InquiryPaymentAnswer {
    result: CallResult,
    payment: Option<InquiredPayment>,
}

impl InquiryPaymentAnswer {
    pub(super) fn read(
        result: CallResult,
        message: &Object,
        which: &WhichPayment,
    ) -> Result<Self, AnswerError> {
        about(message, which.field())?;
        let payment = if result.is_success() {
            Some(InquiredPayment::read(message)?)
        } else {
            None
        };
        Ok(Self { result, payment })
    }

    /// How the call went; of the payment it says nothing.
    #[must_use]
    pub fn result(&self) -> &CallResult {
        &self.result
    }

    /// The payment, if the call went well.
    #[must_use]
    pub fn payment(&self) -> Option<&InquiredPayment> {
        self.payment.as_ref()
    }

    /// Whether it says that the shopper paid: the call went well, and the payment is `SUCCESS`.
    #[must_use]
    pub fn is_paid(&self) -> bool {
        self.payment
            .as_ref()
            .is_some_and(|payment| payment.payment_status == PaymentStatus::Success)
    }
}

/// A payment as an inquiry finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InquiredPayment {
    payment_status: PaymentStatus,
    payment_request_id: PaymentRequestId,
    payment_id: PaymentId,
    payment_amount: Amount,
    payment_time: Option<AntomTime>,
}

impl InquiredPayment {
    fn read(message: &Object) -> Result<Self, InvalidField> {
        Ok(Self {
            payment_status: PaymentStatus::parse(message.text("paymentStatus")?),
            payment_request_id: message.parsed("paymentRequestId", PaymentRequestId::parse)?,
            payment_id: message.parsed("paymentId", PaymentId::parse)?,
            payment_amount: amount(message, "paymentAmount")?,
            payment_time: message.optional("paymentTime", AntomTime::parse)?,
        })
    }

    /// What has become of it.
    #[must_use]
    pub fn payment_status(&self) -> PaymentStatus {
        self.payment_status
    }

    /// The merchant's number for the attempt.
    #[must_use]
    pub fn payment_request_id(&self) -> &PaymentRequestId {
        &self.payment_request_id
    }

    /// Antom's number.
    #[must_use]
    pub fn payment_id(&self) -> &PaymentId {
        &self.payment_id
    }

    /// What the shopper was asked for. Compare it with the order before anything is paid.
    #[must_use]
    pub fn payment_amount(&self) -> Amount {
        self.payment_amount
    }

    /// When it was paid, if it was.
    #[must_use]
    pub fn payment_time(&self) -> Option<&AntomTime> {
        self.payment_time.as_ref()
    }
}

/// `paymentStatus`.
///
/// # Source
///
/// `docs/alipay/antom.md` section 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PaymentStatus {
    /// `CANCELLED`: ended by us.
    Cancelled,
    /// `FAIL`: failed, or run out.
    Fail,
    /// `PENDING`: not finished. Not paid.
    Pending,
    /// `PROCESSING`: not finished. Not paid.
    Processing,
    /// `SUCCESS`: paid.
    Success,
    /// A word that this crate does not know. Never paid.
    Other,
}

impl PaymentStatus {
    /// Reads the wire's word, exactly.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text {
            "CANCELLED" => Self::Cancelled,
            "FAIL" => Self::Fail,
            "PENDING" => Self::Pending,
            "PROCESSING" => Self::Processing,
            "SUCCESS" => Self::Success,
            _ => Self::Other,
        }
    }
}

/// A verified answer to `cancel`.
///
/// # Source
///
/// `docs/alipay/antom.md` section 5.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CancelAnswer {
    result: CallResult,
}

impl CancelAnswer {
    pub(super) fn read(
        result: CallResult,
        message: &Object,
        which: &WhichPayment,
    ) -> Result<Self, AnswerError> {
        let named = about(message, which.field())?;
        if result.is_success() && !named {
            return Err(InvalidField(which.field().0).into());
        }
        Ok(Self { result })
    }

    /// How it went.
    #[must_use]
    pub fn result(&self) -> &CallResult {
        &self.result
    }

    /// Whether the payment is ended; what was paid goes back.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.result.is_success()
    }
}

/// How much went back, and under which number of Antom's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundedAmount {
    refund_id: RefundId,
    refund_amount: Amount,
}

impl RefundedAmount {
    fn read(message: &Object) -> Result<Self, InvalidField> {
        Ok(Self {
            refund_id: message.parsed("refundId", RefundId::parse)?,
            refund_amount: amount(message, "refundAmount")?,
        })
    }

    /// Antom's number for the refund.
    #[must_use]
    pub fn refund_id(&self) -> &RefundId {
        &self.refund_id
    }

    /// How much.
    #[must_use]
    pub fn refund_amount(&self) -> Amount {
        self.refund_amount
    }
}

/// A verified answer to `refund`.
///
/// # Source
///
/// `docs/alipay/antom.md` section 5.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundAnswer {
    result: CallResult,
    refunded: Option<RefundedAmount>,
}

impl RefundAnswer {
    pub(super) fn read(
        result: CallResult,
        message: &Object,
        request: &RefundRequest,
    ) -> Result<Self, AnswerError> {
        let refund = ("refundRequestId", request.refund_request_id().as_str());
        let named = about(message, refund)?;
        about(message, ("paymentId", request.payment_id().as_str()))?;
        let refunded = if result.is_success() {
            if !named {
                return Err(InvalidField(refund.0).into());
            }
            Some(RefundedAmount::read(message)?)
        } else {
            None
        };
        if refunded
            .as_ref()
            .is_some_and(|refunded| refunded.refund_amount != request.amount())
        {
            return Err(AnswerError::WrongPayment);
        }
        Ok(Self { result, refunded })
    }

    /// How it went. `U` is under way, not refused: the same number again, or an inquiry.
    #[must_use]
    pub fn result(&self) -> &CallResult {
        &self.result
    }

    /// What went back, if it did.
    #[must_use]
    pub fn refunded(&self) -> Option<&RefundedAmount> {
        self.refunded.as_ref()
    }
}

/// A verified answer to `inquiryRefund`.
///
/// # Source
///
/// `docs/alipay/antom.md` section 5.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InquiryRefundAnswer {
    result: CallResult,
    refund_status: Option<RefundStatus>,
    refunded: Option<RefundedAmount>,
}

impl InquiryRefundAnswer {
    pub(super) fn read(
        result: CallResult,
        message: &Object,
        which: &WhichRefund,
    ) -> Result<Self, AnswerError> {
        let named = about(message, which.field())?;
        let mut answer = Self {
            result,
            refund_status: None,
            refunded: None,
        };
        if answer.result.status() == ResultStatus::Successful {
            let refund_status = RefundStatus::parse(message.text("refundStatus")?);
            answer.refund_status = Some(refund_status);
            if refund_status == RefundStatus::Success && answer.result.is_success() {
                if !named {
                    return Err(InvalidField(which.field().0).into());
                }
                answer.refunded = Some(RefundedAmount::read(message)?);
            }
        }
        Ok(answer)
    }

    /// How the call went; of the refund it says nothing.
    #[must_use]
    pub fn result(&self) -> &CallResult {
        &self.result
    }

    /// What has become of the refund, if the call went well.
    #[must_use]
    pub fn refund_status(&self) -> Option<RefundStatus> {
        self.refund_status
    }

    /// What went back, if it did.
    #[must_use]
    pub fn refunded(&self) -> Option<&RefundedAmount> {
        self.refunded.as_ref()
    }
}

/// Whether the answer names what we asked for; one that names another is refused.
fn about(message: &Object, (field, asked): (&'static str, &str)) -> Result<bool, AnswerError> {
    match message.optional_text(field)? {
        None => Ok(false),
        Some(named) if named == asked => Ok(true),
        Some(_) => Err(AnswerError::WrongPayment),
    }
}
