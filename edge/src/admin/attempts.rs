//! `GET /admin/attempts`: how deliveries went over time, from the index.

use super::{Desk, index_fault, parameters};
use crate::clock::now_ms;
use crate::error::Failure;
use serde_json::{Value, json};
use worker::{Request, Response};

/// The upper bounds, in milliseconds, by which latencies are counted; the last is the deadline of a
/// delivery, so that everything that was answered is within it.
const WITHIN_MS: [u64; 8] = [50, 100, 250, 500, 1_000, 2_500, 5_000, 15_000];

/// How long the index keeps attempts: the longest window, and a day for its first bucket.
pub(super) const KEPT_MS: u64 = 31 * 86_400_000;

/// So many reasons of failure, the most frequent.
const MAX_REASONS: u64 = 10;

/// How far back, and in steps of what length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Window {
    length_ms: u64,
    step_ms: u64,
}

impl Window {
    fn parse(word: &str) -> Option<Self> {
        let (length_ms, step_ms) = match word {
            "hour" => (3_600_000, 60_000),
            "day" => (86_400_000, 1_800_000),
            "week" => (604_800_000, 10_800_000),
            "month" => (2_592_000_000, 43_200_000),
            _ => return None,
        };
        Some(Self { length_ms, step_ms })
    }

    /// From when to when, in whole steps, the last of which holds `now`.
    fn at(self, now: u64) -> (u64, u64) {
        let into = now.checked_rem(self.step_ms).unwrap_or(0);
        let to = now.saturating_sub(into).saturating_add(self.step_ms);
        (to.saturating_sub(self.length_ms), to)
    }
}

impl Desk<'_> {
    pub(super) async fn attempts(&self, request: &Request) -> Result<Response, Failure> {
        let mut window = None;
        for (name, value) in parameters(request)? {
            if name != "window" {
                return Err(Failure::Parameter("query"));
            }
            // One that is there twice is as wrong as one that is unknown.
            let read = Window::parse(&value).filter(|_| window.is_none());
            window = Some(read.ok_or(Failure::Parameter("window"))?);
        }
        let window = match window {
            Some(window) => window,
            None => Window::parse("day").ok_or(Failure::Parameter("window"))?,
        };
        let (from_ms, to_ms) = window.at(now_ms());
        let asked = json!({
            "partner": self.account,
            "from": from_ms,
            "to": to_ms,
            "step_ms": window.step_ms,
            "limit": MAX_REASONS,
        });
        let index = self.index()?;
        let buckets = index.all::<Value>(&buckets(), asked.clone()).await;
        let buckets = buckets.map_err(|error| index_fault(&error))?;
        let failures = index.all::<Value>(FAILURES, asked).await;
        let failures = failures.map_err(|error| index_fault(&error))?;
        Ok(Response::from_json(&json!({
            "from_ms": from_ms,
            "to_ms": to_ms,
            "step_ms": window.step_ms,
            "within_ms": WITHIN_MS,
            "buckets": buckets,
            "failures": failures,
        }))?)
    }
}

const FAILURES: &str = "SELECT json_object('endpoint', endpoint, 'how', how, 'count', count(*)) AS doc \
    FROM attempts WHERE partner = ?1 ->> 'partner' AND at_ms >= ?1 ->> 'from' AND at_ms < ?1 ->> 'to' \
    AND outcome <> 'delivered' GROUP BY endpoint, how \
    ORDER BY count(*) DESC, endpoint, how LIMIT ?1 ->> 'limit'";

/// Steps in which nothing was attempted are left out. `within` counts what took at most so long, so that each
/// number holds the one before.
fn buckets() -> String {
    let within: Vec<String> = WITHIN_MS
        .iter()
        .map(|bound| format!("count(CASE WHEN took_ms <= {bound} THEN 1 END)"))
        .collect();
    format!(
        "SELECT json_object('at_ms', at_ms - at_ms % (?1 ->> 'step_ms'), 'endpoint', endpoint, \
         'delivered', sum(outcome = 'delivered'), 'failed', sum(outcome = 'failed'), \
         'dead', sum(outcome = 'dead'), 'timed', count(took_ms), \
         'within', json_array({})) AS doc FROM attempts WHERE partner = ?1 ->> 'partner' \
         AND at_ms >= ?1 ->> 'from' AND at_ms < ?1 ->> 'to' \
         GROUP BY at_ms - at_ms % (?1 ->> 'step_ms'), endpoint ORDER BY min(at_ms), endpoint",
        within.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_whole_steps_that_hold_the_present() {
        for (word, steps) in [("hour", 60), ("day", 48), ("week", 56), ("month", 60)] {
            let window = Window::parse(word).unwrap();
            let (from, to) = window.at(1_795_255_200_001);
            assert_eq!((to - from) / window.step_ms, steps, "{word}");
            assert_eq!((from % window.step_ms, to % window.step_ms), (0, 0));
            assert!(from <= 1_795_255_200_001 && 1_795_255_200_001 < to);
            assert!(window.length_ms < KEPT_MS);
        }
    }

    #[test]
    fn other_windows_are_none() {
        for word in ["", "year", "DAY", "day ", "24"] {
            assert_eq!(Window::parse(word), None, "{word}");
        }
    }

    #[test]
    fn bounds_grow_up_to_the_deadline_of_a_delivery() {
        assert!(WITHIN_MS.is_sorted());
        assert_eq!(WITHIN_MS.last(), Some(&15_000));
    }
}
