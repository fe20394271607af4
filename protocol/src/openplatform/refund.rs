//! What notifications of the open platform say about refunds.

use crate::money::Amount;
use crate::notification::{Fields, VerifyError};
use crate::trade::OutReturnNo;

/// Names that make a notification a matter of a refund, whatever `refund_fee` says.
const NAMES: [&str; 4] = ["gmt_refund", "out_biz_no", "refund_status", "send_back_fee"];

/// What a notification says about a refund.
///
/// # Source
///
/// `docs/alipay/openplatform.md` section 3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    refund_fee: Option<Amount>,
    out_biz_no: Option<OutReturnNo>,
}

impl Refund {
    /// Reads what a notification says about a refund, if anything. `refund_fee=0.00` stands in
    /// notifications of trades that were never refunded.
    pub(super) fn read(fields: &Fields<'_>) -> Result<Option<Self>, VerifyError> {
        let refund_fee = fields.cny("refund_fee")?;
        let out_biz_no = fields
            .optional("out_biz_no")?
            .map(|text| OutReturnNo::parse(&text))
            .transpose()
            .map_err(|_| VerifyError::InvalidField {
                field: "out_biz_no",
            })?;
        let named = NAMES.iter().any(|name| fields.form.get(name).is_some());
        let is_refund = named || refund_fee.is_some_and(|fee| fee.minor() > 0);
        Ok(is_refund.then_some(Self {
            refund_fee,
            out_biz_no,
        }))
    }

    /// How much has been given back of the trade so far, if it is said.
    #[must_use]
    pub fn refund_fee(&self) -> Option<Amount> {
        self.refund_fee
    }

    /// The merchant's number for the refund, if it is named.
    #[must_use]
    pub fn out_biz_no(&self) -> Option<&OutReturnNo> {
        self.out_biz_no.as_ref()
    }
}
