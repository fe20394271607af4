//! `mobile.securitypay.pay`: the order string that the app hands to Alipay's SDK.

use thiserror::Error;

use crate::backend::RsaBackend;
use crate::canonical::quote;
use crate::form::encode_value;
use crate::request::{PaymentInst, Price, RequestError, SecondaryMerchant, rules};
use crate::sign::{SignError, SignType, SigningKey};
use crate::trade::{OutTradeNo, Partner};

/// A payment in the merchant's own app, complete and within every rule, that is not signed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppRequest {
    /// Sorted: Alipay's pages say alphabetical, though order strings in use are not and work.
    fields: Vec<(&'static str, String)>,
}

impl AppRequest {
    /// Begins a request; [`AppRequestBuilder::build`] ends it. The seller is the partner.
    pub fn builder(
        partner: &Partner,
        out_trade_no: &OutTradeNo,
        price: Price,
    ) -> AppRequestBuilder {
        let (name, amount, currency) = rules::parts(price);
        let fields = [
            ("service", "mobile.securitypay.pay"),
            ("_input_charset", "utf-8"),
            ("partner", partner.as_str()),
            ("seller_id", partner.as_str()),
            ("payment_type", "1"),
            ("forex_biz", "FP"),
            ("product_code", "NEW_WAP_OVERSEAS_SELLER"),
            ("out_trade_no", out_trade_no.as_str()),
            (name, &amount.to_decimal()),
            ("currency", currency.code()),
        ];
        AppRequestBuilder {
            price,
            payment_inst: None,
            fields: fields
                .into_iter()
                .map(|(name, value)| (name, value.to_owned()))
                .collect(),
        }
    }

    /// The fields that will be signed, in the order in which they are sent.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
    }

    /// Signs the request and writes the order string.
    ///
    /// # Errors
    ///
    /// * [`OrderStringError::Md5NotAccepted`] – an app's order is signed with `RSA` or `RSA2`.
    /// * [`OrderStringError::Sign`] – the backend could not sign.
    ///
    /// # Source
    ///
    /// `docs/alipay/app.md` section 2; vector `chloerei-mobile-securitypay`.
    pub async fn sign(
        &self,
        key: &SigningKey,
        backend: &impl RsaBackend,
    ) -> Result<OrderString, OrderStringError> {
        if key.sign_type() == SignType::Md5 {
            return Err(OrderStringError::Md5NotAccepted);
        }
        let text = quote(self.fields());
        let sign = key
            .sign(backend, text.as_bytes())
            .await
            .map_err(OrderStringError::Sign)?;
        Ok(OrderString(end(&text, &sign, key.sign_type())))
    }
}

/// The signature goes behind the text percent-encoded, though the text itself is not.
fn end(text: &str, sign: &str, sign_type: SignType) -> String {
    format!(
        "{text}&sign=\"{}\"&sign_type=\"{sign_type}\"",
        encode_value(sign)
    )
}

/// A request that is being put together. Each rule is checked once, by [`build`](Self::build).
#[derive(Clone, Debug)]
#[must_use]
pub struct AppRequestBuilder {
    price: Price,
    payment_inst: Option<PaymentInst>,
    fields: Vec<(&'static str, String)>,
}

impl AppRequestBuilder {
    /// What is sold, as the shopper reads it: 1 to 256 characters. Required.
    pub fn subject(self, text: &str) -> Self {
        self.with("subject", text)
    }

    /// More about it: at most 400 characters.
    pub fn body(self, text: &str) -> Self {
        self.with("body", text)
    }

    /// Where Alipay's server sends notifications: an address without a query. Required.
    pub fn notify_url(self, url: &str) -> Self {
        self.with("notify_url", url)
    }

    /// Where a browser goes if the SDK falls back to H5: an address without a query.
    pub fn return_url(self, url: &str) -> Self {
        self.with("return_url", url)
    }

    /// How long the shopper has: a whole number of minutes, hours or days, from `1m` to `15d`. Without
    /// it, Alipay takes 30 minutes.
    pub fn it_b_pay(self, text: &str) -> Self {
        self.with("it_b_pay", text)
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
    /// A [`RequestError`] names the first field that breaks a rule, the rule and where it comes from;
    /// fields in the order they were given, then those that are missing.
    ///
    /// # Not checked here
    ///
    /// Words in values that Alipay calls keywords and blocks: they are not documented. Whether
    /// `out_trade_no` was used before.
    ///
    /// # Source
    ///
    /// `docs/alipay/app.md` section 1.
    pub fn build(self) -> Result<AppRequest, RequestError> {
        rules::price(self.price)?;
        rules::payment_inst(self.payment_inst, self.price)?;
        rules::fields(&self.fields, &["subject", "notify_url"], rules::field)?;
        let mut fields = self.fields;
        fields.sort_unstable_by_key(|(name, _)| *name);
        Ok(AppRequest { fields })
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.fields.push((name, value.to_owned()));
        self
    }
}

/// The order string: what the app gives to `payOrder` or `payV2`, unchanged.
#[derive(Clone, PartialEq, Eq)]
pub struct OrderString(String);

impl OrderString {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Shows nothing: with the signature, anybody can send the order.
impl std::fmt::Debug for OrderString {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OrderString([elided])")
    }
}

/// Why there is no order string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OrderStringError {
    /// The key is for `MD5`, which would be a secret between the app and Alipay.
    #[error("an app's order is signed with RSA or RSA2, never MD5")]
    Md5NotAccepted,
    /// The backend could not sign.
    #[error(transparent)]
    Sign(SignError),
}

#[cfg(test)]
mod tests {
    use super::{SignType, end};

    #[test]
    fn signature_stands_percent_encoded_last_but_one() {
        assert_eq!(
            end("a=\"1 %\"", "a+/=", SignType::Rsa),
            "a=\"1 %\"&sign=\"a%2B%2F%3D\"&sign_type=\"RSA\""
        );
    }

    /// Text, signature and their order from a public test written in Ruby.
    #[cfg(feature = "rsa")]
    #[test]
    fn order_string_is_the_one_another_tool_made() {
        use crate::backend::{RustCrypto, ready};
        use crate::canonical::quote;
        use crate::key::PrivateKey;
        use crate::sign::SigningKey;

        let vectors: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/vectors/gateway.json")).unwrap();
        let pem = vectors["keys"]["chloerei-test-rsa-1024-priv"]["pem"].as_str();
        let key = SigningKey::rsa(PrivateKey::parse(pem.unwrap()).unwrap()).unwrap();
        let vector = vectors["vectors"]
            .as_array()
            .unwrap()
            .iter()
            .find(|vector| vector["id"] == "chloerei-mobile-securitypay")
            .unwrap();
        let text = quote([
            ("service", "mobile.securitypay.pay"),
            ("_input_charset", "utf-8"),
            ("partner", "1000000000000000"),
            ("seller_id", "1000000000000000"),
            ("payment_type", "1"),
            ("out_trade_no", "1"),
            ("notify_url", "/some_url"),
            ("subject", "subject"),
            ("total_fee", "0.01"),
            ("body", "test"),
        ]);
        assert_eq!(Some(text.as_str()), vector["string_to_sign"].as_str());
        let sign = ready(key.sign(&RustCrypto, text.as_bytes())).unwrap();
        assert_eq!(
            Some(end(&text, &sign, key.sign_type()).as_str()),
            vector["raw_body"].as_str()
        );
    }
}
