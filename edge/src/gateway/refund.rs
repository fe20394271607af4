//! Asking Alipay to give money back.

use super::read;
use crate::config::Gateway;
use crate::event::hex;
use crate::order::refund::Answer;
use crate::order::rpc::refund::RefundView;
use crate::order::state::{Order, Price, Terminal};
use crate::outbound::{self, Asked};
use crate::webcrypto::WebCrypto;
use alipay_protocol::form;
use alipay_protocol::gateway_time::GatewayTime;
use alipay_protocol::money::{Amount, Currency};
use alipay_protocol::refund::{IsSync, RefundAmount, RefundAnswer, RefundRequest, RefundTerms};
use alipay_protocol::request;
use alipay_protocol::trade::{OutReturnNo, OutTradeNo};
use sha2::{Digest, Sha256};
use worker::{Method, RequestInit, RequestRedirect};

/// Alipay moves money before it answers. A longer wait would hold up the order's other duties.
pub const DEADLINE_MS: u32 = 10_000;

/// The request for a refund of `order`: the same at every attempt.
///
/// It asks for `is_sync=Y`: the answer is final, Alipay tries nothing later by itself, and sends no
/// notification, so that there is one place from which the outcome is learnt.
///
/// # Errors
///
/// The name of the member that breaks a rule.
///
/// # Source
///
/// `docs/alipay/refund.md` section 1.
pub fn request(
    gateway: &Gateway,
    order: &Order,
    refund: &RefundView,
) -> Result<RefundRequest, &'static str> {
    let out_return_no = OutReturnNo::parse(&refund.out_return_no).map_err(|_| "out_return_no")?;
    let out_trade_no = OutTradeNo::parse(&order.terms.out_trade_no).map_err(|_| "out_trade_no")?;
    let seconds = refund.requested_ms.checked_div(1000).unwrap_or_default();
    let gmt_return = i64::try_from(seconds)
        .ok()
        .and_then(|seconds| GatewayTime::from_unix_s(seconds).ok())
        .ok_or("gmt_return")?;
    let terms = RefundTerms {
        out_return_no: &out_return_no,
        out_trade_no: &out_trade_no,
        amount: amount(order, refund).ok_or("amount")?,
        gmt_return,
    };
    let terminal = match order.terms.terminal {
        Terminal::Pc => request::Terminal::Pc,
        // An app's payment is of the product for phones.
        Terminal::App | Terminal::Wap => request::Terminal::Wap,
    };
    RefundRequest::builder(terminal, &gateway.partner, terms)
        .reason(&refund.reason)
        .is_sync(IsSync::Yes)
        .build()
        .map_err(|error| match error.field() {
            "return_amount" | "return_rmb_amount" => "amount",
            field => field,
        })
}

/// The amount in the way in which the payment was asked for.
fn amount(order: &Order, refund: &RefundView) -> Option<RefundAmount> {
    let read = |code: &str| {
        let currency = Currency::parse(code).ok()?;
        Amount::from_minor(refund.amount, currency).ok()
    };
    match &order.terms.price {
        Price::TotalFee { currency, .. } => read(currency).map(RefundAmount::ReturnAmount),
        Price::RmbFee { settlement, .. } => Some(RefundAmount::ReturnRmbAmount {
            amount: read("CNY")?,
            currency: Currency::parse(settlement).ok()?,
        }),
    }
}

/// Asks once. Nobody signs the answer: it counts because it comes on the connection on which the
/// request went out, to the configured gateway, and from nowhere else.
pub async fn ask(gateway: &Gateway, order: &Order, refund: &RefundView) -> Answer {
    let Ok(request) = request(gateway, order, refund) else {
        return Answer::NotAsked("request_refused");
    };
    let Ok(signed) = request.sign(&gateway.signing_key, &WebCrypto).await else {
        return Answer::NotAsked("sign_failed");
    };
    let url = signed.url(gateway.url.as_str());
    let mut init = RequestInit::new();
    init.with_method(Method::Get)
        .with_redirect(RequestRedirect::Manual);
    let body = match outbound::ask(&url, &init, DEADLINE_MS).await {
        Asked::Answer(response) if response.status_code() == 200 => {
            read(response, form::MAX_BODY).await
        }
        Asked::Answer(response) => {
            outbound::discard(response).await;
            return Answer::Nothing("status");
        }
        Asked::Deadline => return Answer::Nothing("deadline"),
        Asked::Unreachable => return Answer::Nothing("unreachable"),
    };
    let Some(body) = body else {
        return Answer::Nothing("answer_broken");
    };
    match RefundAnswer::parse(&body, gateway.verifier.charset()) {
        Ok(RefundAnswer::Accepted) => {
            Answer::Given(format!("sha256:{}", hex(&Sha256::digest(&body))))
        }
        Ok(RefundAnswer::Refused(refusal)) => Answer::Refused(refusal.word().map(str::to_owned)),
        Err(error) => Answer::Nothing(error.code()),
    }
}
