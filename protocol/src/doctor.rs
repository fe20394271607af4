//! The doctor: why does a signature not hold?
//!
//! [`diagnose`] is given a captured request and the configuration it was verified with, and looks for
//! the known mistake that explains the failure: it undoes one mistake after the other, and two at
//! once, until a signature holds. It is **never on the accept path**: it tries many keys and many
//! readings of one message, which is what a verifier must not do. What it says is advice for people.
//!
//! It says why with a stable code, in plain words, with the mend, and with how sure it is. It names
//! fields, and shows neither values nor keys.
//!
//! # Example
//!
//! ```
//! use alipay_protocol::doctor::{Captured, Cause, Certainty, Configuration, Outcome, diagnose};
//! use alipay_protocol::sign::SignType;
//!
//! // A framework made a number of `total_fee`, and the body was rebuilt from what it had.
//! let body = b"currency=USD&notify_id=8f0e1d2c3b4a59687786950a1b2c3d4e5f\
//!     &notify_time=2024-03-05+10%3A20%3A30&notify_type=trade_status_sync\
//!     &out_trade_no=WB-20240305-0001&sign_type=MD5&total_fee=8\
//!     &trade_no=2024030521001004000200000001&trade_status=TRADE_FINISHED\
//!     &sign=568e4441bd0a7ed27a889c81c1778573";
//! let configuration = Configuration::new("10000000000000000000000000000000", SignType::Md5);
//! let diagnosis = diagnose(&configuration, &Captured::parse(body));
//! assert_eq!(diagnosis.outcome(), Outcome::Explained);
//! let finding = &diagnosis.findings()[0];
//! assert_eq!(finding.cause(), Cause::AmountReformatted);
//! assert_eq!(finding.field(), Some("total_fee"));
//! assert_eq!(finding.certainty(), Certainty::Proved);
//! ```

mod antom;
mod capture;
mod cause;
mod change;
mod chinese;
mod gateway;
mod keys;
mod reading;
mod report;

use crate::charset::Charset;
use crate::openplatform::Rule;
use crate::sign::SignType;
use crate::trade::Partner;

pub use capture::{Captured, MAX_CAPTURE};
pub use cause::Cause;

/// What the message was verified with. Texts, as a broken key must reach the doctor as it is.
#[derive(Clone)]
pub struct Configuration<'a> {
    key: &'a str,
    sign_type: SignType,
    rule: Rule,
    charset: Charset,
    partner: Option<&'a Partner>,
    own_key: Option<&'a str>,
    other_keys: Vec<&'a str>,
    client_id: Option<&'a str>,
    path: Option<&'a str>,
}

impl<'a> Configuration<'a> {
    /// The text of the key that was configured, and its `sign_type`; UTF-8 and rule V1.
    #[must_use]
    pub fn new(key: &'a str, sign_type: SignType) -> Self {
        Self {
            key,
            sign_type,
            rule: Rule::V1,
            charset: Charset::Utf8,
            partner: None,
            own_key: None,
            other_keys: Vec::new(),
            client_id: None,
            path: None,
        }
    }

    /// The rule by which notifications are read.
    #[must_use]
    pub fn with_rule(self, rule: Rule) -> Self {
        Self { rule, ..self }
    }

    /// The configured charset.
    #[must_use]
    pub fn with_charset(self, charset: Charset) -> Self {
        Self { charset, ..self }
    }

    /// The merchant's account.
    #[must_use]
    pub fn with_partner(self, partner: &'a Partner) -> Self {
        Self {
            partner: Some(partner),
            ..self
        }
    }

    /// The merchant's own key, private or public: the one that must not verify what Alipay sends.
    #[must_use]
    pub fn with_own_key(self, key: &'a str) -> Self {
        Self {
            own_key: Some(key),
            ..self
        }
    }

    /// One more key that might be the right one.
    #[must_use]
    pub fn with_other_key(mut self, key: &'a str) -> Self {
        self.other_keys.push(key);
        self
    }

    /// Antom: the configured `client-id`.
    #[must_use]
    pub fn with_client_id(self, client_id: &'a str) -> Self {
        Self {
            client_id: Some(client_id),
            ..self
        }
    }

    /// Antom: the configured path of the notify address.
    #[must_use]
    pub fn with_path(self, path: &'a str) -> Self {
        Self {
            path: Some(path),
            ..self
        }
    }
}

/// Shows no key.
impl std::fmt::Debug for Configuration<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Configuration")
            .field("sign_type", &self.sign_type)
            .field("rule", &self.rule)
            .field("charset", &self.charset)
            .finish_non_exhaustive()
    }
}

/// The language of words for people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// Simplified Chinese.
    Chinese,
    /// English.
    #[default]
    English,
}

impl Language {
    /// Reads `en` or `zh`; `None` for every other one.
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        match tag {
            "en" => Some(Self::English),
            "zh" => Some(Self::Chinese),
            _ => None,
        }
    }
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Certainty {
    /// A sign of a mistake; no signature proves it.
    Likely,
    /// With this mistake undone, the signature holds.
    Proved,
}

impl Certainty {
    /// A stable word for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Likely => "likely",
            Self::Proved => "proved",
        }
    }
}

/// One mistake that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    cause: Cause,
    certainty: Certainty,
    field: Option<String>,
}

impl Finding {
    /// Which mistake.
    #[must_use]
    pub fn cause(&self) -> Cause {
        self.cause
    }

    /// How sure it is.
    #[must_use]
    pub fn certainty(&self) -> Certainty {
        self.certainty
    }

    /// The one field it happened to; none if it happened to several, or to the whole.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }

    fn likely(cause: Cause) -> Self {
        Self {
            cause,
            certainty: Certainty::Likely,
            field: None,
        }
    }

    fn proved(cause: Cause, field: Option<String>) -> Self {
        Self {
            cause,
            certainty: Certainty::Proved,
            field,
        }
    }
}

/// What became of the examination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// A known mistake explains the failure: see the findings.
    Explained,
    /// Nothing known explains it.
    Unexplained,
    /// The message is valid. Findings are what other code stumbles over.
    Valid,
}

impl Outcome {
    /// A stable word for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Explained => "explained",
            Self::Unexplained => "unexplained",
            Self::Valid => "valid",
        }
    }
}

/// What the doctor says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    outcome: Outcome,
    findings: Vec<Finding>,
    refusal: Option<String>,
}

impl Diagnosis {
    /// What became of it.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// The mistakes, surest first. Several that are proved belong together: all of them happened.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Why a verifier refuses a message whose signature holds.
    #[must_use]
    pub fn refusal(&self) -> Option<&str> {
        self.refusal.as_deref()
    }

    fn valid(hints: Vec<Finding>) -> Self {
        Self {
            outcome: Outcome::Valid,
            findings: hints,
            refusal: None,
        }
    }

    fn refused(cause: Cause, refusal: String) -> Self {
        Self {
            outcome: Outcome::Explained,
            findings: vec![Finding::proved(cause, None)],
            refusal: Some(refusal),
        }
    }

    fn found(mut findings: Vec<Finding>) -> Self {
        findings.sort_by_key(|finding| finding.certainty == Certainty::Likely);
        let outcome = if findings.is_empty() {
            Outcome::Unexplained
        } else {
            Outcome::Explained
        };
        Self {
            outcome,
            findings,
            refusal: None,
        }
    }
}

/// Says which known mistake explains that a message was refused.
///
/// A message with Antom's headers is examined as Antom's, every other one as the gateway's.
#[must_use]
pub fn diagnose(configuration: &Configuration<'_>, captured: &Captured) -> Diagnosis {
    if captured.is_antom() {
        antom::diagnose(configuration, captured)
    } else {
        gateway::diagnose(configuration, captured)
    }
}
