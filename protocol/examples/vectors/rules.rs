//! The rules by which a message becomes the text that is signed.
//!
//! `v1` and `v2` are the crate's own; the others are the file's, over the crate's form decoding.

use alipay_protocol::canonical::{canonicalize, canonicalize_v2};
use alipay_protocol::form::Form;

use crate::json;
use crate::message::Message;

/// A text and the signature that is claimed for it.
pub(crate) struct Signed {
    pub(crate) text: Vec<u8>,
    pub(crate) sign: Vec<u8>,
}

/// What the rule says is signed; the error says why there is none.
pub(crate) fn signed(rule: &str, message: &Message) -> Result<Signed, String> {
    let no_sign = || "no signature".to_owned();
    match rule {
        "v1" | "v1_keep_empty" | "v2" => {
            let fields = message.fields()?;
            let pairs = fields
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_slice()));
            let text = match rule {
                "v1" => canonicalize(pairs),
                "v2" => canonicalize_v2(pairs),
                _ => keeping_empty(pairs),
            };
            let sign = message.sign(&fields).ok_or_else(no_sign)?;
            Ok(Signed { text, sign })
        }
        "quoted_in_order" | "verbatim_prefix" => {
            let raw = signed_part(message.raw.as_deref().ok_or("no raw_body")?);
            let encode = |text: &str| message.charset.encode(text).ok_or("not of the charset");
            let end = if rule == "quoted_in_order" {
                "&sign="
            } else {
                "&sign_type="
            };
            let (text, _) = raw.split_once(end).ok_or(format!("no {end} in it"))?;
            let quoted = quoted_sign(raw).or_else(|| message.given_sign.clone());
            Ok(Signed {
                text: encode(text)?,
                sign: quoted.ok_or_else(no_sign)?,
            })
        }
        "verbatim" => Ok(Signed {
            text: message.given_text.clone().ok_or("no string_to_sign")?,
            sign: message
                .given_sign
                .clone()
                .or_else(|| message.sign(&message.fields().unwrap_or_default()))
                .ok_or_else(no_sign)?,
        }),
        "json_value_verbatim" => json_value(message),
        other => Err(format!("unknown rule {other}")),
    }
}

/// As `v1`, with the fields that have no value.
fn keeping_empty<'a>(pairs: impl Iterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let mut fields: Vec<(&str, &[u8])> = pairs
        .filter(|(name, _)| !matches!(*name, "sign" | "sign_type"))
        .collect();
    fields.sort_unstable_by_key(|(name, _)| *name);
    let pairs: Vec<Vec<u8>> = fields
        .into_iter()
        .map(|(name, value)| [name.as_bytes(), b"=", value].concat())
        .collect();
    pairs.join(&b'&')
}

/// The signed part of an app's result, where the file gives the whole of it.
pub(crate) fn signed_part(raw: &str) -> &str {
    let whole = raw.starts_with("resultStatus={") || raw.starts_with("memo={");
    let part = raw.split_once("result={").map(|(_, rest)| rest);
    match part.and_then(|rest| rest.rsplit_once('}')) {
        Some((part, _)) if whole => part,
        _ => raw,
    }
}

/// The value of `sign` between quotes. Base64 has no `%`, so an escaped one is told by it; a `+`
/// stays a `+`.
fn quoted_sign(raw: &str) -> Option<Vec<u8>> {
    let (_, rest) = raw.split_once("&sign=")?;
    let value = rest.strip_prefix('"').unwrap_or(rest);
    let value = value.split(['"', '&']).next()?;
    if !value.contains('%') {
        return Some(value.as_bytes().to_vec());
    }
    let pair = format!("sign={}", value.replace('+', "%2B"));
    let form = Form::parse(pair.as_bytes()).ok()?;
    form.get("sign").map(<[u8]>::to_vec)
}

/// The raw text of the answer in `{"…_response":{…},"sign":"…"}`.
fn json_value(message: &Message) -> Result<Signed, String> {
    let members = message.raw.as_deref().and_then(json::members);
    let Some(members) = members else {
        // A file may give the value alone.
        return match (&message.given_text, &message.given_sign) {
            (Some(text), Some(sign)) => Ok(Signed {
                text: text.clone(),
                sign: sign.clone(),
            }),
            _ => Err("no JSON object in raw_body".to_owned()),
        };
    };
    let (_, value) = members
        .iter()
        .find(|(name, _)| name.ends_with("_response"))
        .ok_or("no answer in the JSON")?;
    let own = members
        .iter()
        .find(|(name, _)| name == "sign")
        .and_then(|(_, sign)| serde_json::from_str::<String>(sign).ok())
        .map(String::into_bytes);
    Ok(Signed {
        text: message
            .charset
            .encode(value)
            .ok_or("the answer is not of the charset")?,
        sign: own
            .or_else(|| message.given_sign.clone())
            .ok_or("no signature")?,
    })
}
