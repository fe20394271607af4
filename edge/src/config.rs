//! The Worker's configuration: read from the environment once per isolate, whole or not at all.

pub mod antom;
mod endpoints;
pub mod fault;
mod gateway;
mod vars;

use crate::admin::auth::Bearer;
use crate::admin::keys::Key;
use crate::error::Failure;
use crate::event::EndpointSecret;
use crate::ladder::Ladder;
use crate::log;
use crate::order::state::Order;
use crate::provider::Provider;
use crate::token::Secret;
use antom::Antom;
use fault::{Fault, Faults};
pub use gateway::{AskBack, Gateway};
use std::cell::OnceCell;
use std::rc::Rc;
use url::Url;
use vars::Vars;
use worker::Env;

/// Two hours: as long as a shopper may stay at the cashier and in the app.
const STATUS_TTL_S: u64 = 7200;

/// Where a shopper sees the end of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultPage {
    /// At our own `/result/…`.
    Edge,
    /// At the `return_url` of the order.
    Merchant,
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
    /// `DEVELOPMENT`: plain http to this very machine.
    pub development: bool,
    /// The cross-border gateway, where it is configured. At least one of the two is.
    pub gateway: Option<Gateway>,
    /// Antom, where it is configured.
    pub antom: Option<Antom>,
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
    /// `RESULT_PAGE`.
    pub result_page: ResultPage,
    /// `ADMIN_TOKENS`: `None` where the merchant's side is not open at all.
    pub admin: Option<Vec<Bearer>>,
    /// `RETENTION_DAYS`, in milliseconds: how long raw notifications are kept.
    pub retention_ms: u64,
    /// `UNREGISTERED` and `PARK_S`, in milliseconds: how long a notification waits for its order before the
    /// merchant is told; `None` where he is told at once.
    pub park_ms: Option<u64>,
    /// `REFUSALS_PER_MINUTE`: how often one source may be refused before it has to wait.
    pub refusals_per_minute: u32,
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
    /// [`Failure::Misconfigured`], and the log has every setting that is absent or wrong. It is read
    /// again at the next request, and nothing is served until it is right.
    pub fn of(env: &Env) -> Result<Rc<Self>, Failure> {
        if let Some(config) = CONFIG.with(|cell| cell.get().cloned()) {
            return Ok(config);
        }
        let read = Self::read(&|name| env.var(name).ok().map(|value| value.to_string()));
        let config = Rc::new(read.map_err(|faults| {
            log::misconfigured(&faults);
            Failure::Misconfigured
        })?);
        CONFIG.with(|cell| cell.set(config.clone()).ok());
        Ok(config)
    }

    /// Reads the variables; `lookup` answers one by its name.
    ///
    /// # Errors
    ///
    /// Every setting that is absent or wrong, in no order that matters.
    pub fn read(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, Vec<Fault>> {
        let vars = Vars(lookup);
        let mut faults = Faults::default();
        let development = faults
            .take(vars.choice("DEVELOPMENT", "false", &["true", "false"]))
            .is_some_and(|text| text == "true");
        let edge_origin = faults.take(vars.origin("EDGE_ORIGIN", development));
        // Without either, it is the gateway's settings that are missed.
        let antom = vars
            .has_antom()
            .then(|| vars.antom(development))
            .and_then(|read| faults.take_all(read));
        let gateway = (vars.has_gateway() || !vars.has_antom())
            .then(|| vars.gateway(development))
            .and_then(|read| faults.take_all(read));
        let order_secret = faults.take_all(vars.rotating("ORDER_SECRET", "ORDER_SECRET_PREVIOUS"));
        let status_secret =
            faults.take_all(vars.rotating("STATUS_SECRET", "STATUS_SECRET_PREVIOUS"));
        // The shop has the first, and only the edge may have the second.
        for status in ["STATUS_SECRET", "STATUS_SECRET_PREVIOUS"] {
            for order in ["ORDER_SECRET", "ORDER_SECRET_PREVIOUS"] {
                if vars.is_there(status) && vars.are_same(status, order) {
                    faults.note(Fault::same(status, order));
                }
            }
        }
        let allowed_origins = faults.take(vars.origins("ALLOWED_ORIGINS", development));
        let mut endpoints = Vec::new();
        for endpoint in vars.endpoints(development) {
            match endpoint {
                Ok(endpoint) => endpoints.push(endpoint),
                Err(wrong) => wrong.into_iter().for_each(|fault| faults.note(fault)),
            }
        }
        let ours = edge_origin.as_deref().unwrap_or_default();
        Vars::at_ours(&endpoints, ours)
            .into_iter()
            .for_each(|fault| faults.note(fault));
        let ladder = faults.take(vars.forward_ladder("FORWARD_LADDER_S"));
        let query_ladder = faults.take(vars.ladder("QUERY_LADDER_S", Ladder::query()));
        let result_page = faults.take(vars.result_page("RESULT_PAGE"));
        let admin = faults.take(vars.admin("ADMIN_TOKENS"));
        let unregistered =
            faults.take(vars.choice("UNREGISTERED", "forward", &["forward", "park"]));
        let park_ms = faults.take(vars.park_ms("PARK_S"));
        let retention_ms = faults.take(vars.retention_ms("RETENTION_DAYS"));
        let refusals_per_minute = faults.take(vars.refusals_per_minute("REFUSALS_PER_MINUTE"));
        let whole = || {
            Some(Self {
                edge_origin: edge_origin?,
                development,
                keys: vars.fingerprints(gateway.as_ref().map(|one| one.sign_type)),
                gateway,
                antom,
                order_secret: order_secret?,
                status_secret: status_secret?,
                status_ttl_s: STATUS_TTL_S,
                allowed_origins: allowed_origins?,
                endpoints,
                ladder: ladder?,
                query_ladder: query_ladder?,
                result_page: result_page?,
                admin: admin?,
                park_ms: park_ms.filter(|_| unregistered.as_deref() == Some("park")),
                retention_ms: retention_ms?,
                refusals_per_minute: refusals_per_minute?,
            })
        };
        faults.or_whole(whole())
    }

    /// The cross-border gateway.
    ///
    /// # Errors
    ///
    /// [`Failure::RouteUnknown`] – it is not configured here.
    pub fn gateway(&self) -> Result<&Gateway, Failure> {
        self.gateway.as_ref().ok_or(Failure::RouteUnknown)
    }

    /// Antom.
    ///
    /// # Errors
    ///
    /// As [`Config::gateway`].
    pub fn antom(&self) -> Result<&Antom, Failure> {
        self.antom.as_ref().ok_or(Failure::RouteUnknown)
    }

    /// Whom an order may name.
    #[must_use]
    pub fn providers(&self) -> Vec<Provider> {
        let configured = |provider: &Provider| self.account(*provider).is_some();
        Provider::ALL.into_iter().filter(configured).collect()
    }

    /// Who is meant where nobody is named: the gateway, where it is configured.
    #[must_use]
    pub fn default_provider(&self) -> Provider {
        match self.gateway {
            Some(_) => Provider::Gateway,
            None => Provider::Antom,
        }
    }

    /// Whether an order was registered for the account that is configured now; `PARTNER` may have been changed since.
    #[must_use]
    pub fn is_account_of(&self, order: &Order) -> bool {
        let registered = order.account.as_ref();
        registered
            .is_none_or(|account| Some(account) == self.account(order.terms.provider).as_ref())
    }

    /// The merchant's account with a provider, as objects and the index are named after it: the
    /// partner number, or `antom:` and the client. `None` where the provider is not configured.
    #[must_use]
    pub fn account(&self, provider: Provider) -> Option<String> {
        match provider {
            Provider::Antom => {
                let antom = self.antom.as_ref();
                antom.map(|antom| format!("antom:{}", antom.client_id()))
            }
            Provider::Gateway => {
                let gateway = self.gateway.as_ref();
                gateway.map(|gateway| gateway.partner.as_str().to_owned())
            }
        }
    }
}

#[cfg(test)]
mod tests;
