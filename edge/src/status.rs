//! `GET /status/{out_trade_no}`: where an order is, as JSON or as a stream.

use crate::config::Config;
use crate::error::Failure;
use crate::order::rpc::{Command, LIVE_URL, Reply};
use crate::pause::within;
use crate::provider::Name;
use crate::read::header;
use crate::{clock, http, orders, token};
use alipay_protocol::trade::OutTradeNo;
use worker::{Env, Method, Request, Response};

/// Answers the status to the bearer of a token for this order.
///
/// # Errors
///
/// * [`Failure::StatusToken`] – absent, expired, or for another order.
/// * [`Failure::OrderUnknown`] – not a number that can exist, or not registered.
/// * [`Failure::Watchers`] – too many streams.
/// * [`Failure::Unavailable`] – the order could not be asked.
pub async fn status(
    request: &Request,
    env: &Env,
    config: &Config,
    out_trade_no: &str,
) -> Result<Response, Failure> {
    let url = request.url()?;
    let bearer = url.query_pairs().find(|(name, _)| name == "token");
    let bearer = bearer
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default();
    let provider =
        token::check_status(&config.status_secret, &bearer, out_trade_no, clock::now_s())
            .map_err(Failure::StatusToken)?;
    OutTradeNo::parse(out_trade_no).map_err(|_| Failure::OrderUnknown)?;
    let name = Name::new(provider, out_trade_no);

    // A stream without its body would hold a place of the order's for nothing.
    let head = request.method() == Method::Head;
    let accept = header(request.inner(), "accept");
    if !head && accept.is_some_and(|accept| accept.contains("text/event-stream")) {
        return stream(env, config, name).await;
    }
    let reply = orders::ask(env, config, name, &Command::Status).await?;
    let Reply::Status(view) = reply else {
        return Err(Failure::OrderUnknown);
    };
    let etag = format!("\"{}\"", view.version);
    let mut response = if http::has_already(request, &etag) {
        Response::empty()?.with_status(304)
    } else {
        Response::from_json(&view)?
    };
    let headers = response.headers_mut();
    headers.set("etag", &etag)?;
    headers.set("cache-control", "private, no-cache")?;
    headers.set("vary", "accept")?;
    Ok(response)
}

async fn stream(env: &Env, config: &Config, name: Name<'_>) -> Result<Response, Failure> {
    let stub = orders::stub(env, config, name)?;
    let answer = within(orders::DEADLINE, stub.fetch_with_str(LIVE_URL)).await;
    let answer = answer.ok_or(Failure::Unavailable)??;
    match answer.status_code() {
        200 => {}
        404 => return Err(Failure::OrderUnknown),
        429 => return Err(Failure::Watchers),
        _ => return Err(Failure::Unavailable),
    }
    let (_, body) = answer.into_parts();
    let mut response = Response::from_body(body)?;
    let headers = response.headers_mut();
    headers.set("content-type", "text/event-stream; charset=utf-8")?;
    headers.set("vary", "accept")?;
    // Tells nginx-like proxies between us and the browser not to hold frames back.
    headers.set("x-accel-buffering", "no")?;
    Ok(response)
}
