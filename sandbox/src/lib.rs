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
mod cashier;
mod clock;
mod control;
mod faults;
mod gateway;
mod gateway_time;
mod ladder;
mod log;
mod money;
mod notification;
mod notifier;
mod overview;
mod pages;
mod password;
mod query;
mod random;
mod refund;
mod request;
mod respond;
mod store;
mod trade;
mod words;

use std::{fmt, io, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use axum::{Router, extract::DefaultBodyLimit, routing};
use tokio::{net::TcpListener, task::JoinSet};

pub use log::log_to_standard_error;
pub use password::{ACCOUNT, LOGIN_PASSWORD, PAYMENT_PASSWORD};
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
        }
    }
}

/// Why a stand-in cannot start.
#[derive(Debug)]
#[non_exhaustive]
pub enum SandboxError {
    /// The operating system gives no random numbers.
    Random,
    /// The state file cannot be used.
    State(StateError),
}

impl fmt::Display for SandboxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
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
    let loopback_only = Router::new()
        .route("/", routing::get(overview::page))
        .route(
            "/control/faults",
            routing::post(control::set_faults).delete(control::reset_faults),
        )
        .route("/control/notify", routing::post(control::notify))
        .route(
            "/control/trades/{out_trade_no}",
            routing::get(control::trade),
        )
        .layer(axum::middleware::from_fn(control::loopback_only));
    Router::new()
        .route(
            "/gateway.do",
            routing::get(gateway::get).post(gateway::post),
        )
        .route("/ams/api/v1/payments/{api}", routing::post(antom::call))
        .route(
            "/ams/sandbox/api/v1/payments/{api}",
            routing::post(antom::call),
        )
        .route("/cashier/{cashier_id}", routing::get(cashier::login_page))
        .route(
            "/cashier/{cashier_id}/login",
            routing::post(cashier::log_in),
        )
        .route(
            "/cashier/{cashier_id}/pay",
            routing::get(cashier::pay_page).post(cashier::pay),
        )
        .route(
            "/cashier/{cashier_id}/result",
            routing::get(cashier::result_page),
        )
        .route(
            "/cashier/{cashier_id}/cancel",
            routing::get(cashier::cancel),
        )
        .route("/sandbox.css", routing::get(respond::style))
        .route("/favicon.ico", routing::get(respond::no_icon))
        .merge(loopback_only)
        .fallback(respond::not_found)
        .layer(axum::middleware::map_response(respond::harden))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(app)
}
