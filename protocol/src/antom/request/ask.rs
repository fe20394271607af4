//! The requests about payments that exist: inquiry, cancelling, refund and its inquiry.

use serde_json::Map;

use super::rules::{self, RequestError, Rule};
use super::{UnsignedRequest, put, put_amount};
use crate::antom::money::Amount;
use crate::antom::names::{PaymentId, PaymentRequestId, RefundId, RefundRequestId};

/// Which payment is meant: one number of the two, as Antom overlooks the second.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhichPayment {
    /// By Antom's number.
    Id(PaymentId),
    /// By the merchant's number for the attempt: the one there is before Antom answered.
    RequestId(PaymentRequestId),
}

impl WhichPayment {
    /// The wire's name of the number, and the number.
    pub(crate) fn field(&self) -> (&'static str, &str) {
        match self {
            Self::Id(id) => ("paymentId", id.as_str()),
            Self::RequestId(id) => ("paymentRequestId", id.as_str()),
        }
    }

    fn ask(&self, api: &'static str) -> UnsignedRequest {
        let mut fields = Map::new();
        let (name, value) = self.field();
        put(&mut fields, name, value);
        UnsignedRequest::new(api, fields)
    }
}

/// Which refund is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhichRefund {
    /// By Antom's number.
    Id(RefundId),
    /// By the merchant's number: the one there is before Antom answered.
    RequestId(RefundRequestId),
}

impl WhichRefund {
    /// The wire's name of the number, and the number.
    pub(crate) fn field(&self) -> (&'static str, &str) {
        match self {
            Self::Id(id) => ("refundId", id.as_str()),
            Self::RequestId(id) => ("refundRequestId", id.as_str()),
        }
    }
}

/// `inquiryPayment`: what has become of a payment?
///
/// # Source
///
/// `docs/alipay/antom.md` section 4.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InquiryPaymentRequest {
    which: WhichPayment,
    unsigned: UnsignedRequest,
}

impl InquiryPaymentRequest {
    /// Asks for a payment.
    #[must_use]
    pub fn new(which: WhichPayment) -> Self {
        let unsigned = which.ask("/payments/inquiryPayment");
        Self { which, unsigned }
    }

    /// The payment that is asked for.
    #[must_use]
    pub fn which(&self) -> &WhichPayment {
        &self.which
    }

    /// The request, to be signed.
    #[must_use]
    pub fn unsigned(&self) -> &UnsignedRequest {
        &self.unsigned
    }
}

/// `cancel`: ends a payment as a whole; if it is paid, the money goes back. No notification follows.
///
/// Possible until a quarter past midnight of the following day, Beijing's time.
///
/// # Source
///
/// `docs/alipay/antom.md` section 4.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CancelRequest {
    which: WhichPayment,
    unsigned: UnsignedRequest,
}

impl CancelRequest {
    /// Cancels a payment.
    #[must_use]
    pub fn new(which: WhichPayment) -> Self {
        let unsigned = which.ask("/payments/cancel");
        Self { which, unsigned }
    }

    /// The payment that is cancelled.
    #[must_use]
    pub fn which(&self) -> &WhichPayment {
        &self.which
    }

    /// The request, to be signed.
    #[must_use]
    pub fn unsigned(&self) -> &UnsignedRequest {
        &self.unsigned
    }
}

/// `refund`: gives back a payment, or a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundRequest {
    refund_request_id: RefundRequestId,
    payment_id: PaymentId,
    amount: Amount,
    unsigned: UnsignedRequest,
}

impl RefundRequest {
    /// Begins a request; [`RefundRequestBuilder::build`] ends it.
    ///
    /// After a timeout or a result `U` the same `refund_request_id` is sent again: a new one would
    /// give the money back twice.
    pub fn builder(
        refund_request_id: &RefundRequestId,
        payment_id: &PaymentId,
        amount: Amount,
    ) -> RefundRequestBuilder {
        RefundRequestBuilder {
            refund_request_id: refund_request_id.clone(),
            payment_id: payment_id.clone(),
            amount,
            texts: Vec::new(),
        }
    }

    /// The merchant's number for the refund.
    #[must_use]
    pub fn refund_request_id(&self) -> &RefundRequestId {
        &self.refund_request_id
    }

    /// The payment that is given back.
    #[must_use]
    pub fn payment_id(&self) -> &PaymentId {
        &self.payment_id
    }

    /// How much of it.
    #[must_use]
    pub fn amount(&self) -> Amount {
        self.amount
    }

    /// The request, to be signed.
    #[must_use]
    pub fn unsigned(&self) -> &UnsignedRequest {
        &self.unsigned
    }
}

/// A request for a refund that is being put together.
#[derive(Clone, Debug)]
#[must_use]
pub struct RefundRequestBuilder {
    refund_request_id: RefundRequestId,
    payment_id: PaymentId,
    amount: Amount,
    texts: Vec<(&'static str, String)>,
}

impl RefundRequestBuilder {
    /// Why, as people read it: at most 256 characters.
    pub fn refund_reason(self, text: &str) -> Self {
        self.with("refundReason", text)
    }

    /// Where Antom's server sends the notification about it, at most 2048 characters.
    pub fn refund_notify_url(self, url: &str) -> Self {
        self.with("refundNotifyUrl", url)
    }

    /// Ends the request.
    ///
    /// # Errors
    ///
    /// A [`RequestError`] names the first field that breaks a rule, the rule and where it comes
    /// from.
    ///
    /// # Not checked here
    ///
    /// Whether so much of the payment is left, and whether its time for refunds is over.
    ///
    /// # Source
    ///
    /// `docs/alipay/antom.md` sections 4 and 8.
    pub fn build(self) -> Result<RefundRequest, RequestError> {
        rules::cny("refundAmount", self.amount, rules::MIN_REFUND_CNY)?;
        let mut fields = Map::new();
        for (name, value) in &self.texts {
            if fields.contains_key(*name) {
                return Err(RequestError::new(name, Rule::GivenTwice));
            }
            match *name {
                "refundNotifyUrl" => rules::notify_url(name, value)?,
                _ => rules::text(name, value)?,
            }
            put(&mut fields, name, value);
        }
        put(
            &mut fields,
            "refundRequestId",
            self.refund_request_id.as_str(),
        );
        put(&mut fields, "paymentId", self.payment_id.as_str());
        put_amount(&mut fields, "refundAmount", self.amount);
        Ok(RefundRequest {
            refund_request_id: self.refund_request_id,
            payment_id: self.payment_id,
            amount: self.amount,
            unsigned: UnsignedRequest::new("/payments/refund", fields),
        })
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.texts.push((name, value.to_owned()));
        self
    }
}

/// `inquiryRefund`: what has become of a refund?
///
/// # Source
///
/// `docs/alipay/antom.md` section 4.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InquiryRefundRequest {
    which: WhichRefund,
    unsigned: UnsignedRequest,
}

impl InquiryRefundRequest {
    /// Asks for a refund.
    #[must_use]
    pub fn new(which: WhichRefund) -> Self {
        let mut fields = Map::new();
        let (name, value) = which.field();
        put(&mut fields, name, value);
        let unsigned = UnsignedRequest::new("/payments/inquiryRefund", fields);
        Self { which, unsigned }
    }

    /// The refund that is asked for.
    #[must_use]
    pub fn which(&self) -> &WhichRefund {
        &self.which
    }

    /// The request, to be signed.
    #[must_use]
    pub fn unsigned(&self) -> &UnsignedRequest {
        &self.unsigned
    }
}
