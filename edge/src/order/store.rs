//! Where an order is kept: the SQLite database of its Durable Object.
//!
//! Every function is synchronous. Statements that run without an `await` between them are
//! committed together; a caller that writes more than once does so in [`Store::whole`], so that a
//! failure between leaves nothing behind.

use super::state::{Facts, Order, Reason};
use super::statements::Statements;
use super::trail::Head;
use super::whole::Whole;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use wasm_bindgen::JsCast;
use worker::{Error, Result, SqlStorage, SqlStorageValue as Value, Storage};

/// One statement list per schema version, oldest first; never edited once released.
const MIGRATIONS: [&str; 6] = [
    "
    CREATE TABLE registered (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        doc TEXT NOT NULL
    );
    CREATE TABLE notification (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        notify_id TEXT NOT NULL,
        received_ms INTEGER NOT NULL,
        verdict TEXT NOT NULL,
        facts TEXT NOT NULL,
        evidence TEXT NOT NULL,
        raw TEXT NOT NULL
    );
    CREATE INDEX notification_by_id ON notification (notify_id, seq);
    CREATE TABLE event (
        id TEXT PRIMARY KEY,
        body TEXT NOT NULL
    );
    CREATE TABLE delivery (
        event TEXT NOT NULL,
        endpoint TEXT NOT NULL,
        begun_ms INTEGER NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        due_ms INTEGER,
        state TEXT NOT NULL DEFAULT 'waiting',
        last TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (event, endpoint)
    );
    CREATE TABLE question (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        asked INTEGER NOT NULL DEFAULT 0,
        asked_ms INTEGER NOT NULL DEFAULT 0,
        due_ms INTEGER NOT NULL
    );
    CREATE TABLE audit (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        at_ms INTEGER NOT NULL,
        act TEXT NOT NULL,
        detail TEXT NOT NULL
    );
",
    // Who did it, and the chain; what the index across orders has been told.
    "
    ALTER TABLE audit ADD COLUMN who TEXT NOT NULL DEFAULT '';
    ALTER TABLE audit ADD COLUMN hash TEXT NOT NULL DEFAULT '';
    CREATE TABLE indexed (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        seq INTEGER NOT NULL DEFAULT 0,
        used_seq INTEGER NOT NULL DEFAULT 0,
        failures INTEGER NOT NULL DEFAULT 0,
        retry_ms INTEGER NOT NULL DEFAULT 0
    );
    INSERT INTO indexed (one) VALUES (1);
",
    // What is given back. `open`: an attempt may have given the money back, and nobody knows yet;
    // `slot_ms`: when the account lets this one be asked for.
    "
    CREATE TABLE refund (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        out_return_no TEXT NOT NULL UNIQUE,
        amount INTEGER NOT NULL,
        currency TEXT NOT NULL,
        reason TEXT NOT NULL,
        who TEXT NOT NULL,
        requested_ms INTEGER NOT NULL,
        state TEXT NOT NULL DEFAULT 'requested',
        code TEXT NOT NULL DEFAULT '',
        attempts INTEGER NOT NULL DEFAULT 0,
        open INTEGER NOT NULL DEFAULT 0,
        slot_ms INTEGER,
        settled_ms INTEGER,
        due_ms INTEGER
    );
",
    // Notifications that wait for their order, and until when.
    "
    CREATE TABLE parked (
        seq INTEGER PRIMARY KEY,
        out_trade_no TEXT NOT NULL,
        due_ms INTEGER NOT NULL
    );
",
    // How long the attempt took that a line of the trail tells of; where nothing was sent, nothing.
    "
    CREATE TABLE latency (
        seq INTEGER PRIMARY KEY,
        took_ms INTEGER NOT NULL
    );
",
    // When the ladder itself would ask, whoever hurries the question along.
    "
    ALTER TABLE question ADD COLUMN ladder_ms INTEGER NOT NULL DEFAULT 0;
    UPDATE question SET ladder_ms = due_ms;
",
];

/// The first version whose trail is chained. Later ones never chain anew: that would hide what was
/// tampered with before.
const CHAINED: usize = 2;

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
    /// The number and hash of the last audit line, once read. Nobody else writes, and what is taken
    /// back is forgotten here too.
    pub(super) head: RefCell<Option<Head>>,
}

impl Store {
    /// Opens the tables, bringing an older schema up to date.
    ///
    /// # Errors
    ///
    /// When the database refuses a statement.
    pub fn open(storage: &Storage) -> Result<Self> {
        let store = Self {
            sql: storage.sql(),
            statements: Statements::of(&storage.sql()),
            storage: storage.as_raw().unchecked_ref::<Whole>().clone(),
            head: RefCell::new(None),
        };
        #[derive(Deserialize)]
        struct Version {
            version: usize,
        }
        let at: Option<Version> = store.first(
            "CREATE TABLE IF NOT EXISTS schema (version INTEGER NOT NULL); \
             SELECT version FROM schema",
            vec![],
        )?;
        let at = at.map_or(0, |row| row.version);
        if at < MIGRATIONS.len() {
            // Half a schema could never be brought up to date.
            store.whole(|| store.migrate(at))?;
        }
        Ok(store)
    }

    fn migrate(&self, at: usize) -> Result<()> {
        for migration in MIGRATIONS.iter().skip(at) {
            self.run(migration, vec![])?;
        }
        self.run("DELETE FROM schema", vec![])?;
        let version = integer(u64::try_from(MIGRATIONS.len()).unwrap_or_default())?;
        self.run("INSERT INTO schema (version) VALUES (?)", vec![version])?;
        if at < CHAINED {
            self.chain_all()?;
        }
        Ok(())
    }

    pub(super) fn run(&self, sql: &'static str, bindings: Vec<Value>) -> Result<()> {
        self.statements.run(sql, bindings).map(|_| ())
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

    /// The one row of a statement that answers one, column by column.
    pub(super) fn row_of(&self, sql: &'static str, bindings: Vec<Value>) -> Result<Vec<Value>> {
        let row = self.statements.run(sql, bindings)?.row()?;
        row.into_iter().map(Value::try_from).collect()
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
        let row: Option<Row> = self.first("SELECT doc FROM registered WHERE one = 1", vec![])?;
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
        self.run(
            "INSERT INTO registered (one, doc) VALUES (1, ?) \
             ON CONFLICT (one) DO UPDATE SET doc = excluded.doc",
            vec![doc.into()],
        )
    }

    /// Keeps a notification, with the verdict on it and the bytes that prove it.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn keep(&self, note: &super::rpc::Accepted, verdict: &str, now_ms: u64) -> Result<()> {
        self.run(
            "INSERT INTO notification (notify_id, received_ms, verdict, facts, evidence, raw) \
             VALUES (?, ?, ?, ?, ?, ?)",
            vec![
                note.facts.notify_id.as_str().into(),
                integer(now_ms)?,
                verdict.into(),
                serde_json::to_string(&note.facts)?.into(),
                note.evidence.as_str().into(),
                note.raw.as_str().into(),
            ],
        )
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
            "SELECT asked, asked_ms, due_ms, ladder_ms FROM question",
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
            return self.run("DELETE FROM question", vec![]);
        };
        self.run(
            "INSERT OR REPLACE INTO question (one, asked, asked_ms, due_ms, ladder_ms) \
             VALUES (1, ?, ?, ?, ?)",
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
