//! `POST /notify/antom`: Antom's server tells us of a payment.
//!
//! The gates, in order: method and media type, bounded read, headers, account, time and algorithm
//! against configuration, signature over the raw bytes, strict JSON, names, the age of what is
//! signed; then the order object judges registration, amount, currency and status, and makes it
//! durable; only then is it acknowledged. Nothing unverified names an object.

use super::{facts, now_unix_ms};
use crate::config::Config;
use crate::config::antom::NOTIFY_PATH;
use crate::error::{Failure, Refusal};
use crate::event::hex;
use crate::notify::{Words, keep_refused};
use crate::order::rpc::{Accepted, Command, Reply};
use crate::order::state::{Says, Told};
use crate::provider::{Name, Provider};
use crate::read::{self, header};
use crate::webcrypto::WebCrypto;
use crate::{account, clock, limits, orders};
use alipay_protocol::antom::acknowledgement;
use alipay_protocol::antom::notification::{
    Delivery, Notification, PaymentNotification, PaymentState,
};
use alipay_protocol::ring::KeyId;
use url::Url;
use web_sys::Request;
use worker::Env;

/// Antom sends for 24 h 22 min, and whether it signs a repetition anew is UNCONFIRMED: 25 hours, as
/// for the gateway's, and one more for clocks. What is older, Antom no longer sends.
const OLDEST_MS: i64 = 26 * 3_600_000;

/// A clock ahead of ours by more is no clock.
const MOST_AHEAD_MS: i64 = 3_600_000;

/// Signed by Antom, and too long ago, or ahead.
const TOO_OLD: &str = "request_time_differs";

/// Antom wants to hear these.
///
/// # Source
///
/// `docs/alipay/antom.md` sections 6 and 7.
pub static WORDS: Words = Words {
    provider: Provider::Antom,
    path: NOTIFY_PATH,
    success: acknowledgement::SUCCESS,
    fail: acknowledgement::FAIL,
    content_type: acknowledgement::CONTENT_TYPE,
};

/// Makes a notification durable, and answers what became of it for the log.
///
/// # Errors
///
/// Why it is not acknowledged.
pub async fn receive(
    request: &Request,
    env: &Env,
    config: &Config,
) -> std::result::Result<String, Refusal> {
    let antom = config.antom()?;
    if request.method() != "POST" {
        return Err(Failure::Method { allow: "POST" }.into());
    }
    if read::media_type(request) != "application/json" {
        return Err(Failure::MediaType.into());
    }
    let body = read::body(request, limits::ANTOM).await?;
    let url = Url::parse(&request.url()).map_err(|_| Refusal::retry("unavailable"))?;
    let uri = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let texts = ["client-id", "request-time", "signature"].map(|name| header(request, name));
    let [client_id, request_time, signature] = &texts;
    let verifier = antom
        .verifier(clock::now_s())
        .map_err(|_| Refusal::retry("misconfigured"))?;
    let delivery = Delivery {
        method: "POST",
        uri: &uri,
        client_id: client_id.as_deref(),
        request_time: request_time.as_deref(),
        signature: signature.as_deref(),
        body: &body,
    };
    let refused = match verifier.verify(&WebCrypto, &delivery).await {
        Ok(verified) if is_timely(verified.request_time().age_ms(now_unix_ms())) => Ok(verified),
        Ok(_) => Err((TOO_OLD, true)),
        Err(error) => Err((error.code(), error.is_signed())),
    };
    let verified = match refused {
        Ok(verified) => verified,
        Err((code, is_signed)) => {
            if is_signed {
                keep_refused(env, config, Provider::Antom, code, &body).await;
            }
            return Err(Refusal::untrusted(code));
        }
    };
    let notification = verified.notification();
    let (out_trade_no, facts) = match notification {
        Notification::Payment(payment) => (
            payment.payment_request_id().as_str().to_owned(),
            facts(
                Told::Notification,
                repeat_key(notification, payment),
                payment.payment_id().as_str(),
                says(payment.state()),
                payment.payment_amount(),
            ),
        ),
        Notification::Refund(refund) => {
            let number = refund.refund_request_id().as_str();
            let owner = account::owner(env, config, Provider::Antom, number).await;
            let Some(owner) = owner.map_err(Failure::from)? else {
                return keep(env, config, notification, &body).await;
            };
            // The order asks for the refund until Antom answers for sure: this is one more voice.
            let id = refund.refund_id().as_str();
            let key = notification.repeat_key();
            let facts = facts(
                Told::Notification,
                key,
                id,
                Says::Refund,
                refund.refund_amount(),
            );
            (owner, facts)
        }
        Notification::Other(_) => return keep(env, config, notification, &body).await,
    };
    let accepted = Accepted {
        out_trade_no,
        facts,
        previous_key: verified.key_id().and_then(previous_key),
        evidence: format!("sha256:{}", hex(&verified.notification().digest())),
    };
    let text = read::as_text(&body).ok_or(Refusal::untrusted("bad_json"))?;
    let out_trade_no = accepted.out_trade_no.clone();
    let command = Command::Notify(Box::new(accepted));
    let name = Name::new(Provider::Antom, &out_trade_no);
    match orders::ask_with(env, config, name, &command, Some(&text)).await? {
        Reply::Durable { outcome } => Ok(outcome),
        _ => Err(Refusal::retry("unavailable")),
    }
}

/// Whether Antom may still send what it has signed so long ago.
fn is_timely(age_ms: i64) -> bool {
    (MOST_AHEAD_MS.saturating_neg()..=OLDEST_MS).contains(&age_ms)
}

/// What repetitions have in common. A result that is not final shares no key with the final one,
/// which would be taken for the same message with other content.
fn repeat_key(notification: &Notification, payment: &PaymentNotification) -> String {
    let key = notification.repeat_key();
    match payment.state() {
        PaymentState::Unknown => format!("{key}:{}", payment.result().code()),
        PaymentState::Failed | PaymentState::Paid | PaymentState::Pending => key,
    }
}

/// What a state of an attempt means for its order. `paymentRequestId` is `out_trade_no`, so that an
/// order has one attempt: when that has failed for good, the order is closed.
fn says(state: PaymentState) -> Says {
    match state {
        PaymentState::Failed => Says::Closed,
        PaymentState::Paid => Says::Paid,
        PaymentState::Pending => Says::Waiting,
        PaymentState::Unknown => Says::Other,
    }
}

/// Makes a notification durable that no order can be found for. Refused, it would come eight times and
/// then never again.
async fn keep(
    env: &Env,
    config: &Config,
    notification: &Notification,
    body: &[u8],
) -> std::result::Result<String, Refusal> {
    let kind = kind(notification);
    let kept = account::keep(env, config, Provider::Antom, kind, body).await;
    kept.map_err(Failure::from)?;
    Ok(kind.to_owned())
}

/// The outcome, for the log, of a notification that no order can be found for.
fn kind(notification: &Notification) -> &'static str {
    match notification {
        Notification::Refund(_) => "refund_kind",
        _ => "other_kind",
    }
}

/// The setting of the key that verified, unless it is the present one: keys are named after theirs.
fn previous_key(key: &KeyId) -> Option<String> {
    let name = key.as_str();
    name.ends_with("_PREVIOUS").then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_six_hours_are_timely_and_no_millisecond_more() {
        for (age_ms, expected) in [
            (0, true),
            (24 * 3_600_000 + 22 * 60_000, true),
            (26 * 3_600_000, true),
            (26 * 3_600_000 + 1, false),
            (-3_600_000, true),
            (-3_600_001, false),
            (i64::MAX, false),
            (i64::MIN, false),
        ] {
            assert_eq!(is_timely(age_ms), expected, "{age_ms}");
        }
    }

    #[test]
    fn only_paid_is_paid() {
        let cases = [
            (PaymentState::Failed, Says::Closed),
            (PaymentState::Paid, Says::Paid),
            (PaymentState::Pending, Says::Waiting),
            (PaymentState::Unknown, Says::Other),
        ];
        for (state, expected) in cases {
            assert_eq!(says(state), expected);
        }
    }
}
