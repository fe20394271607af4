//! The page around the button: its order tokens, its URL, what this browser keeps, its peers.

use std::cell::RefCell;
use std::rc::Weak;

use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{Storage, Window};

use crate::element::Inner;
use crate::fragment;

thread_local! {
    /// The token of the fragment, until an order has proved to be its own, or not.
    static RETURNED: RefCell<Option<String>> = const { RefCell::new(None) };
    /// The buttons on the page.
    static BUTTONS: RefCell<Vec<Weak<Inner>>> = const { RefCell::new(Vec::new()) };
}

#[wasm_bindgen(module = "/js/bridge.js")]
extern "C" {
    /// The page's window.
    pub(crate) fn page_window() -> Window;
    /// The claims of a JWS, unverified; `undefined` where there are none.
    fn claims(token: &str) -> JsValue;
}

/// Makes a JavaScript object. Few imports serve for all that is read and written: typed accessors
/// cost 60 bytes each in the page.
pub(crate) fn object<const N: usize>(fields: [(&str, JsValue); N]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // A plain object takes every field.
        Reflect::set(&object, &name.into(), &value).unwrap_or_default();
    }
    object.into()
}

/// A field of a JavaScript object; `undefined` where there is none.
pub(crate) fn field(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// A field that holds text.
pub(crate) fn text(object: &JsValue, name: &str) -> Option<String> {
    field(object, name).as_string()
}

/// The order's number in an order token. Only the edge verifies the token: the number read here
/// names the kept status token and the route, and decides nothing.
pub(crate) fn out_trade_no(order_token: &str) -> Option<String> {
    text(&claims(order_token), "out_trade_no").filter(|number| !number.is_empty())
}

/// Takes the returned status token off the page's URL, once, and tells it to whoever asks.
pub(crate) fn returned() -> Option<String> {
    let window = page_window();
    let location = window.location();
    if let Some((token, rest)) = text(&location, "hash").and_then(|hash| fragment::take(&hash)) {
        let href = text(&location, "href").unwrap_or_default();
        let url = href.split('#').next().unwrap_or_default().to_owned() + &rest;
        if let Ok(history) = window.history() {
            let state = field(&history, "state");
            // A sandboxed document may refuse; the token then stays visible and still works.
            history
                .replace_state_with_url(&state, "", Some(&url))
                .unwrap_or_default();
        }
        RETURNED.set(Some(token));
    }
    RETURNED.with_borrow(Clone::clone)
}

/// The returned token has found its order, or no button on the page has it.
pub(crate) fn forget_returned() {
    RETURNED.set(None);
}

/// What this browser keeps about one order. Storage may be forbidden: then nothing is kept, and
/// the shopper who comes back still brings a token in the fragment.
#[derive(Debug)]
pub(crate) struct Kept(String);

impl Kept {
    pub(crate) fn new(out_trade_no: &str) -> Self {
        Self("alipay-checkout:".to_owned() + out_trade_no)
    }

    /// The key in `localStorage`.
    pub(crate) fn key(&self) -> &str {
        &self.0
    }

    pub(crate) fn read(&self) -> Option<String> {
        storage()?.get_item(&self.0).ok()?
    }

    pub(crate) fn save(&self, status_token: &str) {
        if let Some(storage) = storage() {
            storage.set_item(&self.0, status_token).unwrap_or_default();
        }
    }

    pub(crate) fn forget(&self) {
        if let Some(storage) = storage() {
            storage.remove_item(&self.0).unwrap_or_default();
        }
    }
}

fn storage() -> Option<Storage> {
    page_window().local_storage().ok()?
}

/// Adds a button to the page's list, and drops those that are gone.
pub(crate) fn add_button(button: Weak<Inner>) {
    BUTTONS.with_borrow_mut(|buttons| {
        buttons.retain(|known| known.strong_count() > 0 && !known.ptr_eq(&button));
        buttons.push(button);
    });
}

/// The buttons on the page. A copy: whoever is told something may add or remove buttons.
pub(crate) fn buttons() -> Vec<Weak<Inner>> {
    BUTTONS.with_borrow(Clone::clone)
}
