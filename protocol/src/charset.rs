//! The charset of a merchant's messages. It comes from configuration, as the key does.

/// The charset in which the gateway writes to this merchant.
///
/// A signature is over the bytes of the charset; text is made of them only after it held.
///
/// # Source
///
/// `docs/alipay/sign.md` section 2; vectors `edge-gbk`, `omnipay-f2f-notify-real-gbk`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Charset {
    /// GB18030, of which GBK and GB2312 are parts.
    #[cfg(feature = "gbk")]
    Gb18030,
    /// GBK, of which GB2312 is a part.
    #[cfg(feature = "gbk")]
    Gbk,
    /// UTF-8.
    Utf8,
}

impl Charset {
    /// Reads a name as `_input_charset` and `charset` carry it, in any case; `None` if not known.
    #[must_use]
    pub fn parse(label: &str) -> Option<Self> {
        match label.to_ascii_lowercase().as_str() {
            #[cfg(feature = "gbk")]
            "gb18030" => Some(Self::Gb18030),
            #[cfg(feature = "gbk")]
            "gbk" | "gb2312" => Some(Self::Gbk),
            "utf-8" | "utf8" => Some(Self::Utf8),
            _ => None,
        }
    }

    /// Makes text of `bytes`; `None` if they are not of this charset. Nothing is replaced or dropped.
    #[must_use]
    pub fn decode(self, bytes: &[u8]) -> Option<String> {
        match self {
            #[cfg(feature = "gbk")]
            Self::Gb18030 => decode_with(encoding_rs::GB18030, bytes),
            #[cfg(feature = "gbk")]
            Self::Gbk => decode_with(encoding_rs::GBK, bytes),
            Self::Utf8 => std::str::from_utf8(bytes).ok().map(str::to_owned),
        }
    }

    /// Makes bytes of `text`; `None` if the charset cannot write it.
    #[must_use]
    pub fn encode(self, text: &str) -> Option<Vec<u8>> {
        match self {
            #[cfg(feature = "gbk")]
            Self::Gb18030 => encode_with(encoding_rs::GB18030, text),
            #[cfg(feature = "gbk")]
            Self::Gbk => encode_with(encoding_rs::GBK, text),
            Self::Utf8 => Some(text.as_bytes().to_vec()),
        }
    }
}

#[cfg(feature = "gbk")]
fn decode_with(encoding: &'static encoding_rs::Encoding, bytes: &[u8]) -> Option<String> {
    encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .map(std::borrow::Cow::into_owned)
}

#[cfg(feature = "gbk")]
fn encode_with(encoding: &'static encoding_rs::Encoding, text: &str) -> Option<Vec<u8>> {
    let (bytes, _, replaced) = encoding.encode(text);
    (!replaced).then(|| bytes.into_owned())
}

#[cfg(test)]
mod tests {
    use super::Charset;

    #[test]
    fn names_are_read_in_any_case_and_others_rejected() {
        assert_eq!(Charset::parse("UTF-8"), Some(Charset::Utf8));
        assert_eq!(Charset::parse("utf8"), Some(Charset::Utf8));
        for label in ["", "utf-16", "latin1", " utf-8", "big5"] {
            assert_eq!(Charset::parse(label), None, "{label:?}");
        }
    }

    #[test]
    fn bytes_of_another_charset_rejected() {
        assert_eq!(Charset::Utf8.decode(b"\xD6\xD0"), None);
        // An overlong form of '/'.
        assert_eq!(Charset::Utf8.decode(b"\xC0\xAF"), None);
    }

    #[cfg(feature = "gbk")]
    #[test]
    fn chinese_charsets_round_trip() {
        assert_eq!(Charset::parse("GB2312"), Some(Charset::Gbk));
        assert_eq!(Charset::parse("gb18030"), Some(Charset::Gb18030));
        for charset in [Charset::Gbk, Charset::Gb18030] {
            assert_eq!(
                charset.encode("中文").as_deref(),
                Some(&b"\xD6\xD0\xCE\xC4"[..])
            );
            assert_eq!(charset.decode(b"\xD6\xD0\xCE\xC4").as_deref(), Some("中文"));
            assert_eq!(charset.decode(b"\xD6"), None);
        }
        assert_eq!(Charset::Gbk.encode("🧧"), None);
    }
}
