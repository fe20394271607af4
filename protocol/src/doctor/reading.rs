//! The readings of one form: as it came, and with mistakes undone.

use super::Configuration;
use super::cause::Cause;
use super::change::{EVERYWHERE, ONE_BY_ONE, html_unescape, percent_decode_keeping_plus};
use crate::openplatform::Rule;

/// Fields in the order they came.
pub(super) type Fields = Vec<(String, Vec<u8>)>;

/// Mistakes, each with the one field it happened to, if it was one.
pub(super) type Causes = Vec<(Cause, Option<String>)>;

/// Reads a form as leniently as any framework: repeated names, broken escapes and all.
pub(super) fn lenient(form: &[u8]) -> Fields {
    let decode = |text: &[u8]| {
        let spaced: Vec<u8> = text
            .iter()
            .map(|byte| if *byte == b'+' { b' ' } else { *byte })
            .collect();
        percent_decode_keeping_plus(&spaced)
    };
    form.split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
        // More fields than any message has, so that a flood costs no more than a message.
        .take(64)
        .map(|pair| {
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let name = decode(halves.next().unwrap_or_default());
            let value = decode(halves.next().unwrap_or_default());
            (String::from_utf8_lossy(&name).into_owned(), value)
        })
        .collect()
}

/// The forms that the bytes may have been.
pub(super) fn forms(raw: &[u8]) -> Vec<(Causes, Fields)> {
    let mut forms = vec![(Causes::new(), lenient(raw))];
    let mut push = |cause, bytes: &[u8]| {
        let fields = lenient(bytes);
        if bytes != raw && forms.iter().all(|(_, known)| *known != fields) {
            forms.push((vec![(cause, None)], fields));
        }
    };
    push(Cause::BodyHasLineBreak, raw.trim_ascii_end());
    push(Cause::HtmlEscaped, &html_unescape(raw));
    if let Ok(text) = std::str::from_utf8(raw) {
        // `&notify_url` that a browser showed: `&not` is an entity.
        push(Cause::HtmlEscaped, text.replace('¬', "&not").as_bytes());
    }
    if !raw.contains(&b'=') {
        push(Cause::EncodedTwice, &percent_decode_keeping_plus(raw));
    }
    forms
}

/// Every reading of the fields with one mistake undone, and with two that happen to all values.
pub(super) fn changed(fields: &Fields) -> Vec<(Causes, Fields)> {
    let mut readings: Vec<(Causes, Fields)> = Vec::new();
    let mut push = |causes: Causes, reading: Fields| {
        if reading != *fields && readings.iter().all(|(_, known)| *known != reading) {
            readings.push((causes, reading));
        }
    };
    for (cause, undo) in EVERYWHERE {
        let all = everywhere(fields, undo);
        push(vec![(cause, only_change(fields, &all))], all);
    }
    for (cause, undo) in EVERYWHERE.into_iter().chain(ONE_BY_ONE) {
        for (at, (name, value)) in fields.iter().enumerate() {
            if is_signed(name)
                && let Some(other) = undo(value)
            {
                let mut reading = fields.clone();
                if let Some((_, value)) = reading.get_mut(at) {
                    *value = other;
                }
                push(vec![(cause, Some(name.clone()))], reading);
            }
        }
    }
    // All amounts of a message are written by one hand.
    for (cause, undo) in ONE_BY_ONE {
        if cause == Cause::AmountReformatted {
            push(vec![(cause, None)], everywhere(fields, undo));
        }
    }
    for (at, (name, _)) in fields.iter().enumerate() {
        if is_signed(name) {
            let mut reading = fields.clone();
            reading.remove(at);
            push(vec![(added(name), Some(name.clone()))], reading);
        }
    }
    let known: Fields = fields
        .iter()
        .filter(|(name, _)| is_message_name(name))
        .cloned()
        .collect();
    push(vec![(Cause::QueryMixedIn, None)], known);
    for (name, value) in [
        ("_input_charset", "utf-8"),
        ("_input_charset", "UTF-8"),
        ("charset", "utf-8"),
        ("charset", "UTF-8"),
    ] {
        if fields.iter().all(|(known, _)| known != name) {
            let mut reading = fields.clone();
            reading.push((name.to_owned(), value.as_bytes().to_vec()));
            push(vec![(Cause::FieldDropped, Some(name.to_owned()))], reading);
        }
    }
    for (first, undo_first) in EVERYWHERE {
        let once = everywhere(fields, undo_first);
        if once == *fields {
            continue;
        }
        for (second, undo_second) in EVERYWHERE {
            if first != second {
                let twice = everywhere(&once, undo_second);
                if twice != once {
                    push(vec![(first, None), (second, None)], twice);
                }
            }
        }
    }
    readings
}

/// A field that was not signed: of the notify address's query, if no message has its name.
fn added(name: &str) -> Cause {
    if is_message_name(name) {
        Cause::FieldAdded
    } else {
        Cause::QueryMixedIn
    }
}

/// Whether messages from Alipay have the name, as far as is known.
fn is_message_name(name: &str) -> bool {
    !is_signed(name) || crate::notification::is_known(name) || crate::openplatform::is_known(name)
}

fn is_signed(name: &str) -> bool {
    !matches!(name, "sign" | "sign_type")
}

fn everywhere(fields: &Fields, undo: fn(&[u8]) -> Option<Vec<u8>>) -> Fields {
    fields
        .iter()
        .map(|(name, value)| {
            let other = if is_signed(name) { undo(value) } else { None };
            (name.clone(), other.unwrap_or_else(|| value.clone()))
        })
        .collect()
}

/// The name of the field in which two readings differ, if it is one.
fn only_change(one: &Fields, other: &Fields) -> Option<String> {
    let mut differ = one.iter().zip(other).filter(|(one, other)| one != other);
    let ((name, _), _) = differ.next()?;
    differ.next().is_none().then(|| name.clone())
}

/// The texts that may have been signed, the configured rule's first.
pub(super) const TEXTS: [Text; 7] = [
    Text::V1,
    Text::V2,
    Text::KeepEmpty,
    Text::AsSent,
    Text::Encoded,
    Text::EncodedWithPercent,
    Text::Quoted,
];

/// A way to make the text that is signed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Text {
    V1,
    V2,
    KeepEmpty,
    AsSent,
    Encoded,
    EncodedWithPercent,
    Quoted,
}

impl Text {
    /// What it proves if this text was signed and the configured rule is another.
    pub(super) fn cause(self, configuration: &Configuration<'_>) -> Option<Cause> {
        match (self, configuration.rule) {
            (Self::V1, Rule::V1) | (Self::V2, Rule::V2) => None,
            (Self::V1, Rule::V2) => Some(Cause::SignTypeLeftIn),
            (Self::V2, Rule::V1) => Some(Cause::SignTypeDropped),
            (Self::KeepEmpty, _) => Some(Cause::EmptyValuesSigned),
            (Self::AsSent, _) => Some(Cause::NotSorted),
            (Self::Encoded | Self::EncodedWithPercent, _) => Some(Cause::ValuesLeftEncoded),
            (Self::Quoted, _) => Some(Cause::ValuesQuoted),
        }
    }

    /// Writes it.
    pub(super) fn write(self, fields: &Fields) -> Vec<u8> {
        let mut signed: Vec<(&str, Vec<u8>)> = fields
            .iter()
            .filter(|(name, value)| {
                let named = match self {
                    Self::V2 => name != "sign",
                    _ => is_signed(name),
                };
                named && (self == Self::KeepEmpty || !value.is_empty())
            })
            .map(|(name, value)| (name.as_str(), self.value(value)))
            .collect();
        if self != Self::AsSent {
            signed.sort_by_key(|(name, _)| *name);
        }
        let pairs: Vec<Vec<u8>> = signed
            .into_iter()
            .map(|(name, value)| [name.as_bytes(), b"=", &value].concat())
            .collect();
        pairs.join(&b'&')
    }

    fn value(self, value: &[u8]) -> Vec<u8> {
        match self {
            Self::Encoded => super::change::encode(value, "+", true),
            Self::EncodedWithPercent => super::change::encode(value, "%20", true),
            Self::Quoted => [b"\"", value, b"\""].concat(),
            _ => value.to_vec(),
        }
    }
}
