//! `/traffic`: every message in and out as it happens, with buttons to send one again or altered.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    body::Bytes,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{
        IntoResponse as _, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::stream;
use maud::{Markup, html};
use serde::Deserialize;
use tokio::sync::broadcast::error::RecvError;

use crate::{
    app::App,
    cashier::form_value,
    control::{self, is_own_page},
    faults::NotifyFault,
    gateway_time::GatewayTime,
    notifier,
    pages::{LangLinks, frame_with},
    respond::{FormsLead, page as answer, see_other},
    traffic::{Direction, Entry},
    words::Lang,
};

/// The most entries shown, and trades offered to be notified of.
const MAX_SHOWN: usize = 100;
const MAX_TRADES: usize = 20;

/// The language that the page was asked for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct PageQuery {
    lang: String,
}

impl PageQuery {
    fn lang(&self, headers: &HeaderMap) -> Lang {
        Lang::parse(&self.lang).unwrap_or_else(|| Lang::of_headers(headers))
    }
}

/// The page, as it is now; its script keeps it up to date.
pub(crate) async fn page(
    State(app): State<Arc<App>>,
    Query(query): Query<PageQuery>,
    headers: HeaderMap,
) -> Response {
    let lang = query.lang(&headers);
    let words = lang.wallet();
    let entries = app.traffic.newest(MAX_SHOWN);
    let numbers: Vec<String> = app.store.read(|book| {
        let notified = book
            .newest_first()
            .into_iter()
            .filter(|one| one.payment.is_some());
        notified
            .take(MAX_TRADES)
            .map(|one| one.out_trade_no.clone())
            .collect()
    });
    let content = html! {
        h1 { (words.traffic) }
        p { (words.traffic_advice) " " strong #live role="status" data-live=(words.live) data-not=(words.not_live) { (words.not_live) } }
        @if !numbers.is_empty() { (send_form(lang, &numbers)) }
        @if entries.is_empty() { p #none { (words.nothing_yet) } }
        ol .traffic data-traffic={ "/traffic/events?lang=" (lang.code()) } {
            @for entry in &entries { (row(lang, entry)) }
        }
        script src="/sandbox.js" defer {}
    };
    let markup = frame_with(
        lang,
        words.traffic,
        &LangLinks::ThisPage,
        None,
        true,
        &content,
    );
    answer(StatusCode::OK, markup, FormsLead::Here)
}

fn send_form(lang: Lang, numbers: &[String]) -> Markup {
    let words = lang.wallet();
    html! {
        form .row method="post" action={ "/traffic/send?lang=" (lang.code()) } {
            label for="number" { (words.send_again) }
            select #number name="out_trade_no" { @for number in numbers { option { (number) } } }
            label for="fault" { (words.notification) }
            (faults(lang, "fault"))
            button #send type="submit" { (words.send) }
        }
    }
}

fn faults(lang: Lang, id: &str) -> Markup {
    html! {
        select id=(id) name="fault" {
            option value="" { (lang.wallet().genuine) }
            @for one in sendable() { option value=(one.word()) { (lang.notify(one)) } }
        }
    }
}

/// The faults that one message can have: the others are about when, or how often, it is sent.
fn sendable() -> impl Iterator<Item = NotifyFault> {
    let others = [
        NotifyFault::Duplicate,
        NotifyFault::Delayed,
        NotifyFault::Held,
        NotifyFault::Reordered,
        NotifyFault::Retried,
    ];
    NotifyFault::ALL
        .into_iter()
        .filter(move |one| !others.contains(one))
}

fn row(lang: Lang, entry: &Entry) -> Markup {
    let words = lang.wallet();
    let (way, class) = match entry.direction {
        Direction::In => (words.incoming, "in"),
        Direction::Out => (words.outgoing, "out"),
    };
    let time = |at_ms| GatewayTime::from_unix_ms(at_ms).text();
    html! {
        li .(class) id={ "m" (entry.id) } {
            p.head {
                span.way { (way) } " " strong { (entry.what) } " "
                span.number { (entry.out_trade_no) } " "
                @if entry.attempt > 0 { span { (words.attempt) " " (entry.attempt) } " " }
                @match entry.status {
                    Some(status) => span .status { (status) },
                    None => span .error { "–" },
                }
                @if entry.acknowledged { " " span .done { (words.acknowledged) } }
                @if let Some(fault) = &entry.fault {
                    " " span .fault { (NotifyFault::parse(fault).map_or(fault.as_str(), |one| lang.notify(one))) }
                }
            }
            p.note {
                time { (time(entry.at_ms)) }
                @if let Some(next_ms) = entry.next_ms { " · " (words.next) " " time { (time(next_ms)) } }
            }
            details {
                summary { (words.said) " · " (words.answered) }
                pre { (entry.said) }
                pre { (entry.answer) }
            }
            @if entry.direction == Direction::Out && !entry.out_trade_no.is_empty() {
                form .again method="post" action={ "/traffic/send?lang=" (lang.code()) } {
                    input type="hidden" name="out_trade_no" value=(entry.out_trade_no);
                    @let id = format!("f{}", entry.id);
                    label for=(id) { (words.send_again) " " (entry.out_trade_no) }
                    (faults(lang, &id))
                    button .small type="submit" { (words.send) }
                }
            }
        }
    }
}

/// Every message from now on, each as the row of the page.
pub(crate) async fn events(
    State(app): State<Arc<App>>,
    Query(query): Query<PageQuery>,
    headers: HeaderMap,
) -> Response {
    let lang = query.lang(&headers);
    let watched = app.traffic.watch();
    let events = stream::unfold(watched, move |mut watched| async move {
        loop {
            match watched.recv().await {
                Ok(entry) => {
                    // As JSON it is one line, whatever the message held.
                    let html = serde_json::Value::from(row(lang, &entry).into_string());
                    let event = Event::default().event("entry").data(html.to_string());
                    return Some((Ok::<_, Infallible>(event), watched));
                }
                // Too slow: what is missing is on the page after a reload.
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        }
    });
    Sse::new(events)
        .keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
        .into_response()
}

/// Sends a notification, genuine or with one fault, and leads back to the page.
pub(crate) async fn send(
    State(app): State<Arc<App>>,
    Query(query): Query<PageQuery>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if !is_own_page(&headers) {
        return control::foreign_page();
    }
    let number = form_value(&body, "out_trade_no");
    if let Some((trade, payment)) = notifier::notifiable(&app, &number) {
        let fault = NotifyFault::parse(&form_value(&body, "fault"));
        let tamper = (fault == Some(NotifyFault::Tampered)).then(|| {
            if trade.antom.is_some() {
                "paymentAmount"
            } else {
                "total_fee"
            }
        });
        notifier::deliver(&app, &trade, &payment, fault, tamper).await;
    }
    let lang = query.lang(&headers).code();
    see_other(&format!("/traffic?lang={lang}"))
}

/// What a request of a merchant is shown as; a body that is no text is not shown.
pub(crate) fn incoming(headers: &HeaderMap, body: &str) -> String {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let named = ["client-id", "request-time", "signature"];
    let head = named
        .into_iter()
        .filter_map(|name| Some((name, text(name)?)));
    let kind = text(header::CONTENT_TYPE.as_str()).unwrap_or_default();
    format!(
        "{}\ncontent-type={kind}\n\n{body}",
        crate::traffic::lines(head)
    )
}
