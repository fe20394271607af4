//! Who of the merchant's staff may do what: bearer tokens, of which only hashes are configured. Pure.

use crate::error::Failure;
use sha2::{Digest, Sha256};
use std::fmt;
use subtle::{Choice, ConstantTimeEq};

/// The longest token read: four times what `npm start` makes is plenty.
const MAX_TOKEN: usize = 256;

/// The longest name; it stands in the audit trail of every order that its bearer touches.
const MAX_NAME: usize = 32;

/// What a token lets its bearer do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Replay, ask Alipay, mend endpoints, rebuild the index.
    Operate,
    /// Look.
    Read,
    /// Give money back.
    Refund,
}

impl Scope {
    /// As configured.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Operate => "operate",
            Self::Read => "read",
            Self::Refund => "refund",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Operate, Self::Read, Self::Refund]
            .into_iter()
            .find(|scope| scope.name() == text)
    }
}

/// One token: its name, what it may do, and its hash.
#[derive(Clone, PartialEq, Eq)]
pub struct Bearer {
    /// For the audit trail.
    pub name: String,
    scopes: Vec<Scope>,
    hash: [u8; 32],
}

/// The hash of a good token is no secret, but nobody needs it in a log.
impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bearer")
            .field("name", &self.name)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

/// Reads `ADMIN_TOKENS`: `NAME:SCOPE[+SCOPE]:SHA256HEX`, comma-separated; `None` when an entry is
/// malformed, or a name or a hash is there twice.
#[must_use]
pub fn parse(text: &str) -> Option<Vec<Bearer>> {
    let mut bearers: Vec<Bearer> = Vec::new();
    for entry in text.split(',') {
        let mut parts = entry.trim().split(':');
        let bearer = Bearer {
            name: parts.next().filter(|name| is_name(name))?.to_owned(),
            scopes: parts
                .next()?
                .split('+')
                .map(Scope::parse)
                .collect::<Option<_>>()?,
            hash: parts.next().and_then(digest)?,
        };
        let twice = |one: &Bearer| one.name == bearer.name || one.hash == bearer.hash;
        if parts.next().is_some() || bearers.iter().any(twice) {
            return None;
        }
        bearers.push(bearer);
    }
    Some(bearers)
}

impl Bearer {
    /// What the bearer may do, by name.
    #[must_use]
    pub fn scopes(&self) -> Vec<&'static str> {
        self.scopes.iter().map(|scope| scope.name()).collect()
    }

    /// Whether the bearer may do this.
    ///
    /// # Errors
    ///
    /// [`Failure::AdminScope`] – known, but not allowed to.
    pub fn require(&self, scope: Scope) -> Result<(), Failure> {
        if self.scopes.contains(&scope) {
            Ok(())
        } else {
            Err(Failure::AdminScope(scope))
        }
    }
}

/// The bearer of the token in an `Authorization` header.
///
/// Every configured hash is compared, whole, whatever the others said. A token is long and random, so
/// one round of SHA-256 is hash enough.
///
/// # Errors
///
/// [`Failure::AdminToken`] – no header, another scheme, or a token that nobody has.
pub fn bearer<'a>(
    bearers: &'a [Bearer],
    authorization: Option<&str>,
) -> Result<&'a Bearer, Failure> {
    let (scheme, token) = authorization
        .and_then(|header| header.split_once(' '))
        .ok_or(Failure::AdminToken)?;
    // RFC 9110 section 11.1: the name of a scheme has no case.
    if !scheme.eq_ignore_ascii_case("bearer") || token.len() > MAX_TOKEN {
        return Err(Failure::AdminToken);
    }
    let presented = Sha256::digest(token.trim().as_bytes());
    let mut found = None;
    for bearer in bearers {
        let same: Choice = bearer.hash.as_slice().ct_eq(presented.as_slice());
        if bool::from(same) {
            found = Some(bearer);
        }
    }
    found.ok_or(Failure::AdminToken)
}

fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=MAX_NAME).contains(&name.len()) && name.bytes().all(plain)
}

/// 64 hex digits as bytes.
fn digest(hex: &str) -> Option<[u8; 32]> {
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (at, byte) in (0..64).step_by(2).zip(bytes.iter_mut()) {
        let pair = hex.get(at..)?.get(..2)?;
        // `from_str_radix` alone would take a sign.
        if !pair.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    // printf anna-token | sha256sum; printf bert-token | sha256sum
    const ANNA: &str = "c3cdf8b93111159d4a078d5b124d961890ae85d5aa9a955cfbe670c1d85f98ff";
    const BERT: &str = "7c17c5de1d7a88d77d39d995c36d4deb23513198ae37c215527697d4ff6ed6dc";

    fn bearers() -> Vec<Bearer> {
        parse(&format!("anna:read+operate:{ANNA}, bert:read:{BERT}")).unwrap()
    }

    #[track_caller]
    fn check(header: Option<&str>, scope: Scope, expected: Result<&str, Failure>) {
        let bearers = bearers();
        let found = bearer(&bearers, header).and_then(|bearer| {
            bearer.require(scope)?;
            Ok(bearer.name.as_str())
        });
        assert_eq!(found, expected);
    }

    #[test]
    fn each_token_opens_its_own_scopes() {
        check(Some("Bearer anna-token"), Scope::Operate, Ok("anna"));
        check(Some("bearer bert-token"), Scope::Read, Ok("bert"));
        for (header, scope) in [
            ("Bearer bert-token", Scope::Operate),
            ("Bearer anna-token", Scope::Refund),
        ] {
            check(Some(header), scope, Err(Failure::AdminScope(scope)));
        }
    }

    #[test]
    fn anything_else_is_nobody() {
        let long = format!("Bearer {}", "x".repeat(MAX_TOKEN + 1));
        for header in [
            None,
            Some(""),
            Some("Bearer"),
            Some("Bearer "),
            Some("Bearer carl-token"),
            Some("Bearer ANNA-TOKEN"),
            Some("Basic anna-token"),
            Some("anna-token"),
            Some(&format!("Bearer {ANNA}")),
            Some(&long),
        ] {
            check(header, Scope::Read, Err(Failure::AdminToken));
        }
    }

    #[test]
    fn malformed_configuration_rejected() {
        let short = ANNA.split_at(1).1;
        let cases = [
            String::new(),
            format!("anna:read:{ANNA},"),
            format!("anna:{ANNA}"),
            format!("anna::{ANNA}"),
            format!("anna:read+:{ANNA}"),
            format!("anna:all:{ANNA}"),
            format!("anna:Read:{ANNA}"),
            format!(":read:{ANNA}"),
            format!("an na:read:{ANNA}"),
            format!("{}:read:{ANNA}", "a".repeat(33)),
            format!("anna:read:{}", short),
            format!("anna:read:+{}", short),
            "anna:read:anna-token".to_owned(),
            format!("anna:read:{ANNA}:x"),
            format!("anna:read:{ANNA},anna:read:{BERT}"),
            format!("anna:read:{ANNA},bert:read:{ANNA}"),
        ];
        for text in cases {
            assert_eq!(parse(&text), None, "{text}");
        }
    }

    #[test]
    fn hash_is_not_shown() {
        let shown = format!("{:?}", bearers());
        assert!(shown.contains("anna") && !shown.contains("hash"), "{shown}");
    }
}
