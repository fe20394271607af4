//! The wasm-bindgen tool must equal the library, to the last digit, or the glue does not fit the wasm;
//! the same holds for worker-build and `worker`. So Cargo.toml pins exactly and the tool follows.

use serde_json::Value;

use crate::tree::{Tree, Violation};

const TOOLS: &str = "xtask/npm/tools.json";

/// Library in Cargo.lock, tool in tools.json.
const PAIRS: [(&str, &str); 2] = [
    ("wasm-bindgen", "wasm-bindgen-cli"),
    ("worker", "worker-build"),
];

/// Pins that are not exact, and tools whose version is not that of their library.
pub(super) fn violations(tree: &Tree) -> Vec<Violation> {
    let manifest = tree.text("Cargo.toml").unwrap_or_default();
    let lock = tree.text("Cargo.lock").unwrap_or_default();
    let tools: Value = tree
        .text(TOOLS)
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    let mut found = Vec::new();
    for (library, tool) in PAIRS {
        let versions = locked(lock, library);
        let [version] = &*versions else {
            let message = format!(
                "{library} is locked {} times; there must be one",
                versions.len()
            );
            found.push(violation("Cargo.lock", message));
            continue;
        };
        if !is_pinned(manifest, library, version) {
            let message = format!("{library} must be pinned to \"={version}\", as it is locked");
            found.push(violation("Cargo.toml", message));
        }
        let has = tools
            .get(tool)
            .and_then(Value::as_str)
            .unwrap_or("no version");
        if has != *version {
            let message =
                format!("{tool} must be {version} like {library} in Cargo.lock, and is {has}");
            found.push(violation(TOOLS, message));
        }
    }
    found
}

fn violation(path: &str, message: String) -> Violation {
    Violation {
        path: path.to_owned(),
        line: 1,
        message,
    }
}

/// Every version of `name` in a Cargo.lock.
fn locked<'a>(lock: &'a str, name: &str) -> Vec<&'a str> {
    let entry = format!("name = \"{name}\"");
    let mut lines = lock.lines();
    let mut versions = Vec::new();
    while let Some(line) = lines.next() {
        if line == entry {
            versions.extend(lines.next().and_then(|next| quoted(next, "version = ")));
        }
    }
    versions
}

/// Whether a line of the manifest gives `name` exactly this version, as a text or in a table.
fn is_pinned(manifest: &str, name: &str, version: &str) -> bool {
    manifest
        .lines()
        .filter_map(|line| line.strip_prefix(name)?.strip_prefix(" = "))
        .any(|value| {
            let value = value.strip_prefix("{ version = ").unwrap_or(value);
            quoted(value, "").and_then(|text| text.strip_prefix('=')) == Some(version)
        })
}

/// The text between the quotation marks that follow `prefix`.
fn quoted<'a>(line: &'a str, prefix: &str) -> Option<&'a str> {
    let text = line.strip_prefix(prefix)?.strip_prefix('"')?;
    text.split_once('"').map(|(text, _)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str =
        "wasm-bindgen = \"=0.2.129\"\nworker = { version = \"=0.8.7\", features = [] }\n";
    const LOCK: &str = "[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.129\"\n\n\
                        [[package]]\nname = \"worker\"\nversion = \"0.8.7\"\n";
    const BOTH: &str = r#"{ "wasm-bindgen-cli": "0.2.129", "worker-build": "0.8.7" }"#;

    #[track_caller]
    fn check(manifest: &str, lock: &str, tools: &str, expected: &[&str]) {
        let files = [
            ("Cargo.toml", manifest),
            ("Cargo.lock", lock),
            (TOOLS, tools),
        ];
        let found: Vec<String> = violations(&Tree::made_up(&files, vec![]))
            .iter()
            .map(Violation::to_string)
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn equal_and_exact_pins_accepted() {
        check(MANIFEST, LOCK, BOTH, &[]);
    }

    #[test]
    fn a_tool_of_another_version_rejected() {
        check(
            MANIFEST,
            LOCK,
            r#"{ "wasm-bindgen-cli": "0.2.130" }"#,
            &[
                "xtask/npm/tools.json:1: wasm-bindgen-cli must be 0.2.129 like wasm-bindgen in Cargo.lock, and is 0.2.130",
                "xtask/npm/tools.json:1: worker-build must be 0.8.7 like worker in Cargo.lock, and is no version",
            ],
        );
    }

    #[test]
    fn a_library_that_is_not_pinned_exactly_rejected() {
        check(
            &MANIFEST.replace("=0.2.129", "0.2.129"),
            LOCK,
            BOTH,
            &["Cargo.toml:1: wasm-bindgen must be pinned to \"=0.2.129\", as it is locked"],
        );
    }

    #[test]
    fn two_locked_versions_rejected() {
        let lock = format!("{LOCK}\n[[package]]\nname = \"worker\"\nversion = \"0.8.8\"\n");
        check(
            MANIFEST,
            &lock,
            BOTH,
            &["Cargo.lock:1: worker is locked 2 times; there must be one"],
        );
    }
}
