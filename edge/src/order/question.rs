//! When Alipay is asked what has become of a trade. Pure.

use super::store::Question;
use crate::ladder::{FAR_MS, Ladder};

impl Question {
    /// The ladder's first.
    #[must_use]
    pub fn first(due_ms: u64) -> Self {
        Self {
            asked: 0,
            asked_ms: 0,
            due_ms,
            ladder_ms: due_ms,
        }
    }

    /// Whether it is to be asked now.
    #[must_use]
    pub fn is_due(&self, now_ms: u64) -> bool {
        self.due_ms <= now_ms || self.due_ms > now_ms.saturating_add(FAR_MS)
    }

    /// What waits after this one, which is asked at `now_ms`.
    ///
    /// One that somebody hurried along is asked besides the ladder, whose next step stays where it is: a shopper
    /// who reloads the page he came back to must not use up the questions that would find his payment.
    #[must_use]
    pub fn next(self, ladder: &Ladder, now_ms: u64, jitter: u32) -> Option<Self> {
        // What is so far ahead was written by a clock that was.
        let hurried = now_ms < self.ladder_ms && self.ladder_ms <= now_ms.saturating_add(FAR_MS);
        if hurried {
            return Some(Self {
                asked_ms: now_ms,
                due_ms: self.ladder_ms,
                ..self
            });
        }
        let asked = self.asked.saturating_add(1);
        let due_ms = now_ms.saturating_add(ladder.wait_ms(asked, jitter, None)?);
        Some(Self {
            asked,
            asked_ms: now_ms,
            due_ms,
            ladder_ms: due_ms,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_795_255_200_000;

    fn ladder() -> Ladder {
        Ladder::parse("60,240").unwrap()
    }

    #[test]
    fn the_ladder_ends_after_its_last_step() {
        let first = Question::first(NOW);
        let second = first.next(&ladder(), NOW, 0).unwrap();
        let expected = Question {
            asked: 1,
            asked_ms: NOW,
            ..Question::first(NOW + 240_000)
        };
        assert_eq!(second, expected);
        assert_eq!(second.next(&ladder(), NOW + 240_000, 0), None);
    }

    #[test]
    fn a_question_that_was_hurried_along_uses_up_no_step() {
        let first = Question::first(NOW + 60_000);
        let mut question = first;
        for seconds in [1, 11, 59] {
            let now = NOW + seconds * 1000;
            let hurried = Question {
                due_ms: now,
                ..question
            };
            question = hurried.next(&ladder(), now, 0).unwrap();
            let expected = Question {
                asked_ms: now,
                ..first
            };
            assert_eq!(question, expected, "{seconds}");
        }
        let second = question.next(&ladder(), NOW + 60_000, 0).unwrap();
        assert_eq!((second.asked, second.due_ms), (1, NOW + 300_000));
    }

    #[test]
    fn a_step_that_a_clock_which_was_ahead_wrote_is_taken_now() {
        let far = Question::first(NOW + FAR_MS + 1);
        assert!(far.is_due(NOW));
        let next = far.next(&ladder(), NOW, 0).unwrap();
        assert_eq!((next.asked, next.due_ms), (1, NOW + 240_000));
    }
}
