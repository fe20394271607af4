//! `refund`: gives a payment back, or a part of it, once for each `refundRequestId`.

use serde_json::{Map, Value, json};

use super::{Call, CallResult};
use crate::{
    clock, log,
    money::Amount,
    refund::RefundRequest,
    request::{GatewayError, is_out_trade_no},
};

/// Answers a verified request for a refund. There is no `notifyRefund` here: the answer is final.
///
/// # Source
///
/// `docs/alipay/antom.md` sections 4, 5 and 9.
pub(super) fn answer(call: &Call<'_>) -> Value {
    let (result, mut members) = match give_back(call) {
        Ok(members) => (CallResult::SUCCESS, members),
        Err(code) => (CallResult::failed(code), Map::new()),
    };
    log::event("antom-refund", format_args!("code={}", result.code));
    members.insert("result".to_owned(), result.json());
    Value::Object(members)
}

fn give_back(call: &Call<'_>) -> Result<Map<String, Value>, &'static str> {
    let required = |pointer| call.text(pointer).ok_or("PARAM_ILLEGAL");
    let number = required("/refundRequestId")?;
    let payment_id = required("/paymentId")?;
    if required("/refundAmount/currency")? != "CNY" {
        return Err("CURRENCY_NOT_SUPPORT");
    }
    let fen = required("/refundAmount/value")?.parse().ok();
    let fen = fen.filter(|fen| *fen > 0).ok_or("PARAM_ILLEGAL")?;
    if !is_out_trade_no(number) {
        return Err("PARAM_ILLEGAL");
    }
    let store = &call.app.store;
    let trade = store.read(|book| {
        let paid = book.paid(|payment| payment.trade_no == payment_id);
        paid.filter(|trade| trade.antom.is_some()).cloned()
    });
    let trade = trade.ok_or("ORDER_NOT_EXIST")?;
    let amount = Amount::of_fen(fen);
    let request = RefundRequest::of_antom(&trade.out_trade_no, number, amount, call.body);
    store
        .change(|book| book.refund(&request, clock::now_ms()))
        .map_err(|_| "UNKNOWN_EXCEPTION")?
        .map_err(|error| match error {
            GatewayError::TradeDataMatchError => "REPEAT_REQ_INCONSISTENT",
            GatewayError::ReturnAmountExceed => "REFUND_AMOUNT_EXCEED",
            _ => "PROCESS_FAIL",
        })?;
    let position = store.read(|book| {
        let payment = book
            .by_out_trade_no(&trade.out_trade_no)?
            .payment
            .as_ref()?;
        let mut refunds = payment.refunds.iter();
        refunds.position(|one| one.out_return_no == number)
    });
    let mut members = Map::new();
    for (name, value) in [
        ("refundRequestId", json!(number)),
        (
            "refundId",
            json!(format!("{payment_id}-{}", position.unwrap_or_default())),
        ),
        ("paymentId", json!(payment_id)),
        (
            "refundAmount",
            json!({ "currency": "CNY", "value": fen.to_string() }),
        ),
    ] {
        members.insert(name.to_owned(), value);
    }
    Ok(members)
}
