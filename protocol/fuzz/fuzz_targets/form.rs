//! Every form that is read is read alike when it is written again.
#![no_main]

use alipay_protocol::canonical::canonicalize;
use alipay_protocol::form::{Form, encode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(form) = Form::parse(bytes) else { return };
    let fields: Option<Vec<(&str, &str)>> = form
        .iter()
        .map(|(name, value)| Some((name, std::str::from_utf8(value).ok()?)))
        .collect();
    let Some(fields) = fields else { return };
    let again = encode(fields);
    // Escapes can make a form longer than the limit; the text stays the same.
    if let Ok(other) = Form::parse(again.as_bytes()) {
        assert_eq!(canonicalize(form.iter()), canonicalize(other.iter()));
    }
});
