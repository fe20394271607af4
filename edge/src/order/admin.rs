//! What the merchant's staff, and the watchdog, may have an order do. Each act of a person is a line of
//! the trail, with the name of the token.

use super::object::{MIN_BETWEEN_QUESTIONS_MS, OrderObject};
use super::rpc::{Replay, Reply};
use super::state::Status;
use super::store::Question;
use crate::clock::now_ms;
use worker::Result;

/// So many questions that the ladder has no further step: what a person asks is asked once.
const NO_FURTHER: usize = 1_000;

impl OrderObject {
    pub(super) fn show(&self) -> Result<Reply> {
        Ok(match self.store()?.view()? {
            Some(view) => Reply::Shown(Box::new(view)),
            None => Reply::Unknown,
        })
    }

    /// Has deliveries made again. What they carry was made from a verified message; nothing of the
    /// request gets into it.
    pub(super) async fn replay(&self, replay: &Replay) -> Result<Reply> {
        let (store, now) = (self.store()?, now_ms());
        let deliveries = store.whole(|| {
            let deliveries = store.replay(replay, now)?;
            for delivery in &deliveries {
                store.audit_by(&replay.by, "replayed", delivery, now)?;
            }
            Ok(deliveries)
        })?;
        if deliveries.is_empty() {
            return Ok(Reply::Unknown);
        }
        self.set_alarm(store, now).await?;
        Ok(Reply::Replayed(
            u64::try_from(deliveries.len()).unwrap_or(u64::MAX),
        ))
    }

    /// Has Alipay asked at once, but not more often than returning shoppers may.
    pub(super) async fn ask_now(&self, by: &str) -> Result<Reply> {
        let (store, now) = (self.store()?, now_ms());
        if store.order()?.is_none() {
            return Ok(Reply::Unknown);
        }
        let soonest = store.asked_ms()?.saturating_add(MIN_BETWEEN_QUESTIONS_MS);
        let due_ms = soonest.max(now);
        let question = store.question()?.unwrap_or(Question {
            asked: NO_FURTHER,
            ..Question::first(due_ms)
        });
        let due_ms = question.due_ms.min(due_ms);
        store.whole(|| {
            store.set_question(Some(Question { due_ms, ..question }))?;
            store.audit_by(by, "query_asked_for", "", now)
        })?;
        self.set_alarm(store, now).await?;
        Ok(Reply::Asking { due_ms })
    }

    /// Sets the alarm for whatever is due, which is lost only when the runtime lost it; puts a
    /// question that was never asked in its place; and has the index told again.
    pub(super) async fn wake(&self, by: &str) -> Result<Reply> {
        let (store, config, now) = (self.store()?, self.config()?, now_ms());
        if store.head()?.seq == 0 {
            return Ok(Reply::Unknown);
        }
        store.whole(|| {
            let open = store
                .order()?
                .is_some_and(|order| order.status == Status::Redirected);
            if open && store.question()?.is_none() && store.asked_ms()? == 0 {
                let wait = config.query_ladder.wait_ms(0, 0, None);
                store.set_question(wait.map(|_| Question::first(now)))?;
            }
            if !by.is_empty() {
                store.audit_by(by, "rebuilt", "", now)?;
            }
            store.bring_back(now)?;
            store.tell_again()
        })?;
        self.set_alarm(store, now).await?;
        Ok(Reply::Awake)
    }
}
