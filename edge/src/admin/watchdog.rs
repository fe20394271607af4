//! Finds orders whose alarm was lost, or whose row in the index is behind, and wakes them: an order
//! that is woken sets its alarm, puts a question that was never asked in its place, and has the index
//! told again.

use super::index::Index;
use crate::clock::now_ms;
use crate::config::Config;
use crate::error::Failure;
use crate::order::rpc::{Command, Reply};
use crate::{log, orders};
use futures_util::future::join_all;
use serde_json::json;
use worker::Env;

/// How late an order may be: the runtime's alarms are up to a minute late when a machine fails.
const LATE_MS: u64 = 180_000;

/// Orders woken in one run, and at a time. The rest is due in the next run, oldest first.
const MAX_WOKEN: u64 = 40;
const AT_A_TIME: usize = 6;

/// Overdue, or open and never asked about where it should be.
const OVERDUE: &str = "SELECT json_quote(out_trade_no) AS doc FROM orders \
    WHERE partner = ?1 ->> 'partner' AND due_ms IS NOT NULL AND due_ms < ?1 ->> 'before' \
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
    let parameters = json!({
        "partner": config.partner.as_str(),
        "before": now_ms().saturating_sub(LATE_MS),
        "limit": MAX_WOKEN,
    });
    let mut statements = vec![OVERDUE];
    if config.query_ladder.wait_ms(0, 0, None).is_some() {
        statements.push(NEVER_ASKED);
    }
    let mut numbers: Vec<String> = Vec::new();
    for statement in statements {
        match index.all(statement, parameters.clone()).await {
            Ok(found) => numbers.extend(found),
            Err(error) => log::fault("index_failed", &error),
        }
    }
    let woken = wake(env, &config, &index, &numbers, "").await;
    log::watched(woken.woken, woken.unknown.len());
}

/// Wakes the orders of these numbers, a few at a time; `by` is the name of an admin token, or empty.
pub async fn wake(
    env: &Env,
    config: &Config,
    index: &Index,
    numbers: &[String],
    by: &str,
) -> Woken {
    let mut all = Woken::default();
    for few in numbers.chunks(AT_A_TIME) {
        let replies = join_all(
            few.iter()
                .map(|number| wake_one(env, config, index, number, by)),
        )
        .await;
        for (number, reply) in few.iter().zip(replies) {
            match reply {
                Ok(true) => all.woken = all.woken.saturating_add(1),
                Ok(false) | Err(_) => all.unknown.push(number.clone()),
            }
        }
    }
    all
}

async fn wake_one(
    env: &Env,
    config: &Config,
    index: &Index,
    number: &str,
    by: &str,
) -> Result<bool, Failure> {
    let by = by.to_owned();
    match orders::ask(env, config, number, &Command::Wake { by }).await? {
        Reply::Awake => Ok(true),
        Reply::Unknown => {
            index.forget(config.partner.as_str(), number).await?;
            Ok(false)
        }
        _ => Err(Failure::Unavailable),
    }
}
