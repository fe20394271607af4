//! What Antom says of a payment: the members that answers and notifications share, and the
//! notification.

use serde_json::{Map, Value, json};

use super::{
    Account, CallResult,
    sign::{AntomKeys, Head},
};
use crate::{
    gateway_time::GatewayTime,
    sender::{Message, Pace},
    sign::KeyError,
    trade::{Delivery, State, Trade},
};

/// The `content-type` of everything that Antom sends.
pub(super) const CONTENT_TYPE: &str = "application/json; charset=UTF-8";

/// A moment as Antom's answers and notifications write it.
pub(crate) fn iso_8601(unix_ms: u64) -> String {
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
    let paid = trade.payment.as_ref();
    if let Some(payment) = paid.filter(|one| matches!(one.state, State::Paid | State::Refunded)) {
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
    let mut members = members(trade);
    let url = trade.requested("notify_url").unwrap_or_default();
    let body = Value::Object(members.clone()).to_string();
    let mut message = signed(&account.keys, &account.client_id, url, now_ms, body)?;
    if let Some(name) = tamper {
        alter(&mut members, name);
        message.body = Value::Object(members).to_string().into_bytes();
    }
    Ok(message)
}

/// What a notification says of a trade: its payment, or the refund that is to be told.
pub(crate) fn members(trade: &Trade) -> Map<String, Value> {
    let mut members = payment(trade);
    let told = trade
        .payment
        .as_ref()
        .and_then(|payment| payment.refunds.get(payment.refund_told?));
    if let Some(refund) = told {
        members.remove("paymentAmount");
        members.remove("paymentCreateTime");
        let id = members.get("paymentId").and_then(Value::as_str);
        let id = format!("{}-{}", id.unwrap_or_default(), refund.out_return_no);
        for (name, value) in [
            ("notifyType", json!("REFUND_RESULT")),
            ("refundRequestId", json!(refund.out_return_no)),
            ("refundId", json!(id)),
            ("refundStatus", json!("SUCCESS")),
            ("refundTime", json!(iso_8601(refund.at_ms))),
            (
                "refundAmount",
                json!({ "currency": "CNY", "value": refund.minor().to_string() }),
            ),
        ] {
            members.insert(name.to_owned(), value);
        }
        members.insert("result".to_owned(), CallResult::SUCCESS.json());
        return members;
    }
    let result = match trade.state() {
        Some(State::Closed) => CallResult::failed("ORDER_IS_CLOSED"),
        _ => CallResult::SUCCESS,
    };
    members.insert("notifyType".to_owned(), json!("PAYMENT_RESULT"));
    members.insert("result".to_owned(), result.json());
    members
}

/// A body with Antom's headers, signed for the path of `url`.
///
/// # Errors
///
/// See [`AntomKeys::sign`].
pub(crate) fn signed(
    keys: &AntomKeys,
    client_id: &str,
    url: &str,
    now_ms: u64,
    body: String,
) -> Result<Message, KeyError> {
    let time = iso_8601(now_ms);
    let head = Head {
        uri: path_and_query(url),
        client_id,
        time: &time,
    };
    let signature = keys.sign(head, body.as_bytes())?;
    Ok(Message {
        content_type: CONTENT_TYPE.to_owned(),
        headers: vec![
            ("client-id", client_id.to_owned()),
            ("request-time", time),
            ("signature", signature),
        ],
        body: body.into_bytes(),
        pace: Pace::Plain,
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
