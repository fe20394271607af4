//! Reading one variable of the environment, or one family of them.

use super::endpoints::ENDPOINTS;
use super::fault::{Fault, Faults};
use super::{AskBack, ResultPage};
use crate::admin::auth::{self, Bearer};
use crate::admin::keys::{Key, Usage};
use crate::ladder::Ladder;
use crate::outbound;
use crate::token::Secret;
use alipay_protocol::key::{KeyError, Md5Key, PrivateKey, PublicKey};
use alipay_protocol::ring::{KeyId, RingKey};
use alipay_protocol::sign::{SignType, SigningKey, VerifyingKey};
use alipay_protocol::trade::Partner;
use std::ops::RangeInclusive;
use std::str::FromStr;
use url::Url;

/// Longer than any dispute about a payment that we know of, shorter than what data protection frowns on.
const RETENTION_DAYS: u64 = 90;
const LONGEST_RETENTION_DAYS: u64 = 3650;
/// A shop that registers its orders late does so within minutes; a day is as long as Alipay repeats.
const PARK_S: u64 = 900;
const LONGEST_PARK_S: u64 = 86_400;

const DAY_MS: u64 = 86_400_000;

/// Far more than shoppers do wrong who share one address, and so few that the signatures which are
/// checked in vain cost some 50 ms of CPU in a minute.
const REFUSALS_PER_MINUTE: u32 = 300;
const MOST_REFUSALS_PER_MINUTE: u32 = 100_000;

/// The environment, with errors that name the variable and never its value.
pub(super) struct Vars<'a>(pub(super) &'a dyn Fn(&str) -> Option<String>);

impl Vars<'_> {
    /// Whether a setting is there at all; an empty one is there, and wrong.
    pub(super) fn is_there(&self, name: &str) -> bool {
        (self.0)(name).is_some()
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        (self.0)(name)
    }

    pub(super) fn required(&self, name: &'static str) -> Result<String, Fault> {
        (self.0)(name)
            .filter(|text| !text.is_empty())
            .ok_or(Fault::absent(name))
    }

    pub(super) fn choice(
        &self,
        name: &'static str,
        default: &str,
        choices: &[&str],
    ) -> Result<String, Fault> {
        let text = (self.0)(name).unwrap_or_else(|| default.to_owned());
        if choices.contains(&text.as_str()) {
            Ok(text)
        } else {
            Err(Fault::malformed(name))
        }
    }

    pub(super) fn secret(&self, name: &'static str) -> Result<Secret, Fault> {
        Secret::new(&self.required(name)?).ok_or(Fault::malformed(name))
    }

    /// A secret, and the one before it where that is set: both verify, the present one signs.
    pub(super) fn rotating(
        &self,
        name: &'static str,
        previous: &'static str,
    ) -> Result<Secret, Vec<Fault>> {
        let mut faults = Faults::default();
        let present = faults.take(self.secret(name));
        let before = self.is_there(previous).then(|| self.secret(previous));
        let before = before.and_then(|read| faults.take(read));
        let whole = present.map(|present| match before {
            Some(before) => present.with_previous(before),
            None => present,
        });
        faults.or_whole(whole)
    }

    /// A server that we call.
    pub(super) fn server(&self, name: &'static str, development: bool) -> Result<Url, Fault> {
        let text = self.required(name)?;
        outbound::server(&text, development).ok_or(Fault::malformed(name))
    }

    pub(super) fn partner(&self, name: &'static str) -> Result<Partner, Fault> {
        Partner::parse(&self.required(name)?).map_err(|_| Fault::malformed(name))
    }

    pub(super) fn sign_type(&self, name: &'static str) -> Result<SignType, Fault> {
        SignType::parse(&self.required(name)?).ok_or(Fault::malformed(name))
    }

    pub(super) fn ask_back(&self, name: &'static str) -> Result<AskBack, Fault> {
        let choice = self.choice(name, "rsa", &["rsa", "always", "never"])?;
        Ok(match choice.as_str() {
            "always" => AskBack::Always,
            "never" => AskBack::Never,
            _ => AskBack::SharedKey,
        })
    }

    pub(super) fn result_page(&self, name: &'static str) -> Result<ResultPage, Fault> {
        let choice = self.choice(name, "merchant", &["edge", "merchant"])?;
        Ok(match choice.as_str() {
            "edge" => ResultPage::Edge,
            _ => ResultPage::Merchant,
        })
    }

    /// Whether two settings have the same text.
    pub(super) fn are_same(&self, one: &str, other: &str) -> bool {
        (self.0)(one) == (self.0)(other)
    }

    pub(super) fn origin(&self, name: &'static str, development: bool) -> Result<String, Fault> {
        let text = self.required(name)?;
        outbound::origin(&text, development).ok_or(Fault::malformed(name))
    }

    pub(super) fn origins(
        &self,
        name: &'static str,
        development: bool,
    ) -> Result<Vec<String>, Fault> {
        let text = self.required(name)?;
        text.split(',')
            .map(|one| {
                let origin = outbound::origin(one.trim(), development);
                origin.ok_or(Fault::malformed(name))
            })
            .collect()
    }

    pub(super) fn ladder(&self, name: &'static str, default: Ladder) -> Result<Ladder, Fault> {
        match (self.0)(name) {
            None => Ok(default),
            Some(text) => Ladder::parse(&text).ok_or(Fault::malformed(name)),
        }
    }

    /// A ladder with at least one step: an event is tried once in any case.
    pub(super) fn forward_ladder(&self, name: &'static str) -> Result<Ladder, Fault> {
        let ladder = self.ladder(name, Ladder::forward())?;
        let has_a_step = ladder.wait_ms(0, 0, None).is_some();
        has_a_step.then_some(ladder).ok_or(Fault::malformed(name))
    }

    pub(super) fn admin(&self, name: &'static str) -> Result<Option<Vec<Bearer>>, Fault> {
        (self.0)(name)
            .map(|text| auth::parse(&text).ok_or(Fault::malformed(name)))
            .transpose()
    }

    /// Whole seconds, as milliseconds.
    pub(super) fn park_ms(&self, name: &'static str) -> Result<u64, Fault> {
        let seconds = self.number(name, PARK_S, 1..=LONGEST_PARK_S)?;
        Ok(seconds.saturating_mul(1000))
    }

    /// Whole days, as milliseconds.
    pub(super) fn retention_ms(&self, name: &'static str) -> Result<u64, Fault> {
        let days = self.number(name, RETENTION_DAYS, 1..=LONGEST_RETENTION_DAYS)?;
        Ok(days.saturating_mul(DAY_MS))
    }

    pub(super) fn refusals_per_minute(&self, name: &'static str) -> Result<u32, Fault> {
        self.number(name, REFUSALS_PER_MINUTE, 1..=MOST_REFUSALS_PER_MINUTE)
    }

    /// A whole number within bounds.
    fn number<N: FromStr + PartialOrd>(
        &self,
        name: &'static str,
        default: N,
        bounds: RangeInclusive<N>,
    ) -> Result<N, Fault> {
        let Some(text) = (self.0)(name) else {
            return Ok(default);
        };
        let number = text.parse().ok().filter(|number| bounds.contains(number));
        number.ok_or(Fault::malformed(name))
    }

    /// Every key that is in use; what cannot be read was refused before.
    pub(super) fn fingerprints(&self, sign_type: Option<SignType>) -> Vec<Key> {
        let secret = |name, usage| (self.0)(name).map(|text| Key::of_secret(name, &text, usage));
        let alipay = if sign_type.is_none() {
            Vec::new()
        } else if sign_type == Some(SignType::Md5) {
            vec![
                secret("MD5_KEY", Usage::Both),
                secret("MD5_KEY_PREVIOUS", Usage::Verify),
            ]
        } else {
            let (ours, theirs) = ("MERCHANT_PRIVATE_KEY", "ALIPAY_PUBLIC_KEY");
            let private = (self.0)(ours).and_then(|text| PrivateKey::parse(&text).ok());
            let public = (self.0)(theirs).and_then(|text| PublicKey::parse(&text).ok());
            let before = (self.0)(KEY_PREVIOUS).and_then(|text| PublicKey::parse(&text).ok());
            vec![
                before.map(|key| Key::of_der(KEY_PREVIOUS, key.spki_der(), Usage::Verify)),
                private.map(|key| Key::of_der(ours, key.pkcs8_der(), Usage::Sign)),
                public.map(|key| Key::of_der(theirs, key.spki_der(), Usage::Verify)),
            ]
        };
        let tokens = [
            ("ORDER_SECRET", Usage::Order),
            ("ORDER_SECRET_PREVIOUS", Usage::Order),
            ("STATUS_SECRET", Usage::Status),
            ("STATUS_SECRET_PREVIOUS", Usage::Status),
        ]
        .map(|(name, usage)| secret(name, usage));
        let endpoints = ENDPOINTS
            .into_iter()
            .flat_map(|(endpoint, [_, now, before])| {
                [now, before].map(|name| secret(name, Usage::Endpoint(endpoint)))
            });
        alipay
            .into_iter()
            .flatten()
            .chain(self.antom_fingerprints())
            .chain(tokens.into_iter().chain(endpoints).flatten())
            .collect()
    }

    pub(super) fn keys(
        &self,
        sign_type: SignType,
    ) -> Result<(SigningKey, VerifyingKey), Vec<Fault>> {
        if sign_type == SignType::Md5 {
            let key = || Md5Key::parse(&self.required("MD5_KEY")?).map_err(wrong("MD5_KEY"));
            // The secret is not cloned: one copy signs, the other checks.
            return match (key(), key()) {
                (Ok(ours), Ok(theirs)) => Ok((SigningKey::md5(ours), VerifyingKey::md5(theirs))),
                (Err(fault), _) | (_, Err(fault)) => Err(vec![fault]),
            };
        }
        let (ours, theirs) = ("MERCHANT_PRIVATE_KEY", "ALIPAY_PUBLIC_KEY");
        let private = self.required(ours);
        let private = private.and_then(|text| PrivateKey::parse(&text).map_err(wrong(ours)));
        let public = self.required(theirs).and_then(|text| {
            // The most common mistake of all is to give one's own public key for Alipay's.
            let key = match &private {
                Ok(own) => PublicKey::parse_of_alipay(&text, own),
                Err(_) => PublicKey::parse(&text),
            };
            key.map_err(wrong(theirs))
        });
        let (sign, verify): (fn(_) -> _, fn(_) -> _) = match sign_type {
            SignType::Rsa => (SigningKey::rsa, VerifyingKey::rsa),
            _ => (SigningKey::rsa2, VerifyingKey::rsa2),
        };
        let private = private.and_then(|key| sign(key).map_err(wrong(ours)));
        let public = public.and_then(|key| verify(key).map_err(wrong(theirs)));
        match (private, public) {
            (Ok(private), Ok(public)) => Ok((private, public)),
            (private, public) => Err([private.err(), public.err()]
                .into_iter()
                .flatten()
                .collect()),
        }
    }
}

/// Alipay's keys before the present ones.
const KEY_PREVIOUS: &str = "ALIPAY_PUBLIC_KEY_PREVIOUS";

impl Vars<'_> {
    /// Alipay's key for results of its SDK: `RSA` also where everything else has `RSA2`
    /// (`docs/alipay/app.md` section 4).
    pub(super) fn app_key(&self, sign_type: SignType) -> Option<VerifyingKey> {
        let text = (self.0)("ALIPAY_PUBLIC_KEY").filter(|_| sign_type == SignType::Rsa2)?;
        PublicKey::parse(&text).and_then(VerifyingKey::rsa).ok()
    }

    /// The key with which Alipay signed before, while it is being replaced: of the algorithm in force,
    /// with its name.
    pub(super) fn key_before(&self, sign_type: SignType) -> Result<Option<RingKey>, Fault> {
        let name = match sign_type {
            SignType::Md5 => "MD5_KEY_PREVIOUS",
            _ => KEY_PREVIOUS,
        };
        if !self.is_there(name) {
            return Ok(None);
        }
        let text = self.required(name)?;
        let own = self.required("MERCHANT_PRIVATE_KEY").ok();
        let own = own.and_then(|text| PrivateKey::parse(&text).ok());
        let public = || match &own {
            Some(own) => PublicKey::parse_of_alipay(&text, own),
            None => PublicKey::parse(&text),
        };
        let key = match sign_type {
            SignType::Md5 => Md5Key::parse(&text).map(VerifyingKey::md5),
            SignType::Rsa => public().and_then(VerifyingKey::rsa),
            _ => public().and_then(VerifyingKey::rsa2),
        };
        let id = KeyId::parse(name).map_err(|_| Fault::malformed(name))?;
        key.map(|key| Some(RingKey::new(id, key)))
            .map_err(wrong(name))
    }
}

/// The fault of a key under this name.
pub(super) fn wrong(setting: &'static str) -> impl Fn(KeyError) -> Fault {
    move |error| match error {
        KeyError::Empty => Fault::absent(setting),
        error => Fault::key(setting, error),
    }
}
