//! Evidence: what Alipay signed, and we could not accept. Kept by account, and found by its digest alone:
//! nothing that it says is believed, so nothing that it says may name an order.

use crate::ladder::FAR_MS;
use crate::order::store::integer;
use serde::{Deserialize, Serialize};
use worker::{Result, SqlStorage};

/// More than a merchant ever gets by accident. Where it is full, the reason with the most rows gives
/// up its oldest, so that a flood of one kind does not push out another.
const MOST: u64 = 200;

pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS evidence (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        digest TEXT NOT NULL UNIQUE,
        reason TEXT NOT NULL,
        raw TEXT NOT NULL,
        first_ms INTEGER NOT NULL,
        last_ms INTEGER NOT NULL,
        times INTEGER NOT NULL DEFAULT 1
    );
";

/// One such message.
#[derive(Debug, Serialize, Deserialize)]
pub struct Evidence {
    /// `sha256:` and hex of the body as received.
    pub digest: String,
    /// Why it was not accepted: the code of the refusal.
    pub reason: String,
    /// The body as received.
    pub raw: String,
}

/// As the merchant's staff sees it: without the body, which names the buyer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceView {
    /// As above.
    pub evidence: String,
    /// As above.
    pub reason: String,
    /// When it came first, Unix milliseconds.
    pub first_ms: u64,
    /// When it came last.
    pub last_ms: u64,
    /// How often it came.
    pub times: u64,
    /// Bytes of the body.
    pub bytes: u64,
}

/// Takes away what came last `retention_ms` ago or before, and answers when the next is to go, Unix
/// milliseconds.
pub(super) fn purge(sql: &SqlStorage, now: u64, retention_ms: u64) -> Result<Option<u64>> {
    #[derive(Deserialize)]
    struct Oldest {
        last_ms: Option<u64>,
    }
    let oldest = now.saturating_sub(retention_ms);
    let far = now.saturating_add(FAR_MS);
    sql.exec(
        "DELETE FROM evidence WHERE last_ms <= ? OR last_ms > ?",
        vec![integer(oldest)?, integer(far)?],
    )?;
    let left: Oldest = sql
        .exec("SELECT min(last_ms) AS last_ms FROM evidence", vec![])?
        .one()?;
    Ok(left.last_ms.map(|last| last.saturating_add(retention_ms)))
}

/// Keeps a message; the same one again is counted.
pub(super) fn keep(sql: &SqlStorage, evidence: &Evidence, now: u64) -> Result<()> {
    sql.exec(
        "INSERT INTO evidence (digest, reason, raw, first_ms, last_ms) VALUES (?1, ?2, ?3, ?4, ?4) \
         ON CONFLICT (digest) DO UPDATE SET last_ms = excluded.last_ms, times = times + 1",
        vec![
            evidence.digest.as_str().into(),
            evidence.reason.as_str().into(),
            evidence.raw.as_str().into(),
            integer(now)?,
        ],
    )?;
    sql.exec(
        "DELETE FROM evidence WHERE (SELECT count(*) FROM evidence) > ? AND seq = ( \
         SELECT min(seq) FROM evidence WHERE reason = ( \
         SELECT reason FROM evidence GROUP BY reason ORDER BY count(*) DESC LIMIT 1))",
        vec![integer(MOST)?],
    )?;
    Ok(())
}

/// All that is kept, the newest first.
pub(super) fn list(sql: &SqlStorage) -> Result<Vec<EvidenceView>> {
    sql.exec(
        "SELECT digest AS evidence, reason, first_ms, last_ms, times, length(raw) AS bytes \
         FROM evidence ORDER BY last_ms DESC, seq DESC",
        vec![],
    )?
    .to_array()
}
