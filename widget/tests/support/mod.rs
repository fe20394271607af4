//! What the tests say in one word: the page's strings (`page.js`), and the edge's answers.

use std::cell::RefCell;

use alipay_checkout_widget::CheckoutElement;
use js_sys::{Array, JSON};
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlElement;

type Make = Closure<dyn FnMut() -> JsValue>;

/// The edge of every test.
pub(crate) const EDGE: &str = "https://edge.example";

#[wasm_bindgen(module = "/tests/page.js")]
extern "C" {
    fn define(make: &Make, edge: &str, base: &str, rest: &str, en: &str, first: &str);
    fn clear();
    pub(crate) fn hold();
    pub(crate) fn arrive();
    pub(crate) fn block();
    pub(crate) fn forms() -> String;
    pub(crate) fn panel(host: &HtmlElement) -> String;
    fn put(attributes: &str) -> HtmlElement;
    pub(crate) fn seen(host: &HtmlElement) -> String;
    pub(crate) fn click(host: &HtmlElement);
    pub(crate) async fn settle();
    pub(crate) fn requests() -> String;
    pub(crate) async fn reply(status: i32, body: &str);
    pub(crate) async fn lose();
    pub(crate) fn streams() -> String;
    pub(crate) fn send(body: &str);
    pub(crate) fn refuse();
    pub(crate) fn interrupt();
    pub(crate) fn at_window(kind: &str, fields: &str);
    pub(crate) fn events() -> String;
    pub(crate) fn stored() -> String;
    pub(crate) fn store(out_trade_no: &str, token: &str);
    pub(crate) fn lock_elsewhere(out_trade_no: &str);
    pub(crate) fn unlock_elsewhere(out_trade_no: &str);
    pub(crate) fn set_fragment(fragment: &str);
    pub(crate) fn fragment() -> String;
    pub(crate) fn prevent_starts();
    pub(crate) fn set_online(yes: bool);
    pub(crate) async fn pass(ms: i32);
    pub(crate) fn elsewhere() -> String;
    fn here() -> String;
    pub(crate) fn has_focus(host: &HtmlElement) -> bool;
    pub(crate) fn focus(host: &HtmlElement);
    pub(crate) fn add_texts(tag: &str, words: &str);
    pub(crate) fn set_page_language(tag: &str);
}

// The runner copies only files that are named somewhere; `page.js` and these import one another.
#[wasm_bindgen(module = "/js/rest.js")]
extern "C" {
    #[wasm_bindgen(js_name = start)]
    fn define_again(edge: &str, load: &JsValue);
}
#[wasm_bindgen(module = "/js/shell.js")]
extern "C" {
    #[wasm_bindgen(js_name = define)]
    fn shell_is_there(edge: &str) -> bool;
}
#[wasm_bindgen(module = "/js/markup.js")]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_name = MARKUP)]
    static MARKUP: JsValue;
}
#[wasm_bindgen(module = "/js/words.js")]
extern "C" {
    #[wasm_bindgen(js_name = words)]
    fn words(host: &HtmlElement, key: &str) -> JsValue;
}
#[wasm_bindgen(module = "/js/panel.js")]
extern "C" {
    fn money(facts: &JsValue) -> String;
}
#[wasm_bindgen(module = "/js/qr.js")]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_name = MARGIN)]
    static MARGIN: JsValue;
}

/// An amount in minor units, as the reference has it.
pub(crate) fn money_of(facts: &str) -> String {
    money(&JSON::parse(facts).unwrap())
}

/// The language of the words for a key; empty while they are under way.
pub(crate) fn language_of(host: &HtmlElement, key: &str) -> String {
    let found: Array = words(host, key).unchecked_into();
    found.at(1).as_string().unwrap_or_default()
}

thread_local! {
    static MAKE: RefCell<Option<Make>> = const { RefCell::new(None) };
}

/// Begins a test: an empty page that knows the element.
pub(crate) fn start() {
    if MAKE.with_borrow(Option::is_none) {
        let make: Make = Closure::new(|| JsValue::from(CheckoutElement::new()));
        define(
            &make,
            EDGE,
            include_str!("../../css/base.css"),
            include_str!("../../css/rest.css"),
            include_str!("../../lang/en.json"),
            r#"{"en":"Pay with Alipay","zh-Hans":"支付宝支付","zh-Hant-TW":"使用支付寶付款"}"#,
        );
        // A second definition must change nothing, and not even load.
        define_again("https://other.example", &JsValue::UNDEFINED);
        assert!(!shell_is_there("https://other.example"));
        assert!(MARKUP.with(JsValue::is_object));
        assert_eq!(MARGIN.with(JsValue::as_f64), Some(4.0));
        MAKE.with_borrow_mut(|kept| *kept = Some(make));
    }
    clear();
}

/// A button for an order, whose behaviour comes in a moment.
pub(crate) fn button(out_trade_no: &str) -> HtmlElement {
    put_with_token(&order_token(out_trade_no))
}

/// A button for an order.
pub(crate) async fn ready_button(out_trade_no: &str) -> HtmlElement {
    let host = button(out_trade_no);
    settle().await;
    host
}

pub(crate) fn put_with_token(token: &str) -> HtmlElement {
    put(&format!(
        r#"{{"order-token":"{token}","pay-hosts":"{}"}}"#,
        here()
    ))
}

/// A token that names an order. Only the edge would look at its signature.
pub(crate) fn order_token(out_trade_no: &str) -> String {
    let claims = format!(r#"{{"out_trade_no":"{out_trade_no}","subject":"tea ??>>"}}"#);
    let base64 = web_sys::window().unwrap().btoa(&claims).unwrap();
    let claims = base64.replace('+', "-").replace('/', "_").replace('=', "");
    format!("eyJhbGciOiJIUzI1NiJ9.{claims}.c2ln")
}

/// An answer to `/checkout`; `more` is more of its JSON.
pub(crate) fn answer(status: &str, more: &str) -> String {
    format!(
        r#"{{"out_trade_no":"A1","status":"{status}","amount":1990,"currency":"USD"{more},"status_token":"e30.eyJzdWIiOiJBMSJ9.fresh"}}"#
    )
}

pub(crate) fn payable(pay_url: &str) -> String {
    answer("created", &format!(r#","pay_url":"{pay_url}""#))
}

/// A status of the order A1.
pub(crate) fn report(status: &str, version: i32) -> String {
    let trade_no = if status == "paid" {
        r#","trade_no":"2026112122001""#
    } else {
        ""
    };
    format!(
        r#"{{"out_trade_no":"A1","status":"{status}","amount":1990,"currency":"USD"{trade_no},"version":{version}}}"#
    )
}

pub(crate) fn request_count() -> u32 {
    JSON::parse(&requests())
        .unwrap()
        .unchecked_into::<Array>()
        .length()
}

pub(crate) fn last_event() -> String {
    let events: Array = JSON::parse(&events()).unwrap().unchecked_into();
    String::from(JSON::stringify(&events.at(-1)).unwrap())
}
