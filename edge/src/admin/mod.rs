//! The merchant's side, `/admin/…`: looking at orders across the index, and having them do things
//! again. Open only where `ADMIN_TOKENS` is configured; else these routes do not exist.
//!
//! The order objects hold the truth; [`index`] finds them. Who may do what is in [`auth`]; each act is
//! a line of the order's audit trail with the token's name, or of the account's where it is about no one order. See `docs/openapi.yaml`.

mod acts;
mod attempts;
pub mod auth;
pub mod counters;
pub mod index;
pub mod keys;
mod lists;
mod metrics;
pub mod query;
mod refunds;
pub mod watchdog;

use crate::account::trail::Act;
use crate::config::Config;
use crate::error::Failure;
use crate::order::rpc::{Command, Reply};
use crate::provider::{Name, Provider};
use crate::read::header;
use crate::{account, http, log, orders};
use alipay_protocol::trade::OutTradeNo;
use auth::{Bearer, Scope};
use worker::{Env, Method, Request, Response, Result};

/// What every admin route works with.
struct Desk<'a> {
    env: &'a Env,
    config: &'a Config,
    bearer: &'a Bearer,
    /// Whose orders are meant.
    provider: Provider,
    /// The merchant's account with it, as the index knows it.
    account: String,
}

/// One route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Route<'a> {
    Attempts,
    Audit(&'a str),
    DeadLetters,
    Endpoints,
    Keys,
    Mend(&'a str),
    Metrics,
    Order(&'a str),
    Orders,
    Quarantine,
    QuarantineSigned,
    QueryNow(&'a str),
    Rebuild,
    Refund(&'a str),
    Replay(&'a str),
    ReplayDead,
    SettleRefund(&'a str, &'a str),
    Token,
    Trail,
}

/// Answers a request below `/admin/`. No page may read the answer: there is no CORS here.
///
/// # Errors
///
/// When the runtime refuses the response.
pub async fn answer(
    request: &mut Request,
    env: &Env,
    config: &Config,
    rest: &str,
) -> Result<Response> {
    match serve(request, env, config, rest).await {
        Ok(response) => Ok(response),
        Err(failure) => {
            if matches!(failure, Failure::AdminToken | Failure::AdminScope(_)) {
                log::admin_refused(failure.code());
            }
            http::problem(&failure)
        }
    }
}

async fn serve(
    request: &mut Request,
    env: &Env,
    config: &Config,
    rest: &str,
) -> std::result::Result<Response, Failure> {
    let bearers = config.admin.as_deref().ok_or(Failure::RouteUnknown)?;
    // Before anything else: a stranger does not learn which routes there are.
    let bearer = auth::bearer(bearers, header(request.inner(), "authorization").as_deref())?;
    let (route, method, scope) = route(rest).ok_or(Failure::RouteUnknown)?;
    if http::method(request) != method {
        let allow = if method == Method::Get {
            http::READ
        } else {
            "POST"
        };
        return Err(Failure::Method { allow });
    }
    if let Some(scope) = scope {
        bearer.require(scope)?;
    }
    let provider = provider(request, config)?;
    let desk = Desk {
        env,
        config,
        bearer,
        provider,
        account: config
            .account(provider)
            .ok_or(Failure::Parameter("provider"))?,
    };
    let answer = match route {
        Route::Attempts => desk.attempts(request).await,
        Route::Audit(number) => desk.audit(request, number).await,
        Route::DeadLetters => desk.dead_letters(request).await,
        Route::Endpoints => desk.endpoints().await,
        Route::Keys => desk.keys().await,
        Route::Mend(name) => desk.mend(name).await,
        // Scrapers ask for the present, and the counters change with every answer.
        Route::Metrics => return desk.metrics().await,
        Route::Order(number) => desk.order(number).await,
        Route::Orders => desk.orders(request).await,
        Route::Quarantine => desk.quarantine(request).await,
        Route::QuarantineSigned => desk.signed().await,
        Route::QueryNow(number) => desk.query_now(number).await,
        Route::Refund(number) => desk.refund(request, number).await,
        Route::Rebuild => desk.rebuild(request).await,
        Route::Replay(number) => desk.replay(request, number).await,
        Route::ReplayDead => desk.replay_dead(request).await,
        Route::SettleRefund(number, out_return_no) => {
            desk.settle_refund(request, number, out_return_no).await
        }
        Route::Token => desk.token(),
        Route::Trail => desk.trail(request).await,
    }?;
    if method == Method::Get {
        return Ok(http::unless_known(request, answer).await?);
    }
    Ok(answer)
}

/// Whose orders a request means: by the parameter `provider`, which every route takes.
fn provider(request: &Request, config: &Config) -> std::result::Result<Provider, Failure> {
    let url = request.url()?;
    let mut named = url.query_pairs().filter(|(name, _)| name == "provider");
    let provider = match named.next() {
        None => Some(config.default_provider()),
        Some((_, word)) => Provider::parse(&word),
    };
    let once = named.next().is_none();
    provider
        .filter(|_| once)
        .ok_or(Failure::Parameter("provider"))
}

/// The other parameters of a request.
fn parameters(request: &Request) -> std::result::Result<Vec<(String, String)>, Failure> {
    let url = request.url()?;
    let others = url.query_pairs().filter(|(name, _)| name != "provider");
    Ok(others
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect())
}

/// The route, its method, and the scope that it needs, if it needs more than to be let in.
fn route(rest: &str) -> Option<(Route<'_>, Method, Option<Scope>)> {
    let parts: Vec<&str> = rest.split('/').collect();
    let look = |route| Some((route, Method::Get, Some(Scope::Read)));
    let act = |route| Some((route, Method::Post, Some(Scope::Operate)));
    match parts.as_slice() {
        ["orders"] => look(Route::Orders),
        ["orders", number] => look(Route::Order(number)),
        ["orders", number, "audit"] => look(Route::Audit(number)),
        ["orders", number, "replay"] => act(Route::Replay(number)),
        ["orders", number, "query"] => act(Route::QueryNow(number)),
        ["orders", number, "refunds"] => {
            Some((Route::Refund(number), Method::Post, Some(Scope::Refund)))
        }
        ["orders", number, "refunds", out_return_no] => {
            let route = Route::SettleRefund(number, out_return_no);
            Some((route, Method::Post, Some(Scope::Refund)))
        }
        ["dead-letters"] => look(Route::DeadLetters),
        ["dead-letters", "replay"] => act(Route::ReplayDead),
        ["quarantine"] => look(Route::Quarantine),
        ["quarantine", "signed"] => look(Route::QuarantineSigned),
        ["endpoints"] => look(Route::Endpoints),
        ["endpoints", name, "mend"] => act(Route::Mend(name)),
        ["rebuild"] => act(Route::Rebuild),
        ["metrics"] => look(Route::Metrics),
        ["keys"] => look(Route::Keys),
        ["attempts"] => look(Route::Attempts),
        ["audit"] => look(Route::Trail),
        ["token"] => Some((Route::Token, Method::Get, None)),
        _ => None,
    }
}

impl Desk<'_> {
    /// Asks the order of that number.
    async fn ask(&self, number: &str, command: &Command) -> std::result::Result<Reply, Failure> {
        let number = OutTradeNo::parse(number).map_err(|_| Failure::OrderUnknown)?;
        let name = Name::new(self.provider, number.as_str());
        orders::ask(self.env, self.config, name, command).await
    }

    /// Writes down what the bearer is about to do to more than one order.
    async fn note(&self, act: &str, detail: &str) -> std::result::Result<(), Failure> {
        let act = Act {
            by: self.bearer.name.clone(),
            act: act.to_owned(),
            detail: detail.to_owned(),
        };
        Ok(account::note(self.env, self.config, self.provider, act).await?)
    }

    /// The index, or why there is none.
    fn index(&self) -> std::result::Result<index::Index, Failure> {
        index::Index::of(self.env).ok_or(Failure::IndexUnavailable)
    }
}

/// A fault of the index's is written down, and the caller hears that it is the index.
fn index_fault(error: &worker::Error) -> Failure {
    log::fault("index_failed", error);
    Failure::IndexUnavailable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looking_needs_read_giving_back_refund_acting_operate_and_asking_who_one_is_nothing() {
        let cases = [
            (
                "orders",
                Some((Route::Orders, Method::Get, Some(Scope::Read))),
            ),
            (
                "orders/A1",
                Some((Route::Order("A1"), Method::Get, Some(Scope::Read))),
            ),
            (
                "orders/A1/replay",
                Some((Route::Replay("A1"), Method::Post, Some(Scope::Operate))),
            ),
            (
                "endpoints/1/mend",
                Some((Route::Mend("1"), Method::Post, Some(Scope::Operate))),
            ),
            (
                "orders/A1/refunds",
                Some((Route::Refund("A1"), Method::Post, Some(Scope::Refund))),
            ),
            (
                "orders/A1/refunds/R1",
                Some((
                    Route::SettleRefund("A1", "R1"),
                    Method::Post,
                    Some(Scope::Refund),
                )),
            ),
            (
                "audit",
                Some((Route::Trail, Method::Get, Some(Scope::Read))),
            ),
            ("token", Some((Route::Token, Method::Get, None))),
            ("", None),
            ("orders/A1/", None),
            ("orders/A1/replay/x", None),
            ("Orders", None),
        ];
        for (path, expected) in cases {
            assert_eq!(route(path), expected, "{path}");
        }
    }
}
