//! Random identifiers, from the operating system.

use std::fmt::Write as _;

/// `bytes` random bytes as lower-case hexadecimal text.
///
/// # Errors
///
/// Whatever the operating system's generator answers; practically never.
pub(crate) fn hex(bytes: usize) -> Result<String, getrandom::Error> {
    let mut buffer = vec![0; bytes];
    getrandom::fill(&mut buffer)?;
    Ok(to_hex(&buffer))
}

/// `count` random decimal digits.
///
/// # Errors
///
/// As [`hex`].
pub(crate) fn digits(count: usize) -> Result<String, getrandom::Error> {
    let mut buffer = vec![0_u8; count];
    getrandom::fill(&mut buffer)?;
    // 256 is no multiple of ten; the slight preference for low digits does not matter for a number
    // that only has to be unlikely to repeat.
    Ok(buffer
        .iter()
        .map(|byte| char::from(b'0'.saturating_add(byte % 10)))
        .collect())
}

/// Lower-case hexadecimal text of `bytes`.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String never fails.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
