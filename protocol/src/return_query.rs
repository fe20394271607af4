//! The query with which the browser comes back. It proves nothing.

use crate::backend::RsaBackend;
use crate::form::Form;
use crate::money::Amount;
use crate::notification::{Fields, Verifier, VerifyError};
use crate::ring::KeyId;
use crate::trade::{OutTradeNo, TradeNo, TradeStatus};

/// Names that the query of a return may have: the cross-border gateway's, then the domestic ones.
const KNOWN: [&str; 22] = [
    "_input_charset",
    "charset",
    "currency",
    "out_trade_no",
    "rmb_fee",
    "sign",
    "sign_type",
    "total_fee",
    "trade_no",
    "trade_status",
    "body",
    "buyer_email",
    "buyer_id",
    "exterface",
    "is_success",
    "notify_id",
    "notify_time",
    "notify_type",
    "payment_type",
    "seller_email",
    "seller_id",
    "subject",
];

/// A return whose signature holds.
///
/// **It proves nothing about the payment.** It passed through the shopper's browser, can be old or
/// copied, and Alipay itself says that only the notification decides. It may hurry a query along, and
/// say which page to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Return {
    out_trade_no: OutTradeNo,
    trade_no: Option<TradeNo>,
    trade_status: Option<TradeStatus>,
    total: Option<Amount>,
    key_id: KeyId,
}

impl Return {
    /// The merchant's number for the order.
    #[must_use]
    pub fn out_trade_no(&self) -> &OutTradeNo {
        &self.out_trade_no
    }

    /// Alipay's number for the trade, if it is named.
    #[must_use]
    pub fn trade_no(&self) -> Option<&TradeNo> {
        self.trade_no.as_ref()
    }

    /// The status as shown to the browser, if one is. Never a reason to deliver.
    #[must_use]
    pub fn trade_status(&self) -> Option<TradeStatus> {
        self.trade_status
    }

    /// The amount as shown to the browser, if one is.
    #[must_use]
    pub fn total(&self) -> Option<Amount> {
        self.total
    }

    /// The key under which the signature held.
    #[must_use]
    pub fn key_id(&self) -> &KeyId {
        &self.key_id
    }
}

impl Verifier {
    /// Verifies that `query`, the part of the address after `?`, was signed by Alipay.
    ///
    /// # Errors
    ///
    /// * [`VerifyError::BadForm`] – too long, a broken `%` escape, a name twice, and so on.
    /// * [`VerifyError::MissingField`] – `sign`, `sign_type` or `out_trade_no` is absent or empty.
    /// * [`VerifyError::SignTypeNotAccepted`] – `sign_type` is not the one this verifier has.
    /// * [`VerifyError::BadSignature`] – any failure inside RSA or MD5.
    /// * [`VerifyError::Resplit`] – signed, but a value holds `&name=`.
    /// * [`VerifyError::UnknownField`] – signed, but with a name that returns do not have.
    /// * [`VerifyError::CharsetNotAccepted`] – signed, but it names another charset.
    /// * [`VerifyError::BadText`] – signed, but a value is not text of the charset.
    /// * [`VerifyError::WrongPartner`] – signed, but for another account.
    /// * [`VerifyError::InvalidField`] – signed, but a field is not of its shape.
    ///
    /// # Not checked here
    ///
    /// Whether anything was paid, and how old the query is: see [`Return`].
    ///
    /// # Source
    ///
    /// `docs/alipay/notify.md` section 7; vector `edge-return-url-params`.
    pub async fn verify_return(
        &self,
        backend: &impl RsaBackend,
        query: &[u8],
    ) -> Result<Return, VerifyError> {
        let form = Form::parse(query).map_err(VerifyError::BadForm)?;
        let key_id = self
            .open(backend, &form, &["sign", "sign_type", "out_trade_no"])
            .await?;
        self.admit(&form, |name| KNOWN.contains(&name))?;
        let fields = Fields {
            form: &form,
            charset: self.charset(),
        };
        let present = |name| form.get(name).is_some();
        let total = present("total_fee") && present("currency");
        Ok(Return {
            out_trade_no: fields.out_trade_no()?,
            trade_no: present("trade_no")
                .then(|| fields.parsed("trade_no", TradeNo::parse))
                .transpose()?,
            trade_status: fields
                .optional("trade_status")?
                .map(|text| TradeStatus::parse(&text)),
            total: total.then(|| fields.total()).transpose()?,
            key_id,
        })
    }
}
