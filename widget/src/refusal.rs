//! Why no payment could be started: which words the shopper gets for which code.

use crate::view::Note;

/// A reason, as far as it decides what happens next; the code of the edge stays with the element.
#[cfg_attr(test, derive(Hash))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// An answer that is not the edge's.
    BadAnswer,
    /// The edge said no; the words for its code.
    Edge(Note),
    Offline,
    /// The attribute is missing, or names no order.
    OrderTokenMissing,
    /// The edge named a host that is neither Alipay's nor on the page's list.
    PayUrlRefused,
    /// The edge was too slow.
    Timeout,
    /// No answer at all.
    Unreachable,
}

impl Refusal {
    /// The code that a page gets; `None` where it is the edge's own.
    pub(crate) fn code(self) -> Option<&'static str> {
        Some(match self {
            Self::Edge(_) => return None,
            Self::BadAnswer => "bad_answer",
            Self::Offline => "offline",
            Self::OrderTokenMissing => "order_token_missing",
            Self::PayUrlRefused => "pay_url_refused",
            Self::Timeout => "timeout",
            Self::Unreachable => "unreachable",
        })
    }

    /// The words for it.
    pub(crate) fn note(self) -> Note {
        match self {
            Self::Edge(note) => note,
            Self::BadAnswer => Note::Failed,
            Self::Offline => Note::Offline,
            Self::OrderTokenMissing | Self::PayUrlRefused => Note::Shop,
            Self::Timeout | Self::Unreachable => Note::Unreachable,
        }
    }
}

/// The words for a code of the edge (`docs/openapi.yaml`), by how it begins, the first that fits.
///
/// Whoever reads them can do one of four things: load the page again, wait, try again, or tell the
/// shop; each code is one of these. What is not listed is worth another try.
const NOTES: [(&str, Note); 10] = [
    // Signed for some days only; the page brings a fresh one.
    ("order_token_expired", Note::Expired),
    ("order_token_not", Note::Expired),
    // The cart was changed in another tab under the same number.
    ("order_terms", Note::Changed),
    // Signature, audience, algorithm, form, a claim: the shop's backend signs wrongly.
    ("order_", Note::Shop),
    ("malformed", Note::Shop),
    ("misconfigured", Note::Shop),
    ("too_many", Note::Busy),
    ("unavailable", Note::Unreachable),
    ("pay_unknown", Note::Unreachable),
    // Alipay has refused it, or the shop's account: the same order will not do.
    ("pay_", Note::Shop),
];

/// The words for a code of the edge.
pub(crate) fn note(code: &str) -> Note {
    NOTES
        .iter()
        .find(|(begin, _)| code.as_bytes().starts_with(begin.as_bytes()))
        .map_or(Note::Failed, |(_, note)| *note)
}

#[cfg(test)]
mod tests {
    use super::{Note, note};

    #[test]
    fn codes_of_the_edge_have_the_words_that_help() {
        for (code, expected) in [
            ("order_token_expired", Note::Expired),
            ("order_token_not_yet_valid", Note::Expired),
            ("order_token_signature", Note::Shop),
            ("order_token_audience", Note::Shop),
            ("order_token_algorithm", Note::Shop),
            ("order_token_malformed", Note::Shop),
            ("order_claim", Note::Shop),
            ("order_terms_differ", Note::Changed),
            ("malformed", Note::Shop),
            ("misconfigured", Note::Shop),
            ("too_many", Note::Busy),
            ("unavailable", Note::Unreachable),
            ("pay_unknown", Note::Unreachable),
            ("pay_refused", Note::Shop),
            ("pay_failed", Note::Shop),
            ("media_type", Note::Failed),
            ("", Note::Failed),
        ] {
            assert_eq!(note(code), expected, "{code:?}");
        }
    }
}
