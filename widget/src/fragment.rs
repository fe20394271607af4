//! The status token in the page's fragment, put there by the edge's `/return`.

/// Takes the status token out of a fragment: the token, and what is left without it.
///
/// `hash` is `location.hash`: empty, or with its `#`. The rest keeps the merchant's own parts in
/// their order and is empty, or starts with `#`. A fragment without a token gives `None`.
pub(crate) fn take(hash: &str) -> Option<(String, String)> {
    let mut token = None;
    let mut rest = String::new();
    for part in hash.strip_prefix('#')?.split('&') {
        match part.strip_prefix("alipay-checkout=") {
            Some(found) => token = Some(found.to_owned()),
            None => {
                rest.push(if rest.is_empty() { '#' } else { '&' });
                rest.push_str(part);
            }
        }
    }
    Some((token?, rest))
}

#[cfg(test)]
mod tests {
    use super::take;

    #[track_caller]
    fn check(hash: &str, expected: Option<(&str, &str)>) {
        let found = take(hash);
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
    }

    #[test]
    fn last_of_two_tokens_wins_and_none_stays() {
        check("#alipay-checkout=A&alipay-checkout=B", Some(("B", "")));
    }
}
