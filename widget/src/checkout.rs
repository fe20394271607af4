//! The payment button's state machine: `(State, Input) -> (State, Effects)`.
//!
//! No browser, no clock, no network, no texts: [`crate::element`] turns events into inputs and runs
//! the effects. Three rules hold in every state:
//!
//! * only the edge's word makes an order paid, closed or refunded, and nothing undoes that,
//! * an outcome that is not known is never shown as a failure,
//! * one button at a time works on an order; the others, on this page (peers) and in other tabs,
//!   wait for it.

mod held;
mod messages;
mod outcome;

pub(crate) use messages::{Answer, Arrival, Effects, Input, PayUrl, Place};

use crate::refusal::Refusal;
use crate::status::Report;
use crate::view::{Note, State};

/// How long the edge may take to answer `/checkout`.
pub(crate) const ANSWER_MS: i32 = 15_000;
/// How long a navigation may take before the button can be used again.
pub(crate) const LEAVE_MS: i32 = 15_000;
/// How long a returned shopper is shown that we ask, before we say that it takes longer.
pub(crate) const CONFIRM_MS: i32 = 20_000;
/// Pauses before the status stream is opened again; the last one repeats.
pub(crate) const RETRY_MS: [i32; 5] = [2_000, 4_000, 8_000, 16_000, 30_000];

/// What a busy button is about.
#[cfg_attr(test, derive(Hash))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Work {
    #[default]
    None,
    /// `Creating`: the page has been told, and may object.
    Starting,
    /// `Creating`: `/checkout` has been asked.
    Asking,
    /// `Confirming`: `/checkout` has been asked whether there is still something to pay.
    Checking,
    /// `Creating`: but a peer or another tab does the work.
    Following,
}

/// One button's state.
#[cfg_attr(test, derive(Hash))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Checkout {
    state: State,
    note: Note,
    work: Work,
    place: Place,
    has_order: bool,
    blocked: bool,
    offline: bool,
    has_token: bool,
    /// Whether the stored token is kept aside, while a returned one is still unproven.
    has_spare: bool,
    report: Option<Report>,
    refusal: Option<Refusal>,
    retries: u8,
}

impl Checkout {
    /// Takes one input and answers with what is to be done.
    pub(crate) fn step(&mut self, input: Input) -> Effects {
        match input {
            Input::Arrived(arrival) => self.arrive(arrival),
            Input::Resumed(arrival) => self.resume(arrival),
            Input::Left => self.release() | Effects::HUSH,
            Input::Clicked(place) => self.click(place),
            Input::Here => {
                if self.state != State::Away || self.place != Place::Phone {
                    return Effects::NOTHING;
                }
                self.place = Place::Here;
                self.ask()
            }
            Input::StartAllowed => {
                if self.work != Work::Starting {
                    return Effects::NOTHING;
                }
                let tab = match self.place {
                    Place::NewTab => Effects::OPEN_TAB,
                    Place::Here | Place::Phone => Effects::NOTHING,
                };
                tab | self.ask()
            }
            Input::StartPrevented => {
                if self.work != Work::Starting {
                    return Effects::NOTHING;
                }
                self.release()
            }
            Input::TabRefused => {
                self.place = Place::Here;
                Effects::NOTHING
            }
            Input::Answered(answer) => {
                if !self.asks() {
                    return Effects::NOTHING;
                }
                self.answered(answer)
            }
            Input::Refused(refusal) => {
                if !self.asks() {
                    return Effects::NOTHING;
                }
                self.fail(refusal)
            }
            Input::Reported(report) => self.reported(report),
            Input::Probed(report) => {
                let retries = self.retries;
                let effects = self.reported(report);
                self.retries = retries;
                effects | self.retry_later()
            }
            Input::StreamClosed => self.if_listening(Effects::PROBE),
            Input::TokenDenied => self.denied(),
            Input::StatusUnreachable => self.retry_later(),
            Input::PatienceOver => self.patience_over(),
            Input::RetryDue => self.listen(),
            Input::Hidden(leaving) => {
                if self.state == State::Redirecting {
                    self.state = State::Away;
                }
                if !leaving {
                    return Effects::NOTHING;
                }
                // An open stream keeps a page out of the browser's cache for Back.
                let lock = if self.leads() {
                    Effects::UNLOCK
                } else {
                    Effects::NOTHING
                };
                lock | Effects::HUSH
            }
            Input::Shown => {
                let back = if self.state == State::Away && self.place != Place::Phone {
                    self.release()
                } else {
                    Effects::NOTHING
                };
                back | self.listen()
            }
            Input::Online => self.online(),
            Input::Offline => {
                self.offline = true;
                Effects::NOTHING
            }
            Input::Stored => {
                if self.state.is_final() {
                    return Effects::NOTHING;
                }
                self.has_token = true;
                self.listen()
            }
            Input::TabBusy => {
                if self.work != Work::Starting {
                    return Effects::NOTHING;
                }
                self.note = Note::Elsewhere;
                self.work = Work::Following;
                // Not ours, so not given back. The peers follow the other tab as well.
                Effects::WAIT
            }
            Input::PeerBusy => {
                if matches!(self.state, State::Idle | State::Failed) {
                    self.enter(State::Creating, Note::None);
                    self.work = Work::Following;
                }
                Effects::NOTHING
            }
            Input::PeerFree(stored) => {
                if self.work != Work::Following {
                    return Effects::NOTHING;
                }
                self.has_token = stored;
                self.rest(Note::None) | self.listen()
            }
        }
    }

    fn enter(&mut self, state: State, note: Note) {
        self.state = state;
        self.note = note;
        self.work = Work::None;
    }

    /// Nothing goes on: the button can be used, where Alipay opens at all.
    fn rest(&mut self, note: Note) -> Effects {
        if !self.blocked {
            self.enter(State::Idle, note);
            return Effects::NOTHING;
        }
        self.enter(State::Blocked, Note::Blocked);
        Effects::ANNOUNCE_BLOCKED
    }

    /// Whether `/checkout` has been asked.
    fn asks(&self) -> bool {
        matches!(self.work, Work::Asking | Work::Checking)
    }

    /// Whether this button holds the order's lock.
    fn leads(&self) -> bool {
        let busy = matches!(
            self.state,
            State::Creating | State::Redirecting | State::Away
        );
        busy && self.work != Work::Following
    }

    /// Gives the lock back: the button can be used, and so can its peers.
    fn release(&mut self) -> Effects {
        if self.work == Work::Checking {
            self.enter(State::Pending, Note::Pending);
            Effects::ABORT
        } else if self.leads() {
            self.rest(Note::None) | Effects::ABORT | Effects::UNLOCK | Effects::TELL_FREE
        } else if self.work == Work::Following {
            self.rest(Note::None)
        } else {
            Effects::NOTHING
        }
    }

    fn arrive(&mut self, arrival: Arrival) -> Effects {
        let left = self.release();
        *self = Self {
            has_order: arrival.has_order,
            has_token: arrival.returned || arrival.stored,
            has_spare: arrival.returned && arrival.stored,
            blocked: arrival.blocked,
            offline: !arrival.online,
            ..Self::default()
        };
        let news = if arrival.returned {
            self.confirm() | Effects::SAVE
        } else {
            self.rest(Note::None)
        };
        left | Effects::HUSH | news | self.listen()
    }

    fn resume(&mut self, arrival: Arrival) -> Effects {
        if self.state.is_final() {
            return Effects::NOTHING;
        }
        let mut effects = if self.state == State::Confirming && self.work == Work::None {
            Effects::WAIT
        } else {
            self.release()
        };
        self.offline = !arrival.online;
        if arrival.returned {
            self.has_spare = arrival.stored;
            self.has_token = true;
            effects |= self.confirm() | Effects::SAVE;
        } else {
            self.has_token |= arrival.stored;
        }
        effects | self.listen()
    }

    fn confirm(&mut self) -> Effects {
        self.enter(State::Confirming, Note::Confirming);
        Effects::WAIT
    }

    fn click(&mut self, place: Place) -> Effects {
        match self.state {
            State::Blocked => Effects::COPY_LINK,
            State::Idle | State::Failed if !self.has_order => self.fail(Refusal::OrderTokenMissing),
            State::Idle | State::Pending | State::Failed if self.offline => {
                self.fail(Refusal::Offline)
            }
            State::Idle | State::Failed => {
                self.enter(State::Creating, Note::None);
                self.work = Work::Starting;
                self.place = place;
                Effects::LOCK | Effects::TELL_BUSY | Effects::ANNOUNCE_START
            }
            // A second attempt: the edge says first whether one is needed.
            State::Pending => {
                self.enter(State::Confirming, Note::Confirming);
                self.work = Work::Checking;
                Effects::POST | Effects::WAIT
            }
            _ => Effects::NOTHING,
        }
    }

    fn ask(&mut self) -> Effects {
        self.enter(State::Creating, Note::None);
        self.work = Work::Asking;
        Effects::POST | Effects::WAIT
    }

    fn patience_over(&mut self) -> Effects {
        match (self.state, self.work) {
            (State::Creating, Work::Following) => self.release() | self.listen(),
            (State::Creating, _) | (State::Confirming, Work::Checking) => {
                self.fail(Refusal::Timeout)
            }
            (State::Redirecting, _) => self.release() | self.listen(),
            (State::Away, _) if self.place == Place::NewTab => self.release() | self.listen(),
            (State::Confirming, _) => {
                self.enter(State::Pending, Note::Pending);
                Effects::ANNOUNCE_STATUS
            }
            _ => Effects::NOTHING,
        }
    }

    fn online(&mut self) -> Effects {
        self.offline = false;
        let mut effects = Effects::NOTHING;
        if self.note == Note::Offline {
            if self.state == State::Failed {
                effects = self.rest(Note::None);
            } else {
                self.note = Note::Pending;
            }
        }
        effects | self.listen()
    }

    fn retry_later(&mut self) -> Effects {
        let effects = self.if_listening(Effects::WAIT_TO_RETRY);
        if effects != Effects::NOTHING && usize::from(self.retries) < RETRY_MS.len() {
            self.retries = self.retries.saturating_add(1);
        }
        effects
    }

    /// `effects`, where there is something to hear, and a token to hear it with.
    fn if_listening(&self, effects: Effects) -> Effects {
        if self.has_token && !self.state.is_final() {
            effects
        } else {
            Effects::NOTHING
        }
    }

    fn listen(&self) -> Effects {
        self.if_listening(Effects::LISTEN)
    }
}

#[cfg(test)]
mod tests;
