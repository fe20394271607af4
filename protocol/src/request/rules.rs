//! What a field of a request may say.

use std::fmt;

use thiserror::Error;

use super::{PaymentInst, Price, Terminal};
use crate::money::{Amount, Currency};

/// The time limits that the PC page knows.
const PC_TIMEOUTS: [&str; 11] = [
    "5m", "10m", "15m", "30m", "1h", "2h", "3h", "5h", "10h", "12h", "1d",
];
/// The longest time limit of the H5 page: fifteen days.
const MAX_TIMEOUT_MIN: u32 = 15 * 24 * 60;
/// 1000000.00 in minor units of a currency with two decimals.
const MAX_MAJOR: u64 = 1_000_000;

/// A field of a request broke a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{field}: {rule} ({})", .rule.origin())]
pub struct RequestError {
    field: &'static str,
    rule: Rule,
}

impl RequestError {
    pub(crate) fn new(field: &'static str, rule: Rule) -> Self {
        Self { field, rule }
    }

    /// The wire's name of the field.
    #[must_use]
    pub fn field(&self) -> &'static str {
        self.field
    }

    /// The rule it broke.
    #[must_use]
    pub fn rule(&self) -> Rule {
        self.rule
    }
}

/// A rule for a field of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rule {
    /// Amounts are 0.01 to 1000000.00; without decimals, 1 to 1000000.
    AmountOutOfRange,
    /// No `&`, `=`, `"` or control character, as signed text does not escape them.
    ForbiddenCharacter,
    /// Each field once.
    GivenTwice,
    /// The field must be there and not be empty.
    Missing,
    /// Amounts with `rmb` in their names are in CNY.
    NotCny,
    /// The Hong Kong wallet pays HKD only.
    NotHkd,
    /// `currency` is a settlement currency, never CNY.
    NotSettlementCurrency,
    /// The H5 page only.
    NotOnPc,
    /// A time limit that the page does not know.
    NotATimeout,
    /// A merchant category code: four digits.
    NotAnIndustry,
    /// An absolute address: `http` or `https`, a host, printable ASCII only.
    NotAUrl,
    /// No query and no fragment in an address that Alipay appends its own query to.
    QueryInUrl,
    /// So many characters at most.
    TooLong {
        /// The most.
        limit: usize,
    },
}

impl Rule {
    /// Where the rule comes from: a section of our notes on Alipay's documents.
    #[must_use]
    pub fn origin(self) -> &'static str {
        match self {
            Self::ForbiddenCharacter => "docs/alipay/sign.md section 4",
            Self::AmountOutOfRange | Self::NotCny | Self::NotSettlementCurrency => {
                "docs/alipay/money.md section 3"
            }
            Self::NotATimeout | Self::NotOnPc => "docs/alipay/request.md section 3",
            Self::NotAnIndustry | Self::NotHkd => "docs/alipay/request.md section 4",
            Self::NotAUrl | Self::QueryInUrl => "docs/alipay/request.md section 2",
            Self::GivenTwice | Self::Missing | Self::TooLong { .. } => {
                "docs/alipay/request.md section 1"
            }
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::AmountOutOfRange => "amount must be 0.01 to 1000000.00",
            Self::ForbiddenCharacter => "must not hold &, =, \" or a control character",
            Self::GivenTwice => "must be given once",
            Self::Missing => "must be given and not be empty",
            Self::NotCny => "must be in CNY",
            Self::NotHkd => "must be HKD for ALIPAYHK",
            Self::NotSettlementCurrency => "must be a settlement currency, which CNY is not",
            Self::NotOnPc => "must not be given for pc",
            Self::NotAnIndustry => "must be a merchant category code of four digits",
            Self::NotATimeout => "must be a time limit that the page knows",
            Self::NotAUrl => "must be an absolute http or https address in ASCII",
            Self::QueryInUrl => "must have neither query nor fragment",
            Self::TooLong { limit } => return write!(f, "must be at most {limit} characters"),
        };
        f.write_str(text)
    }
}

/// The wire's name of a price, its amount, and the settlement currency.
pub(crate) fn parts(price: Price) -> (&'static str, Amount, Currency) {
    match price {
        Price::RmbFee { amount, currency } => ("rmb_fee", amount, currency),
        Price::TotalFee(amount) => ("total_fee", amount, amount.currency()),
    }
}

/// The rules for the price as a whole.
pub(crate) fn price(price: Price) -> Result<(), RequestError> {
    let (field, amount, currency) = parts(price);
    if field == "rmb_fee" {
        cny(field, amount)?;
    }
    settlement(currency)?;
    in_range(field, amount)
}

/// An amount that is in CNY by its name.
pub(crate) fn cny(field: &'static str, amount: Amount) -> Result<(), RequestError> {
    if amount.currency() != Currency::Cny {
        return Err(RequestError::new(field, Rule::NotCny));
    }
    Ok(())
}

/// The rule for `currency`.
pub(crate) fn settlement(currency: Currency) -> Result<(), RequestError> {
    if !currency.is_settlement() {
        return Err(RequestError::new("currency", Rule::NotSettlementCurrency));
    }
    Ok(())
}

/// The rule for an amount's size.
pub(crate) fn in_range(field: &'static str, amount: Amount) -> Result<(), RequestError> {
    let most = MAX_MAJOR.saturating_mul(amount.currency().minor_per_major());
    if !(1..=most).contains(&amount.minor()) {
        return Err(RequestError::new(field, Rule::AmountOutOfRange));
    }
    Ok(())
}

/// The rule that ties a wallet to its currency.
pub(crate) fn payment_inst(
    payment_inst: Option<PaymentInst>,
    price: Price,
) -> Result<(), RequestError> {
    let (_, _, currency) = parts(price);
    if payment_inst == Some(PaymentInst::AlipayHk) && currency != Currency::Hkd {
        return Err(RequestError::new("currency", Rule::NotHkd));
    }
    Ok(())
}

/// Each field once and within its rule, then the required ones there.
pub(crate) fn fields(
    fields: &[(&'static str, String)],
    required: &[&'static str],
    rule: impl Fn(&'static str, &str) -> Result<(), RequestError>,
) -> Result<(), RequestError> {
    let mut seen: Vec<&str> = Vec::new();
    for (name, value) in fields {
        if seen.contains(name) {
            return Err(RequestError::new(name, Rule::GivenTwice));
        }
        seen.push(name);
        rule(name, value)?;
    }
    match required.iter().find(|name| !seen.contains(*name)) {
        Some(name) => Err(RequestError::new(name, Rule::Missing)),
        None => Ok(()),
    }
}

/// The rules for one field of any request. Values that this crate wrote itself pass through the same
/// gate.
pub(crate) fn field(name: &'static str, value: &str) -> Result<(), RequestError> {
    let refuse = |rule| Err(RequestError::new(name, rule));
    if value.is_empty() {
        return refuse(Rule::Missing);
    }
    let limit = match name {
        "notify_url" | "return_url" | "merchant_url" | "refer_url" => 200,
        "body" => 400,
        "reason" => 100,
        "secondary_merchant_id" => 64,
        "secondary_merchant_name" => 128,
        // `supplier` has no documented limit: the one of `subject`, next to which it is shown.
        _ => 256,
    };
    if value.chars().count() > limit {
        return refuse(Rule::TooLong { limit });
    }
    // Before the general rule, so that an address is told what is wrong with it.
    if name.ends_with("_url") {
        if value.contains(['?', '#']) {
            return refuse(Rule::QueryInUrl);
        }
        if !is_url(value) {
            return refuse(Rule::NotAUrl);
        }
    }
    if value
        .chars()
        .any(|c| matches!(c, '&' | '=' | '"') || c.is_control())
    {
        return refuse(Rule::ForbiddenCharacter);
    }
    match name {
        "it_b_pay" if !is_timeout(value) => refuse(Rule::NotATimeout),
        "secondary_merchant_industry" if !is_industry(value) => refuse(Rule::NotAnIndustry),
        _ => Ok(()),
    }
}

/// The rules that differ between the two pages.
pub(crate) fn of_terminal(
    terminal: Terminal,
    name: &'static str,
    value: &str,
) -> Result<(), RequestError> {
    let refuse = |rule| Err(RequestError::new(name, rule));
    match (name, terminal) {
        ("merchant_url", Terminal::Pc) => refuse(Rule::NotOnPc),
        ("timeout_rule", Terminal::Pc) if !PC_TIMEOUTS.contains(&value) => {
            refuse(Rule::NotATimeout)
        }
        ("timeout_rule", Terminal::Wap) if !is_timeout(value) => refuse(Rule::NotATimeout),
        _ => Ok(()),
    }
}

/// Whether `text` is a merchant category code: four digits.
fn is_industry(text: &str) -> bool {
    text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether `url` is an absolute address: what is in it is the configuration's matter, that Alipay
/// sees one address and not two is ours.
fn is_url(url: &str) -> bool {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        let host = rest.split('/').next().unwrap_or_default();
        !host.is_empty()
            && !host.contains('@')
            && rest
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte))
    })
}

/// Whether `text` is a time limit of the H5 page: a whole number of minutes, hours or days, from one
/// minute to fifteen days.
fn is_timeout(text: &str) -> bool {
    let minutes = [("m", 1), ("h", 60), ("d", 24 * 60)]
        .into_iter()
        .find_map(|(unit, minutes)| {
            let digits = text.strip_suffix(unit)?;
            let plain =
                digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
            plain
                .then(|| digits.parse::<u32>().ok())?
                .and_then(|count| count.checked_mul(minutes))
        });
    minutes.is_some_and(|minutes| (1..=MAX_TIMEOUT_MIN).contains(&minutes))
}

#[cfg(test)]
mod tests {
    use super::{is_timeout, is_url};

    #[test]
    fn time_limits_outside_one_minute_to_fifteen_days_rejected() {
        for text in ["1m", "90m", "24h", "15d", "360h", "21600m"] {
            assert!(is_timeout(text), "{text}");
        }
        for text in [
            "",
            "m",
            "0m",
            "01m",
            "1.5h",
            "16d",
            "361h",
            "1s",
            "+1m",
            "1 m",
            "99999999999d",
            "1M",
        ] {
            assert!(!is_timeout(text), "{text}");
        }
    }

    #[test]
    fn addresses_that_are_not_absolute_ascii_rejected() {
        for url in [
            "https://shop.example/notify",
            "http://127.0.0.1:8787/return/A-1",
            "https://a",
        ] {
            assert!(is_url(url), "{url}");
        }
        for url in [
            "",
            "shop.example",
            "//a",
            "ftp://a",
            "https://",
            "https:///a",
            "https://a b",
            "https://ü",
            "https://a@b/",
            "https://a/\"",
        ] {
            assert!(!is_url(url), "{url}");
        }
    }
}
