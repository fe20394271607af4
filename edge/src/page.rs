//! Pages for people, made by the edge: whole without script, without anything from elsewhere.
//!
//! A page is told only to a browser that asks for one ([`is_wanted`]); programs get JSON. All text that
//! is not ours is escaped in one place, [`escape`], and stands in a `bdi`, so that it cannot reorder
//! what is around it.

pub mod language;
pub mod trouble;
mod words;

use base64ct::{Base64, Encoding};
use language::Language;
use sha2::{Digest, Sha256};
use std::fmt::Write;
pub use words::{Said, Words};
use worker::{Response, Result};

/// Colours have at least the contrast of WCAG AA in light and dark; distances are logical, for
/// languages that run from right to left.
const STYLE: &str = include_str!("page/style.css");

/// What a page is about, for its mark and colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It is done.
    Good,
    /// It ended otherwise.
    Plain,
    /// It is not known yet.
    Waiting,
}

impl Tone {
    fn row(self) -> (&'static str, &'static str) {
        match self {
            Self::Good => ("good", "✓"),
            Self::Plain => ("plain", "–"),
            Self::Waiting => ("waiting", "…"),
        }
    }
}

/// A link that looks like a button.
#[derive(Debug)]
pub struct Link<'a> {
    /// Ours, or one that the merchant registered.
    pub href: &'a str,
    /// What it says.
    pub text: &'static str,
}

/// What a page shows.
#[derive(Debug)]
pub struct Page<'a> {
    /// The language of its words.
    pub language: Language,
    /// Its mark.
    pub tone: Tone,
    /// Its heading.
    pub title: &'static str,
    /// What it means, and what to do.
    pub text: &'static str,
    /// Labels and values; values may be anybody's text.
    pub facts: Vec<(&'static str, String)>,
    /// Where one goes from here.
    pub links: Vec<Link<'a>>,
}

impl Page<'_> {
    /// The page as an answer.
    ///
    /// # Errors
    ///
    /// When the runtime refuses the response.
    pub fn response(&self, status: u16) -> Result<Response> {
        let mut response = Response::ok(self.html())?.with_status(status);
        let headers = response.headers_mut();
        headers.set("content-type", "text/html; charset=utf-8")?;
        headers.set("content-language", self.language.tag())?;
        headers.set("content-security-policy", &policy())?;
        headers.set("vary", "accept, accept-language")?;
        Ok(response)
    }

    fn html(&self) -> String {
        let (class, mark) = self.tone.row();
        let mut html = format!(
            "<!doctype html>\n<html lang=\"{}\" dir=\"ltr\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"robots\" content=\"noindex\">\n<title>{title}</title>\n<style>{STYLE}</style>\n\
             </head>\n<body>\n<main class=\"{class}\">\n<p class=\"mark\" aria-hidden=\"true\">{mark}</p>\n\
             <h1>{title}</h1>\n<p>{}</p>\n",
            self.language.tag(),
            escape(self.text),
            title = escape(self.title),
        );
        if !self.facts.is_empty() {
            html.push_str("<dl>\n");
            for (label, value) in &self.facts {
                let (label, value) = (escape(label), escape(value));
                // Writing to a text cannot fail.
                let _ = writeln!(
                    html,
                    "<div><dt>{label}</dt><dd><bdi>{value}</bdi></dd></div>"
                );
            }
            html.push_str("</dl>\n");
        }
        for link in &self.links {
            let (href, text) = (escape(link.href), escape(link.text));
            let _ = writeln!(html, "<p><a href=\"{href}\">{text}</a></p>");
        }
        html.push_str("</main>\n</body>\n</html>\n");
        html
    }
}

/// Nothing but our own style, by its hash.
fn policy() -> String {
    let hash = Base64::encode_string(&Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

/// Text as HTML, for content and for attributes in quotes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Whether an `Accept` header prefers a page to JSON. A browser that navigates names `text/html`; a
/// program that takes anything gets JSON.
#[must_use]
pub fn is_wanted(accept: Option<&str>) -> bool {
    let ranges = || language::weighed(accept.unwrap_or_default());
    let best = |names: [&str; 2]| {
        let named =
            ranges().filter(|(range, _)| names.iter().any(|name| range.eq_ignore_ascii_case(name)));
        named.map(|(_, weight)| weight).max().unwrap_or(0)
    };
    let page = best(["text/html", "application/xhtml+xml"]);
    page > 0 && page >= best(["application/json", "application/problem+json"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_for_browsers_that_navigate() {
        let cases = [
            (
                Some("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
                true,
            ),
            (Some("text/html"), true),
            (Some("TEXT/HTML;q=0.5"), true),
            (Some("application/json, text/html;q=0.9"), false),
            (Some("application/json;q=0.5, text/html"), true),
            (Some("text/html;q=0"), false),
            (Some("text/html;q=nonsense"), false),
            (Some("*/*"), false),
            (Some("text/*"), false),
            (Some(""), false),
            (None, false),
        ];
        for (accept, expected) in cases {
            assert_eq!(is_wanted(accept), expected, "{accept:?}");
        }
    }

    #[test]
    fn nobodys_text_becomes_markup() {
        let page = Page {
            language: Language::English,
            tone: Tone::Plain,
            title: "T",
            text: "x",
            facts: vec![("L", "<script>alert('1')</script>&\"".to_owned())],
            links: vec![Link {
                href: "https://shop.example/?a=1&b=\"><script>",
                text: "go",
            }],
        };
        let html = page.html();
        assert!(html.contains(
            "<dd><bdi>&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&quot;</bdi></dd>"
        ));
        assert!(html.contains(
            "<a href=\"https://shop.example/?a=1&amp;b=&quot;&gt;&lt;script&gt;\">go</a>"
        ));
        assert!(!html.contains("<script"));
    }

    #[test]
    fn the_style_is_allowed_by_its_hash_and_nothing_else_is() {
        assert!(page_of_style().contains("<style>"));
        let hash = Base64::encode_string(&Sha256::digest(STYLE.as_bytes()));
        let policy = policy();
        assert!(policy.starts_with("default-src 'none'; "));
        assert!(policy.contains(&format!("style-src 'sha256-{hash}'; ")));
        // The style itself can neither leave its element nor fetch anything.
        for never in ["<", "url(", "@import"] {
            assert!(!STYLE.contains(never), "{never}");
        }
    }

    fn page_of_style() -> String {
        Page {
            language: Language::English,
            tone: Tone::Good,
            title: "T",
            text: "x",
            facts: vec![],
            links: vec![],
        }
        .html()
    }
}
