//! What the page is told: details of events, and what is shown. Plain JavaScript objects.

use serde::ser::{Serialize, SerializeMap, Serializer};
use wasm_bindgen::JsValue;

use crate::page::field;

/// A value in an object.
#[derive(Debug)]
pub(crate) enum Fact<'a> {
    Text(&'a str),
    /// A value of the page's own.
    Value(&'a JsValue),
}

/// An object, name by name. One list and one `Serialize` for all of them: a struct for each, as
/// serde would derive it, costs 3 kB in the page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts<'a> {
    pub(crate) own: &'a [(&'static str, Fact<'a>)],
    /// What the edge has said of the order, of which status and money are told as well.
    pub(crate) said: &'a JsValue,
}

impl Facts<'_> {
    /// `api::report` has judged them.
    const SAID: [&'static str; 4] = ["status", "trade_no", "amount", "currency"];

    /// The JavaScript object.
    pub(crate) fn object(self) -> JsValue {
        let serializer = serde_wasm_bindgen::Serializer::new().serialize_maps_as_objects(true);
        self.serialize(&serializer).unwrap_or(JsValue::UNDEFINED)
    }
}

impl Serialize for Facts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, fact) in self.own {
            map.serialize_entry(name, fact)?;
        }
        for name in &Self::SAID {
            let value = field(self.said, name);
            if !value.is_undefined() {
                map.serialize_entry(name, &Fact::Value(&value))?;
            }
        }
        map.end()
    }
}

impl Serialize for Fact<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Value(value) => serde_wasm_bindgen::preserve::serialize(value, serializer),
        }
    }
}
