//! Requests: what the shopper's browser takes to the gateway.

mod psp;
pub(crate) mod rules;

use crate::backend::RsaBackend;
use crate::canonical::canonicalize;
use crate::form::encode;
use crate::money::{Amount, Currency};
use crate::sign::{SignError, SigningKey};
use crate::trade::{OutTradeNo, Partner};

pub use psp::{PaymentInst, SecondaryMerchant};
pub use rules::{RequestError, Rule};

/// Where the shopper pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Terminal {
    /// `create_forex_trade`: a page for desktop browsers.
    Pc,
    /// `create_forex_trade_wap`: the H5 page, or the app where it is installed.
    Wap,
}

impl Terminal {
    fn service(self) -> &'static str {
        match self {
            Self::Pc => "create_forex_trade",
            Self::Wap => "create_forex_trade_wap",
        }
    }

    pub(crate) fn product_code(self) -> &'static str {
        match self {
            Self::Pc => "NEW_OVERSEAS_SELLER",
            Self::Wap => "NEW_WAP_OVERSEAS_SELLER",
        }
    }
}

/// What the shopper is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Price {
    /// `rmb_fee`: an amount in CNY, settled in `currency`.
    RmbFee {
        /// The amount, in CNY.
        amount: Amount,
        /// The settlement currency of the contract.
        currency: Currency,
    },
    /// `total_fee` and `currency`: an amount in the settlement currency.
    TotalFee(Amount),
}

/// A request to pay, complete and within every rule, that is not signed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayRequest {
    fields: Vec<(&'static str, String)>,
}

impl PayRequest {
    /// Begins a request; [`PayRequestBuilder::build`] ends it.
    pub fn builder(
        terminal: Terminal,
        partner: &Partner,
        out_trade_no: &OutTradeNo,
        price: Price,
    ) -> PayRequestBuilder {
        let mut fields = vec![
            ("service", terminal.service().to_owned()),
            ("product_code", terminal.product_code().to_owned()),
            ("_input_charset", "utf-8".to_owned()),
            ("partner", partner.as_str().to_owned()),
            ("out_trade_no", out_trade_no.as_str().to_owned()),
        ];
        let (name, amount, currency) = rules::parts(price);
        fields.push((name, amount.to_decimal()));
        fields.push(("currency", currency.code().to_owned()));
        if terminal == Terminal::Wap {
            fields.push(("app_pay", "Y".to_owned()));
        }
        PayRequestBuilder {
            terminal,
            price,
            payment_inst: None,
            fields,
        }
    }

    /// The fields that will be signed, in no order that matters.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
    }

    /// Signs the request.
    ///
    /// # Errors
    ///
    /// * [`SignError`] – the backend could not sign; never with `MD5`.
    ///
    /// # Source
    ///
    /// `docs/alipay/sign.md` sections 1 and 3; vectors of kind `request`.
    pub async fn sign(
        &self,
        key: &SigningKey,
        backend: &impl RsaBackend,
    ) -> Result<SignedRequest, SignError> {
        SignedRequest::sign(self.fields.clone(), key, backend).await
    }
}

/// A request to pay that is being put together. Each rule is checked once, by [`build`](Self::build).
#[derive(Clone, Debug)]
#[must_use]
pub struct PayRequestBuilder {
    terminal: Terminal,
    price: Price,
    payment_inst: Option<PaymentInst>,
    fields: Vec<(&'static str, String)>,
}

impl PayRequestBuilder {
    /// What is sold, as the shopper reads it: 1 to 256 characters. Required.
    pub fn subject(self, text: &str) -> Self {
        self.with("subject", text)
    }

    /// More about it: at most 400 characters.
    pub fn body(self, text: &str) -> Self {
        self.with("body", text)
    }

    /// Where Alipay's server sends notifications: an address without a query. Required: without it
    /// a payment can only be found by asking.
    pub fn notify_url(self, url: &str) -> Self {
        self.with("notify_url", url)
    }

    /// Where the browser comes back to: an address without a query. Required.
    pub fn return_url(self, url: &str) -> Self {
        self.with("return_url", url)
    }

    /// Where the browser goes when the shopper leaves the cashier without paying. Only H5, and not
    /// confirmed by Alipay's pages.
    pub fn merchant_url(self, url: &str) -> Self {
        self.with("merchant_url", url)
    }

    /// The seller's name on the cashier's page: at most 256 characters.
    pub fn supplier(self, text: &str) -> Self {
        self.with("supplier", text)
    }

    /// How long the shopper has, such as `30m`, `2h` or `1d`. On a PC one of a fixed list, and only
    /// where Alipay has activated it for the merchant.
    pub fn timeout_rule(self, text: &str) -> Self {
        self.with("timeout_rule", text)
    }

    /// Which wallet pays. `ALIPAYHK` takes HKD only.
    pub fn payment_inst(self, payment_inst: PaymentInst) -> Self {
        let builder = self.with("payment_inst", payment_inst.as_str());
        Self {
            payment_inst: Some(payment_inst),
            ..builder
        }
    }

    /// For payment service providers: for whom the payment is.
    pub fn secondary_merchant(self, merchant: SecondaryMerchant<'_>) -> Self {
        merchant
            .fields()
            .into_iter()
            .fold(self, |builder, (name, value)| builder.with(name, value))
    }

    /// Ends the request.
    ///
    /// # Errors
    ///
    /// A [`RequestError`] names the first field that breaks a rule, the rule and where it comes
    /// from; fields in the order they were given, then those that are missing.
    ///
    /// # Not checked here
    ///
    /// Whether `out_trade_no` was used before, whether the contract has the currency, and whether
    /// Alipay can reach `notify_url`.
    ///
    /// # Source
    ///
    /// `docs/alipay/request.md` sections 1 and 2.
    pub fn build(self) -> Result<PayRequest, RequestError> {
        rules::price(self.price)?;
        rules::payment_inst(self.payment_inst, self.price)?;
        let required = ["subject", "notify_url", "return_url"];
        rules::fields(&self.fields, &required, |name, value| {
            rules::field(name, value)?;
            rules::of_terminal(self.terminal, name, value)
        })?;
        Ok(PayRequest {
            fields: self.fields,
        })
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.fields.push((name, value.to_owned()));
        self
    }
}

/// Fields with their signature, ready to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedRequest {
    fields: Vec<(&'static str, String)>,
}

impl SignedRequest {
    /// Sorts, signs and appends `sign` and `sign_type`.
    pub(crate) async fn sign(
        mut fields: Vec<(&'static str, String)>,
        key: &SigningKey,
        backend: &impl RsaBackend,
    ) -> Result<Self, SignError> {
        fields.sort_unstable_by_key(|(name, _)| *name);
        let text = canonicalize(fields.iter().map(|(name, value)| (*name, value.as_bytes())));
        let sign = key.sign(backend, &text).await?;
        fields.push(("sign", sign));
        fields.push(("sign_type", key.sign_type().as_str().to_owned()));
        Ok(Self { fields })
    }

    /// The fields: those that are signed, sorted, then `sign` and `sign_type`.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
    }

    /// Writes the address: `gateway_url`, `?`, and the fields percent-encoded, each exactly once.
    ///
    /// # Not checked here
    ///
    /// `gateway_url`: it comes from configuration and has no query.
    #[must_use]
    pub fn url(&self, gateway_url: &str) -> String {
        format!("{gateway_url}?{}", encode(self.fields()))
    }
}

/// Shows the number of fields only: with the signature, anybody can send the request.
impl std::fmt::Debug for SignedRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedRequest")
            .field("fields", &self.fields.len())
            .finish_non_exhaustive()
    }
}
