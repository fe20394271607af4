//! The index across orders: a D1 table, written by the order objects from their alarms, read by the
//! admin routes and the watchdog. It is never the truth, and nothing waits for it for long.
//!
//! Every statement takes one parameter, a JSON object, and answers a column `doc` of JSON: so numbers
//! are never floating point on our side, and no value is ever part of a statement's text.

use crate::log;
use crate::order::rpc::view::{AttemptView, Row};
use crate::pause::within;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;
use wasm_bindgen::JsValue;
use worker::{D1Database, D1PreparedStatement, D1Result, Env, Error, Result};

/// The binding of the index in `wrangler.toml`.
const BINDING: &str = "INDEX";

/// Nothing waits longer. An order's alarm has deliveries to make.
const DEADLINE: Duration = Duration::from_secs(2);

/// The tables, as `wrangler d1 migrations apply` makes them.
const SCHEMA: [&str; 3] = [
    include_str!("../../migrations/0001_orders.sql"),
    include_str!("../../migrations/0002_attempts.sql"),
    include_str!("../../migrations/0003_counts.sql"),
];

/// A row as JSON.
pub(super) const ROW: &str = "json_object('provider', \
    iif(partner LIKE 'antom:%', 'antom', 'alipay-gateway'), 'out_trade_no', out_trade_no, 'status', status, \
    'amount', amount, 'currency', currency, 'trade_no', trade_no, 'created_ms', created_ms, \
    'updated_ms', updated_ms, 'waiting', waiting, 'dead', dead, 'quarantined', quarantined, \
    'asked', asked, 'due_ms', due_ms, 'revision', revision) AS doc FROM orders";

/// An older row never replaces a newer one: what an alarm wrote may arrive late.
const UPSERT: &str = "INSERT INTO orders SELECT ?1 ->> 'partner', ?1 ->> 'out_trade_no', \
    ?1 ->> 'status', ?1 ->> 'amount', ?1 ->> 'currency', ?1 ->> 'trade_no', ?1 ->> 'created_ms', \
    ?1 ->> 'updated_ms', ?1 ->> 'waiting', ?1 ->> 'dead', ?1 ->> 'quarantined', ?1 ->> 'asked', \
    ?1 ->> 'due_ms', ?1 ->> 'revision' WHERE true \
    ON CONFLICT (partner, out_trade_no) DO UPDATE SET status = excluded.status, \
    amount = excluded.amount, currency = excluded.currency, trade_no = excluded.trade_no, \
    created_ms = excluded.created_ms, updated_ms = excluded.updated_ms, \
    waiting = excluded.waiting, dead = excluded.dead, quarantined = excluded.quarantined, \
    asked = excluded.asked, due_ms = excluded.due_ms, revision = excluded.revision \
    WHERE excluded.revision >= orders.revision";

/// Under its order and its line of the trail, so that telling it again changes nothing.
const ATTEMPTS: &str = "INSERT INTO attempts SELECT ?1 ->> 'partner', ?1 ->> 'out_trade_no', \
    value ->> 'seq', value ->> 'at_ms', value ->> 'endpoint', value ->> 'outcome', value ->> 'how', \
    value ->> 'took_ms' FROM json_each(?1, '$.attempts') WHERE true \
    ON CONFLICT (partner, out_trade_no, seq) DO UPDATE SET at_ms = excluded.at_ms, \
    endpoint = excluded.endpoint, outcome = excluded.outcome, how = excluded.how, \
    took_ms = excluded.took_ms";

/// What is older is on no chart.
const OLD_ATTEMPTS: &str =
    "DELETE FROM attempts WHERE partner = ?1 ->> 'partner' AND at_ms < ?1 ->> 'before'";

/// Written once a minute at most: it is one row for all orders.
const TOUCH: &str = "INSERT INTO key_use SELECT ?1 ->> 'name', ?1 ->> 'fingerprint', \
    ?1 ->> 'last_ms' WHERE true ON CONFLICT (name, fingerprint) DO UPDATE \
    SET last_ms = excluded.last_ms WHERE excluded.last_ms >= key_use.last_ms + 60000";

const FORGET: &str =
    "DELETE FROM orders WHERE partner = ?1 ->> 'partner' AND out_trade_no = ?1 ->> 'out_trade_no'";
const FORGET_ATTEMPTS: &str = "DELETE FROM attempts WHERE partner = ?1 ->> 'partner' AND out_trade_no = ?1 ->> 'out_trade_no'";

/// What an order tells the index.
#[derive(Clone, Copy, Debug)]
pub struct News<'a> {
    /// The order.
    pub row: &'a Row,
    /// Keys that were used for it since the index heard of it last.
    pub uses: &'a [KeyUse],
    /// Attempts to deliver since then.
    pub attempts: &'a [AttemptView],
}

/// That a key was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyUse {
    /// The variable.
    pub name: String,
    /// Its fingerprint at that time.
    pub fingerprint: String,
    /// Unix milliseconds.
    pub last_ms: u64,
}

/// The index.
#[derive(Debug)]
pub struct Index(D1Database);

impl Index {
    /// The index, where the Worker has one.
    #[must_use]
    pub fn of(env: &Env) -> Option<Self> {
        env.d1(BINDING).ok().map(Self)
    }

    /// Writes what an order tells.
    ///
    /// # Errors
    ///
    /// When the index does not take it in time.
    pub async fn write(&self, partner: &str, news: &News<'_>) -> Result<()> {
        let mut parameters = serde_json::to_value(news.row)?;
        if let Some(object) = parameters.as_object_mut() {
            object.insert("partner".to_owned(), partner.into());
        }
        let mut statements = vec![(UPSERT, parameters)];
        if !news.attempts.is_empty() {
            let parameters = json!({
                "partner": partner,
                "out_trade_no": news.row.out_trade_no,
                "attempts": news.attempts,
            });
            statements.push((ATTEMPTS, parameters));
        }
        for one in news.uses {
            statements.push((TOUCH, serde_json::to_value(one)?));
        }
        self.batch(&statements).await.map(|_| ())
    }

    /// Takes an order's row away: there is no such order.
    ///
    /// # Errors
    ///
    /// As [`Self::write`].
    pub async fn forget(&self, partner: &str, out_trade_no: &str) -> Result<()> {
        let parameters = json!({ "partner": partner, "out_trade_no": out_trade_no });
        let statements = [(FORGET, parameters.clone()), (FORGET_ATTEMPTS, parameters)];
        self.batch(&statements).await.map(|_| ())
    }

    /// Makes what is absent of the tables, and counts all orders anew: what is written keeps the counts by itself, but an
    /// index may have been mended by hand.
    ///
    /// # Errors
    ///
    /// As [`Self::write`].
    pub async fn make(&self) -> Result<()> {
        let schema: Vec<_> = schema().map(|sql| self.0.prepare(sql)).collect();
        in_time(self.0.batch(schema)).await.map(|_| ())
    }

    /// Takes attempts away that ended before a time, Unix milliseconds.
    ///
    /// # Errors
    ///
    /// As [`Self::write`].
    pub async fn forget_attempts(&self, partner: &str, before_ms: u64) -> Result<()> {
        let parameters = json!({ "partner": partner, "before": before_ms });
        self.batch(&[(OLD_ATTEMPTS, parameters)]).await.map(|_| ())
    }

    /// The documents that a statement answers.
    ///
    /// # Errors
    ///
    /// When the index does not answer in time, or something else than was asked.
    pub async fn all<T: DeserializeOwned>(&self, sql: &str, parameters: Value) -> Result<Vec<T>> {
        #[derive(Deserialize)]
        struct Doc {
            doc: String,
        }
        let results = self.batch(&[(sql, parameters)]).await?;
        let docs: Vec<Doc> = match results.first() {
            Some(result) => result.results()?,
            None => Vec::new(),
        };
        docs.iter()
            .map(|row| serde_json::from_str(&row.doc).map_err(Error::from))
            .collect()
    }

    /// Runs statements in one transaction; where the tables are absent, makes them first.
    async fn batch(&self, statements: &[(&str, Value)]) -> Result<Vec<D1Result>> {
        match self.attempt(statements).await {
            Err(error) if error.to_string().contains("no such table") => {
                log::index_made();
                self.make().await?;
                self.attempt(statements).await
            }
            other => other,
        }
    }

    async fn attempt(&self, statements: &[(&str, Value)]) -> Result<Vec<D1Result>> {
        let bound: Result<Vec<D1PreparedStatement>> = statements
            .iter()
            .map(|(sql, parameters)| {
                let parameters = JsValue::from_str(&parameters.to_string());
                self.0.prepare(*sql).bind(&[parameters])
            })
            .collect();
        let results = in_time(self.0.batch(bound?)).await?;
        if results.len() != statements.len() {
            return Err(Error::from("the index answers something else"));
        }
        Ok(results)
    }
}

async fn in_time<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    within(DEADLINE, work)
        .await
        .unwrap_or_else(|| Err(Error::from("the index does not answer in time")))
}

/// The statements of the schema, without its comments: an empty line stands between two, as a trigger has semicolons
/// of its own. The last one counts all orders.
fn schema() -> impl Iterator<Item = String> {
    SCHEMA.iter().flat_map(|file| {
        let lines: Vec<&str> = file
            .lines()
            .filter(|line| !line.starts_with("--"))
            .collect();
        let text = lines.join("\n");
        let statements: Vec<String> = text
            .split("\n\n")
            .map(|one| one.trim().to_owned())
            .collect();
        statements.into_iter().filter(|one| !one.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schema_is_whole_statements_that_may_run_twice() {
        let statements: Vec<_> = schema().collect();
        assert_eq!(statements.len(), 15);
        let (last, made) = statements.split_last().unwrap();
        for one in made {
            assert!(one.contains(" IF NOT EXISTS "), "{one}");
            let end = if one.starts_with("CREATE TRIGGER") {
                "\nEND;"
            } else {
                ";"
            };
            assert!(one.ends_with(end), "{one}");
            // wrangler takes the first for the trigger's own.
            assert!(one.matches("END").count() <= 1, "{one}");
            assert_eq!(one.matches("CREATE ").count(), 1, "{one}");
        }
        assert!(
            last.starts_with("INSERT OR REPLACE INTO order_counts\n"),
            "{last}"
        );
    }
}
