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

use super::known::wait_ms;
use super::live::Watchers;
use super::rpc::{Accepted, Command, Reply, StatusView};
use super::settle::{Bench, Case, is_told, verdict};
use super::state::{Order, Reason, Terms, Transition, apply};
use super::store::{Question, Store};
use crate::admin::index::Index;
use crate::carry;
use crate::clock::now_ms;
use crate::config::Config;
use crate::log;
use js_sys::JsString;
use std::cell::OnceCell;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::{DurableObject, Env, Error, Request, Response, Result, State, durable_object};

/// When the alarm itself failed.
const ALARM_AGAIN: Duration = Duration::from_secs(30);

/// A return asks Alipay at once, but not more often than this: reloading the page must not.
pub(super) const MIN_BETWEEN_QUESTIONS_MS: u64 = 10_000;

/// One order.
#[durable_object(alarm)]
#[derive(Clone, Debug)]
pub struct OrderObject {
    pub(super) state: Rc<State>,
    pub(super) env: Env,
    /// From the first that watches on.
    watchers: Rc<OnceCell<Watchers>>,
    store: Rc<OnceCell<Store>>,
    /// There is an index to tell.
    pub(super) indexed: bool,
}

impl DurableObject for OrderObject {
    fn new(state: State, env: Env) -> Self {
        Self {
            indexed: Index::of(&env).is_some(),
            state: Rc::new(state),
            env,
            watchers: Rc::default(),
            store: Rc::default(),
        }
    }

    /// Nobody asks: `edge/js/entry.mjs` answers what is fetched with [`OrderObject::live`].
    async fn fetch(&self, _request: Request) -> Result<Response> {
        Response::error("nothing is fetched here", 404)
    }

    /// Never fails for a reason that another try would not mend: a failing alarm is dropped by the
    /// runtime after six tries, and with it an event.
    async fn alarm(&self) -> Result<Response> {
        if let Err(error) = self.carry_out_due().await {
            log::fault("alarm_failed", &error);
            self.state.storage().set_alarm(ALARM_AGAIN).await?;
        }
        Response::empty()
    }
}

#[wasm_bindgen]
impl OrderObject {
    /// Does what a [`Command`] in JSON asks, and answers a [`Reply`] in JSON. `number` as in
    /// [`carry::begin`]; `body` is that of a notification.
    ///
    /// # Errors
    ///
    /// When the command cannot be read, or the database fails.
    #[wasm_bindgen(js_name = obey)]
    pub fn obey_json(&self, number: u32, command: String, body: Option<JsString>) -> carry::Ended {
        let order = self.clone();
        // Each with a future of its own: that of all other commands is so large that making it shows.
        match serde_json::from_str(&command).map_err(Error::from)? {
            Command::Notify(note) => {
                let body = body.ok_or_else(|| Error::from("a notification comes with its body"))?;
                carry::begin(
                    number,
                    async move { said(&order.notify(*note, body).await?) },
                )
            }
            command => carry::begin(number, async move { said(&order.obey(command).await?) }),
        }
    }

    /// The stream of the order's statuses, which begins with the present one, among those that are open; or
    /// why there is none.
    ///
    /// # Errors
    ///
    /// When the database fails, or the runtime takes no response.
    pub fn live(&self, watchers: &Watchers) -> carry::Ended {
        let watchers = self.watchers.get_or_init(|| watchers.clone());
        match self.tables().present()? {
            Some(view) => watchers.open(&view),
            None => watchers.answer(404, "no such order"),
        }
    }
}

fn said(reply: &Reply) -> carry::Ended {
    let reply = serde_json::to_string(reply).map_err(Error::from)?;
    Ok(reply.into())
}

impl OrderObject {
    /// The tables, brought up to date once in the life of this instance.
    pub(super) fn store(&self) -> Result<&Store> {
        self.tables().opened()
    }

    fn tables(&self) -> &Store {
        self.store.get_or_init(|| Store::of(&self.state.storage()))
    }

    async fn obey(&self, command: Command) -> Result<Reply> {
        match command {
            Command::Notify(_) => Err(Error::from("a notification comes with its body")),
            Command::Register(terms) => self.register(*terms).await,
            Command::Attempt(device) => self.attempt(device),
            Command::PayUrl(url) => self.keep_pay_url(url),
            Command::Hear(heard) => self.hear(&heard).await,
            Command::Return {
                proven,
                by_previous,
            } => self.returned(proven, by_previous).await,
            Command::Page => Ok(match self.store()?.order()? {
                Some(order) => Reply::Page {
                    view: StatusView::from(&order),
                    return_url: order.terms.return_url,
                    locale: order.terms.locale,
                },
                None => Reply::Unknown,
            }),
            Command::Status => Ok(match self.store()?.order()? {
                Some(order) => Reply::Status(StatusView::from(&order)),
                None => Reply::Unknown,
            }),
            Command::Show => self.show(),
            Command::Trail { after, limit } => Ok(Reply::Trail(self.store()?.trail(after, limit)?)),
            Command::Refund(asked) => self.refund(&asked).await,
            Command::SettleRefund(said) => self.settle_refund(&said).await,
            Command::Replay(replay) => self.replay(&replay).await,
            Command::AskNow { by } => self.ask_now(&by).await,
            Command::Wake { by } => self.wake(&by).await,
        }
    }

    pub(super) fn config(&self) -> Result<Rc<Config>> {
        Config::of(&self.env).map_err(|failure| Error::from(failure.to_string()))
    }

    async fn returned(&self, proven: bool, by_previous: bool) -> Result<Reply> {
        let store = self.store()?;
        let Some(order) = store.order()? else {
            return Ok(Reply::Unknown);
        };
        let opened = by(by_previous, "STATUS_SECRET_PREVIOUS");
        let noted = (proven || by_previous) && store.has_room("returned", opened)?;
        if noted
            && proven
            && let Some(question) = store.question()?
        {
            let now = now_ms();
            let soonest = question.asked_ms.saturating_add(MIN_BETWEEN_QUESTIONS_MS);
            let due_ms = question.due_ms.min(soonest.max(now));
            store.whole(|| {
                store.set_question(Some(Question { due_ms, ..question }))?;
                store.audit("returned", opened, now)
            })?;
            self.set_alarm(store, now).await?;
        } else if noted && by_previous {
            // Whoever replaces the secret wants to see when the old one is not used any more.
            store.single(|| store.audit("returned", opened, now_ms()))?;
        }
        Ok(Reply::ReturnTo(order.terms.return_url))
    }

    async fn register(&self, terms: Terms) -> Result<Reply> {
        let (store, config, now) = (self.store()?, self.config()?, now_ms());
        let known = store.order()?;
        let fresh = known.is_none();
        let mut order = known.unwrap_or_else(|| Order::new(terms.clone()));
        if !order.terms.same_trade(&terms) {
            return Ok(Reply::TermsDiffer);
        }
        if order.account.is_none() {
            order.account = config.account(terms.provider);
        }
        if order.terms.return_mark.is_empty() {
            order.terms.return_mark.clone_from(&terms.return_mark);
        }
        order.terms.return_url.clone_from(&terms.return_url);
        if !order.status.is_final() {
            order.terms.terminal = terms.terminal;
        }
        store.whole(|| {
            if fresh {
                let opened = by(terms.by_previous, "ORDER_SECRET_PREVIOUS");
                store.audit("registered", opened, now)?;
                let bench = Bench {
                    store,
                    config: &config,
                    now,
                };
                store.unpark()?;
                for aside in store.unjudged()? {
                    let transition = apply(Some(&order), None, &aside.facts);
                    store.judge(aside.seq, verdict(transition))?;
                    let case = Case {
                        out_trade_no: &terms.out_trade_no,
                        facts: &aside.facts,
                        evidence: &aside.evidence,
                    };
                    bench.settle(transition, Some(&mut order), case)?;
                }
            }
            let opened = "ORDER_SECRET_PREVIOUS";
            if !fresh && terms.by_previous && store.has_room("token_opened", opened)? {
                store.audit("token_opened", opened, now)?;
            }
            if order.redirect() {
                store.audit("redirected", "", now)?;
                let wait = config.query_ladder.wait_ms(0, 0, None);
                store.set_question(wait.map(|wait| Question::first(now.saturating_add(wait))))?;
            }
            store.save(&order)
        })?;
        self.tell(&order);
        self.set_alarm(store, now).await?;
        Ok(Reply::Registered {
            view: StatusView::from(&order),
            return_mark: order.terms.return_mark,
        })
    }

    async fn notify(&self, note: Accepted, body: JsString) -> Result<Reply> {
        let (store, config, now) = (self.tables(), self.config()?, now_ms());
        let facts = &note.facts;
        let mut known = store.known(&facts.notify_id)?;
        let transition = apply(known.order.as_ref(), known.earlier.as_ref(), facts);
        let verdict = verdict(transition);
        let opened = note.previous_key.as_deref().unwrap_or_default();
        let kept = transition != Transition::Repeat;
        let noted = kept || store.has_room_for_repeat(verdict, opened)?;
        let parked = transition == Transition::Quarantine(Reason::NotRegistered);
        let parked_ms = config.park_ms.filter(|_| parked);
        let parked_ms = parked_ms.map(|wait| now.saturating_add(wait));
        let due_ms = if parked_ms.is_none() && is_told(transition) {
            Some(now)
        } else if noted {
            let chores = self.chores(&config).after(kept, now);
            chores.into_iter().chain(parked_ms).min()
        } else {
            None
        };
        let wait_ms = wait_ms(known.alarm_ms, due_ms, now);
        let tell = || {
            if kept {
                store.keep(&note, &body, verdict, opened, now)
            } else if noted {
                store.repeated(verdict, opened, now)
            } else {
                Ok(())
            }
        };
        if is_told(transition) || wait_ms.is_some() {
            store.whole(|| {
                tell()?;
                let bench = Bench {
                    store,
                    config: &config,
                    now,
                };
                let case = Case {
                    out_trade_no: &note.out_trade_no,
                    facts,
                    evidence: &note.evidence,
                };
                match parked_ms {
                    Some(due_ms) => store.park(&note.out_trade_no, due_ms)?,
                    None => bench.settle(transition, known.order.as_mut(), case)?,
                }
                // An order that moved has noted it with itself.
                match wait_ms.filter(|_| !matches!(transition, Transition::Move(_))) {
                    Some(wait_ms) => store.note_alarm(Some(now.saturating_add(wait_ms))),
                    None => Ok(()),
                }
            })?;
        } else {
            store.single(tell)?;
        }
        if let (Transition::Move(_), Some(order)) = (transition, &known.order) {
            self.tell(order);
        }
        if let Some(wait_ms) = wait_ms {
            self.alarm_in(store, wait_ms).await?;
        }
        Ok(Reply::Durable {
            outcome: verdict.to_owned(),
        })
    }

    /// Tells the watchers, if there are any, without holding the answer up.
    pub(super) fn tell(&self, order: &Order) {
        if let Some(watchers) = self.watchers.get() {
            watchers.tell(&StatusView::from(order));
        }
    }
}

/// The name of a secret in a line of the trail, where it is not the present one.
fn by(previous: bool, name: &'static str) -> &'static str {
    if previous { name } else { "" }
}
