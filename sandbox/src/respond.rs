//! Answers that several routes share, and the headers on all of them.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use maud::Markup;

use crate::{pages, words::Lang};

/// Nothing but our own style; no script at all.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// As [`POLICY`], for the page with the payment form. Browsers apply `form-action` to every
/// redirect that follows a form: here to the merchant's edge and on to the merchant's shop, whose
/// origin nobody has told us.
const POLICY_LEADING_AWAY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; \
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
