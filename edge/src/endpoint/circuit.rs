//! When an endpoint is left in peace. Pure: no Worker, no clock, no storage.

use serde::{Deserialize, Serialize};

/// Failures in a row after which the circuit opens.
const FAILURES: u32 = 10;

/// The first pause, and the longest.
const PAUSE_MS: u64 = 5_000;
const LONGEST_PAUSE_MS: u64 = 300_000;

/// What is known of an endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Circuit {
    /// Failures since the last success.
    failures: u32,
    /// Until when nobody sends, Unix milliseconds.
    open_until_ms: u64,
    /// The endpoint answered 410: it wants nothing any more, until somebody says otherwise.
    gone: bool,
}

/// Whether a delivery may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Admission {
    /// Yes.
    Go,
    /// Never: it answered 410.
    Gone,
    /// Not before this time, Unix milliseconds.
    Wait(u64),
}

/// How a delivery ended, as far as the endpoint is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// It took the event.
    Alive,
    /// It did not, or did not answer.
    Failing,
    /// It answered 410.
    Gone,
    /// Somebody of the merchant's staff says that it is there again.
    Mended,
}

impl Circuit {
    /// Whether a delivery may go at `now`.
    ///
    /// When a pause ends one delivery is let through as a probe, and the others wait for another
    /// pause: the probe's end decides.
    #[must_use]
    pub fn admit(&mut self, now_ms: u64) -> Admission {
        if self.gone {
            return Admission::Gone;
        }
        // A pause that is longer than any was begun by a clock that was ahead.
        let longest = now_ms.saturating_add(LONGEST_PAUSE_MS);
        if now_ms < self.open_until_ms && self.open_until_ms <= longest {
            return Admission::Wait(self.open_until_ms);
        }
        if self.failures >= FAILURES {
            self.open_until_ms = now_ms.saturating_add(self.pause_ms());
        }
        Admission::Go
    }

    /// Notes how a delivery ended.
    pub fn note(&mut self, sign: Sign, now_ms: u64) {
        match sign {
            Sign::Alive | Sign::Mended => *self = Self::default(),
            Sign::Gone => self.gone = true,
            Sign::Failing => {
                self.failures = self.failures.saturating_add(1);
                if self.failures >= FAILURES {
                    self.open_until_ms = now_ms.saturating_add(self.pause_ms());
                }
            }
        }
    }

    fn pause_ms(&self) -> u64 {
        let doublings = self.failures.saturating_sub(FAILURES).min(16);
        let pause = PAUSE_MS.saturating_mul(1_u64.checked_shl(doublings).unwrap_or(u64::MAX));
        pause.min(LONGEST_PAUSE_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failing(times: u32, now_ms: u64) -> Circuit {
        let mut circuit = Circuit::default();
        for _ in 0..times {
            circuit.note(Sign::Failing, now_ms);
        }
        circuit
    }

    #[test]
    fn nine_failures_change_nothing() {
        assert_eq!(failing(9, 0).admit(0), Admission::Go);
    }

    #[test]
    fn the_tenth_opens_and_a_pause_later_one_probe_goes() {
        let mut circuit = failing(10, 1_000);
        assert_eq!(circuit.admit(1_000), Admission::Wait(6_000));
        assert_eq!(circuit.admit(5_999), Admission::Wait(6_000));
        assert_eq!(circuit.admit(6_000), Admission::Go);
        assert_eq!(circuit.admit(6_001), Admission::Wait(11_000));
    }

    #[test]
    fn pauses_double_up_to_five_minutes() {
        let pause = |failures| failing(failures, 0).pause_ms();
        assert_eq!(
            [10, 11, 12, 15, 16, 1000].map(pause),
            [5_000, 10_000, 20_000, 160_000, 300_000, 300_000]
        );
    }

    #[test]
    fn a_pause_begun_by_a_clock_that_was_ahead_is_none() {
        let mut circuit = failing(10, 315_360_000_000);
        assert_eq!(circuit.admit(1_000), Admission::Go);
        assert_eq!(circuit.admit(1_000), Admission::Wait(6_000));
    }

    #[test]
    fn one_success_closes() {
        let mut circuit = failing(30, 0);
        circuit.note(Sign::Alive, 1);
        assert_eq!(circuit, Circuit::default());
        assert_eq!(circuit.admit(1), Admission::Go);
    }

    #[test]
    fn gone_stays_gone_until_mended() {
        let mut circuit = Circuit::default();
        circuit.note(Sign::Gone, 0);
        circuit.note(Sign::Failing, 0);
        assert_eq!(circuit.admit(u64::MAX), Admission::Gone);
        circuit.note(Sign::Mended, 0);
        assert_eq!(circuit.admit(0), Admission::Go);
    }
}
