//! Notifications that came before their order, where `UNREGISTERED` is `park`: kept, judged when the
//! shop registers the order, and told to the merchant only if it has not after a while.

use super::object::OrderObject;
use super::settle::{Bench, Case};
use super::state::{Reason, Transition};
use super::store::{Store, integer};
use crate::config::Config;
use crate::ladder::FAR_MS;
use serde::Deserialize;
use worker::Result;

use crate::clock::now_ms;

/// One that has waited long enough.
#[derive(Debug, Deserialize)]
struct Parked {
    seq: i64,
    out_trade_no: String,
}

impl Store {
    /// Parks the notification that was kept last, until `due_ms`.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(super) fn park(&self, out_trade_no: &str, due_ms: u64) -> Result<()> {
        self.run(
            "UPDATE notification SET parked_as = ?, parked_ms = ? \
             WHERE seq = (SELECT max(seq) FROM notification)",
            vec![out_trade_no.into(), integer(due_ms)?],
        )
    }

    /// Nothing waits for the order any more: it is registered, and judges them itself.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(super) fn unpark(&self) -> Result<()> {
        self.run(
            "UPDATE notification SET parked_ms = NULL, parked_as = NULL WHERE parked_ms IS NOT NULL",
            vec![],
        )
    }

    fn parked_until(&self, now_ms: u64) -> Result<Vec<Parked>> {
        self.all(
            "SELECT seq, parked_as AS out_trade_no FROM notification \
             WHERE parked_ms <= ? OR parked_ms > ? ORDER BY seq",
            vec![integer(now_ms)?, integer(now_ms.saturating_add(FAR_MS))?],
        )
    }
}

impl OrderObject {
    /// Tells the merchant of what has waited long enough for its order. Answers whether there is an
    /// event to forward.
    pub(super) fn tell_parked(&self, config: &Config, store: &Store) -> Result<bool> {
        let now = now_ms();
        let parked = store.parked_until(now)?;
        if parked.is_empty() {
            return Ok(false);
        }
        let asides = store.unjudged()?;
        let bench = Bench { store, config, now };
        store.whole(|| {
            for one in &parked {
                if let Some(aside) = asides.iter().find(|aside| aside.seq == one.seq) {
                    let case = Case {
                        out_trade_no: &one.out_trade_no,
                        facts: &aside.facts,
                        evidence: &aside.evidence,
                    };
                    bench.settle(Transition::Quarantine(Reason::NotRegistered), None, case)?;
                    store.audit("unparked", "not_registered", now)?;
                }
                store.run(
                    "UPDATE notification SET parked_ms = NULL, parked_as = NULL WHERE seq = ?",
                    vec![one.seq.into()],
                )?;
            }
            Ok(())
        })?;
        Ok(true)
    }
}
