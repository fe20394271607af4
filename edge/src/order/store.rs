//! Where an order is kept: the SQLite database of its Durable Object.
//!
//! Every function is synchronous. Statements that run without an `await` between them are
//! committed together; a caller that writes more than once does so in [`Store::whole`], so that a
//! failure between leaves nothing behind.

use super::audit::Head;
use super::known::Remembered;
use super::state::{Facts, Order, Reason};
use super::statements::{Row, Statements};
use super::whole::Whole;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::cell::{Cell, RefCell};
use wasm_bindgen::{JsCast, JsValue};
use worker::{Error, Result, SqlStorage, SqlStorageValue as Value, Storage};

/// The question to Alipay that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Question {
    /// Times asked so far.
    pub asked: usize,
    /// When it was asked last, Unix milliseconds; 0 when it was not.
    pub asked_ms: u64,
    /// When to ask.
    pub due_ms: u64,
    /// When the ladder would ask: later than `due_ms` where somebody hurries the question along.
    pub ladder_ms: u64,
}

/// A notification that was kept aside.
#[derive(Debug)]
pub struct Aside {
    /// Its row.
    pub seq: i64,
    /// What it says.
    pub facts: Facts,
    /// `sha256:` and hex of its body.
    pub evidence: String,
}

/// The tables of one order.
#[derive(Debug)]
pub struct Store {
    sql: SqlStorage,
    statements: Statements,
    pub(super) storage: Whole,
    /// The tables are known to be of the present version.
    pub(super) is_open: Cell<bool>,
    /// The number and hash of the last audit line, once read. Nobody else writes, and what is taken
    /// back is forgotten here too.
    pub(super) head: RefCell<Option<Head>>,
    /// As the head, and written only after the database has it.
    pub(super) remembered: RefCell<Option<Remembered>>,
}

impl Store {
    /// The tables of an object, which may be of an older version or not there yet: [`Store::opened`].
    #[must_use]
    pub fn of(storage: &Storage) -> Self {
        Self {
            sql: storage.sql(),
            statements: Statements::of(&storage.sql()),
            storage: storage.as_raw().unchecked_ref::<Whole>().clone(),
            is_open: Cell::new(false),
            head: RefCell::new(None),
            remembered: RefCell::new(None),
        }
    }

    /// The tables, brought up to date once in the life of this instance.
    ///
    /// # Errors
    ///
    /// When the database refuses a statement.
    pub fn opened(&self) -> Result<&Self> {
        if !self.is_open.get() {
            self.bring_up()?;
            self.is_open.set(true);
        }
        Ok(self)
    }

    pub(super) fn run(&self, sql: &'static str, bindings: Vec<Value>) -> Result<()> {
        self.statements.run(sql, bindings).map(|_| ())
    }

    /// As [`Store::run`], with a last binding that the runtime has already.
    pub(super) fn run_with(
        &self,
        sql: &'static str,
        bindings: Vec<Value>,
        last: &JsValue,
    ) -> Result<()> {
        let bound = bindings.into_iter().map(JsValue::from);
        let bound = bound.chain([last.clone()]).collect();
        self.statements.run_bound(sql, &bound).map(|_| ())
    }

    pub(super) fn all<T: DeserializeOwned>(
        &self,
        sql: &str,
        bindings: Vec<Value>,
    ) -> Result<Vec<T>> {
        self.sql.exec(sql, bindings)?.to_array()
    }

    pub(super) fn first<T: DeserializeOwned>(
        &self,
        sql: &str,
        bindings: Vec<Value>,
    ) -> Result<Option<T>> {
        Ok(self.all(sql, bindings)?.into_iter().next())
    }

    /// The row of a statement that answers one.
    pub(super) fn row_of(&self, sql: &'static str, bindings: Vec<Value>) -> Result<Row> {
        Ok(self.statements.run(sql, bindings)?.one()?)
    }

    /// The registered order.
    ///
    /// # Errors
    ///
    /// When the database fails or the row cannot be read.
    pub fn order(&self) -> Result<Option<Order>> {
        #[derive(Deserialize)]
        struct Row {
            doc: String,
        }
        let sql = "SELECT doc FROM state WHERE doc IS NOT NULL";
        let row: Option<Row> = self.first(sql, vec![])?;
        row.map(|row| serde_json::from_str(&row.doc).map_err(Error::from))
            .transpose()
    }

    /// Writes the order.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn save(&self, order: &Order) -> Result<()> {
        let doc = serde_json::to_string(order)?;
        self.run("UPDATE state SET doc = ?", vec![doc.into()])?;
        self.remember(|remembered| remembered.order = Some(order.clone()));
        Ok(())
    }

    /// Writes an order that is final: nothing is asked about it any more, and the merchant is to hear of it
    /// at once.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn save_final(&self, order: &Order, now_ms: u64) -> Result<()> {
        let doc = serde_json::to_string(order)?;
        self.run(
            "UPDATE state SET doc = ?, question_ms = NULL, alarm_ms = ?",
            vec![doc.into(), integer(now_ms)?],
        )?;
        self.remember(|remembered| {
            remembered.order = Some(order.clone());
            remembered.alarm_ms = Some(now_ms);
        });
        Ok(())
    }

    /// Notes when the alarm comes, Unix milliseconds. To be called with nothing awaited between this and setting it.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn note_alarm(&self, alarm_ms: Option<u64>) -> Result<()> {
        self.run(
            "UPDATE state SET alarm_ms = ?1 WHERE alarm_ms IS NOT ?1",
            vec![alarm_ms.map(integer).transpose()?.into()],
        )?;
        self.remember(|remembered| remembered.alarm_ms = alarm_ms);
        Ok(())
    }

    /// The notifications that came before the order was registered, oldest first.
    ///
    /// # Errors
    ///
    /// When the database fails or a row cannot be read.
    pub fn unjudged(&self) -> Result<Vec<Aside>> {
        #[derive(Deserialize)]
        struct Row {
            seq: i64,
            facts: String,
            evidence: String,
        }
        let rows: Vec<Row> = self.all(
            "SELECT seq, facts, evidence FROM notification WHERE verdict = ? ORDER BY seq",
            vec![Reason::NotRegistered.code().into()],
        )?;
        rows.into_iter()
            .map(|row| {
                let facts = serde_json::from_str(&row.facts)?;
                Ok(Aside {
                    seq: row.seq,
                    facts,
                    evidence: row.evidence,
                })
            })
            .collect()
    }

    /// Changes the verdict on a notification that was kept aside.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn judge(&self, seq: i64, verdict: &str) -> Result<()> {
        let bindings = vec![verdict.into(), seq.into()];
        self.run(
            "UPDATE notification SET verdict = ? WHERE seq = ?",
            bindings,
        )
    }

    /// The question that waits, if one does.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn question(&self) -> Result<Option<Question>> {
        self.first(
            "SELECT asked, asked_ms, question_ms AS due_ms, ladder_ms FROM state \
             WHERE question_ms IS NOT NULL",
            vec![],
        )
    }

    /// Sets the question, or takes it away.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn set_question(&self, question: Option<Question>) -> Result<()> {
        let Some(question) = question else {
            return self.run("UPDATE state SET question_ms = NULL", vec![]);
        };
        self.run(
            "UPDATE state SET asked = ?, asked_ms = ?, question_ms = ?, ladder_ms = ?",
            vec![
                integer(u64::try_from(question.asked).unwrap_or(u64::MAX))?,
                integer(question.asked_ms)?,
                integer(question.due_ms)?,
                integer(question.ladder_ms)?,
            ],
        )
    }
}

/// A number that JavaScript holds exactly.
///
/// # Errors
///
/// When it is larger than any that we write.
pub fn integer(value: u64) -> Result<Value> {
    let value = i64::try_from(value).map_err(|_| Error::from("number out of range"))?;
    Value::try_from_i64(value)
}
