//! `/`: trades and deliveries at a glance, for whoever runs the stand-in.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use maud::{Markup, html};

use crate::{
    app::App,
    clock, control,
    gateway_time::GatewayTime,
    outcome::Outcome,
    pages::{LangLinks, frame_with, money},
    respond::{self, FormsLead},
    shopper::Shopper,
    trade::{Delivery, Trade},
    wallet::{Method, Wallet},
    words::Lang,
};

/// The most trades shown.
const MAX_SHOWN: usize = 100;

/// Lists wallets, trades and deliveries.
pub(crate) async fn page(State(app): State<Arc<App>>) -> Response {
    // For whoever runs the stand-in, beside the log and the command line: in English, like them.
    let lang = Lang::En;
    let (rows, wallets) = app.store.read(|book| {
        let trades = book.newest_first();
        let rows = html! { @for trade in trades.into_iter().take(MAX_SHOWN) { (row(trade)) } };
        (rows, book.wallets.all())
    });
    let faults = serde_json::to_string(&app.faults()).unwrap_or_default();
    let content = html! {
        h1 { "Trades" }
        p {
            "Partner " code { (app.partner) } ", signed with " code { (app.keys.sign_type().wire()) }
            ", retry ladder " (app.speedup) " times as fast. Times are UTC+8."
        }
        p { "Faults of the next payments: " code #faults { (faults) } }
        @if rows.0.is_empty() {
            p #none { "No trade yet. Send a shopper to " code { "/gateway.do" } " with a signed request." }
        } @else {
            div.scroll role="region" aria-label="Trades" tabindex="0" {
                table {
                    thead {
                        tr {
                            th scope="col" { "Opened" } th scope="col" { "out_trade_no" }
                            th scope="col" { "Amount" } th scope="col" { "trade_status" }
                            th scope="col" { "Deliveries" } th scope="col" { "Next" }
                        }
                    }
                    tbody { (rows) }
                }
            }
        }
        h2 #wallets { "Wallets" }
        div.scroll role="region" aria-labelledby="wallets" tabindex="0" {
            table {
                thead {
                    tr {
                        th scope="col" { "Shopper" } th scope="col" { "Account" }
                        th scope="col" { "Balances" } th scope="col" { "Cards" } th scope="col" { "Refunds" }
                    }
                }
                tbody { @for (shopper, wallet) in &wallets { (wallet_row(shopper, wallet)) } }
            }
        }
        form .again method="post" action="/wallets/refill" {
            button #refill .small type="submit" { "Refill, unlock and restore the cards" }
        }
        (outcomes(lang))
    };
    let markup = frame_with(lang, "Trades", &LangLinks::None, None, true, &content);
    respond::page(StatusCode::OK, markup, FormsLead::Here)
}

/// The amounts that choose an outcome.
fn outcomes(lang: Lang) -> Markup {
    html! {
        details #amounts {
            summary { "Amounts that choose an outcome, in every currency (40.01, or 4001 yen)" }
            dl {
                @for one in Outcome::ALL {
                    @if let Some(minor) = one.amount() {
                        dt.number { (minor / 100) "." (format!("{:02}", minor % 100)) }
                        dd { (lang.outcome(one)) }
                    }
                }
            }
        }
    }
}

fn wallet_row(shopper: &Shopper, wallet: &Wallet) -> Markup {
    html! {
        tr {
            td {
                (shopper.name)
                @if !shopper.verified { ", not verified" }
                @if shopper.limited { ", limited" }
                @if wallet.is_locked(clock::now_ms()) { ", locked" }
            }
            td { (shopper.account) }
            td.number { @for balance in wallet.balances() { (money(&balance)) br; } }
            td.number { @for card in &wallet.cards { (card.number) br; } }
            td {
                @for refund in &wallet.refunds {
                    (refund.out_trade_no) " " (money(&refund.amount)) " "
                    @match &refund.method {
                        Method::Balance => "to the balance",
                        Method::Card(last) => {
                            "to card •••• " (last) ", there "
                            (GatewayTime::from_unix_ms(refund.there_ms).text())
                        },
                    }
                    br;
                }
            }
        }
    }
}

/// Gives every shopper back what they began with.
pub(crate) async fn refill(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    if !control::is_own_page(&headers) {
        return control::foreign_page();
    }
    match app.store.change(|book| book.wallets.refill()) {
        Ok(()) => respond::see_other("/"),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn row(trade: &Trade) -> Markup {
    let deliveries = trade
        .payment
        .as_ref()
        .map_or(&[][..], |payment| &payment.deliveries);
    let next = trade
        .payment
        .as_ref()
        .map(|payment| match payment.next_delivery_ms {
            Some(due_ms) => GatewayTime::from_unix_ms(due_ms).text(),
            None if payment.acknowledged => "acknowledged".to_owned(),
            None => "none".to_owned(),
        });
    html! {
        tr {
            td { (GatewayTime::from_unix_ms(trade.created_ms).text()) }
            td { a href={ "/control/trades/" (trade.out_trade_no) } { (trade.out_trade_no) } }
            td.number { (trade.amount.text()) " " (trade.amount.currency()) }
            td {
                (trade.trade_status())
                @if trade.payment.is_none() {
                    " " a href={ "/cashier/" (trade.cashier_id) } { "cashier" }
                }
            }
            td { @if !deliveries.is_empty() { ol { @for delivery in deliveries { li { (line(delivery)) } } } } }
            td { (next.unwrap_or_default()) }
        }
    }
}

fn line(delivery: &Delivery) -> Markup {
    let time = GatewayTime::from_unix_ms(delivery.at_ms).text();
    html! {
        (time) " "
        @if let Some(status) = delivery.status { (status) " " code { (delivery.body) } }
        @if let Some(error) = &delivery.error { (error) }
    }
}
