//! The paths that Rust source names: in `use` trees, in `extern crate`, and in the code itself.

use std::iter::Peekable;
use std::slice::Iter;

use crate::lex::{Kind, Token, rust};

/// One path, such as `alipay_protocol::trade::OutTradeNo`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedPath {
    /// Counted from 1.
    pub(crate) line: usize,
    /// Its segments; `*` for a glob.
    pub(crate) segments: Vec<String>,
    /// Whether a `use` renames it with `as`.
    pub(crate) renamed: bool,
}

impl NamedPath {
    /// Whether the path begins with these segments.
    pub(crate) fn begins_with(&self, prefix: &[&str]) -> bool {
        self.segments.len() >= prefix.len()
            && prefix
                .iter()
                .zip(&self.segments)
                .all(|(wanted, own)| wanted == own)
    }

    /// The path as it is written.
    pub(crate) fn text(&self) -> String {
        self.segments.join("::")
    }
}

/// Every path of a Rust file: each leaf of a `use`, and each `a::b` of the code. A name alone is
/// no path, except in `use` and `extern crate`.
pub(crate) fn named_paths(source: &str) -> Vec<NamedPath> {
    let tokens = rust(source);
    let mut rest = tokens.iter().peekable();
    let mut found = Vec::new();
    while let Some(token) = rest.next() {
        if token.is_word("use") {
            // `+ use<'a>` captures lifetimes and imports nothing.
            if !rest.peek().is_some_and(|next| next.is_mark('<')) {
                use_tree(&mut rest, &[], &mut found);
            }
        } else if token.is_word("extern") && rest.next_if(|next| next.is_word("crate")).is_some() {
            use_tree(&mut rest, &[], &mut found);
        } else if let Kind::Word(first) = &token.kind {
            let mut segments = vec![first.clone()];
            while let Some(next) = following_segment(&mut rest) {
                segments.push(next);
            }
            if segments.len() > 1 {
                found.push(NamedPath {
                    line: token.line,
                    segments,
                    renamed: false,
                });
            }
        }
    }
    found
}

/// The segment after a `::`, where one follows.
fn following_segment(rest: &mut Peekable<Iter<'_, Token>>) -> Option<String> {
    let mut ahead = rest.clone();
    if !(ahead.next()?.is_mark(':') && ahead.next()?.is_mark(':')) {
        return None;
    }
    let segment = ahead.next()?.word()?.to_owned();
    *rest = ahead;
    Some(segment)
}

/// Reads one branch of a `use` tree up to the mark that ends it.
fn use_tree(rest: &mut Peekable<Iter<'_, Token>>, prefix: &[String], found: &mut Vec<NamedPath>) {
    let mut segments = prefix.to_vec();
    let mut renamed = false;
    let mut line = None;
    while let Some(token) = rest.next_if(|token| !ends_branch(token)) {
        line = line.or(Some(token.line));
        match &token.kind {
            Kind::Word(word) if word == "as" => {
                renamed = true;
                rest.next();
            }
            Kind::Word(word) => segments.push(word.clone()),
            Kind::Mark('*') => segments.push("*".to_owned()),
            Kind::Mark('{') => {
                loop {
                    use_tree(rest, &segments, found);
                    if rest.next_if(|token| token.is_mark(',')).is_none() {
                        break;
                    }
                }
                rest.next_if(|token| token.is_mark('}'));
                return;
            }
            _ => {}
        }
    }
    if let Some(line) = line {
        found.push(NamedPath {
            line,
            segments,
            renamed,
        });
    }
}

fn ends_branch(token: &Token) -> bool {
    token.is_mark(',') || token.is_mark('}') || token.is_mark(';')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, expected: &[&str]) {
        let paths: Vec<String> = named_paths(source).iter().map(NamedPath::text).collect();
        assert_eq!(paths, expected);
    }

    #[test]
    fn each_leaf_of_a_use_tree_is_a_path() {
        check(
            "pub(crate) use a::{b::{c, d as e}, self, f::*,};",
            &["a::b::c", "a::b::d", "a::self", "a::f::*"],
        );
        check("use worker;", &["worker"]);
        check("extern crate worker;", &["worker"]);
        check("use ::worker::Env;", &["worker::Env"]);
    }

    #[test]
    fn paths_in_code_are_found_and_single_names_are_not() {
        check(
            "fn a(worker: x::Y<z::W>) -> u8 { worker.go(p::q::<R>(s)) }",
            &["x::Y", "z::W", "p::q"],
        );
    }

    #[test]
    fn a_renamed_import_is_marked() {
        let renamed: Vec<bool> = named_paths("use a::b as c; use d::e;")
            .iter()
            .map(|path| path.renamed)
            .collect();
        assert_eq!(renamed, [true, false]);
    }

    #[test]
    fn captured_lifetimes_are_no_import() {
        check("fn a<'b>() -> impl C + use<'b> { d::e() }", &["d::e"]);
    }

    #[test]
    fn comments_and_texts_name_no_paths() {
        check("// a::b\n/// [`c::d`]\nfn f() { \"g::h\"; }", &[]);
    }
}
