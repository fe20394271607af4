//! `single_trade_query`: asking Alipay what has become of a trade.

pub(crate) mod answer;
pub(crate) mod xml;

use crate::backend::RsaBackend;
use crate::request::SignedRequest;
use crate::sign::{SignError, SigningKey};
use crate::trade::{OutTradeNo, Partner, TradeNo};

pub use answer::{Answer, AnswerError, ErrorCode, TradeAnswer};

/// A question about one trade.
///
/// # Source
///
/// `docs/alipay/query.md` section 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TradeQuery {
    fields: Vec<(&'static str, String)>,
    /// The name and value that the answer must repeat.
    asked: (&'static str, String),
}

impl TradeQuery {
    /// Asks by the merchant's number: what to do as long as Alipay has told no number of its own.
    #[must_use]
    pub fn by_out_trade_no(partner: &Partner, out_trade_no: &OutTradeNo) -> Self {
        Self::new(partner, ("out_trade_no", out_trade_no.as_str()))
    }

    /// Asks by Alipay's number.
    #[must_use]
    pub fn by_trade_no(partner: &Partner, trade_no: &TradeNo) -> Self {
        Self::new(partner, ("trade_no", trade_no.as_str()))
    }

    fn new(partner: &Partner, (name, value): (&'static str, &str)) -> Self {
        let fields = vec![
            ("service", "single_trade_query".to_owned()),
            ("_input_charset", "utf-8".to_owned()),
            ("partner", partner.as_str().to_owned()),
            (name, value.to_owned()),
        ];
        Self {
            fields,
            asked: (name, value.to_owned()),
        }
    }

    /// Signs the question. [`SignedRequest::url`] is then fetched with GET.
    ///
    /// # Errors
    ///
    /// * [`SignError`] – the backend could not sign; never with `MD5`.
    ///
    /// # Source
    ///
    /// `docs/alipay/query.md` section 1; vector `kaligo-single_trade_query-af7007`.
    pub async fn sign(
        &self,
        key: &SigningKey,
        backend: &impl RsaBackend,
    ) -> Result<SignedRequest, SignError> {
        SignedRequest::sign(self.fields.clone(), key, backend).await
    }
}
