//! Tokens in the page's fragment: the status token that the edge's `/return` puts there, and the
//! order token of a link that was copied to be opened in another browser.

/// Name of the status token.
pub(crate) const RETURNED: &str = "alipay-checkout=";
/// Name of the order token.
pub(crate) const RESUME: &str = "alipay-resume=";

/// Takes the token after `name` out of a fragment: the token, and what is left without it.
///
/// `hash` is `location.hash`: empty, or with its `#`. The rest keeps the merchant's own parts in
/// their order and is empty, or starts with `#`. A fragment without a token gives `None`.
pub(crate) fn take(hash: &str, name: &str) -> Option<(String, String)> {
    let mut token = None;
    let mut rest = String::new();
    for part in hash.strip_prefix('#')?.split('&') {
        match part.strip_prefix(name) {
            Some(found) => token = Some(found.to_owned()),
            None => {
                rest.push(if rest.is_empty() { '#' } else { '&' });
                rest.push_str(part);
            }
        }
    }
    Some((token?, rest))
}

/// The fragment with a token added, in the place of one that is there.
pub(crate) fn with(hash: &str, name: &str, token: &str) -> String {
    let rest = take(hash, name).map_or_else(|| hash.to_owned(), |(_, rest)| rest);
    let joint = if rest.len() < 2 { "#" } else { "&" };
    [rest.trim_end_matches('#'), joint, name, token].concat()
}

#[cfg(test)]
mod tests {
    use super::{RESUME, RETURNED, take, with};

    #[track_caller]
    fn check(hash: &str, expected: Option<(&str, &str)>) {
        let found = take(hash, RETURNED);
        let found = found
            .as_ref()
            .map(|(token, rest)| (token.as_str(), rest.as_str()));
        assert_eq!(found, expected, "{hash:?}");
    }

    #[test]
    fn token_is_taken_and_the_rest_is_kept() {
        check("#alipay-checkout=a.b-c_d", Some(("a.b-c_d", "")));
        check("#details&alipay-checkout=T", Some(("T", "#details")));
        check("#alipay-checkout=T&tab=2", Some(("T", "#tab=2")));
        check("#/o/1?x=2&alipay-checkout=T&y", Some(("T", "#/o/1?x=2&y")));
    }

    #[test]
    fn fragment_without_token_is_left_alone() {
        check("", None);
        check("#", None);
        check("#details", None);
        check("#not-alipay-checkout=T", None);
        check("#alipay-resume=T", None);
    }

    #[test]
    fn last_of_two_tokens_wins_and_none_stays() {
        check("#alipay-checkout=A&alipay-checkout=B", Some(("B", "")));
    }

    #[test]
    fn token_is_added_once_and_the_rest_is_kept() {
        for (hash, expected) in [
            ("", "#alipay-resume=T"),
            ("#", "#alipay-resume=T"),
            ("#a&b", "#a&b&alipay-resume=T"),
            ("#a&alipay-resume=old", "#a&alipay-resume=T"),
            ("#alipay-resume=old", "#alipay-resume=T"),
        ] {
            assert_eq!(with(hash, RESUME, "T"), expected, "{hash:?}");
        }
    }
}
