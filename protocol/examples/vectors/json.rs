//! Reading JSON whose fields may be absent, and the raw text of a value in it.

use serde_json::Value;

/// A field as text; numbers too, as identifiers may be either.
pub(crate) fn text(json: &Value, name: &str) -> Option<String> {
    match json.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The first of several names a field may have.
pub(crate) fn first(json: &Value, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| text(json, name))
}

/// Bytes that are written in hexadecimal.
pub(crate) fn hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let digits = digits?;
    if digits.len().checked_rem(2) != Some(0) {
        return None;
    }
    Some(
        digits
            .chunks_exact(2)
            .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
            .collect(),
    )
}

/// The names of an object and the raw text of their values, as they stand in `text`.
///
/// A signature over a value is over its bytes, and a parser would lose them.
pub(crate) fn members(text: &str) -> Option<Vec<(String, String)>> {
    let mut rest = text.trim_start().strip_prefix('{')?.trim_start();
    let mut members = Vec::new();
    while !rest.starts_with('}') {
        let name = rest.get(..value_len(rest)?)?;
        rest = rest.get(name.len()..)?.trim_start();
        rest = rest.strip_prefix(':')?.trim_start();
        let value = rest.get(..value_len(rest)?)?;
        rest = rest.get(value.len()..)?.trim_start();
        let Value::String(name) = serde_json::from_str(name).ok()? else {
            return None;
        };
        members.push((name, value.to_owned()));
        rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
    }
    Some(members)
}

/// The length of the value that begins `text`.
fn value_len(text: &str) -> Option<usize> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    values.next()?.ok()?;
    Some(values.byte_offset())
}
