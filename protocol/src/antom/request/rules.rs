//! What a field of a request may say.

use std::fmt;

use thiserror::Error;

use crate::antom::money::{Amount, Currency};

/// The most of one payment by Alipay in China: 300,000 CNY.
const MAX_CNY: u64 = 30_000_000;
/// The least of one payment: 0.1 CNY.
pub(super) const MIN_PAYMENT_CNY: u64 = 10;
/// The least of a refund: one fen, as any part of a payment may go back.
pub(super) const MIN_REFUND_CNY: u64 = 1;
/// A time limit for the shopper must be less than ten minutes.
const MAX_EXPIRY_S: u32 = 599;

/// A field of a request broke a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{field}: {rule} ({})", .rule.origin())]
pub struct RequestError {
    field: &'static str,
    rule: Rule,
}

impl RequestError {
    pub(super) fn new(field: &'static str, rule: Rule) -> Self {
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
    /// Within what Alipay in China takes: for a payment 0.10 to 300000.00 CNY.
    AmountOutOfRange,
    /// A time limit from one second to less than ten minutes, and a moment that has a date.
    ExpiryOutOfRange,
    /// No control character.
    ForbiddenCharacter,
    /// Each field once.
    GivenTwice,
    /// The field must be there and not be empty.
    Missing,
    /// An absolute address: a scheme that fits the terminal, a host, printable ASCII only; without a
    /// fragment where Antom's server is to call it.
    NotAUrl,
    /// Alipay in China is paid in CNY only.
    NotCny,
    /// So many characters at most.
    TooLong {
        /// The most.
        limit: usize,
    },
}

impl Rule {
    /// Where the rule comes from: a section of our notes on Antom's documents.
    #[must_use]
    pub fn origin(self) -> &'static str {
        match self {
            Self::AmountOutOfRange | Self::NotCny => "docs/alipay/antom.md section 8",
            Self::ExpiryOutOfRange
            | Self::ForbiddenCharacter
            | Self::GivenTwice
            | Self::Missing
            | Self::NotAUrl
            | Self::TooLong { .. } => "docs/alipay/antom.md section 4",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::AmountOutOfRange => "must be 0.10 to 300000.00 CNY, a refund at least 0.01",
            Self::ExpiryOutOfRange => "must be 1 to 599 seconds ahead",
            Self::ForbiddenCharacter => "must not hold a control character",
            Self::GivenTwice => "must be given once",
            Self::Missing => "must be given and not be empty",
            Self::NotAUrl => "must be an absolute address in ASCII that the terminal can open",
            Self::NotCny => "must be in CNY",
            Self::TooLong { limit } => return write!(f, "must be at most {limit} characters"),
        };
        f.write_str(text)
    }
}

/// The rules for an amount of Alipay in China.
pub(super) fn cny(field: &'static str, amount: Amount, least: u64) -> Result<(), RequestError> {
    if amount.currency() != Currency::Cny {
        return Err(RequestError::new(field, Rule::NotCny));
    }
    if !(least..=MAX_CNY).contains(&amount.minor()) {
        return Err(RequestError::new(field, Rule::AmountOutOfRange));
    }
    Ok(())
}

/// The rules for text that people read.
pub(super) fn text(field: &'static str, value: &str) -> Result<(), RequestError> {
    length(field, value, 256)?;
    if value.chars().any(char::is_control) {
        return Err(RequestError::new(field, Rule::ForbiddenCharacter));
    }
    Ok(())
}

/// The rules for an address that Antom's server calls. The fragment would never reach it.
pub(super) fn notify_url(field: &'static str, value: &str) -> Result<(), RequestError> {
    length(field, value, 2048)?;
    if !is_web(value) || value.contains('#') {
        return Err(RequestError::new(field, Rule::NotAUrl));
    }
    Ok(())
}

/// The rules for an address that the shopper comes back to: from an app, also an app's own.
pub(super) fn redirect_url(
    field: &'static str,
    value: &str,
    from_app: bool,
) -> Result<(), RequestError> {
    length(field, value, 2048)?;
    let opens = is_web(value) || (from_app && is_app(value));
    if !opens {
        return Err(RequestError::new(field, Rule::NotAUrl));
    }
    Ok(())
}

/// The rule for a time limit.
pub(super) fn expiry(after_s: u32) -> Result<(), RequestError> {
    if !(1..=MAX_EXPIRY_S).contains(&after_s) {
        return Err(RequestError::new(
            "paymentExpiryTime",
            Rule::ExpiryOutOfRange,
        ));
    }
    Ok(())
}

fn length(field: &'static str, value: &str, limit: usize) -> Result<(), RequestError> {
    if value.is_empty() {
        return Err(RequestError::new(field, Rule::Missing));
    }
    if value.chars().count() > limit {
        return Err(RequestError::new(field, Rule::TooLong { limit }));
    }
    Ok(())
}

fn is_web(url: &str) -> bool {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        !host.is_empty() && !host.contains('@') && is_plain(rest)
    })
}

/// An app's own scheme: letters, digits, `+`, `-` and `.`, and none that a browser runs or reads.
fn is_app(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else {
        return false;
    };
    let ok = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(ok)
        && !["javascript", "data", "file", "blob", "http", "https"]
            .iter()
            .any(|banned| scheme.eq_ignore_ascii_case(banned))
        && is_plain(rest)
}

fn is_plain(rest: &str) -> bool {
    rest.bytes()
        .all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte))
}
