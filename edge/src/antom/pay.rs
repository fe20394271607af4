//! Asking Antom to collect a payment: `pay`, for an order that is registered.
//!
//! Antom tells one attempt from another by `paymentRequestId`, which is the order's own number, and
//! refuses the same number with other content. So the order keeps what the request depends on
//! besides its terms, and where Antom sent the shopper; however often it is asked, by whichever
//! device, it is one request, one payment and one address.

use super::{call, facts};
use crate::config::Config;
use crate::config::antom::{Antom, NOTIFY_PATH};
use crate::error::Failure;
use crate::event::hex;
use crate::order::rpc::{Command, Heard, Reply, StatusView};
use crate::order::state::{Attempt, Device, Price, Says, Terms, Told};
use crate::provider::{Name, Provider};
use crate::webcrypto::WebCrypto;
use crate::{clock, log, orders, returned};
use alipay_protocol::antom::answer::{PayAnswer, PayStep};
use alipay_protocol::antom::money::{Amount, Currency};
use alipay_protocol::antom::names::{PaymentRequestId, ReferenceOrderId};
use alipay_protocol::antom::request::{OsType, PayRequest, RequestError, Terminal};
use alipay_protocol::antom::result::Advice;
use sha2::{Digest, Sha256};
use worker::Env;

/// Antom advises 10 seconds in all; a second try must fit.
const DEADLINE_MS: u32 = 5_000;
const TRIES: usize = 2;

/// How long an address is given again without asking Antom, which closes a payment after 14 minutes.
const FRESH_MS: u64 = 10 * 60_000;

/// What came of asking.
#[derive(Debug)]
pub enum Asked {
    /// The shopper goes here.
    Open(String),
    /// Paid at once: where the order is now.
    Settled(StatusView),
}

/// The order whose payment is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Pay<'a> {
    /// Where the order object is.
    pub env: &'a Env,
    /// The Worker's configuration.
    pub config: &'a Config,
    /// Antom's part of it.
    pub antom: &'a Antom,
}

/// The request for `terms` from a `device`, before anything is registered: what Antom will refuse
/// must not become an order.
///
/// # Errors
///
/// * [`Failure::OrderClaim`] – a claim breaks a rule of Antom's.
/// * [`Failure::Unavailable`] – a fault of ours.
pub fn request(config: &Config, terms: &Terms, device: Device) -> Result<PayRequest, Failure> {
    let number = &terms.out_trade_no;
    let payment = PaymentRequestId::parse(number).map_err(|_| Failure::Unavailable)?;
    let order = ReferenceOrderId::parse(number).map_err(|_| Failure::Unavailable)?;
    let (minor, settlement) = match &terms.price {
        Price::TotalFee { amount, .. } => (*amount, None),
        Price::RmbFee { amount, settlement } => (*amount, Some(settlement)),
    };
    let amount = Amount::from_minor(minor, Currency::Cny).map_err(|_| Failure::Unavailable)?;
    let back = returned::address(config, terms);
    let mut builder = PayRequest::builder(&payment, &order, amount, terminal(device))
        .order_description(&terms.subject)
        .payment_redirect_url(&back)
        .payment_notify_url(&format!("{}{NOTIFY_PATH}", config.edge_origin));
    if let Some(settlement) = settlement {
        let currency = Currency::parse(settlement).map_err(|_| Failure::Unavailable)?;
        builder = builder.settlement_currency(currency);
    }
    builder
        .build()
        .map_err(|error| claim_at_fault(&error, &terms.price))
}

impl Pay<'_> {
    /// Where the shopper pays a registered, open order.
    ///
    /// # Errors
    ///
    /// * [`Failure::PayFailed`] – Antom refuses this merchant: keys, contract or configuration.
    /// * [`Failure::PayRefused`] – Antom refuses this payment for good.
    /// * [`Failure::PayUnknown`] – no usable answer; the same order may be asked again.
    /// * [`Failure::Unavailable`] – the order could not be asked.
    pub async fn begin(&self, terms: &Terms, device: Device) -> Result<Asked, Failure> {
        let name = Name::new(Provider::Antom, &terms.out_trade_no);
        let attempt = self.attempt(name, Command::Attempt(device)).await?;
        let now = clock::now_ms();
        if let Some(url) = attempt.fresh_url(now, FRESH_MS) {
            return Ok(Asked::Open(url.to_owned()));
        }
        // As the first time, whatever device asks now.
        let request = request(self.config, terms, attempt.device)?;
        let (answer, evidence) = match self.ask(&request).await {
            Ok(answered) => answered,
            Err(code) => {
                log::asked_to_pay(code);
                return Err(Failure::PayUnknown);
            }
        };
        let code = answer.result().code().as_str();
        log::asked_to_pay(code);
        match answer.step() {
            PayStep::Open => {
                let url = self.page(&answer).ok_or(Failure::PayUnknown)?;
                let handed_out = Command::PayUrl(url.clone());
                let attempt = self.attempt(name, handed_out).await?;
                Ok(Asked::Open(attempt.pay_url.unwrap_or(url)))
            }
            PayStep::Paid => {
                let payment = answer.payment_id().ok_or(Failure::PayUnknown)?;
                let amount = request.amount();
                let facts = facts(
                    Told::Query,
                    String::new(),
                    payment.as_str(),
                    Says::Paid,
                    amount,
                );
                let heard = Command::Hear(Box::new(Heard { facts, evidence }));
                match orders::ask(self.env, self.config, name, &heard).await? {
                    Reply::Status(view) => Ok(Asked::Settled(view)),
                    _ => Err(Failure::Unavailable),
                }
            }
            PayStep::Failed | PayStep::NewAttempt => {
                // What has become of it, Antom tells for sure when it is asked.
                let by = String::new();
                orders::ask(self.env, self.config, name, &Command::AskNow { by }).await?;
                Err(refusal(answer.result().advice()))
            }
            PayStep::Repeat => Err(Failure::PayUnknown),
        }
    }

    async fn attempt(&self, name: Name<'_>, command: Command) -> Result<Attempt, Failure> {
        match orders::ask(self.env, self.config, name, &command).await? {
            Reply::Attempt(attempt) => Ok(attempt),
            _ => Err(Failure::Unavailable),
        }
    }

    /// Sends the request, and once more when nobody knows what came of it. Answers with the digest
    /// of the answer.
    async fn ask(&self, request: &PayRequest) -> Result<(PayAnswer, String), &'static str> {
        let verifier = self.antom.answer_verifier(clock::now_s());
        let verifier = verifier.map_err(|_| "misconfigured")?;
        let mut last = Err("no_answer");
        for _ in 0..TRIES {
            last = match call::send(self.antom, request.unsigned(), DEADLINE_MS).await {
                Ok(received) => verifier
                    .verify_pay(&WebCrypto, request, &received.raw())
                    .await
                    .map(|answer| (answer, hex(&Sha256::digest(received.body()))))
                    .map(|(answer, digest)| (answer, format!("sha256:{digest}")))
                    .map_err(|error| error.code()),
                Err(code) => Err(code),
            };
            if let Ok((answer, _)) = &last
                && answer.step() != PayStep::Repeat
            {
                break;
            }
        }
        last
    }

    /// The page for a browser. Plain http is a stand-in's, for development.
    fn page(&self, answer: &PayAnswer) -> Option<String> {
        let url = answer.normal_url().or(answer.applink_url())?;
        let is_safe = url.starts_with("https://") || self.config.development;
        is_safe.then(|| url.to_owned())
    }
}

/// The device's words at Antom.
fn terminal(device: Device) -> Terminal {
    match device {
        Device::Android => Terminal::Wap(OsType::Android),
        Device::Desktop => Terminal::Web,
        Device::Ios => Terminal::Wap(OsType::Ios),
    }
}

/// What the caller hears of a refusal that is final.
fn refusal(advice: Advice) -> Failure {
    match advice {
        Advice::AskShopper | Advice::NewAttempt | Advice::TellShopper | Advice::Wait => {
            Failure::PayRefused
        }
        _ => Failure::PayFailed,
    }
}

/// The claim that a broken rule of Antom's comes from.
fn claim_at_fault(error: &RequestError, price: &Price) -> Failure {
    let claim = match (error.field(), price) {
        ("paymentAmount", Price::TotalFee { .. }) => "amount",
        ("paymentAmount", Price::RmbFee { .. }) => "rmb_fee",
        ("orderDescription", _) => "subject",
        (field, _) => field,
    };
    Failure::OrderClaim(claim, error.rule().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_the_shoppers_or_the_merchants() {
        for advice in [
            Advice::AskShopper,
            Advice::NewAttempt,
            Advice::TellShopper,
            Advice::Wait,
        ] {
            assert_eq!(refusal(advice), Failure::PayRefused, "{advice:?}");
        }
        for advice in [
            Advice::AlarmMerchant,
            Advice::AskPerson,
            Advice::FixRequest,
            Advice::NoSuchOrder,
        ] {
            assert_eq!(refusal(advice), Failure::PayFailed, "{advice:?}");
        }
    }
}
