//! What an order does by itself, from its alarm: tell the merchant, and ask Alipay.

use super::latency::Attempted;
use super::object::OrderObject;
use super::outbox::{Stands, Waiting};
use super::rpc::view::AttemptOutcome;
use super::settle::{Bench, Case, verdict};
use super::state::{Facts, Order, Transition, apply};
use super::store::{Question, Store};
use super::trail::Chores;
use crate::antom::inquiry;
use crate::clock::now_ms;
use crate::config::Config;
use crate::endpoint::circuit::{Admission, Sign};
use crate::endpoint::object as endpoint;
use crate::forward::{self, Outcome};
use crate::gateway::{self, Found};
use crate::log;
use crate::provider::Provider;
use alipay_protocol::trade::OutTradeNo;
use futures_util::future::join_all;
use std::time::Duration;
use worker::{Error, Result};

/// How long an attempt may seem to last before another one is begun, when the ladder has no
/// further step: longer than the deadline of one delivery.
const LAST_ATTEMPT_GUARD_MS: u64 = 60_000;

impl OrderObject {
    pub(super) fn chores(&self, config: &Config) -> Chores {
        Chores {
            index: self.indexed,
            retention_ms: config.retention_ms,
        }
    }

    /// Sets the alarm for whatever is due first.
    pub(super) async fn set_alarm(&self, store: &Store, now: u64) -> Result<()> {
        let due_ms = store.next_due_ms(self.chores(&*self.config()?))?;
        store.note_alarm(due_ms)?;
        match due_ms {
            Some(due_ms) => self.alarm_in(store, due_ms.saturating_sub(now)).await,
            None => Ok(()),
        }
    }

    /// Sets the alarm that was just noted.
    pub(super) async fn alarm_in(&self, store: &Store, wait_ms: u64) -> Result<()> {
        let wait = Duration::from_millis(wait_ms);
        let set = self.state.storage().set_alarm(wait).await;
        if set.is_err() {
            // It counts as overdue, so that the next message sets it.
            store.note_alarm(Some(0))?;
        }
        set
    }

    /// Does what is due: deliveries first, as somebody waits for them.
    pub(super) async fn carry_out_due(&self) -> Result<()> {
        let config = self.config()?;
        let store = self.store()?;
        self.tell_parked(&config, store)?;
        self.forward_due(&config, store).await?;
        if let Some(question) = store.question()?
            && question.is_due(now_ms())
        {
            self.ask(&config, store, question).await?;
            self.forward_due(&config, store).await?;
        }
        if self.give_back_due(&config, store).await? {
            self.forward_due(&config, store).await?;
        }
        let now = now_ms();
        store.whole(
            || match store.purge_raw(now.saturating_sub(config.retention_ms))? {
                0 => Ok(()),
                _ => store.audit("purged", "", now),
            },
        )?;
        self.tell_index(&config, store).await?;
        self.set_alarm(store, now_ms()).await
    }

    /// Makes the deliveries that are due, all at once: a slow endpoint does not hold up another.
    async fn forward_due(&self, config: &Config, store: &Store) -> Result<()> {
        let due = store.due(now_ms())?;
        let ends = join_all(
            due.into_iter()
                .map(|waiting| self.forward(config, store, waiting)),
        )
        .await;
        ends.into_iter().collect()
    }

    /// Makes one delivery. The next attempt is written down, and the alarm set for it, before the
    /// network is touched: whatever happens then, the event is tried again.
    async fn forward(&self, config: &Config, store: &Store, mut waiting: Waiting) -> Result<()> {
        let now = now_ms();
        let jitter = getrandom::u32().unwrap_or_default();
        let endpoint = config
            .endpoints
            .iter()
            .find(|one| one.name == waiting.endpoint);
        let Some(endpoint) = endpoint else {
            return self.bury(store, &waiting, End::unsent("endpoint_removed"));
        };
        let attempt = waiting.attempts.saturating_add(1);
        let next = config.ladder.wait_ms(attempt, jitter, None);
        let guard = now.saturating_add(next.unwrap_or(LAST_ATTEMPT_GUARD_MS));
        store.begin_attempt(&waiting, guard)?;
        waiting.attempts = attempt;
        let waiting = &waiting;
        self.set_alarm(store, now).await?;

        match endpoint::admit(&self.env, endpoint).await {
            Admission::Go => {}
            Admission::Gone => return self.bury(store, waiting, End::unsent("endpoint_gone")),
            Admission::Wait(until_ms) => {
                // The attempt counts although nothing was sent, so that the ladder ends.
                let wait = next.map(|wait| now.saturating_add(wait).max(until_ms));
                return self.wait_or_bury(store, waiting, wait, End::unsent("circuit_open"));
            }
        }
        let sent_ms = now_ms();
        let outcome = forward::send(endpoint, waiting).await;
        let took_ms = Some(now_ms().saturating_sub(sent_ms));
        log::forwarded(&waiting.id, attempt, &outcome);
        match outcome {
            Outcome::Delivered { status } => {
                let how = &status.to_string();
                let end = End { how, took_ms };
                Self::end(store, waiting, Stands::Delivered, end)?;
                endpoint::note(&self.env, endpoint, Sign::Alive).await;
                Ok(())
            }
            Outcome::Gone => {
                endpoint::note(&self.env, endpoint, Sign::Gone).await;
                let how = "status_410";
                self.bury(store, waiting, End { how, took_ms })
            }
            Outcome::Failed {
                reason,
                retry_after_s,
            } => {
                endpoint::note(&self.env, endpoint, Sign::Failing).await;
                let wait = config.ladder.wait_ms(attempt, jitter, retry_after_s);
                let due = wait.map(|wait| now_ms().saturating_add(wait));
                let how = &reason;
                self.wait_or_bury(store, waiting, due, End { how, took_ms })
            }
        }
    }

    fn wait_or_bury(
        &self,
        store: &Store,
        waiting: &Waiting,
        due_ms: Option<u64>,
        end: End<'_>,
    ) -> Result<()> {
        match due_ms {
            Some(due_ms) => {
                Self::end(store, waiting, Stands::Waiting { due_ms }, end)?;
                Ok(())
            }
            None => self.bury(store, waiting, end),
        }
    }

    /// A dead letter: kept, said aloud, and sent again only when somebody asks for it.
    fn bury(&self, store: &Store, waiting: &Waiting, end: End<'_>) -> Result<()> {
        if Self::end(store, waiting, Stands::Dead, end)? {
            log::dead_letter(&waiting.id, &waiting.endpoint, end.how);
        }
        Ok(())
    }

    /// Notes where an attempt leaves a delivery, there and in the trail. Answers whether it stays there.
    fn end(store: &Store, waiting: &Waiting, stands: Stands, end: End<'_>) -> Result<bool> {
        let detail = format!("{} {} {}", waiting.id, waiting.endpoint, end.how);
        store.whole(|| {
            let stays = store.end_attempt(waiting, stands, end.how)?;
            let attempted = Attempted {
                outcome: match stands {
                    Stands::Dead if stays => AttemptOutcome::Dead,
                    Stands::Delivered => AttemptOutcome::Delivered,
                    // Replayed meanwhile: no dead letter yet.
                    Stands::Dead | Stands::Waiting { .. } => AttemptOutcome::Failed,
                },
                detail: &detail,
                took_ms: end.took_ms,
            };
            store.audit_attempt(attempted, now_ms())?;
            Ok(stays)
        })
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
        store.set_question(question.next(&config.query_ladder, now, jitter))?;
        self.set_alarm(store, now).await?;

        let number = OutTradeNo::parse(&order.terms.out_trade_no)
            .map_err(|_| Error::from("stored number cannot be read"))?;
        let (facts, evidence) = match find(config, &number, &order).await {
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
        let verdict = self.judge_answer(config, store, &facts, &evidence)?;
        log::asked(asked, verdict);
        Ok(())
    }

    /// Judges what Alipay answered to a question, and carries it out.
    pub(super) fn judge_answer(
        &self,
        config: &Config,
        store: &Store,
        facts: &Facts,
        evidence: &str,
    ) -> Result<&'static str> {
        let Some(mut order) = store.order()? else {
            return Ok("unknown");
        };
        let now = now_ms();
        let transition = apply(Some(&order), None, facts);
        let verdict = verdict(transition);
        let bench = Bench { store, config, now };
        let number = order.terms.out_trade_no.clone();
        let case = Case {
            out_trade_no: &number,
            facts,
            evidence,
        };
        store.whole(|| {
            store.audit("asked", verdict, now)?;
            bench.settle(transition, Some(&mut order), case)
        })?;
        if matches!(transition, Transition::Move(_)) {
            self.tell(&order);
        }
        Ok(verdict)
    }
}

/// Asks whoever collects the payment what has become of it.
async fn find(config: &Config, number: &OutTradeNo, order: &Order) -> Found {
    if !config.is_account_of(order) {
        return Found::Nothing("other_account");
    }
    let terms = &order.terms;
    match (terms.provider, &config.gateway, &config.antom) {
        (Provider::Gateway, Some(gateway), _) => gateway::find(gateway, number, &terms.price).await,
        (Provider::Antom, _, Some(antom)) => inquiry::find(antom, number.as_str()).await,
        _ => Found::Nothing("not_configured"),
    }
}

/// How an attempt ended: a status or a code, and how long the endpoint took, if anything was sent.
#[derive(Clone, Copy)]
struct End<'a> {
    how: &'a str,
    took_ms: Option<u64>,
}

impl<'a> End<'a> {
    fn unsent(how: &'a str) -> Self {
        Self { how, took_ms: None }
    }
}
