//! How the edge's answers are read. `js/bridge.js` asks.

use js_sys::{JsString, Number};
use wasm_bindgen::JsValue;

use crate::checkout::{Answer, Input, PayUrl};
use crate::page::{field, letters, number, parsed_url, text};
use crate::pay_url::{self, Target};
use crate::refusal::{self, Refusal};
use crate::status::{Report, Status};

/// Reads the answer to `/checkout`. `status` is 0 when there was none.
pub(crate) fn answer(
    status: u32,
    body: &JsValue,
    out_trade_no: &JsString,
    pay_hosts: &str,
) -> Input {
    if status == 0 {
        return Input::Refused(Refusal::Unreachable);
    }
    if status != 200 {
        let code = letters(body, "code");
        return Input::Refused(if code.is_empty() {
            Refusal::BadAnswer
        } else {
            Refusal::Edge(refusal::note(&code))
        });
    }
    // Without a token nobody would learn how it ends.
    match report(body, out_trade_no).filter(|_| text(body, "status_token").is_truthy()) {
        None => Input::Refused(Refusal::BadAnswer),
        Some(report) => Input::Answered(Answer {
            report,
            pay_url: judge(&text(body, "pay_url"), pay_hosts),
        }),
    }
}

/// Reads a status, by whichever way it came; `None` when it is not one of this order.
pub(crate) fn report(body: &JsValue, out_trade_no: &JsString) -> Option<Report> {
    // One of another order is a mistake, and is not shown.
    let ours = text(body, "out_trade_no") == *out_trade_no && out_trade_no.is_truthy();
    // A whole number that JavaScript holds exactly. It is handed on and never computed with.
    let has_amount = Number::is_safe_integer(&field(body, "amount"));
    let complete = ours && has_amount && text(body, "currency").is_truthy();
    Some(Report {
        status: Status::parse(&letters(body, "status")).filter(|_| complete)?,
        version: number(body, "version"),
    })
}

fn judge(url: &JsString, pay_hosts: &str) -> PayUrl {
    if url.is_falsy() {
        return PayUrl::Absent;
    }
    // Where it cannot be parsed, the parts are empty, and those are refused.
    let parsed = parsed_url(url);
    let [protocol, hostname, host] =
        ["protocol", "hostname", "host"].map(|name| letters(&parsed, name));
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
