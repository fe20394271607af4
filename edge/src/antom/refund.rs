//! Asking Antom to give money back.

use super::call;
use crate::clock;
use crate::config::Config;
use crate::config::antom::{Antom, NOTIFY_PATH};
use crate::event::hex;
use crate::gateway::refund::DEADLINE_MS;
use crate::order::refund::Answer;
use crate::order::rpc::refund::RefundView;
use crate::order::state::Order;
use crate::webcrypto::WebCrypto;
use alipay_protocol::antom::money::{Amount, Currency};
use alipay_protocol::antom::names::{PaymentId, RefundRequestId};
use alipay_protocol::antom::request::RefundRequest;
use alipay_protocol::antom::result::ResultStatus;
use sha2::{Digest, Sha256};

/// The request for a refund of `order`: the same bytes at every attempt. The merchant's number for the
/// refund is its `refundRequestId`, which is what keeps Antom from giving the money back twice.
///
/// # Errors
///
/// The name of the member that breaks a rule.
///
/// # Source
///
/// `docs/alipay/antom.md` section 4.
pub fn request(
    config: &Config,
    order: &Order,
    refund: &RefundView,
) -> Result<RefundRequest, &'static str> {
    let number = RefundRequestId::parse(&refund.out_return_no).map_err(|_| "out_return_no")?;
    let payment = order.trade_no.as_deref().ok_or("trade_no")?;
    let payment = PaymentId::parse(payment).map_err(|_| "trade_no")?;
    let amount = Amount::from_minor(refund.amount, Currency::Cny).map_err(|_| "amount")?;
    let notify_url = format!("{}{NOTIFY_PATH}", config.edge_origin);
    RefundRequest::builder(&number, &payment, amount)
        .refund_reason(&refund.reason)
        .refund_notify_url(&notify_url)
        .build()
        .map_err(|error| match error.field() {
            "refundAmount" => "amount",
            "refundReason" => "reason",
            field => field,
        })
}

/// Asks once. `U` and everything that is not Antom's signed word for this refund is no answer: the same
/// number is asked for again.
///
/// # Source
///
/// `docs/alipay/antom.md` sections 5 and 9.
pub async fn ask(config: &Config, antom: &Antom, order: &Order, refund: &RefundView) -> Answer {
    let Ok(request) = request(config, order, refund) else {
        return Answer::NotAsked("request_refused");
    };
    let Ok(verifier) = antom.answer_verifier(clock::now_s()) else {
        return Answer::NotAsked("misconfigured");
    };
    let received = match call::send(antom, request.unsigned(), DEADLINE_MS).await {
        Ok(received) => received,
        Err("sign_failed") => return Answer::NotAsked("sign_failed"),
        Err(code) => return Answer::Nothing(code),
    };
    let answer = verifier
        .verify_refund(&WebCrypto, &request, &received.raw())
        .await;
    match answer {
        Ok(answer) if answer.refunded().is_some() => {
            Answer::Given(format!("sha256:{}", hex(&Sha256::digest(received.body()))))
        }
        Ok(answer) if answer.result().status() == ResultStatus::Failed => {
            Answer::Refused(Some(answer.result().code().as_str().to_owned()))
        }
        Ok(_) => Answer::Nothing("in_process"),
        Err(error) => Answer::Nothing(error.code()),
    }
}
