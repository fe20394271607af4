//! The claims of an order token become the terms of an order.

use crate::error::Failure;
use crate::order::state::{Price, Terminal, Terms};
use crate::provider::Provider;
use alipay_protocol::antom;
use alipay_protocol::money::{Amount, Currency};
use alipay_protocol::trade::OutTradeNo;
use serde::Deserialize;
use std::collections::BTreeMap;
use url::Url;

/// The farthest expiry: a token that leaks stays useful that long.
const MAX_AHEAD_S: u64 = 7 * 86_400;

/// Limits of the metadata, so that a forwarded event stays far below the 20 kB that Standard
/// Webhooks recommends.
const MAX_METADATA: usize = 20;
const MAX_METADATA_NAME: usize = 40;
const MAX_METADATA_VALUE: usize = 200;

/// What the merchant's backend signs; section 2 of `docs/contracts.md`.
#[derive(Debug, Deserialize)]
pub struct Claims {
    exp: u64,
    provider: Option<String>,
    out_trade_no: Option<String>,
    subject: Option<String>,
    body: Option<String>,
    amount: Option<String>,
    rmb_fee: Option<String>,
    currency: Option<String>,
    return_url: Option<String>,
    locale: Option<String>,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
}

impl Claims {
    /// Checks the claims and makes the terms; `providers` are those that are configured, the one that
    /// is meant without a claim first; `now` is in Unix seconds.
    ///
    /// # Errors
    ///
    /// [`Failure::OrderClaim`] with the first claim that breaks a rule, in the order of
    /// `docs/contracts.md` section 2.
    ///
    /// # Not checked here
    ///
    /// The text rules of `subject` and `body`: the pay request refuses what must not be signed.
    pub fn into_terms(
        self,
        allowed_origins: &[String],
        providers: &[Provider],
        now: u64,
    ) -> Result<Terms, Failure> {
        if self.exp > now.saturating_add(MAX_AHEAD_S) {
            return Err(breaks("exp", "at most 7 days ahead"));
        }
        let out_trade_no = required(self.out_trade_no, "out_trade_no")?;
        let out_trade_no = OutTradeNo::parse(&out_trade_no)
            .map_err(|_| breaks("out_trade_no", "1 to 64 letters, digits, _ or -"))?;
        let subject = required(self.subject, "subject")?;
        let currency = required(self.currency, "currency")?;
        let provider = provider(self.provider.as_deref(), providers)?;
        let price = price(provider, &currency, self.amount, self.rmb_fee)?;
        let return_url = page(&required(self.return_url, "return_url")?, allowed_origins)?;
        let fits = self.metadata.len() <= MAX_METADATA
            && self.metadata.iter().all(|(name, value)| {
                name.len() <= MAX_METADATA_NAME && value.len() <= MAX_METADATA_VALUE
            });
        if !fits {
            let rule = "at most 20 entries, names of 40 bytes, values of 200 bytes";
            return Err(breaks("metadata", rule));
        }
        Ok(Terms {
            provider,
            out_trade_no: out_trade_no.as_str().to_owned(),
            subject,
            body: self.body,
            price,
            return_url,
            // Not worth refusing a payment for: what is no tag is no wish.
            locale: self.locale.filter(|tag| is_tag(tag)),
            metadata: self.metadata,
            terminal: Terminal::default(),
            return_mark: String::new(),
            by_previous: false,
        })
    }
}

/// The longest language tag that RFC 5646 section 4.4.1 asks anybody to take.
const MAX_TAG: usize = 35;

fn is_tag(text: &str) -> bool {
    let part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric());
    text.len() <= MAX_TAG && text.split(['-', '_']).all(part)
}

fn breaks(claim: &'static str, rule: &str) -> Failure {
    Failure::OrderClaim(claim, rule.to_owned())
}

fn required(claim: Option<String>, name: &'static str) -> Result<String, Failure> {
    claim.ok_or(breaks(name, "required"))
}

/// Who is asked: the one that is named, or the one that is meant where nobody is.
fn provider(claim: Option<&str>, providers: &[Provider]) -> Result<Provider, Failure> {
    let wanted = match claim {
        None => providers.first().copied(),
        Some(word) => Provider::parse(word),
    };
    wanted.filter(|one| providers.contains(one)).ok_or(breaks(
        "provider",
        "alipay-gateway or antom, and configured here",
    ))
}

fn price(
    provider: Provider,
    currency: &str,
    amount: Option<String>,
    rmb_fee: Option<String>,
) -> Result<Price, Failure> {
    let settlement = |is_amount: bool| match provider {
        Provider::Gateway => settlement(currency).map(|currency| currency.code().to_owned()),
        Provider::Antom => antom_currency(currency, is_amount),
    };
    match (amount, rmb_fee) {
        (Some(amount), None) => {
            let code = settlement(true)?;
            // Antom is paid in yuan only.
            let currency = Currency::parse(&code).unwrap_or(Currency::Cny);
            let amount = minor(&amount, currency, "amount")?;
            Ok(Price::TotalFee {
                amount,
                currency: code,
            })
        }
        (None, Some(rmb_fee)) => Ok(Price::RmbFee {
            settlement: settlement(false)?,
            amount: minor(&rmb_fee, Currency::Cny, "rmb_fee")?,
        }),
        _ => Err(breaks("amount", "exactly one of amount and rmb_fee")),
    }
}

/// At Antom an amount is in yuan; beside `rmb_fee` stands what it is settled in.
fn antom_currency(text: &str, is_amount: bool) -> Result<String, Failure> {
    let currency = antom::money::Currency::parse(text).ok();
    match currency {
        Some(antom::money::Currency::Cny) if is_amount => Ok(text.to_owned()),
        Some(_) if !is_amount => Ok(text.to_owned()),
        _ => Err(breaks(
            "currency",
            "CNY at Antom; beside rmb_fee, a currency of settlement",
        )),
    }
}

fn settlement(text: &str) -> Result<Currency, Failure> {
    Currency::parse(text)
        .ok()
        .filter(|currency| currency.is_settlement())
        .ok_or(breaks(
            "currency",
            "a settlement currency such as USD; not CNY",
        ))
}

fn minor(text: &str, currency: Currency, name: &'static str) -> Result<u64, Failure> {
    let amount = Amount::parse(text, currency).map_err(|_| {
        breaks(
            name,
            "decimal text such as 19.90, in its currency's decimals",
        )
    })?;
    Ok(amount.minor())
}

/// The page that the shopper comes back to: `http` or `https`, on an origin that is allowed.
fn page(text: &str, allowed_origins: &[String]) -> Result<String, Failure> {
    let rule = breaks("return_url", "a URL on one of ALLOWED_ORIGINS");
    let url = Url::parse(text).map_err(|_| rule.clone())?;
    let ours = url.username().is_empty()
        && url.password().is_none()
        && allowed_origins.contains(&url.origin().ascii_serialization());
    if ours { Ok(url.into()) } else { Err(rule) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const NOW: u64 = 1_763_720_000;

    fn good() -> Value {
        json!({
            "exp": NOW + 60, "out_trade_no": "A1", "subject": "Tea", "amount": "19.90",
            "currency": "USD", "return_url": "https://shop.example/checkout/A1",
            "metadata": {"cart": "7"},
        })
    }

    fn terms(claims: Value) -> Result<Terms, Failure> {
        let claims: Claims = serde_json::from_value(claims).unwrap();
        let origins = ["https://shop.example".to_owned()];
        claims.into_terms(&origins, &Provider::ALL, NOW)
    }

    /// The good claims with one of them replaced, or removed when `value` is null.
    fn with(name: &str, value: Value) -> Value {
        let mut claims = good();
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value;
        }
        claims
    }

    #[test]
    fn good_claims_become_terms() {
        let terms = terms(good()).unwrap();
        assert_eq!(
            terms.price,
            Price::TotalFee {
                amount: 1990,
                currency: "USD".into()
            }
        );
        assert_eq!(terms.return_url, "https://shop.example/checkout/A1");
    }

    #[test]
    fn a_locale_that_is_no_tag_is_no_wish() {
        for (locale, expected) in [
            (json!("zh-Hans"), Some("zh-Hans")),
            (json!("zh_CN"), Some("zh_CN")),
            (json!("<b>"), None),
            (json!(""), None),
            (json!("a".repeat(36)), None),
            (Value::Null, None),
        ] {
            let terms = terms(with("locale", locale.clone())).unwrap();
            assert_eq!(terms.locale.as_deref(), expected, "{locale}");
        }
    }

    #[test]
    fn rmb_fee_keeps_the_settlement_currency() {
        let mut claims = with("amount", Value::Null);
        claims["rmb_fee"] = "128.00".into();
        let expected = Price::RmbFee {
            amount: 12800,
            settlement: "USD".into(),
        };
        assert_eq!(terms(claims).unwrap().price, expected);
    }

    #[test]
    fn one_bad_claim_is_named() {
        let big: BTreeMap<String, String> =
            (0..21).map(|n| (n.to_string(), String::new())).collect();
        let cases = [
            ("exp", json!(NOW + MAX_AHEAD_S + 1), "exp"),
            ("out_trade_no", Value::Null, "out_trade_no"),
            ("out_trade_no", json!("A 1"), "out_trade_no"),
            ("out_trade_no", json!("A".repeat(65)), "out_trade_no"),
            ("subject", Value::Null, "subject"),
            ("amount", Value::Null, "amount"),
            ("amount", json!("19.901"), "amount"),
            ("amount", json!("-1"), "amount"),
            ("amount", json!("1e3"), "amount"),
            ("rmb_fee", json!("1.00"), "amount"),
            ("currency", Value::Null, "currency"),
            ("currency", json!("CNY"), "currency"),
            ("currency", json!("usd"), "currency"),
            ("return_url", Value::Null, "return_url"),
            ("return_url", json!("https://evil.example/"), "return_url"),
            (
                "return_url",
                json!("https://shop.example.evil/"),
                "return_url",
            ),
            ("return_url", json!("https://a@shop.example/"), "return_url"),
            ("return_url", json!("javascript:alert(1)"), "return_url"),
            ("return_url", json!("http://shop.example/"), "return_url"),
            ("metadata", json!(big), "metadata"),
            ("metadata", json!({"a": "x".repeat(201)}), "metadata"),
        ];
        for (name, value, blamed) in cases {
            match terms(with(name, value.clone())) {
                Err(Failure::OrderClaim(claim, _)) => assert_eq!(claim, blamed, "{name} {value}"),
                other => panic!("{name} {value}: {other:?}"),
            }
        }
    }

    #[test]
    fn yen_have_no_decimals() {
        let mut claims = with("currency", json!("JPY"));
        assert_eq!(
            terms(claims.clone()).unwrap_err().code(),
            "order_claim",
            "19.90 is not an amount of yen"
        );
        claims["amount"] = "1990".into();
        let expected = Price::TotalFee {
            amount: 1990,
            currency: "JPY".into(),
        };
        assert_eq!(terms(claims).unwrap().price, expected);
    }
}
