//! No file grows beyond what one reads in one go. Aim at 80 to 300 lines; at 400 it is split.

use crate::tree::{Tree, Violation};

/// The limit, not the aim.
const MOST_LINES: usize = 400;

const JUDGED: [&str; 8] = ["cjs", "css", "html", "js", "mjs", "rs", "sh", "ts"];

/// Files that are too long. In Rust the tests at the bottom of a module do not count.
pub(super) fn violations(tree: &Tree) -> Vec<Violation> {
    tree.files_ending(&JUDGED)
        .filter_map(|(path, text)| {
            let lines = lines_without_tests(path, text);
            (lines > MOST_LINES).then(|| Violation {
                path: path.to_owned(),
                line: MOST_LINES + 1,
                message: format!("{lines} lines are too many to read in one go: split the file, {MOST_LINES} is the limit"),
            })
        })
        .collect()
}

fn lines_without_tests(path: &str, text: &str) -> usize {
    if !path.ends_with(".rs") {
        return text.lines().count();
    }
    let mut lines = text.lines().peekable();
    let mut counted = 0;
    while let Some(line) = lines.next() {
        if line == "#[cfg(test)]"
            && lines
                .peek()
                .is_some_and(|next| next.starts_with("mod tests {"))
        {
            break;
        }
        counted += 1;
    }
    counted
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
    fn a_file_of_401_lines_rejected() {
        check("www/public/shop.css", &"a {}\n".repeat(400), &[]);
        check(
            "www/public/shop.css",
            &"a {}\n".repeat(401),
            &[
                "www/public/shop.css:401: 401 lines are too many to read in one go: split the file, 400 is the limit",
            ],
        );
    }

    #[test]
    fn tests_at_the_bottom_of_a_module_do_not_count() {
        let code = "fn f() {}\n".repeat(400);
        let tests = format!(
            "#[cfg(test)]\nmod tests {{\n{}}}\n",
            "    fn t() {}\n".repeat(300)
        );
        check("edge/src/token.rs", &format!("{code}{tests}"), &[]);
        check(
            "edge/src/token.rs",
            &format!("{code}fn g() {{}}\n{tests}"),
            &[
                "edge/src/token.rs:401: 401 lines are too many to read in one go: split the file, 400 is the limit",
            ],
        );
    }

    #[test]
    fn what_tools_write_is_not_judged() {
        check("package-lock.json", &"\n".repeat(2000), &[]);
        check("Cargo.lock", &"\n".repeat(2000), &[]);
    }
}
