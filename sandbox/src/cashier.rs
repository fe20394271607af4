//! The H5 cashier: log in, confirm with the payment password, return. No script is needed, and
//! every form answers with a redirect, so that Back and Reload never send it twice.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{FromRequestParts, Path, Query, State},
    http::{StatusCode, header, request::Parts},
    response::Response,
};
use serde::Deserialize;

use crate::{
    app::App,
    log, notification, pages,
    password::{ACCOUNT, LOGIN_PASSWORD},
    respond::{FormsLead, found, page, see_other},
    trade::{Paying, Trade},
    words::Lang,
};

/// Name of the login cookie. Its path is the one payment it belongs to.
const COOKIE: &str = "cashier_session";

/// What the page's URL says beside the payment.
#[derive(Default, Deserialize)]
struct PageQuery {
    #[serde(default)]
    lang: String,
    #[serde(default)]
    error: String,
}

/// What was wrong with the last form, as its word in the URL. Only known words are ever shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FormError {
    Login,
    NotSixDigits,
    TooSimple,
    Wrong,
}

impl FormError {
    const fn word(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::NotSixDigits => "not-six-digits",
            Self::TooSimple => "too-simple",
            Self::Wrong => "wrong",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [
            Self::Login,
            Self::NotSixDigits,
            Self::TooSimple,
            Self::Wrong,
        ]
        .into_iter()
        .find(|error| error.word() == word)
    }
}

/// A request for a page of one payment.
pub(crate) struct Visit {
    pub(crate) lang: Lang,
    /// Whether the shopper chose the language, so that links and forms keep it.
    lang_chosen: bool,
    pub(crate) error: Option<FormError>,
    logged_in: bool,
    /// The trade when the request arrived.
    pub(crate) trade: Trade,
}

impl FromRequestParts<Arc<App>> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        // A query or path that cannot be decoded is no page of ours either.
        let query = Query::<PageQuery>::from_request_parts(parts, app).await;
        let Query(query) = query.unwrap_or_default();
        let chosen = Lang::parse(&query.lang);
        let lang = chosen.unwrap_or_else(|| Lang::of_headers(&parts.headers));
        let unknown = || {
            page(
                StatusCode::NOT_FOUND,
                pages::not_found(lang),
                FormsLead::Here,
            )
        };
        let Path(cashier_id) = Path::<String>::from_request_parts(parts, app)
            .await
            .map_err(|_| unknown())?;
        let trade = app
            .store
            .read(|book| book.by_cashier_id(&cashier_id).cloned())
            .ok_or_else(unknown)?;
        let logged_in = parts
            .headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|cookies| cookies.to_str().ok())
            .flat_map(|cookies| cookies.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='))
            .any(|(name, value)| name == COOKIE && app.is_session(&cashier_id, value));
        Ok(Self {
            lang,
            lang_chosen: chosen.is_some(),
            error: FormError::parse(&query.error),
            logged_in,
            trade,
        })
    }
}

impl Visit {
    /// A page of this payment in the chosen language; `step` is empty or starts with `/`.
    pub(crate) fn path(&self, step: &str) -> String {
        let path = format!("/cashier/{}{step}", self.trade.cashier_id);
        if self.lang_chosen {
            format!("{path}?lang={}", self.lang.code())
        } else {
            path
        }
    }

    fn path_with_error(&self, step: &str, error: FormError) -> String {
        let path = self.path(step);
        let joint = if self.lang_chosen { '&' } else { '?' };
        format!("{path}{joint}error={}", error.word())
    }
}

/// The order and the form to log in.
pub(crate) async fn login_page(State(app): State<Arc<App>>, visit: Visit) -> Response {
    if visit.logged_in {
        return see_other(&visit.path("/pay"));
    }
    let markup = pages::login(&visit, &app.partner);
    page(StatusCode::OK, markup, FormsLead::Here)
}

/// Takes account and login password.
pub(crate) async fn log_in(State(app): State<Arc<App>>, visit: Visit, body: Bytes) -> Response {
    let account_matches = form_value(&body, "account")
        .trim()
        .eq_ignore_ascii_case(ACCOUNT);
    if !account_matches || form_value(&body, "login_password") != LOGIN_PASSWORD {
        log::event(
            "login-refused",
            format_args!("out_trade_no={}", visit.trade.out_trade_no),
        );
        return see_other(&visit.path_with_error("", FormError::Login));
    }
    log::event(
        "logged-in",
        format_args!("out_trade_no={}", visit.trade.out_trade_no),
    );
    let cookie = format!(
        "{COOKIE}={}; Path=/cashier/{}; HttpOnly; SameSite=Lax",
        app.session(&visit.trade.cashier_id),
        visit.trade.cashier_id
    );
    let mut response = see_other(&visit.path("/pay"));
    if let Ok(cookie) = cookie.parse() {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// The order and the form for the payment password.
pub(crate) async fn pay_page(State(app): State<Arc<App>>, visit: Visit) -> Response {
    if !visit.logged_in {
        return see_other(&visit.path(""));
    }
    if visit.trade.payment.is_some() {
        return see_other(&visit.path("/result"));
    }
    if visit.trade.is_locked() {
        return page(
            StatusCode::OK,
            pages::locked(&visit, &app.partner),
            FormsLead::Here,
        );
    }
    let markup = pages::pay(&visit, &app.partner);
    page(StatusCode::OK, markup, FormsLead::Away)
}

/// Takes the payment password.
pub(crate) async fn pay(State(app): State<Arc<App>>, visit: Visit, body: Bytes) -> Response {
    if !visit.logged_in {
        return see_other(&visit.path(""));
    }
    let entered = form_value(&body, "payment_password");
    let Ok(moment) = app.moment() else {
        return failed(&visit);
    };
    let changed = app.store.change(|book| {
        book.by_cashier_id_mut(&visit.trade.cashier_id)
            .map(|trade| trade.pay(&entered, moment))
    });
    let paying = match changed {
        Ok(Some(paying)) => paying,
        // Removed since the request arrived, to make room.
        Ok(None) => return failed(&visit),
        Err(error) => {
            log::event(
                "state-not-written",
                format_args!("reason={:?}", error.kind()),
            );
            return failed(&visit);
        }
    };
    log::event(
        "payment",
        format_args!(
            "out_trade_no={} outcome={paying:?}",
            visit.trade.out_trade_no
        ),
    );
    let error = match paying {
        Paying::Paid => {
            app.wake.notify_one();
            return see_other(&visit.path("/result"));
        }
        Paying::AlreadyPaid => return see_other(&visit.path("/result")),
        Paying::Locked => return see_other(&visit.path("/pay")),
        Paying::NotSixDigits => FormError::NotSixDigits,
        Paying::TooSimple => FormError::TooSimple,
        Paying::Wrong => FormError::Wrong,
    };
    see_other(&visit.path_with_error("/pay", error))
}

/// What was paid, and the way back to the merchant.
pub(crate) async fn result_page(State(app): State<Arc<App>>, visit: Visit) -> Response {
    // The signed query is for the shopper who paid.
    if !visit.logged_in {
        return see_other(&visit.path(""));
    }
    let Some(payment) = &visit.trade.payment else {
        return see_other(&visit.path("/pay"));
    };
    let Ok(return_url) = notification::return_url(&visit.trade, payment, &app.keys) else {
        return failed(&visit);
    };
    match return_url {
        Some(return_url) if payment.faults.return_delay_ms == 0 => {
            log::event(
                "returned",
                format_args!("out_trade_no={}", visit.trade.out_trade_no),
            );
            found(&return_url)
        }
        return_url => {
            let markup = pages::result(&visit, payment, &app.partner, return_url.as_deref());
            page(StatusCode::OK, markup, FormsLead::Here)
        }
    }
}

/// Leaves without paying: the trade stays open and nobody is notified.
pub(crate) async fn cancel(visit: Visit) -> Response {
    if visit.trade.payment.is_some() {
        return see_other(&visit.path("/result"));
    }
    log::event(
        "left-unpaid",
        format_args!("out_trade_no={}", visit.trade.out_trade_no),
    );
    match visit.trade.requested("merchant_url") {
        Some(merchant_url) => see_other(merchant_url),
        None => page(StatusCode::OK, pages::cancelled(&visit), FormsLead::Here),
    }
}

fn failed(visit: &Visit) -> Response {
    page(
        StatusCode::INTERNAL_SERVER_ERROR,
        pages::failed(visit),
        FormsLead::Here,
    )
}

/// A value of a form of ours; empty when it is not there.
fn form_value(body: &[u8], wanted: &str) -> String {
    form_urlencoded::parse(body)
        .find(|(name, _)| name == wanted)
        .map_or_else(String::new, |(_, value)| value.into_owned())
}
