//! Text of `name="value"` pairs, as the app's SDK writes it.

use crate::form::is_name;

/// The most pairs that are read: the longest result seen has 18.
const MAX_PAIRS: usize = 64;

/// The pairs of a text, each name once, and the text they were read from.
#[derive(Debug)]
pub(super) struct Quoted<'a> {
    text: &'a str,
    pairs: Vec<Pair<'a>>,
}

#[derive(Debug)]
struct Pair<'a> {
    name: &'a str,
    value: &'a str,
    /// Where the pair begins in the text.
    at: usize,
}

impl<'a> Quoted<'a> {
    /// Reads the pairs. As a value holds no `"`, there is one way to read a text; anything else than
    /// pairs joined by `&`, a name twice, or too many of them is `None`.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let mut pairs: Vec<Pair<'a>> = Vec::new();
        let mut rest = text;
        loop {
            let at = text.len().checked_sub(rest.len())?;
            let (name, after) = rest.split_once("=\"")?;
            let (value, after) = after.split_once('"')?;
            let repeated = pairs.iter().any(|pair| pair.name == name);
            if !is_name(name) || repeated || pairs.len() >= MAX_PAIRS {
                return None;
            }
            pairs.push(Pair { name, value, at });
            if after.is_empty() {
                return Some(Self { text, pairs });
            }
            rest = after.strip_prefix('&')?;
        }
    }

    /// The value of `name` if it is there and not empty.
    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        self.pairs
            .iter()
            .find(|pair| pair.name == name)
            .map(|pair| pair.value)
            .filter(|value| !value.is_empty())
    }

    /// The text before `&sign_type=`, byte for byte, if the last two pairs are `sign_type` and `sign`:
    /// what Alipay signs.
    pub(super) fn signed_prefix(&self) -> Option<&'a str> {
        let [.., sign_type, sign] = self.pairs.as_slice() else {
            return None;
        };
        if (sign_type.name, sign.name) != ("sign_type", "sign") {
            return None;
        }
        self.text.get(..sign_type.at.checked_sub(1)?)
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_PAIRS, Quoted};

    #[test]
    fn signed_prefix_is_the_text_as_it_stands() {
        let text = "b=\"=%3A&x=\"&a=\"\"&sign_type=\"RSA\"&sign=\"AA==\"";
        let quoted = Quoted::parse(text).unwrap();
        assert_eq!(quoted.signed_prefix(), Some("b=\"=%3A&x=\"&a=\"\""));
        assert_eq!(quoted.get("b"), Some("=%3A&x="));
        assert_eq!(quoted.get("a"), None);
        assert_eq!(quoted.get("sign"), Some("AA=="));
    }

    #[test]
    fn text_whose_end_is_no_signature_has_no_prefix() {
        for text in [
            "a=\"1\"",
            "sign_type=\"RSA\"&sign=\"x\"",
            "a=\"1\"&sign=\"x\"&sign_type=\"RSA\"",
            "a=\"1\"&sign_type=\"RSA\"&sign=\"x\"&b=\"2\"",
        ] {
            assert_eq!(
                Quoted::parse(text).unwrap().signed_prefix(),
                None,
                "{text:?}"
            );
        }
    }

    #[test]
    fn text_that_is_not_of_pairs_rejected() {
        let many: Vec<String> = (0..=MAX_PAIRS).map(|n| format!("a{n}=\"\"")).collect();
        let many = many.join("&");
        for text in [
            "",
            "a",
            "a=1",
            "a=\"1",
            "a=\"1\"&",
            "&a=\"1\"",
            "a=\"1\"b=\"2\"",
            "a=\"1\" &b=\"2\"",
            "a=\"1\"&a=\"2\"",
            "a b=\"1\"",
            "=\"1\"",
            "a=\"1\"2\"",
            &many,
        ] {
            assert!(Quoted::parse(text).is_none(), "{text:?}");
        }
    }
}
