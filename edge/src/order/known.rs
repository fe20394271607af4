//! What judging a notification needs to know of an order, read in one go: each statement costs a
//! way out of wasm and, in an object that has just been woken, a preparation of its own; Alipay waits.
//! An order that is awake remembers what it has read and written, as nobody else writes.

use super::audit::Head;
use super::rpc::StatusView;
use super::schema::version;
use super::state::{Facts, Order};
use super::store::Store;
use wasm_bindgen::JsValue;
use worker::{Error, Result, SqlStorageValue as Value};

/// Answers nothing where the tables are of another version.
const SQL: &str = "SELECT doc, alarm_ms, \
     (SELECT facts FROM notification WHERE notify_id = ?1 ORDER BY seq LIMIT 1) AS earlier, \
     (SELECT seq || ' ' || hash FROM audit ORDER BY seq DESC LIMIT 1) AS head, \
     (SELECT seq || ' ' || hash FROM notification WHERE hash IS NOT NULL ORDER BY seq DESC LIMIT 1) AS noted \
     FROM state WHERE version = ?2";

/// What an order that is awake does not know.
const EARLIER: &str = "SELECT (SELECT facts FROM notification WHERE notify_id = ?1 \
     ORDER BY seq LIMIT 1) AS earlier";

/// What this instance has read or written last.
#[derive(Clone, Debug)]
pub(super) struct Remembered {
    /// The registered order.
    pub(super) order: Option<Order>,
    /// When the alarm comes, as it was noted, Unix milliseconds.
    pub(super) alarm_ms: Option<u64>,
}

/// An order as a notification finds it.
#[derive(Debug)]
pub(super) struct Known {
    /// The registered order.
    pub(super) order: Option<Order>,
    /// When the alarm comes, as it was noted, Unix milliseconds.
    pub(super) alarm_ms: Option<u64>,
    /// What the first notification with the same `notify_id` said.
    pub(super) earlier: Option<Facts>,
}

impl Store {
    /// Reads what is not remembered. Whether the tables are of the present version is read with it: they nearly
    /// always are.
    ///
    /// # Errors
    ///
    /// When the database fails or a row cannot be read.
    pub(super) fn known(&self, notify_id: &str) -> Result<Known> {
        let remembered = self.remembered.borrow().clone();
        if let Some(Remembered { order, alarm_ms }) = remembered {
            let row = self.row_of(EARLIER, vec![notify_id.into()])?;
            return Ok(Known {
                order,
                alarm_ms,
                earlier: parsed(row.earlier())?,
            });
        }
        if !self.is_open.get() {
            // Where there are no tables, or older ones, this is refused or answers nothing.
            if let Ok(known) = self.read_known(notify_id) {
                self.is_open.set(true);
                return Ok(known);
            }
            self.opened()?;
        }
        self.read_known(notify_id)
    }

    /// Where the order is, if it is registered.
    ///
    /// # Errors
    ///
    /// As [`Store::known`].
    pub(super) fn present(&self) -> Result<Option<StatusView>> {
        if let Some(remembered) = self.remembered.borrow().as_ref() {
            return Ok(remembered.order.as_ref().map(StatusView::from));
        }
        // No notification has this id: it is read with the rest for nothing.
        Ok(self.known("")?.order.as_ref().map(StatusView::from))
    }

    fn read_known(&self, notify_id: &str) -> Result<Known> {
        let row = self.row_of(SQL, vec![notify_id.into(), version()?])?;
        let head = latest(row.head(), row.noted()).ok_or_else(unread)?;
        let known = Known {
            order: parsed(row.doc())?,
            alarm_ms: milliseconds(row.alarm_ms())?,
            earlier: parsed(row.earlier())?,
        };
        *self.head.borrow_mut() = Some(head);
        *self.remembered.borrow_mut() = Some(Remembered {
            order: known.order.clone(),
            alarm_ms: known.alarm_ms,
        });
        Ok(known)
    }

    /// Notes what was written, where the rest is known.
    pub(super) fn remember(&self, write: impl FnOnce(&mut Remembered)) {
        if let Some(remembered) = self.remembered.borrow_mut().as_mut() {
            write(remembered);
        }
    }
}

/// The last line of the trail, of the last in each of its tables; `None` where one cannot be read.
fn latest(head: Option<String>, noted: Option<String>) -> Option<Head> {
    let mut latest = Head::begin();
    for head in head.into_iter().chain(noted) {
        let head = Head::parse(&head)?;
        if head.seq > latest.seq {
            latest = head;
        }
    }
    Some(latest)
}

fn parsed<T: serde::de::DeserializeOwned>(text: Option<String>) -> Result<Option<T>> {
    let parsed = text.map(|text| serde_json::from_str(&text));
    parsed.transpose().map_err(|_| unread())
}

fn milliseconds(value: JsValue) -> Result<Option<u64>> {
    match Value::try_from(value)? {
        Value::Integer(ms) => u64::try_from(ms).map(Some).map_err(|_| unread()),
        _ => Ok(None),
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
