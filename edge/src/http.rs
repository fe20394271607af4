//! Answers: JSON, problem details, CORS.

use crate::config::Config;
use crate::error::Failure;
use crate::event::hex;
use crate::read::header;
use crate::text::text;
use js_sys::JsString;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use std::collections::BTreeMap;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::{Headers, Method, Request, Response, Result};

/// How long a browser may keep the answer to a preflight, in seconds.
const PREFLIGHT_AGE_S: &str = "7200";

/// Of a SHA-256: enough that two answers never share a tag.
const ETAG_DIGITS: usize = 32;

#[derive(Serialize)]
struct Problem<'a> {
    #[serde(rename = "type")]
    problem_type: String,
    title: &'a str,
    status: u16,
    code: &'a str,
    detail: String,
}

/// What a route allows that is read.
pub const READ: &str = "GET, HEAD";

/// The method that chooses the route. HEAD is GET to everything here (RFC 9110 section 9.3.2); that the answer has no
/// body is the runtime's.
#[must_use]
pub fn method(request: &Request) -> Method {
    match request.method() {
        Method::Head => Method::Get,
        other => other,
    }
}

/// The failure as problem details (RFC 9457).
///
/// # Errors
///
/// When the runtime refuses the response.
pub fn problem(failure: &Failure) -> Result<Response> {
    let body = Problem {
        problem_type: format!("urn:alipay-checkout:problem:{}", failure.code()),
        title: failure.title(),
        status: failure.status(),
        code: failure.code(),
        detail: failure.to_string(),
    };
    let mut response = Response::from_json(&body)?.with_status(failure.status());
    let headers = response.headers_mut();
    headers.set("content-type", "application/problem+json")?;
    explain(headers, failure)?;
    Ok(response)
}

/// The headers that belong to a failure, in whatever form it is told.
///
/// # Errors
///
/// When the runtime refuses a header.
pub fn explain(headers: &Headers, failure: &Failure) -> Result<()> {
    match failure {
        Failure::Method { allow } => headers.set("allow", allow),
        Failure::TooMany { wait_s } => headers.set("retry-after", &wait_s.to_string()),
        // RFC 9110 section 15.5.2: an answer 401 names the way to be let in.
        Failure::AdminToken => headers.set("www-authenticate", "Bearer"),
        // RFC 6750 section 3.1: which scope would have been enough.
        Failure::AdminScope(scope) => {
            let scope = scope.name();
            let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\"");
            headers.set("www-authenticate", &challenge)
        }
        _ => Ok(()),
    }
}

/// The answer with an `etag` over its body; or 304 without a body, where the caller has it already.
///
/// # Errors
///
/// When the body cannot be read or the runtime refuses a header.
pub async fn unless_known(request: &Request, mut answer: Response) -> Result<Response> {
    let hash = hex(&Sha256::digest(answer.bytes().await?));
    let etag = format!("\"{}\"", hash.get(..ETAG_DIGITS).unwrap_or(&hash));
    if has_already(request, &etag) {
        answer = Response::empty()?.with_status(304);
    }
    answer.headers_mut().set("etag", &etag)?;
    Ok(answer)
}

/// Whether the caller says that it has the answer with this `etag`.
#[must_use]
pub fn has_already(request: &Request, etag: &str) -> bool {
    header(request.inner(), "if-none-match").is_some_and(|known| names(&known, etag))
}

/// RFC 9110 section 13.1.2: a list, or `*` for any; compared weakly, as what compresses an answer weakens its tag.
fn names(known: &str, etag: &str) -> bool {
    let mut tags = known.split(',').map(str::trim);
    tags.any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}

/// Lets the merchant's pages, and no others, read the answer.
///
/// # Errors
///
/// When the runtime refuses a header.
pub fn with_cors(mut response: Response, request: &Request, config: &Config) -> Result<Response> {
    let origin = allowed_origin(request.inner(), config);
    let headers = response.headers_mut();
    headers.append("vary", "origin")?;
    if let Some(origin) = origin {
        headers.set("access-control-allow-origin", &origin)?;
    }
    Ok(response)
}

/// The answer to a preflight: only JSON callers send one, the widget's form does not.
///
/// # Errors
///
/// When the runtime refuses the response.
pub fn preflight(request: &Request, config: &Config) -> Result<Response> {
    let response = Response::empty()?.with_status(204);
    let headers = Headers::new();
    if allowed_origin(request.inner(), config).is_some() {
        headers.set("access-control-allow-methods", "GET, POST")?;
        headers.set("access-control-allow-headers", "content-type")?;
        headers.set("access-control-max-age", PREFLIGHT_AGE_S)?;
    }
    with_cors(response.with_headers(headers), request, config)
}

/// The origin of the page that asks, where it may read the answer.
#[must_use]
pub fn allowed_origin(request: &web_sys::Request, config: &Config) -> Option<String> {
    let origin = header(request, "origin")?;
    config.allowed_origins.contains(&origin).then_some(origin)
}

/// Headers for every answer: nothing is sniffed, framed, cached or leaked by Referer.
const HARDENED: [(&str, &str); 4] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    // A page has its own.
    (
        "content-security-policy",
        "default-src 'none'; frame-ancestors 'none'",
    ),
    ("cache-control", "no-store"),
];

/// Gives an answer the headers of every answer, where it has no others of these names.
///
/// # Errors
///
/// When the runtime refuses a header.
pub fn harden(mut response: Response) -> Result<Response> {
    let headers = response.headers_mut();
    for (name, value) in HARDENED {
        if !headers.has(name)? {
            headers.set(name, value)?;
        }
    }
    Ok(response)
}

/// A plain answer, which differs from others of its kind in its body at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kind {
    /// Its HTTP status.
    pub status: u16,
    /// Its media type.
    pub content_type: &'static str,
    /// The code of a refusal, for the header `x-refusal`.
    pub refusal: Option<&'static str>,
}

thread_local! {
    static INITS: RefCell<BTreeMap<Kind, web_sys::ResponseInit>> = const { RefCell::new(BTreeMap::new()) };
}

#[wasm_bindgen]
extern "C" {
    /// A response made of a text that the runtime has already.
    #[wasm_bindgen(extends = web_sys::Response)]
    type Made;

    #[wasm_bindgen(constructor, js_class = "Response", catch)]
    fn new(body: &JsString, init: &web_sys::ResponseInit) -> std::result::Result<Made, JsValue>;
}

/// A plain answer, with the headers of every answer.
///
/// # Errors
///
/// When the runtime refuses it.
pub fn plain(kind: Kind, body: &'static str) -> Result<web_sys::Response> {
    let answer = Made::new(&text(body), &init(kind)?)?;
    Ok(answer.into())
}

/// Made once for each kind, as every kind stands in the source: what is taken apart anew for each
/// answer costs as much as the answer.
fn init(kind: Kind) -> Result<web_sys::ResponseInit> {
    if let Some(init) = INITS.with_borrow(|inits| inits.get(&kind).cloned()) {
        return Ok(init);
    }
    let refusal = kind.refusal.map(|code| ("x-refusal", code));
    let own = [("content-type", kind.content_type)];
    let init = hardened(kind.status, own.into_iter().chain(refusal))?;
    INITS.with_borrow_mut(|inits| inits.insert(kind, init.clone()));
    Ok(init)
}

/// A status and headers, with those of every answer.
///
/// # Errors
///
/// When the runtime refuses a header.
pub fn hardened<'a>(
    status: u16,
    own: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<web_sys::ResponseInit> {
    let headers = web_sys::Headers::new()?;
    for (name, value) in own.into_iter().chain(HARDENED) {
        headers.set(name, value)?;
    }
    let init = web_sys::ResponseInit::new();
    init.set_status(status);
    init.set_headers(&headers);
    Ok(init)
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn a_tag_is_known_by_itself_in_a_list_and_weakened() {
        for (known, expected) in [
            (r#""2""#, true),
            (r#"W/"2""#, true),
            (r#""1", W/"2""#, true),
            ("*", true),
            (r#""1""#, false),
            (r#""22""#, false),
            ("2", false),
            ("", false),
        ] {
            assert_eq!(names(known, r#""2""#), expected, "{known}");
        }
    }
}
