//! What the edge says, or fails to say, and what becomes of the order then.

use super::{Answer, Checkout, Effects, PayUrl, Place, Work};
use crate::refusal::Refusal;
use crate::status::{Report, Status};
use crate::view::{Note, State};

impl Checkout {
    pub(super) fn answered(&mut self, answer: Answer) -> Effects {
        if answer.report.status.is_final() {
            return self.reported(answer.report);
        }
        match answer.pay_url {
            PayUrl::Allowed => {}
            PayUrl::Absent => return self.fail(Refusal::BadAnswer),
            PayUrl::Refused => return self.fail(Refusal::PayUrlRefused),
        }
        self.has_token = true;
        if self.work == Work::Checking {
            return self.rest(Note::NotPaid) | Effects::SAVE | self.listen();
        }
        let begun = Effects::SAVE | Effects::ANNOUNCE_REDIRECT;
        match self.place {
            Place::Here => {
                self.enter(State::Redirecting, Note::None);
                begun | Effects::LEAVE | Effects::WAIT
            }
            Place::NewTab => {
                self.enter(State::Away, Note::NewTab);
                begun | Effects::LEAVE | Effects::WAIT | Effects::LISTEN
            }
            Place::Phone => {
                self.enter(State::Away, Note::Qr);
                begun | Effects::LISTEN
            }
        }
    }

    pub(super) fn fail(&mut self, refusal: Refusal) -> Effects {
        // An earlier attempt may have been paid: its outcome is unknown, not failed.
        let unknown = self.work == Work::Checking
            || self.state == State::Pending
            || (self.has_token && self.report.is_none());
        let effects = self.release();
        let state = if unknown {
            State::Pending
        } else {
            State::Failed
        };
        self.enter(state, refusal.note());
        self.refusal = Some(refusal);
        effects | Effects::ANNOUNCE_ERROR
    }

    /// Whether a report is not overtaken by one that is known.
    pub(crate) fn is_news(&self, report: Report) -> bool {
        let is_older = self
            .report
            .is_some_and(|known| report.version < known.version);
        // A last word cannot be overtaken; the one of `/checkout` may come without a version.
        !self.state.is_final() && (!is_older || report.status.is_final())
    }

    pub(super) fn reported(&mut self, report: Report) -> Effects {
        if !self.is_news(report) {
            return Effects::NOTHING;
        }
        let is_new = self.report != Some(report);
        self.report = Some(report);
        self.retries = 0;
        self.has_spare = false;
        let (state, note) = match report.status {
            Status::Paid => (State::Paid, Note::Paid),
            Status::Closed => (State::Closed, Note::Closed),
            Status::Refunded => (State::Closed, Note::Refunded),
            Status::Created | Status::Redirected => {
                if self.state == State::Idle {
                    self.note = Note::NotPaid;
                }
                return if is_new {
                    Effects::ANNOUNCE_STATUS
                } else {
                    Effects::NOTHING
                };
            }
        };
        let effects = self.release();
        self.enter(state, note);
        self.has_token = false;
        effects | Effects::HUSH | Effects::FORGET | Effects::TELL_FINAL | Effects::ANNOUNCE_STATUS
    }

    pub(super) fn denied(&mut self) -> Effects {
        if self.state.is_final() {
            return Effects::NOTHING;
        }
        let mut effects = Effects::HUSH;
        if self.state == State::Confirming && self.report.is_none() && self.work == Work::None {
            effects |= self.rest(Note::None);
        }
        // A made-up token in the fragment must not cost the shopper the good one.
        self.has_token = std::mem::take(&mut self.has_spare);
        effects |= if self.has_token {
            Effects::TAKE_SPARE | Effects::SAVE
        } else {
            Effects::FORGET
        };
        effects | self.listen()
    }
}
