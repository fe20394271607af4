//! `pay`: opens a trade, or finds the one that the same request has opened.

use serde_json::{Map, Value};

use super::{Asked, Call, CallResult, message};
use crate::{
    clock,
    gateway_time::GatewayTime,
    log,
    money::Amount,
    random,
    request::{GatewayError, PayRequest},
    sign::Fields,
    trade::{State, Trade},
};

/// Most and least of a payment by Alipay in China: 300,000 and 0.10 CNY.
const RANGE_FEN: std::ops::RangeInclusive<u64> = 10..=30_000_000;

/// Answers a verified request to pay.
pub(super) fn answer(call: &Call<'_>) -> Value {
    let (result, more) = match open(call) {
        Ok(trade) => {
            // The same number and content again: the same final answer.
            let result = match trade.state() {
                Some(State::Paid | State::Refunded) => CallResult::SUCCESS,
                Some(State::Closed) => CallResult::failed("ORDER_IS_CLOSED"),
                None | Some(State::Processing) => CallResult::IN_PROCESS,
            };
            (result, opened(call, &trade))
        }
        Err(code) => {
            log::event("antom-pay-refused", format_args!("code={code}"));
            (CallResult::failed(code), Map::new())
        }
    };
    let mut answer = more;
    answer.insert("result".to_owned(), result.json());
    Value::Object(answer)
}

fn opened(call: &Call<'_>, trade: &Trade) -> Map<String, Value> {
    let mut members = message::payment(trade);
    if trade.payment.is_none() {
        let url = format!("{}/cashier/{}", call.origin, trade.cashier_id);
        members.insert("normalUrl".to_owned(), url.into());
    }
    members
}

/// Opens the trade, or answers why not, in Antom's word.
///
/// # Source
///
/// `docs/alipay/antom.md` sections 4, 8 and 9. Which word Antom prefers where two fit is
/// UNCONFIRMED.
fn open(call: &Call<'_>) -> Result<Trade, &'static str> {
    let required = |pointer| call.text(pointer).ok_or("PARAM_ILLEGAL");
    let number = required("/paymentRequestId")?;
    if !is_number(number) || !is_number(required("/order/referenceOrderId")?) {
        return Err("PARAM_ILLEGAL");
    }
    let description = required("/order/orderDescription")?;
    let amount = amount(call, "/paymentAmount")?;
    if self::amount(call, "/order/orderAmount")? != amount
        || required("/productCode")? != "CASHIER_PAYMENT"
    {
        return Err("PARAM_ILLEGAL");
    }
    if required("/paymentMethod/paymentMethodType")? != "ALIPAY_CN" {
        return Err("NO_PAY_OPTIONS");
    }
    match (required("/env/terminalType")?, call.text("/env/osType")) {
        ("WEB", None) | ("WAP" | "APP", Some("ANDROID" | "IOS")) => {}
        _ => return Err("PARAM_ILLEGAL"),
    }
    let notify_url = web(required("/paymentNotifyUrl")?)?;
    let redirect_url = web(required("/paymentRedirectUrl")?)?;
    let now_ms = clock::now_ms();
    let fields = [
        ("notify_url", notify_url),
        ("return_url", redirect_url),
        // Antom has one way back, whether the shopper paid or not.
        ("merchant_url", redirect_url),
        ("subject", description),
    ];
    let request = PayRequest {
        out_trade_no: number.to_owned(),
        amount,
        fields: fields
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into_iter()
            .collect::<Fields>(),
        antom: Some(Asked {
            payment_id: payment_id(now_ms).map_err(|_| "UNKNOWN_EXCEPTION")?,
            body: call.body.to_owned(),
        }),
    };
    let cashier_id = random::hex(16).map_err(|_| "UNKNOWN_EXCEPTION")?;
    call.app
        .store
        .change(|book| book.open(request, cashier_id, None, now_ms).cloned())
        .map_err(|_| "UNKNOWN_EXCEPTION")?
        .or_else(|error| match error {
            GatewayError::RepeatOutTradeNo => again(call, number),
            _ => Err("REPEAT_REQ_INCONSISTENT"),
        })
}

/// A trade that is paid already, for the very same request.
fn again(call: &Call<'_>, number: &str) -> Result<Trade, &'static str> {
    let known = call
        .app
        .store
        .read(|book| book.by_out_trade_no(number).cloned());
    known
        .filter(|trade| {
            trade
                .antom
                .as_ref()
                .is_some_and(|asked| asked.body == call.body)
        })
        .ok_or("REPEAT_REQ_INCONSISTENT")
}

/// Antom's numbers are longer than the gateway's; their form is not documented.
fn payment_id(now_ms: u64) -> Result<String, getrandom::Error> {
    let date = GatewayTime::from_unix_ms(now_ms).compact_date();
    Ok(format!("{date}19401080010018{}", random::digits(13)?))
}

fn amount(call: &Call<'_>, pointer: &str) -> Result<Amount, &'static str> {
    let part = |name: &str| {
        call.text(&format!("{pointer}/{name}"))
            .ok_or("PARAM_ILLEGAL")
    };
    let (currency, value) = (part("currency")?, part("value")?);
    if currency != "CNY" {
        return Err("CURRENCY_NOT_SUPPORT");
    }
    let digits = value.bytes().all(|byte| byte.is_ascii_digit()) && !value.starts_with('0');
    let fen = value
        .parse()
        .ok()
        .filter(|fen| digits && RANGE_FEN.contains(fen));
    fen.map(Amount::of_fen).ok_or("PARAM_ILLEGAL")
}

fn web(url: &str) -> Result<&str, &'static str> {
    let parsed = url::Url::parse(url).map_err(|_| "PARAM_ILLEGAL")?;
    if matches!(parsed.scheme(), "http" | "https") {
        Ok(url)
    } else {
        Err("PARAM_ILLEGAL")
    }
}

/// Antom says at most 64 characters; the control routes want them to be plain.
fn is_number(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    (1..=64).contains(&text.len()) && text.bytes().all(plain)
}
