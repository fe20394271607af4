//! What staff did that is not about one order, as a chain of lines like an order's trail.

use crate::order::audit::{Head, Line};
use crate::order::store::integer;
use serde::{Deserialize, Serialize};
use worker::{Result, SqlStorage};

pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS audit (
        seq INTEGER PRIMARY KEY,
        at_ms INTEGER NOT NULL,
        who TEXT NOT NULL,
        act TEXT NOT NULL,
        detail TEXT NOT NULL,
        hash TEXT NOT NULL
    );
";

/// Something that staff did.
#[derive(Debug, Serialize, Deserialize)]
pub struct Act {
    /// The name of the admin token.
    pub by: String,
    /// What was done.
    pub act: String,
    /// To what: numbers and codes of ours only.
    pub detail: String,
}

/// Adds a line. It is one statement, so that a chain is never half a line longer.
pub(super) fn note(sql: &SqlStorage, act: Act, now: u64) -> Result<()> {
    let heads: Vec<Head> = sql
        .exec(
            "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1",
            vec![],
        )?
        .to_array()?;
    let head = heads.into_iter().next().unwrap_or_else(Head::begin);
    let line = head.next(&act.by, &act.act, &act.detail, now);
    sql.exec(
        "INSERT INTO audit (seq, at_ms, who, act, detail, hash) VALUES (?, ?, ?, ?, ?, ?)",
        vec![
            integer(line.seq)?,
            integer(line.at_ms)?,
            line.by.into(),
            line.act.into(),
            line.detail.into(),
            line.hash.into(),
        ],
    )?;
    Ok(())
}

/// At most `limit` lines after the line number `after`, oldest first.
pub(super) fn lines(sql: &SqlStorage, after: u64, limit: u64) -> Result<Vec<Line>> {
    sql.exec(
        "SELECT seq, at_ms, who AS \"by\", act, detail, hash FROM audit WHERE seq > ? ORDER BY seq LIMIT ?",
        vec![integer(after)?, integer(limit)?],
    )?
    .to_array()
}
