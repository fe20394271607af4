//! What contributors run where npm scripts are not enough: `cargo run -p xtask -- tidy`, or
//! `-- vectors FILE...`.
//!
//! `tidy` holds the rules of the tree that no compiler checks. Every rule is a pure function from
//! a [`Tree`] to what breaks it, so that its tests can show it failing on a made-up tree; the same
//! tests run it on this one, so that `cargo test` fails where `tidy` does.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "counts lines and characters of files that are in memory; wrapping is out of reach"
)]

mod lex;
mod paths;
mod rules;
mod tree;
mod vectors;

use std::path::Path;
use std::process::ExitCode;

use crate::rules::RULES;
use crate::tree::Tree;

const USAGE: &str = "usage: cargo run -p xtask -- tidy
       cargo run -p xtask -- vectors FILE...";

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("tidy") => tidy(),
        Some("vectors") => vectors::run(std::env::args_os().skip(2)),
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn tidy() -> ExitCode {
    let tree = match Tree::read(root()) {
        Ok(tree) => tree,
        Err(error) => {
            eprintln!("tidy: {error}");
            return ExitCode::from(2);
        }
    };
    let mut found = 0_usize;
    for (name, rule) in RULES {
        for violation in rule(&tree) {
            eprintln!("{violation} [{name}]");
            found += 1;
        }
    }
    let files = tree.files().count();
    if found > 0 {
        eprintln!("tidy: {found} to mend, in {files} files");
        return ExitCode::FAILURE;
    }
    println!("tidy: {} rules hold in {files} files", RULES.len());
    ExitCode::SUCCESS
}

/// The folder of the workspace, wherever the command was started.
fn root() -> &'static Path {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    folder.parent().unwrap_or(folder)
}
