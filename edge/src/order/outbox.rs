//! The events of an order and their deliveries, in its database. What holds for [`Store`] holds here.

use super::store::{Store, integer};
use crate::event::Event;
use crate::ladder::FAR_MS;
use serde::Deserialize;
use worker::Result;

/// An event that waits to be forwarded to one endpoint.
#[derive(Debug, Deserialize)]
pub struct Waiting {
    /// `webhook-id`.
    pub id: String,
    /// The endpoint's name.
    pub endpoint: String,
    /// The JSON body.
    pub body: String,
    /// Attempts begun so far.
    pub attempts: usize,
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug)]
pub enum Stands {
    /// No attempt is left, or the endpoint is gone: somebody must look.
    Dead,
    /// The endpoint took it.
    Delivered,
    /// It is tried again.
    Waiting {
        /// When, Unix milliseconds.
        due_ms: u64,
    },
}

impl Store {
    /// Queues an event for each endpoint; where it is queued already it stays as it is.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn queue(&self, event: &Event, endpoints: &[&str], now_ms: u64) -> Result<()> {
        for endpoint in endpoints {
            self.run(
                "INSERT INTO delivery (event, endpoint, begun_ms, due_ms, body) \
                 SELECT ?1, ?2, ?3, ?3, ?4 \
                 WHERE NOT EXISTS (SELECT 1 FROM delivery WHERE event = ?1 AND endpoint = ?2)",
                vec![
                    event.id.as_str().into(),
                    (*endpoint).into(),
                    integer(now_ms)?,
                    event.body.as_str().into(),
                ],
            )?;
        }
        Ok(())
    }

    /// The deliveries to make now, oldest first; also those that a clock which was ahead has put off.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn due(&self, now_ms: u64) -> Result<Vec<Waiting>> {
        self.all(
            "SELECT event AS id, body, endpoint, attempts FROM delivery \
             WHERE state = 'waiting' AND (due_ms <= ? OR due_ms > ?) ORDER BY due_ms, seq",
            vec![integer(now_ms)?, integer(now_ms.saturating_add(FAR_MS))?],
        )
    }

    /// Has done now what a clock that was ahead has put off.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn bring_back(&self, now_ms: u64) -> Result<()> {
        for sql in [
            "UPDATE delivery SET due_ms = ? WHERE state = 'waiting' AND due_ms > ?",
            "UPDATE state SET question_ms = ? WHERE question_ms > ?",
            "UPDATE notification SET parked_ms = ? WHERE parked_ms > ?",
            "UPDATE refund SET due_ms = ? WHERE due_ms > ?",
        ] {
            let far = now_ms.saturating_add(FAR_MS);
            self.run(sql, vec![integer(now_ms)?, integer(far)?])?;
        }
        Ok(())
    }

    /// Notes that an attempt begins and when the next one is due should this one never end.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn begin_attempt(&self, waiting: &Waiting, due_ms: u64) -> Result<()> {
        self.run(
            "UPDATE delivery SET attempts = attempts + 1, due_ms = ? \
             WHERE event = ? AND endpoint = ?",
            vec![
                integer(due_ms)?,
                waiting.id.as_str().into(),
                waiting.endpoint.as_str().into(),
            ],
        )
    }

    /// Notes where the attempt that `waiting` counts leaves a delivery. Answers whether that holds: where staff has had
    /// it replayed meanwhile, it waits for its first attempt again, and stays so.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn end_attempt(&self, waiting: &Waiting, stands: Stands, last: &str) -> Result<bool> {
        #[derive(Deserialize)]
        struct Ended {}
        let (state, due_ms) = match stands {
            Stands::Delivered => ("delivered", None),
            Stands::Dead => ("dead", None),
            Stands::Waiting { due_ms } => ("waiting", Some(integer(due_ms)?)),
        };
        let ended: Option<Ended> = self.first(
            "UPDATE delivery SET state = ?, last = ?, due_ms = ? \
             WHERE event = ? AND endpoint = ? AND attempts = ? RETURNING state",
            vec![
                state.into(),
                last.into(),
                due_ms.into(),
                waiting.id.as_str().into(),
                waiting.endpoint.as_str().into(),
                integer(u64::try_from(waiting.attempts).unwrap_or(u64::MAX))?,
            ],
        )?;
        Ok(ended.is_some())
    }
}
