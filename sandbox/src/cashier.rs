//! The H5 cashier: log in, confirm with the payment password, return. No script is needed, and
//! every form answers with a redirect, so that Back and Reload never send it twice.

use std::sync::Arc;

use axum::{body::Bytes, extract::State, http::StatusCode, response::Response};

use crate::{
    app::App,
    clock,
    faults::NotifyFault,
    log, notification,
    outcome::Outcome,
    pages,
    password::{LOGIN_PASSWORD, PAYMENT_PASSWORD},
    paying::{Confirmation, Paying},
    respond::{FormsLead, found, page, see_other},
    shopper::{SHOPPERS, Shopper},
    trade,
    visit::{COOKIE, DESK_COOKIE, FormError, Visit, set_cookie},
    wallet::Refusal,
    wallet_pages,
};

/// The order, the shoppers to choose from, and on a desktop the code to scan.
pub(crate) async fn login_page(State(app): State<Arc<App>>, visit: Visit) -> Response {
    if visit.shopper.is_some() && !visit.switch {
        return see_other(&visit.path("/pay"));
    }
    if visit.desk && visit.trade.payment.is_some() {
        return see_other(&visit.path("/result"));
    }
    let wallets = app.store.read(|book| book.wallets.all());
    let markup = wallet_pages::login(&visit, &app.partner, &wallets);
    let mut response = page(StatusCode::OK, markup, FormsLead::Away);
    if visit.shows_code() {
        set_cookie(
            &mut response,
            &visit,
            DESK_COOKIE,
            &app.session(&visit.trade.cashier_id, None),
        );
    }
    response
}

/// `location`, with `shopper` logged in for this payment.
pub(crate) fn logged_in(app: &App, visit: &Visit, shopper: &Shopper, location: &str) -> Response {
    log::event(
        "logged-in",
        format_args!("out_trade_no={}", visit.trade.out_trade_no),
    );
    let mut response = see_other(location);
    let session = app.session(&visit.trade.cashier_id, Some(shopper));
    set_cookie(&mut response, visit, COOKIE, &session);
    response
}

/// Takes account and login password, or a test shopper's button, which needs none.
pub(crate) async fn log_in(State(app): State<Arc<App>>, visit: Visit, body: Bytes) -> Response {
    let chosen = Shopper::of_account(&form_value(&body, "shopper"));
    let typed = Shopper::of_account(&form_value(&body, "account"))
        .filter(|_| form_value(&body, "login_password") == LOGIN_PASSWORD);
    match chosen.or(typed) {
        Some(shopper) => logged_in(&app, &visit, shopper, &visit.path("/pay")),
        None => {
            log::event(
                "login-refused",
                format_args!("out_trade_no={}", visit.trade.out_trade_no),
            );
            see_other(&visit.path_with_error("", FormError::Login))
        }
    }
}

/// Logs the default shopper in and pays from the balance: one click.
pub(crate) async fn quick(State(app): State<Arc<App>>, visit: Visit) -> Response {
    let [shopper, ..] = &SHOPPERS;
    let confirmation = Confirmation {
        shopper,
        payment_password: PAYMENT_PASSWORD.to_owned(),
        card: None,
        outcome: visit.outcome,
    };
    match confirm(&app, &visit, &confirmation, visit.notify) {
        Some(location) => logged_in(&app, &visit, shopper, &location),
        None => failed(&visit),
    }
}

/// The order, the ways to pay it, and the form for the payment password.
pub(crate) async fn pay_page(State(app): State<Arc<App>>, visit: Visit) -> Response {
    let Some(shopper) = visit.shopper else {
        return see_other(&visit.path(""));
    };
    if visit.trade.payment.is_some() {
        return see_other(&visit.path("/result"));
    }
    let wallet = app.store.read(|book| book.wallets.of(shopper));
    if wallet.is_locked(clock::now_ms()) {
        let markup = wallet_pages::locked(&visit, &app.partner, &wallet);
        return page(StatusCode::OK, markup, FormsLead::Here);
    }
    let markup = wallet_pages::pay(&visit, &app.partner, shopper, &wallet);
    page(StatusCode::OK, markup, FormsLead::Away)
}

/// Takes the payment password and what was chosen beside it.
pub(crate) async fn pay(State(app): State<Arc<App>>, visit: Visit, body: Bytes) -> Response {
    let Some(shopper) = visit.shopper else {
        return see_other(&visit.path(""));
    };
    let method = form_value(&body, "method");
    let confirmation = Confirmation {
        shopper,
        payment_password: form_value(&body, "payment_password"),
        card: method.strip_prefix("card:").map(str::to_owned),
        outcome: Outcome::parse(&form_value(&body, "outcome")),
    };
    let notify = NotifyFault::parse(&form_value(&body, "notify"));
    match confirm(&app, &visit, &confirmation, notify) {
        Some(location) => see_other(&location),
        None => failed(&visit),
    }
}

/// Applies a confirmation and answers where the shopper goes; `None` when the stand-in failed.
fn confirm(
    app: &App,
    visit: &Visit,
    confirmation: &Confirmation,
    notify: Option<NotifyFault>,
) -> Option<String> {
    let mut moment = app.moment(&visit.trade).ok()?;
    if notify.is_some() {
        moment.faults.notify = notify;
        moment.faults = moment.faults.spelled_out();
    }
    let cashier_id = &visit.trade.cashier_id;
    let changed = app
        .store
        .change(|book| book.pay(cashier_id, confirmation, moment, app.speedup));
    let paying = match changed {
        // None: removed since the request arrived, to make room.
        Ok(paying) => paying?,
        Err(error) => {
            log::event(
                "state-not-written",
                format_args!("reason={:?}", error.kind()),
            );
            return None;
        }
    };
    log::event(
        "payment",
        format_args!(
            "out_trade_no={} outcome={paying:?}",
            visit.trade.out_trade_no
        ),
    );
    Some(match paying {
        Paying::Done(_) => {
            app.wake.notify_one();
            app.tell(&visit.trade.out_trade_no);
            visit.path("/result")
        }
        Paying::AlreadyPaid => visit.path("/result"),
        Paying::Cancelled => visit.path("/cancel"),
        Paying::Refused(Refusal::Locked) => visit.path("/pay"),
        Paying::Refused(refusal) => visit.path_with_error("/pay", FormError::Refused(refusal)),
    })
}

/// Forgets a saved card.
pub(crate) async fn delete_card(
    State(app): State<Arc<App>>,
    visit: Visit,
    body: Bytes,
) -> Response {
    if let Some(shopper) = visit.shopper {
        let card = form_value(&body, "card");
        let deleted = app
            .store
            .change(|book| book.wallets.of_mut(shopper).delete_card(&card));
        if deleted.is_err() {
            return failed(&visit);
        }
    }
    see_other(&visit.path("/pay"))
}

/// What was paid, and the way back to the merchant.
pub(crate) async fn result_page(State(app): State<Arc<App>>, visit: Visit) -> Response {
    // The signed query is for the shopper who paid, and for the desktop where it was begun.
    if visit.shopper.is_none() && !visit.desk {
        return see_other(&visit.path(""));
    }
    let Some(payment) = &visit.trade.payment else {
        return see_other(&visit.path("/pay"));
    };
    match payment.state {
        trade::State::Processing => {
            return page(
                StatusCode::OK,
                wallet_pages::processing(&visit),
                FormsLead::Here,
            );
        }
        trade::State::Closed => {
            return page(
                StatusCode::OK,
                wallet_pages::closed(&visit, &app.partner),
                FormsLead::Here,
            );
        }
        trade::State::Paid | trade::State::Refunded => {}
    }
    let Ok(return_url) = notification::return_url(&visit.trade, payment, &app.keys) else {
        return failed(&visit);
    };
    match return_url {
        Some(return_url)
            if payment.faults.return_delay_ms == 0 && !payment.stays && !visit.in_app =>
        {
            log::event(
                "returned",
                format_args!("out_trade_no={}", visit.trade.out_trade_no),
            );
            found(&return_url)
        }
        return_url => {
            let markup = wallet_pages::result(&visit, payment, &app.partner, return_url.as_deref());
            page(StatusCode::OK, markup, FormsLead::Here)
        }
    }
}

/// Leaves without paying: the trade stays open and nobody is notified.
pub(crate) async fn cancel(visit: Visit) -> Response {
    let state = visit.trade.state();
    if state.is_some_and(|state| state != trade::State::Closed) {
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
pub(crate) fn form_value(body: &[u8], wanted: &str) -> String {
    form_urlencoded::parse(body)
        .find(|(name, _)| name == wanted)
        .map_or_else(String::new, |(_, value)| value.into_owned())
}
