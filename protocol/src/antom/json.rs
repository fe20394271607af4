//! JSON read strictly: what two parsers could read differently is refused.
//!
//! The bytes are signed, and the merchant's backend may parse them again with another library. A
//! name given twice, a number that does not fit a double, half a surrogate pair or a byte order mark
//! are read differently from library to library, so that such a message could mean one thing here
//! and another thing there. Antom writes none of them.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use thiserror::Error;

/// How deep objects and lists may nest. Documented messages need 6; `serde_json` itself stops at 128.
pub const MAX_DEPTH: usize = 32;
/// The largest whole number that every parser reads alike: 2^53 − 1. Sums are text in any case.
pub const MAX_NUMBER: u64 = 9_007_199_254_740_991;

/// Why a body is not JSON that this crate reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum JsonError {
    /// It begins with a byte order mark.
    #[error("body begins with a byte order mark")]
    ByteOrderMark,
    /// An object has a name twice.
    #[error("an object has a name twice")]
    DuplicateName,
    /// JSON, but not an object.
    #[error("body is not a JSON object")]
    NotAnObject,
    /// Not JSON: broken syntax, half a surrogate pair, a number no double holds, or text behind it.
    #[error("body is not JSON")]
    NotJson,
    /// Not UTF-8.
    #[error("body is not UTF-8")]
    NotUtf8,
    /// A number beyond the range in which whole numbers are exact.
    #[error("a number is larger than {limit}")]
    NumberTooLarge {
        /// The largest.
        limit: u64,
    },
    /// Objects and lists nest too deep.
    #[error("nesting is deeper than {limit}")]
    TooDeep {
        /// The deepest.
        limit: usize,
    },
}

/// A field is absent that must be there, or is not of its shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InvalidField(pub(crate) &'static str);

/// A value, as far as anybody here asks: Antom writes every scalar we need as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Json {
    List(Vec<Self>),
    Null,
    Object(Object),
    /// A number or a boolean; nothing reads its value.
    Scalar,
    Text(String),
}

/// An object whose names are unique.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Object(BTreeMap<String, Json>);

impl Object {
    /// Reads a body that holds one object and nothing else.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, JsonError> {
        if body.starts_with(b"\xef\xbb\xbf") {
            return Err(JsonError::ByteOrderMark);
        }
        let text = std::str::from_utf8(body).map_err(|_| JsonError::NotUtf8)?;
        // An error of serde carries text only; the reason that tests compare goes beside it.
        let reason = Cell::new(None);
        let mut reader = serde_json::Deserializer::from_str(text);
        let read = Reader {
            reason: &reason,
            depth: 0,
        };
        let json = read
            .deserialize(&mut reader)
            .and_then(|json| reader.end().map(|()| json));
        match json {
            Ok(Json::Object(object)) => Ok(object),
            Ok(_) => Err(JsonError::NotAnObject),
            Err(_) => Err(reason.take().unwrap_or(JsonError::NotJson)),
        }
    }

    /// The value of a field; absent, `null` and empty text are all the same: not there.
    fn get(&self, field: &str) -> Option<&Json> {
        self.0.get(field).filter(|json| match json {
            Json::Null => false,
            Json::Text(text) => !text.is_empty(),
            _ => true,
        })
    }

    /// The text of a field, if it is there.
    pub(crate) fn optional_text(&self, field: &'static str) -> Result<Option<&str>, InvalidField> {
        match self.get(field) {
            None => Ok(None),
            Some(Json::Text(text)) => Ok(Some(text)),
            Some(_) => Err(InvalidField(field)),
        }
    }

    /// The text of a field that must be there.
    pub(crate) fn text(&self, field: &'static str) -> Result<&str, InvalidField> {
        self.optional_text(field)?.ok_or(InvalidField(field))
    }

    /// A field as its type, if it is there.
    pub(crate) fn optional<T, E>(
        &self,
        field: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, InvalidField> {
        self.optional_text(field)?
            .map(parse)
            .transpose()
            .map_err(|_| InvalidField(field))
    }

    /// A field that must be there, as its type.
    pub(crate) fn parsed<T, E>(
        &self,
        field: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, InvalidField> {
        self.optional(field, parse)?.ok_or(InvalidField(field))
    }

    /// An object in a field, if it is there.
    pub(crate) fn optional_object(
        &self,
        field: &'static str,
    ) -> Result<Option<&Self>, InvalidField> {
        match self.get(field) {
            None => Ok(None),
            Some(Json::Object(object)) => Ok(Some(object)),
            Some(_) => Err(InvalidField(field)),
        }
    }

    /// An object in a field that must be there.
    pub(crate) fn object(&self, field: &'static str) -> Result<&Self, InvalidField> {
        self.optional_object(field)?.ok_or(InvalidField(field))
    }

    /// The objects of a list in a field; none if it is absent.
    pub(crate) fn objects(&self, field: &'static str) -> Result<Vec<&Self>, InvalidField> {
        let Some(json) = self.get(field) else {
            return Ok(Vec::new());
        };
        let Json::List(list) = json else {
            return Err(InvalidField(field));
        };
        list.iter()
            .map(|json| match json {
                Json::Object(object) => Ok(object),
                _ => Err(InvalidField(field)),
            })
            .collect()
    }
}

#[derive(Clone, Copy)]
struct Reader<'a> {
    reason: &'a Cell<Option<JsonError>>,
    depth: usize,
}

impl Reader<'_> {
    fn refuse<T, E: Error>(self, reason: JsonError) -> Result<T, E> {
        self.reason.set(Some(reason));
        Err(E::custom(reason))
    }

    fn deeper<E: Error>(self) -> Result<Self, E> {
        if self.depth >= MAX_DEPTH {
            return self.refuse(JsonError::TooDeep { limit: MAX_DEPTH });
        }
        Ok(Self {
            depth: self.depth.saturating_add(1),
            ..self
        })
    }

    fn number<E: Error>(self, fits: bool) -> Result<Json, E> {
        if fits {
            Ok(Json::Scalar)
        } else {
            self.refuse(JsonError::NumberTooLarge { limit: MAX_NUMBER })
        }
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Json, E> {
        Ok(Json::Scalar)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Json, E> {
        self.number(number <= MAX_NUMBER)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Json, E> {
        self.number(number.unsigned_abs() <= MAX_NUMBER)
    }

    // Exchange rates come as numbers with decimals, and whole numbers beyond 64 bits arrive here too.
    fn visit_f64<E: Error>(self, number: f64) -> Result<Json, E> {
        self.number(number.abs() <= 9_007_199_254_740_991.0)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Json, E> {
        Ok(Json::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
        let deeper = self.deeper()?;
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(deeper)? {
            values.push(value);
        }
        Ok(Json::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let deeper = self.deeper()?;
        let mut values = BTreeMap::new();
        while let Some(name) = map.next_key::<String>()? {
            if values.contains_key(&name) {
                return self.refuse(JsonError::DuplicateName);
            }
            let value = map.next_value_seed(deeper)?;
            values.insert(name, value);
        }
        Ok(Json::Object(Object(values)))
    }
}

#[cfg(test)]
mod tests;
