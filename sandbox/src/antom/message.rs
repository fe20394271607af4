//! What Antom says of a payment: the members that answers and notifications share, and the
//! notification.

use serde_json::{Map, Value, json};

use super::{Account, CallResult, sign::Head};
use crate::{
    gateway_time::GatewayTime,
    notifier::Message,
    sign::KeyError,
    trade::{Delivery, Trade},
};

/// The `content-type` of everything that Antom sends.
pub(super) const CONTENT_TYPE: &str = "application/json; charset=UTF-8";

/// A moment as Antom's answers and notifications write it.
pub(super) fn iso_8601(unix_ms: u64) -> String {
    let text = GatewayTime::from_unix_ms(unix_ms).text();
    format!("{}+08:00", text.replace(' ', "T"))
}

/// What is told of a payment everywhere.
pub(super) fn payment(trade: &Trade) -> Map<String, Value> {
    let payment_id = trade.antom.as_ref().map(|asked| asked.payment_id.as_str());
    let mut members = Map::new();
    let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
    put("paymentId", json!(payment_id));
    put("paymentRequestId", json!(trade.out_trade_no));
    put(
        "paymentAmount",
        json!({ "currency": "CNY", "value": trade.amount.minor().to_string() }),
    );
    put("paymentCreateTime", json!(iso_8601(trade.created_ms)));
    if let Some(payment) = &trade.payment {
        put("paymentTime", json!(iso_8601(payment.paid_ms)));
    }
    members
}

/// The notification `notifyPayment` of a paid trade, sent at `now_ms`; `tamper` names a member
/// altered after signing.
///
/// Whether a repetition has a new `request-time` is UNCONFIRMED; it has here, since a merchant has
/// to bear both.
///
/// # Errors
///
/// See [`AntomKeys::sign`](super::sign::AntomKeys::sign).
///
/// # Source
///
/// `docs/alipay/antom.md` section 6.
pub(crate) fn notification(
    account: &Account,
    trade: &Trade,
    now_ms: u64,
    tamper: Option<&str>,
) -> Result<Message, KeyError> {
    let mut members = payment(trade);
    members.insert("notifyType".to_owned(), json!("PAYMENT_RESULT"));
    members.insert("result".to_owned(), CallResult::SUCCESS.json());
    let body = Value::Object(members.clone()).to_string();
    let time = iso_8601(now_ms);
    let url = trade.requested("notify_url").unwrap_or_default();
    let head = Head {
        uri: path_and_query(url),
        client_id: &account.client_id,
        time: &time,
    };
    let signature = account.keys.sign(head, body.as_bytes())?;
    let body = match tamper {
        Some(name) => {
            alter(&mut members, name);
            Value::Object(members).to_string()
        }
        None => body,
    };
    Ok(Message {
        content_type: CONTENT_TYPE,
        headers: vec![
            ("client-id", account.client_id.clone()),
            ("request-time", time),
            ("signature", signature),
        ],
        body,
    })
}

/// Path and query of a URL, as they stand in the request line.
fn path_and_query(url: &str) -> &str {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/")
}

/// Alters one member as an attacker would choose.
fn alter(members: &mut Map<String, Value>, name: &str) {
    let altered = match (name, members.get(name)) {
        ("paymentAmount", _) => json!({ "currency": "CNY", "value": "1" }),
        ("result", _) => CallResult::failed("ORDER_IS_CLOSED").json(),
        ("notifyType", _) => json!("PAYMENT_PENDING"),
        (_, Some(Value::String(value))) => {
            let mut rest = value.chars();
            let first = if rest.next() == Some('0') { '1' } else { '0' };
            json!(format!("{first}{}", rest.as_str()))
        }
        _ => json!("0"),
    };
    members.insert(name.to_owned(), altered);
}

/// Whether the merchant has acknowledged: status 200 and `S` with `SUCCESS`.
///
/// # Source
///
/// `docs/alipay/antom.md` section 7.
pub(crate) fn acknowledges(delivery: &Delivery) -> bool {
    let answer: Value = serde_json::from_str(&delivery.body).unwrap_or_default();
    let says = |pointer, word| answer.pointer(pointer).and_then(Value::as_str) == Some(word);
    delivery.status == Some(200)
        && says("/result/resultStatus", "S")
        && says("/result/resultCode", "SUCCESS")
}

#[cfg(test)]
mod tests {
    use super::{acknowledges, iso_8601, path_and_query};
    use crate::trade::Delivery;

    #[test]
    fn only_the_exact_result_acknowledges() {
        for (status, body, expected) in [
            (
                200,
                r#"{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}"#,
                true,
            ),
            (
                200,
                r#"{"result":{"resultStatus":"S","resultCode":"SUCCESS"}}"#,
                true,
            ),
            (
                500,
                r#"{"result":{"resultStatus":"S","resultCode":"SUCCESS"}}"#,
                false,
            ),
            (
                200,
                r#"{"result":{"resultStatus":"U","resultCode":"SUCCESS"}}"#,
                false,
            ),
            (
                200,
                r#"{"result":{"resultStatus":"S","resultCode":"FAIL"}}"#,
                false,
            ),
            (200, "success", false),
            (200, "", false),
        ] {
            let delivery = Delivery {
                at_ms: 0,
                status: Some(status),
                body: body.to_owned(),
                error: None,
            };
            assert_eq!(acknowledges(&delivery), expected, "{status} {body}");
        }
    }

    #[test]
    fn signed_path_is_that_of_the_request_line() {
        for (url, expected) in [
            ("http://127.0.0.1:1/notify/antom", "/notify/antom"),
            ("https://shop.example/a/?b=c", "/a/?b=c"),
            ("https://shop.example", "/"),
        ] {
            assert_eq!(path_and_query(url), expected);
        }
    }

    #[test]
    fn times_have_beijings_zone() {
        assert_eq!(iso_8601(1_523_441_548_999), "2018-04-11T18:12:28+08:00");
    }
}
