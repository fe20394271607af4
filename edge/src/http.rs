//! Answers: JSON, problem details, CORS.

use crate::config::Config;
use crate::error::Failure;
use crate::read::header;
use serde::Serialize;
use worker::{Headers, Request, Response, Result};

/// How long a browser may keep the answer to a preflight, in seconds.
const PREFLIGHT_AGE_S: &str = "7200";

#[derive(Serialize)]
struct Problem<'a> {
    #[serde(rename = "type")]
    problem_type: String,
    title: &'a str,
    status: u16,
    code: &'a str,
    detail: String,
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
        _ => Ok(()),
    }
}

/// Lets the merchant's pages, and no others, read the answer.
///
/// # Errors
///
/// When the runtime refuses a header.
pub fn with_cors(mut response: Response, request: &Request, config: &Config) -> Result<Response> {
    let origin = allowed_origin(request, config);
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
    if allowed_origin(request, config).is_some() {
        headers.set("access-control-allow-methods", "GET, POST")?;
        headers.set("access-control-allow-headers", "content-type")?;
        headers.set("access-control-max-age", PREFLIGHT_AGE_S)?;
    }
    with_cors(response.with_headers(headers), request, config)
}

fn allowed_origin(request: &Request, config: &Config) -> Option<String> {
    let origin = header(request, "origin")?;
    config.allowed_origins.contains(&origin).then_some(origin)
}

/// Headers for every answer: nothing is sniffed, framed, cached or leaked by Referer.
///
/// # Errors
///
/// When the runtime refuses a header.
pub fn harden(mut response: Response) -> Result<Response> {
    let headers = response.headers_mut();
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
    ] {
        headers.set(name, value)?;
    }
    // A page has its own.
    if !headers.has("content-security-policy")? {
        let policy = "default-src 'none'; frame-ancestors 'none'";
        headers.set("content-security-policy", policy)?;
    }
    if !headers.has("cache-control")? {
        headers.set("cache-control", "no-store")?;
    }
    Ok(response)
}
