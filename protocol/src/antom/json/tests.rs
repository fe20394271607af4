//! What the strict reader refuses, and that it reads the rest as `serde_json` does.

use proptest::prelude::*;
use serde_json::Value;

use super::{InvalidField, Json, JsonError, MAX_DEPTH, MAX_NUMBER, Object};

#[track_caller]
fn check(body: impl AsRef<[u8]>, expected: JsonError) {
    assert_eq!(Object::parse(body.as_ref()), Err(expected));
}

#[test]
fn name_given_twice_rejected_at_every_depth() {
    for body in [
        r#"{"a":"1","a":"1"}"#,
        r#"{"a":"1","b":{},"a":null}"#,
        r#"{"x":{"a":"1","a":"2"}}"#,
        r#"{"x":[{"a":1,"a":2}]}"#,
        // The same name, written in two ways.
        r#"{"a":"1","\u0061":"2"}"#,
        r#"{"":1,"":2}"#,
    ] {
        check(body, JsonError::DuplicateName);
    }
    let read = Object::parse(br#"{"a":"1","A":"2","b":{"a":"3"}}"#).unwrap();
    assert_eq!(read.text("a"), Ok("1"));
    assert_eq!(read.object("b").and_then(|b| b.text("a")), Ok("3"));
}

#[test]
fn numbers_beyond_exact_range_rejected() {
    let limit = MAX_NUMBER;
    for number in [
        "9007199254740992",
        "-9007199254740992",
        "18446744073709551615",
        "18446744073709551616",
        "123456789012345678901234567890",
        "1e300",
        "-1e300",
    ] {
        check(
            format!(r#"{{"a":{number}}}"#),
            JsonError::NumberTooLarge { limit },
        );
    }
    check(r#"{"a":1e400}"#, JsonError::NotJson);
    for number in [
        "0",
        "-0",
        "7.8",
        "1e3",
        "9007199254740991",
        "-9007199254740991",
    ] {
        let read = Object::parse(format!(r#"{{"a":{number}}}"#).as_bytes()).unwrap();
        assert_eq!(read.text("a"), Err(InvalidField("a")), "{number}");
    }
}

#[test]
fn half_a_surrogate_pair_rejected() {
    for text in [
        r"\ud83d",
        r"\udc00",
        r"\ud83dx",
        r"\ud83d\ud83d",
        r"\ude00\ud83d",
    ] {
        check(format!(r#"{{"a":"{text}"}}"#), JsonError::NotJson);
        check(format!(r#"{{"{text}":"a"}}"#), JsonError::NotJson);
    }
    let read = Object::parse(br#"{"a":"\ud83d\ude00"}"#).unwrap();
    assert_eq!(read.text("a"), Ok("😀"));
}

#[test]
fn bytes_that_are_no_utf8_object_rejected() {
    check(b"\xef\xbb\xbf{}", JsonError::ByteOrderMark);
    check(b"{\"a\":\"\xff\"}", JsonError::NotUtf8);
    check(b"{\"a\":\"\xc0\xaf\"}", JsonError::NotUtf8);
    check(b"{\"a\":\"\xed\xa0\x80\"}", JsonError::NotUtf8);
    for body in ["[]", "null", "\"a\"", "1", "true", " [{}] "] {
        check(body, JsonError::NotAnObject);
    }
    for body in [
        "",
        " ",
        "{",
        "{}{}",
        "{} x",
        "{a:1}",
        "{'a':1}",
        "{\"a\":1,}",
        "{\"a\":01}",
        "{\"a\":NaN}",
        "{\"a\":\"\n\"}",
        "{}\0",
        "\u{feff}",
        "{\"a\":+1}",
        "/**/{}",
    ] {
        let expected = if body.starts_with('\u{feff}') {
            JsonError::ByteOrderMark
        } else {
            JsonError::NotJson
        };
        check(body, expected);
    }
    assert_eq!(
        Object::parse(b" \r\n\t{ } \n").map(|read| read.0.len()),
        Ok(0)
    );
}

#[test]
fn nesting_beyond_the_limit_rejected() {
    let lists = |depth: usize| format!(r#"{{"a":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
    // The object around them is the first level.
    assert_eq!(
        Object::parse(lists(MAX_DEPTH - 1).as_bytes()).map(|read| read.0.len()),
        Ok(1)
    );
    let too_deep = JsonError::TooDeep { limit: MAX_DEPTH };
    check(lists(MAX_DEPTH), too_deep);
    check(lists(100_000), too_deep);
    check(r#"{"a":"#.repeat(100_000), too_deep);
}

#[test]
fn absent_null_and_empty_are_the_same_and_other_kinds_are_not() {
    let read = Object::parse(br#"{"n":null,"e":"","t":"x","l":["x"],"o":[{}],"s":true}"#).unwrap();
    for field in ["n", "e", "z"] {
        assert_eq!(read.optional_text(field), Ok(None), "{field}");
        assert_eq!(read.text(field), Err(InvalidField(field)));
        assert_eq!(read.optional_object(field), Ok(None), "{field}");
        assert_eq!(read.objects(field), Ok(Vec::new()), "{field}");
    }
    for field in ["l", "o", "s"] {
        assert_eq!(read.optional_text(field), Err(InvalidField(field)));
        assert_eq!(read.object(field), Err(InvalidField(field)));
    }
    assert_eq!(read.objects("t"), Err(InvalidField("t")));
    assert_eq!(read.objects("l"), Err(InvalidField("l")));
    assert_eq!(read.objects("o").map(|list| list.len()), Ok(1));
    assert_eq!(
        read.parsed("t", |_| Err::<(), ()>(())),
        Err(InvalidField("t"))
    );
}

/// Ours, made of `serde_json`'s reading of the same text.
fn ours(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(_) | Value::Number(_) => Json::Scalar,
        Value::String(text) => Json::Text(text.clone()),
        Value::Array(list) => Json::List(list.iter().map(ours).collect()),
        Value::Object(map) => Json::Object(Object(
            map.iter()
                .map(|(name, value)| (name.clone(), ours(value)))
                .collect(),
        )),
    }
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(".*", inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_read_is_what_serde_json_reads(value in values()) {
        let body = serde_json::to_vec(&serde_json::json!({ "value": value })).unwrap();
        let read = Object::parse(&body).unwrap();
        prop_assert_eq!(read.0.get("value"), Some(&ours(&value)));
    }

    #[test]
    fn whatever_is_read_serde_json_reads_too(body in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(read) = Object::parse(&body) {
            let value: Value = serde_json::from_slice(&body).unwrap();
            prop_assert_eq!(Json::Object(read), ours(&value));
        }
    }
}
