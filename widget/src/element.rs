//! One button on the page: turns events into inputs, runs effects, and owns what they open.

use js_sys::JsString;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AbortController, EventSource, HtmlElement};

use crate::browser::Browser;
use crate::checkout::{ANSWER_MS, Checkout, Effects, Input, Place};
use crate::facts::{Fact, Facts};
use crate::fragment;
use crate::inputs::Kind;
use crate::page::{self, text};
use crate::refusal::Refusal;
use crate::view::State;

#[wasm_bindgen(module = "/js/bridge.js")]
extern "C" {
    /// Asks for the status once; the outcome comes as an event `probe`.
    fn probe(host: &HtmlElement, number: i32, url: &JsValue);
    /// Opens the status stream; its events come to the host.
    fn listen(host: &HtmlElement, url: &JsValue) -> EventSource;
    /// The address of an order's status.
    fn status_url(edge: &JsValue, out_trade_no: &JsValue, status_token: &JsValue) -> JsValue;
    /// Hands the host an event of type `kind` after `ms`.
    fn later(host: &HtmlElement, kind: &str, ms: i32) -> i32;
    /// Takes a [`later`] back.
    fn cancel(timer: i32);
    /// Hands every other button on the page an event of type `kind` with these fields.
    fn tell(host: &HtmlElement, kind: &str, edge: &JsValue, out_trade_no: &JsValue, body: &JsValue);
    /// Opens an empty tab; `null` where the browser does not.
    fn open_tab() -> JsValue;
    /// Closes it, if there is one.
    fn close_tab(tab: &JsValue);
    /// Leaves for Alipay, in the tab or else in this one.
    fn leave(tab: &JsValue, pay_url: &JsValue);
}

#[wasm_bindgen(module = "/js/early.js")]
extern "C" {
    /// Asks `/checkout`, unless an early click has; the outcome comes to the host as an event `answer` with this
    /// number.
    fn post(
        host: &HtmlElement,
        number: i32,
        edge: &JsValue,
        order_token: &JsValue,
        terminal: &str,
    ) -> AbortController;
    /// Takes a lock in `localStorage`, unless an early click has; `false` where another tab has taken it less than
    /// `ms` ago.
    fn lock(key: &JsValue, ms: i32) -> bool;
    /// Dispatches an event with this detail, unless an early click has; `false` when a listener prevented what it
    /// announces.
    fn announce(host: &HtmlElement, name: &str, detail: JsValue) -> bool;
}

#[wasm_bindgen(module = "/js/view.js")]
extern "C" {
    /// Shows what the facts name.
    fn paint(host: &HtmlElement, facts: JsValue);
    /// Puts a text into the clipboard, and says so.
    fn copy(host: &HtmlElement, text: &JsValue);
}

/// The behaviour of one `<alipay-checkout>`; `js/rest.js` makes one for each, and hands it one event
/// at a time: nothing is called while something runs.
#[wasm_bindgen]
#[derive(Debug)]
pub struct CheckoutElement {
    /// The element, while it is in a page.
    pub(crate) host: HtmlElement,
    pub(crate) is_mobile: bool,
    pub(crate) is_webview: bool,
    pub(crate) blocked_by: Option<&'static str>,
    pub(crate) checkout: Checkout,
    /// Whether attributes and storage have been read.
    pub(crate) has_arrived: bool,
    pub(crate) edge: JsString,
    pub(crate) out_trade_no: JsString,
    /// The order token of a copied link; counts where the page has none.
    pub(crate) resumed: JsString,
    pub(crate) token: JsString,
    pub(crate) spare: JsString,
    /// What the edge has said last about the order.
    pub(crate) said: JsValue,
    /// Why it has refused.
    pub(crate) problem: JsValue,
    pub(crate) pay_url: JsString,
    pub(crate) stream: Option<EventSource>,
    abort: Option<AbortController>,
    tab: JsValue,
    /// Number of the last question to `/checkout`; answers to others are late.
    pub(crate) asked: i32,
    /// Number of the last stream, likewise.
    pub(crate) opened: i32,
    patience: i32,
    retry: i32,
}

#[wasm_bindgen]
impl CheckoutElement {
    /// Makes the behaviour for one element.
    #[wasm_bindgen(constructor)]
    #[must_use]
    #[expect(
        clippy::new_without_default,
        reason = "JavaScript has no other constructor"
    )]
    pub fn new() -> Self {
        let navigator = page::of_window("navigator");
        let user_agent = page::letters(&navigator, "userAgent");
        let browser = Browser {
            user_agent: &user_agent,
            touch_points: page::number(&navigator, "maxTouchPoints"),
        };
        let none = || JsValue::UNDEFINED.unchecked_into::<JsString>();
        Self {
            host: JsValue::UNDEFINED.unchecked_into(),
            is_mobile: browser.is_mobile(),
            is_webview: browser.is_webview(),
            blocked_by: browser.blocked_by(),
            checkout: Checkout::default(),
            has_arrived: false,
            edge: none(),
            out_trade_no: none(),
            resumed: none(),
            token: none(),
            spare: none(),
            said: JsValue::UNDEFINED,
            problem: JsValue::UNDEFINED,
            pay_url: none(),
            stream: None,
            abort: None,
            tab: JsValue::UNDEFINED,
            asked: 0,
            opened: 0,
            patience: 0,
            retry: 0,
        }
    }

    /// Takes an event of the element, of its window, or of what it has opened.
    ///
    /// `connect` (with the element as `target`), `disconnect`, `change` and `reset` are the element's
    /// own. Between `disconnect` and `connect` there is nothing else.
    #[wasm_bindgen(js_name = handleEvent)]
    pub fn handle_event(&mut self, event: &JsValue) {
        let Some(kind) = Kind::parse(&page::letters(event, "type")) else {
            return;
        };
        if kind == Kind::Connect {
            self.host = page::field(event, "target").unchecked_into();
        }
        if let Some(input) = self.read(kind, event) {
            self.take(input);
        }
        if kind == Kind::Disconnect {
            // Nothing here may keep a removed element alive.
            self.host = JsValue::UNDEFINED.unchecked_into();
        }
    }
}

impl CheckoutElement {
    fn take(&mut self, input: Input) {
        let effects = self.checkout.step(input);
        self.paint();
        self.run(effects);
    }

    fn paint(&self) {
        let view = self.checkout.view();
        let url = match view.panel {
            "qr" => self.pay_url.clone(),
            "guide" => self.resume_url(),
            _ => JsString::from(""),
        };
        let facts = [
            ("state", Fact::Text(view.state)),
            ("mode", Fact::Text(view.mode)),
            ("label", Fact::Text(view.label)),
            ("note", Fact::Text(view.note)),
            ("panel", Fact::Text(view.panel)),
            ("out_trade_no", Fact::Value(&self.out_trade_no)),
            ("code", Fact::Value(&self.code())),
            ("url", Fact::Value(&url)),
        ];
        let said = &self.said;
        paint(&self.host, Facts { own: &facts, said }.object());
    }

    fn code(&self) -> JsString {
        match self.checkout.refusal() {
            None => JsString::from(""),
            Some(refusal) => match refusal.code() {
                None => text(&self.problem, "code"),
                Some(code) => JsString::from(code),
            },
        }
    }

    fn resume_url(&self) -> JsString {
        page::url_with_token(fragment::RESUME, &self.order_token())
    }

    /// The order token of the attribute, or where that names no order, the one of the link.
    fn order_token(&self) -> JsString {
        let token = text(&self.host, "orderToken");
        if page::claim(&token, "out_trade_no").is_falsy() {
            self.resumed.clone()
        } else {
            token
        }
    }

    /// Runs effects in their order.
    fn run(&mut self, effects: Effects) {
        let has = |effect| effects.has(effect);
        if has(Effects::ABORT) {
            self.asked = self.asked.wrapping_add(1);
            if let Some(controller) = self.abort.take() {
                controller.abort();
            }
            close_tab(&std::mem::take(&mut self.tab));
        }
        if has(Effects::UNLOCK) {
            page::keep(&page::lock_key(&self.out_trade_no), &JsValue::UNDEFINED);
        }
        if has(Effects::TELL_FREE) {
            self.tell("peer-free");
        }
        if has(Effects::HUSH) {
            self.hush();
        }
        if has(Effects::FORGET) {
            self.keep(&JsValue::UNDEFINED, &JsValue::UNDEFINED);
        }
        if has(Effects::TAKE_SPARE) {
            self.token = self.spare.clone();
        }
        if has(Effects::SAVE) {
            let returned = self.checkout.state() == State::Confirming;
            self.keep(&self.token, &JsValue::from_bool(returned));
        }
        if has(Effects::TELL_FINAL) {
            self.tell("peer-final");
        }
        if has(Effects::LOCK) && !lock(&page::lock_key(&self.out_trade_no), ANSWER_MS) {
            return self.take(Input::TabBusy);
        }
        if has(Effects::TELL_BUSY) {
            self.tell("peer-busy");
        }
        self.announce(effects);
        if has(Effects::OPEN_TAB) {
            self.tab = open_tab();
            if self.tab.is_falsy() {
                self.checkout.step(Input::TabRefused);
            }
        }
        if has(Effects::POST) {
            self.post();
        }
        if has(Effects::LEAVE) {
            leave(&std::mem::take(&mut self.tab), &self.pay_url);
        }
        if has(Effects::WAIT) {
            cancel(self.patience);
            self.patience = later(&self.host, "patience", self.checkout.patience_ms());
        }
        if has(Effects::LISTEN) {
            self.hush();
            self.stream = Some(listen(&self.host, &self.status_url()));
        }
        if has(Effects::PROBE) {
            probe(&self.host, self.opened, &self.status_url());
        }
        if has(Effects::WAIT_TO_RETRY) {
            cancel(self.retry);
            self.retry = later(&self.host, "retry", self.checkout.retry_ms());
        }
        if has(Effects::COPY_LINK) {
            copy(&self.host, &self.resume_url());
        }
        if has(Effects::ANNOUNCE_START) {
            let goes_on = self.dispatch(
                "alipay-start",
                &[("out_trade_no", Fact::Value(&self.out_trade_no))],
                &JsValue::UNDEFINED,
            );
            self.take(if goes_on {
                Input::StartAllowed
            } else {
                Input::StartPrevented
            });
        }
    }

    fn announce(&self, effects: Effects) {
        let has = |effect| effects.has(effect);
        if has(Effects::ANNOUNCE_REDIRECT) {
            self.dispatch(
                "alipay-redirect",
                &[
                    ("out_trade_no", Fact::Value(&self.out_trade_no)),
                    ("pay_url", Fact::Value(&self.pay_url)),
                ],
                &JsValue::UNDEFINED,
            );
        }
        if has(Effects::ANNOUNCE_STATUS) {
            let facts = [
                ("state", Fact::Text(self.checkout.state().name())),
                ("out_trade_no", Fact::Value(&self.out_trade_no)),
            ];
            self.dispatch("alipay-status", &facts, &self.said);
        }
        if has(Effects::ANNOUNCE_ERROR) {
            // What the edge has refused before says nothing about a failure of our own.
            let ours = self.checkout.refusal().and_then(Refusal::code);
            let detail = ours.map_or_else(|| text(&self.problem, "detail"), |_| JsString::from(""));
            let facts = [
                ("code", Fact::Value(&self.code())),
                ("detail", Fact::Value(&detail)),
            ];
            self.dispatch("alipay-error", &facts, &JsValue::UNDEFINED);
        }
        if has(Effects::ANNOUNCE_BLOCKED) {
            let facts = [
                ("reason", Fact::Text(self.blocked_by.unwrap_or_default())),
                ("out_trade_no", Fact::Value(&self.out_trade_no)),
                ("resume_url", Fact::Value(&self.resume_url())),
            ];
            self.dispatch("alipay-blocked", &facts, &JsValue::UNDEFINED);
        }
    }

    fn dispatch(&self, name: &str, own: &[(&'static str, Fact<'_>)], said: &JsValue) -> bool {
        announce(&self.host, name, Facts { own, said }.object())
    }

    /// Keeps the status token in this browser, and in this tab whether the shopper has returned.
    fn keep(&self, token: &JsValue, returned: &JsValue) {
        let key = page::key(&self.out_trade_no);
        page::keep(&key, token);
        page::keep_here(&key, returned);
    }

    fn status_url(&self) -> JsValue {
        status_url(&self.edge, &self.out_trade_no, &self.token)
    }

    fn tell(&self, kind: &str) {
        tell(&self.host, kind, &self.edge, &self.out_trade_no, &self.said);
    }

    fn post(&mut self) {
        self.asked = self.asked.wrapping_add(1);
        // Alipay has two cashiers; the phone that reads the code is a phone.
        let terminal = if self.is_mobile || self.checkout.place() == Place::Phone {
            "wap"
        } else {
            "pc"
        };
        let token = self.order_token();
        self.abort = Some(post(&self.host, self.asked, &self.edge, &token, terminal));
    }

    fn hush(&mut self) {
        cancel(self.retry);
        self.opened = self.opened.wrapping_add(1);
        if let Some(stream) = self.stream.take() {
            stream.close();
        }
    }
}
