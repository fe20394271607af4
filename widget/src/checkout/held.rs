//! What the machine holds, for whoever runs its effects.

use super::{Checkout, Refusal};
use crate::status::Report;
use crate::view::{Note, State, View};

impl Checkout {
    /// What is to be seen now.
    pub(crate) fn view(&self) -> View {
        let waits = self.state.is_open() || self.state == State::Confirming;
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

    /// The status token to listen with.
    pub(crate) fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    /// What the edge has said last.
    pub(crate) fn report(&self) -> Option<&Report> {
        self.report.as_ref()
    }

    /// Why the last attempt to start a payment failed.
    pub(crate) fn refusal(&self) -> Option<&Refusal> {
        self.refusal.as_ref()
    }

    /// Where the shopper pays; empty before that is known.
    pub(crate) fn pay_url(&self) -> &str {
        &self.pay_url
    }
}
