//! Reading one variable of the environment, or one family of them.

use super::Endpoint;
use crate::admin::auth::{self, Bearer};
use crate::admin::keys::{Key, Usage};
use crate::error::Failure;
use crate::event::EndpointSecret;
use crate::ladder::Ladder;
use crate::outbound;
use crate::token::Secret;
use alipay_protocol::key::{Md5Key, PrivateKey, PublicKey};
use alipay_protocol::sign::{SignType, SigningKey, VerifyingKey};

/// Longer than any dispute about a payment that we know of, shorter than what data protection frowns on.
const RETENTION_DAYS: u64 = 90;
const LONGEST_RETENTION_DAYS: u64 = 3650;
const DAY_MS: u64 = 86_400_000;

/// The names of the variables of each endpoint.
const ENDPOINTS: [(&str, [&str; 3]); 5] = [
    (
        "1",
        ["FORWARD_URL", "FORWARD_SECRET", "FORWARD_SECRET_PREVIOUS"],
    ),
    (
        "2",
        [
            "FORWARD_URL_2",
            "FORWARD_SECRET_2",
            "FORWARD_SECRET_PREVIOUS_2",
        ],
    ),
    (
        "3",
        [
            "FORWARD_URL_3",
            "FORWARD_SECRET_3",
            "FORWARD_SECRET_PREVIOUS_3",
        ],
    ),
    (
        "4",
        [
            "FORWARD_URL_4",
            "FORWARD_SECRET_4",
            "FORWARD_SECRET_PREVIOUS_4",
        ],
    ),
    (
        "5",
        [
            "FORWARD_URL_5",
            "FORWARD_SECRET_5",
            "FORWARD_SECRET_PREVIOUS_5",
        ],
    ),
];

/// The environment, with errors that name the variable and never its value.
pub(super) struct Vars<'a>(pub(super) &'a dyn Fn(&str) -> Option<String>);

impl Vars<'_> {
    pub(super) fn required(&self, name: &'static str) -> Result<String, Failure> {
        (self.0)(name)
            .filter(|text| !text.is_empty())
            .ok_or(Failure::Misconfigured(name))
    }

    pub(super) fn choice(
        &self,
        name: &'static str,
        default: &str,
        choices: &[&str],
    ) -> Result<String, Failure> {
        let text = (self.0)(name).unwrap_or_else(|| default.to_owned());
        if choices.contains(&text.as_str()) {
            Ok(text)
        } else {
            Err(Failure::Misconfigured(name))
        }
    }

    pub(super) fn secret(&self, name: &'static str) -> Result<Secret, Failure> {
        Secret::new(&self.required(name)?).ok_or(Failure::Misconfigured(name))
    }

    pub(super) fn origins(
        &self,
        name: &'static str,
        development: bool,
    ) -> Result<Vec<String>, Failure> {
        let text = self.required(name)?;
        text.split(',')
            .map(|one| {
                let url = outbound::server(one.trim(), development);
                url.map(|url| url.origin().ascii_serialization())
                    .ok_or(Failure::Misconfigured(name))
            })
            .collect()
    }

    /// The first endpoint is required; another one is there when its URL is.
    pub(super) fn endpoints(&self, development: bool) -> Result<Vec<Endpoint>, Failure> {
        let mut endpoints = Vec::new();
        for (name, [url, secret, previous]) in ENDPOINTS {
            if name != "1" && (self.0)(url).is_none() {
                continue;
            }
            let parse =
                |name, text: &str| EndpointSecret::parse(text).ok_or(Failure::Misconfigured(name));
            let mut secrets = vec![parse(secret, &self.required(secret)?)?];
            if let Some(text) = (self.0)(previous) {
                secrets.push(parse(previous, &text)?);
            }
            let text = self.required(url)?;
            let url = outbound::server(&text, development).ok_or(Failure::Misconfigured(url))?;
            endpoints.push(Endpoint { name, url, secrets });
        }
        Ok(endpoints)
    }

    pub(super) fn ladder(&self, name: &'static str, default: Ladder) -> Result<Ladder, Failure> {
        match (self.0)(name) {
            None => Ok(default),
            Some(text) => Ladder::parse(&text).ok_or(Failure::Misconfigured(name)),
        }
    }

    pub(super) fn admin(&self, name: &'static str) -> Result<Option<Vec<Bearer>>, Failure> {
        (self.0)(name)
            .map(|text| auth::parse(&text).ok_or(Failure::Misconfigured(name)))
            .transpose()
    }

    /// Whole days, as milliseconds.
    pub(super) fn retention_ms(&self, name: &'static str) -> Result<u64, Failure> {
        let days = match (self.0)(name) {
            None => RETENTION_DAYS,
            Some(text) => text
                .parse()
                .ok()
                .filter(|days| (1..=LONGEST_RETENTION_DAYS).contains(days))
                .ok_or(Failure::Misconfigured(name))?,
        };
        Ok(days.saturating_mul(DAY_MS))
    }

    /// Every key that is in use; what cannot be read was refused before.
    pub(super) fn fingerprints(&self, sign_type: SignType) -> Vec<Key> {
        let secret = |name, usage| (self.0)(name).map(|text| Key::of_secret(name, &text, usage));
        let alipay = if sign_type == SignType::Md5 {
            vec![secret("MD5_KEY", Usage::Both)]
        } else {
            let (ours, theirs) = ("MERCHANT_PRIVATE_KEY", "ALIPAY_PUBLIC_KEY");
            let private = (self.0)(ours).and_then(|text| PrivateKey::parse(&text).ok());
            let public = (self.0)(theirs).and_then(|text| PublicKey::parse(&text).ok());
            vec![
                private.map(|key| Key::of_der(ours, key.pkcs8_der(), Usage::Sign)),
                public.map(|key| Key::of_der(theirs, key.spki_der(), Usage::Verify)),
            ]
        };
        let tokens = ["ORDER_SECRET", "STATUS_SECRET"].map(|name| secret(name, Usage::Order));
        let endpoints = ENDPOINTS
            .into_iter()
            .flat_map(|(endpoint, [_, now, before])| {
                [now, before].map(|name| secret(name, Usage::Endpoint(endpoint)))
            });
        alipay
            .into_iter()
            .chain(tokens)
            .chain(endpoints)
            .flatten()
            .collect()
    }

    pub(super) fn keys(&self, sign_type: SignType) -> Result<(SigningKey, VerifyingKey), Failure> {
        if sign_type == SignType::Md5 {
            let wrong = |_| Failure::Misconfigured("MD5_KEY");
            let text = self.required("MD5_KEY")?;
            // The secret is not cloned: one copy signs, the other checks.
            let (ours, theirs) = (Md5Key::parse(&text), Md5Key::parse(&text));
            return Ok((
                SigningKey::md5(ours.map_err(wrong)?),
                VerifyingKey::md5(theirs.map_err(wrong)?),
            ));
        }
        let wrong_private = |_| Failure::Misconfigured("MERCHANT_PRIVATE_KEY");
        let wrong_public = |_| Failure::Misconfigured("ALIPAY_PUBLIC_KEY");
        let private = self.required("MERCHANT_PRIVATE_KEY")?;
        let private = PrivateKey::parse(&private).map_err(wrong_private)?;
        // The most common mistake of all is to give one's own public key for Alipay's.
        let public = self.required("ALIPAY_PUBLIC_KEY")?;
        let public = PublicKey::parse_of_alipay(&public, &private).map_err(wrong_public)?;
        Ok(match sign_type {
            SignType::Rsa => (
                SigningKey::rsa(private).map_err(wrong_private)?,
                VerifyingKey::rsa(public).map_err(wrong_public)?,
            ),
            _ => (
                SigningKey::rsa2(private).map_err(wrong_private)?,
                VerifyingKey::rsa2(public).map_err(wrong_public)?,
            ),
        })
    }
}
