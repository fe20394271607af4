//! What judging a notification needs to know of an order, read in one go: each statement costs a
//! way out of wasm and, in an object that has just been woken, a preparation of its own; Alipay waits.

use super::object::OrderObject;
use super::state::{Facts, Order};
use super::store::Store;
use super::trail::{Chores, Head, due_sql};
use std::time::Duration;
use worker::{Error, Result, SqlStorageValue as Value};

const SQL: &str = concat!(
    "SELECT (SELECT doc FROM registered), ",
    "(SELECT facts FROM notification WHERE notify_id = ?4 ORDER BY seq LIMIT 1), ",
    "(SELECT seq FROM audit ORDER BY seq DESC LIMIT 1), ",
    "(SELECT hash FROM audit ORDER BY seq DESC LIMIT 1), (",
    due_sql!(),
    ")"
);

/// An order as a notification finds it.
#[derive(Debug)]
pub(super) struct Known {
    /// The registered order.
    pub(super) order: Option<Order>,
    /// What the first notification with the same `notify_id` said.
    pub(super) earlier: Option<Facts>,
    /// When the alarm is set for, Unix milliseconds: what was due first before this one.
    pub(super) due_ms: Option<u64>,
}

impl Store {
    /// Reads it all.
    ///
    /// # Errors
    ///
    /// When the database fails or a row cannot be read.
    pub(super) fn known(&self, notify_id: &str, chores: Chores) -> Result<Known> {
        let mut bindings = chores.bindings()?;
        bindings.push(notify_id.into());
        let row = self.row_of(SQL, bindings)?;
        let [order, earlier, seq, hash, due] = <[Value; 5]>::try_from(row).map_err(|_| unread())?;
        let head = match (seq, hash) {
            (Value::Integer(seq), Value::String(hash)) => Head {
                seq: u64::try_from(seq).map_err(|_| unread())?,
                hash,
            },
            _ => Head::begin(),
        };
        *self.head.borrow_mut() = Some(head);
        Ok(Known {
            order: text(order)?
                .map(|doc| serde_json::from_str(&doc))
                .transpose()?,
            earlier: text(earlier)?
                .map(|facts| serde_json::from_str(&facts))
                .transpose()?,
            due_ms: match due {
                Value::Integer(due) => Some(u64::try_from(due).map_err(|_| unread())?),
                _ => None,
            },
        })
    }
}

fn text(value: Value) -> Result<Option<String>> {
    match value {
        Value::String(text) => Ok(Some(text)),
        Value::Null => Ok(None),
        _ => Err(unread()),
    }
}

fn unread() -> Error {
    Error::from("a stored order cannot be read")
}

impl OrderObject {
    /// Sees to it that the alarm comes no later than `added_ms`, where it was set for `before_ms`.
    /// Setting it is a write of its own, so it is left alone where it comes early enough; one that
    /// ought to have come already is set again, in case it was lost.
    pub(super) async fn alarm_by(
        &self,
        before_ms: Option<u64>,
        added_ms: Option<u64>,
        now: u64,
    ) -> Result<()> {
        let Some(wait_ms) = wait_ms(before_ms, added_ms, now) else {
            return Ok(());
        };
        let wait = Duration::from_millis(wait_ms);
        self.state.storage().set_alarm(wait).await
    }
}

/// How long until the alarm that is to be set, if one is.
fn wait_ms(before_ms: Option<u64>, added_ms: Option<u64>, now: u64) -> Option<u64> {
    let first = match (before_ms, added_ms) {
        (Some(before), Some(added)) => before.min(added),
        (one, other) => one.or(other)?,
    };
    let stands = before_ms == Some(first) && first > now;
    (!stands).then(|| first.saturating_sub(now))
}

#[cfg(test)]
mod tests {
    use super::wait_ms;

    #[test]
    fn the_alarm_is_set_only_to_come_earlier_or_again() {
        let cases = [
            ("nothing is due", None, None, None),
            ("the first thing", None, Some(150), Some(50)),
            ("at once", None, Some(100), Some(0)),
            ("an earlier one", Some(500), Some(150), Some(50)),
            ("a later one", Some(150), Some(500), None),
            ("the same", Some(150), Some(150), None),
            ("nothing new", Some(150), None, None),
            ("due now, as the one before", Some(100), Some(100), Some(0)),
            ("overdue, so it may be lost", Some(90), Some(500), Some(0)),
            ("overdue, nothing new", Some(90), None, Some(0)),
        ];
        for (name, before, added, expected) in cases {
            assert_eq!(wait_ms(before, added, 100), expected, "{name}");
        }
    }
}
