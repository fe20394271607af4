//! Which words and which look belong to a state. `js/view.js` writes them into the page.

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
}

impl State {
    /// The attribute's value.
    pub(crate) fn name(self) -> &'static str {
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
        }
    }

    /// Whether a click does something.
    pub(crate) fn is_open(self) -> bool {
        matches!(self, Self::Idle | Self::Pending | Self::Failed)
    }

    /// Whether the edge has said its last word.
    pub(crate) fn is_final(self) -> bool {
        matches!(self, Self::Paid | Self::Closed)
    }

    fn mode(self) -> &'static str {
        if self.is_open() {
            "open"
        } else if self.is_final() {
            "done"
        } else {
            "busy"
        }
    }

    /// Key of the button's words in `js/texts/*.json`.
    fn label(self) -> &'static str {
        match self {
            Self::Idle => "pay",
            Self::Creating | Self::Redirecting | Self::Away => "opening",
            Self::Confirming => "checking",
            Self::Paid => "paid",
            Self::Pending => "again",
            Self::Closed => "closed",
            Self::Failed => "retry",
        }
    }
}

/// The line below the button.
#[cfg_attr(test, derive(Hash))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Note {
    #[default]
    None,
    Closed,
    Confirming,
    Expired,
    Failed,
    NotPaid,
    Offline,
    Paid,
    Pending,
    Refunded,
    Unreachable,
}

impl Note {
    /// Key of the words in `js/texts/*.json`; empty for no words.
    fn key(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Closed => "note_closed",
            Self::Confirming => "note_confirming",
            Self::Expired => "note_expired",
            Self::Failed => "note_failed",
            Self::NotPaid => "note_not_paid",
            Self::Offline => "note_offline",
            Self::Paid => "note_paid",
            Self::Pending => "note_pending",
            Self::Refunded => "note_refunded",
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
}

impl View {
    pub(crate) fn new(state: State, note: Note) -> Self {
        // Shares the state of a closed order, but the shopper's money went another way.
        let label = match note {
            Note::Refunded => "refunded",
            _ => state.label(),
        };
        Self {
            state: state.name(),
            mode: state.mode(),
            label,
            note: note.key(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Note, State, View};

    const STATES: [State; 9] = [
        State::Idle,
        State::Creating,
        State::Redirecting,
        State::Away,
        State::Confirming,
        State::Paid,
        State::Pending,
        State::Closed,
        State::Failed,
    ];
    const NOTES: [Note; 11] = [
        Note::None,
        Note::Closed,
        Note::Confirming,
        Note::Expired,
        Note::Failed,
        Note::NotPaid,
        Note::Offline,
        Note::Paid,
        Note::Pending,
        Note::Refunded,
        Note::Unreachable,
    ];

    #[test]
    fn every_language_has_words_for_every_key() {
        for (language, text) in [
            ("en", include_str!("../js/texts/en.json")),
            ("zh", include_str!("../js/texts/zh.json")),
        ] {
            for state in STATES {
                for note in NOTES {
                    let view = View::new(state, note);
                    for key in [view.label, view.note] {
                        let entry = format!("\"{key}\": \"");
                        assert!(key.is_empty() || text.contains(&entry), "{language}: {key}");
                    }
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
                "open", "busy", "busy", "busy", "busy", "done", "open", "done", "open"
            ]
        );
    }
}
