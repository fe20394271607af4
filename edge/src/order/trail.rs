//! An order's audit trail, what is due, and how long evidence is kept, in its database. What holds
//! for [`Store`] holds here.

use super::audit::{BEGIN, Broken, Head, Line, verify};
use super::rpc::Accepted;
use super::store::{Store, integer};
use js_sys::JsString;
use serde::Deserialize;
use worker::{Result, SqlStorageValue as Value};

/// How long a change may wait before the index across orders hears of it: changes that come
/// together are told together.
pub(super) const INDEX_DELAY_MS: u64 = 1_000;

/// A notification came: the act of its line.
const NOTIFIED: &str = "notified";

/// Every line of the trail, wherever it stands.
macro_rules! lines {
    () => {
        "(SELECT seq, at_ms, who, act, detail, hash FROM audit UNION ALL \
         SELECT seq, received_ms, '', 'notified', line, hash FROM notification WHERE hash IS NOT NULL) AS line"
    };
}
pub(super) use lines;

/// So many lines that say the same are written for what anybody may send again: Alipay repeats a notification
/// eight times, but whoever has captured one as often as he likes. What comes after them changes nothing, and
/// the log alone tells of it.
const MOST_ALIKE: u64 = 100;

/// Lines read at once.
const PAGE: u64 = 500;

/// Besides deliveries and questions, what an order has to do.
#[derive(Clone, Copy, Debug)]
pub struct Chores {
    /// There is an index to tell.
    pub index: bool,
    /// How long raw notifications are kept.
    pub retention_ms: u64,
}

impl Chores {
    /// The parameters of [`DUE`].
    fn bindings(self) -> Result<Vec<Value>> {
        Ok(vec![
            integer(self.retention_ms)?,
            integer(INDEX_DELAY_MS)?,
            integer(self.index.into())?,
        ])
    }

    /// When there is something to do because a notification came at `now`, which was `kept`.
    pub(super) fn after(self, kept: bool, now: u64) -> Option<u64> {
        let purge = kept.then(|| now.saturating_add(self.retention_ms));
        let tell = self.index.then(|| now.saturating_add(INDEX_DELAY_MS));
        purge.into_iter().chain(tell).min()
    }
}

/// When the first delivery, question or chore is due. The index is told at once when its last
/// hearing was long ago, later when it is failing. The runtime takes at most five in a row.
const DUE: &str = concat!(
    "SELECT min(due_ms) AS due_ms FROM ( \
     SELECT due_ms FROM delivery WHERE state = 'waiting' UNION ALL \
     SELECT question_ms FROM state UNION ALL \
     SELECT min(due_ms) FROM (SELECT due_ms FROM refund UNION ALL \
     SELECT parked_ms FROM notification) UNION ALL \
     SELECT min(received_ms) + ?1 FROM notification WHERE raw <> '' UNION ALL \
     SELECT max(min(at_ms) + ?2, retry_ms) FROM ",
    lines!(),
    ", state WHERE ?3 AND line.seq > told_seq)"
);

/// What the line of a notification says.
fn said(verdict: &str, opened: &str) -> String {
    format!("{verdict} {opened}").trim_end().to_owned()
}

impl Store {
    /// Adds a line to the audit trail for what the Worker did by itself. `detail` holds codes,
    /// numbers and ids of ours only.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn audit(&self, act: &str, detail: &str, now_ms: u64) -> Result<()> {
        self.audit_by("", act, detail, now_ms)
    }

    /// Adds a line for what `by`, the name of an admin token, asked for.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn audit_by(&self, by: &str, act: &str, detail: &str, now_ms: u64) -> Result<()> {
        self.audit_line(by, act, detail, now_ms, None)
    }

    /// Adds a line; `took_ms` is measured, and no part of what the chain proves.
    pub(super) fn audit_line(
        &self,
        by: &str,
        act: &str,
        detail: &str,
        now_ms: u64,
        took_ms: Option<u64>,
    ) -> Result<()> {
        let line = self.next_line(by, act, detail, now_ms)?;
        self.run(
            "INSERT INTO audit (seq, at_ms, who, act, detail, hash, took_ms) VALUES (?, ?, ?, ?, ?, ?, ?)",
            vec![
                integer(line.seq)?,
                integer(now_ms)?,
                by.into(),
                act.into(),
                detail.into(),
                line.hash.as_str().into(),
                took_ms.map(integer).transpose()?.into(),
            ],
        )?;
        self.written(line);
        Ok(())
    }

    /// Keeps a notification, with the verdict on it and the bytes that prove it, and the line of the trail
    /// that says so: one row, as most notifications change nothing else. `opened` names the key that
    /// verified it, where it is not the present one.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(super) fn keep(
        &self,
        note: &Accepted,
        body: &JsString,
        verdict: &str,
        opened: &str,
        now_ms: u64,
    ) -> Result<()> {
        let line = self.next_line("", NOTIFIED, &said(verdict, opened), now_ms)?;
        self.run_with(
            "INSERT INTO notification (seq, notify_id, received_ms, verdict, line, hash, facts, evidence, raw) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            vec![
                integer(line.seq)?,
                note.facts.notify_id.as_str().into(),
                integer(now_ms)?,
                verdict.into(),
                line.detail.as_str().into(),
                line.hash.as_str().into(),
                serde_json::to_string(&note.facts)?.into(),
                note.evidence.as_str().into(),
            ],
            body,
        )?;
        self.written(line);
        Ok(())
    }

    /// Adds a line for a notification that came before.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn repeated(&self, verdict: &str, opened: &str, now_ms: u64) -> Result<()> {
        self.audit(NOTIFIED, &said(verdict, opened), now_ms)
    }

    /// Whether there is room for a line for a notification that came before.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(super) fn has_room_for_repeat(&self, verdict: &str, opened: &str) -> Result<bool> {
        self.has_room(NOTIFIED, &said(verdict, opened))
    }

    /// Whether there is room for one more line that says the same.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(super) fn has_room(&self, act: &str, detail: &str) -> Result<bool> {
        #[derive(Deserialize)]
        struct Row {
            alike: u64,
        }
        let row: Option<Row> = self.first(
            "SELECT count(*) AS alike FROM audit WHERE act = ? AND detail = ?",
            vec![act.into(), detail.into()],
        )?;
        Ok(row.is_none_or(|row| row.alike < MOST_ALIKE))
    }

    fn next_line(&self, by: &str, act: &str, detail: &str, now_ms: u64) -> Result<Line> {
        Ok(self.head()?.next(by, act, detail, now_ms))
    }

    fn written(&self, Line { seq, hash, .. }: Line) {
        *self.head.borrow_mut() = Some(Head { seq, hash });
    }

    /// The last line of the trail.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn head(&self) -> Result<Head> {
        if let Some(head) = self.head.borrow().as_ref() {
            return Ok(head.clone());
        }
        let head: Option<Head> = self.first(
            concat!(
                "SELECT seq, hash FROM ",
                lines!(),
                " ORDER BY seq DESC LIMIT 1"
            ),
            vec![],
        )?;
        let head = head.unwrap_or_else(Head::begin);
        *self.head.borrow_mut() = Some(head.clone());
        Ok(head)
    }

    /// At most `limit` lines after the line number `after`, oldest first.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn trail(&self, after: u64, limit: u64) -> Result<Vec<Line>> {
        self.all(
            concat!(
                "SELECT seq, at_ms, who AS \"by\", act, detail, hash FROM ",
                lines!(),
                " WHERE seq > ? ORDER BY seq LIMIT ?"
            ),
            vec![integer(after)?, integer(limit)?],
        )
    }

    /// Whether the whole chain holds.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn verify_trail(&self) -> Result<std::result::Result<(), Broken>> {
        let mut head = Head::begin();
        loop {
            let lines = self.trail(head.seq, PAGE)?;
            let Some(last) = lines.last() else {
                return Ok(Ok(()));
            };
            if let Err(broken) = verify(head.seq, &head.hash, &lines) {
                return Ok(Err(broken));
            }
            (head.seq, head.hash) = (last.seq, last.hash.clone());
        }
    }

    /// Chains the lines of a trail from before there was a chain.
    pub(super) fn chain_all(&self) -> Result<()> {
        let (mut seq, mut before) = (0, BEGIN.to_owned());
        loop {
            let lines = self.trail(seq, PAGE)?;
            if lines.is_empty() {
                return Ok(());
            }
            for line in lines {
                seq = line.seq;
                before = line.seal(&before);
                self.run(
                    "UPDATE audit SET hash = ? WHERE seq = ?",
                    vec![before.as_str().into(), integer(seq)?],
                )?;
            }
        }
    }

    /// When the next delivery, question or chore is due.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn next_due_ms(&self, chores: Chores) -> Result<Option<u64>> {
        #[derive(Deserialize)]
        struct Row {
            due_ms: Option<u64>,
        }
        let row: Option<Row> = self.first(DUE, chores.bindings()?)?;
        Ok(row.and_then(|row| row.due_ms))
    }

    /// Forgets the raw bodies of notifications received before `before_ms`. Their digests and what
    /// they said stay, so that a repeat is still known. Answers how many.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn purge_raw(&self, before_ms: u64) -> Result<u64> {
        #[derive(Deserialize)]
        struct Row {
            purged: u64,
        }
        let before = || integer(before_ms).map(|value| vec![value]);
        let row: Option<Row> = self.first(
            "SELECT count(*) AS purged FROM notification WHERE raw <> '' AND received_ms <= ?",
            before()?,
        )?;
        let purged = row.map_or(0, |row| row.purged);
        if purged > 0 {
            self.run(
                "UPDATE notification SET raw = '' WHERE raw <> '' AND received_ms <= ?",
                before()?,
            )?;
        }
        Ok(purged)
    }
}
