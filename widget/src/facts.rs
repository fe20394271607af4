//! What the page is told: details of events, and what is shown. Plain JavaScript objects.

use js_sys::Object;
use serde::ser::{Serialize, SerializeMap, Serializer};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CustomEvent, CustomEventInit, HtmlElement};

/// A value in an object.
#[derive(Debug)]
pub(crate) enum Fact<'a> {
    Text(&'a str),
    /// In minor units, as JavaScript has it; the edge's own number came in the same form.
    Amount(f64),
}

/// An object, name by name. One list and one `Serialize` for all of them: a struct for each, as
/// serde would derive it, costs 3 kB in the page.
#[derive(Debug, Default)]
pub(crate) struct Facts<'a>(Vec<(&'static str, Fact<'a>)>);

impl<'a> Facts<'a> {
    pub(crate) fn text(&mut self, name: &'static str, value: &'a str) {
        self.0.push((name, Fact::Text(value)));
    }

    /// The same, unless it is empty.
    pub(crate) fn known(&mut self, name: &'static str, value: &'a str) {
        if !value.is_empty() {
            self.text(name, value);
        }
    }

    pub(crate) fn amount(&mut self, name: &'static str, value: Option<f64>) {
        if let Some(amount) = value {
            self.0.push((name, Fact::Amount(amount)));
        }
    }

    /// The JavaScript object.
    pub(crate) fn object(&self) -> JsValue {
        let serializer = serde_wasm_bindgen::Serializer::new().serialize_maps_as_objects(true);
        self.serialize(&serializer).unwrap_or(JsValue::UNDEFINED)
    }
}

impl Serialize for Facts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, fact) in &self.0 {
            match fact {
                Fact::Text(text) => map.serialize_entry(name, text)?,
                Fact::Amount(amount) => map.serialize_entry(name, amount)?,
            }
        }
        map.end()
    }
}

/// Dispatches an event; `false` when a listener prevented what it announces.
pub(crate) fn dispatch(host: &HtmlElement, name: &str, facts: &Facts<'_>) -> bool {
    let detail = facts.object();
    let detail: &Object = detail.unchecked_ref();
    let init = CustomEventInit::new();
    init.set_bubbles(true);
    init.set_composed(true);
    init.set_cancelable(name == "alipay-start");
    init.set_detail(&Object::freeze(detail));
    CustomEvent::new_with_event_init_dict(name, &init)
        .and_then(|event| host.dispatch_event(&event))
        .unwrap_or(true)
}
