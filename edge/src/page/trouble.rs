//! A failure as a page, where a shopper's browser was sent to us: in plain words, with what to do.

use super::language::Language;
use super::{Link, Page, Tone, is_wanted};
use super::{Said, Words};
use crate::error::Failure;
use crate::http;
use crate::read::header;
use crate::token::TokenError;
use url::Url;
use worker::{Request, Response, Result};

/// Answers a failure: as a page on the routes that browsers navigate to, to those that want one;
/// else as problem details. The status and the code are the same.
///
/// `allowed_origins` are those that the page may link back to.
///
/// # Errors
///
/// When the runtime refuses the response.
pub fn answer(
    request: &Request,
    allowed_origins: &[String],
    failure: &Failure,
) -> Result<Response> {
    let path = request.path();
    let first = path.split('/').nth(1).unwrap_or_default();
    let navigated = matches!(first, "pay" | "result" | "return");
    if !navigated || !is_wanted(header(request.inner(), "accept").as_deref()) {
        let mut response = http::problem(failure)?;
        if navigated {
            response
                .headers_mut()
                .set("vary", "accept, accept-language")?;
        }
        return Ok(response);
    }
    let language = Language::choose(None, header(request.inner(), "accept-language").as_deref());
    let words = Words::of(language);
    let (title, text) = said(failure, words, first == "pay");
    let came_from =
        header(request.inner(), "origin").or_else(|| header(request.inner(), "referer"));
    let back = shop(came_from.as_deref(), allowed_origins);
    let page = Page {
        language,
        tone: Tone::Plain,
        title,
        text,
        facts: vec![(words.code, failure.code().to_owned())],
        links: back
            .map(|href| Link {
                href,
                text: words.back,
            })
            .into_iter()
            .collect(),
    };
    let mut response = page.response(failure.status())?;
    http::explain(response.headers_mut(), failure)?;
    Ok(response)
}

/// What a shopper is told. Nothing of the request is repeated.
fn said(failure: &Failure, words: &Words, paying: bool) -> Said {
    match failure {
        Failure::OrderToken(TokenError::Expired) => words.outdated,
        Failure::OrderTermsDiffer => words.changed,
        Failure::PayFailed => words.unusable,
        Failure::PayRefused => words.refused,
        // Whatever else is not the caller's fault: nothing is known of the payment.
        _ if failure.status() >= 500 => words.busy,
        Failure::TooMany { .. } | Failure::BodyUnreadable => words.busy,
        _ if paying => words.unusable,
        _ => words.unknown,
    }
}

/// The shop that a browser came from, if it is one that may be linked to; where only one shop is
/// there, that one.
fn shop<'a>(came_from: Option<&str>, allowed_origins: &'a [String]) -> Option<&'a str> {
    let origin = came_from
        .and_then(|text| Url::parse(text).ok())
        .map(|url| url.origin().ascii_serialization());
    let same = |allowed: &&'a String| Some(*allowed) == origin.as_ref();
    let only = if let [only] = allowed_origins {
        Some(only)
    } else {
        None
    };
    allowed_origins
        .iter()
        .find(same)
        .or(only)
        .map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shopper_is_told_what_to_do_and_never_that_it_failed() {
        let words = Words::of(Language::English);
        let cases = [
            (
                Failure::OrderToken(TokenError::Expired),
                true,
                words.outdated,
            ),
            (
                Failure::OrderToken(TokenError::BadSignature),
                true,
                words.unusable,
            ),
            (
                Failure::OrderClaim("amount", "x".into()),
                true,
                words.unusable,
            ),
            (Failure::OrderTermsDiffer, true, words.changed),
            (Failure::Unavailable, true, words.busy),
            (Failure::Unavailable, false, words.busy),
            (Failure::Misconfigured, true, words.busy),
            (Failure::PayUnknown, true, words.busy),
            (Failure::PayFailed, true, words.unusable),
            (Failure::PayRefused, true, words.refused),
            (Failure::TooMany { wait_s: 9 }, true, words.busy),
            (Failure::OrderUnknown, false, words.unknown),
            (
                Failure::StatusToken(TokenError::Expired),
                false,
                words.unknown,
            ),
        ];
        for (failure, paying, expected) in cases {
            assert_eq!(said(&failure, words, paying), expected, "{failure:?}");
        }
    }

    #[test]
    fn only_an_allowed_shop_is_linked_to() {
        let two = [
            "https://a.example".to_owned(),
            "https://b.example".to_owned(),
        ];
        let one = ["https://a.example".to_owned()];
        let cases: [(Option<&str>, &[String], Option<&str>); 7] = [
            (Some("https://b.example"), &two, Some("https://b.example")),
            (
                Some("https://b.example/cart?x"),
                &two,
                Some("https://b.example"),
            ),
            (Some("https://evil.example"), &two, None),
            (Some("null"), &two, None),
            (None, &two, None),
            (
                Some("https://evil.example"),
                &one,
                Some("https://a.example"),
            ),
            (None, &[], None),
        ];
        for (came_from, allowed, expected) in cases {
            assert_eq!(shop(came_from, allowed), expected, "{came_from:?}");
        }
    }
}
