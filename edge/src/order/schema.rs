//! The tables of an order, and how those of older versions become them.
//!
//! The database of an order that was asleep is opened anew, and reads what every table looks like before
//! the first statement: there are few of them and no indexes, as an order has a handful of rows in each.

use super::store::{Store, integer};
use serde::Deserialize;
use worker::{Result, SqlStorageValue as Value};

/// The notifications of the present tables.
macro_rules! notification {
    () => {
        "
    CREATE TABLE notification (
        seq INTEGER PRIMARY KEY,
        notify_id TEXT NOT NULL,
        received_ms INTEGER NOT NULL,
        verdict TEXT NOT NULL,
        parked_ms INTEGER,
        parked_as TEXT,
        line TEXT,
        hash TEXT,
        facts TEXT NOT NULL,
        evidence TEXT NOT NULL,
        raw TEXT NOT NULL
    );
"
    };
}

/// The present tables. A notification is kept with the line of the trail that tells of it (`line`, `hash`), under
/// the number of that line, so that it is one row; those of older versions have theirs in `audit`. Rows are never deleted, so that numbers are never given twice without `AUTOINCREMENT`,
/// which would write one more table each time. Where a column is read without what follows it,
/// long texts stand last.
macro_rules! tables {
    () => {
        concat!(
            "
    CREATE TABLE state (
        version INTEGER NOT NULL,
        alarm_ms INTEGER,
        question_ms INTEGER,
        ladder_ms INTEGER NOT NULL DEFAULT 0,
        asked INTEGER NOT NULL DEFAULT 0,
        asked_ms INTEGER NOT NULL DEFAULT 0,
        told_seq INTEGER NOT NULL DEFAULT 0,
        used_seq INTEGER NOT NULL DEFAULT 0,
        failures INTEGER NOT NULL DEFAULT 0,
        retry_ms INTEGER NOT NULL DEFAULT 0,
        doc TEXT
    );
",
            notification!(),
            "
    CREATE TABLE delivery (
        seq INTEGER PRIMARY KEY,
        event TEXT NOT NULL,
        endpoint TEXT NOT NULL,
        begun_ms INTEGER NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        due_ms INTEGER,
        state TEXT NOT NULL DEFAULT 'waiting',
        last TEXT NOT NULL DEFAULT '',
        body TEXT NOT NULL
    );
    CREATE TABLE audit (
        seq INTEGER PRIMARY KEY,
        at_ms INTEGER NOT NULL,
        who TEXT NOT NULL,
        act TEXT NOT NULL,
        detail TEXT NOT NULL,
        hash TEXT NOT NULL,
        took_ms INTEGER
    );
    CREATE TABLE refund (
        seq INTEGER PRIMARY KEY,
        out_return_no TEXT NOT NULL,
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
"
        )
    };
}

/// One statement list per schema version, oldest first; never edited once released. Those since the seventh make
/// present tables, and come out the same where a later one has done its part already.
const MIGRATIONS: [&str; 8] = [
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
    // Few tables, no indexes. An alarm that ought to have come already is set again: nobody has
    // written down yet when it comes.
    concat!(
        "
    ALTER TABLE notification RENAME TO notification_6;
    ALTER TABLE delivery RENAME TO delivery_6;
    ALTER TABLE audit RENAME TO audit_6;
    ALTER TABLE refund RENAME TO refund_6;
",
        tables!(),
        "
    INSERT INTO state (version, alarm_ms, question_ms, ladder_ms, asked, asked_ms, told_seq, used_seq, failures, retry_ms, doc)
        SELECT 7, 0, due_ms, coalesce(ladder_ms, 0), coalesce(asked, 0), coalesce(asked_ms, 0), seq, used_seq, failures, retry_ms, doc
        FROM indexed LEFT JOIN question USING (one) LEFT JOIN registered USING (one);
    INSERT INTO notification (seq, notify_id, received_ms, verdict, parked_ms, parked_as, facts, evidence, raw)
        SELECT seq, notify_id, received_ms, verdict, due_ms, out_trade_no, facts, evidence, raw
        FROM notification_6 LEFT JOIN parked USING (seq);
    INSERT INTO delivery (event, endpoint, begun_ms, attempts, due_ms, state, last, body)
        SELECT event, endpoint, begun_ms, attempts, due_ms, state, last, body
        FROM delivery_6 JOIN event ON event.id = event ORDER BY delivery_6.rowid;
    INSERT INTO audit (seq, at_ms, who, act, detail, hash, took_ms)
        SELECT seq, at_ms, who, act, detail, hash, took_ms FROM audit_6 LEFT JOIN latency USING (seq);
    INSERT INTO refund SELECT * FROM refund_6;
    DROP TABLE registered;
    DROP TABLE notification_6;
    DROP TABLE event;
    DROP TABLE delivery_6;
    DROP TABLE question;
    DROP TABLE audit_6;
    DROP TABLE indexed;
    DROP TABLE refund_6;
    DROP TABLE parked;
    DROP TABLE latency;
    DROP TABLE schema;
"
    ),
    // A line of the trail may stand with its notification.
    concat!(
        "
    ALTER TABLE notification RENAME TO notification_7;
",
        notification!(),
        "
    INSERT INTO notification (seq, notify_id, received_ms, verdict, parked_ms, parked_as, facts, evidence, raw)
        SELECT seq, notify_id, received_ms, verdict, parked_ms, parked_as, facts, evidence, raw FROM notification_7;
    DROP TABLE notification_7;
    UPDATE state SET version = 8;
"
    ),
];

/// The first version whose trail is chained. Later ones never chain anew: that would hide what was
/// tampered with before.
const CHAINED: usize = 2;

/// The present version, as it is bound.
pub(super) fn version() -> Result<Value> {
    integer(u64::try_from(MIGRATIONS.len()).unwrap_or_default())
}

impl Store {
    /// Brings the tables up to date, whatever version they are of.
    ///
    /// # Errors
    ///
    /// When the database refuses a statement.
    pub(super) fn bring_up(&self) -> Result<()> {
        let at = self.version()?;
        if at < MIGRATIONS.len() {
            // Half a schema could never be brought up to date.
            self.whole(|| self.migrate(at))?;
        }
        Ok(())
    }

    /// The version of the tables; 0 where there are none.
    fn version(&self) -> Result<usize> {
        #[derive(Deserialize)]
        struct There {
            name: String,
        }
        #[derive(Deserialize)]
        struct Version {
            version: usize,
        }
        let there: Option<There> = self.first(
            "SELECT name FROM sqlite_master WHERE name IN ('schema', 'state') ORDER BY name DESC",
            vec![],
        )?;
        let Some(there) = there else {
            return Ok(0);
        };
        let sql = match there.name.as_str() {
            "state" => "SELECT version FROM state",
            _ => "SELECT version FROM schema",
        };
        let version: Option<Version> = self.first(sql, vec![])?;
        Ok(version.map_or(0, |row| row.version))
    }

    fn migrate(&self, at: usize) -> Result<()> {
        if at == 0 {
            self.run(tables!(), vec![])?;
            return self.run("INSERT INTO state (version) VALUES (?)", vec![version()?]);
        }
        for migration in MIGRATIONS.iter().skip(at) {
            self.run(migration, vec![])?;
        }
        if at < CHAINED {
            self.chain_all()?;
        }
        Ok(())
    }
}
