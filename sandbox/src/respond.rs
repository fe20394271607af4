//! Answers that several routes share, and the headers on all of them.

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use maud::Markup;

use crate::{pages, words::Lang};

/// Nothing but our own style and our one script, which only keeps pages up to date.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// As [`POLICY`], for the page with the payment form. Browsers apply `form-action` to every
/// redirect that follows a form: here to the merchant's edge and on to the merchant's shop, whose
/// origin nobody has told us.
const POLICY_LEADING_AWAY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; \
                                   script-src 'self'; connect-src 'self'; \
                                   form-action 'self' http: https:; base-uri 'none'; \
                                   frame-ancestors 'none'";

/// Where the forms of a page may lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FormsLead {
    /// To our own pages only.
    Here,
    /// By redirects also to the merchant.
    Away,
}

/// A page of ours.
pub(crate) fn page(status: StatusCode, markup: Markup, forms_lead: FormsLead) -> Response {
    let policy = match forms_lead {
        FormsLead::Here => POLICY,
        FormsLead::Away => POLICY_LEADING_AWAY,
    };
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    (status, headers, markup.into_string()).into_response()
}

/// A redirect that always becomes a GET.
pub(crate) fn see_other(location: &str) -> Response {
    redirect(StatusCode::SEE_OTHER, location)
}

/// The redirect of Alipay's gateway and result page.
pub(crate) fn found(location: &str) -> Response {
    redirect(StatusCode::FOUND, location)
}

fn redirect(status: StatusCode, location: &str) -> Response {
    HeaderValue::from_str(location).map_or_else(
        |_| StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        |location| (status, [(header::LOCATION, location)]).into_response(),
    )
}

/// The style of all pages.
pub(crate) async fn style() -> Response {
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8")];
    (headers, include_str!("sandbox.css")).into_response()
}

/// The script of the pages that change by themselves.
pub(crate) async fn script() -> Response {
    let headers = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")];
    (headers, include_str!("sandbox.js")).into_response()
}

/// Browsers ask for an icon; an error in their console would mislead.
pub(crate) async fn no_icon() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// No such page.
pub(crate) async fn not_found() -> Response {
    page(
        StatusCode::NOT_FOUND,
        pages::not_found(Lang::En),
        FormsLead::Here,
    )
}

/// An answer with what it says in short: where it leads to, or its text, unless that is a page.
pub(crate) async fn peek(response: Response) -> (Response, String) {
    if let Some(told) = in_short(response.headers()) {
        return (response, told);
    }
    let (parts, body) = response.into_parts();
    // Made by ourselves a moment ago, whole and in memory.
    let bytes = axum::body::to_bytes(body, usize::MAX)
        .await
        .unwrap_or_default();
    let told = String::from_utf8_lossy(&bytes).into_owned();
    (Response::from_parts(parts, bytes.into()), told)
}

fn in_short(headers: &HeaderMap) -> Option<String> {
    let header = |name| headers.get(name).and_then(|one| one.to_str().ok());
    if let Some(location) = header(header::LOCATION) {
        return Some(format!("location: {location}"));
    }
    let kind = header(header::CONTENT_TYPE)?;
    kind.starts_with("text/html").then(|| "(a page)".to_owned())
}

/// Headers on every answer: nothing is cached, nothing is guessed, no address is passed on.
pub(crate) async fn harden(mut response: Response) -> Response {
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
        .headers_mut()
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(POLICY));
    response
}
