//! `pay`: one payment by Alipay in China, on the cashier's page or in the app.

use std::net::IpAddr;

use serde_json::{Map, Value};

use super::rules::{self, RequestError, Rule};
use super::{UnsignedRequest, put, put_amount, put_object};
use crate::antom::money::{Amount, Currency};
use crate::antom::names::{PaymentRequestId, ReferenceOrderId};
use crate::antom::time::AntomTime;

/// `osType`: the system of a telephone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OsType {
    /// `ANDROID`.
    Android,
    /// `IOS`.
    Ios,
}

/// `terminalType`: where the shopper is. A telephone has a system, a desktop browser names none.
///
/// # Source
///
/// `docs/alipay/antom.md` section 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Terminal {
    /// `APP`: in the merchant's own app.
    App(OsType),
    /// `WAP`: in a browser of a telephone.
    Wap(OsType),
    /// `WEB`: in a browser of a desktop computer.
    Web,
}

impl Terminal {
    fn words(self) -> (&'static str, Option<&'static str>) {
        let os = |os_type| match os_type {
            OsType::Android => Some("ANDROID"),
            OsType::Ios => Some("IOS"),
        };
        match self {
            Self::App(os_type) => ("APP", os(os_type)),
            Self::Wap(os_type) => ("WAP", os(os_type)),
            Self::Web => ("WEB", None),
        }
    }
}

/// A request to pay, complete and within every rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayRequest {
    payment_request_id: PaymentRequestId,
    amount: Amount,
    unsigned: UnsignedRequest,
}

impl PayRequest {
    /// Begins a request; [`PayRequestBuilder::build`] ends it.
    ///
    /// The same `payment_request_id` with the same content is one attempt, however often it is sent;
    /// a new attempt to pay the same order has a new one and the same `reference_order_id`.
    pub fn builder(
        payment_request_id: &PaymentRequestId,
        reference_order_id: &ReferenceOrderId,
        amount: Amount,
        terminal: Terminal,
    ) -> PayRequestBuilder {
        PayRequestBuilder {
            payment_request_id: payment_request_id.clone(),
            reference_order_id: reference_order_id.clone(),
            amount,
            terminal,
            client_ip: None,
            settlement_currency: None,
            expiry: None,
            texts: Vec::new(),
        }
    }

    /// The merchant's number for this attempt.
    #[must_use]
    pub fn payment_request_id(&self) -> &PaymentRequestId {
        &self.payment_request_id
    }

    /// What the shopper is asked for.
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

/// A request to pay that is being put together. Each rule is checked once, by [`build`](Self::build).
#[derive(Clone, Debug)]
#[must_use]
pub struct PayRequestBuilder {
    payment_request_id: PaymentRequestId,
    reference_order_id: ReferenceOrderId,
    amount: Amount,
    terminal: Terminal,
    client_ip: Option<IpAddr>,
    settlement_currency: Option<Currency>,
    expiry: Option<(i64, u32)>,
    texts: Vec<(&'static str, String)>,
}

impl PayRequestBuilder {
    /// What is sold, as the shopper reads it: 1 to 256 characters. Required.
    pub fn order_description(self, text: &str) -> Self {
        self.with("orderDescription", text)
    }

    /// Where the shopper comes back to, at most 2048 characters. Required. Antom adds nothing to it,
    /// and coming back proves nothing.
    pub fn payment_redirect_url(self, url: &str) -> Self {
        self.with("paymentRedirectUrl", url)
    }

    /// Where Antom's server sends notifications, at most 2048 characters. Required: without it a
    /// payment can only be found by asking.
    pub fn payment_notify_url(self, url: &str) -> Self {
        self.with("paymentNotifyUrl", url)
    }

    /// The shopper's address in the network.
    pub fn client_ip(self, client_ip: IpAddr) -> Self {
        Self {
            client_ip: Some(client_ip),
            ..self
        }
    }

    /// The currency of settlement, where the contract has more than one.
    pub fn settlement_currency(self, currency: Currency) -> Self {
        Self {
            settlement_currency: Some(currency),
            ..self
        }
    }

    /// How long the shopper has from `now_unix_s` on: 1 to 599 seconds. Without it, Antom closes the
    /// payment after 14 minutes.
    pub fn payment_expiry_time(self, now_unix_s: i64, after_s: u32) -> Self {
        Self {
            expiry: Some((now_unix_s, after_s)),
            ..self
        }
    }

    /// Ends the request.
    ///
    /// # Errors
    ///
    /// A [`RequestError`] names the first field that breaks a rule, the rule and where it comes
    /// from: the amount, the texts in the order they were given, those that are missing, the time.
    ///
    /// # Not checked here
    ///
    /// Whether `payment_request_id` was used before, whether the contract has the currency of
    /// settlement, and whether Antom can reach the address.
    ///
    /// # Source
    ///
    /// `docs/alipay/antom.md` sections 4 and 8; body of vector `req-doc-compact-java`.
    pub fn build(self) -> Result<PayRequest, RequestError> {
        rules::cny("paymentAmount", self.amount, rules::MIN_PAYMENT_CNY)?;
        let from_app = matches!(self.terminal, Terminal::App(_));
        let mut seen: Vec<&str> = Vec::new();
        for (name, value) in &self.texts {
            if seen.contains(name) {
                return Err(RequestError::new(name, Rule::GivenTwice));
            }
            seen.push(name);
            match *name {
                "paymentRedirectUrl" => rules::redirect_url(name, value, from_app)?,
                "paymentNotifyUrl" => rules::notify_url(name, value)?,
                _ => rules::text(name, value)?,
            }
        }
        let mut fields = Map::new();
        for name in ["orderDescription", "paymentRedirectUrl", "paymentNotifyUrl"] {
            let (_, value) = self
                .texts
                .iter()
                .find(|(given, _)| *given == name)
                .ok_or(RequestError::new(name, Rule::Missing))?;
            put(&mut fields, name, value);
        }
        if let Some((now_unix_s, after_s)) = self.expiry {
            rules::expiry(after_s)?;
            let time = now_unix_s
                .checked_add(i64::from(after_s))
                .and_then(|unix_s| AntomTime::iso(unix_s).ok())
                .ok_or(RequestError::new(
                    "paymentExpiryTime",
                    Rule::ExpiryOutOfRange,
                ))?;
            put(&mut fields, "paymentExpiryTime", time.as_str());
        }
        Ok(PayRequest {
            payment_request_id: self.payment_request_id.clone(),
            amount: self.amount,
            unsigned: self.write(fields),
        })
    }

    fn write(self, mut fields: Map<String, Value>) -> UnsignedRequest {
        put(&mut fields, "productCode", "CASHIER_PAYMENT");
        put(
            &mut fields,
            "paymentRequestId",
            self.payment_request_id.as_str(),
        );
        put_amount(&mut fields, "paymentAmount", self.amount);
        let mut order = Map::new();
        put(
            &mut order,
            "referenceOrderId",
            self.reference_order_id.as_str(),
        );
        put_amount(&mut order, "orderAmount", self.amount);
        if let Some(description) = fields.remove("orderDescription") {
            order.insert("orderDescription".to_owned(), description);
        }
        fields.insert("order".to_owned(), Value::Object(order));
        put_object(
            &mut fields,
            "paymentMethod",
            [("paymentMethodType", Value::from("ALIPAY_CN"))],
        );
        let (terminal_type, os_type) = self.terminal.words();
        let mut env = Map::new();
        put(&mut env, "terminalType", terminal_type);
        if let Some(os_type) = os_type {
            put(&mut env, "osType", os_type);
        }
        if let Some(client_ip) = self.client_ip {
            put(&mut env, "clientIp", &client_ip.to_string());
        }
        fields.insert("env".to_owned(), Value::Object(env));
        if let Some(currency) = self.settlement_currency {
            put_object(
                &mut fields,
                "settlementStrategy",
                [("settlementCurrency", Value::from(currency.code()))],
            );
        }
        UnsignedRequest::new("/payments/pay", fields)
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.texts.push((name, value.to_owned()));
        self
    }
}
