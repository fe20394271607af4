//! `vectors FILE...`: test vectors against the protocol crate.
//!
//! The runner is an example of that crate and is started as a process: `xtask` imports no crate of
//! ours, so that a broken one cannot keep it from building.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use crate::root;

/// Starts the runner where the caller stands, so that his paths hold; output and status are its own.
pub(crate) fn run(files: impl Iterator<Item = OsString>) -> ExitCode {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["run", "--quiet", "--package", "alipay-protocol"])
        .args(["--example", "vectors", "--manifest-path"])
        .arg(root().join("Cargo.toml"))
        .arg("--")
        .args(files)
        .status();
    match status {
        Ok(status) => {
            // A runner that a signal ended has no code; it did not pass.
            let code = status.code().and_then(|code| u8::try_from(code).ok());
            ExitCode::from(code.unwrap_or(2))
        }
        Err(error) => {
            eprintln!("vectors: cargo does not start: {error}");
            ExitCode::from(2)
        }
    }
}
