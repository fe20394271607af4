//! Antom's side of the stand-in: `pay`, `inquiryPayment` and `refund` as signed JSON over HTTP.
//!
//! The cashier, the notifier and its ladder are the same as the gateway's; only the words differ.
//! Numbers are shared too: a `paymentRequestId` is taken for an `out_trade_no`, and one number is
//! one trade, whichever protocol opened it.

pub mod sign;

mod ask;
mod message;
mod pay;
mod refund;

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    app::App,
    clock, log, respond,
    traffic::{Direction, Entry},
    traffic_page,
};
use sign::{AntomKeys, Head};

pub(crate) use message::{acknowledges, iso_8601, members, notification, signed as signed_message};

/// The merchant's account with Antom, and the keys of both sides.
#[derive(Debug)]
pub struct Account {
    /// The `client-id` of the one merchant.
    pub client_id: String,
    /// Verify the merchant, sign as Antom.
    pub keys: AntomKeys,
}

/// What a trade has besides when Antom was asked for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Asked {
    /// Antom's number: there before anything is paid.
    pub(crate) payment_id: String,
    /// The request, byte for byte: the same number with other content is refused.
    pub(crate) body: String,
}

/// An answer's `result`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CallResult {
    status: &'static str,
    code: &'static str,
}

impl CallResult {
    const SUCCESS: Self = Self {
        status: "S",
        code: "SUCCESS",
    };
    const IN_PROCESS: Self = Self {
        status: "U",
        code: "PAYMENT_IN_PROCESS",
    };

    const fn failed(code: &'static str) -> Self {
        Self { status: "F", code }
    }

    fn json(self) -> Value {
        json!({ "resultStatus": self.status, "resultCode": self.code, "resultMessage": self.code.to_lowercase() })
    }
}

/// A verified request to Antom.
pub(crate) struct Call<'a> {
    app: &'a App,
    /// Where the cashier is, as the merchant reached us.
    origin: String,
    body: &'a str,
    message: Value,
}

/// One call, by the last part of its path.
pub(crate) async fn call(
    State(app): State<Arc<App>>,
    uri: Uri,
    Path(api): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(account) = &app.antom else {
        return respond::not_found().await;
    };
    let uri = uri.path_and_query().map_or("/", |uri| uri.as_str());
    let text = String::from_utf8_lossy(&body);
    let asked: Value = serde_json::from_str(&text).unwrap_or_default();
    let number = asked.get("paymentRequestId").and_then(Value::as_str);
    let entry = Entry::new(
        Direction::In,
        &api,
        number.unwrap_or_default(),
        &traffic_page::incoming(&headers, &text),
    );
    let answer = open(&app, account, uri, &headers, &body).and_then(|call| match api.as_str() {
        "pay" => Ok(pay::answer(&call)),
        "inquiryPayment" => Ok(ask::answer(&call)),
        "refund" => Ok(refund::answer(&call)),
        _ => Err("INVALID_API"),
    });
    let response = match answer {
        Ok(answer) => signed(account, uri, &answer),
        Err(code) => {
            log::event("antom-refused", format_args!("code={code}"));
            // Antom's gateway refuses without a signature.
            json_response(
                &[],
                json!({ "result": CallResult::failed(code).json() }).to_string(),
            )
        }
    };
    let (response, told) = respond::peek(response).await;
    app.traffic
        .record(entry.answered(response.status().as_u16(), &told));
    response
}

/// The gates that every call passes; the code is for the unsigned refusal.
fn open<'a>(
    app: &'a App,
    account: &Account,
    uri: &str,
    headers: &HeaderMap,
    body: &'a [u8],
) -> Result<Call<'a>, &'static str> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let client_id = text("client-id").ok_or("PARAM_ILLEGAL")?;
    let is_sandbox = uri.starts_with("/ams/sandbox/");
    if client_id != account.client_id || client_id.starts_with("SANDBOX_") != is_sandbox {
        return Err("UNKNOWN_CLIENT");
    }
    let time = text("request-time").ok_or("PARAM_ILLEGAL")?;
    let head = Head {
        uri,
        client_id,
        time,
    };
    let sign = text("signature").ok_or("INVALID_SIGNATURE")?;
    account
        .keys
        .verify(head, body, sign)
        .map_err(|_| "INVALID_SIGNATURE")?;
    let body = std::str::from_utf8(body).map_err(|_| "PARAM_ILLEGAL")?;
    let host = text("host").ok_or("PARAM_ILLEGAL")?;
    Ok(Call {
        app,
        origin: format!("http://{host}"),
        body,
        message: serde_json::from_str(body).map_err(|_| "PARAM_ILLEGAL")?,
    })
}

impl Call<'_> {
    /// The text at a JSON pointer; empty counts as absent.
    fn text(&self, pointer: &str) -> Option<&str> {
        self.message
            .pointer(pointer)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    }
}

fn signed(account: &Account, uri: &str, answer: &Value) -> Response {
    let body = answer.to_string();
    let time = message::iso_8601(clock::now_ms());
    let head = Head {
        uri,
        client_id: &account.client_id,
        time: &time,
    };
    match account.keys.sign(head, body.as_bytes()) {
        Ok(sign) => {
            let headers = [
                ("client-id", account.client_id.as_str()),
                ("response-time", &time),
                ("signature", &sign),
            ];
            json_response(&headers, body)
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn json_response(headers: &[(&'static str, &str)], body: String) -> Response {
    let content_type = [(header::CONTENT_TYPE, message::CONTENT_TYPE)];
    let mut response = (content_type, body).into_response();
    for (name, value) in headers {
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(*name, value);
        }
    }
    response
}
