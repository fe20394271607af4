//! The chain of an order's audit trail: each line's hash covers the line before. Pure.

use crate::event::hex;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What stands before the first line.
pub const BEGIN: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// One line of the trail. `act` and `detail` hold codes, numbers and ids of ours only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// 1 for the first line of an order, without gaps.
    pub seq: u64,
    /// Unix milliseconds.
    pub at_ms: u64,
    /// The name of the admin token; empty for what the Worker did by itself.
    pub by: String,
    /// What was done.
    pub act: String,
    /// To what, or how it ended.
    pub detail: String,
    /// Hex SHA-256 over the line before and this one.
    pub hash: String,
}

/// The last line of a trail.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Head {
    /// Its number; 0 before the first.
    pub seq: u64,
    /// Its hash.
    pub hash: String,
}

impl Head {
    /// A number and a hash with a space between them.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (seq, hash) = text.split_once(' ')?;
        Some(Self {
            seq: seq.parse().ok()?,
            hash: hash.to_owned(),
        })
    }

    /// Before the first line.
    #[must_use]
    pub fn begin() -> Self {
        Self {
            seq: 0,
            hash: BEGIN.to_owned(),
        }
    }

    /// The line that follows, sealed.
    #[must_use]
    pub fn next(&self, by: &str, act: &str, detail: &str, at_ms: u64) -> Line {
        let mut line = Line {
            seq: self.seq.saturating_add(1),
            at_ms,
            by: by.to_owned(),
            act: act.to_owned(),
            detail: detail.to_owned(),
            hash: String::new(),
        };
        line.hash = line.seal(&self.hash);
        line
    }
}

/// Where a chain does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Broken {
    /// The line's hash is not that of its content after the line before.
    Hash {
        /// Of the line.
        seq: u64,
    },
    /// A line is absent, repeated or out of order.
    Sequence {
        /// The number that was due.
        expected: u64,
        /// The number that was found.
        actual: u64,
    },
}

impl Line {
    /// The hash of this line after one whose hash is `before`: SHA-256 over the parts, each with its
    /// length in bytes and a colon before it, so that no two lines share a text.
    #[must_use]
    pub fn seal(&self, before: &str) -> String {
        let (seq, at_ms) = (self.seq.to_string(), self.at_ms.to_string());
        let mut hasher = Sha256::new();
        for part in [before, &seq, &at_ms, &self.by, &self.act, &self.detail] {
            hasher.update(part.len().to_string());
            hasher.update(b":");
            hasher.update(part);
        }
        hex(&hasher.finalize())
    }
}

/// Checks lines that follow one with the number `seq` and the hash `before` (0 and [`BEGIN`] for a
/// whole trail), and answers the hash at their end.
///
/// # Errors
///
/// [`Broken`] – the first line that does not follow.
///
/// # Not checked here
///
/// Whether lines are missing at the end: compare the last hash with one that was noted elsewhere.
pub fn verify<'a>(seq: u64, before: &'a str, lines: &'a [Line]) -> Result<&'a str, Broken> {
    let (mut seq, mut before) = (seq, before);
    for line in lines {
        let expected = seq.saturating_add(1);
        if line.seq != expected {
            let actual = line.seq;
            return Err(Broken::Sequence { expected, actual });
        }
        if line.seal(before) != line.hash {
            return Err(Broken::Hash { seq: line.seq });
        }
        (seq, before) = (line.seq, &line.hash);
    }
    Ok(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trail() -> Vec<Line> {
        let mut before = BEGIN.to_owned();
        let acts = [
            ("", "registered", ""),
            ("", "notified", "paid"),
            ("anna", "replayed", "evt_1"),
        ];
        let mut lines = Vec::new();
        for (seq, (by, act, detail)) in (1..).zip(acts) {
            let mut line = Line {
                seq,
                at_ms: 1_795_255_200_001,
                by: by.into(),
                act: act.into(),
                detail: detail.into(),
                hash: String::new(),
            };
            line.hash = line.seal(&before);
            before.clone_from(&line.hash);
            lines.push(line);
        }
        lines
    }

    #[test]
    fn a_whole_trail_holds_and_so_does_its_end() {
        let lines = trail();
        let head = lines[2].hash.as_str();
        assert_eq!(verify(0, BEGIN, &lines), Ok(head));
        assert_eq!(verify(1, &lines[0].hash, &lines[1..]), Ok(head));
        assert_eq!(verify(0, BEGIN, &[]), Ok(BEGIN));
    }

    /// Made with `printf '64:%s1:113:17952552000010:10:registered0:' 000…0 | sha256sum`.
    #[test]
    fn hash_is_the_one_that_sha256sum_makes() {
        assert_eq!(trail()[0].hash, FIRST);
    }

    const FIRST: &str = "debfe64c72a88fdcb6c719b5f8985b9b73408591aadc330e083a44e2af07f9af";

    #[test]
    fn every_altered_field_is_found() {
        let alter: [fn(&mut Line); 5] = [
            |line| line.at_ms += 1,
            |line| line.by = "bert".into(),
            |line| line.act = "asked".into(),
            |line| line.detail = String::new(),
            |line| line.hash = BEGIN.into(),
        ];
        for alter in alter {
            for at in 0..3 {
                let mut lines = trail();
                alter(&mut lines[at]);
                if lines == trail() {
                    continue;
                }
                let seq = lines[at].seq;
                assert_eq!(verify(0, BEGIN, &lines), Err(Broken::Hash { seq }));
            }
        }
    }

    #[test]
    fn text_moved_from_one_field_to_the_next_is_found() {
        let mut lines = trail();
        lines[2].by = "annar".into();
        lines[2].act = "eplayed".into();
        assert_eq!(verify(0, BEGIN, &lines), Err(Broken::Hash { seq: 3 }));
    }

    #[test]
    fn absent_repeated_and_swapped_lines_are_found() {
        let lines = trail();
        let [a, b, c] = [&lines[0], &lines[1], &lines[2]].map(Clone::clone);
        let cases = [
            (vec![b.clone(), c.clone()], 1, 2),
            (vec![a.clone(), c.clone()], 2, 3),
            (vec![a.clone(), a.clone()], 2, 1),
            (vec![a, c, b], 2, 3),
        ];
        for (lines, expected, actual) in cases {
            assert_eq!(
                verify(0, BEGIN, &lines),
                Err(Broken::Sequence { expected, actual })
            );
        }
    }
}
