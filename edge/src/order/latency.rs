//! Attempts to deliver, as the audit trail tells of them, and how long each took. The trail is the proof;
//! what is measured stands beside it, outside the chain. What holds for [`Store`] holds here.

use super::rpc::view::{AttemptOutcome, AttemptView};
use super::store::{Store, integer};
use serde::Deserialize;
use worker::Result;

/// Attempts in one answer, the newest.
pub(super) const MOST: u64 = 100;

/// How an attempt ended, for the trail.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempted<'a> {
    /// How it stands now.
    pub outcome: AttemptOutcome,
    /// Event, endpoint, and how it ended.
    pub detail: &'a str,
    /// From the first byte sent to the answer; `None` where nothing was sent.
    pub took_ms: Option<u64>,
}

impl Store {
    /// Adds an attempt to the trail.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(super) fn audit_attempt(&self, attempted: Attempted<'_>, now_ms: u64) -> Result<()> {
        let act = attempted.outcome.act();
        self.audit_line("", act, attempted.detail, now_ms, attempted.took_ms)
    }

    /// The attempts after the audit line `after`, newest first, [`MOST`] of them.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(super) fn attempts(&self, after: u64) -> Result<Vec<AttemptView>> {
        #[derive(Deserialize)]
        struct Told {
            seq: u64,
            at_ms: u64,
            act: String,
            detail: String,
            took_ms: Option<u64>,
        }
        let lines: Vec<Told> = self.all(
            "SELECT seq, at_ms, act, detail, took_ms FROM audit WHERE seq > ? \
             AND act IN ('forwarded', 'attempted', 'dead_letter') ORDER BY seq DESC LIMIT ?",
            vec![integer(after)?, integer(MOST)?],
        )?;
        Ok(lines
            .into_iter()
            .filter_map(|line| {
                let outcome = AttemptOutcome::of_act(&line.act)?;
                let mut parts = line.detail.splitn(3, ' ').map(str::to_owned);
                Some(AttemptView {
                    seq: line.seq,
                    at_ms: line.at_ms,
                    event: parts.next()?,
                    endpoint: parts.next()?,
                    outcome,
                    how: parts.next()?,
                    took_ms: line.took_ms,
                })
            })
            .collect())
    }
}
