//! Names and details of the events the page hears.

use js_sys::Object;
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CustomEvent, HtmlElement};

use crate::checkout::Checkout;
use crate::page;

#[derive(Serialize)]
struct Start<'a> {
    out_trade_no: &'a str,
}

#[derive(Serialize)]
struct Redirect<'a> {
    out_trade_no: &'a str,
    pay_url: &'a str,
}

/// Without an answer of the edge, only the state and the order.
#[derive(Serialize)]
struct Status<'a> {
    state: &'a str,
    out_trade_no: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trade_no: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<&'a str>,
}

#[derive(Serialize)]
struct Failure<'a> {
    code: &'a str,
    detail: &'a str,
}

/// Detail of `alipay-start`.
pub(crate) fn start(out_trade_no: &str) -> JsValue {
    detail(&Start { out_trade_no })
}

/// Detail of `alipay-redirect`.
pub(crate) fn redirect(out_trade_no: &str, checkout: &Checkout) -> JsValue {
    detail(&Redirect {
        out_trade_no,
        pay_url: checkout.pay_url(),
    })
}

/// Detail of `alipay-status`.
pub(crate) fn status(out_trade_no: &str, checkout: &Checkout) -> JsValue {
    let report = checkout.report();
    detail(&Status {
        state: checkout.state().name(),
        out_trade_no,
        status: report.map(|report| report.status.name()),
        trade_no: report.and_then(|report| report.trade_no.as_deref()),
        amount: report.map(|report| number(report.amount)),
        currency: report.map(|report| report.currency.as_str()),
    })
}

/// Detail of `alipay-error`.
pub(crate) fn error(checkout: &Checkout) -> JsValue {
    let refusal = checkout.refusal();
    detail(&Failure {
        code: refusal.map_or("", |refusal| &refusal.code),
        detail: refusal.map_or("", |refusal| &refusal.detail),
    })
}

/// As JavaScript has it; the edge's own number came in the same form.
#[expect(
    clippy::as_conversions,
    reason = "below 2^53, as `api::integer` has checked"
)]
fn number(amount: i64) -> f64 {
    amount as f64
}

fn detail(detail: &impl Serialize) -> JsValue {
    serde_wasm_bindgen::to_value(detail).unwrap_or(JsValue::UNDEFINED)
}

/// Dispatches an event; `false` when a listener prevented what it announces.
pub(crate) fn dispatch(host: &HtmlElement, name: &str, detail: JsValue) -> bool {
    let detail = Object::freeze(detail.unchecked_ref::<Object>());
    let init = page::object([
        ("bubbles", JsValue::TRUE),
        ("composed", JsValue::TRUE),
        ("cancelable", (name == "alipay-start").into()),
        ("detail", detail.into()),
    ]);
    CustomEvent::new_with_event_init_dict(name, init.unchecked_ref())
        .and_then(|event| host.dispatch_event(&event))
        .unwrap_or(true)
}
