//! What the edge says about an order.

/// The status of an order, in the edge's words.
#[cfg_attr(test, derive(Hash))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Created,
    Redirected,
    Paid,
    Closed,
    Refunded,
}

impl Status {
    /// Reads the edge's word; `None` for a word this version does not know.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "created" => Self::Created,
            "redirected" => Self::Redirected,
            "paid" => Self::Paid,
            "closed" => Self::Closed,
            "refunded" => Self::Refunded,
            _ => return None,
        })
    }

    /// Whether nothing more is to be paid for this order.
    pub(crate) fn is_final(self) -> bool {
        match self {
            Self::Created | Self::Redirected => false,
            Self::Paid | Self::Closed | Self::Refunded => true,
        }
    }
}

/// What counts of an answer of the edge about an order; its texts stay with the element.
#[cfg_attr(test, derive(Hash))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) status: Status,
    /// Only grows. Zero where the edge gives none.
    pub(crate) version: u32,
}

#[cfg(test)]
mod tests {
    use super::Status;

    #[test]
    fn every_word_is_read_back_and_unknown_words_are_not_guessed() {
        for (word, is_final) in [
            ("created", false),
            ("redirected", false),
            ("paid", true),
            ("closed", true),
            ("refunded", true),
        ] {
            let status = Status::parse(word).unwrap();
            assert_eq!(status.is_final(), is_final, "{word}");
        }
        for word in ["", "PAID", "paid ", "success", "failed"] {
            assert_eq!(Status::parse(word), None, "{word:?}");
        }
    }
}
