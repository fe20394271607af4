//! Routes for tests and for whoever tries things out; for this machine only.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Json,
    extract::{ConnectInfo, FromRequest, Path, Request, State, rejection::JsonRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};

use crate::{
    app::App,
    faults::{Faults, NotifyFault},
    log, notifier,
    refund::Refund,
    trade::{Delivery, Trade},
};

/// An RFC 9457 answer with a stable `code`.
fn problem(status: StatusCode, code: &str, detail: &str) -> Response {
    let body = serde_json::json!({
        "type": "about:blank",
        "title": status.canonical_reason(),
        "status": status.as_u16(),
        "code": code,
        "detail": detail,
    });
    let content_type = [(header::CONTENT_TYPE, "application/problem+json")];
    (status, content_type, body.to_string()).into_response()
}

/// Lets only this machine in.
///
/// The address alone is not enough: with DNS rebinding a page in a browser on this machine reaches
/// loopback under a name of its own, which then stands in `Host`.
pub(crate) async fn loopback_only(
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    if peer.ip().to_canonical().is_loopback() && host.is_some_and(is_loopback_host) {
        return next.run(request).await;
    }
    problem(
        StatusCode::FORBIDDEN,
        "not_loopback",
        "only from this machine, under 127.0.0.1, [::1] or localhost",
    )
}

/// Whether a `Host` header, with or without a port, names this machine.
fn is_loopback_host(host: &str) -> bool {
    // A URL parser knows every form of an address and of a port.
    let Ok(url) = url::Url::parse(&format!("http://{host}/")) else {
        return false;
    };
    if url.path() != "/" || !url.username().is_empty() {
        return false;
    }
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Whether a form was sent by a page of ours, or by no browser at all: a foreign page could send one
/// without being asked for permission.
pub(crate) fn is_own_page(headers: &HeaderMap) -> bool {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    // Our pages send no referrer, and so browsers write `Origin: null`; this one they always write.
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin";
    }
    match (headers.get(header::ORIGIN), text(header::HOST)) {
        (None, _) => true,
        (Some(origin), Some(host)) => origin.as_bytes() == format!("http://{host}").as_bytes(),
        (Some(_), None) => false,
    }
}

/// The answer to a form of a foreign page.
pub(crate) fn foreign_page() -> Response {
    problem(
        StatusCode::FORBIDDEN,
        "foreign_page",
        "only a page of the stand-in itself may send this form",
    )
}

/// Faults as a request asks for them, within their limits. `application/json` is required, so that a foreign page
/// in a browser cannot send it without being asked for permission first.
pub(crate) struct Wanted(Faults);

impl FromRequest<Arc<App>> for Wanted {
    type Rejection = Response;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Response> {
        let Json(faults): Json<Faults> =
            Json::from_request(request, app)
                .await
                .map_err(|rejection: JsonRejection| {
                    problem(rejection.status(), "bad_json", &rejection.body_text())
                })?;
        match faults.out_of_range() {
            Some(detail) => Err(problem(
                StatusCode::UNPROCESSABLE_ENTITY,
                "out_of_range",
                detail,
            )),
            None => Ok(Self(faults)),
        }
    }
}

/// Sets the faults of the next payments.
pub(crate) async fn set_faults(State(app): State<Arc<App>>, Wanted(faults): Wanted) -> Response {
    app.set_faults(faults.clone());
    log::event("faults-set", format_args!("hold={}", faults.hold));
    Json(faults).into_response()
}

/// Back to no faults.
pub(crate) async fn reset_faults(State(app): State<Arc<App>>) -> Response {
    let faults = app.reset_faults();
    log::event("faults-reset", format_args!("hold={}", faults.hold));
    Json(faults).into_response()
}

/// Sets how one trade misbehaves: its payment to come, or what is still to be sent of a payment made.
pub(crate) async fn set_trade_faults(
    State(app): State<Arc<App>>,
    Path(out_trade_no): Path<String>,
    Wanted(faults): Wanted,
) -> Response {
    let changed = app.store.change(|book| {
        let trade = book.by_out_trade_no_mut(&out_trade_no)?;
        trade.faults = Some(faults.clone());
        if let Some(payment) = &mut trade.payment {
            payment.faults = faults.clone().spelled_out();
        }
        Some(())
    });
    match changed {
        Ok(Some(())) => Json(faults).into_response(),
        Ok(None) => no_trade(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// A refund as the control routes tell it.
#[derive(Serialize)]
struct RefundView<'a> {
    out_return_no: &'a str,
    amount: &'a str,
    at_ms: u64,
    asked: u32,
}

impl<'a> RefundView<'a> {
    fn of(refund: &'a Refund) -> Self {
        Self {
            out_return_no: &refund.out_return_no,
            amount: &refund.amount,
            at_ms: refund.at_ms,
            asked: refund.asked,
        }
    }
}

/// A trade as the control routes tell it.
#[derive(Serialize)]
struct TradeView<'a> {
    out_trade_no: &'a str,
    trade_no: Option<&'a str>,
    trade_status: &'static str,
    total_fee: String,
    currency: &'a str,
    notify_id: Option<&'a str>,
    acknowledged: bool,
    /// When the ladder delivers next, in milliseconds since the Unix epoch.
    next_delivery_ms: Option<u64>,
    deliveries: &'a [Delivery],
    refunds: Vec<RefundView<'a>>,
}

impl<'a> TradeView<'a> {
    fn of(trade: &'a Trade) -> Self {
        let payment = trade.payment.as_ref();
        Self {
            out_trade_no: &trade.out_trade_no,
            trade_no: payment.map(|payment| payment.trade_no.as_str()),
            trade_status: trade.trade_status(),
            total_fee: trade.amount.text(),
            currency: trade.amount.currency(),
            notify_id: payment.map(|payment| payment.notify_id.as_str()),
            acknowledged: payment.is_some_and(|payment| payment.acknowledged),
            next_delivery_ms: payment.and_then(|payment| payment.next_delivery_ms),
            deliveries: payment.map_or(&[], |payment| &payment.deliveries),
            refunds: payment.map_or_else(Vec::new, |payment| {
                payment.refunds.iter().map(RefundView::of).collect()
            }),
        }
    }
}

/// The trade and every delivery.
pub(crate) async fn trade(
    State(app): State<Arc<App>>,
    Path(out_trade_no): Path<String>,
) -> Response {
    app.store.read(|book| {
        book.by_out_trade_no(&out_trade_no)
            .map_or_else(no_trade, |trade| Json(TradeView::of(trade)).into_response())
    })
}

fn no_trade() -> Response {
    problem(
        StatusCode::NOT_FOUND,
        "no_trade",
        "the gateway has not seen this out_trade_no",
    )
}

/// Which notification to send, and what to alter in it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NotifyRequest {
    out_trade_no: String,
    #[serde(default)]
    tamper: Option<String>,
    #[serde(default)]
    fault: Option<NotifyFault>,
}

/// Sends one notification now and answers the delivery.
pub(crate) async fn notify(
    State(app): State<Arc<App>>,
    request: Result<Json<NotifyRequest>, JsonRejection>,
) -> Response {
    let request = match request {
        Ok(Json(request)) => request,
        Err(rejection) => return problem(rejection.status(), "bad_json", &rejection.body_text()),
    };
    if app
        .store
        .read(|book| book.by_out_trade_no(&request.out_trade_no).is_none())
    {
        return no_trade();
    }
    let Some((trade, payment)) = notifier::notifiable(&app, &request.out_trade_no) else {
        return problem(
            StatusCode::CONFLICT,
            "not_paid",
            "only a trade that is paid or closed is notified",
        );
    };
    let tamper = match request.fault {
        Some(NotifyFault::Tampered) => request.tamper.as_deref().or(Some("total_fee")),
        _ => request.tamper.as_deref(),
    };
    let delivery = notifier::deliver(&app, &trade, &payment, request.fault, tamper).await;
    Json(delivery).into_response()
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue};

    use super::{is_loopback_host, is_own_page};

    #[test]
    fn forms_of_foreign_pages_are_told_from_ours() {
        for (name, value, expected) in [
            ("sec-fetch-site", "same-origin", true),
            ("sec-fetch-site", "cross-site", false),
            ("sec-fetch-site", "same-site", false),
            ("origin", "http://127.0.0.1:8788", true),
            ("origin", "https://attacker.example", false),
            ("origin", "null", false),
            ("accept", "*/*", true),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("host", HeaderValue::from_static("127.0.0.1:8788"));
            headers.insert(name, HeaderValue::from_static(value));
            assert_eq!(is_own_page(&headers), expected, "{name}: {value}");
        }
    }

    #[test]
    fn only_names_of_this_machine_are_loopback() {
        for (host, expected) in [
            ("127.0.0.1:8788", true),
            ("127.0.0.1", true),
            ("127.9.9.9:1", true),
            ("localhost:8788", true),
            ("LOCALHOST", true),
            ("[::1]:8788", true),
            ("attacker.example:8788", false),
            ("127.0.0.1.attacker.example", false),
            ("localhost.attacker.example", false),
            ("attacker.example@127.0.0.1", false),
            ("127.0.0.1/attacker.example", false),
            ("10.0.0.1:8788", false),
            ("0.0.0.0:8788", false),
            ("", false),
        ] {
            assert_eq!(is_loopback_host(host), expected, "{host}");
        }
    }
}
