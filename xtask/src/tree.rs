//! The tree that is judged: the text of every source file, and the members as cargo sees them.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Made by tools, or not ours. Only names directly below the root carry their slash.
const NOT_SOURCES: [&str; 14] = [
    ".git",
    ".local",
    ".tools",
    ".wrangler",
    "dist",
    "edge/assets",
    "edge/build",
    "node_modules",
    "target",
    "test-results",
    "tests/results",
    "vectors",
    "widget/pkg",
    "www/build",
];

/// Endings of the files that are read; everything else is no source.
const SOURCES: [&str; 12] = [
    "cjs", "css", "html", "js", "json", "lock", "mjs", "rs", "sh", "svg", "toml", "ts",
];

/// Everything that the rules look at.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    files: BTreeMap<String, String>,
    members: Vec<Member>,
}

/// A crate of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    /// The name in its Cargo.toml.
    pub(crate) name: String,
    /// Its folder, relative to the root: `edge`.
    pub(crate) folder: String,
    /// What its Cargo.toml depends on, for building, running and testing alike.
    pub(crate) dependencies: Vec<Dependency>,
}

/// One line of a `[dependencies]` table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dependency {
    /// The name of the package, not what it is renamed to.
    pub(crate) name: String,
    /// Whether its default features are on.
    pub(crate) default_features: bool,
    /// The features that are named.
    pub(crate) features: Vec<String>,
}

/// One place that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Violation {
    /// The file, relative to the root.
    pub(crate) path: String,
    /// Counted from 1.
    pub(crate) line: usize,
    /// What is wrong, and what to do.
    pub(crate) message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

/// Why the tree could not be read.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// `cargo metadata` did not run, or failed; cargo itself has said why.
    Cargo,
    /// A file or folder could not be read.
    File { path: PathBuf, error: io::Error },
    /// What `cargo metadata` printed is not JSON.
    Metadata(serde_json::Error),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cargo => f.write_str("cargo metadata failed"),
            Self::File { path, error } => write!(f, "{}: {error}", path.display()),
            Self::Metadata(error) => write!(f, "cargo metadata printed no JSON: {error}"),
        }
    }
}

impl Tree {
    /// Reads the sources below `root` and what cargo says about the members.
    ///
    /// # Errors
    ///
    /// [`ReadError`], where cargo or the file system refuses.
    pub(crate) fn read(root: &Path) -> Result<Self, ReadError> {
        let mut files = BTreeMap::new();
        read_folder(root, root, &mut files)?;
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .current_dir(root)
            .output()
            .map_err(|_| ReadError::Cargo)?;
        if !output.status.success() {
            return Err(ReadError::Cargo);
        }
        let metadata = serde_json::from_slice(&output.stdout).map_err(ReadError::Metadata)?;
        Ok(Self {
            files,
            members: members(&metadata),
        })
    }

    /// A made-up tree, to show a rule failing.
    #[cfg(test)]
    pub(crate) fn made_up(files: &[(&str, &str)], members: Vec<Member>) -> Self {
        let files = files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
            .collect();
        Self { files, members }
    }

    /// Every file as path and text, by path.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (&**path, &**text))
    }

    /// The files with one of these endings.
    pub(crate) fn files_ending(&self, endings: &[&str]) -> impl Iterator<Item = (&str, &str)> {
        self.files()
            .filter(|(path, _)| ending(path).is_some_and(|ending| endings.contains(&ending)))
    }

    /// The text of one file.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// The crates of the workspace.
    pub(crate) fn members(&self) -> &[Member] {
        &self.members
    }
}

fn read_folder(
    root: &Path,
    folder: &Path,
    files: &mut BTreeMap<String, String>,
) -> Result<(), ReadError> {
    let at = |path: &Path, error| ReadError::File {
        path: path.to_owned(),
        error,
    };
    for entry in std::fs::read_dir(folder).map_err(|error| at(folder, error))? {
        let path = entry.map_err(|error| at(folder, error))?.path();
        let relative = path.strip_prefix(root).unwrap_or(&path);
        let name = relative.to_string_lossy().into_owned();
        if is_no_source(&name) {
            continue;
        }
        if path.is_dir() {
            read_folder(root, &path, files)?;
        } else if ending(&name).is_some_and(|ending| SOURCES.contains(&ending)) {
            let text = std::fs::read_to_string(&path).map_err(|error| at(&path, error))?;
            files.insert(name, text);
        }
    }
    Ok(())
}

fn is_no_source(path: &str) -> bool {
    let last = path.rsplit('/').next();
    NOT_SOURCES
        .iter()
        .any(|name| *name == path || Some(*name) == last)
}

fn ending(path: &str) -> Option<&str> {
    path.rsplit_once('.').map(|(_, ending)| ending)
}

/// Reads the members from what `cargo metadata --no-deps` prints.
fn members(metadata: &Value) -> Vec<Member> {
    let root = text(metadata, "workspace_root");
    let packages = list(metadata, "packages");
    let mut members: Vec<Member> = packages
        .map(|package| Member {
            name: text(package, "name").to_owned(),
            folder: text(package, "manifest_path")
                .trim_start_matches(root)
                .trim_start_matches('/')
                .trim_end_matches("/Cargo.toml")
                .to_owned(),
            dependencies: list(package, "dependencies").map(dependency).collect(),
        })
        .collect();
    members.sort_by(|a, b| a.name.cmp(&b.name));
    members
}

fn dependency(value: &Value) -> Dependency {
    Dependency {
        name: text(value, "name").to_owned(),
        default_features: value.get("uses_default_features") == Some(&Value::Bool(true)),
        features: list(value, "features")
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_are_read_with_folder_and_features() {
        let metadata = json!({
            "workspace_root": "/home/me/tree",
            "packages": [{
                "name": "alipay-checkout-edge",
                "manifest_path": "/home/me/tree/edge/Cargo.toml",
                "dependencies": [
                    { "name": "alipay-protocol", "uses_default_features": false, "features": ["sign"] },
                ],
            }],
        });
        let edge = Member {
            name: "alipay-checkout-edge".to_owned(),
            folder: "edge".to_owned(),
            dependencies: vec![Dependency {
                name: "alipay-protocol".to_owned(),
                default_features: false,
                features: vec!["sign".to_owned()],
            }],
        };
        assert_eq!(members(&metadata), [edge]);
    }

    #[test]
    fn this_tree_is_read_without_what_tools_make() {
        let tree = Tree::read(crate::root()).unwrap();
        assert!(tree.text("xtask/src/tree.rs").is_some());
        assert_eq!(
            tree.text("package-lock.json").map(str::is_empty),
            Some(false)
        );
        let made: Vec<&str> = tree
            .files()
            .map(|(path, _)| path)
            .filter(|path| path.starts_with("target/") || path.contains("node_modules/"))
            .collect();
        assert_eq!(made, [""; 0]);
        let members: Vec<&str> = tree
            .members()
            .iter()
            .map(|member| &*member.folder)
            .collect();
        assert_eq!(
            members,
            [
                "www/doctor",
                "edge",
                "widget/qr",
                "widget",
                "protocol",
                "sandbox",
                "xtask"
            ]
        );
    }

    #[test]
    fn a_violation_reads_like_a_compiler_message() {
        let violation = Violation {
            path: "edge/src/lib.rs".to_owned(),
            line: 7,
            message: "no".to_owned(),
        };
        assert_eq!(violation.to_string(), "edge/src/lib.rs:7: no");
    }
}
