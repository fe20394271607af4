//! Asking Alipay back whether a notification is its own, and ours.

use crate::form::encode;
use crate::trade::{NotifyId, Partner};

/// The longest answer that is worth reading, in bytes: `invalid` has 7; the rest is for white space.
pub const MAX_ANSWER: usize = 64;

/// Writes the address that confirms `notify_id` for `partner`, to be fetched with GET.
///
/// `notify_id` is encoded once, also where it holds percent escapes of its own.
///
/// # Not checked here
///
/// `gateway_url`: it comes from configuration and has no query.
///
/// # Source
///
/// `docs/alipay/notify.md` section 4.
#[must_use]
pub fn notify_verify_url(gateway_url: &str, partner: &Partner, notify_id: &NotifyId) -> String {
    let query = encode([
        ("service", "notify_verify"),
        ("partner", partner.as_str()),
        ("notify_id", notify_id.as_str()),
    ]);
    format!("{gateway_url}?{query}")
}

/// Alipay's answer to `notify_verify`.
///
/// # Source
///
/// `docs/alipay/notify.md` section 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// `true`: Alipay sent this notification, to this partner. It says nothing about the other
    /// fields, so the signature must hold as well.
    True,
    /// `false`: it did not, or too long ago.
    False,
    /// `invalid`: the question was wrong, for example `partner`.
    Invalid,
    /// Anything else: an error page, a challenge. No answer; ask again.
    Other,
}

impl Answer {
    /// Reads the body of the answer. White space around the word is allowed, nothing else is.
    #[must_use]
    pub fn parse(body: &[u8]) -> Self {
        if body.len() > MAX_ANSWER {
            return Self::Other;
        }
        match body.trim_ascii() {
            b"true" => Self::True,
            b"false" => Self::False,
            b"invalid" => Self::Invalid,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, MAX_ANSWER, notify_verify_url};
    use crate::trade::{NotifyId, Partner};

    #[test]
    fn notify_id_is_encoded_exactly_once() {
        let partner = Partner::parse("2088101122136241").unwrap();
        let notify_id = NotifyId::parse("RqPn%2Fvwbh3+I=").unwrap();
        assert_eq!(
            notify_verify_url("https://mapi.alipay.com/gateway.do", &partner, &notify_id),
            "https://mapi.alipay.com/gateway.do?service=notify_verify&partner=2088101122136241\
             &notify_id=RqPn%252Fvwbh3%2BI%3D"
        );
    }

    #[test]
    fn only_the_exact_words_are_answers() {
        let cases: [(&[u8], Answer); 10] = [
            (b"true", Answer::True),
            (b"true\n", Answer::True),
            (b"false", Answer::False),
            (b"invalid", Answer::Invalid),
            (b"", Answer::Other),
            (b"TRUE", Answer::Other),
            (b"true;", Answer::Other),
            (b"\xEF\xBB\xBFtrue", Answer::Other),
            (b"<html>true</html>", Answer::Other),
            (b"true false", Answer::Other),
        ];
        for (body, answer) in cases {
            assert_eq!(Answer::parse(body), answer, "{body:?}");
        }
        let padded = [b"true".as_slice(), &[b' '; MAX_ANSWER]].concat();
        assert_eq!(Answer::parse(&padded), Answer::Other);
    }
}
