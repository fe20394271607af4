//! Payments in the merchant's own app: the order string for Alipay's SDK (`POST /checkout` with
//! `terminal=app`), and what the SDK gave back (`POST /app-result`).
//!
//! A result never makes an order paid, not even one that Alipay signed: it passed through the shopper's
//! phone, may be old, and repeats what was asked for. It only hurries the question to Alipay along.

use crate::checkout::{claim_at_fault, price};
use crate::config::{Config, Gateway};
use crate::error::Failure;
use crate::order::rpc::{Command, Reply};
use crate::order::state::Terms;
use crate::provider::{Name, Provider};
use crate::webcrypto::WebCrypto;
use crate::{clock, limits, orders, read, returned, token};
use alipay_protocol::app::{AppRequest, AppResult, AppResultError, NextStep, SignedResult};
use alipay_protocol::form::Form;
use alipay_protocol::sign::SignType;
use alipay_protocol::trade::OutTradeNo;
use serde::Deserialize;
use worker::{Env, Request, Response};

/// What the app sends.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    out_trade_no: String,
    status_token: String,
    result: String,
}

/// The request for an order string.
///
/// # Errors
///
/// * [`Failure::AppUnavailable`] – `SIGN_TYPE` is `MD5`, with which no app can sign.
/// * [`Failure::OrderClaim`] – a rule of Alipay's is broken.
pub fn request(config: &Config, gateway: &Gateway, terms: &Terms) -> Result<AppRequest, Failure> {
    if gateway.sign_type == SignType::Md5 {
        return Err(Failure::AppUnavailable);
    }
    let number = OutTradeNo::parse(&terms.out_trade_no).map_err(|_| Failure::Unavailable)?;
    let mut builder = AppRequest::builder(&gateway.partner, &number, price(&terms.price)?)
        .subject(&terms.subject)
        .notify_url(&format!("{}/notify/gateway", config.edge_origin))
        .return_url(&returned::address(config, terms));
    if let Some(text) = &terms.body {
        builder = builder.body(text);
    }
    builder.build().map_err(|error| claim_at_fault(&error))
}

/// The order string: what the app gives to the SDK, unchanged.
///
/// # Errors
///
/// [`Failure::Unavailable`] – it could not be signed.
pub async fn sign(gateway: &Gateway, request: &AppRequest) -> Result<String, Failure> {
    let signed = request.sign(&gateway.signing_key, &WebCrypto).await;
    let order_string = signed.map_err(|_| Failure::Unavailable)?;
    Ok(order_string.as_str().to_owned())
}

/// `POST /app-result`: takes what the SDK gave the app, and answers where the order is.
///
/// The status token shows that the caller is a shopper of this order; a result that Alipay signed must be
/// about it, too. Where the SDK has nothing signed and does not know itself, Alipay is asked as well:
/// the order asks at most every ten seconds.
///
/// # Errors
///
/// In this order: [`Failure::MediaType`], those of [`read::body`], [`Failure::Malformed`],
/// [`Failure::StatusToken`], [`Failure::OrderUnknown`], [`Failure::AppUnavailable`],
/// [`Failure::AppResult`], [`Failure::Unavailable`].
pub async fn result(
    request: &mut Request,
    env: &Env,
    config: &Config,
) -> Result<Response, Failure> {
    let read_sent: fn(&[u8]) -> Option<Sent> = match read::media_type(request.inner()).as_str() {
        "application/x-www-form-urlencoded" => from_form,
        "application/json" => from_json,
        _ => return Err(Failure::MediaType),
    };
    let body = read::body(request.inner(), limits::APP_RESULT).await?;
    let sent = read_sent(&body).ok_or(Failure::Malformed)?;
    let (secret, now) = (&config.status_secret, clock::now_s());
    let provider = token::check_status(secret, &sent.status_token, &sent.out_trade_no, now)
        .map_err(Failure::StatusToken)?;
    let number = OutTradeNo::parse(&sent.out_trade_no).map_err(|_| Failure::OrderUnknown)?;
    if provider != Provider::Gateway {
        return Err(Failure::AppUnavailable);
    }
    let told = AppResult::parse(&sent.result).map_err(|_| Failure::AppResult)?;
    let hurry = match verify(config.gateway()?, &told).await {
        Ok(signed) if signed.out_trade_no() == &number => true,
        Err(AppResultError::NothingSigned) => told.status().next_step() == NextStep::Query,
        _ => return Err(Failure::AppResult),
    };
    let name = Name::new(provider, number.as_str());
    if hurry {
        let command = Command::Return {
            proven: true,
            by_previous: false,
        };
        orders::ask(env, config, name, &command).await?;
    }
    match orders::ask(env, config, name, &Command::Status).await? {
        Reply::Status(view) => Ok(Response::from_json(&view)?),
        Reply::Unknown => Err(Failure::OrderUnknown),
        _ => Err(Failure::Unavailable),
    }
}

/// Results are signed with `RSA` also for merchants whose notifications have `RSA2`
/// (`docs/alipay/app.md` section 4).
async fn verify(gateway: &Gateway, result: &AppResult<'_>) -> Result<SignedResult, AppResultError> {
    let verified = gateway.verifier.verify_app_result(&WebCrypto, result).await;
    match (verified, &gateway.app_verifier) {
        (Err(AppResultError::SignTypeNotAccepted { .. }), Some(verifier)) => {
            verifier.verify_app_result(&WebCrypto, result).await
        }
        (verified, _) => verified,
    }
}

/// Reads the form: each field once, nothing else.
fn from_form(body: &[u8]) -> Option<Sent> {
    let form = Form::parse(body).ok()?;
    if form.iter().count() != 3 {
        return None;
    }
    let text = |name| Some(std::str::from_utf8(form.get(name)?).ok()?.to_owned());
    Some(Sent {
        out_trade_no: text("out_trade_no")?,
        status_token: text("status_token")?,
        result: text("result")?,
    })
}

fn from_json(body: &[u8]) -> Option<Sent> {
    // A list would be read too, its entries as the members in their order.
    let is_object = body.trim_ascii_start().first() == Some(&b'{');
    serde_json::from_slice(body).ok().filter(|_| is_object)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent() -> Sent {
        Sent {
            out_trade_no: "A1".into(),
            status_token: "t".into(),
            result: "resultStatus={6001};memo={};result={}".into(),
        }
    }

    #[test]
    fn form_and_json_are_read_alike() {
        let form = "out_trade_no=A1&status_token=t&\
            result=resultStatus%3D%7B6001%7D%3Bmemo%3D%7B%7D%3Bresult%3D%7B%7D";
        assert_eq!(from_form(form.as_bytes()), Some(sent()));
        let json = r#"{"out_trade_no":"A1","status_token":"t",
            "result":"resultStatus={6001};memo={};result={}"}"#;
        assert_eq!(from_json(json.as_bytes()), Some(sent()));
    }

    #[test]
    fn anything_else_rejected() {
        for form in [
            "",
            "out_trade_no=A1&status_token=t",
            "out_trade_no=A1&status_token=t&result=x&more=1",
            "out_trade_no=A1&out_trade_no=A1&result=x",
        ] {
            assert_eq!(from_form(form.as_bytes()), None, "{form}");
        }
        for json in [
            "",
            "{}",
            r#"["A1","t","x"]"#,
            r#"{"out_trade_no":"A1","status_token":"t","result":"x","more":1}"#,
        ] {
            assert_eq!(from_json(json.as_bytes()), None, "{json}");
        }
    }
}
