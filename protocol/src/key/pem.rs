//! From what people paste to DER.

use base64ct::{Base64, Encoding};
use zeroize::Zeroizing;

use super::{KeyError, MAX_KEY_TEXT};

/// Takes off the PEM frame and white space, and decodes the base64.
pub(super) fn der(text: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    if text.len() > MAX_KEY_TEXT {
        return Err(KeyError::TooLong {
            limit: MAX_KEY_TEXT,
        });
    }
    let text = text.trim_ascii();
    if text.is_empty() {
        return Err(KeyError::Empty);
    }
    let base64 = if text.starts_with("-----") {
        frame(text).ok_or(KeyError::NotPem)?
    } else {
        text
    };
    let base64: Zeroizing<String> = Zeroizing::new(
        base64
            .chars()
            .filter(|c| !c.is_ascii_whitespace())
            .collect(),
    );
    Base64::decode_vec(&base64)
        .map(Zeroizing::new)
        .map_err(|_| KeyError::NotBase64)
}

/// The text between the two lines of one PEM frame of a known label. The label chooses nothing: what
/// is inside is told by its own bytes, as keys under the wrong label are common.
fn frame(text: &str) -> Option<&str> {
    let (label, rest) = text.strip_prefix("-----BEGIN ")?.split_once("-----")?;
    if !matches!(
        label,
        "PUBLIC KEY" | "RSA PUBLIC KEY" | "PRIVATE KEY" | "RSA PRIVATE KEY"
    ) {
        return None;
    }
    rest.strip_suffix("-----")?
        .strip_suffix(label)?
        .strip_suffix("-----END ")
}
