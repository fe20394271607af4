//! The Durable Object of one order.
//!
//! It trusts its callers: only this Worker holds the binding, and `notify.rs` sends a notification
//! only after it verified. Two things on which correctness rests are upheld elsewhere: the runtime
//! holds every answer back until the writes before it are confirmed (the output gate), and commits
//! together what was written without an `await` between.
#![allow(
    missing_docs,
    reason = "the macro exports methods that it does not document"
)]

use super::live::Watchers;
use super::rpc::{Accepted, COMMAND_URL, Command, LIVE_URL, Reply, StatusView};
use super::state::{Facts, Order, Status, Terms, Transition, apply};
use super::store::Store;
use crate::clock::now_ms;
use crate::config::Config;
use crate::event::{Event, Source, What};
use crate::forward::{self, Outcome};
use crate::log;
use std::cell::OnceCell;
use std::time::Duration;
use worker::{DurableObject, Env, Error, Request, Response, Result, State, durable_object};

/// How long an attempt may seem to last before another one is begun, when the ladder has no
/// further step: longer than the deadline of one delivery.
const LAST_ATTEMPT_GUARD_MS: u64 = 60_000;

/// When the alarm itself failed.
const ALARM_AGAIN: Duration = Duration::from_secs(30);

/// One order.
#[durable_object(alarm)]
#[derive(Debug)]
pub struct OrderObject {
    state: State,
    env: Env,
    watchers: Watchers,
    store: OnceCell<Store>,
}

impl DurableObject for OrderObject {
    fn new(state: State, env: Env) -> Self {
        Self {
            state,
            env,
            watchers: Watchers::default(),
            store: OnceCell::new(),
        }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let url = request.url()?;
        if url.as_str() == COMMAND_URL {
            let command: Command = serde_json::from_slice(&request.bytes().await?)?;
            let reply = self.obey(command).await?;
            return Response::from_json(&reply);
        }
        if url.as_str() == LIVE_URL {
            return self.live();
        }
        Response::error("no such command", 404)
    }

    /// Never fails for a reason that another try would not mend: a failing alarm is dropped by the
    /// runtime after six tries, and with it an event.
    async fn alarm(&self) -> Result<Response> {
        if let Err(error) = self.forward_due().await {
            log::fault("alarm_failed", &error);
            self.state.storage().set_alarm(ALARM_AGAIN).await?;
        }
        Response::empty()
    }
}

impl OrderObject {
    /// The tables, brought up to date once in the life of this instance.
    fn store(&self) -> Result<&Store> {
        if let Some(store) = self.store.get() {
            return Ok(store);
        }
        let store = Store::open(self.state.storage().sql())?;
        Ok(self.store.get_or_init(|| store))
    }

    async fn obey(&self, command: Command) -> Result<Reply> {
        match command {
            Command::Notify(note) => self.notify(*note).await,
            Command::Register(terms) => self.register(*terms).await,
            Command::Return => Ok(match self.store()?.order()? {
                Some(order) => Reply::ReturnTo(order.terms.return_url),
                None => Reply::Unknown,
            }),
            Command::Status => Ok(match self.store()?.order()? {
                Some(order) => Reply::Status(StatusView::from(&order)),
                None => Reply::Unknown,
            }),
        }
    }

    async fn register(&self, terms: Terms) -> Result<Reply> {
        let store = self.store()?;
        let now = now_ms();
        let known = store.order()?;
        let fresh = known.is_none();
        let mut order = known.unwrap_or_else(|| Order::new(terms.clone()));
        if !order.terms.same_trade(&terms) {
            return Ok(Reply::TermsDiffer);
        }
        order.terms.return_url = terms.return_url;
        if fresh {
            store.audit("registered", "", now)?;
            for aside in store.unjudged()? {
                let transition = apply(Some(&order), None, &aside.facts);
                let verdict = verdict(transition);
                store.judge(aside.seq, verdict)?;
                settle(
                    store,
                    transition,
                    &mut order,
                    &aside.facts,
                    &aside.evidence,
                    now,
                )?;
            }
        }
        if order.redirect() {
            store.audit("redirected", "", now)?;
        }
        store.save(&order)?;
        self.tell(&order);
        self.set_alarm(store, now).await?;
        Ok(Reply::Registered(StatusView::from(&order)))
    }

    async fn notify(&self, note: Accepted) -> Result<Reply> {
        let store = self.store()?;
        let now = now_ms();
        let facts = &note.facts;
        let known = store.order()?;
        let earlier = store.earlier(&facts.notify_id)?;
        let transition = apply(known.as_ref(), earlier.as_ref(), facts);
        let verdict = verdict(transition);
        if transition != Transition::Repeat {
            store.keep(&note, verdict, now)?;
        }
        store.audit("notified", verdict, now)?;
        match known {
            Some(mut order) => {
                settle(store, transition, &mut order, facts, &note.evidence, now)?;
                if matches!(transition, Transition::Move(_)) {
                    self.tell(&order);
                }
            }
            None => queue_unregistered(store, &note, transition, now)?,
        }
        self.set_alarm(store, now).await?;
        Ok(Reply::Durable {
            outcome: verdict.to_owned(),
        })
    }

    fn tell(&self, order: &Order) {
        self.watchers.tell(&StatusView::from(order));
    }

    fn live(&self) -> Result<Response> {
        let Some(order) = self.store()?.order()? else {
            return Response::error("no such order", 404);
        };
        match self.watchers.watch(StatusView::from(&order)) {
            Some(stream) => Response::from_stream(stream),
            None => Response::error("too many watchers", 429),
        }
    }

    async fn set_alarm(&self, store: &Store, now: u64) -> Result<()> {
        match store.next_due_ms()? {
            Some(due) => {
                let wait = Duration::from_millis(due.saturating_sub(now));
                self.state.storage().set_alarm(wait).await
            }
            None => Ok(()),
        }
    }

    /// Sends what is due. The next attempt is written down, and the alarm set for it, before the
    /// network is touched: whatever happens then, the event is tried again.
    async fn forward_due(&self) -> Result<()> {
        let config = Config::of(&self.env).map_err(|error| Error::from(error.to_string()))?;
        let store = self.store()?;
        for event in store.due(now_ms())? {
            let now = now_ms();
            let jitter = getrandom::u32().unwrap_or_default();
            let attempt = event.attempts.saturating_add(1);
            let next = config.ladder.wait_ms(attempt, jitter, None);
            store.begin_attempt(
                &event.id,
                now.saturating_add(next.unwrap_or(LAST_ATTEMPT_GUARD_MS)),
            )?;
            self.set_alarm(store, now).await?;

            let outcome = forward::send(&config, &event).await;
            let now = now_ms();
            log::forwarded(&event.id, attempt, &outcome);
            match outcome {
                Outcome::Delivered { status } => {
                    store.end_attempt(&event.id, "delivered", &status.to_string(), None)?;
                    store.audit("forwarded", &event.id, now)?;
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
                }
            }
        }
        self.set_alarm(store, now_ms()).await
    }
}

/// Carries out a judgement on a registered order: moves it and queues what the merchant must hear.
fn settle(
    store: &Store,
    transition: Transition,
    order: &mut Order,
    facts: &Facts,
    evidence: &str,
    now: u64,
) -> Result<()> {
    let what = match transition {
        Transition::Move(to) => {
            order.move_to(to, Some(&facts.trade_no));
            store.save(order)?;
            What::Moved(to)
        }
        Transition::Quarantine(reason) => What::Quarantined(reason),
        Transition::Keep | Transition::Repeat => return Ok(()),
    };
    let source = Source {
        facts,
        evidence,
        received_ms: now,
    };
    let event = Event::new(what, &order.terms.out_trade_no, Some(order), source)
        .ok_or_else(|| Error::from("event cannot be written"))?;
    store.queue(&event, now)
}

/// Queues the alarm for a genuine notification of an order that nobody registered.
fn queue_unregistered(
    store: &Store,
    note: &Accepted,
    transition: Transition,
    now: u64,
) -> Result<()> {
    let Transition::Quarantine(reason) = transition else {
        return Ok(());
    };
    let source = Source {
        facts: &note.facts,
        evidence: &note.evidence,
        received_ms: now,
    };
    let event = Event::new(What::Quarantined(reason), &note.out_trade_no, None, source)
        .ok_or_else(|| Error::from("event cannot be written"))?;
    store.queue(&event, now)
}

/// The verdict as it is stored and logged.
fn verdict(transition: Transition) -> &'static str {
    match transition {
        Transition::Keep => "kept",
        Transition::Move(Status::Closed) => "closed",
        Transition::Move(_) => "paid",
        Transition::Quarantine(reason) => reason.code(),
        Transition::Repeat => "repeat",
    }
}
