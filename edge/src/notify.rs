//! `POST /notify/gateway`: Alipay's server tells us of a trade.
//!
//! The gates, in order: method and media type, bounded read, strict form, algorithm and key from
//! configuration, signature, account, kind of message, asking back where the key is shared; then
//! the order object judges registration, amount, currency and status, and makes it durable; only
//! then is it acknowledged. Nothing unverified names an object.

use crate::config::{Config, Gateway};
use crate::error::{Failure, Refusal};
use crate::event::hex;
use crate::http::{self, Kind};
use crate::order::rpc::{Accepted, Command, Reply};
use crate::order::state::{Facts, Says, Told};
use crate::provider::{Name, Provider};
use crate::webcrypto::WebCrypto;
use crate::{account, antom, gateway, limits, log, orders, read};
use alipay_protocol::notification::Notification;
use alipay_protocol::reply;
use web_sys::Request;
use worker::{Env, Result};

/// What a provider wants to hear, and in which form.
#[derive(Debug)]
pub struct Words {
    pub(crate) provider: Provider,
    /// Where it tells us.
    pub(crate) path: &'static str,
    pub(crate) success: &'static str,
    pub(crate) fail: &'static str,
    pub(crate) content_type: &'static str,
}

/// Alipay's gateway wants to hear these.
pub static WORDS: Words = Words {
    provider: Provider::Gateway,
    path: "/notify/gateway",
    success: reply::SUCCESS,
    fail: reply::FAIL,
    content_type: "text/plain; charset=utf-8",
};

impl Words {
    /// The words for what comes to a path, if notifications come there.
    pub(crate) fn of(path: &str) -> Option<&'static Self> {
        let all = [&WORDS, &antom::notify::WORDS];
        all.into_iter().find(|words| words.path == path)
    }

    /// Acknowledges what is durable, else refuses it; the log has the outcome.
    pub(crate) fn answer(
        &self,
        received: std::result::Result<String, Refusal>,
    ) -> Result<web_sys::Response> {
        match received {
            Ok(outcome) => {
                log::notified(&outcome);
                self.word(self.success, 200, None)
            }
            Err(refusal) => {
                log::refused(refusal.code, refusal.class_code());
                self.refuse(refusal)
            }
        }
    }

    /// Does not acknowledge, and tells the reason to whoever looks at the headers.
    pub(crate) fn refuse(&self, refusal: Refusal) -> Result<web_sys::Response> {
        let response = self.word(self.fail, refusal.status, Some(refusal.code))?;
        if let Some(wait_s) = refusal.wait_s {
            response.headers().set("retry-after", &wait_s.to_string())?;
        }
        Ok(response)
    }

    /// Exactly the word, without a byte before or after it.
    fn word(
        &self,
        word: &'static str,
        status: u16,
        refusal: Option<&'static str>,
    ) -> Result<web_sys::Response> {
        let kind = Kind {
            status,
            content_type: self.content_type,
            refusal,
        };
        http::plain(kind, word)
    }
}

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
    let gateway = config.gateway()?;
    if request.method() != "POST" {
        return Err(Failure::Method { allow: "POST" }.into());
    }
    if read::media_type(request) != "application/x-www-form-urlencoded" {
        return Err(Failure::MediaType.into());
    }
    let (body, text) = read::utf8(request, limits::NOTIFY_GATEWAY).await?;
    let notification = match gateway.verifier.verify(&WebCrypto, &body).await {
        Ok(notification) => notification,
        Err(error) => {
            if error.is_signed() {
                keep_refused(env, config, Provider::Gateway, error.code(), &body).await;
            }
            return Err(Refusal::untrusted(error.code()));
        }
    };
    if gateway.asks_back() {
        gateway::confirm(gateway, &notification).await?;
    }
    let accepted = Accepted {
        out_trade_no: notification.out_trade_no().as_str().to_owned(),
        facts: facts(&notification),
        evidence: format!("sha256:{}", hex(&notification.digest())),
        previous_key: Gateway::previous(notification.key_id()),
    };
    let text = match text {
        Some(text) => text,
        None => read::as_text(&body).ok_or(Refusal::untrusted("bad_form"))?,
    };
    let out_trade_no = accepted.out_trade_no.clone();
    let command = Command::Notify(Box::new(accepted));
    let name = Name::new(Provider::Gateway, &out_trade_no);
    match orders::ask_with(env, config, name, &command, Some(&text)).await? {
        Reply::Durable { outcome } => Ok(outcome),
        _ => Err(Refusal::retry("unavailable")),
    }
}

/// Keeps what Alipay signed and we cannot accept: a re-split, a name that is new, another account. It
/// is an alarm. The answer does not hang on it: Alipay sends such a message again as any other.
pub async fn keep_refused(
    env: &Env,
    config: &Config,
    provider: Provider,
    reason: &'static str,
    body: &[u8],
) {
    let kept = account::keep(env, config, provider, reason, body).await;
    log::signed_refused(reason, kept.is_ok());
    if let Err(error) = kept {
        log::fault("account_failed", &error);
    }
}

/// The facts that the order judges.
fn facts(notification: &Notification) -> Facts {
    Facts {
        provider: Provider::Gateway,
        told: Told::Notification,
        notify_id: notification.notify_id().as_str().to_owned(),
        trade_no: notification.trade_no().as_str().to_owned(),
        // Whatever the trade's status beside it: what is about a refund never says that it was paid.
        says: match notification.refund() {
            Some(_) => Says::Refund,
            None => gateway::says(notification.trade_status()),
        },
        amount: notification.total().minor(),
        currency: notification.total().currency().code().to_owned(),
    }
}
