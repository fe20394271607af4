//! What the machine holds, for whoever runs its effects.

use super::{ANSWER_MS, CONFIRM_MS, Checkout, LEAVE_MS, Place, RETRY_MS, Work};
use crate::refusal::Refusal;
use crate::view::{Note, State, View};

impl Checkout {
    /// What is to be seen now.
    pub(crate) fn view(&self) -> View {
        let waits = matches!(
            self.state,
            State::Idle | State::Pending | State::Failed | State::Confirming
        );
        let note = if self.offline && waits {
            Note::Offline
        } else {
            self.note
        };
        View::new(self.state, note)
    }

    pub(crate) fn state(&self) -> State {
        self.state
    }

    /// Where the shopper pays.
    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// Why the last attempt to start a payment failed.
    pub(crate) fn refusal(&self) -> Option<Refusal> {
        self.refusal
    }

    /// How long the present state lasts at most.
    pub(crate) fn patience_ms(&self) -> i32 {
        match (self.state, self.work) {
            (State::Confirming, Work::None) => CONFIRM_MS,
            (State::Redirecting | State::Away, _) => LEAVE_MS,
            _ => ANSWER_MS,
        }
    }

    /// How long to wait before the status stream is opened again.
    pub(crate) fn retry_ms(&self) -> i32 {
        let waited = usize::from(self.retries).saturating_sub(1);
        RETRY_MS.get(waited).copied().unwrap_or_default()
    }
}
