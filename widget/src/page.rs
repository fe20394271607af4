//! The page around the button: JavaScript's objects, the URL, what this browser keeps.
//!
//! Texts of the page and of the edge stay JavaScript's, as `JsString`: they are compared and handed
//! on, and only what has to be read letter by letter becomes a `String`.

use js_sys::JsString;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::HtmlElement;

use crate::fragment;

#[wasm_bindgen(module = "/js/shell.js")]
extern "C" {
    /// The origin of the edge that an element talks to.
    pub(crate) fn edge_of(host: &HtmlElement) -> JsString;
}

#[wasm_bindgen(module = "/js/bridge.js")]
extern "C" {
    /// A field of an object; `undefined` where there is none, or no object.
    pub(crate) fn field(object: &JsValue, name: &str) -> JsValue;
    /// A field that holds text; empty where there is none.
    pub(crate) fn text(object: &JsValue, name: &str) -> JsString;
    /// The same, to be read.
    #[wasm_bindgen(js_name = text)]
    pub(crate) fn letters(object: &JsValue, name: &str) -> String;
    /// A field that holds a number; 0 where there is none.
    #[wasm_bindgen(js_name = number)]
    fn float(object: &JsValue, name: &str) -> f64;
    /// Whether a field is there and neither empty, zero nor false.
    pub(crate) fn has(object: &JsValue, name: &str) -> bool;
    /// A property of the page's window.
    pub(crate) fn of_window(name: &str) -> JsValue;
    /// The claims of a JWS, unverified; `undefined` where there are none.
    fn claims(token: &JsValue) -> JsValue;
    /// What a JSON text says; `undefined` where it is none.
    pub(crate) fn parse(json: &JsValue) -> JsValue;
    /// A URL in its parts; `undefined` where it is none.
    pub(crate) fn parsed_url(url: &JsValue) -> JsValue;
    /// Shows another URL of the page's, given in two parts; `false` where the document may not.
    fn replace_url(before: &str, after: &str) -> bool;
    /// All of these, one behind the other.
    fn joined(before: &str, after: &str, joint: &str, name: &str, token: &JsValue) -> JsString;
    /// The key of an order in storage.
    pub(crate) fn key(out_trade_no: &JsValue) -> JsString;
    /// The key of its lock between tabs.
    pub(crate) fn lock_key(out_trade_no: &JsValue) -> JsString;
    /// What is kept under a key of `localStorage`; empty where there is nothing.
    pub(crate) fn kept(key: &JsValue) -> JsString;
    /// What is kept under a key of `sessionStorage`.
    pub(crate) fn kept_here(key: &JsValue) -> JsString;
    /// Keeps it there; what is empty is removed.
    pub(crate) fn keep(key: &JsValue, value: &JsValue);
    pub(crate) fn keep_here(key: &JsValue, value: &JsValue);
}

/// A field that holds a whole number from 0 to 2^32 - 1; 0 where there is none.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "from f64, `as` saturates, and that is what is wanted"
)]
pub(crate) fn number(object: &JsValue, name: &str) -> u32 {
    float(object, name) as u32
}

/// A claim of an order token or a status token, unverified: only the edge verifies. What is read
/// here names the order and the key in storage, and decides nothing.
pub(crate) fn claim(token: &JsValue, name: &str) -> JsString {
    text(&claims(token), name)
}

/// Takes the tokens after `name` off the page's URL, while they are `is_ours`, and answers with the
/// last of them; empty where there is none.
pub(crate) fn take_token(name: &str, is_ours: impl Fn(&JsString) -> bool) -> JsString {
    let mut taken = JsString::from("");
    loop {
        let href = href();
        let Some((before, token, after)) = fragment::find(&href, name) else {
            return taken;
        };
        let token = JsString::from(token);
        if !is_ours(&token) {
            return taken;
        }
        taken = token;
        // Where it is refused, the token stays visible and still works.
        if !replace_url(before, after) {
            return taken;
        }
    }
}

/// The page's URL with a token in its fragment, to be opened in another browser.
pub(crate) fn url_with_token(name: &str, token: &JsString) -> JsString {
    let href = href();
    let (before, _, after) = fragment::find(&href, name).unwrap_or((&href, "", ""));
    let joint = fragment::joint(before, after);
    joined(before, after, joint, name, token)
}

fn href() -> String {
    letters(&of_window("location"), "href")
}
