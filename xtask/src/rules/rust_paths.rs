//! Which paths Rust code may not name: signing in the stand-in, the outside world in code that
//! decides, and another crate's source files anywhere.

use crate::lex::{Token, rust};
use crate::paths::{NamedPath, named_paths};
use crate::tree::{Tree, Violation};

/// The modules of `protocol` that hold types and no canonical text, signature or request.
const TYPE_MODULES: [&str; 2] = ["money", "trade"];

const OUTSIDE_THE_WORKER: &[&[&str]] = &[
    &["js_sys"],
    &["wasm_bindgen"],
    &["web_sys"],
    &["worker"],
    &["worker_sys"],
];

/// Places (a file, or a folder with its slash), what they may not name, and why.
const FORBIDDEN: [(&str, &[&[&str]], &str); 6] = [
    (
        "edge/src/order/state.rs",
        OUTSIDE_THE_WORKER,
        "decides, and runs under plain cargo test",
    ),
    (
        "edge/src/order/state/",
        OUTSIDE_THE_WORKER,
        "decides, and runs under plain cargo test",
    ),
    (
        "edge/src/error.rs",
        OUTSIDE_THE_WORKER,
        "decides, and runs under plain cargo test",
    ),
    (
        "widget/src/checkout.rs",
        OUTSIDE_THE_WORKER,
        "decides, and runs under plain cargo test",
    ),
    (
        "widget/src/checkout/",
        OUTSIDE_THE_WORKER,
        "decides, and runs under plain cargo test",
    ),
    (
        "protocol/src/",
        &[
            &["js_sys"],
            &["std", "env"],
            &["std", "fs"],
            &["std", "net", "TcpListener"],
            &["std", "net", "TcpStream"],
            &["std", "net", "ToSocketAddrs"],
            &["std", "net", "UdpSocket"],
            &["std", "process"],
            &["std", "thread"],
            &["std", "time", "Instant"],
            &["std", "time", "SystemTime"],
            &["tokio"],
            &["wasm_bindgen"],
            &["web_sys"],
            &["worker"],
        ],
        "is pure functions on bytes",
    ),
];

/// Paths that stand where they may not.
pub(super) fn violations(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for (path, text) in tree.files_ending(&["rs"]) {
        for named in named_paths(text) {
            found.extend(refusal(path, &named).map(|message| Violation {
                path: path.to_owned(),
                line: named.line,
                message,
            }));
        }
        found.extend(foreign_sources(tree, path, text));
    }
    found
}

fn refusal(path: &str, named: &NamedPath) -> Option<String> {
    for (place, forbidden, why) in FORBIDDEN {
        let inside = path == place || (place.ends_with('/') && path.starts_with(place));
        if inside && forbidden.iter().any(|prefix| named.begins_with(prefix)) {
            return Some(format!(
                "{} is not for this file, which {why}",
                named.text()
            ));
        }
    }
    if path.starts_with("sandbox/") && named.begins_with(&["alipay_protocol"]) {
        let module = named.segments.get(1).map_or("", String::as_str);
        if !TYPE_MODULES.contains(&module) {
            return Some(format!(
                "{}: the stand-in may use alipay_protocol::money and ::trade only, never what signs or verifies",
                named.text()
            ));
        }
    }
    None
}

/// `#[path = "…"]` and `include!("…")` of a source file outside the crate would be an import that
/// Cargo.toml does not show.
fn foreign_sources(tree: &Tree, path: &str, text: &str) -> Vec<Violation> {
    let Some(folder) = tree
        .members()
        .iter()
        .map(|member| format!("{}/", member.folder))
        .find(|folder| path.starts_with(folder.as_str()))
    else {
        return Vec::new();
    };
    included(&rust(text))
        .into_iter()
        .filter(|(_, file)| file.ends_with(".rs") && !beside(path, file).starts_with(&folder))
        .map(|(line, file)| Violation {
            path: path.to_owned(),
            line,
            message: format!(
                "{file} is source of another crate; depend on that crate or do without"
            ),
        })
        .collect()
}

/// The files that `#[path = "…"]` and the `include` macros name.
fn included(tokens: &[Token]) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut rest = tokens.iter();
    while let Some(token) = rest.next() {
        let marks: &[char] = match token.word() {
            Some("path") => &['='],
            Some("include" | "include_str" | "include_bytes") => &['!', '('],
            _ => continue,
        };
        let mut ahead = rest.clone();
        if marks
            .iter()
            .all(|mark| ahead.next().is_some_and(|next| next.is_mark(*mark)))
        {
            found.extend(
                ahead
                    .next()
                    .and_then(Token::text)
                    .map(|file| (token.line, file)),
            );
        }
    }
    found
}

/// `file` as seen from the file `path`, relative to the root; `..` beyond the root is kept.
pub(super) fn beside(path: &str, file: &str) -> String {
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in file.split('/') {
        match part {
            "." | "" => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use crate::tree::Member;

    use super::*;

    #[track_caller]
    fn check(path: &str, text: &str, expected: &[&str]) {
        let member = |folder: &str| Member {
            name: folder.to_owned(),
            folder: folder.to_owned(),
            dependencies: vec![],
        };
        let tree = Tree::made_up(&[(path, text)], vec![member("edge"), member("sandbox")]);
        let found: Vec<String> = violations(&tree).iter().map(Violation::to_string).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn types_in_the_stand_in_accepted() {
        check(
            "sandbox/src/cashier.rs",
            "use alipay_protocol::{money::Amount, trade::*};",
            &[],
        );
    }

    #[test]
    fn signing_in_the_stand_in_rejected() {
        for path in [
            "sign::SigningKey",
            "canonical",
            "notification::Verifier",
            "request::PayRequest",
            "*",
        ] {
            let message = format!(
                "sandbox/src/sign.rs:2: alipay_protocol::{path}: the stand-in may use alipay_protocol::money and \
                 ::trade only, never what signs or verifies"
            );
            check(
                "sandbox/src/sign.rs",
                &format!("\nuse alipay_protocol::{{{path}}};"),
                &[&message],
            );
        }
    }

    #[test]
    fn the_whole_protocol_under_another_name_rejected() {
        check(
            "sandbox/tests/it/main.rs",
            "use alipay_protocol as p;",
            &[
                "sandbox/tests/it/main.rs:1: alipay_protocol: the stand-in may use alipay_protocol::money and \
               ::trade only, never what signs or verifies",
            ],
        );
    }

    #[test]
    fn the_outside_world_in_code_that_decides_rejected() {
        for path in [
            "edge/src/order/state.rs",
            "edge/src/order/state/apply.rs",
            "edge/src/error.rs",
            "widget/src/checkout.rs",
        ] {
            for outside in [
                "worker::Env",
                "web_sys::Window",
                "js_sys::Date",
                "wasm_bindgen::JsValue",
            ] {
                let message = format!(
                    "{path}:1: {outside} is not for this file, which decides, and runs under plain cargo test"
                );
                check(path, &format!("fn f(x: {outside}) {{}}"), &[&message]);
            }
        }
    }

    #[test]
    fn the_outside_world_elsewhere_accepted() {
        check("edge/src/order/object.rs", "use worker::State;", &[]);
        check(
            "edge/src/order/state.rs",
            "use crate::worker::State; // worker::Env",
            &[],
        );
    }

    #[test]
    fn a_clock_or_a_file_in_protocol_rejected() {
        check(
            "protocol/src/form.rs",
            "use std::{fmt, fs, net::{IpAddr, TcpStream}};\nuse std::time::{Duration, Instant};",
            &[
                "protocol/src/form.rs:1: std::fs is not for this file, which is pure functions on bytes",
                "protocol/src/form.rs:1: std::net::TcpStream is not for this file, which is pure functions on bytes",
                "protocol/src/form.rs:2: std::time::Instant is not for this file, which is pure functions on bytes",
            ],
        );
    }

    #[test]
    fn source_of_another_crate_rejected() {
        check(
            "sandbox/src/main.rs",
            "#[path = \"../../protocol/src/sign.rs\"]\nmod sign;\ninclude!(\"../../protocol/src/form.rs\");",
            &[
                "sandbox/src/main.rs:1: ../../protocol/src/sign.rs is source of another crate; depend on that crate or do without",
                "sandbox/src/main.rs:3: ../../protocol/src/form.rs is source of another crate; depend on that crate or do without",
            ],
        );
    }

    #[test]
    fn own_source_and_texts_accepted() {
        check(
            "edge/src/lib.rs",
            "#[path = \"other.rs\"] mod a; include_str!(\"../../docs/x.json\");",
            &[],
        );
    }
}
