//! How often sources were refused within a minute. Pure: time is a parameter, memory is bounded.

use std::collections::{BTreeMap, VecDeque};

/// How long a refusal counts, from a source's first one on.
const WINDOW_MS: u64 = 60_000;

/// The most sources that are remembered, some 100 kB; then the one that began first is forgotten. An
/// attacker who has more addresses than this needs the rules of the network before the Worker.
const MAX_SOURCES: usize = 1024;

/// What came of one more refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Noted {
    /// The source has refusals left.
    Counted,
    /// The source has just come to its limit.
    Held,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    since_ms: u64,
    refused: u32,
    held: bool,
}

impl Window {
    fn is_over(&self, now_ms: u64) -> bool {
        // A clock that was set back must hold nobody for longer than a window.
        now_ms
            .checked_sub(self.since_ms)
            .is_none_or(|passed| passed >= WINDOW_MS)
    }
}

/// The windows of all sources, each of which began within the last minute.
#[derive(Debug)]
pub(super) struct Refusals<S> {
    windows: BTreeMap<S, Window>,
    /// The same sources, the one that began first in front. All windows are equally long, so that
    /// they end in this order too.
    begun: VecDeque<S>,
}

impl<S> Default for Refusals<S> {
    fn default() -> Self {
        let (windows, begun) = (BTreeMap::new(), VecDeque::new());
        Self { windows, begun }
    }
}

impl<S: Copy + Ord> Refusals<S> {
    /// Whether no source was refused lately.
    pub(super) fn is_empty(&self) -> bool {
        self.windows.is_empty()
    }

    /// The whole seconds until a held source may ask again.
    pub(super) fn wait_s(&self, source: &S, now_ms: u64) -> Option<u64> {
        let window = self.windows.get(source)?;
        if !window.held || window.is_over(now_ms) {
            return None;
        }
        let ends_ms = window.since_ms.saturating_add(WINDOW_MS);
        Some(ends_ms.saturating_sub(now_ms).div_ceil(1000))
    }

    /// Counts a refusal of a source that may be refused `limit` times within a minute.
    pub(super) fn note(&mut self, source: S, limit: u32, now_ms: u64) -> Noted {
        let window = self.window(source, now_ms);
        window.refused = window.refused.saturating_add(1);
        if window.refused >= limit && !window.held {
            window.held = true;
            return Noted::Held;
        }
        Noted::Counted
    }

    /// Holds a source whatever was counted here: others have counted more.
    pub(super) fn hold(&mut self, source: S, now_ms: u64) -> Noted {
        let window = self.window(source, now_ms);
        if window.held {
            return Noted::Counted;
        }
        window.held = true;
        Noted::Held
    }

    /// The window of a source; a new one where the last has ended.
    fn window(&mut self, source: S, now_ms: u64) -> &mut Window {
        while let Some(first) = self.begun.front() {
            let over = self
                .windows
                .get(first)
                .is_none_or(|window| window.is_over(now_ms));
            let full = self.windows.len() >= MAX_SOURCES && !self.windows.contains_key(&source);
            if !over && !full {
                break;
            }
            self.windows.remove(first);
            self.begun.pop_front();
        }
        self.windows.entry(source).or_insert_with(|| {
            self.begun.push_back(source);
            Window {
                since_ms: now_ms,
                refused: 0,
                held: false,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_763_720_000_000;

    fn refused(times: u32, source: u32, refusals: &mut Refusals<u32>, limit: u32) -> Vec<Noted> {
        (0..times)
            .map(|_| refusals.note(source, limit, NOW))
            .collect()
    }

    #[test]
    fn a_source_is_held_from_its_limit_until_its_minute_ends() {
        let mut refusals = Refusals::default();
        assert_eq!(
            refused(3, 1, &mut refusals, 3),
            [Noted::Counted, Noted::Counted, Noted::Held]
        );
        assert_eq!(refusals.wait_s(&1, NOW), Some(60));
        assert_eq!(refusals.wait_s(&1, NOW + 59_001), Some(1));
        assert_eq!(refusals.wait_s(&1, NOW + 60_000), None);
        // Then it has as many again.
        assert_eq!(refusals.note(1, 3, NOW + 60_000), Noted::Counted);
        assert_eq!(refusals.wait_s(&1, NOW + 60_000), None);
    }

    #[test]
    fn a_source_below_its_limit_and_any_other_source_is_not_held() {
        let mut refusals = Refusals::default();
        refused(2, 1, &mut refusals, 3);
        refused(30, 2, &mut refusals, 3);
        assert_eq!(refusals.wait_s(&1, NOW), None);
        assert_eq!(refusals.wait_s(&3, NOW), None);
        assert_eq!(refusals.wait_s(&2, NOW), Some(60));
    }

    #[test]
    fn a_limit_of_one_holds_after_the_first_refusal() {
        let mut refusals = Refusals::default();
        assert_eq!(
            refused(2, 1, &mut refusals, 1),
            [Noted::Held, Noted::Counted]
        );
    }

    #[test]
    fn a_source_that_others_counted_is_held_at_once_and_told_of_once() {
        let mut refusals = Refusals::default();
        assert_eq!(refusals.hold(1, NOW), Noted::Held);
        assert_eq!(refusals.hold(1, NOW), Noted::Counted);
        assert_eq!(refusals.wait_s(&1, NOW + 1), Some(60));
    }

    #[test]
    fn memory_is_bounded_and_the_oldest_is_forgotten_first() {
        let mut refusals = Refusals::default();
        for source in 0..5_000 {
            refused(1, source, &mut refusals, 1);
        }
        assert_eq!(
            (refusals.windows.len(), refusals.begun.len()),
            (MAX_SOURCES, MAX_SOURCES)
        );
        assert_eq!(refusals.wait_s(&0, NOW), None);
        assert_eq!(refusals.wait_s(&4_999, NOW), Some(60));
        assert_eq!(refusals.wait_s(&(5_000 - 1_024), NOW), Some(60));
        // A known source takes nobody's place.
        refused(1, 4_999, &mut refusals, 1);
        assert_eq!(refusals.wait_s(&(5_000 - 1_024), NOW), Some(60));
    }

    #[test]
    fn what_is_over_is_forgotten_with_the_next_refusal() {
        let mut refusals = Refusals::default();
        refused(1, 1, &mut refusals, 9);
        refused(1, 2, &mut refusals, 9);
        refusals.note(3, 9, NOW + 60_000);
        assert_eq!((refusals.windows.len(), refusals.begun.len()), (1, 1));
    }

    #[test]
    fn a_clock_that_is_set_back_holds_nobody() {
        let mut refusals = Refusals::default();
        refused(1, 1, &mut refusals, 1);
        assert_eq!(refusals.wait_s(&1, NOW - 1), None);
        assert_eq!(refusals.note(1, 2, NOW - 1), Noted::Counted);
        assert_eq!(refusals.begun.len(), 1);
    }
}
