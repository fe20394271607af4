//! The form-encoded gateway and the open platform.

use super::capture::Captured;
use super::cause::Cause;
use super::change::signs;
use super::keys::{Candidate, candidates, hints, raw_signature};
use super::reading::{Causes, Fields, TEXTS, changed, forms};
use super::{Configuration, Diagnosis, Finding};
use crate::backend::{RustCrypto, ready};
use crate::canonical::resplit;
use crate::form::Form;
use crate::key::{Md5Key, PublicKey};
use crate::notification::{Verifier, VerifyError};
use crate::sign::{SignType, VerifyingKey};
use crate::trade::Partner;

/// The most signatures that are computed for one message: RSA in wasm takes 0.4 ms each.
const MAX_ATTEMPTS: usize = 6000;

pub(super) fn diagnose(configuration: &Configuration<'_>, captured: &Captured) -> Diagnosis {
    let (keys, facts) = candidates(configuration);
    let forms = forms(captured.form());
    if let Some(findings) = search(configuration, &keys, &forms) {
        if findings.is_empty() {
            return behind_signature(configuration, captured);
        }
        let mut findings: Vec<Finding> = findings
            .into_iter()
            .map(|(cause, field)| Finding::proved(cause, field))
            .collect();
        for fact in facts {
            if findings.iter().all(|known| known.cause != fact.cause) {
                findings.push(fact);
            }
        }
        return Diagnosis::found(findings);
    }
    let mut findings = facts;
    let fields = forms.first().map(|(_, fields)| fields);
    if let Some(fields) = fields.filter(|fields| is_message(fields)) {
        findings.extend(traces(&keys, fields));
    }
    Diagnosis::found(findings)
}

/// The fewest mistakes with which a signature holds: none if it holds as it is, `None` if it never
/// does.
fn search(
    configuration: &Configuration<'_>,
    keys: &[Candidate],
    forms: &[(Causes, Fields)],
) -> Option<Causes> {
    let mut attempts = 0_usize;
    let texts = || TEXTS.map(|text| (text, text.cause(configuration)));
    // For each form: its readings, each with its signatures; made once, tried level by level.
    let mut trials: Vec<(Causes, Fields, Causes)> = Vec::new();
    // What happened to the whole form first: a line break at its end is none in `sign`.
    for (of_form, fields) in forms.iter().rev() {
        trials.push((of_form.clone(), fields.clone(), Vec::new()));
        for (of_fields, reading) in changed(fields) {
            trials.push((of_form.clone(), reading, of_fields));
        }
    }
    let mut tried: Vec<(usize, Vec<u8>, Vec<u8>)> = Vec::new();
    for level in 0..=3_usize {
        for (of_form, fields, of_fields) in &trials {
            let before = of_form.len().saturating_add(of_fields.len());
            // Three mistakes at once are looked for in keys, rules and `sign` alone.
            if before > level || (level == 3 && !of_fields.is_empty()) {
                continue;
            }
            let sign = value(fields, "sign").unwrap_or_default();
            let mut variants = vec![(None, sign.to_vec())];
            variants.extend(
                signs(sign)
                    .into_iter()
                    .map(|(cause, sign)| (Some(cause), sign)),
            );
            for (of_sign, sign) in &variants {
                for (text, of_text) in texts() {
                    for (at, key) in keys.iter().enumerate() {
                        let single = [*of_sign, of_text, key.cause];
                        let count = single.iter().flatten().count();
                        if before.saturating_add(count) != level {
                            continue;
                        }
                        let text = text.write(fields);
                        let attempt = (at, text, sign.clone());
                        if tried.contains(&attempt) {
                            continue;
                        }
                        attempts = attempts.saturating_add(1);
                        if attempts > MAX_ATTEMPTS {
                            return None;
                        }
                        if key.holds(&attempt.1, sign) {
                            let rest = single.into_iter().flatten().map(|cause| (cause, None));
                            let mut causes = of_form.clone();
                            causes.extend(of_fields.clone());
                            causes.extend(rest);
                            return Some(causes);
                        }
                        if level < 2 {
                            tried.push(attempt);
                        }
                    }
                }
            }
        }
    }
    None
}

/// What a message says whose signature holds.
fn behind_signature(configuration: &Configuration<'_>, captured: &Captured) -> Diagnosis {
    let raw = captured.form();
    let form = match Form::parse(raw) {
        Ok(form) => form,
        Err(error) => return Diagnosis::refused(Cause::RefusedBehindSignature, error.to_string()),
    };
    let has = |name| form.get(name).is_some();
    let expected = configuration.sign_type.as_str();
    if has("sign_type") && form.get("sign_type") != Some(expected.as_bytes()) {
        let refusal = format!("sign_type is not {expected}");
        return Diagnosis::refused(Cause::SignTypeWordDiffers, refusal);
    }
    if form.iter().any(|(_, value)| resplit(value)) {
        return Diagnosis::refused(Cause::Resplit, VerifyError::Resplit.to_string());
    }
    let mut hints = hints(configuration);
    if !captured.body.is_empty() && captured.query().is_some_and(|query| !query.is_empty()) {
        hints.push(Finding::likely(Cause::QueryMixedIn));
    }
    let to_gateway = captured
        .target
        .as_deref()
        .is_none_or(|target| target.contains("gateway"));
    if has("service") || has("method") {
        if captured.method.as_deref() == Some("POST") && !to_gateway {
            let refusal = VerifyError::MissingField { field: "notify_id" }.to_string();
            return Diagnosis::refused(Cause::RequestAsNotification, refusal);
        }
        return Diagnosis::valid(hints);
    }
    if captured.is_query() {
        return Diagnosis::valid(hints);
    }
    if !has("notify_id") {
        let refusal = VerifyError::MissingField { field: "notify_id" }.to_string();
        return Diagnosis::refused(Cause::ReturnAsNotification, refusal);
    }
    match refusal(configuration, &form) {
        None => Diagnosis::valid(hints),
        Some((cause, refusal)) => Diagnosis::refused(cause, refusal),
    }
}

/// Why this crate's verifier refuses a notification, if it does.
fn refusal(configuration: &Configuration<'_>, form: &Form<'_>) -> Option<(Cause, String)> {
    let named = ["partner", "seller_id"]
        .iter()
        .find_map(|name| std::str::from_utf8(form.get(name)?).ok());
    if let (Some(ours), Some(named)) = (configuration.partner, named)
        && ours.as_str() != named
    {
        return Some((Cause::WrongPartner, VerifyError::WrongPartner.to_string()));
    }
    let text = |error: &dyn std::error::Error| (Cause::RefusedBehindSignature, error.to_string());
    let key = match configuration.sign_type {
        SignType::Md5 => Md5Key::parse(configuration.key).map(VerifyingKey::md5),
        SignType::Rsa => PublicKey::parse(configuration.key).and_then(VerifyingKey::rsa),
        SignType::Rsa2 => PublicKey::parse(configuration.key).and_then(VerifyingKey::rsa2),
    };
    let key = match key {
        Ok(key) => key,
        Err(error) => return Some(text(&error)),
    };
    // A message of the open platform has another verifier, with an app id that only its merchant
    // knows; that its signature holds is all that is asked here.
    if form.get("app_id").is_some() || configuration.rule == crate::openplatform::Rule::V2 {
        return None;
    }
    // Whose message it is was asked above; without an answer, the one that is named.
    let named = named.and_then(|account| Partner::parse(account).ok());
    let partner = configuration.partner.cloned().or(named);
    let partner = match partner.map_or_else(|| Partner::parse("2088000000000000"), Ok) {
        Ok(partner) => partner,
        Err(error) => return Some(text(&error)),
    };
    let verifier = Verifier::new(key, partner).with_charset(configuration.charset);
    match ready(verifier.verify(&RustCrypto, form.raw())) {
        Ok(_) => None,
        Err(error @ (VerifyError::CharsetNotAccepted | VerifyError::BadText)) => {
            Some((Cause::CharsetIsOther, error.to_string()))
        }
        Err(error) => Some(text(&error)),
    }
}

/// Whether fields look like a message of Alipay's at all. Of anything else nothing is said.
fn is_message(fields: &Fields) -> bool {
    let has = |name| value(fields, name).is_some();
    has("out_trade_no") || has("notify_id") || has("trade_no") || has("service")
}

/// What the message itself shows where no signature proves anything.
fn traces(keys: &[Candidate], fields: &Fields) -> Vec<Finding> {
    let mut causes = Vec::new();
    match value(fields, "sign") {
        None | Some(b"") => causes.push(Cause::SignMissing),
        Some(sign) => {
            let size = keys
                .iter()
                .find(|key| key.cause.is_none())
                .map(Candidate::size);
            match (size, raw_signature(sign).map(|signature| signature.len())) {
                (Some(Some(size)), Some(other @ (128 | 256 | 384 | 512))) if other != size => {
                    causes.push(Cause::KeyOfAnotherSize);
                }
                // At least a half of it, so that other things are not called a signature.
                (Some(Some(size)), _) if is_cut(sign, size.saturating_mul(4) / 3) => {
                    causes.push(Cause::SignTruncated);
                }
                (Some(None), _) if sign.iter().all(u8::is_ascii_hexdigit) && is_cut(sign, 32) => {
                    causes.push(Cause::SignTruncated);
                }
                _ => {}
            }
        }
    }
    let lost = "\u{fffd}".as_bytes();
    if fields
        .iter()
        .any(|(_, value)| value.windows(lost.len()).any(|part| part == lost))
    {
        causes.push(Cause::TextLost);
    }
    causes.into_iter().map(Finding::likely).collect()
}

fn is_cut(sign: &[u8], whole: usize) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let half = whole / 2;
    sign.iter().all(plain) && (half..whole).contains(&sign.len())
}

fn value<'a>(fields: &'a Fields, name: &str) -> Option<&'a [u8]> {
    fields
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.as_slice())
}
