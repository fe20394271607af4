//! Which language a page is in, and how headers weigh their choices.

/// A language that the pages have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English, and the one for everybody whose own is not here.
    English,
    /// Chinese in simplified characters, which readers of the traditional ones prefer to English.
    Chinese,
}

impl Language {
    /// Chooses: first what the merchant's order says, then what the browser prefers.
    #[must_use]
    pub fn choose(locale: Option<&str>, accept_language: Option<&str>) -> Self {
        if let Some(language) = locale.and_then(Self::of) {
            return language;
        }
        let mut wanted: Vec<_> = weighed(accept_language.unwrap_or_default())
            .filter(|(_, weight)| *weight > 0)
            .collect();
        // A stable sort: what is equally wanted stays in the header's order.
        wanted.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
        let mut known = wanted.into_iter().filter_map(|(tag, _)| Self::of(tag));
        known.next().unwrap_or(Self::English)
    }

    /// Its tag for `lang`.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-Hans",
        }
    }

    fn of(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        match primary.to_ascii_lowercase().as_str() {
            "en" => Some(Self::English),
            "zh" => Some(Self::Chinese),
            _ => None,
        }
    }
}

/// The entries of an `Accept…` header with their weights in thousandths (RFC 9110 section 12.4.2).
/// One whose weight cannot be read weighs nothing.
pub(super) fn weighed(header: &str) -> impl Iterator<Item = (&str, u16)> {
    header.split(',').map(|entry| {
        let mut parts = entry.split(';');
        let name = parts.next().unwrap_or_default().trim();
        let weight = parts.find_map(|part| {
            let part = part.trim();
            part.strip_prefix("q=").or_else(|| part.strip_prefix("Q="))
        });
        (
            name,
            weight.map_or(1000, |text| thousandths(text).unwrap_or(0)),
        )
    })
}

fn thousandths(text: &str) -> Option<u16> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    if !matches!(whole, "0" | "1") || rest.len() > 3 {
        return None;
    }
    let number: u16 = format!("{whole}{rest:0<3}").parse().ok()?;
    (number <= 1000).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_says_first_then_the_browser_then_english() {
        let cases = [
            (None, None, Language::English),
            (None, Some("zh-CN,zh;q=0.9,en;q=0.8"), Language::Chinese),
            (None, Some("en;q=0.8, zh;q=0.9"), Language::Chinese),
            (None, Some("en,zh"), Language::English),
            (None, Some("zh-TW"), Language::Chinese),
            (
                None,
                Some("de-DE,de;q=0.9,zh;q=0.2,en;q=0.1"),
                Language::Chinese,
            ),
            (None, Some("de, zh;q=0"), Language::English),
            (None, Some("zh;q=2, en;q=0.1"), Language::English),
            (None, Some("*"), Language::English),
            (Some("zh-Hans"), Some("en"), Language::Chinese),
            (Some("ZH_cn"), Some("en"), Language::Chinese),
            (Some("fr"), Some("zh"), Language::Chinese),
            (Some("en-GB"), Some("zh"), Language::English),
        ];
        for (locale, accept, expected) in cases {
            assert_eq!(
                Language::choose(locale, accept),
                expected,
                "{locale:?} {accept:?}"
            );
        }
    }

    #[test]
    fn weights_are_read_in_thousandths() {
        let cases = [
            ("1", Some(1000)),
            ("1.000", Some(1000)),
            ("0.8", Some(800)),
            ("0.853", Some(853)),
            ("0", Some(0)),
            ("1.001", None),
            ("0.8531", None),
            ("0.", Some(0)),
            ("-1", None),
            ("00.5", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(thousandths(text), expected, "{text}");
        }
    }
}
