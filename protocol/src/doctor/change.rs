//! What happens to values on their way, undone: each change is one known mistake.

use super::cause::Cause;
use crate::charset::Charset;

/// Undoes one mistake in one value; `None` or the same bytes where it cannot have happened.
type Undo = fn(&[u8]) -> Option<Vec<u8>>;

/// Mistakes that happen to every value alike, so that all are undone together, then one by one.
pub(super) const EVERYWHERE: [(Cause, Undo); 20] = [
    (Cause::HtmlEscaped, |value| Some(html_unescape(value))),
    (Cause::GbkReadAsUtf8, |value| {
        Charset::Gbk.encode(utf8(value)?)
    }),
    (Cause::Utf8ReadAsGbk, |value| {
        Charset::Gbk.decode(value).map(String::into_bytes)
    }),
    (Cause::Utf8ReadAsLatin1, |value| {
        utf8(value)?.chars().map(|c| u8::try_from(c).ok()).collect()
    }),
    (Cause::EncodedTwice, |value| percent_decode(value)),
    (Cause::PlusBecameSpace, |value| {
        Some(replace(value, b" ", b"+"))
    }),
    (Cause::SpaceBecamePlus, |value| {
        Some(replace(value, b"+", b" "))
    }),
    (Cause::DecodedTwice, |value| Some(encode(value, "+", true))),
    (Cause::DecodedTwice, |value| {
        Some(encode(value, "%20", true))
    }),
    (Cause::DecodedTwice, |value| Some(encode(value, "+", false))),
    (Cause::DecodedTwice, |value| {
        Some(encode(value, "%20", false))
    }),
    (Cause::SlashesAdded, |value| Some(strip_slashes(value))),
    (Cause::SlashesStripped, |value| Some(add_slashes(value))),
    (Cause::SlashesStripped, |value| {
        json(value).then(|| replace(value, b"/", b"\\/"))
    }),
    (Cause::JsonReserialised, |value| {
        json(value).then(|| spacing(value, false))
    }),
    (Cause::JsonReserialised, |value| {
        json(value).then(|| spacing(value, true))
    }),
    (Cause::LineBreaksChanged, |value| {
        Some(replace(value, b"\r\n", b"\n"))
    }),
    (Cause::LineBreaksChanged, |value| {
        Some(replace(&replace(value, b"\r\n", b"\n"), b"\n", b"\r\n"))
    }),
    (Cause::ValuePadded, |value| {
        Some(value.trim_ascii().to_vec())
    }),
    (Cause::TimeReformatted, |value| time(value)),
];

/// Mistakes of one value: undone one value at a time.
pub(super) const ONE_BY_ONE: [(Cause, Undo); 6] = [
    (Cause::AmountReformatted, |value| amount(value, 0)),
    (Cause::AmountReformatted, |value| amount(value, 1)),
    (Cause::AmountReformatted, |value| amount(value, 2)),
    (Cause::ValueTrimmed, |value| Some([b" ", value].concat())),
    (Cause::ValueTrimmed, |value| Some([value, b" "].concat())),
    (Cause::ValueTrimmed, |value| Some([value, b"\n"].concat())),
];

/// What can have happened to `sign`, undone.
pub(super) fn signs(sign: &[u8]) -> Vec<(Cause, Vec<u8>)> {
    let dense: Vec<u8> = sign
        .iter()
        .copied()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    let standard = replace(&replace(&dense, b"-", b"+"), b"_", b"/");
    let candidates = [
        (Cause::SignPlusBecameSpace, replace(sign, b" ", b"+")),
        (Cause::SignHasLineBreaks, dense),
        (Cause::SignEncodedTwice, percent_decode_keeping_plus(sign)),
        (Cause::SignIsUpperCase, sign.to_ascii_lowercase()),
        (Cause::SlashesAdded, strip_slashes(sign)),
        (Cause::SignLostPadding, padded(sign)),
        (Cause::SignIsUrlSafe, padded(&standard)),
    ];
    let mut undone: Vec<(Cause, Vec<u8>)> = Vec::new();
    for (cause, other) in candidates {
        if other != sign && undone.iter().all(|(_, known)| *known != other) {
            undone.push((cause, other));
        }
    }
    undone
}

/// The entities that input filters write.
const ENTITIES: [(&[u8], &[u8]); 10] = [
    (b"&quot;", b"\""),
    (b"&#34;", b"\""),
    (b"&#x22;", b"\""),
    (b"&#39;", b"'"),
    (b"&#039;", b"'"),
    (b"&#x27;", b"'"),
    (b"&apos;", b"'"),
    (b"&lt;", b"<"),
    (b"&gt;", b">"),
    // The last one: `&amp;quot;` is `&quot;` that was escaped, and one escape is one mistake.
    (b"&amp;", b"&"),
];

pub(super) fn html_unescape(value: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((first, behind)) = rest.split_first() {
        let entity = ENTITIES
            .iter()
            .find_map(|(entity, plain)| Some((*plain, rest.strip_prefix(*entity)?)));
        if let Some((plain, behind)) = entity {
            text.extend_from_slice(plain);
            rest = behind;
        } else {
            text.push(*first);
            rest = behind;
        }
    }
    text
}

fn utf8(value: &[u8]) -> Option<&str> {
    std::str::from_utf8(value).ok()
}

/// Whether a value can be JSON.
fn json(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    value.starts_with(b"{") || value.starts_with(b"[")
}

fn replace(value: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((first, behind)) = rest.split_first() {
        if let Some(behind) = rest.strip_prefix(from) {
            text.extend_from_slice(to);
            rest = behind;
        } else {
            text.push(*first);
            rest = behind;
        }
    }
    text
}

/// Decodes as a form; a `%` without two digits is no escape.
fn percent_decode(value: &[u8]) -> Option<Vec<u8>> {
    value
        .contains(&b'%')
        .then(|| percent_decode_keeping_plus(&replace(value, b"+", b" ")))
}

pub(super) fn percent_decode_keeping_plus(value: &[u8]) -> Vec<u8> {
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let mut text = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((first, behind)) = rest.split_first() {
        if let [b'%', high, low, behind @ ..] = rest
            && let (Some(high), Some(low)) = (digit(*high), digit(*low))
        {
            text.push(high << 4 | low);
            rest = behind;
        } else {
            text.push(*first);
            rest = behind;
        }
    }
    text
}

/// Encodes as one of the encoders would that the value was decoded from.
pub(super) fn encode(value: &[u8], space: &str, upper: bool) -> Vec<u8> {
    let mut text = String::new();
    for byte in value {
        match byte {
            b' ' => text.push_str(space),
            b'-' | b'.' | b'_' | b'*' | b'~' => text.push(char::from(*byte)),
            byte if byte.is_ascii_alphanumeric() => text.push(char::from(*byte)),
            byte if upper => text.push_str(&format!("%{byte:02X}")),
            byte => text.push_str(&format!("%{byte:02x}")),
        }
    }
    text.into_bytes()
}

fn strip_slashes(value: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(value.len());
    let mut bytes = value.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => text.extend(bytes.next()),
            byte => text.push(*byte),
        }
    }
    text
}

fn add_slashes(value: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(value.len());
    for byte in value {
        if matches!(byte, b'"' | b'\'' | b'\\') {
            text.push(b'\\');
        }
        text.push(*byte);
    }
    text
}

/// JSON without white space between its parts, or with a space after every `:` and `,`.
pub(super) fn spacing(value: &[u8], spaced: bool) -> Vec<u8> {
    let mut text = Vec::with_capacity(value.len());
    let (mut in_text, mut escaped) = (false, false);
    for byte in value {
        if in_text {
            text.push(*byte);
            in_text = escaped || *byte != b'"';
            escaped = !escaped && *byte == b'\\';
            continue;
        }
        if byte.is_ascii_whitespace() {
            continue;
        }
        in_text = *byte == b'"';
        text.push(*byte);
        if spaced && matches!(byte, b':' | b',') {
            text.push(b' ');
        }
    }
    text
}

/// A plain decimal with `decimals` of them, if nothing but zeros is added or taken off.
fn amount(value: &[u8], decimals: usize) -> Option<Vec<u8>> {
    let text = utf8(value)?.replace(',', "");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    // Numbers of trades are long, and no amount is.
    if whole.is_empty() || whole.len() > 9 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > decimals {
        return None;
    }
    Some(match decimals {
        0 => whole.as_bytes().to_vec(),
        _ => format!("{whole}.{fraction:0<decimals$}").into_bytes(),
    })
}

/// ISO 8601 as the gateway writes times.
fn time(value: &[u8]) -> Option<Vec<u8>> {
    let text = utf8(value)?;
    let (date, time) = text.split_once('T')?;
    let time = time.get(..8)?;
    (date.len() == 10).then(|| format!("{date} {time}").into_bytes())
}

/// Base64 with the padding it needs.
fn padded(sign: &[u8]) -> Vec<u8> {
    let mut text = sign.to_vec();
    while text.len().checked_rem(4).is_some_and(|rest| rest > 0) {
        text.push(b'=');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{amount, html_unescape, spacing, strip_slashes};

    #[test]
    fn one_escape_is_undone_and_not_two() {
        assert_eq!(html_unescape(b"&quot;a&amp;quot;&amp;"), b"\"a&quot;&");
        assert_eq!(strip_slashes(br#"\\\"a\"#), br#"\"a"#);
    }

    #[test]
    fn spacing_leaves_texts_alone() {
        let json = br#"{ "a : b" : [1, 2] , "c\" ,":"d" }"#;
        assert_eq!(spacing(json, false), br#"{"a : b":[1,2],"c\" ,":"d"}"#);
        assert_eq!(spacing(json, true), br#"{"a : b": [1, 2], "c\" ,": "d"}"#);
    }

    #[test]
    fn amounts_keep_their_worth() {
        assert_eq!(amount(b"8.00", 0).as_deref(), Some(&b"8"[..]));
        assert_eq!(amount(b"8", 2).as_deref(), Some(&b"8.00"[..]));
        assert_eq!(amount(b"1,000.5", 2).as_deref(), Some(&b"1000.50"[..]));
        assert_eq!(amount(b"8.05", 1), None);
        assert_eq!(amount(b"2024030521001004", 2), None);
    }
}
