//! `/`: trades and deliveries at a glance, for whoever runs the stand-in.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode, response::Response};
use maud::{DOCTYPE, Markup, html};

use crate::{
    app::App,
    gateway_time::GatewayTime,
    respond::{self, FormsLead},
    trade::{Delivery, Trade},
};

/// The most trades shown.
const MAX_SHOWN: usize = 100;

/// Lists trades and deliveries.
pub(crate) async fn page(State(app): State<Arc<App>>) -> Response {
    let rows = app.store.read(|book| {
        let trades = book.newest_first();
        html! { @for trade in trades.into_iter().take(MAX_SHOWN) { (row(trade)) } }
    });
    let faults = serde_json::to_string(&app.faults()).unwrap_or_default();
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { "Stand-in for Alipay" }
                link rel="stylesheet" href="/sandbox.css";
            }
            body.wide {
                header { p.mark { strong { "Stand-in for Alipay" } " " span { "For tests. No real money." } } }
                main {
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
                }
            }
        }
    };
    respond::page(StatusCode::OK, markup, FormsLead::Here)
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
