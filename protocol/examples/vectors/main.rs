//! Runs files of test vectors against this crate: `vectors FILE...`
//!
//! Reads the project's own formats (gateway, Antom, re-split pairs) and Wycheproof's schemas
//! `rsassa_pkcs1_verify` and `mac`, each known by its content. One line per vector that fails, then
//! `vectors: N passed, N failed`. Status 0 if all pass, 1 if one fails, 2 if a file is no such file.

mod antom;
mod gateway;
mod json;
mod keys;
mod message;
mod resplit;
mod rules;
#[cfg(test)]
mod tests;
mod verifiers;
mod wycheproof;

use std::process::ExitCode;

use serde_json::Value;

const USAGE: &str = "usage: vectors FILE...

Files: gateway.json, antom.json, resplit.json and their like; Wycheproof's rsassa_pkcs1_verify
and mac schemas, version 0 or 1. The format is decided by the content.";

/// One verdict on one vector: what the file says, and what this crate says.
struct Verdict {
    id: String,
    expected: String,
    got: String,
}

impl Verdict {
    /// A verdict of two words.
    fn new(id: &str, expected: &'static str, got: String) -> Self {
        Self {
            id: id.to_owned(),
            expected: expected.to_owned(),
            got,
        }
    }

    /// A vector that cannot be run. It is never skipped: it fails, with the reason.
    fn unusable(id: &str, reason: &str) -> Self {
        Self {
            id: id.to_owned(),
            expected: "a vector that can be run".to_owned(),
            got: reason.to_owned(),
        }
    }

    fn passed(&self) -> bool {
        self.expected == self.got
    }
}

fn main() -> ExitCode {
    let files: Vec<String> = std::env::args().skip(1).collect();
    if matches!(files.first().map(String::as_str), Some("-h" | "--help")) {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    if files.is_empty() {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    }
    let (mut passed, mut failed, mut malformed) = (0_usize, 0_usize, false);
    for file in &files {
        match run(file) {
            Ok(verdicts) => {
                for verdict in verdicts {
                    if verdict.passed() {
                        passed = passed.saturating_add(1);
                        continue;
                    }
                    failed = failed.saturating_add(1);
                    let Verdict { id, expected, got } = verdict;
                    println!("{file} {id}: expected {expected}, got {got}");
                }
            }
            Err(error) => {
                malformed = true;
                eprintln!("{file}: {error}");
            }
        }
    }
    println!("vectors: {passed} passed, {failed} failed");
    match (malformed, failed) {
        (true, _) => ExitCode::from(2),
        (false, 0) => ExitCode::SUCCESS,
        (false, _) => ExitCode::FAILURE,
    }
}

fn run(file: &str) -> Result<Vec<Verdict>, String> {
    let bytes = std::fs::read(file).map_err(|error| error.to_string())?;
    let json: Value =
        serde_json::from_slice(&bytes).map_err(|error| format!("not JSON: {error}"))?;
    let verdicts = read(&json)?;
    if verdicts.is_empty() {
        return Err("no vectors in it".to_owned());
    }
    Ok(verdicts)
}

/// Decides the format by what is there.
fn read(json: &Value) -> Result<Vec<Verdict>, String> {
    if let Some(list) = json.as_array() {
        // A bare list of vectors is a file of vectors without a head.
        return vectors(&Value::Null, list);
    }
    if json.get("testGroups").is_some() {
        return wycheproof::run(json);
    }
    if json.get("genuine").is_some() || json.get("forged").is_some() {
        return resplit::run(json);
    }
    match json.get("vectors").map(Value::as_array) {
        Some(Some(list)) => vectors(json, list),
        Some(None) => Err("`vectors` is not a list".to_owned()),
        None => Err("neither `vectors`, `testGroups` nor `genuine` and `forged` in it".to_owned()),
    }
}

fn vectors(file: &Value, list: &[Value]) -> Result<Vec<Verdict>, String> {
    let mut verdicts = Vec::new();
    for (index, vector) in list.iter().enumerate() {
        if !vector.is_object() {
            return Err(format!("vector {index} is not an object"));
        }
        let id = json::text(vector, "id").unwrap_or_else(|| format!("#{index}"));
        if vector.get("genuine").is_some() {
            verdicts.extend(resplit::run(vector)?);
        } else if vector.get("signature_header").is_some() {
            verdicts.push(antom::run(&id, vector, file));
        } else {
            verdicts.push(gateway::run(&id, vector, file));
        }
    }
    Ok(verdicts)
}
