//! A request for a page of one payment: who is there, in which language, and what was chosen.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, Path, Query},
    http::{StatusCode, header, request::Parts},
    response::Response,
};
use serde::Deserialize;

use crate::{
    app::App,
    desk,
    faults::NotifyFault,
    outcome::Outcome,
    pages,
    respond::{FormsLead, page},
    shopper::{SHOPPERS, Shopper},
    trade::Trade,
    wallet::Refusal,
    words::Lang,
};

/// Name of the login cookie. Its path is the one payment it belongs to.
pub(crate) const COOKIE: &str = "cashier_session";

/// The same for a desktop browser that waits for the phone.
pub(crate) const DESK_COOKIE: &str = "cashier_desk";

/// What the page's URL says beside the payment.
#[derive(Default, Deserialize)]
#[serde(default)]
struct PageQuery {
    lang: String,
    app: String,
    phone: String,
    switch: String,
    outcome: String,
    notify: String,
    error: String,
}

/// What was wrong with the last form, as its word in the URL. Only known words are ever shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FormError {
    Login,
    Refused(Refusal),
}

impl FormError {
    const ALL: [(Self, &'static str); 10] = [
        (Self::Login, "login"),
        (Self::Refused(Refusal::AccountLimited), "account-limited"),
        (Self::Refused(Refusal::CardDeclined), "card-declined"),
        (Self::Refused(Refusal::CardExpired), "card-expired"),
        (Self::Refused(Refusal::InsufficientBalance), "insufficient"),
        (Self::Refused(Refusal::LimitExceeded), "limit"),
        (Self::Refused(Refusal::NoSuchCard), "no-such-card"),
        (Self::Refused(Refusal::NotSixDigits), "not-six-digits"),
        (Self::Refused(Refusal::TooSimple), "too-simple"),
        (Self::Refused(Refusal::WrongPassword), "wrong"),
    ];

    fn word(self) -> &'static str {
        let known = Self::ALL.into_iter().find(|(error, _)| *error == self);
        known.map_or("", |(_, word)| word)
    }

    fn parse(word: &str) -> Option<Self> {
        let known = Self::ALL.into_iter().find(|(_, known)| *known == word);
        known.map(|(error, _)| error)
    }
}

/// A request for a page of one payment.
pub(crate) struct Visit {
    pub(crate) lang: Lang,
    /// Whether the shopper chose the language, so that links and forms keep it.
    lang_chosen: bool,
    pub(crate) error: Option<FormError>,
    /// Who has logged in for this payment.
    pub(crate) shopper: Option<&'static Shopper>,
    /// Whether this is the desktop browser that waits for the phone.
    pub(crate) desk: bool,
    /// Whether the page stands for Alipay's app.
    pub(crate) in_app: bool,
    /// Whether a phone came here by the code of the desktop page.
    pub(crate) on_phone: bool,
    /// Whether another shopper is to log in.
    pub(crate) switch: bool,
    /// What the tester's link preselects.
    pub(crate) outcome: Option<Outcome>,
    pub(crate) notify: Option<NotifyFault>,
    /// How we were reached.
    pub(crate) host: String,
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
        let cookies: Vec<(&str, &str)> = parts
            .headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|cookies| cookies.to_str().ok())
            .flat_map(|cookies| cookies.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='))
            .collect();
        let has = |wanted: &str, shopper: Option<&Shopper>| {
            let mut named = cookies.iter().filter(|(name, _)| *name == wanted);
            named.any(|(_, value)| app.is_session(&cashier_id, shopper, value))
        };
        let host = parts.headers.get(header::HOST);
        Ok(Self {
            lang,
            lang_chosen: chosen.is_some(),
            error: FormError::parse(&query.error),
            shopper: SHOPPERS.iter().find(|one| has(COOKIE, Some(one))),
            desk: has(DESK_COOKIE, None),
            in_app: query.app == "1",
            on_phone: query.phone == "1",
            switch: query.switch == "1",
            outcome: Outcome::parse(&query.outcome),
            notify: NotifyFault::parse(&query.notify),
            host: host
                .and_then(|host| host.to_str().ok())
                .unwrap_or_default()
                .to_owned(),
            trade,
        })
    }
}

impl Visit {
    /// A page of this payment that keeps what was chosen; `step` is empty or starts with `/`.
    pub(crate) fn path(&self, step: &str) -> String {
        self.path_with(step, &[])
    }

    /// The same with more in its query.
    pub(crate) fn path_with(&self, step: &str, more: &[(&str, &str)]) -> String {
        let kept = [
            ("lang", self.lang_chosen.then(|| self.lang.code())),
            ("app", self.in_app.then_some("1")),
            ("phone", self.on_phone.then_some("1")),
            ("outcome", self.outcome.map(Outcome::word)),
            ("notify", self.notify.map(NotifyFault::word)),
        ];
        let kept = kept
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        let query: Vec<_> = kept
            .chain(more.iter().copied())
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let path = format!("/cashier/{}{step}", self.trade.cashier_id);
        if query.is_empty() {
            path
        } else {
            format!("{path}?{}", query.join("&"))
        }
    }

    /// The same with what was wrong with the last form.
    pub(crate) fn path_with_error(&self, step: &str, error: FormError) -> String {
        self.path_with(step, &[("error", error.word())])
    }

    /// Whether this is the desktop page, which shows the code to scan.
    pub(crate) fn shows_code(&self) -> bool {
        !self.on_phone && !self.in_app && desk::is_of_desktop(&self.trade)
    }
}

/// Sets a cookie for this payment alone.
pub(crate) fn set_cookie(response: &mut Response, visit: &Visit, name: &str, value: &str) {
    let path = format!("/cashier/{}", visit.trade.cashier_id);
    let cookie = format!("{name}={value}; Path={path}; HttpOnly; SameSite=Lax");
    if let Ok(cookie) = cookie.parse() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}
