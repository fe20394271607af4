//! What the crate's own verifiers say, of the kinds they read.
//!
//! A file says nothing about who reads it, so each message is verified for the account and the app
//! that it names. The files ask whether a message is genuine, not whether it is about a trade of one
//! product; where a verifier refuses for that, it has no say, and the question goes to the gates of
//! [`gateway`](crate::gateway).

use alipay_protocol::app::{AppResult, AppResultError};
use alipay_protocol::backend::{RustCrypto, ready};
use alipay_protocol::form::Form;
use alipay_protocol::notification::{Verifier, VerifyError};
use alipay_protocol::openplatform::{self, AppId, Rule, SellerId};
use alipay_protocol::sign::VerifyingKey;
use alipay_protocol::trade::Partner;
use serde_json::Value;

use crate::message::Message;
use crate::{json, rules};

/// The account of a vector that names none.
const PARTNER: &str = "2088101122136241";

/// The verdict of the verifier that the kind has; `None` where it has none, or none with a say.
pub(crate) fn verdict(
    kind: &str,
    rule: &str,
    key: VerifyingKey,
    message: &Message,
    vector: &Value,
) -> Option<Result<(), String>> {
    match (kind, rule) {
        ("notification" | "sync-return", "v1") => gateway(kind, key, message, vector),
        ("notification-openapi", "v1") => openapi(Rule::V1, key, message),
        ("notification-openapi" | "notification-openapi-v2", "v2") => {
            openapi(Rule::V2, key, message)
        }
        ("sync-app-result", "verbatim_prefix") => app_result(key, message, vector),
        _ => None,
    }
}

fn gateway(
    kind: &str,
    key: VerifyingKey,
    message: &Message,
    vector: &Value,
) -> Option<Result<(), String>> {
    let form = message.form().ok()?;
    let named = |name| text(&form, name);
    let given = json::first(vector, &["partner", "seller_id"]);
    let account = given
        .clone()
        .or_else(|| named("partner"))
        .or_else(|| named("seller_id"));
    let verifier = Verifier::new(key, partner(account)?).with_charset(message.charset);
    let verdict = if kind == "notification" {
        ready(verifier.verify(&RustCrypto, form.raw())).map(|_| ())
    } else {
        ready(verifier.verify_return(&RustCrypto, form.raw())).map(|_| ())
    };
    match verdict {
        // Whom the message names with one word, it may contradict with another; only an account that
        // the file names can be the wrong one.
        Err(VerifyError::WrongPartner) if given.is_none() => None,
        verdict => said(verdict),
    }
}

fn openapi(rule: Rule, key: VerifyingKey, message: &Message) -> Option<Result<(), String>> {
    let form = message.form().ok()?;
    let seller_id = SellerId::parse(&text(&form, "seller_id")?).ok()?;
    let app_id = text(&form, "app_id").map(|app_id| AppId::parse(&app_id));
    // An app id must be given first, and is taken back where the message names none.
    let (app_id, named) = match app_id {
        Some(app_id) => (app_id.ok()?, true),
        None => (AppId::parse("2088101122136241").ok()?, false),
    };
    let verifier = openplatform::Verifier::new(key, seller_id, app_id)
        .with_rule(rule)
        .with_charset(message.charset);
    let verifier = if named {
        verifier
    } else {
        verifier.without_app_id()
    };
    said(ready(verifier.verify(&RustCrypto, form.raw())).map(|_| ()))
}

fn said(verdict: Result<(), VerifyError>) -> Option<Result<(), String>> {
    match verdict {
        Err(
            VerifyError::InvalidField { .. }
            | VerifyError::UnknownField
            | VerifyError::UnknownNotifyType
            | VerifyError::MissingField {
                field: "notify_type" | "notify_time" | "out_trade_no",
            },
        ) => None,
        verdict => Some(verdict.map_err(|error| error.to_string())),
    }
}

fn app_result(key: VerifyingKey, message: &Message, vector: &Value) -> Option<Result<(), String>> {
    let part = rules::signed_part(message.raw.as_deref()?);
    let quoted = |name: &str| {
        let (_, rest) = part.split_once(&format!("{name}=\""))?;
        Some(rest.split_once('"')?.0.to_owned())
    };
    let account = json::text(vector, "account").or_else(|| quoted("partner"));
    let verifier = Verifier::new(key, partner(account)?).with_charset(message.charset);
    let result = match AppResult::from_parts("9000", part) {
        Ok(result) => result,
        Err(error) => return Some(Err(error.to_string())),
    };
    match ready(verifier.verify_app_result(&RustCrypto, &result)) {
        Ok(_) => Some(Ok(())),
        Err(
            AppResultError::InvalidField { .. }
            | AppResultError::NotSuccessful
            | AppResultError::WrongPartner,
        ) => None,
        Err(error) => Some(Err(error.to_string())),
    }
}

fn partner(named: Option<String>) -> Option<Partner> {
    named
        .and_then(|account| Partner::parse(&account).ok())
        .or_else(|| Partner::parse(PARTNER).ok())
}

fn text(form: &Form<'_>, name: &str) -> Option<String> {
    String::from_utf8(form.get(name)?.to_vec()).ok()
}
