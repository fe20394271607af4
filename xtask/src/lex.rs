//! Splits Rust and JavaScript into words, texts and marks, which is all that finding imports needs.
//! Comments vanish, so that a path in a comment is no import.

use std::iter::Peekable;
use std::str::Chars;

/// One piece of source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    /// Counted from 1.
    pub(crate) line: usize,
    /// What it is.
    pub(crate) kind: Kind,
}

/// What a piece of source is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A name, a keyword or a number.
    Word(String),
    /// What stands between quotation marks, escapes as written.
    Text(String),
    /// Any other character.
    Mark(char),
}

impl Token {
    /// Whether this is the word `word`.
    pub(crate) fn is_word(&self, word: &str) -> bool {
        matches!(&self.kind, Kind::Word(own) if own == word)
    }

    /// Whether this is the mark `mark`.
    pub(crate) fn is_mark(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }

    /// The word, where it is one.
    pub(crate) fn word(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    /// The text, where it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// The tokens of a Rust file.
pub(crate) fn rust(source: &str) -> Vec<Token> {
    let mut lexer = Lexer::new(source);
    while let Some(c) = lexer.next() {
        match c {
            '/' if lexer.eat('/') => lexer.skip_line(),
            '/' if lexer.eat('*') => lexer.skip_nested_comment(),
            '"' => lexer.quoted('"'),
            '\'' => lexer.lifetime_or_character(),
            'r' | 'b' | 'c' => lexer.word_or_raw_text(c),
            c if is_word(c) => {
                let word = lexer.word(c);
                lexer.push(Kind::Word(word));
            }
            c if c.is_whitespace() => {}
            c => lexer.push(Kind::Mark(c)),
        }
    }
    lexer.tokens
}

/// The tokens of a JavaScript or TypeScript file. The text of a template is dropped; what stands in
/// its `${}` is read.
pub(crate) fn javascript(source: &str) -> Vec<Token> {
    let mut lexer = Lexer::new(source);
    if source.starts_with("#!") {
        lexer.skip_line();
    }
    // For every `${` that is open: how many `{` inside it are.
    let mut open: Vec<usize> = Vec::new();
    while let Some(c) = lexer.next() {
        match c {
            '/' if lexer.eat('/') => lexer.skip_line(),
            '/' if lexer.eat('*') => lexer.skip_comment(),
            '/' if lexer.at_expression() => lexer.skip_regex(),
            '"' | '\'' => lexer.quoted(c),
            '`' => lexer.template(&mut open),
            '}' if open.last() == Some(&0) => {
                open.pop();
                lexer.template(&mut open);
            }
            c if is_word(c) || c == '$' => {
                let word = lexer.word(c);
                lexer.push(Kind::Word(word));
            }
            c if c.is_whitespace() => {}
            c => {
                if let Some(braces) = open.last_mut() {
                    match c {
                        '{' => *braces += 1,
                        '}' => *braces -= 1,
                        _ => {}
                    }
                }
                lexer.push(Kind::Mark(c));
            }
        }
    }
    lexer.tokens
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

struct Lexer<'a> {
    rest: Peekable<Chars<'a>>,
    line: usize,
    /// Where the token began that is being read.
    start: usize,
    tokens: Vec<Token>,
}

impl<'a> Lexer<'a> {
    fn new(source: &'a str) -> Self {
        Self {
            rest: source.chars().peekable(),
            line: 1,
            start: 1,
            tokens: Vec::new(),
        }
    }

    /// The next character, as the beginning of a token.
    fn next(&mut self) -> Option<char> {
        self.start = self.line;
        self.advance()
    }

    fn advance(&mut self) -> Option<char> {
        let c = self.rest.next()?;
        if c == '\n' {
            self.line += 1;
        }
        Some(c)
    }

    fn eat(&mut self, wanted: char) -> bool {
        let eaten = self.rest.next_if_eq(&wanted).is_some();
        if eaten && wanted == '\n' {
            self.line += 1;
        }
        eaten
    }

    fn push(&mut self, kind: Kind) {
        let line = self.start;
        self.tokens.push(Token { line, kind });
    }

    fn skip_line(&mut self) {
        while let Some(c) = self.advance() {
            if c == '\n' {
                return;
            }
        }
    }

    fn skip_comment(&mut self) {
        while let Some(c) = self.advance() {
            if c == '*' && self.eat('/') {
                return;
            }
        }
    }

    fn skip_nested_comment(&mut self) {
        let mut depth = 1_usize;
        while let Some(c) = self.advance() {
            if c == '/' && self.eat('*') {
                depth += 1;
            } else if c == '*' && self.eat('/') {
                depth -= 1;
                if depth == 0 {
                    return;
                }
            }
        }
    }

    fn word(&mut self, first: char) -> String {
        let mut word = String::from(first);
        while let Some(c) = self.rest.next_if(|c| is_word(*c) || *c == '$') {
            word.push(c);
        }
        word
    }

    /// The rest of a text that `end` closes, with backslash escapes left as they are.
    fn quoted(&mut self, end: char) {
        let mut text = String::new();
        while let Some(c) = self.advance() {
            if c == end {
                break;
            }
            text.push(c);
            if c == '\\' {
                text.extend(self.advance());
            }
        }
        self.push(Kind::Text(text));
    }

    /// After an `r`, `b` or `c` of Rust: `r#"…"#`, `b"…"`, `r#name`, or a plain word.
    fn word_or_raw_text(&mut self, first: char) {
        let word = self.word(first);
        let raw = matches!(&*word, "r" | "br" | "cr");
        let mut hashes = 0_usize;
        while raw && self.eat('#') {
            hashes += 1;
        }
        if raw && self.eat('"') {
            self.raw_text(hashes);
        } else if hashes > 0 {
            // A raw identifier: the word that follows is read by itself.
        } else if matches!(&*word, "b" | "c") && self.eat('"') {
            self.quoted('"');
        } else {
            self.push(Kind::Word(word));
        }
    }

    fn raw_text(&mut self, hashes: usize) {
        let mut text = String::new();
        let end = format!("\"{}", "#".repeat(hashes));
        while let Some(c) = self.advance() {
            text.push(c);
            if text.ends_with(&end) {
                text.truncate(text.len() - end.len());
                break;
            }
        }
        self.push(Kind::Text(text));
    }

    /// After a `'` of Rust. Neither a lifetime nor a character is of interest.
    fn lifetime_or_character(&mut self) {
        match self.advance() {
            Some('\\') => {
                self.advance();
                while let Some(c) = self.advance() {
                    if c == '\'' {
                        return;
                    }
                }
            }
            Some(first) if !self.eat('\'') && is_word(first) => {
                self.word(first);
            }
            _ => {}
        }
    }

    /// Whether a `/` here begins a regular expression: only where a value cannot have ended.
    fn at_expression(&self) -> bool {
        match self.tokens.last().map(|token| &token.kind) {
            None => true,
            Some(Kind::Mark(mark)) => !matches!(mark, ')' | ']' | '}'),
            Some(Kind::Word(word)) => matches!(
                &**word,
                "await" | "case" | "delete" | "in" | "of" | "return" | "throw" | "typeof" | "void"
            ),
            Some(Kind::Text(_)) => false,
        }
    }

    fn skip_regex(&mut self) {
        let mut in_class = false;
        while let Some(c) = self.advance() {
            match c {
                '\\' => {
                    self.advance();
                }
                '[' => in_class = true,
                ']' => in_class = false,
                '/' if !in_class => break,
                _ => {}
            }
        }
        // A value ended here, so a `/` that follows divides.
        self.push(Kind::Text(String::new()));
        while self.rest.next_if(|c| is_word(*c)).is_some() {}
    }

    /// The text of a template up to its end or to the next `${`.
    fn template(&mut self, open: &mut Vec<usize>) {
        while let Some(c) = self.advance() {
            match c {
                '\\' => {
                    self.advance();
                }
                '`' => {
                    self.push(Kind::Text(String::new()));
                    return;
                }
                '$' if self.eat('{') => {
                    open.push(0);
                    // An expression begins.
                    self.push(Kind::Mark('{'));
                    return;
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(tokens: &[Token]) -> Vec<&str> {
        tokens.iter().filter_map(Token::word).collect()
    }

    fn texts(tokens: &[Token]) -> Vec<&str> {
        tokens
            .iter()
            .filter_map(Token::text)
            .filter(|text| !text.is_empty())
            .collect()
    }

    #[test]
    fn rust_comments_and_texts_hold_no_words() {
        let tokens = rust("a // b\n/* c /* d */ e */ f /// g\n\"h \\\" i\" r#\"j \" k\"# b\"l\" m");
        assert_eq!(words(&tokens), ["a", "f", "m"]);
        assert_eq!(texts(&tokens), ["h \\\" i", "j \" k", "l"]);
    }

    #[test]
    fn rust_lifetimes_and_characters_are_told_apart() {
        let tokens = rust("fn x<'a>(y: &'a str) { '\"'; '\\''; '\\u{41}'; b'z'; } end");
        assert_eq!(words(&tokens), ["fn", "x", "y", "str", "b", "end"]);
    }

    #[test]
    fn rust_raw_identifiers_are_words() {
        assert_eq!(
            words(&rust("r#use r#type rust raw")),
            ["use", "type", "rust", "raw"]
        );
    }

    #[test]
    fn javascript_comments_templates_and_regexes_hold_no_words() {
        let tokens =
            javascript("a /* b */ // c\n`d ${e + `f ${g}` + {h: 1}.h} i`; /j'/.test(k) 'l'");
        assert_eq!(words(&tokens), ["a", "e", "g", "h", "1", "h", "test", "k"]);
        assert_eq!(texts(&tokens), ["l"]);
    }

    #[test]
    fn javascript_division_is_no_regex() {
        let tokens = javascript("a / b; (c) / d / 'e'; x[0] / 2; return /[/'\"]/ ; f");
        assert_eq!(
            words(&tokens),
            ["a", "b", "c", "d", "x", "0", "2", "return", "f"]
        );
        assert_eq!(texts(&tokens), ["e"]);
    }

    #[test]
    fn lines_are_counted_where_a_token_begins() {
        let tokens = rust("a\n/* \n */ \"b\nc\" d");
        let lines: Vec<usize> = tokens.iter().map(|token| token.line).collect();
        assert_eq!(lines, [1, 3, 4]);
    }

    #[test]
    fn a_shebang_is_no_source() {
        assert_eq!(words(&javascript("#!/usr/bin/env node\na")), ["a"]);
    }
}
