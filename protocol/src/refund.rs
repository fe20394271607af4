//! `forex_refund`: giving money back.

use crate::backend::RsaBackend;
use crate::charset::Charset;
use crate::gateway_time::GatewayTime;
use crate::money::{Amount, Currency};
use crate::query::{AnswerError, ErrorCode, answer};
use crate::request::{RequestError, SignedRequest, Terminal, rules};
use crate::sign::{SignError, SigningKey};
use crate::trade::{OutReturnNo, OutTradeNo, Partner};

/// How much is given back, in the way in which the payment was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundAmount {
    /// `return_amount` and `currency`: for payments by `total_fee`.
    ReturnAmount(Amount),
    /// `return_rmb_amount`: an amount in CNY, for payments by `rmb_fee`.
    ReturnRmbAmount {
        /// The amount, in CNY.
        amount: Amount,
        /// The settlement currency of the payment.
        currency: Currency,
    },
}

/// Whether Alipay decides at once.
///
/// # Source
///
/// `docs/alipay/refund.md` section 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IsSync {
    /// `N`: where funds lack, Alipay tries again every 6 hours for up to 180 days, and notifies of a
    /// success.
    No,
    /// `Y`: the answer is final, and nothing is tried again.
    Yes,
}

/// What is given back for what.
#[derive(Clone, Copy, Debug)]
pub struct RefundTerms<'a> {
    /// The merchant's number for this refund: the same one again asks for the same refund again.
    pub out_return_no: &'a OutReturnNo,
    /// The order that was paid.
    pub out_trade_no: &'a OutTradeNo,
    /// How much.
    pub amount: RefundAmount,
    /// When the merchant decided on it.
    pub gmt_return: GatewayTime,
}

/// A request for a refund, complete and within every rule, that is not signed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundRequest {
    fields: Vec<(&'static str, String)>,
}

impl RefundRequest {
    /// Begins a request; [`RefundRequestBuilder::build`] ends it. `terminal` is the one of the
    /// payment; the product code follows from it. An app's payment is one of [`Terminal::Wap`].
    pub fn builder(
        terminal: Terminal,
        partner: &Partner,
        terms: RefundTerms<'_>,
    ) -> RefundRequestBuilder {
        let (name, amount, currency) = parts(terms.amount);
        let fields = [
            ("service", "forex_refund"),
            ("product_code", terminal.product_code()),
            ("_input_charset", "utf-8"),
            ("partner", partner.as_str()),
            ("out_return_no", terms.out_return_no.as_str()),
            ("out_trade_no", terms.out_trade_no.as_str()),
            (name, &amount.to_decimal()),
            ("currency", currency.code()),
            // The English page prints yyyy-MM-dd HH:mm:ss, which does not fit its own String(14).
            ("gmt_return", &terms.gmt_return.to_compact()),
        ];
        RefundRequestBuilder {
            amount: terms.amount,
            fields: fields
                .into_iter()
                .map(|(name, value)| (name, value.to_owned()))
                .collect(),
        }
    }

    /// The fields that will be signed, in no order that matters.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
    }

    /// Signs the request. [`SignedRequest::url`] is then fetched, at least 3 seconds after the
    /// account's last refund.
    ///
    /// # Errors
    ///
    /// * [`SignError`] – the backend could not sign; never with `MD5`.
    ///
    /// # Source
    ///
    /// `docs/alipay/refund.md` section 1; the addresses of KA's tests.
    pub async fn sign(
        &self,
        key: &SigningKey,
        backend: &impl RsaBackend,
    ) -> Result<SignedRequest, SignError> {
        SignedRequest::sign(self.fields.clone(), key, backend).await
    }
}

/// A request for a refund that is being put together.
#[derive(Clone, Debug)]
#[must_use]
pub struct RefundRequestBuilder {
    amount: RefundAmount,
    fields: Vec<(&'static str, String)>,
}

impl RefundRequestBuilder {
    /// Why: at most 100 characters.
    pub fn reason(self, text: &str) -> Self {
        self.with("reason", text)
    }

    /// Whether Alipay decides at once. Without it, as [`IsSync::No`].
    pub fn is_sync(self, is_sync: IsSync) -> Self {
        self.with(
            "is_sync",
            match is_sync {
                IsSync::No => "N",
                IsSync::Yes => "Y",
            },
        )
    }

    /// Where Alipay's server tells that the refund is done: an address without a query.
    pub fn notify_url(self, url: &str) -> Self {
        self.with("notify_url", url)
    }

    /// Ends the request.
    ///
    /// # Errors
    ///
    /// A [`RequestError`] names the first field that breaks a rule, the rule and where it comes from.
    ///
    /// # Not checked here
    ///
    /// Whether the order was paid, and whether this and earlier refunds together exceed it: the
    /// ledger of refunds is the caller's. The contract's period for refunds.
    ///
    /// # Source
    ///
    /// `docs/alipay/refund.md` section 1.
    pub fn build(self) -> Result<RefundRequest, RequestError> {
        let (name, amount, currency) = parts(self.amount);
        if name == "return_rmb_amount" {
            rules::cny(name, amount)?;
        }
        rules::settlement(currency)?;
        rules::in_range(name, amount)?;
        rules::fields(&self.fields, &[], rules::field)?;
        Ok(RefundRequest {
            fields: self.fields,
        })
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.fields.push((name, value.to_owned()));
        self
    }
}

fn parts(amount: RefundAmount) -> (&'static str, Amount, Currency) {
    match amount {
        RefundAmount::ReturnAmount(amount) => ("return_amount", amount, amount.currency()),
        RefundAmount::ReturnRmbAmount { amount, currency } => {
            ("return_rmb_amount", amount, currency)
        }
    }
}

/// What Alipay answered. **Nobody signed it**: take it from the connection on which the request went
/// out, and from nowhere else.
///
/// # Source
///
/// `docs/alipay/refund.md` section 2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefundAnswer {
    /// `is_success` is `T`: with [`IsSync::Yes`] the money is given back, else Alipay will.
    Accepted,
    /// An error. With [`ErrorCode::SystemException`] the refund may have been made: ask again with the
    /// same `out_return_no`, never with a new one.
    Refused(RefundRefusal),
}

/// Why there is no refund, in Alipay's own word: what a merchant's support asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundRefusal {
    code: ErrorCode,
    word: Option<String>,
}

impl RefundRefusal {
    /// The word, where this crate knows it.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// The word itself, where it has the shape of one: 1 to 64 of `A–Z 0–9 _`. Codes are shown in logs.
    #[must_use]
    pub fn word(&self) -> Option<&str> {
        self.word.as_deref()
    }
}

impl RefundAnswer {
    /// Reads Alipay's answer in the charset of the account.
    ///
    /// # Errors
    ///
    /// * [`AnswerError::TooLong`] – more than [`MAX_BODY`](crate::form::MAX_BODY) bytes.
    /// * [`AnswerError::CharsetNotAccepted`] – not text of the charset, or it names another one.
    /// * [`AnswerError::NotAnAnswer`] – not the XML of an answer; a page of a proxy, for example.
    ///   Whether the refund was made is then open.
    pub fn parse(body: &[u8], charset: Charset) -> Result<Self, AnswerError> {
        let document = answer::document(body, charset)?;
        Ok(match answer::refusal(&document.root)? {
            None => Self::Accepted,
            Some(code) => {
                let word = document.root.child("error").map(|error| error.text.clone());
                let word = word.filter(|word| is_word(word));
                Self::Refused(RefundRefusal { code, word })
            }
        })
    }
}

fn is_word(text: &str) -> bool {
    let ok = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=64).contains(&text.len()) && text.bytes().all(ok)
}
