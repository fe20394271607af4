//! The keys in use, by fingerprint: what a rotation is watched by. No key material. Pure.

use crate::event::hex;
use crate::provider::Provider;
use sha2::{Digest, Sha256};

/// How many hex digits are shown of a secret that people may have made up: enough to tell two apart,
/// too few to confirm a guess.
const SHORT: usize = 8;

/// One key in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The variable.
    pub name: &'static str,
    /// `sha256:` and hex.
    pub fingerprint: String,
    /// What it is for.
    pub usage: Usage,
}

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// Signs what goes to Antom.
    AntomSign,
    /// Checks what comes from Antom.
    AntomVerify,
    /// Signs the events to this endpoint.
    Endpoint(&'static str),
    /// Signs what goes to Alipay and checks what comes from it: MD5's one key.
    Both,
    /// Checks order tokens.
    Order,
    /// Makes status tokens and return marks, and checks them.
    Status,
    /// Signs what goes to Alipay.
    Sign,
    /// Checks what comes from Alipay.
    Verify,
}

impl Key {
    /// A key pair's half: the whole hash of its DER form, as `openssl … -outform DER | sha256sum`.
    #[must_use]
    pub fn of_der(name: &'static str, der: &[u8], usage: Usage) -> Self {
        let fingerprint = format!("sha256:{}", hex(&Sha256::digest(der)));
        Self {
            name,
            fingerprint,
            usage,
        }
    }

    /// A shared secret: the first digits of the hash of its text.
    #[must_use]
    pub fn of_secret(name: &'static str, text: &str, usage: Usage) -> Self {
        let hex = hex(&Sha256::digest(text.as_bytes()));
        let fingerprint = format!("sha256:{}", hex.get(..SHORT).unwrap_or_default());
        Self {
            name,
            fingerprint,
            usage,
        }
    }

    /// Whether a line of the audit trail of an order of `provider` is a use of this key.
    #[must_use]
    pub fn used_by(&self, provider: Provider, act: &str, detail: &str) -> bool {
        let of = match self.usage {
            Usage::AntomSign | Usage::AntomVerify => Some(Provider::Antom),
            Usage::Both | Usage::Sign | Usage::Verify => Some(Provider::Gateway),
            Usage::Endpoint(_) | Usage::Order | Usage::Status => None,
        };
        if of.is_some_and(|of| of != provider) {
            return false;
        }
        match self.usage {
            Usage::Order => matches!(act, "registered" | "token_opened") && self.is_named(detail),
            // The present one makes something at each registration; the one before is only checked.
            Usage::Status if self.is_previous() => act == "returned" && self.is_named(detail),
            Usage::Status => act == "registered",
            Usage::AntomSign => matches!(act, "registered" | "asked" | "refund_tried"),
            Usage::Sign => matches!(act, "registered" | "asked" | "refund_tried"),
            Usage::AntomVerify | Usage::Verify => act == "notified" && self.is_named(detail),
            Usage::Both => {
                matches!(act, "registered" | "asked" | "refund_tried")
                    || (act == "notified" && self.is_named(detail))
            }
            Usage::Endpoint(name) => {
                act == "forwarded" && detail.split(' ').nth(1).is_some_and(|one| one == name)
            }
        }
    }
}

impl Key {
    fn is_previous(&self) -> bool {
        self.name.ends_with("_PREVIOUS")
    }

    /// Whether a line means this key: it ends with the name of one that is not the present one.
    fn is_named(&self, detail: &str) -> bool {
        let last = detail.rsplit(' ').next().unwrap_or_default();
        if last.ends_with("_PREVIOUS") {
            last == self.name
        } else {
            !self.is_previous()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `printf abc | sha256sum`: FIPS 180-2, appendix B.1.
    #[test]
    fn fingerprints_are_sha256_and_short_for_secrets() {
        let whole = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Key::of_der("X", b"abc", Usage::Sign).fingerprint, whole);
        let short = Key::of_secret("X", "abc", Usage::Order).fingerprint;
        assert_eq!(short, "sha256:ba7816bf");
    }

    #[test]
    fn uses_are_told_apart() {
        let lines = [
            ("registered", ""),
            ("asked", "no_trade"),
            ("notified", "paid"),
            ("forwarded", "evt_1 1 204"),
            ("forwarded", "evt_1 2 204"),
            ("attempted", "evt_1 1 status_500"),
        ];
        let cases = [
            (Usage::Order, [true, false, false, false, false, false]),
            (Usage::Sign, [true, true, false, false, false, false]),
            (Usage::Verify, [false, false, true, false, false, false]),
            (Usage::AntomSign, [false; 6]),
            (Usage::AntomVerify, [false; 6]),
            (Usage::Both, [true, true, true, false, false, false]),
            (
                Usage::Endpoint("2"),
                [false, false, false, false, true, false],
            ),
        ];
        for (usage, expected) in cases {
            let key = Key::of_secret("X", "", usage);
            assert_eq!(
                lines.map(|(act, detail)| key.used_by(Provider::Gateway, act, detail)),
                expected
            );
        }
    }
}
