//! Tokens in the page's fragment: the status token that the edge's `/return` puts there, and the
//! order token of a link that was copied to be opened in another browser.

/// Name of the status token.
pub(crate) const RETURNED: &str = "alipay-checkout=";
/// Name of the order token.
pub(crate) const RESUME: &str = "alipay-resume=";

/// Finds the token after `name` in a URL's fragment: what the URL is without it, in two parts around the
/// token.
///
/// The merchant's own parts of the fragment stay as they are, and in their order; where nothing is left, its
/// `#` goes too. A URL without a token gives `None`.
pub(crate) fn find<'u>(url: &'u str, name: &str) -> Option<(&'u str, &'u str, &'u str)> {
    let (page, mut fragment) = split(url, b'#');
    let mut start = page.len();
    loop {
        // Behind the `#` or `&` that it begins with.
        let (part, others) = split(fragment.get(1..)?, b'&');
        if let Some(token) = part.strip_prefix(name) {
            return Some(match others.get(1..) {
                // The `#` stays, for the next part.
                Some(others) if start == page.len() => (url.get(..=start)?, token, others),
                _ => (url.get(..start)?, token, others),
            });
        }
        start = start.saturating_add(part.len()).saturating_add(1);
        fragment = others;
    }
}

/// What stands between a URL, in the parts that [`find`] leaves, and one more part of its fragment.
pub(crate) fn joint(before: &str, after: &str) -> &'static str {
    match (split(before, b'#').1, after) {
        ("", "") => "#",
        ("#", "") => "",
        _ => "&",
    }
}

/// A text before the first `mark`, and from there on.
fn split(text: &str, mark: u8) -> (&str, &str) {
    let place = text.bytes().position(|byte| byte == mark);
    text.split_at_checked(place.unwrap_or(text.len()))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{RESUME, RETURNED, find, joint};

    const PAGE: &str = "https://shop.example/o?id=1";

    #[track_caller]
    fn check(fragment: &str, expected: Option<(&str, &str)>) {
        let url = [PAGE, fragment].concat();
        let found =
            find(&url, RETURNED).map(|(before, token, after)| (token, [before, after].concat()));
        let expected = expected.map(|(token, rest)| (token, [PAGE, rest].concat()));
        assert_eq!(found, expected, "{fragment:?}");
    }

    #[test]
    fn token_is_taken_and_the_rest_is_kept() {
        check("#alipay-checkout=a.b-c_d", Some(("a.b-c_d", "")));
        check("#details&alipay-checkout=T", Some(("T", "#details")));
        check("#alipay-checkout=T&tab=2", Some(("T", "#tab=2")));
        check("#alipay-checkout=T&", Some(("T", "#")));
        check("#/o/1?x=2&alipay-checkout=T&y", Some(("T", "#/o/1?x=2&y")));
        check("#a&&alipay-checkout=T&&b", Some(("T", "#a&&&b")));
        check("#ü&alipay-checkout=T&支付", Some(("T", "#ü&支付")));
        check("#alipay-checkout=", Some(("", "")));
    }

    #[test]
    fn fragment_without_token_is_left_alone() {
        check("", None);
        check("#", None);
        check("#&", None);
        check("#details", None);
        check("#not-alipay-checkout=T", None);
        check("#alipay-resume=T", None);
        check("&alipay-checkout=T", None);
    }

    #[test]
    fn one_of_two_tokens_is_taken_at_a_time() {
        let two = "#alipay-checkout=A&alipay-checkout=B";
        check(two, Some(("A", "#alipay-checkout=B")));
    }

    #[test]
    fn token_is_added_once_and_the_rest_is_kept() {
        for (fragment, expected) in [
            ("", "#"),
            ("#", "#"),
            ("#a&b", "#a&b&"),
            ("#a&alipay-resume=old", "#a&"),
            ("#alipay-resume=old", "#"),
            ("#alipay-resume=old&a", "#a&"),
            ("#alipay-resume=old&", "#"),
        ] {
            let url = [PAGE, fragment].concat();
            let (before, _, after) = find(&url, RESUME).unwrap_or((&url, "", ""));
            let expected = [PAGE, expected].concat();
            let found = [before, after, joint(before, after)].concat();
            assert_eq!(found, expected, "{fragment:?}");
        }
    }
}
