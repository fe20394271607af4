//! How the edge's answers are read. `js/bridge.js` asks.

use wasm_bindgen::JsValue;
use web_sys::Url;

use crate::checkout::{Answer, Input, PayUrl};
use crate::page::{field, number, text};
use crate::pay_url::{self, Target};
use crate::refusal::{self, Refusal};
use crate::status::{Report, Status};

/// Reads the answer to `/checkout`. `status` is 0 when there was none.
pub(crate) fn answer(status: u32, body: &JsValue, out_trade_no: &str, pay_hosts: &str) -> Input {
    if status == 0 {
        return Input::Refused(Refusal::Unreachable);
    }
    if status != 200 {
        let code = text(body, "code");
        return Input::Refused(if code.is_empty() {
            Refusal::BadAnswer
        } else {
            Refusal::Edge(refusal::note(&code))
        });
    }
    // Without a token nobody would learn how it ends.
    match report(body, out_trade_no).filter(|_| !text(body, "status_token").is_empty()) {
        None => Input::Refused(Refusal::BadAnswer),
        Some(report) => Input::Answered(Answer {
            report,
            pay_url: judge(&text(body, "pay_url"), pay_hosts),
        }),
    }
}

/// Reads a status, by whichever way it came; `None` when it is not one of this order.
pub(crate) fn report(body: &JsValue, out_trade_no: &str) -> Option<Report> {
    // One of another order is a mistake, and is not shown.
    let ours = text(body, "out_trade_no") == out_trade_no && !out_trade_no.is_empty();
    let complete = ours && is_amount(&field(body, "amount")) && !text(body, "currency").is_empty();
    Some(Report {
        status: Status::parse(&text(body, "status")).filter(|_| complete)?,
        version: number(body, "version"),
    })
}

/// A whole number that JavaScript holds exactly. It is handed on and never computed with.
fn is_amount(value: &JsValue) -> bool {
    const MAX_SAFE: f64 = 9_007_199_254_740_991.0;
    value
        .as_f64()
        .is_some_and(|number| number.trunc() == number && number.abs() <= MAX_SAFE)
}

fn judge(url: &str, pay_hosts: &str) -> PayUrl {
    if url.is_empty() {
        return PayUrl::Absent;
    }
    let Ok(parsed) = Url::new(url) else {
        return PayUrl::Refused;
    };
    let [protocol, hostname, host] =
        ["protocol", "hostname", "host"].map(|name| text(&parsed, name));
    let target = Target {
        protocol: &protocol,
        hostname: &hostname,
        host: &host,
    };
    if pay_url::is_allowed(target, pay_hosts) {
        PayUrl::Allowed
    } else {
        PayUrl::Refused
    }
}
