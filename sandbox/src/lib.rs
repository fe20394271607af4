//! A stand-in for Alipay's cross-border gateway and for Antom: no real money, no network but yours.
//!
//! It verifies what the merchant signs, shows a cashier with a test wallet, and notifies with
//! Alipay's own retry ladder, sped up if you like. Faults on purpose show how a merchant's code
//! bears late, repeated, altered and missing notifications.
//!
//! It signs with code of its own ([`sign`]), written from `docs/alipay/` and not from the `protocol`
//! crate, so that the two can disagree.
//!
//! ```no_run
//! use alipay_sandbox::{Config, Sandbox, sign::Keys};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let keys = Keys::md5("test key, 32 characters in reality")?;
//! let config = Config::new("2088000000000001", keys, "alipay.json");
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:8788").await?;
//! Sandbox::new(config)?.serve(listener).await?;
//! # Ok(())
//! # }
//! ```

pub mod antom;
pub mod cli;
pub mod sign;

mod app;
mod attack;
mod cashier;
mod clock;
mod control;
mod desk;
mod faults;
mod forge;
mod gateway;
mod gateway_time;
mod key_pair;
mod ladder;
mod log;
mod money;
mod notification;
mod notifier;
mod outcome;
mod overview;
mod pages;
mod password;
mod paying;
mod payment;
mod query;
mod random;
mod refund;
mod request;
mod respond;
mod sender;
mod shopper;
mod store;
mod trade;
mod traffic;
mod traffic_page;
mod visit;
mod wallet;
mod wallet_pages;
mod wallet_words;
mod words;

use std::{fmt, io, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use axum::{Router, extract::DefaultBodyLimit};
use tokio::{net::TcpListener, task::JoinSet};

pub use key_pair::{KeyPair, NoKeyPair};
pub use log::log_to_standard_error;
pub use password::{LOGIN_PASSWORD, PAYMENT_PASSWORD};
pub use shopper::ACCOUNT;
pub use store::StateError;

use crate::{app::App, sign::Keys};

/// How long Alipay waits for an answer. The real limit is UNCONFIRMED.
const ANSWER_DEADLINE: Duration = Duration::from_secs(10);
/// The largest request read: a signed form has a few kilobytes.
const MAX_BODY: usize = 64 * 1024;

/// What a stand-in needs to know.
#[derive(Debug)]
pub struct Config {
    /// The merchant: 2088…, 16 digits.
    pub partner: String,
    /// Verify the merchant, sign as Alipay.
    pub keys: Keys,
    /// The file that keeps trades and pending notifications.
    pub state: PathBuf,
    /// Divides the intervals between deliveries; at least 1.
    pub speedup: u32,
    /// How long to wait for the answer to a notification.
    pub answer_deadline: Duration,
    /// The merchant's account with Antom; without one there is no Antom here.
    pub antom: Option<antom::Account>,
    /// How payments misbehave until somebody says otherwise.
    pub faults: FirstFaults,
}

/// The faults of the whole run, from the text of their JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FirstFaults(faults::Faults);

impl FirstFaults {
    /// Reads what `POST /control/faults` takes; `None` for anything else.
    #[must_use]
    pub fn parse(json: &str) -> Option<Self> {
        let faults: faults::Faults = serde_json::from_str(json).ok()?;
        faults.out_of_range().is_none().then_some(Self(faults))
    }
}

impl Config {
    /// A configuration with Alipay's own pace.
    pub fn new(partner: &str, keys: Keys, state: impl Into<PathBuf>) -> Self {
        Self {
            partner: partner.to_owned(),
            keys,
            state: state.into(),
            speedup: 1,
            answer_deadline: ANSWER_DEADLINE,
            antom: None,
            faults: FirstFaults::default(),
        }
    }
}

/// Why a stand-in cannot start.
#[derive(Debug)]
#[non_exhaustive]
pub enum SandboxError {
    /// The system's certificates for https cannot be read.
    Certificates(io::Error),
    /// The operating system gives no random numbers.
    Random,
    /// The state file cannot be used.
    State(StateError),
}

impl fmt::Display for SandboxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificates(error) => write!(
                f,
                "the system's certificates cannot be read ({error}); install the package ca-certificates"
            ),
            Self::Random => f.write_str("the operating system gives no random numbers"),
            Self::State(error) => write!(f, "the state file {error}"),
        }
    }
}

impl std::error::Error for SandboxError {}

/// A stand-in for Alipay.
#[derive(Debug)]
pub struct Sandbox {
    app: Arc<App>,
}

impl Sandbox {
    /// Reads the state; what was pending is delivered once [`Sandbox::serve`] runs.
    ///
    /// # Errors
    ///
    /// See [`SandboxError`].
    pub fn new(config: Config) -> Result<Self, SandboxError> {
        Ok(Self {
            app: Arc::new(App::new(config)?),
        })
    }

    /// Serves on `listener` and notifies, until the returned future is dropped.
    ///
    /// # Errors
    ///
    /// The listener failed.
    pub async fn serve(self, listener: TcpListener) -> io::Result<()> {
        // Owned by this future, so that dropping it stops the notifier as well.
        let mut notifier = JoinSet::new();
        notifier.spawn(notifier::run(Arc::clone(&self.app)));
        let service = router(self.app).into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(listener, service).await
    }
}

fn router(app: Arc<App>) -> Router {
    use axum::routing::{get, post};
    let loopback_only = Router::new()
        .route("/", get(overview::page))
        .route("/wallets/refill", post(overview::refill))
        .route("/traffic", get(traffic_page::page))
        .route("/traffic/events", get(traffic_page::events))
        .route("/traffic/send", post(traffic_page::send))
        .route(
            "/control/faults",
            post(control::set_faults).delete(control::reset_faults),
        )
        .route("/control/notify", post(control::notify))
        .route("/control/trades/{out_trade_no}", get(control::trade))
        .route(
            "/control/trades/{out_trade_no}/faults",
            post(control::set_trade_faults),
        )
        .layer(axum::middleware::from_fn(control::loopback_only));
    let cashier = Router::new()
        .route("/", get(cashier::login_page))
        .route("/login", post(cashier::log_in))
        .route("/quick", post(cashier::quick))
        .route("/app", get(desk::app_hop).post(desk::open_app))
        .route("/events", get(desk::events))
        .route("/card", post(cashier::delete_card))
        .route("/pay", get(cashier::pay_page).post(cashier::pay))
        .route("/result", get(cashier::result_page))
        .route("/cancel", get(cashier::cancel));
    Router::new()
        .route("/gateway.do", get(gateway::get).post(gateway::post))
        .route("/ams/api/v1/payments/{api}", post(antom::call))
        .route("/ams/sandbox/api/v1/payments/{api}", post(antom::call))
        .nest("/cashier/{cashier_id}", cashier)
        .route("/sandbox.css", get(respond::style))
        .route("/sandbox.js", get(respond::script))
        .route("/favicon.ico", get(respond::no_icon))
        .merge(loopback_only)
        .fallback(respond::not_found)
        .layer(axum::middleware::map_response(respond::harden))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(app)
}
