//! Vectors of the form-encoded gateway and the open platform.

use alipay_protocol::canonical::resplit;
use alipay_protocol::form::Form;
use serde_json::Value;

use crate::keys::Key;
use crate::message::Message;
use crate::{Verdict, json, rules, verifiers};

/// Names that requests have and that no message from Alipay repeats: a signed request that is
/// presented as a notification has one.
const REQUEST_ONLY: [&str; 5] = [
    "method",
    "notify_url",
    "product_code",
    "return_url",
    "service",
];

/// What is asked of a vector, by its kind.
#[derive(Clone, Copy, PartialEq)]
enum Family {
    /// From Alipay to the merchant's server: the file's `accept`.
    Notification,
    /// By the shopper's browser or app: the file's `accept`.
    Return,
    /// Made by the merchant: `valid`, and `accept` where the file has it.
    Request,
    /// A text and a signature: `valid`.
    Bare,
}

/// The family of a kind, by the words it is made of: `response-openapi` is a response.
fn family(kind: &str) -> Option<Family> {
    let is = |word: &str| kind.split(['-', '_']).any(|part| part == word);
    [
        ("notification", Family::Notification),
        ("return", Family::Return),
        ("result", Family::Return),
        ("request", Family::Request),
        ("primitive", Family::Bare),
        ("response", Family::Bare),
        ("answer", Family::Bare),
    ]
    .into_iter()
    .find_map(|(word, family)| is(word).then_some(family))
}

/// The verdict on one vector.
pub(crate) fn run(id: &str, vector: &Value, file: &Value) -> Verdict {
    verdict(id, vector, file).unwrap_or_else(|reason| Verdict::unusable(id, &reason))
}

fn verdict(id: &str, vector: &Value, file: &Value) -> Result<Verdict, String> {
    let kind = json::text(vector, "kind").ok_or("no kind")?;
    let family = family(&kind).ok_or(format!("unknown kind {kind}"))?;
    let key = Key::read(vector, file)?;
    let message = Message::read(vector)?;
    let rule = rule(vector, &kind, family);
    known(&rule)?;
    let says = |name: &str| vector.get(name).and_then(Value::as_bool);
    let (valid, accept) = (says("valid"), says("accept"));
    let is_valid = || match rules::signed(&rule, &message) {
        Ok(signed) if key.holds(&signed.text, &signed.sign) => Ok(()),
        Ok(_) => Err("the signature does not hold".to_owned()),
        Err(reason) => Err(reason),
    };
    let verdict = |expected: bool, got: Result<(), String>, words: [&'static str; 2]| {
        let [yes, no] = words;
        let expected = if expected { yes } else { no };
        let got = match got {
            Ok(()) => yes.to_owned(),
            Err(_) if expected == no => no.to_owned(),
            Err(reason) => format!("{no} ({reason})"),
        };
        Verdict::new(id, expected, got)
    };
    let validity = |expected| verdict(expected, is_valid(), ["valid", "invalid"]);
    let acceptance = |expected, got| verdict(expected, got, ["accepted", "refused"]);
    let no_verdict = || "neither `valid` nor `accept` says what is expected".to_owned();
    Ok(match family {
        Family::Bare => validity(valid.or(accept).ok_or_else(no_verdict)?),
        Family::Request => {
            // One line per vector: the signature first, then whether to sign such a text at all.
            let valid = valid.or(accept).ok_or_else(no_verdict)?;
            let verdict = validity(valid);
            match accept {
                Some(expected) if verdict.passed() => {
                    acceptance(expected, is_valid().and_then(|()| sendable(&message)))
                }
                _ => verdict,
            }
        }
        Family::Notification | Family::Return => {
            let expected = accept.or(valid).ok_or_else(no_verdict)?;
            let got = is_valid().and_then(|()| careful(&kind, &rule, &key, &message, vector));
            acceptance(expected, got)
        }
    })
}

/// The rule of the vector, or the one its kind has.
fn rule(vector: &Value, kind: &str, family: Family) -> String {
    if let Some(rule) = json::text(vector, "rule") {
        return rule;
    }
    let rule = match kind {
        "request-app" => "quoted_in_order",
        "sync-app-result" => "verbatim_prefix",
        "request-openapi" | "notification-openapi-v2" => "v2",
        _ if family == Family::Bare && vector.get("params").is_none() => "verbatim",
        _ => "v1",
    };
    rule.to_owned()
}

fn known(rule: &str) -> Result<(), String> {
    let rules = [
        "json_value_verbatim",
        "quoted_in_order",
        "v1",
        "v1_keep_empty",
        "v2",
        "verbatim",
        "verbatim_prefix",
    ];
    if rules.contains(&rule) {
        Ok(())
    } else {
        Err(format!("unknown rule {rule}"))
    }
}

/// Whether a text should be signed at all: not if it can be split again at another place. The query
/// of an address is no such place.
fn sendable(message: &Message) -> Result<(), String> {
    let Ok(form) = message.form() else {
        return Ok(());
    };
    let address = |value: &[u8]| value.starts_with(b"http://") || value.starts_with(b"https://");
    if form
        .iter()
        .any(|(_, value)| resplit(value) && !address(value))
    {
        return Err("a value holds a field of its own".to_owned());
    }
    Ok(())
}

/// What a careful receiver says of a message whose signature holds.
fn careful(
    kind: &str,
    rule: &str,
    key: &Key,
    message: &Message,
    vector: &Value,
) -> Result<(), String> {
    // The key's policy is the receiver's, whatever the rule.
    let bound = key.bound()?;
    if let Some(verdict) = verifiers::verdict(kind, rule, bound, message, vector) {
        return verdict;
    }
    if !matches!(rule, "v1" | "v1_keep_empty" | "v2") {
        return Ok(());
    }
    gates(kind, key, &message.form()?, message)
}

/// The gates behind the signature, for messages that the crate's verifiers do not read.
fn gates(kind: &str, key: &Key, form: &Form<'_>, message: &Message) -> Result<(), String> {
    let expected = key.sign_type();
    if form.get("sign_type") != Some(expected.as_str().as_bytes()) {
        return Err(format!("sign_type is not {expected}"));
    }
    if form.iter().any(|(_, value)| resplit(value)) {
        return Err("a value holds a field of its own".to_owned());
    }
    if kind.starts_with("notification") && form.get("notify_id").is_none() {
        return Err("no notify_id: not a notification".to_owned());
    }
    for (name, value) in form.iter() {
        if REQUEST_ONLY.contains(&name) {
            return Err(format!("{name} is a name of requests"));
        }
        if message.charset.decode(value).is_none() {
            return Err(format!("{name} is not text of the charset"));
        }
    }
    Ok(())
}
