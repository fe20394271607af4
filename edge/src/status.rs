//! `GET /status/{out_trade_no}`: where an order is, as JSON or as a stream.

use crate::config::Config;
use crate::error::Failure;
use crate::order::rpc::{Command, Reply};
use crate::provider::Name;
use crate::read::header;
use crate::{clock, http, orders, read, token};
use alipay_protocol::trade::OutTradeNo;
use std::cell::RefCell;
use std::collections::BTreeMap;
use url::form_urlencoded;
use web_sys::ResponseInit;
use worker::{Env, Request, Response, Result};

/// What a request for a stream accepts.
const STREAM: &str = "text/event-stream";

/// Answers the status to the bearer of a token for this order.
///
/// # Errors
///
/// * [`Failure::StatusToken`] – absent, expired, or for another order.
/// * [`Failure::OrderUnknown`] – not a number that can exist, or not registered.
/// * [`Failure::Unavailable`] – the order could not be asked.
pub async fn status(
    request: &Request,
    env: &Env,
    config: &Config,
    out_trade_no: &str,
) -> std::result::Result<Response, Failure> {
    let bearer = token(&request.inner().url());
    let name = named(config, out_trade_no, &bearer)?;
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

/// What whoever watches an order shows: its number, and a token for it.
#[derive(Debug)]
pub struct Asked {
    out_trade_no: String,
    token: String,
}

/// The order whose stream a request asks for. A request for the head of one is answered as one for JSON:
/// a stream without its body would hold a place of the order's for nothing.
#[must_use]
pub fn watched(request: &web_sys::Request, url: &str) -> Option<Asked> {
    let path = read::path(url).trim_start_matches('/');
    let out_trade_no = path.strip_prefix("status/")?.to_owned();
    let asks = request.method() == "GET"
        && header(request, "accept").is_some_and(|accept| accept.contains(STREAM));
    let token = asks.then(|| token(url))?;
    Some(Asked {
        out_trade_no,
        token,
    })
}

/// The status token in the query of a URL; empty where there is none.
fn token(url: &str) -> String {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let token = pairs.find(|(name, _)| name == "token");
    token
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

/// The stream of an order's statuses for the bearer of a token for it, with all its headers.
///
/// # Errors
///
/// Those of [`status`], and [`Failure::Watchers`] – too many streams.
pub async fn stream(
    asked: &Asked,
    request: &web_sys::Request,
    env: &Env,
    config: &Config,
) -> std::result::Result<web_sys::Response, Failure> {
    let name = named(config, &asked.out_trade_no, &asked.token)?;
    let answer = orders::watch(env, config, name).await?;
    match answer.status() {
        200 => {}
        404 => return Err(Failure::OrderUnknown),
        429 => return Err(Failure::Watchers),
        _ => return Err(Failure::Unavailable),
    }
    let head = head(http::allowed_origin(request, config))?;
    let body = answer.body();
    let stream = web_sys::Response::new_with_opt_readable_stream_and_init(body.as_ref(), &head);
    Ok(stream.map_err(worker::Error::from)?)
}

thread_local! {
    static HEADS: RefCell<BTreeMap<Option<String>, ResponseInit>> =
        const { RefCell::new(BTreeMap::new()) };
}

/// The headers of a stream that the pages of this origin may read. Made once for each origin, and only those of
/// `ALLOWED_ORIGINS` come here: what is taken apart anew for each stream costs as much as opening it.
fn head(allowed_origin: Option<String>) -> Result<ResponseInit> {
    if let Some(head) = HEADS.with_borrow(|heads| heads.get(&allowed_origin).cloned()) {
        return Ok(head);
    }
    let own = [
        ("content-type", "text/event-stream; charset=utf-8"),
        ("vary", "accept, origin"),
        // Tells nginx-like proxies between us and the browser not to hold frames back.
        ("x-accel-buffering", "no"),
    ];
    let origin = allowed_origin.as_deref();
    let origin = origin.map(|origin| ("access-control-allow-origin", origin));
    let head = http::hardened(200, own.into_iter().chain(origin))?;
    HEADS.with_borrow_mut(|heads| heads.insert(allowed_origin, head.clone()));
    Ok(head)
}

/// Whose order the bearer of a token may hear of.
fn named<'a>(
    config: &Config,
    out_trade_no: &'a str,
    bearer: &str,
) -> std::result::Result<Name<'a>, Failure> {
    let secret = &config.status_secret;
    let provider = token::check_status(secret, bearer, out_trade_no, clock::now_s())
        .map_err(Failure::StatusToken)?;
    OutTradeNo::parse(out_trade_no).map_err(|_| Failure::OrderUnknown)?;
    Ok(Name::new(provider, out_trade_no))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_token_of_a_query_is_read_and_decoded() {
        for (url, expected) in [
            ("https://pay.example.com/status/A1?token=a.b.c", "a.b.c"),
            (
                "https://pay.example.com/status/A1?x=1&token=a%2Eb+c&token=d",
                "a.b c",
            ),
            ("https://pay.example.com/status/A1?token=", ""),
            ("https://pay.example.com/status/A1?Token=a", ""),
            ("https://pay.example.com/status/A1", ""),
        ] {
            assert_eq!(token(url), expected, "{url}");
        }
    }
}
