//! `application/x-www-form-urlencoded`, decoded once, strictly and within limits.

use std::collections::BTreeSet;

use thiserror::Error;

/// The longest body that is read, in bytes: the largest message seen is under 4 kB, and a limit has
/// to stand before any hashing.
pub const MAX_BODY: usize = 64 * 1024;

/// The most fields that are read: the longest notification seen has under 40.
pub const MAX_FIELDS: usize = 256;

/// The fields of a form in the order they came, each name once.
///
/// Values are the percent-decoded bytes, exactly those a signature is over: not trimmed, not
/// converted, not decoded again.
#[derive(Clone, PartialEq, Eq)]
pub struct Form<'a> {
    raw: &'a [u8],
    fields: Vec<Field>,
}

/// One field of a form.
#[derive(Clone, PartialEq, Eq)]
struct Field {
    name: String,
    value: Vec<u8>,
}

impl<'a> Form<'a> {
    /// Decodes a form body, or the part of an address after `?`.
    ///
    /// # Errors
    ///
    /// * [`FormError::TooLong`] – more than [`MAX_BODY`] bytes; nothing was read.
    /// * [`FormError::TooManyFields`] – more than [`MAX_FIELDS`] fields.
    /// * [`FormError::NotAPair`] – a field without `=`; an empty field is one.
    /// * [`FormError::ControlCharacter`] – a control character that was not percent-encoded, or an
    ///   encoded NUL.
    /// * [`FormError::BrokenEscape`] – `%` without two hexadecimal digits behind it.
    /// * [`FormError::BadName`] – a name that is not letters, digits and `_`.
    /// * [`FormError::RepeatedName`] – a name that came before.
    ///
    /// # Not checked here
    ///
    /// The charset of the values, and whether anybody signed them.
    ///
    /// # Source
    ///
    /// `docs/alipay/sign.md` section 2; vectors `edge-*`.
    pub fn parse(raw: &'a [u8]) -> Result<Self, FormError> {
        if raw.len() > MAX_BODY {
            return Err(FormError::TooLong {
                limit: MAX_BODY,
                actual: raw.len(),
            });
        }
        let mut form = Self {
            raw,
            fields: Vec::new(),
        };
        if raw.is_empty() {
            return Ok(form);
        }
        let mut seen = BTreeSet::new();
        for (index, pair) in raw.split(|byte| *byte == b'&').enumerate() {
            if index >= MAX_FIELDS {
                return Err(FormError::TooManyFields { limit: MAX_FIELDS });
            }
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let (Some(name), Some(value)) = (halves.next(), halves.next()) else {
                return Err(FormError::NotAPair { index });
            };
            let name = String::from_utf8(decode(name, index)?)
                .ok()
                .filter(|name| is_name(name))
                .ok_or(FormError::BadName { index })?;
            let value = decode(value, index)?;
            if !seen.insert(name.clone()) {
                return Err(FormError::RepeatedName { index });
            }
            form.fields.push(Field { name, value });
        }
        Ok(form)
    }

    /// The bytes the form was decoded from.
    #[must_use]
    pub fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// The value of `name` if it is there and not empty: Alipay's rules make no difference between
    /// an empty field and an absent one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.iter()
            .find(|(known, value)| *known == name && !value.is_empty())
            .map(|(_, value)| value)
    }

    /// Every field as it came, empty ones too.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.fields
            .iter()
            .map(|field| (field.name.as_str(), field.value.as_slice()))
    }
}

/// Shows the number of fields only: values are personal, names are the sender's.
impl std::fmt::Debug for Form<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Form")
            .field("fields", &self.fields.len())
            .finish_non_exhaustive()
    }
}

/// Encodes fields for a query or a form body, in the order given: letters, digits and `*-._` stay,
/// a space becomes `+`, every other byte `%XX`.
#[must_use]
pub fn encode<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = String::new();
    for (name, value) in fields {
        if !text.is_empty() {
            text.push('&');
        }
        encode_into(&mut text, name);
        text.push('=');
        encode_into(&mut text, value);
    }
    text
}

/// Encodes one value as [`encode`] does.
pub(crate) fn encode_value(value: &str) -> String {
    let mut text = String::new();
    encode_into(&mut text, value);
    text
}

/// Why bytes are not a form that this crate reads. `index` counts fields from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FormError {
    /// A name that is not letters, digits and `_`.
    #[error("field {index} has a name that is not letters, digits and _")]
    BadName {
        /// Which field.
        index: usize,
    },
    /// `%` without two hexadecimal digits.
    #[error("field {index} has % without two hexadecimal digits")]
    BrokenEscape {
        /// Which field.
        index: usize,
    },
    /// A bare control character, or NUL in any form.
    #[error("field {index} has a bare control character or NUL")]
    ControlCharacter {
        /// Which field.
        index: usize,
    },
    /// No `=`.
    #[error("field {index} has no =")]
    NotAPair {
        /// Which field.
        index: usize,
    },
    /// The same name twice.
    #[error("field {index} repeats a name")]
    RepeatedName {
        /// Which field.
        index: usize,
    },
    /// More bytes than are read.
    #[error("form of {actual} bytes is longer than {limit}")]
    TooLong {
        /// The most that is read.
        limit: usize,
        /// What came.
        actual: usize,
    },
    /// More fields than are read.
    #[error("form has more than {limit} fields")]
    TooManyFields {
        /// The most that is read.
        limit: usize,
    },
}

/// Whether `name` can be a parameter's name. Without `.` and `[`, PHP and others cannot see another
/// name in it; without `&` and `=`, nor can anyone who splits the signed text again.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn decode(text: &[u8], index: usize) -> Result<Vec<u8>, FormError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter().copied();
    while let Some(byte) = rest.next() {
        if byte.is_ascii_control() {
            return Err(FormError::ControlCharacter { index });
        }
        let byte = match byte {
            b'+' => b' ',
            b'%' => {
                let broken = FormError::BrokenEscape { index };
                let high = rest.next().and_then(digit).ok_or(broken)?;
                let low = rest.next().and_then(digit).ok_or(broken)?;
                high << 4 | low
            }
            other => other,
        };
        // No rule of Alipay's has NUL in a value, and a C string ends there.
        if byte == 0 {
            return Err(FormError::ControlCharacter { index });
        }
        bytes.push(byte);
    }
    Ok(bytes)
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

fn encode_into(text: &mut String, value: &str) {
    for byte in value.bytes() {
        match byte {
            b'*' | b'-' | b'.' | b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                text.push(char::from(byte));
            }
            b' ' => text.push('+'),
            other => text.push_str(&format!("%{other:02X}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Form, FormError, MAX_BODY, MAX_FIELDS, encode};

    fn parse(body: &str) -> Result<Vec<(String, Vec<u8>)>, FormError> {
        Form::parse(body.as_bytes()).map(|form| {
            form.iter()
                .map(|(name, value)| (name.to_owned(), value.to_vec()))
                .collect()
        })
    }

    #[test]
    fn values_are_decoded_exactly_once_and_kept_in_order() {
        let pairs = |pairs: &[(&str, &[u8])]| {
            Ok(pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.to_vec()))
                .collect())
        };
        assert_eq!(parse(""), pairs(&[]));
        assert_eq!(parse("b=1&a="), pairs(&[("b", b"1"), ("a", b"")]));
        assert_eq!(parse("a=1%2B1+%3d%252B"), pairs(&[("a", b"1+1 =%2B")]));
        assert_eq!(parse("a==&b=x=y"), pairs(&[("a", b"="), ("b", b"x=y")]));
        assert_eq!(parse("%73ign=%D6%D0"), pairs(&[("sign", b"\xD6\xD0")]));
        assert_eq!(parse("a=%0A"), pairs(&[("a", b"\n")]));
    }

    #[test]
    fn broken_forms_rejected() {
        let cases = [
            ("a=1&", FormError::NotAPair { index: 1 }),
            ("&a=1", FormError::NotAPair { index: 0 }),
            ("a", FormError::NotAPair { index: 0 }),
            ("=1", FormError::BadName { index: 0 }),
            ("a.b=1", FormError::BadName { index: 0 }),
            ("a[]=1", FormError::BadName { index: 0 }),
            ("a=1&b-c=1", FormError::BadName { index: 1 }),
            ("a%20=1", FormError::BadName { index: 0 }),
            ("%C3%BC=1", FormError::BadName { index: 0 }),
            ("\u{feff}a=1", FormError::BadName { index: 0 }),
            ("a=%", FormError::BrokenEscape { index: 0 }),
            ("a=%4", FormError::BrokenEscape { index: 0 }),
            ("a=%4g", FormError::BrokenEscape { index: 0 }),
            ("a=%+1", FormError::BrokenEscape { index: 0 }),
            ("a=%00", FormError::ControlCharacter { index: 0 }),
            ("a=1\n", FormError::ControlCharacter { index: 0 }),
            ("a=1&a=1", FormError::RepeatedName { index: 1 }),
            ("a=1&%61=1", FormError::RepeatedName { index: 1 }),
            ("a=1&a=", FormError::RepeatedName { index: 1 }),
        ];
        for (body, error) in cases {
            assert_eq!(parse(body), Err(error), "{body:?}");
        }
    }

    #[test]
    fn limits_hold_at_their_edge() {
        let fields = |count: usize| {
            (0..count)
                .map(|n| format!("f{n}="))
                .collect::<Vec<_>>()
                .join("&")
        };
        assert_eq!(parse(&fields(MAX_FIELDS)).unwrap().len(), MAX_FIELDS);
        assert_eq!(
            parse(&fields(MAX_FIELDS + 1)),
            Err(FormError::TooManyFields { limit: MAX_FIELDS })
        );
        let body = |len: usize| format!("a={}", "x".repeat(len - 2));
        assert_eq!(parse(&body(MAX_BODY)).unwrap().len(), 1);
        assert_eq!(
            parse(&body(MAX_BODY + 1)),
            Err(FormError::TooLong {
                limit: MAX_BODY,
                actual: MAX_BODY + 1
            })
        );
    }

    #[test]
    fn encoding_leaves_no_byte_with_a_meaning_bare() {
        assert_eq!(
            encode([("a", "1 + 1 = 2&"), ("b", "~中*-._")]),
            "a=1+%2B+1+%3D+2%26&b=%7E%E4%B8%AD*-._"
        );
        assert_eq!(encode([]), "");
    }

    #[test]
    fn debug_shows_no_value() {
        let form = Form::parse(b"buyer_email=someone%40example.com").unwrap();
        assert_eq!(format!("{form:?}"), "Form { fields: 1, .. }");
    }
}
