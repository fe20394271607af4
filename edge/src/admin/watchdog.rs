//! Finds orders whose alarm was lost, or whose row in the index is behind, and wakes them: an order
//! that is woken sets its alarm, puts a question that was never asked in its place, and has the index
//! told again.

use super::attempts::KEPT_MS;
use super::index::Index;
use crate::clock::now_ms;
use crate::config::Config;
use crate::error::Failure;
use crate::ladder::FAR_MS;
use crate::order::rpc::{Command, Reply};
use crate::provider::{Name, Provider};
use crate::{log, orders};
use futures_util::future::join_all;
use serde_json::json;
use worker::Env;

/// How late an order may be: the runtime's alarms are up to a minute late when a machine fails.
const LATE_MS: u64 = 180_000;

/// Orders woken in one run, and at a time. The rest is due in the next run, oldest first.
const MAX_WOKEN: u64 = 40;
const AT_A_TIME: usize = 6;

/// Overdue, or due later than anything can be; or open and never asked about where it should be.
const OVERDUE: &str = "SELECT json_quote(out_trade_no) AS doc FROM orders \
    WHERE partner = ?1 ->> 'partner' AND (due_ms < ?1 ->> 'before' OR due_ms > ?1 ->> 'far') \
    ORDER BY due_ms LIMIT ?1 ->> 'limit'";
const NEVER_ASKED: &str = "SELECT json_quote(out_trade_no) AS doc FROM orders \
    WHERE partner = ?1 ->> 'partner' AND status = 'redirected' AND due_ms IS NULL AND asked = 0 \
    AND updated_ms < ?1 ->> 'before' ORDER BY created_ms LIMIT ?1 ->> 'limit'";

/// What became of orders that were to be woken.
#[derive(Debug, Default)]
pub struct Woken {
    /// So many see to what is due.
    pub woken: usize,
    /// These do not exist, or did not answer; the former are no longer in the index.
    pub unknown: Vec<String>,
}

/// One run. Whatever fails is logged, and the next run tries again.
pub async fn watch(env: &Env) {
    let Ok(config) = Config::of(env) else {
        // The log has what is wrong.
        return;
    };
    let Some(index) = Index::of(env) else {
        return;
    };
    let mut statements = vec![OVERDUE];
    if config.query_ladder.wait_ms(0, 0, None).is_some() {
        statements.push(NEVER_ASKED);
    }
    let (mut woken, mut unknown) = (0_usize, 0_usize);
    for provider in Provider::ALL {
        let Some(account) = config.account(provider) else {
            continue;
        };
        let parameters = json!({
            "partner": account,
            "before": now_ms().saturating_sub(LATE_MS),
            "far": now_ms().saturating_add(FAR_MS),
            "limit": MAX_WOKEN,
        });
        let before = now_ms().saturating_sub(KEPT_MS);
        if let Err(error) = index.forget_attempts(&account, before).await {
            log::fault("index_failed", &error);
        }
        let mut numbers: Vec<String> = Vec::new();
        for statement in &statements {
            match index.all(statement, parameters.clone()).await {
                Ok(found) => numbers.extend(found),
                Err(error) => log::fault("index_failed", &error),
            }
        }
        let waker = Waker {
            env,
            config: &config,
            index: &index,
            provider,
            by: "",
        };
        let run = waker.wake(&numbers).await;
        woken = woken.saturating_add(run.woken);
        unknown = unknown.saturating_add(run.unknown.len());
    }
    log::watched(woken, unknown);
}

/// What orders are woken with.
pub struct Waker<'a> {
    /// Where the objects are.
    pub env: &'a Env,
    /// Which account they are under.
    pub config: &'a Config,
    /// Told when there is no such order.
    pub index: &'a Index,
    /// Whose orders.
    pub provider: Provider,
    /// The name of an admin token; empty for the watchdog.
    pub by: &'a str,
}

impl std::fmt::Debug for Waker<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Waker")
            .field("provider", &self.provider)
            .field("by", &self.by)
            .finish_non_exhaustive()
    }
}

impl Waker<'_> {
    /// Wakes the orders of these numbers, a few at a time.
    pub async fn wake(&self, numbers: &[String]) -> Woken {
        let mut all = Woken::default();
        for few in numbers.chunks(AT_A_TIME) {
            let replies = join_all(few.iter().map(|number| self.wake_one(number))).await;
            for (number, reply) in few.iter().zip(replies) {
                match reply {
                    Ok(true) => all.woken = all.woken.saturating_add(1),
                    Ok(false) | Err(_) => all.unknown.push(number.clone()),
                }
            }
        }
        all
    }

    async fn wake_one(&self, number: &str) -> Result<bool, Failure> {
        let by = self.by.to_owned();
        let name = Name::new(self.provider, number);
        match orders::ask(self.env, self.config, name, &Command::Wake { by }).await? {
            Reply::Awake => Ok(true),
            Reply::Unknown => {
                if let Some(account) = self.config.account(self.provider) {
                    self.index.forget(&account, number).await?;
                }
                Ok(false)
            }
            _ => Err(Failure::Unavailable),
        }
    }
}
