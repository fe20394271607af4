//! From the fields of a signed form to types.

use super::VerifyError;
use crate::charset::Charset;
use crate::form::Form;
use crate::money::{Amount, Currency};
use crate::trade::OutTradeNo;

/// The fields of a form whose signature held, as the types they must be.
pub(crate) struct Fields<'a> {
    pub(crate) form: &'a Form<'a>,
    pub(crate) charset: Charset,
}

impl Fields<'_> {
    /// The text of a field that must be there.
    pub(crate) fn text(&self, field: &'static str) -> Result<String, VerifyError> {
        self.optional(field)?
            .ok_or(VerifyError::InvalidField { field })
    }

    /// The text of a field, if it is there.
    pub(crate) fn optional(&self, field: &'static str) -> Result<Option<String>, VerifyError> {
        self.form
            .get(field)
            .map(|value| self.charset.decode(value).ok_or(VerifyError::BadText))
            .transpose()
    }

    /// A field that must be there, as its type.
    pub(crate) fn parsed<T, E>(
        &self,
        field: &'static str,
        parse: fn(&str) -> Result<T, E>,
    ) -> Result<T, VerifyError> {
        parse(&self.text(field)?).map_err(|_| VerifyError::InvalidField { field })
    }

    pub(crate) fn out_trade_no(&self) -> Result<OutTradeNo, VerifyError> {
        self.parsed("out_trade_no", OutTradeNo::parse)
    }

    pub(crate) fn total(&self) -> Result<Amount, VerifyError> {
        let currency = self.parsed("currency", Currency::parse)?;
        Amount::parse(&self.text("total_fee")?, currency)
            .map_err(|_| VerifyError::InvalidField { field: "total_fee" })
    }
}
