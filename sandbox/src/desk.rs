//! The desktop page, whose code a phone scans, and the hop into Alipay's app.

use std::{convert::Infallible, fmt::Write as _, sync::Arc, time::Duration};

use axum::{
    extract::State,
    http::StatusCode,
    response::{
        IntoResponse as _, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::stream;
use maud::{Markup, PreEscaped, html};
use qrcode::{Color, EcLevel, QrCode};
use tokio::sync::broadcast::error::RecvError;

use crate::{
    app::App,
    cashier,
    pages::{LangLinks, frame, order},
    respond::{FormsLead, page},
    shopper::SHOPPERS,
    trade::{self, Trade},
    visit::Visit,
};

/// The light modules around a code, without which cameras do not find it.
const QUIET: usize = 4;

/// Whether the merchant asked for the page for computers.
pub(crate) fn is_of_desktop(trade: &Trade) -> bool {
    match &trade.antom {
        None => trade.requested("service") == Some("create_forex_trade"),
        Some(asked) => {
            let body: serde_json::Value = serde_json::from_str(&asked.body).unwrap_or_default();
            body.pointer("/env/terminalType")
                .and_then(|one| one.as_str())
                == Some("WEB")
        }
    }
}

/// The code with what it leads to; the page goes on by itself when the phone has paid.
pub(crate) fn code(visit: &Visit) -> Markup {
    let words = visit.lang.wallet();
    let path = format!("/cashier/{}?phone=1", visit.trade.cashier_id);
    let url = format!("http://{}{path}", visit.host);
    html! {
        section #scan .scan data-live=(visit.path("/events")) data-next=(visit.path("/result")) {
            h2 { (words.scan) }
            (PreEscaped(svg(&url, words.scan)))
            p { (words.scan_advice) }
            p.note { (words.scan_local) }
            p.note { a #phone-link href=(path) { (url) } }
            noscript { meta http-equiv="refresh" content="3"; }
        }
        script src="/sandbox.js" defer {}
    }
}

/// A code as SVG: one path of unit squares. Empty where the text is too long for any code.
fn svg(text: &str, label: &str) -> String {
    let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::M) else {
        return String::new();
    };
    let side = code.width();
    let mut path = String::new();
    for (place, color) in code.to_colors().into_iter().enumerate() {
        let (Some(x), Some(y)) = (place.checked_rem(side), place.checked_div(side)) else {
            continue;
        };
        if color == Color::Dark {
            // Writing to a String never fails.
            let _ = write!(
                path,
                "M{} {}h1v1h-1z",
                x.saturating_add(QUIET),
                y.saturating_add(QUIET)
            );
        }
    }
    let size = side.saturating_add(QUIET.saturating_mul(2));
    // White and black whatever the scheme: cameras want it so.
    format!(
        "<svg class=\"code\" role=\"img\" aria-label=\"{label}\" viewBox=\"0 0 {size} {size}\" \
         shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{size}v{size}h-{size}z\"/>\
         <path fill=\"#000\" d=\"{path}\"/></svg>"
    )
}

fn word(state: Option<trade::State>) -> &'static str {
    match state {
        None => "waiting",
        Some(trade::State::Processing) => "processing",
        Some(trade::State::Closed) => "closed",
        Some(trade::State::Paid | trade::State::Refunded) => "paid",
    }
}

/// Where the payment is, now and at each change; ends with it.
pub(crate) async fn events(State(app): State<Arc<App>>, visit: Visit) -> Response {
    let changes = app.watch();
    let number = visit.trade.out_trade_no.clone();
    let events = stream::unfold(
        (app, changes, number, true, false),
        |(app, mut changes, number, first, over)| async move {
            if over {
                return None;
            }
            if !first {
                loop {
                    match changes.recv().await {
                        Ok(changed) if changed == number => break,
                        Ok(_) => {}
                        // Missed some: look, whatever they were.
                        Err(RecvError::Lagged(_)) => break,
                        Err(RecvError::Closed) => return None,
                    }
                }
            }
            let state = app
                .store
                .read(|book| book.by_out_trade_no(&number).map(Trade::state))?;
            let over = matches!(word(state), "paid" | "closed");
            let event = Event::default().event("status").data(word(state));
            Some((
                Ok::<_, Infallible>(event),
                (app, changes, number, false, over),
            ))
        },
    );
    Sse::new(events)
        .keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
        .into_response()
}

/// What the phone's system asks before it opens the app.
pub(crate) async fn app_hop(State(app): State<Arc<App>>, visit: Visit) -> Response {
    let (words, wallet_words) = (visit.lang.words(), visit.lang.wallet());
    let content = html! {
        h1 { (wallet_words.app_question) }
        p { (wallet_words.app_advice) }
        (order(visit.lang, &visit.trade, &app.partner))
        form method="post" action=(visit.path("/app")) {
            button #open type="submit" { (wallet_words.open) }
            a #stay .quiet href=(visit.path("")) { (wallet_words.stay_in_browser) }
            a #cancel .quiet href=(visit.path("/cancel")) { (words.cancel) }
        }
    };
    let markup = frame(
        visit.lang,
        wallet_words.open_app,
        &LangLinks::ThisPage,
        None,
        &content,
    );
    page(StatusCode::OK, markup, FormsLead::Here)
}

/// Opens the app: the shopper is logged in there.
pub(crate) async fn open_app(State(app): State<Arc<App>>, mut visit: Visit) -> Response {
    visit.in_app = true;
    let [shopper, ..] = &SHOPPERS;
    let location = visit.path("/pay");
    cashier::logged_in(&app, &visit, shopper, &location)
}

#[cfg(test)]
mod tests {
    use super::svg;

    #[test]
    fn code_is_a_square_with_its_quiet_zone() {
        let code = svg("http://127.0.0.1:8788/cashier/0123?phone=1", "Scan");
        // Version 4: 33 modules, and twice four around them.
        assert!(code.contains("viewBox=\"0 0 41 41\""));
        // The finder's corner is the first dark module.
        assert!(code.contains("d=\"M4 4h1v1h-1z"));
    }
}
