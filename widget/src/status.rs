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

    /// The edge's word.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Redirected => "redirected",
            Self::Paid => "paid",
            Self::Closed => "closed",
            Self::Refunded => "refunded",
        }
    }

    /// Whether nothing more is to be paid for this order.
    pub(crate) fn is_final(self) -> bool {
        match self {
            Self::Created | Self::Redirected => false,
            Self::Paid | Self::Closed | Self::Refunded => true,
        }
    }
}

/// One answer of the edge about one order.
#[cfg_attr(test, derive(Hash))]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) out_trade_no: String,
    pub(crate) status: Status,
    pub(crate) trade_no: Option<String>,
    /// Minor units of `currency`; only handed on, never computed with.
    pub(crate) amount: i64,
    pub(crate) currency: String,
    /// Only grows. Zero where the edge gives none: the answer of `/checkout`.
    pub(crate) version: i64,
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
            assert_eq!((status.name(), status.is_final()), (word, is_final));
        }
        for word in ["", "PAID", "paid ", "success", "failed"] {
            assert_eq!(Status::parse(word), None, "{word:?}");
        }
    }
}
