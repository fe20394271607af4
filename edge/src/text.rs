//! Texts of ours as JavaScript has them. Each is written into JavaScript once: doing so for each
//! request costs as much as what the text is used for.

use js_sys::JsString;
use std::cell::RefCell;
use std::collections::BTreeMap;

thread_local! {
    static TEXTS: RefCell<BTreeMap<&'static str, JsString>> = const { RefCell::new(BTreeMap::new()) };
}

/// A text that stands in the source, so that there are no more of them than there are in it.
#[must_use]
pub fn text(text: &'static str) -> JsString {
    TEXTS.with_borrow_mut(|texts| texts.entry(text).or_insert_with(|| text.into()).clone())
}
