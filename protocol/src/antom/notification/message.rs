//! What notifications say.

use sha2::{Digest as _, Sha256};

use super::VerifyError;
use crate::antom::json::{InvalidField, Object};
use crate::antom::money::{Amount, Currency};
use crate::antom::names::{PaymentId, PaymentRequestId, RefundId, RefundRequestId};
use crate::antom::result::{CallResult, ResultStatus};
use crate::antom::time::AntomTime;

/// A signed notification, by what it is about.
///
/// # Source
///
/// `docs/alipay/antom.md` section 6; vectors `ntf-*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notification {
    /// About something else; never a payment. To be acknowledged, lest it comes eight times.
    Other(OtherNotification),
    /// `notifyPayment`: about a payment, whether paid, failed or pending.
    Payment(PaymentNotification),
    /// `notifyRefund`: about a refund.
    Refund(RefundNotification),
}

impl Notification {
    pub(super) fn read(message: &Object, body: &[u8]) -> Result<Self, VerifyError> {
        let digest = Sha256::digest(body).into();
        let notify_type = message.optional_text("notifyType")?;
        Ok(match notify_type {
            Some(PAYMENT_RESULT) => {
                Self::Payment(PaymentNotification::read(message, false, digest)?)
            }
            Some(PAYMENT_PENDING) => {
                Self::Payment(PaymentNotification::read(message, true, digest)?)
            }
            Some(REFUND_RESULT) => Self::Refund(RefundNotification::read(message, digest)?),
            other => Self::Other(OtherNotification::read(other, digest)?),
        })
    }

    /// What the repetitions of a notification have in common: its kind, and Antom's number for the
    /// payment or the merchant's for the refund. For another kind, the digest of its body.
    ///
    /// # Source
    ///
    /// `docs/alipay/antom.md` section 6: there is no number of the notification itself.
    #[must_use]
    pub fn repeat_key(&self) -> String {
        match self {
            Self::Other(other) => {
                let digest: String = other
                    .digest
                    .iter()
                    .map(|byte| format!("{byte:02x}"))
                    .collect();
                format!("OTHER:{digest}")
            }
            Self::Payment(payment) => {
                let kind = if payment.pending {
                    PAYMENT_PENDING
                } else {
                    PAYMENT_RESULT
                };
                format!("{kind}:{}", payment.payment_id)
            }
            Self::Refund(refund) => format!("{REFUND_RESULT}:{}", refund.refund_request_id),
        }
    }

    /// SHA-256 of the body as received: what evidence is known by.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        match self {
            Self::Other(other) => other.digest,
            Self::Payment(payment) => payment.digest,
            Self::Refund(refund) => refund.digest,
        }
    }
}

const PAYMENT_PENDING: &str = "PAYMENT_PENDING";
const PAYMENT_RESULT: &str = "PAYMENT_RESULT";
const REFUND_RESULT: &str = "REFUND_RESULT";

/// A signed notification about one attempt to pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentNotification {
    pending: bool,
    result: CallResult,
    payment_request_id: PaymentRequestId,
    payment_id: PaymentId,
    payment_amount: Amount,
    payment_create_time: AntomTime,
    payment_time: Option<AntomTime>,
    digest: [u8; 32],
}

impl PaymentNotification {
    fn read(message: &Object, pending: bool, digest: [u8; 32]) -> Result<Self, InvalidField> {
        Ok(Self {
            pending,
            result: CallResult::read(message)?,
            payment_request_id: message.parsed("paymentRequestId", PaymentRequestId::parse)?,
            payment_id: message.parsed("paymentId", PaymentId::parse)?,
            payment_amount: amount(message, "paymentAmount")?,
            payment_create_time: message.parsed("paymentCreateTime", AntomTime::parse)?,
            payment_time: message.optional("paymentTime", AntomTime::parse)?,
            digest,
        })
    }

    /// What has become of the attempt.
    #[must_use]
    pub fn state(&self) -> PaymentState {
        match self.result.status() {
            _ if self.pending => PaymentState::Pending,
            ResultStatus::Failed => PaymentState::Failed,
            ResultStatus::Successful if self.result.is_success() => PaymentState::Paid,
            ResultStatus::Successful | ResultStatus::Unknown => PaymentState::Unknown,
        }
    }

    /// Whether it says that the shopper paid: `PAYMENT_RESULT` with `S` and `SUCCESS`, nothing else.
    #[must_use]
    pub fn is_paid(&self) -> bool {
        self.state() == PaymentState::Paid
    }

    /// The wire's `result`.
    #[must_use]
    pub fn result(&self) -> &CallResult {
        &self.result
    }

    /// The merchant's number for the attempt.
    #[must_use]
    pub fn payment_request_id(&self) -> &PaymentRequestId {
        &self.payment_request_id
    }

    /// Antom's number for the payment.
    #[must_use]
    pub fn payment_id(&self) -> &PaymentId {
        &self.payment_id
    }

    /// What the shopper was asked for. Compare it with the order before anything is paid.
    #[must_use]
    pub fn payment_amount(&self) -> Amount {
        self.payment_amount
    }

    /// When the payment was created.
    #[must_use]
    pub fn payment_create_time(&self) -> &AntomTime {
        &self.payment_create_time
    }

    /// When it was paid, if it was.
    #[must_use]
    pub fn payment_time(&self) -> Option<&AntomTime> {
        self.payment_time.as_ref()
    }
}

/// What has become of an attempt to pay.
///
/// # Source
///
/// `docs/alipay/antom.md` section 6; vectors `ntf-paid-python`, `ntf-failed-java`, `ntf-pending-go`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PaymentState {
    /// `PAYMENT_RESULT` with `F`: failed or run out, finally. The order can be paid by another
    /// attempt.
    Failed,
    /// `PAYMENT_RESULT` with `S` and `SUCCESS`: paid, finally.
    Paid,
    /// `PAYMENT_PENDING`: **not** paid, although its result says `S`.
    Pending,
    /// Any other result. Not paid; ask with an inquiry.
    Unknown,
}

/// A signed notification about a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundNotification {
    result: CallResult,
    refund_status: RefundStatus,
    refund_request_id: RefundRequestId,
    refund_id: RefundId,
    refund_amount: Amount,
    refund_time: Option<AntomTime>,
    digest: [u8; 32],
}

impl RefundNotification {
    fn read(message: &Object, digest: [u8; 32]) -> Result<Self, InvalidField> {
        Ok(Self {
            result: CallResult::read(message)?,
            refund_status: RefundStatus::parse(message.text("refundStatus")?),
            refund_request_id: message.parsed("refundRequestId", RefundRequestId::parse)?,
            refund_id: message.parsed("refundId", RefundId::parse)?,
            refund_amount: amount(message, "refundAmount")?,
            refund_time: message.optional("refundTime", AntomTime::parse)?,
            digest,
        })
    }

    /// The wire's `result`.
    #[must_use]
    pub fn result(&self) -> &CallResult {
        &self.result
    }

    /// Whether the money went back: `SUCCESS`, and a result that does not say otherwise.
    #[must_use]
    pub fn is_refunded(&self) -> bool {
        self.refund_status == RefundStatus::Success && self.result.is_success()
    }

    /// What has become of the refund.
    #[must_use]
    pub fn refund_status(&self) -> RefundStatus {
        self.refund_status
    }

    /// The merchant's number for the refund.
    #[must_use]
    pub fn refund_request_id(&self) -> &RefundRequestId {
        &self.refund_request_id
    }

    /// Antom's number for the refund.
    #[must_use]
    pub fn refund_id(&self) -> &RefundId {
        &self.refund_id
    }

    /// How much went back.
    #[must_use]
    pub fn refund_amount(&self) -> Amount {
        self.refund_amount
    }

    /// When it went back, if it did.
    #[must_use]
    pub fn refund_time(&self) -> Option<&AntomTime> {
        self.refund_time.as_ref()
    }
}

/// `refundStatus`.
///
/// # Source
///
/// `docs/alipay/antom.md` sections 5 and 6; vector `ntf-refund-php`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefundStatus {
    /// `FAIL`: the money did not go back.
    Fail,
    /// `PROCESSING`: not finished.
    Processing,
    /// `SUCCESS`: the money went back.
    Success,
    /// A word that this crate does not know. Never refunded.
    Other,
}

impl RefundStatus {
    /// Reads the wire's word, exactly.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text {
            "FAIL" => Self::Fail,
            "PROCESSING" => Self::Processing,
            "SUCCESS" => Self::Success,
            _ => Self::Other,
        }
    }
}

/// A signed notification about neither a payment nor a refund: a capture, a dispute, and what Antom
/// will add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherNotification {
    notify_type: Option<String>,
    digest: [u8; 32],
}

impl OtherNotification {
    fn read(notify_type: Option<&str>, digest: [u8; 32]) -> Result<Self, InvalidField> {
        let ok = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        if notify_type.is_some_and(|word| word.len() > 64 || !word.bytes().all(ok)) {
            return Err(InvalidField("notifyType"));
        }
        Ok(Self {
            notify_type: notify_type.map(str::to_owned),
            digest,
        })
    }

    /// The wire's `notifyType`, at most 64 capitals, digits and underscores; not every kind has one.
    #[must_use]
    pub fn notify_type(&self) -> Option<&str> {
        self.notify_type.as_deref()
    }
}

/// An amount in a field of a message.
pub(crate) fn amount(message: &Object, field: &'static str) -> Result<Amount, InvalidField> {
    let amount = message.object(field)?;
    let currency = amount.parsed("currency", Currency::parse)?;
    amount
        .parsed("value", |value| Amount::parse(value, currency))
        .map_err(|_| InvalidField(field))
}
