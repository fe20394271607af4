//! The gates that every signed form passes, whatever it says.

use super::VerifyError;
use crate::backend::RsaBackend;
use crate::canonical::resplit;
use crate::charset::Charset;
use crate::form::Form;
use crate::ring::{KeyId, Keys};

/// The gates up to the signature, and the search for another way to split what was signed.
///
/// `text` is what the form's rule says was signed. Tells which key holds.
pub(crate) async fn open(
    keys: &Keys,
    backend: &impl RsaBackend,
    form: &Form<'_>,
    envelope: &[&'static str],
    text: &[u8],
) -> Result<KeyId, VerifyError> {
    for field in envelope {
        if form.get(field).is_none() {
            return Err(VerifyError::MissingField { field });
        }
    }
    let expected = keys.sign_type();
    if form.get("sign_type") != Some(expected.as_str().as_bytes()) {
        return Err(VerifyError::SignTypeNotAccepted { expected });
    }
    let sign = form
        .get("sign")
        .ok_or(VerifyError::MissingField { field: "sign" })?;
    let key_id = keys
        .verify(backend, text, sign)
        .await
        .map_err(|_| VerifyError::BadSignature)?;
    if form.iter().any(|(_, value)| resplit(value)) {
        return Err(VerifyError::Resplit);
    }
    Ok(key_id)
}

/// The gates behind the signature: known names, the configured charset, text.
pub(crate) fn admit(
    form: &Form<'_>,
    charset: Charset,
    is_known: fn(&str) -> bool,
) -> Result<(), VerifyError> {
    if !form.iter().all(|(name, _)| is_known(name)) {
        return Err(VerifyError::UnknownField);
    }
    for name in ["_input_charset", "charset"] {
        let named = form
            .get(name)
            .map(|label| std::str::from_utf8(label).unwrap_or_default());
        if named.is_some_and(|label| Charset::parse(label) != Some(charset)) {
            return Err(VerifyError::CharsetNotAccepted);
        }
    }
    for (_, value) in form.iter() {
        let text = charset.decode(value).ok_or(VerifyError::BadText)?;
        if text.chars().any(char::is_control) {
            return Err(VerifyError::BadText);
        }
    }
    Ok(())
}
