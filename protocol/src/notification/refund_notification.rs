//! Notifications about a refund alone, which `forex_refund` can send.

use sha2::{Digest as _, Sha256};
use thiserror::Error;

use super::{RefundStatus, Verifier, VerifyError, names};
use crate::backend::RsaBackend;
use crate::form::Form;
use crate::gateway_time::GatewayTime;
use crate::notification::Fields;
use crate::ring::KeyId;
use crate::trade::{NotifyId, OutReturnNo, OutTradeNo};

/// The word by which notifications of one kind are known: 1 to 64 of `a–z 0–9 _`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotifyType(String);

impl NotifyType {
    /// Reads the word.
    ///
    /// # Errors
    ///
    /// * [`InvalidNotifyType`] – empty, longer than 64, or another character.
    pub fn parse(text: &str) -> Result<Self, InvalidNotifyType> {
        let ok = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if !(1..=64).contains(&text.len()) || !text.bytes().all(ok) {
            return Err(InvalidNotifyType);
        }
        Ok(Self(text.to_owned()))
    }

    /// The word as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text is not the word of a kind of notifications.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("notify_type must be 1 to 64 lower-case letters, digits or _")]
pub struct InvalidNotifyType;

/// A notification about a refund: the proof that [`Verifier::verify_refund`] returned it.
///
/// It has no trade status and never says that anything was paid.
///
/// # Source
///
/// `docs/alipay/refund.md` section 3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundNotification {
    out_trade_no: OutTradeNo,
    out_return_no: OutReturnNo,
    refund_status: RefundStatus,
    error_code: Option<String>,
    notify_id: NotifyId,
    notify_time: GatewayTime,
    key_id: KeyId,
    digest: [u8; 32],
}

impl RefundNotification {
    /// The merchant's number for the order.
    #[must_use]
    pub fn out_trade_no(&self) -> &OutTradeNo {
        &self.out_trade_no
    }

    /// The merchant's number for the refund.
    #[must_use]
    pub fn out_return_no(&self) -> &OutReturnNo {
        &self.out_return_no
    }

    /// What has become of the refund.
    #[must_use]
    pub fn refund_status(&self) -> RefundStatus {
        self.refund_status
    }

    /// Why it failed: at most 64 of `A–Z 0–9 _`, if a reason is given.
    #[must_use]
    pub fn error_code(&self) -> Option<&str> {
        self.error_code.as_deref()
    }

    /// The number of the notification, the same on every delivery: the key for duplicates.
    #[must_use]
    pub fn notify_id(&self) -> &NotifyId {
        &self.notify_id
    }

    /// When Alipay wrote the notification.
    #[must_use]
    pub fn notify_time(&self) -> GatewayTime {
        self.notify_time
    }

    /// The key under which the signature held.
    #[must_use]
    pub fn key_id(&self) -> &KeyId {
        &self.key_id
    }

    /// SHA-256 of the body as received: what evidence is known by.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }
}

impl Verifier {
    /// The same verifier, which also takes notifications of this kind as ones about refunds.
    ///
    /// Which word Alipay uses is not documented: take it from the first such notification, which is
    /// refused, as signed, with [`VerifyError::UnknownNotifyType`].
    #[must_use]
    pub fn with_refund_notify_type(self, notify_type: NotifyType) -> Self {
        Self {
            refund_notify_type: Some(notify_type),
            ..self
        }
    }

    /// Verifies that `body` is a notification that Alipay signed, about a refund, for our account.
    ///
    /// For bodies that [`Verifier::verify`] refused with [`VerifyError::UnknownNotifyType`].
    ///
    /// # Errors
    ///
    /// Those of [`Verifier::verify`], in its order, and:
    ///
    /// * [`VerifyError::UnknownNotifyType`] – signed, but not of the kind that
    ///   [`Verifier::with_refund_notify_type`] named; without it, every one.
    /// * [`VerifyError::InvalidField`] – signed, but `out_trade_no`, `out_return_no` or
    ///   `refund_status` is absent or not of its shape. A notification about a trade ends here.
    ///
    /// # Not checked here
    ///
    /// Whether the refund is ours, how much was given back (which name carries the amount is not
    /// documented), and whether this `notify_id` was seen before.
    ///
    /// # Source
    ///
    /// `docs/alipay/refund.md` section 3.
    pub async fn verify_refund(
        &self,
        backend: &impl RsaBackend,
        body: &[u8],
    ) -> Result<RefundNotification, VerifyError> {
        let form = Form::parse(body).map_err(VerifyError::BadForm)?;
        let key_id = self.open(backend, &form, &super::ENVELOPE).await?;
        self.admit(&form, names::is_known)?;
        let fields = Fields {
            form: &form,
            charset: self.charset,
        };
        let notify_type = fields.text("notify_type")?;
        if self
            .refund_notify_type
            .as_ref()
            .is_none_or(|expected| expected.as_str() != notify_type)
        {
            return Err(VerifyError::UnknownNotifyType);
        }
        Ok(RefundNotification {
            out_trade_no: fields.out_trade_no()?,
            out_return_no: fields.parsed("out_return_no", OutReturnNo::parse)?,
            refund_status: RefundStatus::parse(&fields.text("refund_status")?),
            error_code: fields
                .optional("error_code")?
                .map(|text| error_code(&text))
                .transpose()?,
            notify_id: fields.parsed("notify_id", NotifyId::parse)?,
            notify_time: fields.parsed("notify_time", GatewayTime::parse)?,
            key_id,
            digest: Sha256::digest(body).into(),
        })
    }
}

/// Codes are shown in logs, so they have a shape.
fn error_code(text: &str) -> Result<String, VerifyError> {
    let ok = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    if text.len() > 64 || !text.bytes().all(ok) {
        return Err(VerifyError::InvalidField {
            field: "error_code",
        });
    }
    Ok(text.to_owned())
}
