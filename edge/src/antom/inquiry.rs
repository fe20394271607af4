//! Asking Antom what has become of a payment.

use super::{call, facts};
use crate::clock;
use crate::config::antom::Antom;
use crate::event::hex;
use crate::gateway::Found;
use crate::order::state::{Says, Told};
use crate::webcrypto::WebCrypto;
use alipay_protocol::antom::answer::PaymentStatus;
use alipay_protocol::antom::names::PaymentRequestId;
use alipay_protocol::antom::request::{InquiryPaymentRequest, WhichPayment};
use alipay_protocol::antom::result::Advice;
use sha2::{Digest, Sha256};

/// As long as the gateway has.
const DEADLINE_MS: u32 = 4_000;

/// Asks what has become of the payment for an order.
///
/// # Not checked here
///
/// Whether amount and currency are those of the order, and whether it may move: the order judges,
/// as with a notification.
///
/// # Source
///
/// `docs/alipay/antom.md` sections 4 and 5.
pub async fn find(antom: &Antom, out_trade_no: &str) -> Found {
    ask(antom, out_trade_no)
        .await
        .unwrap_or_else(Found::Nothing)
}

async fn ask(antom: &Antom, out_trade_no: &str) -> Result<Found, &'static str> {
    let number = PaymentRequestId::parse(out_trade_no).map_err(|_| "invalid_field")?;
    let request = InquiryPaymentRequest::new(WhichPayment::RequestId(number));
    let verifier = antom.answer_verifier(clock::now_s());
    let verifier = verifier.map_err(|_| "misconfigured")?;
    let received = call::send(antom, request.unsigned(), DEADLINE_MS).await?;
    let answer = verifier
        .verify_inquiry_payment(&WebCrypto, &request, &received.raw())
        .await
        .map_err(|error| error.code())?;
    let Some(payment) = answer.payment() else {
        return Ok(match answer.result().advice() {
            Advice::NoSuchOrder => Found::NoTrade,
            _ => Found::Nothing("query_refused"),
        });
    };
    Ok(Found::Trade {
        facts: facts(
            Told::Query,
            String::new(),
            payment.payment_id().as_str(),
            says(payment.payment_status()),
            payment.payment_amount(),
        ),
        evidence: format!("sha256:{}", hex(&Sha256::digest(received.body()))),
    })
}

/// What a payment's status means for its order, as in `notify.rs`.
fn says(status: PaymentStatus) -> Says {
    match status {
        PaymentStatus::Cancelled | PaymentStatus::Fail => Says::Closed,
        PaymentStatus::Pending | PaymentStatus::Processing => Says::Waiting,
        PaymentStatus::Success => Says::Paid,
        _ => Says::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_success_is_paid() {
        let cases = [
            ("CANCELLED", Says::Closed),
            ("FAIL", Says::Closed),
            ("PENDING", Says::Waiting),
            ("PROCESSING", Says::Waiting),
            ("SUCCESS", Says::Paid),
            ("A_NEW_WORD", Says::Other),
        ];
        for (word, expected) in cases {
            assert_eq!(says(PaymentStatus::parse(word)), expected, "{word}");
        }
    }
}
