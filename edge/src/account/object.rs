//! The Durable Object of one account.
#![allow(
    missing_docs,
    reason = "the macro exports methods that it does not document"
)]

use super::evidence::{self, Evidence};
use super::trail::{self, Act};
use crate::clock::now_ms;
use crate::config::Config;
use crate::ladder::FAR_MS;
use crate::log;
use crate::order::store::integer;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use worker::{
    DurableObject, Env, Error, Request, Response, Result, SqlStorage, State, durable_object,
};

/// The binding of the account objects in `wrangler.toml`.
pub const BINDING: &str = "ACCOUNT";

/// Alipay wants at least three seconds between two refunds of an account (`docs/alipay/refund.md`,
/// section 1); the rest is for clocks and ways that differ.
const BETWEEN_REFUNDS_MS: u64 = 3_500;

/// When the alarm itself failed.
const ALARM_AGAIN: Duration = Duration::from_secs(600);

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS return_no (
        out_return_no TEXT PRIMARY KEY,
        out_trade_no TEXT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS refunds (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        next_ms INTEGER NOT NULL
    );
";

/// What is asked of an account.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Take the number of a refund for an order.
    Claim {
        /// The number.
        out_return_no: String,
        /// The order.
        out_trade_no: String,
    },
    /// Keep what Alipay signed and we could not accept.
    Keep {
        /// The message.
        evidence: Evidence,
    },
    /// List what is kept.
    List,
    /// Note what staff does.
    Note(Act),
    /// Which order was a refund's number taken for?
    Owner {
        /// The number.
        out_return_no: String,
    },
    /// When may the next refund be asked for?
    Slot,
    /// Show what staff did.
    Trail {
        /// Lines after this number.
        after: u64,
        /// At most so many.
        limit: u64,
    },
}

/// One account.
#[durable_object(alarm)]
#[derive(Debug)]
pub struct AccountObject {
    state: State,
    env: Env,
}

impl DurableObject for AccountObject {
    fn new(state: State, env: Env) -> Self {
        Self { state, env }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let command: Command = serde_json::from_slice(&request.bytes().await?)?;
        let sql = self.tables()?;
        match command {
            Command::Claim {
                out_return_no,
                out_trade_no,
            } => Response::from_json(&claim(&sql, &out_return_no, &out_trade_no)?),
            Command::Keep { evidence } => {
                evidence::keep(&sql, &evidence, now_ms())?;
                self.purge(&sql).await?;
                Response::from_json(&())
            }
            Command::List => {
                self.purge(&sql).await?;
                Response::from_json(&evidence::list(&sql)?)
            }
            Command::Note(act) => Response::from_json(&trail::note(&sql, act, now_ms())?),
            Command::Owner { out_return_no } => Response::from_json(&owner(&sql, &out_return_no)?),
            Command::Slot => Response::from_json(&slot(&sql, now_ms())?),
            Command::Trail { after, limit } => {
                Response::from_json(&trail::lines(&sql, after, limit)?)
            }
        }
    }

    /// Raw messages name people: they go when their time is over, also where nothing ever comes again.
    async fn alarm(&self) -> Result<Response> {
        let purged = match self.tables() {
            Ok(sql) => self.purge(&sql).await,
            Err(error) => Err(error),
        };
        if let Err(error) = purged {
            log::fault("account_failed", &error);
            self.state.storage().set_alarm(ALARM_AGAIN).await?;
        }
        Response::empty()
    }
}

impl AccountObject {
    fn tables(&self) -> Result<SqlStorage> {
        let sql = self.state.storage().sql();
        sql.exec(SCHEMA, vec![])?;
        sql.exec(evidence::SCHEMA, vec![])?;
        sql.exec(trail::SCHEMA, vec![])?;
        Ok(sql)
    }

    /// Takes away what was kept long enough, and comes back when the next of it was.
    async fn purge(&self, sql: &SqlStorage) -> Result<()> {
        let config = Config::of(&self.env).map_err(|failure| Error::from(failure.to_string()))?;
        let now = now_ms();
        match evidence::purge(sql, now, config.retention_ms)? {
            Some(due_ms) => {
                let wait = Duration::from_millis(due_ms.saturating_sub(now));
                self.state.storage().set_alarm(wait).await
            }
            None => self.state.storage().delete_alarm().await,
        }
    }
}

#[derive(Deserialize)]
struct Owner {
    out_trade_no: String,
}

fn owner(sql: &SqlStorage, out_return_no: &str) -> Result<Option<String>> {
    let found: Vec<Owner> = sql
        .exec(
            "SELECT out_trade_no FROM return_no WHERE out_return_no = ?",
            vec![out_return_no.into()],
        )?
        .to_array()?;
    Ok(found.into_iter().next().map(|owner| owner.out_trade_no))
}

/// One statement, so that of two orders one gets the number.
fn claim(sql: &SqlStorage, out_return_no: &str, out_trade_no: &str) -> Result<bool> {
    let owner: Owner = sql
        .exec(
            "INSERT INTO return_no VALUES (?, ?) ON CONFLICT (out_return_no) \
             DO UPDATE SET out_trade_no = out_trade_no RETURNING out_trade_no",
            vec![out_return_no.into(), out_trade_no.into()],
        )?
        .one()?;
    Ok(owner.out_trade_no == out_trade_no)
}

fn slot(sql: &SqlStorage, now: u64) -> Result<u64> {
    #[derive(Deserialize)]
    struct Next {
        next_ms: u64,
    }
    let next: Vec<Next> = sql
        .exec("SELECT next_ms FROM refunds", vec![])?
        .to_array()?;
    // What is so far ahead was written by a clock that was.
    let next = next.first().map(|next| next.next_ms);
    let next = next.filter(|next| *next <= now.saturating_add(FAR_MS));
    let slot_ms = next.map_or(now, |next| next.max(now));
    let next_ms = slot_ms.saturating_add(BETWEEN_REFUNDS_MS);
    sql.exec(
        "INSERT OR REPLACE INTO refunds (one, next_ms) VALUES (1, ?)",
        vec![integer(next_ms)?],
    )?;
    Ok(slot_ms)
}
