//! The Cloudflare Worker: takes orders to Alipay, checks what comes back, makes it durable, and
//! tells the merchant until the merchant knows. See ARCHITECTURE.md and docs/contracts.md.

pub mod account;
pub mod admin;
pub mod antom;
pub mod app;
pub mod carry;
pub mod checkout;
pub mod clock;
#[cfg(feature = "compare")]
pub mod compare;
pub mod config;
pub mod endpoint;
pub mod error;
pub mod event;
pub mod forward;
pub mod gateway;
pub mod http;
pub mod ladder;
pub mod limits;
pub mod log;
pub mod notify;
pub mod order;
pub mod orders;
pub mod outbound;
pub mod page;
pub mod pause;
pub mod provider;
pub mod rate;
pub mod read;
pub mod result;
pub mod returned;
pub mod status;
pub mod terms;
pub mod text;
pub mod token;
pub mod webcrypto;

/// Compiles the Rust example of the README.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

use admin::counters::{self, Family};
use config::Config;
use error::Failure;
use notify::Words;
use page::trouble;
use provider::Provider;
use rate::Area;
use std::rc::Rc;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::{Env, Method, Request, Response, Result, ScheduleContext, ScheduledEvent, event};

/// Every request comes in here, from `edge/js/entry.mjs`, with a number of its own.
///
/// # Errors
///
/// When the runtime takes no response at all.
#[wasm_bindgen]
pub fn begin(number: u32, request: web_sys::Request, env: Env) -> carry::Ended {
    let url = request.url();
    let path = read::path(&url);
    let (words, watched) = (Words::of(path), status::watched(&request, &url));
    // Each with a future of its own: that of all other routes is so large that making it shows.
    match (Config::of(&env), words, watched) {
        (Ok(config), Some(words), _) => carry::begin(number, async move {
            ended(notified(words, &request, &env, &config).await)
        }),
        (Ok(config), None, Some(asked)) => carry::begin(number, async move {
            ended(watch(&asked, request, &env, &config).await)
        }),
        (config, ..) => carry::begin(number, async move {
            ended(answered(Request::from(request), &env, config).await)
        }),
    }
}

fn ended(answer: Result<web_sys::Response>) -> carry::Ended {
    let answer = answer.or_else(|error| {
        log::fault("runtime", &error);
        Response::error("INTERNAL SERVER ERROR", 500).map(web_sys::Response::from)
    });
    Ok(answer?.into())
}

/// What a provider tells us, which has no page, no session and no origin.
async fn notified(
    words: &'static Words,
    request: &web_sys::Request,
    env: &Env,
    config: &Config,
) -> Result<web_sys::Response> {
    if let Some(wait_s) = rate::wait_s(request, Area::Notify) {
        // One line of the log tells of the source; each of its requests is counted.
        counters::count(Family::Refusals, "too_many");
        return words.refuse(Failure::TooMany { wait_s }.into());
    }
    let received = match words.provider {
        Provider::Antom => antom::notify::receive(request, env, config).await,
        Provider::Gateway => notify::receive(request, env, config).await,
    };
    if let Err(refusal) = &received
        && rate::is_refusal(refusal.status)
    {
        rate::note(request, Area::Notify, env, config).await;
    }
    words.answer(received)
}

/// A page that watches an order: the stream has all its headers from the beginning.
async fn watch(
    asked: &status::Asked,
    request: web_sys::Request,
    env: &Env,
    config: &Config,
) -> Result<web_sys::Response> {
    let failure = match rate::wait_s(&request, Area::Pages) {
        Some(wait_s) => Failure::TooMany { wait_s },
        None => match status::stream(asked, &request, env, config).await {
            Ok(stream) => return Ok(stream),
            Err(failure) => failure,
        },
    };
    if rate::is_refusal(failure.status()) {
        rate::note(&request, Area::Pages, env, config).await;
    }
    Ok(http::harden(told(&Request::from(request), config, &failure)?)?.into())
}

async fn answered(
    mut request: Request,
    env: &Env,
    config: std::result::Result<Rc<Config>, Failure>,
) -> Result<web_sys::Response> {
    let path = request.path();
    #[cfg(feature = "compare")]
    if path == "/compare" {
        return Ok(compare::answer(&mut request).await?.into());
    }
    #[cfg(feature = "compare")]
    if path == "/compare/repeat" {
        return Ok(compare::repeat::answer(&mut request).await?.into());
    }
    let response = match config {
        Ok(config) => counted(&mut request, env, &config, &path).await?,
        Err(failure) => trouble::answer(&request, &[], &failure)?,
    };
    Ok(http::harden(response)?.into())
}

/// Answers, unless this source was refused too often; what is refused counts.
async fn counted(
    request: &mut Request,
    env: &Env,
    config: &Config,
    path: &str,
) -> Result<Response> {
    let area = Area::of(path);
    if let Some(wait_s) = area.and_then(|area| rate::wait_s(request.inner(), area)) {
        let failure = Failure::TooMany { wait_s };
        return match area {
            // A route that there is not: who asks is told as of the others.
            Some(Area::Notify) => notify::WORDS.refuse(failure.into()).map(Response::from),
            Some(Area::Admin) => http::problem(&failure),
            _ => told(request, config, &failure),
        };
    }
    let response = match path.strip_prefix("/admin/") {
        Some(rest) => admin::answer(request, env, config, rest).await?,
        None => for_pages(request, env, config, path).await?,
    };
    if let Some(area) = area.filter(|_| rate::is_refusal(response.status_code())) {
        rate::note(request.inner(), area, env, config).await;
    }
    Ok(response)
}

/// Every five minutes (`wrangler.toml`): looks for orders whose alarm was lost.
#[event(scheduled)]
async fn scheduled(_event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    admin::watchdog::watch(&env).await;
}

/// The routes whose answers the merchant's pages may read.
async fn for_pages(
    request: &mut Request,
    env: &Env,
    config: &Config,
    path: &str,
) -> Result<Response> {
    match route(request, env, config, path).await {
        Ok(response) => http::with_cors(response, request, config),
        Err(failure) => told(request, config, &failure),
    }
}

/// A failure, as the merchant's pages may read it.
fn told(request: &Request, config: &Config, failure: &Failure) -> Result<Response> {
    let response = trouble::answer(request, &config.allowed_origins, failure)?;
    http::with_cors(response, request, config)
}

async fn route(
    request: &mut Request,
    env: &Env,
    config: &Config,
    path: &str,
) -> std::result::Result<Response, Failure> {
    let mut parts = path.trim_start_matches('/').splitn(2, '/');
    let (first, rest) = (parts.next().unwrap_or_default(), parts.next());
    match (http::method(request), first, rest) {
        (Method::Options, _, _) => Ok(http::preflight(request, config)?),
        (Method::Post, "checkout", None) => checkout::checkout(request, env, config).await,
        (Method::Post, "app-result", None) => app::result(request, env, config).await,
        (Method::Post, "pay", None) => checkout::pay_form(request, env, config).await,
        (Method::Get, "status", Some(number)) => status::status(request, env, config, number).await,
        (Method::Get, "return", Some(number)) => {
            returned::returned(request, env, config, number).await
        }
        (Method::Get, "result", Some(number)) => result::result(request, env, config, number).await,
        (Method::Get, "healthz", None) => {
            Ok(Response::from_json(&serde_json::json!({"ok": true}))?)
        }
        (Method::Get, "version", None) => {
            let version = serde_json::json!({"version": env!("CARGO_PKG_VERSION")});
            Ok(Response::from_json(&version)?)
        }
        (_, "app-result" | "checkout" | "pay", None) => Err(Failure::Method { allow: "POST" }),
        (_, "result" | "return" | "status", Some(_)) | (_, "healthz" | "version", None) => {
            Err(Failure::Method { allow: http::READ })
        }
        _ => Err(Failure::RouteUnknown),
    }
}
