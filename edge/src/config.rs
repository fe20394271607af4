//! The Worker's configuration: read from the environment once per isolate, whole or not at all.

mod vars;

use crate::admin::auth::Bearer;
use crate::admin::keys::Key;
use crate::error::Failure;
use crate::event::EndpointSecret;
use crate::ladder::Ladder;
use crate::outbound;
use crate::token::Secret;
use alipay_protocol::notification::Verifier;
use alipay_protocol::sign::{SignType, SigningKey};
use alipay_protocol::trade::Partner;
use std::cell::OnceCell;
use std::rc::Rc;
use url::Url;
use vars::Vars;
use worker::Env;

/// Two hours: as long as a shopper may stay at the cashier and in the app.
const STATUS_TTL_S: u64 = 7200;

/// When Alipay is asked whether a notification is its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskBack {
    /// Every time.
    Always,
    /// Never: the merchant answers for a key of its own.
    Never,
    /// Where the key is shared by all merchants, and so proves nothing about the account: `RSA`.
    SharedKey,
}

/// Where events are forwarded to.
#[derive(Debug)]
pub struct Endpoint {
    /// `1` to `5`: what its deliveries are filed under. The URL may change; the number is the endpoint.
    pub name: &'static str,
    /// Where.
    pub url: Url,
    /// The present secret, then the one before it while it is being replaced: both sign.
    pub secrets: Vec<EndpointSecret>,
}

/// Everything that is configured. Names as in `docs/contracts.md` section 3.
#[derive(Debug)]
pub struct Config {
    /// `EDGE_ORIGIN`, without a slash at its end.
    pub edge_origin: String,
    /// `GATEWAY_URL`.
    pub gateway_url: Url,
    /// `PARTNER`.
    pub partner: Partner,
    /// `SIGN_TYPE`: fixes the algorithm in both directions.
    pub sign_type: SignType,
    /// Signs what we send to Alipay.
    pub signing_key: SigningKey,
    /// Checks what comes from Alipay.
    pub verifier: Verifier,
    /// `ORDER_SECRET`.
    pub order_secret: Secret,
    /// `STATUS_SECRET`.
    pub status_secret: Secret,
    /// Seconds that a status token lives.
    pub status_ttl_s: u64,
    /// `ALLOWED_ORIGINS`.
    pub allowed_origins: Vec<String>,
    /// `FORWARD_URL` and `FORWARD_SECRET`, then those numbered `_2` to `_5`.
    pub endpoints: Vec<Endpoint>,
    /// `FORWARD_LADDER_S`.
    pub ladder: Ladder,
    /// `QUERY_LADDER_S`: when Alipay is asked about an order without a final notification.
    pub query_ladder: Ladder,
    /// `NOTIFY_VERIFY`.
    pub ask_back: AskBack,
    /// `MERCHANT_URL`: tell the cashier where a shopper goes who leaves without paying.
    pub send_merchant_url: bool,
    /// `ADMIN_TOKENS`: `None` where the merchant's side is not open at all.
    pub admin: Option<Vec<Bearer>>,
    /// `RETENTION_DAYS`, in milliseconds: how long raw notifications are kept.
    pub retention_ms: u64,
    /// The keys in use, by fingerprint.
    pub keys: Vec<Key>,
}

thread_local! {
    static CONFIG: OnceCell<Rc<Config>> = const { OnceCell::new() };
}

impl Config {
    /// The configuration of this isolate.
    ///
    /// # Errors
    ///
    /// [`Failure::Misconfigured`] with the first variable that is absent or wrong. It is read
    /// again at the next request, and nothing is served until it is right.
    pub fn of(env: &Env) -> Result<Rc<Self>, Failure> {
        if let Some(config) = CONFIG.with(|cell| cell.get().cloned()) {
            return Ok(config);
        }
        let config = Rc::new(Self::read(&|name| {
            env.var(name).ok().map(|value| value.to_string())
        })?);
        CONFIG.with(|cell| cell.set(config.clone()).ok());
        Ok(config)
    }

    /// Reads the variables; `lookup` answers one by its name.
    ///
    /// # Errors
    ///
    /// As [`Config::of`].
    pub fn read(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, Failure> {
        let vars = Vars(lookup);
        let development = vars.choice("DEVELOPMENT", "false", &["true", "false"])? == "true";
        let server = |name: &'static str| {
            let text = vars.required(name)?;
            outbound::server(&text, development).ok_or(Failure::Misconfigured(name))
        };
        let edge_origin = server("EDGE_ORIGIN")?.origin().ascii_serialization();
        let partner = Partner::parse(&vars.required("PARTNER")?)
            .map_err(|_| Failure::Misconfigured("PARTNER"))?;
        let sign_type = SignType::parse(&vars.required("SIGN_TYPE")?)
            .ok_or(Failure::Misconfigured("SIGN_TYPE"))?;
        let (signing_key, verifying_key) = vars.keys(sign_type)?;
        Ok(Self {
            edge_origin,
            gateway_url: server("GATEWAY_URL")?,
            verifier: Verifier::new(verifying_key, partner.clone()),
            partner,
            sign_type,
            signing_key,
            order_secret: vars.secret("ORDER_SECRET")?,
            status_secret: vars.secret("STATUS_SECRET")?,
            status_ttl_s: STATUS_TTL_S,
            allowed_origins: vars.origins("ALLOWED_ORIGINS", development)?,
            endpoints: vars.endpoints(development)?,
            ladder: vars
                .ladder("FORWARD_LADDER_S", Ladder::forward())
                .map(|ladder| ladder.wait_ms(0, 0, None).is_some().then_some(ladder))?
                .ok_or(Failure::Misconfigured("FORWARD_LADDER_S"))?,
            query_ladder: vars.ladder("QUERY_LADDER_S", Ladder::query())?,
            ask_back: match vars
                .choice("NOTIFY_VERIFY", "rsa", &["rsa", "always", "never"])?
                .as_str()
            {
                "always" => AskBack::Always,
                "never" => AskBack::Never,
                _ => AskBack::SharedKey,
            },
            send_merchant_url: vars.choice("MERCHANT_URL", "omit", &["omit", "send"])? == "send",
            admin: vars.admin("ADMIN_TOKENS")?,
            retention_ms: vars.retention_ms("RETENTION_DAYS")?,
            keys: vars.fingerprints(sign_type),
        })
    }

    /// Whether Alipay must confirm a notification that verified.
    #[must_use]
    pub fn asks_back(&self) -> bool {
        match self.ask_back {
            AskBack::Always => true,
            AskBack::Never => false,
            AskBack::SharedKey => self.sign_type == SignType::Rsa,
        }
    }
}

#[cfg(test)]
mod tests;
