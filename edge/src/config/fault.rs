//! What is wrong with a setting: its name and what was expected, never its value.
//!
//! Only the log and the preflight of `npm run deploy` tell it. Whoever is outside hears `misconfigured`:
//! which secret is missing is nobody's business.

use alipay_protocol::key::KeyError;
use std::fmt;

/// One setting that is absent or wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// As in `docs/contracts.md` section 3.
    pub setting: &'static str,
    /// What is wrong with it.
    pub wrong: Wrong,
}

/// What is wrong with a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wrong {
    /// Not there, or empty.
    Absent,
    /// At `EDGE_ORIGIN`: the Worker would forward to itself.
    AtOurs,
    /// A key that is none, or not one for this place.
    Key(KeyError),
    /// Not what [`expected`] says.
    Malformed,
    /// The same secret as another setting's: two parties would hold what belongs to one.
    SameAs(&'static str),
}

impl Fault {
    pub(super) fn absent(setting: &'static str) -> Self {
        let wrong = Wrong::Absent;
        Self { setting, wrong }
    }

    pub(super) fn at_ours(setting: &'static str) -> Self {
        let wrong = Wrong::AtOurs;
        Self { setting, wrong }
    }

    pub(super) fn key(setting: &'static str, error: KeyError) -> Self {
        let wrong = Wrong::Key(error);
        Self { setting, wrong }
    }

    pub(super) fn malformed(setting: &'static str) -> Self {
        let wrong = Wrong::Malformed;
        Self { setting, wrong }
    }

    pub(super) fn same(setting: &'static str, other: &'static str) -> Self {
        let wrong = Wrong::SameAs(other);
        Self { setting, wrong }
    }
}

/// For the log and the preflight.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { setting, wrong } = self;
        let expected = expected(setting);
        match wrong {
            Wrong::Absent => write!(f, "{setting} is absent: expected {expected}"),
            Wrong::AtOurs => write!(
                f,
                "{setting} is at EDGE_ORIGIN, where this Worker is itself: expected {expected}, of your backend"
            ),
            Wrong::Key(error) => write!(f, "{setting}: {error}; expected {expected}"),
            Wrong::Malformed => write!(f, "{setting} is malformed: expected {expected}"),
            Wrong::SameAs(other) => write!(
                f,
                "{setting} is the same as {other}: expected {expected}, and another one"
            ),
        }
    }
}

const ENDPOINT_URL: &str = "an https URL on a public host, without user, password or fragment";
const ENDPOINT_SECRET: &str = "whsec_ and base64 of 24 to 64 random bytes";
const SECRET: &str = "at least 32 random bytes as text";

/// Every setting, and what it must be. The numbered endpoints are like the first.
pub const EXPECTED: [(&str, &str); 34] = [
    (
        "ADMIN_TOKENS",
        "NAME:SCOPE[+SCOPE]:SHA256HEX, comma-separated, each name and hash once, the scopes read, operate and refund",
    ),
    (
        "ALIPAY_PUBLIC_KEY",
        "Alipay's RSA public key of at least 2048 bits (1024 for SIGN_TYPE RSA), PEM or base64",
    ),
    (
        "ALIPAY_PUBLIC_KEY_PREVIOUS",
        "the key of Alipay's before, as ALIPAY_PUBLIC_KEY",
    ),
    (
        "ALLOWED_ORIGINS",
        "comma-separated https origins such as https://shop.example.com, without a path",
    ),
    (
        "ANTOM_CLIENT_ID",
        "1 to 64 letters, digits, _ or -, as Antom gave it; SANDBOX_… for its sandbox",
    ),
    ("ANTOM_KEY_VERSION", "1 to 9 digits"),
    (
        "ANTOM_PRIVATE_KEY",
        "your RSA private key of at least 2048 bits for Antom, PKCS#8 or PKCS#1, PEM or base64, not encrypted",
    ),
    (
        "ANTOM_PUBLIC_KEY",
        "Antom's RSA public key of at least 2048 bits, PEM or base64",
    ),
    (
        "ANTOM_PUBLIC_KEY_PREVIOUS",
        "Antom's RSA public key of at least 2048 bits before the present one, PEM or base64",
    ),
    (
        "ANTOM_URL",
        "Antom's https origin such as https://open-sea-global.alipay.com, without a path",
    ),
    ("DEVELOPMENT", "true or false"),
    (
        "EDGE_ORIGIN",
        "an https origin such as https://pay.example.com, without a path",
    ),
    (
        "FORWARD_LADDER_S",
        "1 to 32 whole numbers of seconds, comma-separated, none above 604800",
    ),
    ("FORWARD_SECRET", ENDPOINT_SECRET),
    ("FORWARD_SECRET_PREVIOUS", ENDPOINT_SECRET),
    ("FORWARD_URL", ENDPOINT_URL),
    (
        "GATEWAY_URL",
        "Alipay's gateway, such as https://intlmapi.alipay.com/gateway.do",
    ),
    (
        "MD5_KEY",
        "the MD5 key from Alipay's merchant dashboard: printable ASCII without white space",
    ),
    ("MD5_KEY_PREVIOUS", "the MD5 key before, as MD5_KEY"),
    (
        "MERCHANT_PRIVATE_KEY",
        "your RSA private key of at least 2048 bits (1024 for SIGN_TYPE RSA), PKCS#8 or PKCS#1, PEM or base64, not encrypted",
    ),
    ("MERCHANT_URL", "omit or send"),
    ("NOTIFY_VERIFY", "rsa, always or never"),
    ("ORDER_SECRET", SECRET),
    ("ORDER_SECRET_PREVIOUS", SECRET),
    ("PARK_S", "a whole number of seconds from 1 to 86400"),
    ("PARTNER", "16 digits that begin with 2088"),
    (
        "QUERY_LADDER_S",
        "never, or 1 to 32 whole numbers of seconds, comma-separated, none above 604800",
    ),
    ("REFUSALS_PER_MINUTE", "a whole number from 1 to 100000"),
    ("RESULT_PAGE", "merchant or edge"),
    ("RETENTION_DAYS", "a whole number from 1 to 3650"),
    ("SIGN_TYPE", "RSA2, RSA or MD5"),
    ("STATUS_SECRET", SECRET),
    ("STATUS_SECRET_PREVIOUS", SECRET),
    ("UNREGISTERED", "forward or park"),
];

/// What a setting must be.
#[must_use]
pub fn expected(setting: &str) -> &'static str {
    let row = row(setting);
    row.map_or("a value as in docs/contracts.md, section 3", |(_, text)| {
        text
    })
}

/// Whether there is such a setting.
#[must_use]
pub fn is_known(setting: &str) -> bool {
    row(setting).is_some()
}

/// Whether a setting's value is for nobody else to see: its name says so.
#[must_use]
pub fn is_secret(setting: &str) -> bool {
    let marks = ["ADMIN_TOKENS", "MD5_KEY", "PRIVATE_KEY", "SECRET"];
    marks.iter().any(|mark| setting.contains(mark))
}

fn row(setting: &str) -> Option<&'static (&'static str, &'static str)> {
    let named = |name: &str| EXPECTED.iter().find(|(one, _)| *one == name);
    named(setting).or_else(|| {
        let (first, number) = setting.rsplit_once('_')?;
        let numbered = ["FORWARD_SECRET", "FORWARD_SECRET_PREVIOUS", "FORWARD_URL"]
            .contains(&first)
            && matches!(number, "2" | "3" | "4" | "5");
        numbered.then(|| named(first))?
    })
}

/// Keeps the faults of a configuration while it is read, so that all are told at once.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    /// The value, or a note of what is wrong.
    pub(super) fn take<T>(&mut self, read: Result<T, Fault>) -> Option<T> {
        read.map_err(|fault| self.0.push(fault)).ok()
    }

    /// The same for a group of settings that is read as one.
    pub(super) fn take_all<T>(&mut self, read: Result<T, Vec<Fault>>) -> Option<T> {
        read.map_err(|faults| self.0.extend(faults)).ok()
    }

    pub(super) fn note(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    /// The whole configuration, unless anything is wrong.
    pub(super) fn or_whole<T>(self, whole: Option<T>) -> Result<T, Vec<Fault>> {
        match whole {
            Some(whole) if self.0.is_empty() => Ok(whole),
            _ => Err(self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_of_the_contracts_has_its_sentence_and_none_more() {
        let contracts = include_str!("../../../docs/contracts.md");
        let (_, rest) = contracts.split_once("### Environment").unwrap();
        let (table, _) = rest.split_once("## 4.").unwrap();
        let mut documented: Vec<&str> = table
            .lines()
            .filter_map(|line| line.strip_prefix("| `"))
            .flat_map(|line| line.split('|').next().unwrap().split('`'))
            .filter(|name| {
                !name.is_empty()
                    && name
                        .chars()
                        .all(|c| c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit())
            })
            .collect();
        documented.sort_unstable();
        let described: Vec<&str> = EXPECTED.iter().map(|(name, _)| *name).collect();
        assert_eq!(described, documented);
    }

    #[test]
    fn secrets_are_those_of_the_contracts() {
        let contracts = include_str!("../../../docs/contracts.md");
        for (name, _) in EXPECTED {
            let row = contracts.lines().find(|line| {
                line.starts_with("| `")
                    && line
                        .split('|')
                        .nth(1)
                        .is_some_and(|names| names.contains(&format!("`{name}`")))
            });
            let cell = row.and_then(|line| line.split('|').nth(2)).map(str::trim);
            // Of FORWARD_URL and FORWARD_SECRET, the second.
            let documented =
                cell == Some("yes") || (cell == Some("second") && name == "FORWARD_SECRET");
            assert_eq!(is_secret(name), documented, "{name}");
        }
    }

    #[test]
    fn a_name_that_is_no_setting_is_found_out() {
        for name in [
            "FORWARD_SECERT",
            "FORWARD_URL_1",
            "FORWARD_URL_6",
            "PARTNER_2",
            "FORWARD_LADDER_S_2",
            "",
        ] {
            assert!(!is_known(name), "{name}");
        }
        assert!(is_known("FORWARD_SECRET_PREVIOUS_5"));
    }

    #[test]
    fn a_numbered_endpoint_is_described_like_the_first() {
        for (setting, like) in [
            ("FORWARD_URL_3", "FORWARD_URL"),
            ("FORWARD_SECRET_PREVIOUS_5", "FORWARD_SECRET_PREVIOUS"),
        ] {
            assert_eq!(expected(setting), expected(like));
        }
        assert_eq!(expected("MD5_KEY").split(' ').next(), Some("the"));
        assert_eq!(
            expected("NO_SUCH"),
            "a value as in docs/contracts.md, section 3"
        );
    }
}
