//! `inquiryPayment`: what has become of a payment.

use serde_json::{Map, Value, json};

use super::{Call, CallResult, message};
use crate::trade::{State, Trade};

/// Answers a verified inquiry; `paymentId` wins over `paymentRequestId`.
///
/// # Source
///
/// `docs/alipay/antom.md` sections 4 and 5.
pub(super) fn answer(call: &Call<'_>) -> Value {
    let (result, mut members) = match find(call) {
        Ok(trade) => (CallResult::SUCCESS, found(&trade)),
        Err(code) => (CallResult::failed(code), Map::new()),
    };
    members.insert("result".to_owned(), result.json());
    Value::Object(members)
}

fn find(call: &Call<'_>) -> Result<Trade, &'static str> {
    let (id, number) = (call.text("/paymentId"), call.text("/paymentRequestId"));
    call.app.store.read(|book| {
        let trade = match (id, number) {
            (Some(id), _) => book.newest_first().into_iter().find(|trade| {
                trade
                    .antom
                    .as_ref()
                    .is_some_and(|asked| asked.payment_id == id)
            }),
            (None, Some(number)) => book.by_out_trade_no(number),
            (None, None) => return Err("PARAM_ILLEGAL"),
        };
        let ours = trade.filter(|trade| trade.antom.is_some());
        ours.cloned().ok_or("ORDER_NOT_EXIST")
    })
}

fn found(trade: &Trade) -> Map<String, Value> {
    let mut members = message::payment(trade);
    let status = match trade.state() {
        Some(State::Paid | State::Refunded) => "SUCCESS",
        Some(State::Closed) => "FAIL",
        None | Some(State::Processing) => "PROCESSING",
    };
    members.insert("paymentStatus".to_owned(), json!(status));
    members
}
