//! The page around the button: JavaScript's objects, the URL, what this browser keeps.

use js_sys::Reflect;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{Storage, Window};

use crate::fragment;

#[wasm_bindgen(module = "/js/bridge.js")]
extern "C" {
    /// The page's window.
    pub(crate) fn page_window() -> Window;
    /// The claims of a JWS, unverified; `undefined` where there are none.
    fn claims(token: &str) -> JsValue;
    /// Takes a lock in `localStorage`; `false` where another tab has taken it less than `ms` ago.
    fn lock(key: &str, ms: i32) -> bool;
}

/// A field of a JavaScript object; `undefined` where there is none. One import serves for all that
/// is read: typed accessors cost 60 bytes each in the page.
pub(crate) fn field(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// A field that holds text; empty where there is none.
pub(crate) fn text(object: &JsValue, name: &str) -> String {
    field(object, name).as_string().unwrap_or_default()
}

/// A field that holds a whole number from 0 to 2^32 - 1; 0 where there is none.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "from f64, `as` saturates, and that is what is wanted"
)]
pub(crate) fn number(object: &JsValue, name: &str) -> u32 {
    field(object, name).as_f64().unwrap_or_default() as u32
}

/// A claim of an order token or a status token, unverified: only the edge verifies. What is read
/// here names the order and the key in storage, and decides nothing.
pub(crate) fn claim(token: &str, name: &str) -> String {
    text(&claims(token), name)
}

/// Takes the token after `name` off the page's URL, where `is_ours`, and answers with it.
pub(crate) fn take_token(name: &str, is_ours: impl Fn(&str) -> bool) -> Option<String> {
    let window = page_window();
    let (token, url) = page_url(&window, |hash| fragment::take(hash, name))?;
    if !is_ours(&token) {
        return None;
    }
    if let Ok(history) = window.history() {
        let state = field(&history, "state");
        // A sandboxed document may refuse; the token then stays visible and still works.
        history
            .replace_state_with_url(&state, "", Some(&url))
            .unwrap_or_default();
    }
    Some(token)
}

/// The page's URL with a token in its fragment, to be opened in another browser.
pub(crate) fn url_with_token(name: &str, token: &str) -> String {
    let added = |hash: &str| Some(((), fragment::with(hash, name, token)));
    page_url(&page_window(), added).map_or_else(String::new, |((), url)| url)
}

/// The page's URL with another fragment, and what the change has brought to light.
fn page_url<T>(
    window: &Window,
    change: impl FnOnce(&str) -> Option<(T, String)>,
) -> Option<(T, String)> {
    let href = text(&window.location(), "href");
    let start = href.bytes().position(|byte| byte == b'#');
    let (page, hash) = href.split_at_checked(start.unwrap_or(href.len()))?;
    let (found, hash) = change(hash)?;
    Some((found, [page, &hash].concat()))
}

/// What this browser keeps about one order. Storage may be forbidden: then nothing is kept, and
/// the shopper who comes back still brings a token in the fragment.
#[derive(Debug)]
pub(crate) struct Kept {
    key: String,
    lock_key: String,
}

impl Kept {
    pub(crate) fn new(out_trade_no: &str) -> Self {
        Self {
            key: ["alipay-checkout:", out_trade_no].concat(),
            lock_key: ["alipay-checkout:", out_trade_no, ":busy"].concat(),
        }
    }

    /// The key of the status token in `localStorage`.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// The key of the lock between tabs.
    pub(crate) fn lock_key(&self) -> &str {
        &self.lock_key
    }

    pub(crate) fn read(&self) -> Option<String> {
        local()?.get_item(&self.key).ok()?
    }

    /// Whether this tab has come back from Alipay and does not know yet how it ended: after a reload
    /// too, nobody is to be invited to pay again.
    pub(crate) fn has_returned(&self) -> bool {
        session()
            .and_then(|storage| storage.get_item(&self.key).ok()?)
            .is_some()
    }

    pub(crate) fn save(&self, status_token: &str, returned: bool) {
        set(local(), &self.key, status_token);
        if returned {
            set(session(), &self.key, "returned");
        } else {
            remove(session(), &self.key);
        }
    }

    pub(crate) fn forget(&self) {
        remove(local(), &self.key);
        remove(session(), &self.key);
    }

    /// Keeps other tabs from starting for `ms`, unless one of them was first.
    pub(crate) fn lock(&self, ms: i32) -> bool {
        lock(&self.lock_key, ms)
    }

    pub(crate) fn unlock(&self) {
        remove(local(), &self.lock_key);
    }
}

fn set(storage: Option<Storage>, key: &str, value: &str) {
    if let Some(storage) = storage {
        storage.set_item(key, value).unwrap_or_default();
    }
}

fn remove(storage: Option<Storage>, key: &str) {
    if let Some(storage) = storage {
        storage.remove_item(key).unwrap_or_default();
    }
}

fn local() -> Option<Storage> {
    page_window().local_storage().ok()?
}

fn session() -> Option<Storage> {
    page_window().session_storage().ok()?
}
