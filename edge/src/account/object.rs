//! The Durable Object of one account.
#![allow(
    missing_docs,
    reason = "the macro exports methods that it does not document"
)]

use super::evidence::{self, Evidence};
use crate::clock::now_ms;
use crate::ladder::FAR_MS;
use crate::order::store::integer;
use serde::{Deserialize, Serialize};
use worker::{DurableObject, Env, Request, Response, Result, SqlStorage, State, durable_object};

/// The binding of the account objects in `wrangler.toml`.
pub const BINDING: &str = "ACCOUNT";

/// Alipay wants at least three seconds between two refunds of an account (`docs/alipay/refund.md`,
/// section 1); the rest is for clocks and ways that differ.
const BETWEEN_REFUNDS_MS: u64 = 3_500;

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
        /// How long it is kept.
        retention_ms: u64,
    },
    /// List what is kept.
    List,
    /// Which order was a refund's number taken for?
    Owner {
        /// The number.
        out_return_no: String,
    },
    /// When may the next refund be asked for?
    Slot,
}

/// One account.
#[durable_object]
#[derive(Debug)]
pub struct AccountObject {
    state: State,
}

impl DurableObject for AccountObject {
    fn new(state: State, _env: Env) -> Self {
        Self { state }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let command: Command = serde_json::from_slice(&request.bytes().await?)?;
        let sql = self.state.storage().sql();
        sql.exec(SCHEMA, vec![])?;
        sql.exec(evidence::SCHEMA, vec![])?;
        match command {
            Command::Claim {
                out_return_no,
                out_trade_no,
            } => Response::from_json(&claim(&sql, &out_return_no, &out_trade_no)?),
            Command::Keep {
                evidence,
                retention_ms,
            } => Response::from_json(&evidence::keep(&sql, &evidence, now_ms(), retention_ms)?),
            Command::List => Response::from_json(&evidence::list(&sql)?),
            Command::Owner { out_return_no } => Response::from_json(&owner(&sql, &out_return_no)?),
            Command::Slot => Response::from_json(&slot(&sql, now_ms())?),
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
