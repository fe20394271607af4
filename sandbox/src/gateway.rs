//! `/gateway.do`: the services of Alipay's gateway.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{
    app::App,
    clock, log, pages, query, random, refund,
    request::{GatewayError, MerchantRequest, PayRequest, parse_fields},
    respond::{self, FormsLead, found, page},
    sign::Fields,
    traffic::{self, Direction, Entry},
    words::Lang,
};

/// A request by GET.
pub(crate) async fn get(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    answer(
        &app,
        parse_fields(&query.unwrap_or_default(), None),
        &headers,
    )
    .await
}

/// A request by POST of a form.
pub(crate) async fn post(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    answer(
        &app,
        parse_fields(&query.unwrap_or_default(), Some(&body)),
        &headers,
    )
    .await
}

/// The services, by how they answer.
enum Kind {
    Page,
    Query,
    NotifyVerify,
    Refund,
    Unknown,
}

async fn answer(app: &App, fields: Result<Fields, GatewayError>, headers: &HeaderMap) -> Response {
    let fields = match fields {
        Ok(fields) => fields,
        Err(error) => return api_error(error),
    };
    let value = |name: &str| fields.get(name).map_or("", String::as_str);
    let said = traffic::lines(
        fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str())),
    );
    let number = value("out_trade_no");
    let entry = Entry::new(Direction::In, value("service"), number, &said);
    let response = serve(app, fields, headers).await;
    let (response, text) = respond::peek(response).await;
    app.traffic
        .record(entry.answered(response.status().as_u16(), &text));
    response
}

async fn serve(app: &App, fields: Fields, headers: &HeaderMap) -> Response {
    let kind = match fields.get("service").map(String::as_str) {
        Some("create_forex_trade" | "create_forex_trade_wap") => Kind::Page,
        Some("single_trade_query") => Kind::Query,
        Some("notify_verify") => Kind::NotifyVerify,
        Some("forex_refund") => Kind::Refund,
        _ => Kind::Unknown,
    };
    match kind {
        Kind::Page => match open(app, fields, headers) {
            Ok(location) => found(&location),
            Err(error) => {
                log::event("gateway-refused", format_args!("error={}", error.code()));
                let lang = Lang::of_headers(headers);
                page(
                    StatusCode::BAD_REQUEST,
                    pages::gateway_error(lang, error),
                    FormsLead::Here,
                )
            }
        },
        Kind::Query => MerchantRequest::verify(fields, &app.keys, &app.partner)
            .and_then(|request| query::answer(app, &request))
            .map_or_else(api_error, xml),
        Kind::NotifyVerify => notify_verify(app, &fields).into_response(),
        Kind::Refund => refund::answer(app, fields).await,
        // Alipay looks at the signature first; a wrong service is named only to who can sign.
        Kind::Unknown => MerchantRequest::verify(fields, &app.keys, &app.partner)
            .map_or_else(api_error, |_| api_error(GatewayError::IllegalService)),
    }
}

/// Opens a trade and answers where its cashier is.
fn open(app: &App, fields: Fields, headers: &HeaderMap) -> Result<String, GatewayError> {
    let request = MerchantRequest::verify(fields, &app.keys, &app.partner)?;
    let request = PayRequest::parse(&request)?;
    let fresh_id = random::hex(16).map_err(|_| GatewayError::SystemException)?;
    let referer = headers
        .get(header::REFERER)
        .and_then(|value| value.to_str().ok())
        .filter(|text| text.len() <= 2000)
        .and_then(|text| url::Url::parse(text).ok())
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .map(String::from);
    let cashier_id = app
        .store
        .change(|book| {
            book.open(request, fresh_id.clone(), referer, clock::now_ms())
                .map(|trade| (trade.cashier_id.clone(), trade.out_trade_no.clone()))
        })
        .map_err(|_| GatewayError::SystemException)?;
    let (cashier_id, out_trade_no) = cashier_id?;
    let event = if cashier_id == fresh_id {
        "trade-opened"
    } else {
        "trade-reopened"
    };
    log::event(event, format_args!("out_trade_no={out_trade_no}"));
    Ok(format!("/cashier/{cashier_id}"))
}

/// Answers whether Alipay sent this notification: `true`, `false`, or `invalid` for a wrong
/// question. A `notify_id` lives until the merchant has acknowledged, and while a resend that was
/// asked for is on its way.
///
/// # Source
///
/// `docs/alipay/notify.md` section 4. Sources disagree on the window; this is the wider one.
fn notify_verify(app: &App, fields: &Fields) -> &'static str {
    let value = |name: &str| fields.get(name).map_or("", String::as_str);
    let notify_id = value("notify_id");
    if value("partner") != app.partner || notify_id.is_empty() {
        return "invalid";
    }
    let is_unacknowledged = app.store.read(|book| {
        book.paid(|payment| payment.notify_id == notify_id && !payment.acknowledged)
            .is_some()
    });
    if is_unacknowledged || app.is_on_its_way(notify_id) {
        "true"
    } else {
        "false"
    }
}

/// Alipay answers errors of its API services with status 200.
pub(crate) fn api_error(error: GatewayError) -> Response {
    log::event("gateway-refused", format_args!("error={}", error.code()));
    xml(query::error(error))
}

/// Alipay's XML.
pub(crate) fn xml(text: String) -> Response {
    ([(header::CONTENT_TYPE, "text/xml; charset=utf-8")], text).into_response()
}
