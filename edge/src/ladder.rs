//! When a forwarded event is tried again, and when Alipay is asked again.

/// The steps that the Standard Webhooks specification recommends, in seconds after the attempt
/// before: the last attempt is 75 hours, 35 minutes and 5 seconds after the first.
pub const RECOMMENDED_S: [u64; 10] = [0, 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400];

/// One minute, five, fifteen, one hour, six and 24 hours after the shopper left for the cashier, as
/// steps: Antom asks for the first minute, and Alipay's own notifications end after 25 hours.
pub const QUERY_S: [u64; 6] = [60, 240, 600, 2700, 18_000, 64_800];

/// The most steps and the longest step that a configuration may name.
const MAX_STEPS: usize = 32;
const MAX_STEP_S: u64 = 7 * 86_400;

/// Nothing waits so long: a step with its jitter, `Retry-After` and a circuit's pause are all shorter. What
/// is due later was written by a clock that was ahead, and is due now.
pub const FAR_MS: u64 = 8 * 86_400_000;

/// The steps between attempts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ladder(Vec<u64>);

impl Ladder {
    /// The recommended ladder for forwarding.
    #[must_use]
    pub fn forward() -> Self {
        Self(RECOMMENDED_S.to_vec())
    }

    /// The ladder for asking Alipay.
    #[must_use]
    pub fn query() -> Self {
        Self(QUERY_S.to_vec())
    }

    /// Reads comma-separated whole seconds, or `never` for no step at all; `None` when one is not a number, there are none, more
    /// than 32, or a step is longer than a week.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text == "never" {
            return Some(Self(Vec::new()));
        }
        let steps: Option<Vec<u64>> = text
            .split(',')
            .map(|step| step.trim().parse().ok())
            .collect();
        let steps = steps?;
        let sane = steps.len() <= MAX_STEPS && steps.iter().all(|step| *step <= MAX_STEP_S);
        sane.then_some(Self(steps))
    }

    /// Milliseconds to wait before attempt number `attempt` (the first is 0), or `None` after the
    /// last.
    ///
    /// `jitter` is any number; up to a tenth of the step is added, and never taken away, so that
    /// an attempt is never early. `retry_after_s` (from the receiver) can only delay, and by a day
    /// at most.
    #[must_use]
    pub fn wait_ms(&self, attempt: usize, jitter: u32, retry_after_s: Option<u64>) -> Option<u64> {
        let step = self.0.get(attempt)?.saturating_mul(1000);
        let spread = step.checked_div(10)?.saturating_add(1);
        let jittered = step.saturating_add(u64::from(jitter).checked_rem(spread)?);
        let asked = retry_after_s.unwrap_or(0).min(86_400).saturating_mul(1000);
        Some(jittered.max(asked))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recommended_ladder_ends_after_ten_attempts() {
        let ladder = Ladder::forward();
        assert_eq!(ladder.wait_ms(0, 0, None), Some(0));
        assert_eq!(ladder.wait_ms(1, 0, None), Some(5_000));
        assert_eq!(ladder.wait_ms(9, 0, None), Some(86_400_000));
        assert_eq!(ladder.wait_ms(10, 0, None), None);
    }

    #[test]
    fn questions_come_at_the_documented_times() {
        let steps = Ladder::query();
        let times: Vec<u64> = (0..6)
            .scan(0, |at, step| {
                *at += steps.wait_ms(step, 0, None).unwrap() / 1000;
                Some(*at)
            })
            .collect();
        assert_eq!(times, [60, 300, 900, 3600, 21_600, 86_400]);
        assert_eq!(steps.wait_ms(6, 0, None), None);
    }

    #[test]
    fn an_attempt_is_never_early_and_at_most_a_tenth_late() {
        let ladder = Ladder::forward();
        for jitter in [0, 1, 499, 500, 501, u32::MAX] {
            let wait = ladder.wait_ms(1, jitter, None).unwrap();
            assert!((5_000..=5_500).contains(&wait), "{wait}");
        }
    }

    #[test]
    fn retry_after_only_delays() {
        let ladder = Ladder::forward();
        assert_eq!(ladder.wait_ms(1, 0, Some(1)), Some(5_000));
        assert_eq!(ladder.wait_ms(1, 0, Some(60)), Some(60_000));
        assert_eq!(ladder.wait_ms(1, 0, Some(u64::MAX)), Some(86_400_000));
    }

    #[test]
    fn never_has_no_step() {
        assert_eq!(Ladder::parse("never").unwrap().wait_ms(0, 0, None), None);
    }

    #[test]
    fn nonsense_rejected() {
        for text in ["", "a", "1,,2", "-1", "1.5", "604801", &["1"; 33].join(",")] {
            assert_eq!(Ladder::parse(text), None, "{text}");
        }
        assert_eq!(Ladder::parse("0, 1,2"), Some(Ladder(vec![0, 1, 2])));
    }
}
