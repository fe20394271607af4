//! Asking Alipay: whether a notification is its own and for our account, and what has become of a
//! trade.

pub mod refund;

use crate::config::Gateway;
use crate::error::Refusal;
use crate::event::hex;
use crate::limits;
use crate::order::state::{Facts, Price, Says, Told};
use crate::outbound::{self, Asked};
use crate::pause::within;
use crate::provider::Provider;
use crate::webcrypto::WebCrypto;
use alipay_protocol::model::{Status, gateway_status};
use alipay_protocol::money::Currency;
use alipay_protocol::notification::Notification;
use alipay_protocol::notify_verify::{Answer as Confirmation, MAX_ANSWER, notify_verify_url};
use alipay_protocol::query::{Answer, ErrorCode, TradeQuery};
use alipay_protocol::trade::{OutTradeNo, TradeStatus};
use futures_util::StreamExt;
use sha2::{Digest, Sha256};
use std::time::Duration;
use worker::{Method, RequestInit, RequestRedirect, Response};

/// Alipay's own limit for our answer is not published; two questions must fit well into it.
const DEADLINE_MS: u32 = 4_000;

/// The whole of a small answer follows its head at once.
const BODY_DEADLINE: Duration = Duration::from_secs(2);

/// What Alipay answered about a trade.
#[derive(Debug)]
pub enum Found {
    /// Verified facts, and the digest of the answer as evidence.
    Trade {
        /// What it says.
        facts: Facts,
        /// `sha256:` and hex of the answer. The answer itself names the buyer and is not kept.
        evidence: String,
    },
    /// There is no trade yet: the shopper has not entered the password.
    NoTrade,
    /// No usable answer; the code says why.
    Nothing(&'static str),
}

/// What a trade status means for an order; what it means at all, the protocol decides.
#[must_use]
pub fn says(status: TradeStatus) -> Says {
    match gateway_status(status) {
        Status::Paid => Says::Paid,
        Status::Closed => Says::Closed,
        Status::Pending => Says::Waiting,
        _ => Says::Other,
    }
}

/// Has Alipay confirm, under our own partner number, a notification that verified.
///
/// With `RSA` the public key is the same for every merchant, so a genuine notification for another
/// account verifies here too; only a question of ours ties it to us. `notify_verify` is asked
/// first; as it may forget a notification within a minute, the trade itself is asked about next.
///
/// # Errors
///
/// * `notify_not_ours` – Alipay answered both questions, and neither confirms: refused.
/// * `ask_back_failed` – no usable answer in time: Alipay will send again.
///
/// # Source
///
/// `docs/alipay/notify.md` section 4.
pub async fn confirm(gateway: &Gateway, notification: &Notification) -> Result<(), Refusal> {
    let gateway_url = gateway.url.as_str();
    let url = notify_verify_url(gateway_url, &gateway.partner, notification.notify_id());
    let confirmation = get(&url, MAX_ANSWER).await;
    let confirmation = confirmation.map_or(Confirmation::Other, |body| Confirmation::parse(&body));
    if confirmation == Confirmation::True {
        return Ok(());
    }
    let query = TradeQuery::by_out_trade_no(&gateway.partner, notification.out_trade_no());
    match ask(gateway, &query).await {
        Ok((Answer::Trade(trade), _)) => {
            let same = trade.trade_no() == notification.trade_no()
                && trade.trade_status() == notification.trade_status()
                && trade.total(notification.total().currency()) == Ok(notification.total());
            same.then_some(())
                .ok_or(Refusal::untrusted("notify_not_ours"))
        }
        Ok((Answer::Refused(ErrorCode::TradeNotExist), _)) => {
            Err(Refusal::untrusted("notify_not_ours"))
        }
        Ok((Answer::Refused(_), _)) | Err(_) => Err(Refusal::retry("ask_back_failed")),
    }
}

/// Asks what has become of the trade for an order, with the `price` that was registered.
///
/// # Not checked here
///
/// The answer names no currency; it is read in the currency of the price. The order judges the
/// rest, as with a notification.
pub async fn find(gateway: &Gateway, out_trade_no: &OutTradeNo, price: &Price) -> Found {
    let query = TradeQuery::by_out_trade_no(&gateway.partner, out_trade_no);
    let (trade, evidence) = match ask(gateway, &query).await {
        Ok((Answer::Trade(trade), evidence)) => (trade, evidence),
        Ok((Answer::Refused(ErrorCode::TradeNotExist), _)) => return Found::NoTrade,
        Ok((Answer::Refused(_), _)) => return Found::Nothing("query_refused"),
        Err(code) => return Found::Nothing(code),
    };
    let currency = Currency::parse(price.shown().1).ok();
    let Some(total) = currency.and_then(|currency| trade.total(currency).ok()) else {
        return Found::Nothing("invalid_field");
    };
    let facts = Facts {
        provider: Provider::Gateway,
        told: Told::Query,
        notify_id: String::new(),
        trade_no: trade.trade_no().as_str().to_owned(),
        says: says(trade.trade_status()),
        amount: total.minor(),
        currency: total.currency().code().to_owned(),
    };
    Found::Trade { facts, evidence }
}

/// The verified answer, with the digest of its bytes.
async fn ask(gateway: &Gateway, query: &TradeQuery) -> Result<(Answer, String), &'static str> {
    let signed = query.sign(&gateway.signing_key, &WebCrypto).await;
    let url = signed.map_err(|_| "sign_failed")?.url(gateway.url.as_str());
    let body = get(&url, limits::TRADE_ANSWER).await.ok_or("no_answer")?;
    let answer = gateway
        .verifier
        .verify_answer(&WebCrypto, query, &body)
        .await;
    let evidence = format!("sha256:{}", hex(&Sha256::digest(&body)));
    answer
        .map(|answer| (answer, evidence))
        .map_err(|error| error.code())
}

/// The body of an answer of status 200, not longer than `limit`.
async fn get(url: &str, limit: usize) -> Option<Vec<u8>> {
    let mut init = RequestInit::new();
    init.with_method(Method::Get)
        .with_redirect(RequestRedirect::Manual);
    match outbound::ask(url, &init, DEADLINE_MS).await {
        Asked::Answer(response) if response.status_code() == 200 => read(response, limit).await,
        _ => None,
    }
}

/// The body of an answer, unless it is longer than `limit` or breaks off.
pub async fn read(response: Response, limit: usize) -> Option<Vec<u8>> {
    within(BODY_DEADLINE, pieces(response, limit)).await?
}

async fn pieces(mut response: Response, limit: usize) -> Option<Vec<u8>> {
    let mut stream = response.stream().ok()?;
    let mut body = Vec::new();
    while let Some(chunk) = stream.next().await {
        body.extend_from_slice(&chunk.ok()?);
        if body.len() > limit {
            return None;
        }
    }
    Some(body)
}
