//! Which words and which look belong to a state, in keys. `js/view.js` shows them.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen::prelude::wasm_bindgen;

/// The state a page sees, as the attribute `state`.
#[cfg_attr(test, derive(Hash))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum State {
    #[default]
    Idle,
    Creating,
    Redirecting,
    Away,
    Confirming,
    Paid,
    Pending,
    Closed,
    Failed,
    /// Alipay does not open in the app that shows this page.
    Blocked,
}

impl State {
    /// The attribute's value.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Creating => "creating",
            Self::Redirecting => "redirecting",
            Self::Away => "away",
            Self::Confirming => "confirming",
            Self::Paid => "paid",
            Self::Pending => "pending",
            Self::Closed => "closed",
            Self::Failed => "failed",
            Self::Blocked => "blocked",
        }
    }

    /// Whether a click does something.
    pub(crate) const fn is_open(self) -> bool {
        matches!(
            self,
            Self::Idle | Self::Pending | Self::Failed | Self::Blocked
        )
    }

    /// Whether the edge has said its last word.
    pub(crate) const fn is_final(self) -> bool {
        matches!(self, Self::Paid | Self::Closed)
    }

    const fn mode(self) -> &'static str {
        if self.is_open() {
            "open"
        } else if self.is_final() {
            "done"
        } else {
            "busy"
        }
    }

    /// Key of the button's words in `lang/*.json`.
    const fn label(self) -> &'static str {
        match self {
            Self::Idle => "pay",
            Self::Creating | Self::Redirecting | Self::Away => "opening",
            Self::Confirming => "checking",
            Self::Paid => "paid",
            Self::Pending => "again",
            Self::Closed => "closed",
            Self::Failed => "retry",
            Self::Blocked => "blocked",
        }
    }

    /// What is shown below the status line; empty for nothing.
    const fn panel(self) -> &'static str {
        match self {
            Self::Pending | Self::Failed => "help",
            Self::Blocked => "guide",
            _ => "",
        }
    }
}

/// The line below the button.
#[cfg_attr(test, derive(Hash))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Note {
    #[default]
    None,
    Blocked,
    Busy,
    Changed,
    Closed,
    Confirming,
    Elsewhere,
    Expired,
    Failed,
    NewTab,
    NotPaid,
    Offline,
    Paid,
    Pending,
    Qr,
    Refunded,
    Shop,
    Unreachable,
}

impl Note {
    /// Key of the words in `lang/*.json`; empty for no words.
    const fn key(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Blocked => "note_blocked",
            Self::Busy => "note_busy",
            Self::Changed => "note_changed",
            Self::Closed => "note_closed",
            Self::Confirming => "note_confirming",
            Self::Elsewhere => "note_elsewhere",
            Self::Expired => "note_expired",
            Self::Failed => "note_failed",
            Self::NewTab => "note_new_tab",
            Self::NotPaid => "note_not_paid",
            Self::Offline => "note_offline",
            Self::Paid => "note_paid",
            Self::Pending => "note_pending",
            Self::Qr => "note_qr",
            Self::Refunded => "note_refunded",
            Self::Shop => "note_shop",
            Self::Unreachable => "note_unreachable",
        }
    }
}

/// What is to be seen, in keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct View {
    pub(crate) state: &'static str,
    /// `open`: takes clicks; `busy`: something goes on; `done`: nothing more will.
    pub(crate) mode: &'static str,
    pub(crate) label: &'static str,
    pub(crate) note: &'static str,
    /// `help`, `guide`, `qr`, or empty.
    pub(crate) panel: &'static str,
}

impl View {
    pub(crate) const fn new(state: State, note: Note) -> Self {
        let (label, panel) = match note {
            // Shares the state of a closed order, but the shopper's money went another way.
            Note::Refunded => ("refunded", ""),
            Note::Qr => ("checking", "qr"),
            Note::NewTab => ("checking", ""),
            _ => (state.label(), state.panel()),
        };
        Self {
            state: state.name(),
            mode: state.mode(),
            label,
            note: note.key(),
            panel,
        }
    }
}

/// What the shell and the server paint before there is any state: the build reads it from the
/// declarations that wasm-bindgen writes, so that it is said here only.
#[cfg(target_arch = "wasm32")]
mod first_paint {
    use super::{Note, State, View, wasm_bindgen};

    #[wasm_bindgen(typescript_custom_section)]
    const STATE: &'static str = View::new(State::Idle, Note::None).state;
    #[wasm_bindgen(typescript_custom_section)]
    const LABEL: &'static str = View::new(State::Idle, Note::None).label;
}

#[cfg(test)]
mod tests {
    use super::{Note, State, View};

    const STATES: [State; 10] = [
        State::Idle,
        State::Creating,
        State::Redirecting,
        State::Away,
        State::Confirming,
        State::Paid,
        State::Pending,
        State::Closed,
        State::Failed,
        State::Blocked,
    ];
    const NOTES: [Note; 18] = [
        Note::None,
        Note::Blocked,
        Note::Busy,
        Note::Changed,
        Note::Closed,
        Note::Confirming,
        Note::Elsewhere,
        Note::Expired,
        Note::Failed,
        Note::NewTab,
        Note::NotPaid,
        Note::Offline,
        Note::Paid,
        Note::Pending,
        Note::Qr,
        Note::Refunded,
        Note::Shop,
        Note::Unreachable,
    ];

    #[test]
    fn every_key_has_words() {
        let text = include_str!("../lang/en.json");
        for state in STATES {
            for note in NOTES {
                let view = View::new(state, note);
                for key in [view.label, view.note] {
                    let entry = format!("\"{key}\": \"");
                    assert!(key.is_empty() || text.contains(&entry), "{key}");
                }
            }
        }
    }

    #[test]
    fn states_have_the_contracts_names() {
        let names = STATES.map(State::name).join(" | ");
        let contract = include_str!("../../docs/contracts.md");
        assert!(
            contract.contains(&format!("`state` = `{names}`")),
            "{names}"
        );
    }

    #[test]
    fn only_a_waiting_button_takes_clicks() {
        let modes = STATES.map(|state| View::new(state, Note::None).mode);
        assert_eq!(
            modes,
            [
                "open", "busy", "busy", "busy", "busy", "done", "open", "done", "open", "open"
            ]
        );
    }

    #[test]
    fn help_is_offered_where_it_went_wrong_or_is_unknown() {
        let panels = STATES.map(|state| View::new(state, Note::None).panel);
        assert_eq!(
            panels,
            ["", "", "", "", "", "", "help", "", "help", "guide"]
        );
        assert_eq!(View::new(State::Away, Note::Qr).panel, "qr");
    }
}
