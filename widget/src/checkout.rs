//! The payment button's state machine: `(State, Input) -> (State, Effects)`.
//!
//! No browser, no clock, no network: [`crate::element`] turns events into inputs and runs the
//! effects in their order. Three rules hold in every state:
//!
//! * only the edge's word makes an order paid, closed or refunded, and nothing undoes that,
//! * an outcome that is not known is never shown as a failure,
//! * one button at a time works on an order; the others on the page (peers) wait for it.

mod held;
mod messages;

pub(crate) use messages::{Answer, Arrival, Clock, Effect, Input, News, PayUrl, Refusal, code};

use crate::status::{Report, Status};
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
    /// `Creating`: but a peer does the work.
    Following,
}

/// One button's state.
#[cfg_attr(test, derive(Hash))]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Checkout {
    state: State,
    note: Note,
    has_order: bool,
    offline: bool,
    work: Work,
    token: Option<String>,
    /// The stored token while a returned one is still unproven.
    spare: Option<String>,
    report: Option<Report>,
    refusal: Option<Refusal>,
    pay_url: String,
    retries: usize,
}

impl Checkout {
    /// Takes one input and answers with what is to be done, in order.
    pub(crate) fn step(&mut self, input: Input) -> Vec<Effect> {
        let mut effects = Vec::new();
        let out = &mut effects;
        match input {
            Input::Arrived(arrival) => self.arrive(arrival, out),
            Input::Resumed(arrival) => self.resume(arrival, out),
            Input::Left => {
                self.release(out);
                out.push(Effect::Hush);
            }
            Input::Clicked => self.click(out),
            Input::StartAllowed => {
                if self.work == Work::Starting {
                    self.work = Work::Asking;
                    out.push(Effect::Post);
                    out.push(Effect::Wait(Clock::Patience, ANSWER_MS));
                }
            }
            Input::StartPrevented => {
                if self.work == Work::Starting {
                    self.release(out);
                }
            }
            Input::Answered(answer) => {
                if matches!(self.work, Work::Asking | Work::Checking) {
                    match answer {
                        Ok(answer) => self.answered(answer, out),
                        Err(refusal) => self.fail(refusal, out),
                    }
                }
            }
            Input::Reported(report) => self.reported(report, out),
            Input::Probed(report) => {
                let retries = self.retries;
                self.reported(report, out);
                self.retries = retries;
                self.retry_later(out);
            }
            Input::StreamClosed => {
                if self.listens() {
                    out.push(Effect::Probe);
                }
            }
            Input::TokenDenied => self.denied(out),
            Input::StatusUnreachable => self.retry_later(out),
            Input::Elapsed(Clock::Patience) => self.patience_ends(out),
            Input::Elapsed(Clock::Retry) => self.listen(out),
            Input::Hidden(leaving) => {
                if self.state == State::Redirecting {
                    self.state = State::Away;
                }
                // An open stream keeps a page out of the browser's cache for Back.
                if leaving {
                    out.push(Effect::Hush);
                }
            }
            Input::Shown => {
                if self.state == State::Away {
                    self.release(out);
                }
                self.listen(out);
            }
            Input::Online(online) => self.network(online, out),
            Input::Stored(token) => {
                if self.token.as_ref() != Some(&token) && !self.state.is_final() {
                    self.token = Some(token);
                    self.listen(out);
                }
            }
            Input::PeerBusy => {
                if matches!(self.state, State::Idle | State::Failed) {
                    self.enter(State::Creating, Note::None);
                    self.work = Work::Following;
                }
            }
            Input::PeerFree(stored) => {
                if self.work == Work::Following {
                    self.enter(State::Idle, Note::None);
                    self.token = stored;
                    self.listen(out);
                }
            }
        }
        effects
    }

    fn enter(&mut self, state: State, note: Note) {
        self.state = state;
        self.note = note;
        self.work = Work::None;
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
    fn release(&mut self, out: &mut Vec<Effect>) {
        if self.work == Work::Checking {
            self.enter(State::Pending, Note::Pending);
            out.push(Effect::Abort);
        } else if self.leads() {
            self.enter(State::Idle, Note::None);
            out.push(Effect::Abort);
            out.push(Effect::Tell(News::Free));
        } else if self.work == Work::Following {
            self.enter(State::Idle, Note::None);
        }
    }

    fn arrive(&mut self, arrival: Arrival, out: &mut Vec<Effect>) {
        self.release(out);
        *self = Self {
            has_order: arrival.has_order,
            offline: !arrival.online,
            ..Self::default()
        };
        out.push(Effect::Hush);
        match arrival.returned {
            Some(token) => {
                self.spare = arrival.stored.filter(|stored| *stored != token);
                self.enter(State::Confirming, Note::Confirming);
                self.token = Some(token);
                out.push(Effect::Save);
                out.push(Effect::Wait(Clock::Patience, CONFIRM_MS));
            }
            None => self.token = arrival.stored,
        }
        self.listen(out);
    }

    fn resume(&mut self, arrival: Arrival, out: &mut Vec<Effect>) {
        if self.state.is_final() {
            return;
        }
        let unknown = matches!(self.state, State::Confirming | State::Pending);
        if arrival.returned.is_some() || !unknown {
            return self.arrive(arrival, out);
        }
        self.release(out);
        self.offline = !arrival.online;
        if self.state == State::Confirming {
            out.push(Effect::Wait(Clock::Patience, CONFIRM_MS));
        }
        self.listen(out);
    }

    fn click(&mut self, out: &mut Vec<Effect>) {
        match self.state {
            State::Idle | State::Failed if !self.has_order => {
                self.fail(Refusal::new(code::ORDER_TOKEN_MISSING), out);
            }
            State::Idle | State::Pending | State::Failed if self.offline => {
                self.fail(Refusal::new(code::OFFLINE), out);
            }
            State::Idle | State::Failed => {
                self.enter(State::Creating, Note::None);
                self.work = Work::Starting;
                out.push(Effect::Tell(News::Busy));
                out.push(Effect::AnnounceStart);
            }
            // A second attempt: the edge says first whether one is needed.
            State::Pending => {
                self.enter(State::Confirming, Note::Confirming);
                self.work = Work::Checking;
                out.push(Effect::Post);
                out.push(Effect::Wait(Clock::Patience, ANSWER_MS));
            }
            _ => {}
        }
    }

    fn answered(&mut self, answer: Answer, out: &mut Vec<Effect>) {
        if answer.report.status.is_final() {
            return self.reported(answer.report, out);
        }
        let url = match answer.pay_url {
            PayUrl::Allowed(url) => url,
            PayUrl::Absent => return self.fail(Refusal::new(code::BAD_ANSWER), out),
            PayUrl::Refused => return self.fail(Refusal::new(code::PAY_URL_REFUSED), out),
        };
        if answer.status_token.is_some() {
            self.token = answer.status_token;
            out.push(Effect::Save);
        }
        if self.work == Work::Checking {
            self.enter(State::Idle, Note::NotPaid);
            return self.listen(out);
        }
        self.enter(State::Redirecting, Note::None);
        self.pay_url = url;
        out.push(Effect::AnnounceRedirect);
        out.push(Effect::Leave);
        out.push(Effect::Wait(Clock::Patience, LEAVE_MS));
    }

    fn fail(&mut self, refusal: Refusal, out: &mut Vec<Effect>) {
        // An earlier attempt may have been paid: its outcome is unknown, not failed.
        let unknown = self.work == Work::Checking
            || self.state == State::Pending
            || (self.token.is_some() && self.report.is_none());
        self.release(out);
        let note = match refusal.code.as_str() {
            code::OFFLINE => Note::Offline,
            code::TIMEOUT | code::UNREACHABLE => Note::Unreachable,
            "order_token_expired" => Note::Expired,
            _ => Note::Failed,
        };
        let state = if unknown {
            State::Pending
        } else {
            State::Failed
        };
        self.enter(state, note);
        self.refusal = Some(refusal);
        out.push(Effect::AnnounceError);
    }

    fn reported(&mut self, report: Report, out: &mut Vec<Effect>) {
        let known = self.report.as_ref();
        let is_older = known.is_some_and(|known| report.version < known.version);
        // A last word cannot be overtaken; the one of `/checkout` comes without a version.
        if self.state.is_final() || (is_older && !report.status.is_final()) {
            return;
        }
        let is_new = known != Some(&report);
        self.retries = 0;
        self.spare = None;
        let (state, note) = match report.status {
            Status::Paid => (State::Paid, Note::Paid),
            Status::Closed => (State::Closed, Note::Closed),
            Status::Refunded => (State::Closed, Note::Refunded),
            Status::Created | Status::Redirected => {
                if self.state == State::Idle {
                    self.note = Note::NotPaid;
                }
                if is_new {
                    self.report = Some(report);
                    out.push(Effect::AnnounceStatus);
                }
                return;
            }
        };
        self.release(out);
        self.enter(state, note);
        self.token = None;
        self.report = Some(report);
        out.push(Effect::Hush);
        out.push(Effect::Forget);
        out.push(Effect::Tell(News::Final));
        out.push(Effect::AnnounceStatus);
    }

    fn denied(&mut self, out: &mut Vec<Effect>) {
        if self.state.is_final() {
            return;
        }
        out.push(Effect::Hush);
        if self.state == State::Confirming && self.report.is_none() && self.work == Work::None {
            self.enter(State::Idle, Note::None);
        }
        // A made-up token in the fragment must not cost the shopper the good one.
        self.token = self.spare.take();
        out.push(match self.token {
            Some(_) => Effect::Save,
            None => Effect::Forget,
        });
        self.listen(out);
    }

    fn retry_later(&mut self, out: &mut Vec<Effect>) {
        if !self.listens() {
            return;
        }
        let longest = RETRY_MS.len().saturating_sub(1);
        if let Some(&pause) = RETRY_MS.get(self.retries) {
            out.push(Effect::Wait(Clock::Retry, pause));
        }
        self.retries = self.retries.saturating_add(1).min(longest);
    }

    fn patience_ends(&mut self, out: &mut Vec<Effect>) {
        match self.state {
            State::Creating if self.work != Work::Following => {
                self.fail(Refusal::new(code::TIMEOUT), out)
            }
            State::Redirecting => {
                self.release(out);
                self.listen(out);
            }
            State::Confirming if self.work == Work::Checking => {
                self.fail(Refusal::new(code::TIMEOUT), out)
            }
            State::Confirming => {
                self.enter(State::Pending, Note::Pending);
                out.push(Effect::AnnounceStatus);
            }
            _ => {}
        }
    }

    fn network(&mut self, online: bool, out: &mut Vec<Effect>) {
        self.offline = !online;
        if !online {
            return;
        }
        if self.note == Note::Offline {
            match self.state {
                State::Failed => self.enter(State::Idle, Note::None),
                _ => self.note = Note::Pending,
            }
        }
        self.listen(out);
    }

    /// Whether there is something to hear, and a token to hear it with.
    fn listens(&self) -> bool {
        self.token.is_some() && !self.state.is_final()
    }

    fn listen(&self, out: &mut Vec<Effect>) {
        if self.listens() {
            out.push(Effect::Listen);
        }
    }
}

#[cfg(test)]
mod tests;
