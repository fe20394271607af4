//! `algorithm=RSA256,keyVersion=1,signature=…`

use std::fmt;

use thiserror::Error;

/// The longest header that is read: a signature of 8192 bits, with every character of its base64
/// percent-encoded, is 4104 bytes; the rest is for the other pairs.
pub const MAX_HEADER: usize = 4352;

/// The number of a key pair, `keyVersion`: 1 to 9 digits. Not signed, so it is a hint and no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyVersion(u32);

impl KeyVersion {
    /// The number of a first key.
    pub const ONE: Self = Self(1);

    /// Reads the number.
    ///
    /// # Errors
    ///
    /// * [`HeaderError::BadKeyVersion`] – not 1 to 9 digits.
    pub fn parse(text: &str) -> Result<Self, HeaderError> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || !(1..=9).contains(&text.len()) {
            return Err(HeaderError::BadKeyVersion);
        }
        text.parse()
            .map(Self)
            .map_err(|_| HeaderError::BadKeyVersion)
    }

    /// The number.
    #[must_use]
    pub fn number(self) -> u32 {
        self.0
    }
}

impl fmt::Display for KeyVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The header `signature`, taken apart. It proves nothing yet.
#[derive(Clone, PartialEq, Eq)]
pub struct SignatureHeader {
    key_version: KeyVersion,
    base64: Vec<u8>,
}

impl SignatureHeader {
    /// Reads the value of the header: three pairs in any order, with or without spaces between them.
    ///
    /// The signature may be percent-encoded, in either case and as far as its sender likes, or raw
    /// base64; a `+` is a `+`. Libraries that read it as a form lose signatures here.
    ///
    /// # Errors
    ///
    /// * [`HeaderError::TooLong`] – longer than [`MAX_HEADER`]; nothing was read.
    /// * [`HeaderError::NotAPair`] – a part without `=`, or with an empty name or value.
    /// * [`HeaderError::PairTwice`] – a name twice.
    /// * [`HeaderError::UnknownPair`] – a name that is not one of the three.
    /// * [`HeaderError::MissingPair`] – one of the three is absent.
    /// * [`HeaderError::AlgorithmNotAccepted`] – not exactly `RSA256`, the only one there is.
    /// * [`HeaderError::BadKeyVersion`] – not 1 to 9 digits.
    /// * [`HeaderError::BadEscape`] – `%` without two hexadecimal digits.
    ///
    /// # Source
    ///
    /// `docs/alipay/antom.md` section 2; vectors `hdr-*`, `bad-hdr-*`.
    pub fn parse(text: &str) -> Result<Self, HeaderError> {
        if text.len() > MAX_HEADER {
            return Err(HeaderError::TooLong { limit: MAX_HEADER });
        }
        let (mut algorithm, mut key_version, mut signature) = (None, None, None);
        for part in text.split(',') {
            let (name, value) = part
                .trim_matches(' ')
                .split_once('=')
                .filter(|(name, value)| !name.is_empty() && !value.is_empty())
                .ok_or(HeaderError::NotAPair)?;
            let place = match name {
                "algorithm" => &mut algorithm,
                "keyVersion" => &mut key_version,
                "signature" => &mut signature,
                _ => return Err(HeaderError::UnknownPair),
            };
            if place.replace(value).is_some() {
                return Err(HeaderError::PairTwice);
            }
        }
        let missing = |name| HeaderError::MissingPair { name };
        let algorithm = algorithm.ok_or(missing("algorithm"))?;
        let key_version = key_version.ok_or(missing("keyVersion"))?;
        let signature = signature.ok_or(missing("signature"))?;
        if algorithm != "RSA256" {
            return Err(HeaderError::AlgorithmNotAccepted);
        }
        Ok(Self {
            key_version: KeyVersion::parse(key_version)?,
            base64: unescape(signature).ok_or(HeaderError::BadEscape)?,
        })
    }

    /// The number of the key that Antom says it signed with.
    #[must_use]
    pub fn key_version(&self) -> KeyVersion {
        self.key_version
    }

    /// The signature in base64, or whatever stood there.
    pub(super) fn base64(&self) -> &[u8] {
        &self.base64
    }
}

/// Shows the number of the key only.
impl fmt::Debug for SignatureHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignatureHeader")
            .field("key_version", &self.key_version)
            .finish_non_exhaustive()
    }
}

/// Why the header `signature` was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// `algorithm` is not `RSA256`.
    #[error("algorithm is not RSA256")]
    AlgorithmNotAccepted,
    /// A `%` without two hexadecimal digits behind it.
    #[error("a percent escape is broken")]
    BadEscape,
    /// `keyVersion` is not 1 to 9 digits.
    #[error("keyVersion is not 1 to 9 digits")]
    BadKeyVersion,
    /// A pair is absent.
    #[error("{name} is absent")]
    MissingPair {
        /// The name of the pair.
        name: &'static str,
    },
    /// A part between commas is not `name=value`.
    #[error("a part is not name=value")]
    NotAPair,
    /// A name twice.
    #[error("a name is given twice")]
    PairTwice,
    /// Longer than any header of a key we take.
    #[error("header is longer than {limit} bytes")]
    TooLong {
        /// The most.
        limit: usize,
    },
    /// A name that the header does not have.
    #[error("a name is not known")]
    UnknownPair,
}

/// Writes the header as Antom's own libraries do.
pub(super) fn write(key_version: KeyVersion, base64: &str) -> String {
    let escaped = base64
        .replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D");
    format!("algorithm=RSA256,keyVersion={key_version},signature={escaped}")
}

/// Decodes percent escapes and leaves every other byte, `+` included.
fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let digit = |byte: u8| char::from(byte).to_digit(16);
        let (high, low) = (digit(bytes.next()?)?, digit(bytes.next()?)?);
        decoded.push(u8::try_from(high.checked_mul(16)?.checked_add(low)?).ok()?);
    }
    Some(decoded)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{HeaderError, KeyVersion, MAX_HEADER, SignatureHeader, write};

    #[track_caller]
    fn check(text: &str, expected: Result<(u32, &str), HeaderError>) {
        let read =
            SignatureHeader::parse(text).map(|header| (header.key_version.number(), header.base64));
        let expected = expected.map(|(number, base64)| (number, base64.as_bytes().to_vec()));
        assert_eq!(read, expected, "{text:?}");
    }

    #[test]
    fn pairs_in_any_order_and_spacing_accepted() {
        check(
            "algorithm=RSA256,keyVersion=1,signature=a%2Bb",
            Ok((1, "a+b")),
        );
        check(
            "algorithm=RSA256, keyVersion=12, signature=a+b/c==",
            Ok((12, "a+b/c==")),
        );
        check(
            "  signature=%2b%3D ,keyVersion=1,  algorithm=RSA256 ",
            Ok((1, "+=")),
        );
        check(
            "signature=%61,algorithm=RSA256,keyVersion=000000001",
            Ok((1, "a")),
        );
    }

    #[test]
    fn header_of_another_shape_rejected() {
        let missing = |name| Err(HeaderError::MissingPair { name });
        let cases = [
            ("", Err(HeaderError::NotAPair)),
            ("algorithm=RSA256,keyVersion=1", missing("signature")),
            ("algorithm=RSA256,signature=a", missing("keyVersion")),
            ("keyVersion=1,signature=a", missing("algorithm")),
            (
                "algorithm=RSA256,keyVersion=1,signature=",
                Err(HeaderError::NotAPair),
            ),
            (
                "algorithm=,keyVersion=1,signature=a",
                Err(HeaderError::NotAPair),
            ),
            (
                "algorithm=RSA256,keyVersion=1,signature=a,",
                Err(HeaderError::NotAPair),
            ),
            (
                "algorithm=RSA256,,keyVersion=1,signature=a",
                Err(HeaderError::NotAPair),
            ),
            (
                "algorithm=RSA256;keyVersion=1;signature=a",
                missing("keyVersion"),
            ),
            (
                "algorithm=RSA256,keyVersion=1,signature",
                Err(HeaderError::NotAPair),
            ),
            (
                "algorithm=RSA256,keyVersion=1,signature=a,signature=a",
                Err(HeaderError::PairTwice),
            ),
            (
                "algorithm=none,algorithm=RSA256,keyVersion=1,signature=a",
                Err(HeaderError::PairTwice),
            ),
            (
                "algorithm=RSA256,keyVersion=1,signature=a,x=y",
                Err(HeaderError::UnknownPair),
            ),
            (
                "Algorithm=RSA256,keyVersion=1,signature=a",
                Err(HeaderError::UnknownPair),
            ),
            (
                "algorithm =RSA256,keyVersion=1,signature=a",
                Err(HeaderError::UnknownPair),
            ),
            (
                "algorithm=rsa256,keyVersion=1,signature=a",
                Err(HeaderError::AlgorithmNotAccepted),
            ),
            (
                "algorithm= RSA256,keyVersion=1,signature=a",
                Err(HeaderError::AlgorithmNotAccepted),
            ),
            (
                "algorithm=RSA256,keyVersion=x,signature=a",
                Err(HeaderError::BadKeyVersion),
            ),
            (
                "algorithm=RSA256,keyVersion=+1,signature=a",
                Err(HeaderError::BadKeyVersion),
            ),
            (
                "algorithm=RSA256,keyVersion=1234567890,signature=a",
                Err(HeaderError::BadKeyVersion),
            ),
            (
                "algorithm=RSA256,keyVersion=1,signature=a%",
                Err(HeaderError::BadEscape),
            ),
            (
                "algorithm=RSA256,keyVersion=1,signature=a%2",
                Err(HeaderError::BadEscape),
            ),
            (
                "algorithm=RSA256,keyVersion=1,signature=a%2g",
                Err(HeaderError::BadEscape),
            ),
            (
                "algorithm=RSA256,keyVersion=1,signature=a%+2",
                Err(HeaderError::BadEscape),
            ),
            (
                "\talgorithm=RSA256,keyVersion=1,signature=a",
                Err(HeaderError::UnknownPair),
            ),
        ];
        for (text, expected) in cases {
            // A semicolon separates nothing, so the first pair takes the whole text.
            check(text, expected);
        }
        let long = format!(
            "algorithm=RSA256,keyVersion=1,signature={}",
            "a".repeat(MAX_HEADER)
        );
        check(&long, Err(HeaderError::TooLong { limit: MAX_HEADER }));
        let fits = "%41".repeat(1368);
        check(
            &format!("algorithm=RSA256, keyVersion=999999999, signature={fits}"),
            Ok((999_999_999, &"A".repeat(1368))),
        );
    }

    proptest! {
        #[test]
        fn header_we_write_is_read_back(base64 in "[A-Za-z0-9+/]{1,400}={0,2}", number in 0_u32..1_000_000_000) {
            let text = write(KeyVersion(number), &base64);
            let header = SignatureHeader::parse(&text).unwrap();
            prop_assert_eq!(header.key_version().number(), number);
            prop_assert_eq!(header.base64(), base64.as_bytes());
            // Everything but letters, digits, `%` and the three pairs is escaped.
            prop_assert_eq!(text.matches(['+', '/']).count(), 0);
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".*") {
            if let Ok(header) = SignatureHeader::parse(&text) {
                prop_assert!(header.base64().len() <= text.len());
            }
        }
    }
}
