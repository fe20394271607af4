//! What notifications say about refunds.

use super::fields::Fields;
use super::{VerifyError, names};
use crate::trade::OutReturnNo;

/// What a notification says about a refund.
///
/// # Source
///
/// `docs/alipay/notify.md` section 6.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    out_return_no: Option<OutReturnNo>,
    status: RefundStatus,
}

impl Refund {
    /// Reads what a notification says about a refund, if anything.
    pub(super) fn read(fields: &Fields<'_>) -> Result<Option<Self>, VerifyError> {
        // Any of the names makes it a matter of a refund, so that none of them is ever paid.
        if !names::REFUND
            .iter()
            .any(|name| fields.form.get(name).is_some())
        {
            return Ok(None);
        }
        let out_return_no = fields
            .optional("out_return_no")?
            .map(|text| OutReturnNo::parse(&text))
            .transpose()
            .map_err(|_| VerifyError::InvalidField {
                field: "out_return_no",
            })?;
        let status = fields.optional("refund_status")?;
        Ok(Some(Self {
            out_return_no,
            status: RefundStatus::parse(status.as_deref().unwrap_or_default()),
        }))
    }

    /// The merchant's number for the refund, if it is named.
    #[must_use]
    pub fn out_return_no(&self) -> Option<&OutReturnNo> {
        self.out_return_no.as_ref()
    }

    /// What has become of the refund.
    #[must_use]
    pub fn status(&self) -> RefundStatus {
        self.status
    }
}

/// What Alipay says has become of a refund.
///
/// # Source
///
/// `docs/alipay/notify.md` section 6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefundStatus {
    /// `REFUND_FAIL`: the money was not given back.
    RefundFail,
    /// `REFUND_SUCCESS`: the money was given back.
    RefundSuccess,
    /// A word that this crate does not know, or none.
    Other,
}

impl RefundStatus {
    /// Reads the wire's word, exactly; a word that is not known is [`RefundStatus::Other`].
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text {
            "REFUND_FAIL" => Self::RefundFail,
            "REFUND_SUCCESS" => Self::RefundSuccess,
            _ => Self::Other,
        }
    }
}
