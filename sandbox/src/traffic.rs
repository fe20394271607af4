//! What went in and out lately: bounded, in memory only, and without secrets.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::Serialize;
use tokio::sync::broadcast;

use crate::clock;

/// The most entries kept, and the most of a text of one.
const MAX_ENTRIES: usize = 300;
const MAX_TEXT: usize = 4_000;
/// Entries that a reader may be behind before it has to load the page again.
const MAX_BEHIND: usize = 64;

/// Who spoke first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Direction {
    /// The merchant asked us.
    In,
    /// We notified the merchant.
    Out,
}

/// One message with its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Entry {
    pub(crate) id: u64,
    pub(crate) at_ms: u64,
    pub(crate) direction: Direction,
    /// The service, the API, or `notify`.
    pub(crate) what: String,
    pub(crate) out_trade_no: String,
    /// What was said, a line for each field.
    pub(crate) said: String,
    /// HTTP status; none where there was no answer.
    pub(crate) status: Option<u16>,
    pub(crate) answer: String,
    /// Which delivery of a notification it was; 0 for what is none.
    pub(crate) attempt: u32,
    /// When the ladder sends it again.
    pub(crate) next_ms: Option<u64>,
    /// What was wrong with it on purpose.
    pub(crate) fault: Option<String>,
    pub(crate) acknowledged: bool,
}

impl Entry {
    /// A message with its answer, which nothing else is known of.
    pub(crate) fn new(direction: Direction, what: &str, out_trade_no: &str, said: &str) -> Self {
        Self {
            id: 0,
            at_ms: clock::now_ms(),
            direction,
            what: short(what, 64),
            out_trade_no: short(out_trade_no, 64),
            said: short(said, MAX_TEXT),
            status: None,
            answer: String::new(),
            attempt: 0,
            next_ms: None,
            fault: None,
            acknowledged: false,
        }
    }

    /// The same with its answer.
    pub(crate) fn answered(mut self, status: u16, answer: &str) -> Self {
        self.status = Some(status);
        self.answer = short(answer, MAX_TEXT);
        self
    }
}

/// A form as lines. Of a signature only the beginning is shown: it would be a key to the message.
pub(crate) fn lines<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let line = |(name, value): (&str, &str)| match name {
        "sign" | "signature" => format!("{name}={}…", short(value, 12)),
        _ => format!("{name}={value}"),
    };
    fields.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

fn short(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// The latest entries, and whoever watches.
#[derive(Debug)]
pub(crate) struct Traffic {
    kept: Mutex<(u64, VecDeque<Entry>)>,
    watchers: broadcast::Sender<Entry>,
}

impl Traffic {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self {
            kept: Mutex::default(),
            watchers: broadcast::channel(MAX_BEHIND).0,
        }
    }

    /// Keeps an entry under the next number and tells whoever watches.
    pub(crate) fn record(&self, mut entry: Entry) {
        let mut kept = self.lock();
        kept.0 = kept.0.saturating_add(1);
        entry.id = kept.0;
        if kept.1.len() >= MAX_ENTRIES {
            kept.1.pop_front();
        }
        kept.1.push_back(entry.clone());
        drop(kept);
        // Nobody may be watching.
        let _ = self.watchers.send(entry);
    }

    /// The newest entries first.
    pub(crate) fn newest(&self, most: usize) -> Vec<Entry> {
        self.lock().1.iter().rev().take(most).cloned().collect()
    }

    /// Every entry from now on.
    pub(crate) fn watch(&self) -> broadcast::Receiver<Entry> {
        self.watchers.subscribe()
    }

    fn lock(&self) -> MutexGuard<'_, (u64, VecDeque<Entry>)> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Direction, Entry, MAX_ENTRIES, Traffic, lines};

    #[test]
    fn memory_is_bounded_and_the_newest_stay() {
        let traffic = Traffic::new();
        for number in 0..=MAX_ENTRIES {
            traffic.record(Entry::new(Direction::In, "x", &number.to_string(), ""));
        }
        let newest = traffic.newest(MAX_ENTRIES * 2);
        assert_eq!(newest.len(), MAX_ENTRIES);
        assert_eq!(
            (newest[0].id, newest[0].out_trade_no.as_str()),
            (301, "300")
        );
        assert_eq!(newest[MAX_ENTRIES - 1].out_trade_no, "1");
        let long = Entry::new(Direction::In, "x", "A1", &"a".repeat(100_000));
        assert_eq!(long.said.len(), 4_000);
    }

    #[test]
    fn signatures_are_shown_by_their_beginning_only() {
        let told = lines([("out_trade_no", "A1"), ("sign", "0123456789abcdef0123")]);
        assert_eq!(told, "out_trade_no=A1\nsign=0123456789ab…");
    }
}
