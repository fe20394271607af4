//! What JavaScript may import: a folder's own files, Node's own modules where it runs in Node, and
//! the packages that its package.json names.

use std::collections::BTreeSet;

use serde_json::Value;

use super::rust_paths::beside;
use crate::lex::{Token, javascript};
use crate::tree::{Tree, Violation};

struct Zone {
    /// The files that these rules are for: all that begin with this.
    files: &'static str,
    /// The folder that their own files are in.
    home: &'static str,
    /// Whether it runs in Node.
    node: bool,
    /// Whether it may import what it has written itself, such as an example from the README.
    computed: bool,
    /// The package.json whose packages it may import, and which tables of it.
    packages: Option<(&'static str, &'static [&'static str])>,
    /// Files outside the folder, and names that are no packages.
    extra: &'static [&'static str],
}

/// The most special first: the first zone that holds a file is its zone.
const ZONES: [Zone; 12] = [
    Zone {
        files: "www/test/",
        home: "www/",
        node: true,
        computed: false,
        packages: Some(("www/package.json", &["dependencies", "devDependencies"])),
        extra: &[],
    },
    Zone {
        files: "www/doctor/",
        home: "www/doctor/",
        node: false,
        computed: false,
        packages: None,
        // The glue that wasm-bindgen writes, by the name that build-doctor.mjs gives it.
        extra: &["@doctor"],
    },
    Zone {
        files: "www/",
        home: "www/",
        node: true,
        computed: false,
        packages: Some(("www/package.json", &["dependencies"])),
        extra: &[],
    },
    Zone {
        // The peers' buttons, as merchants bundle them for a page.
        files: "tests/bench/rivals/",
        home: "tests/bench/rivals/",
        node: false,
        computed: false,
        packages: Some(("tests/bench/rivals/package.json", &["dependencies"])),
        extra: &[],
    },
    Zone {
        files: "tests/",
        home: "tests/",
        node: true,
        computed: true,
        packages: Some(("tests/package.json", &["dependencies", "devDependencies"])),
        extra: &[
            "xtask/npm/stack.mjs",
            // The Worker runtime's own, for what stands before the built Worker in it.
            "cloudflare:workers",
            // The widget as it is published: samples import it from a packed copy of `dist/`.
            "alipay-checkout",
            "alipay-checkout/react",
            "alipay-checkout/svelte",
            "alipay-checkout/vue",
        ],
    },
    Zone {
        // What merchants copy: it imports what they would install.
        files: "widget/examples/",
        home: "widget/examples/",
        node: false,
        computed: false,
        packages: Some(("tests/package.json", &["devDependencies"])),
        extra: &["alipay-checkout"],
    },
    Zone {
        files: "docs/site/",
        home: "docs/site/",
        node: true,
        computed: false,
        packages: Some(("docs/site/package.json", &["dependencies"])),
        extra: &[],
    },
    Zone {
        files: "widget/",
        home: "widget/",
        node: false,
        computed: false,
        packages: None,
        // The glue that wasm-bindgen writes, by the name that build-widget.mjs gives it.
        extra: &["@behaviour"],
    },
    // These run in processes of their own, after `npm ci`.
    installed("xtask/npm/build-widget.mjs"),
    installed("xtask/npm/build-doctor.mjs"),
    installed("xtask/npm/deploy/wrangler-config.mjs"),
    Zone {
        // Runs before `npm ci`, hence no packages.
        files: "xtask/npm/",
        home: "xtask/npm/",
        node: true,
        computed: false,
        packages: None,
        extra: &[],
    },
];

/// A file of `xtask/npm/` that may import what the root's `package.json` names.
const fn installed(file: &'static str) -> Zone {
    Zone {
        files: file,
        home: "xtask/npm/",
        node: true,
        computed: false,
        packages: Some(("package.json", &["devDependencies"])),
        extra: &[],
    }
}

/// Imports that a zone does not allow.
pub(super) fn violations(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for (path, text) in tree.files_ending(&["cjs", "js", "mjs", "ts"]) {
        let Some(zone) = ZONES.iter().find(|zone| path.starts_with(zone.files)) else {
            continue;
        };
        let packages = packages(tree, zone);
        for (line, import) in imports(&javascript(text)) {
            let refusal = match import {
                Import::Named(name) => refusal(zone, path, name, &packages),
                Import::Computed => (!zone.computed)
                    .then(|| "import() must name its module as a plain text".to_owned()),
            };
            found.extend(refusal.map(|message| Violation {
                path: path.to_owned(),
                line,
                message,
            }));
        }
    }
    found
}

fn refusal(zone: &Zone, path: &str, name: &str, packages: &BTreeSet<String>) -> Option<String> {
    let home = zone.home;
    if zone.extra.contains(&name) {
        return None;
    }
    if name.starts_with('.') {
        let file = beside(path, name);
        let allowed = file.starts_with(home) || zone.extra.contains(&&*file);
        return (!allowed).then(|| format!("{name} is outside {home}"));
    }
    if name.starts_with("node:") {
        return (!zone.node).then(|| format!("{name}: {home} does not run in Node"));
    }
    // A path on the server that the page came from.
    if home == "www/" && name.starts_with('/') && !name.starts_with("//") {
        return None;
    }
    if packages.contains(package_of(name)) {
        return None;
    }
    Some(match zone.packages {
        Some((manifest, _)) => format!("{name} is not in {manifest}, nor a node: module"),
        None => format!("{name}: {home} imports no packages"),
    })
}

/// `@scope/name/part` is in the package `@scope/name`.
fn package_of(name: &str) -> &str {
    let parts = if name.starts_with('@') { 2 } else { 1 };
    name.match_indices('/')
        .nth(parts - 1)
        .and_then(|(end, _)| name.get(..end))
        .unwrap_or(name)
}

fn packages(tree: &Tree, zone: &Zone) -> BTreeSet<String> {
    let Some((manifest, tables)) = zone.packages else {
        return BTreeSet::new();
    };
    let value: Value = tree
        .text(manifest)
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    tables
        .iter()
        .filter_map(|table| value.get(table)?.as_object())
        .flat_map(|table| table.keys().cloned())
        .collect()
}

#[derive(Debug, PartialEq, Eq)]
enum Import<'a> {
    Named(&'a str),
    /// `import(expression)`: nobody can tell what it loads.
    Computed,
}

/// Every `import`, `export … from`, `import()` and `require()`.
fn imports(tokens: &[Token]) -> Vec<(usize, Import<'_>)> {
    let mut found = Vec::new();
    let mut after_dot = false;
    let mut rest = tokens.iter();
    while let Some(token) = rest.next() {
        let member = std::mem::replace(&mut after_dot, token.is_mark('.'));
        let import = match token.word() {
            _ if member => None,
            Some("import") => import_after(rest.as_slice()),
            Some("export") => export_after(rest.as_slice()),
            Some("require") => {
                call_argument(rest.as_slice()).filter(|import| *import != Import::Computed)
            }
            _ => None,
        };
        found.extend(import.map(|import| (token.line, import)));
    }
    found
}

fn import_after(rest: &[Token]) -> Option<Import<'_>> {
    let first = rest.first()?;
    if let Some(name) = first.text() {
        return Some(Import::Named(name));
    }
    if first.is_mark('(') {
        return call_argument(rest);
    }
    // `import.meta`
    if first.is_mark('.') {
        return None;
    }
    from(rest)
}

fn export_after(rest: &[Token]) -> Option<Import<'_>> {
    let first = rest.first()?;
    if first.is_mark('*') {
        return from(rest);
    }
    let first = if first.is_word("type") {
        rest.get(1)?
    } else {
        first
    };
    if !first.is_mark('{') {
        return None;
    }
    let end = rest.iter().position(|token| token.is_mark('}'))?;
    let after = rest.get(end + 1..)?;
    after.first()?.is_word("from").then(|| from(after))?
}

/// The text after the `from` that belongs to this statement.
fn from(rest: &[Token]) -> Option<Import<'_>> {
    let mut tokens = rest
        .iter()
        .take_while(|token| !token.is_mark(';'))
        .peekable();
    while let Some(token) = tokens.next() {
        if token.is_word("from")
            && let Some(name) = tokens.peek().and_then(|next| next.text())
        {
            return Some(Import::Named(name));
        }
    }
    None
}

fn call_argument(rest: &[Token]) -> Option<Import<'_>> {
    let [open, argument, end, ..] = rest else {
        return None;
    };
    if !open.is_mark('(') {
        return None;
    }
    match argument.text() {
        // The text of a template is not kept, so it counts as computed.
        Some(name) if !name.is_empty() && (end.is_mark(')') || end.is_mark(',')) => {
            Some(Import::Named(name))
        }
        _ => Some(Import::Computed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOP: &str =
        r#"{ "dependencies": { "express": "5" }, "devDependencies": { "c8": "1" } }"#;
    const ROOT: &str = r#"{ "devDependencies": { "esbuild": "0" } }"#;
    const DOCS: &str = r#"{ "dependencies": { "yaml": "2" } }"#;
    const RIVALS: &str = r#"{"dependencies":{"lit":"3"}}"#;
    const TESTS: &str = r#"{ "devDependencies": { "@playwright/test": "1" } }"#;

    #[track_caller]
    fn check(path: &str, text: &str, expected: &[&str]) {
        let files = [
            ("package.json", ROOT),
            ("www/package.json", SHOP),
            ("tests/package.json", TESTS),
            ("docs/site/package.json", DOCS),
            ("tests/bench/rivals/package.json", RIVALS),
            (path, text),
        ];
        let found: Vec<String> = violations(&Tree::made_up(&files, vec![]))
            .iter()
            .map(Violation::to_string)
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn every_form_of_import_is_read() {
        let source = "import a from 'a'; import * as b from \"b\"; import 'c'; import { d as from } from 'd'\n\
                      export { e } from 'e'; export * from 'f'; export { g }; export const from = 1;\n\
                      await import('h'); require('i'); import.meta.url; x.import('j'); import(k); import(`l`);\n\
                      import type { M } from 'm'; import n, { o } from 'n';";
        let tokens = javascript(source);
        let names: Vec<&str> = imports(&tokens)
            .into_iter()
            .map(|(_, import)| match import {
                Import::Named(name) => name,
                Import::Computed => "computed",
            })
            .collect();
        assert_eq!(
            names,
            [
                "a", "b", "c", "d", "e", "f", "h", "i", "computed", "computed", "m", "n"
            ]
        );
    }

    #[test]
    fn own_files_node_and_own_packages_accepted() {
        check(
            "www/backend/server.mjs",
            "import e from 'express'; import 'node:fs'; import '../pages/a.mjs';",
            &[],
        );
        check("www/public/shop.js", "import '/product.js';", &[]);
        check(
            "www/test/a.test.mjs",
            "import 'c8'; import '../backend/orders.mjs';",
            &[],
        );
        check(
            "tests/journeys/pay.spec.mjs",
            "import '@playwright/test/reporter'; import '../../xtask/npm/stack.mjs';",
            &[],
        );
        check(
            "widget/js/load.js",
            "import { initSync } from '@behaviour'; import './texts/en.json';",
            &[],
        );
        check(
            "xtask/npm/build.mjs",
            "import 'node:fs'; import './run.mjs';",
            &[],
        );
    }

    #[test]
    fn the_shop_importing_what_is_not_its_own_rejected() {
        check(
            "www/backend/server.mjs",
            "import 'wrangler';\nimport '../../widget/js/load.js';\nimport 'c8';\nimport 'https://example.com/a.js';",
            &[
                "www/backend/server.mjs:1: wrangler is not in www/package.json, nor a node: module",
                "www/backend/server.mjs:2: ../../widget/js/load.js is outside www/",
                "www/backend/server.mjs:3: c8 is not in www/package.json, nor a node: module",
                "www/backend/server.mjs:4: https://example.com/a.js is not in www/package.json, nor a node: module",
            ],
        );
    }

    #[test]
    fn tests_importing_the_parts_they_test_rejected() {
        check(
            "tests/journeys/pay.spec.mjs",
            "import '../../www/backend/orders.mjs';\nimport '../../xtask/npm/run.mjs';\nimport 'express';",
            &[
                "tests/journeys/pay.spec.mjs:1: ../../www/backend/orders.mjs is outside tests/",
                "tests/journeys/pay.spec.mjs:2: ../../xtask/npm/run.mjs is outside tests/",
                "tests/journeys/pay.spec.mjs:3: express is not in tests/package.json, nor a node: module",
            ],
        );
    }

    #[test]
    fn the_widget_importing_packages_or_node_rejected() {
        check(
            "widget/js/load.js",
            "import 'lit';\nimport 'node:fs';\nimport '../../www/public/shop.js';",
            &[
                "widget/js/load.js:1: lit: widget/ imports no packages",
                "widget/js/load.js:2: node:fs: widget/ does not run in Node",
                "widget/js/load.js:3: ../../www/public/shop.js is outside widget/",
            ],
        );
    }

    #[test]
    fn the_documentation_importing_other_packages_or_parts_rejected() {
        check(
            "docs/site/lib/api.mjs",
            "import 'yaml';\nimport './urls.mjs';\nimport 'express';\nimport '../../../tests/stack/openapi.mjs';",
            &[
                "docs/site/lib/api.mjs:3: express is not in docs/site/package.json, nor a node: module",
                "docs/site/lib/api.mjs:4: ../../../tests/stack/openapi.mjs is outside docs/site/",
            ],
        );
    }

    #[test]
    fn the_peers_buttons_importing_more_than_their_own_manifest_names_rejected() {
        check(
            "tests/bench/rivals/lit.js",
            "import 'lit';\nimport 'express';\nimport 'node:fs';\nimport '../../stack/parts.mjs';",
            &[
                "tests/bench/rivals/lit.js:2: express is not in tests/bench/rivals/package.json, nor a node: module",
                "tests/bench/rivals/lit.js:3: node:fs: tests/bench/rivals/ does not run in Node",
                "tests/bench/rivals/lit.js:4: ../../stack/parts.mjs is outside tests/bench/rivals/",
            ],
        );
    }

    #[test]
    fn npm_scripts_importing_packages_rejected() {
        check(
            "xtask/npm/build.mjs",
            "import 'esbuild';",
            &["xtask/npm/build.mjs:1: esbuild: xtask/npm/ imports no packages"],
        );
    }

    #[test]
    fn a_computed_import_rejected_except_in_tests() {
        check("tests/api/readme.spec.mjs", "await import(file);", &[]);
        check(
            "www/backend/server.mjs",
            "await import(name);",
            &["www/backend/server.mjs:1: import() must name its module as a plain text"],
        );
    }
}
