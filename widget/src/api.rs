//! The two questions to the edge, and how its answers are read.

use wasm_bindgen::JsValue;
use web_sys::{Url, UrlSearchParams};

use crate::checkout::{Answer, PayUrl, Refusal, code};
use crate::page::{field, object, page_window, text};
use crate::pay_url::{self, Target};
use crate::status::{Report, Status};

/// The largest integer a JavaScript number holds exactly.
const MAX_SAFE: f64 = 9_007_199_254_740_991.0;

/// `POST /checkout` for this device, without a preflight and without cookies.
pub(crate) fn checkout(order_token: &str, signal: JsValue) -> JsValue {
    let fields = UrlSearchParams::new().inspect(|fields| {
        fields.append("order_token", order_token);
        fields.append("terminal", terminal());
    });
    object([
        ("method", "POST".into()),
        ("body", fields.map_or(JsValue::UNDEFINED, JsValue::from)),
        ("signal", signal),
        ("credentials", "omit".into()),
        ("cache", "no-store".into()),
    ])
}

/// A `GET` of the same kind.
pub(crate) fn question() -> JsValue {
    object([("credentials", "omit".into()), ("cache", "no-store".into())])
}

/// The address of an order's status, for [`question`] and for the stream.
pub(crate) fn status_url(edge: &str, out_trade_no: &str, status_token: &str) -> String {
    let [number, token] =
        [out_trade_no, status_token].map(|text| String::from(js_sys::encode_uri_component(text)));
    [edge, "/status/", &number, "?token=", &token].concat()
}

/// Reads the answer to `/checkout`. `status` is 0 when there was none.
pub(crate) fn answer(status: i64, body: &JsValue, pay_hosts: &str) -> Result<Answer, Refusal> {
    if status == 0 {
        return Err(Refusal::new(code::UNREACHABLE));
    }
    if status != 200 {
        return Err(Refusal {
            code: text(body, "code").unwrap_or_else(|| code::BAD_ANSWER.to_owned()),
            detail: text(body, "detail").unwrap_or_default(),
        });
    }
    Ok(Answer {
        report: report(body).ok_or_else(|| Refusal::new(code::BAD_ANSWER))?,
        status_token: text(body, "status_token"),
        pay_url: text(body, "pay_url").map_or(PayUrl::Absent, |url| judge(url, pay_hosts)),
    })
}

/// Reads a status, by whichever way it came; `None` when it is not one.
pub(crate) fn report(body: &JsValue) -> Option<Report> {
    Some(Report {
        out_trade_no: text(body, "out_trade_no")?,
        status: Status::parse(&text(body, "status")?)?,
        trade_no: text(body, "trade_no"),
        amount: integer(&field(body, "amount"))?,
        currency: text(body, "currency")?,
        version: integer(&field(body, "version")).unwrap_or_default(),
    })
}

fn judge(url: String, pay_hosts: &str) -> PayUrl {
    let Ok(parsed) = Url::new(&url) else {
        return PayUrl::Refused;
    };
    let [protocol, hostname, host] =
        ["protocol", "hostname", "host"].map(|name| text(&parsed, name).unwrap_or_default());
    let target = Target {
        protocol: &protocol,
        hostname: &hostname,
        host: &host,
    };
    if pay_url::is_allowed(target, pay_hosts) {
        PayUrl::Allowed(url)
    } else {
        PayUrl::Refused
    }
}

/// A whole number that JavaScript holds exactly.
#[expect(
    clippy::as_conversions,
    reason = "a whole number below 2^53, checked in the line before, fits"
)]
pub(crate) fn integer(value: &JsValue) -> Option<i64> {
    let number = value.as_f64()?;
    (number.trunc() == number && number.abs() <= MAX_SAFE).then_some(number as i64)
}

/// Alipay has two cashiers: phones and tablets get the one that opens the app.
fn terminal() -> &'static str {
    let navigator = field(&page_window(), "navigator");
    let agent = text(&navigator, "userAgent").unwrap_or_default();
    // An iPad says that it is a Macintosh; no Macintosh has a touch screen.
    let names = |word: &str| {
        agent
            .as_bytes()
            .windows(word.len())
            .any(|part| part == word.as_bytes())
    };
    let is_mobile = ["Android", "iPhone", "iPad", "Mobi"].into_iter().any(names);
    if is_mobile || (names("Macintosh") && integer(&field(&navigator, "maxTouchPoints")) > Some(1))
    {
        "wap"
    } else {
        "pc"
    }
}
