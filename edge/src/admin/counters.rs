//! What this isolate has counted since it began. An isolate is one of many and lives for minutes or
//! days, so these are for rates and for finding what is new, never for bookkeeping: what must be exact
//! is counted in the index.

use std::cell::RefCell;
use std::collections::BTreeMap;

/// Far more than there are codes; a receiver's status is the only part of a label from outside.
const MAX_LABELS: usize = 256;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Requests to the merchant's side that were not let in.
    AdminRefusals,
    /// Attempts to forward an event.
    Deliveries,
    /// Sources that were refused too often, and held for the rest of a minute.
    Held,
    /// Notifications that were made durable.
    Notifications,
    /// Requests to pay at Antom.
    Payments,
    /// Questions to Alipay.
    Questions,
    /// Attempts to give money back.
    Refunds,
    /// Notifications that were refused.
    Refusals,
}

impl Family {
    /// Every family, with its name, its label, and what it means.
    pub const ALL: [(Self, &'static str, &'static str, &'static str); 8] = [
        (
            Self::AdminRefusals,
            "admin_refusals",
            "code",
            "Admin requests without the right to it",
        ),
        (
            Self::Deliveries,
            "deliveries",
            "result",
            "Attempts to forward an event",
        ),
        (
            Self::Held,
            "held_sources",
            "area",
            "Sources held for being refused too often",
        ),
        (
            Self::Notifications,
            "notifications",
            "outcome",
            "Notifications made durable",
        ),
        (
            Self::Payments,
            "payments",
            "outcome",
            "Requests to pay at Antom",
        ),
        (
            Self::Questions,
            "questions",
            "outcome",
            "Questions to Alipay about a trade",
        ),
        (
            Self::Refunds,
            "refunds",
            "outcome",
            "Attempts to give money back",
        ),
        (Self::Refusals, "refusals", "code", "Notifications refused"),
    ];
}

type Counts = BTreeMap<(Family, String), u64>;

thread_local! {
    static COUNTS: RefCell<Counts> = const { RefCell::new(BTreeMap::new()) };
}

/// Counts one.
pub fn count(family: Family, label: &str) {
    COUNTS.with(|counts| {
        // Nothing borrows it across an await; if something ever did, a lost count is no harm.
        if let Ok(mut counts) = counts.try_borrow_mut() {
            add(&mut counts, family, label);
        }
    });
}

/// What was counted so far, by label.
#[must_use]
pub fn counted(family: Family) -> Vec<(String, u64)> {
    COUNTS.with(|counts| {
        let counts = counts.try_borrow().ok();
        counts.map_or_else(Vec::new, |counts| {
            counts
                .iter()
                .filter(|((one, _), _)| *one == family)
                .map(|((_, label), count)| (label.clone(), *count))
                .collect()
        })
    })
}

fn add(counts: &mut Counts, family: Family, label: &str) {
    let full = counts.len() >= MAX_LABELS;
    let mut key = (family, label.to_owned());
    if full && !counts.contains_key(&key) {
        key.1 = "other".to_owned();
    }
    let count = counts.entry(key).or_default();
    *count = count.saturating_add(1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_counted_apart() {
        for label in ["a", "b", "a"] {
            count(Family::Questions, label);
        }
        count(Family::Refusals, "a");
        let expected = [("a".to_owned(), 2), ("b".to_owned(), 1)];
        assert_eq!(counted(Family::Questions), expected);
    }

    #[test]
    fn labels_are_bounded() {
        let mut counts = Counts::new();
        for label in 0..1_000 {
            add(&mut counts, Family::Deliveries, &format!("status_{label}"));
        }
        assert_eq!(counts.len(), MAX_LABELS + 1);
        let other = (Family::Deliveries, "other".to_owned());
        assert_eq!(counts.get(&other), Some(&744));
    }
}
