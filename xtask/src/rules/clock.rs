//! Time is read in one file per crate, `clock.rs`; everywhere else it is a parameter, so that tests
//! choose it and a deadline cannot hide in the middle of a decision.

use crate::paths::named_paths;
use crate::tree::{Tree, Violation};

const FOLDERS: [&str; 2] = ["edge/src/", "sandbox/src/"];

/// Types whose associated functions read a clock, whatever module they come from.
const CLOCKS: [&str; 6] = [
    "Date",
    "Instant",
    "Local",
    "OffsetDateTime",
    "SystemTime",
    "Utc",
];

const READINGS: [&str; 4] = ["new_0", "now", "now_local", "now_utc"];

/// Places that read time outside `clock.rs`.
pub(super) fn violations(tree: &Tree) -> Vec<Violation> {
    let watched = tree.files_ending(&["rs"]).filter(|(path, _)| {
        FOLDERS.iter().any(|folder| path.starts_with(folder)) && !path.ends_with("/clock.rs")
    });
    let mut found = Vec::new();
    for (path, text) in watched {
        for named in named_paths(text) {
            let mut from_end = named.segments.iter().rev();
            let last = from_end.next().map_or("", String::as_str);
            let owner = from_end.next().map_or("", String::as_str);
            let reads = READINGS.contains(&last) && CLOCKS.contains(&owner);
            // Under another name the reading would not be recognised.
            let hides = named.renamed && CLOCKS.contains(&last);
            if reads || hides {
                found.push(Violation {
                    path: path.to_owned(),
                    line: named.line,
                    message: format!(
                        "{} belongs in clock.rs; take the time as a parameter",
                        named.text()
                    ),
                });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, text: &str, expected: &[&str]) {
        let found: Vec<String> = violations(&Tree::made_up(&[(path, text)], vec![]))
            .iter()
            .map(Violation::to_string)
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn every_way_to_read_time_rejected() {
        for reading in [
            "SystemTime::now",
            "std::time::Instant::now",
            "worker::Date::now",
            "js_sys::Date::new_0",
            "chrono::Utc::now",
            "time::OffsetDateTime::now_utc",
        ] {
            let message = format!(
                "edge/src/order/object.rs:2: {reading} belongs in clock.rs; take the time as a parameter"
            );
            check(
                "edge/src/order/object.rs",
                &format!("fn f() {{\n{reading}() }}"),
                &[&message],
            );
        }
    }

    #[test]
    fn a_clock_under_another_name_rejected() {
        check(
            "sandbox/src/ladder.rs",
            "use std::time::Instant as Then;",
            &[
                "sandbox/src/ladder.rs:1: std::time::Instant belongs in clock.rs; take the time as a parameter",
            ],
        );
    }

    #[test]
    fn clock_rs_tests_and_other_crates_accepted() {
        check("edge/src/clock.rs", "fn f() { Date::now() }", &[]);
        check("sandbox/tests/it/main.rs", "fn f() { Instant::now() }", &[]);
        check("xtask/src/main.rs", "fn f() { Instant::now() }", &[]);
    }

    #[test]
    fn time_as_a_type_accepted() {
        check(
            "edge/src/token.rs",
            "use std::time::Duration; fn f(now: Instant) { now.elapsed(); clock::now() }",
            &[],
        );
    }
}
