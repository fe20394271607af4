//! What judging a notification needs to know of an order, read in one go: each statement costs a
//! way out of wasm and, in an object that has just been woken, a preparation of its own; Alipay waits.

use super::schema::version;
use super::state::{Facts, Order};
use super::store::Store;
use super::trail::Head;
use worker::{Error, Result, SqlStorageValue as Value};

/// Answers nothing where the tables are of another version.
const SQL: &str = "SELECT doc, alarm_ms, \
     (SELECT facts FROM notification WHERE notify_id = ?1 ORDER BY seq LIMIT 1), \
     (SELECT seq || ' ' || hash FROM audit ORDER BY seq DESC LIMIT 1) FROM state WHERE version = ?2";

/// An order as a notification finds it.
#[derive(Debug)]
pub(super) struct Known {
    /// The registered order.
    pub(super) order: Option<Order>,
    /// What the first notification with the same `notify_id` said.
    pub(super) earlier: Option<Facts>,
    /// When the alarm comes, as it was noted, Unix milliseconds.
    pub(super) alarm_ms: Option<u64>,
}

impl Store {
    /// Reads it all. Whether the tables are of the present version is read with it: they nearly always are.
    ///
    /// # Errors
    ///
    /// When the database fails or a row cannot be read.
    pub(super) fn known(&self, notify_id: &str) -> Result<Known> {
        if !self.is_open.get() {
            // Where there are no tables, or older ones, this is refused or answers nothing.
            match self.read_known(notify_id) {
                Ok(Some(known)) => {
                    self.is_open.set(true);
                    return Ok(known);
                }
                Ok(None) | Err(_) => self.opened()?,
            };
        }
        self.read_known(notify_id)?.ok_or_else(unread)
    }

    fn read_known(&self, notify_id: &str) -> Result<Option<Known>> {
        let Some(row) = self.row_of(SQL, vec![notify_id.into(), version()?])? else {
            return Ok(None);
        };
        let [order, alarm, earlier, head] = <[Value; 4]>::try_from(row).map_err(|_| unread())?;
        let head = text(head)?;
        let head = head.map_or_else(|| Some(Head::begin()), |head| Head::parse(&head));
        *self.head.borrow_mut() = Some(head.ok_or_else(unread)?);
        Ok(Some(Known {
            order: text(order)?
                .map(|doc| serde_json::from_str(&doc))
                .transpose()?,
            earlier: text(earlier)?
                .map(|facts| serde_json::from_str(&facts))
                .transpose()?,
            alarm_ms: match alarm {
                Value::Integer(alarm) => Some(u64::try_from(alarm).map_err(|_| unread())?),
                _ => None,
            },
        }))
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

/// How long until the alarm that is to be set, if one is.
///
/// Setting it is a write of its own, so it is left alone where it comes early enough; one that ought to
/// have come already is set again, in case it was lost.
pub(super) fn wait_ms(before_ms: Option<u64>, added_ms: Option<u64>, now: u64) -> Option<u64> {
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
