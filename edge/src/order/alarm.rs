//! What an order does by itself, from its alarm: tell the merchant, and ask Alipay.

use super::object::OrderObject;
use super::settle::{settle, verdict};
use super::state::{Transition, apply};
use super::store::{Question, Store, Waiting};
use crate::clock::now_ms;
use crate::config::Config;
use crate::forward::{self, Outcome};
use crate::gateway::{self, Found};
use crate::log;
use alipay_protocol::trade::OutTradeNo;
use std::time::Duration;
use worker::{Error, Result};

/// How long an attempt may seem to last before another one is begun, when the ladder has no
/// further step: longer than the deadline of one delivery.
const LAST_ATTEMPT_GUARD_MS: u64 = 60_000;

impl OrderObject {
    /// Sets the alarm for whatever is due first.
    pub(super) async fn set_alarm(&self, store: &Store, now: u64) -> Result<()> {
        match store.next_due_ms()? {
            Some(due) => {
                let wait = Duration::from_millis(due.saturating_sub(now));
                self.state.storage().set_alarm(wait).await
            }
            None => Ok(()),
        }
    }

    /// Does what is due: deliveries first, as somebody waits for them.
    pub(super) async fn carry_out_due(&self) -> Result<()> {
        let config = self.config()?;
        let store = self.store()?;
        for event in store.due(now_ms())? {
            self.forward(&config, store, &event).await?;
        }
        if let Some(question) = store.question()?
            && question.due_ms <= now_ms()
        {
            self.ask(&config, store, question).await?;
            for event in store.due(now_ms())? {
                self.forward(&config, store, &event).await?;
            }
        }
        self.set_alarm(store, now_ms()).await
    }

    /// Sends one event. The next attempt is written down, and the alarm set for it, before the
    /// network is touched: whatever happens then, the event is tried again.
    async fn forward(&self, config: &Config, store: &Store, event: &Waiting) -> Result<()> {
        let now = now_ms();
        let jitter = getrandom::u32().unwrap_or_default();
        let attempt = event.attempts.saturating_add(1);
        let next = config.ladder.wait_ms(attempt, jitter, None);
        let guard = now.saturating_add(next.unwrap_or(LAST_ATTEMPT_GUARD_MS));
        store.begin_attempt(&event.id, guard)?;
        self.set_alarm(store, now).await?;

        let outcome = forward::send(config, event).await;
        let now = now_ms();
        log::forwarded(&event.id, attempt, &outcome);
        match outcome {
            Outcome::Delivered { status } => {
                store.end_attempt(&event.id, "delivered", &status.to_string(), None)?;
                store.audit("forwarded", &event.id, now)
            }
            Outcome::Failed {
                reason,
                retry_after_s,
            } => {
                let wait = config.ladder.wait_ms(attempt, jitter, retry_after_s);
                let due = wait.map(|wait| now.saturating_add(wait));
                let state = if due.is_some() { "waiting" } else { "dead" };
                store.end_attempt(&event.id, state, &reason, due)?;
                if due.is_none() {
                    store.audit("dead_letter", &event.id, now)?;
                    log::dead_letter(&event.id);
                }
                Ok(())
            }
        }
    }

    /// Asks Alipay what has become of the trade, with the next question written down first. The
    /// order may have moved while the answer was under way, so it is read again.
    async fn ask(&self, config: &Config, store: &Store, question: Question) -> Result<()> {
        let Some(order) = store.order()? else {
            return store.set_question(None);
        };
        let now = now_ms();
        let asked = question.asked.saturating_add(1);
        let jitter = getrandom::u32().unwrap_or_default();
        let wait = config.query_ladder.wait_ms(asked, jitter, None);
        store.set_question(wait.map(|wait| Question {
            asked,
            asked_ms: now,
            due_ms: now.saturating_add(wait),
        }))?;
        self.set_alarm(store, now).await?;

        let number = OutTradeNo::parse(&order.terms.out_trade_no)
            .map_err(|_| Error::from("stored number cannot be read"))?;
        let (facts, evidence) = match gateway::find(config, &number, &order.terms.price).await {
            Found::Trade { facts, evidence } => (facts, evidence),
            Found::NoTrade => {
                log::asked(asked, "no_trade");
                return store.audit("asked", "no_trade", now_ms());
            }
            Found::Nothing(code) => {
                log::asked(asked, code);
                return store.audit("asked", code, now_ms());
            }
        };
        let Some(mut order) = store.order()? else {
            return Ok(());
        };
        let transition = apply(Some(&order), None, &facts);
        let verdict = verdict(transition);
        log::asked(asked, verdict);
        store.audit("asked", verdict, now_ms())?;
        settle(store, transition, &mut order, &facts, &evidence, now_ms())?;
        if matches!(transition, Transition::Move(_)) {
            self.tell(&order);
        }
        Ok(())
    }
}
