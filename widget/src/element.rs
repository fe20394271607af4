//! One button on the page: turns events into inputs, runs effects, and owns what they open.

use js_sys::Reflect;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AbortController, EventSource, HtmlElement, Window};

use crate::browser::Browser;
use crate::checkout::{ANSWER_MS, Checkout, Effects, Input, Place};
use crate::facts::{Facts, dispatch};
use crate::fragment;
use crate::page::{self, Kept, field, page_window, text};
use crate::refusal::Refusal;
use crate::view::State;

#[wasm_bindgen(module = "/js/bridge.js")]
extern "C" {
    /// Asks `/checkout`; the outcome comes to the host as an event `answer` with this number.
    fn post(
        host: &HtmlElement,
        number: u32,
        edge: &str,
        order_token: &str,
        terminal: &str,
    ) -> AbortController;
    /// Asks for the status once; the outcome comes as an event `probe`.
    fn probe(host: &HtmlElement, number: u32, url: &str);
    /// Opens the status stream; its events come to the host.
    fn listen(host: &HtmlElement, url: &str) -> EventSource;
    /// The address of an order's status.
    fn status_url(edge: &str, out_trade_no: &str, status_token: &str) -> String;
    /// Hands the host an event of type `kind` after `ms`.
    fn later(host: &HtmlElement, kind: &str, ms: i32) -> i32;
    /// Takes a [`later`] back.
    fn cancel(timer: i32);
    /// Hands every other button on the page an event of type `kind` with these fields.
    fn tell(host: &HtmlElement, kind: &str, edge: &str, out_trade_no: &str, body: &JsValue);
}

#[wasm_bindgen(module = "/js/view.js")]
extern "C" {
    /// Shows what the facts name.
    fn paint(host: &HtmlElement, facts: JsValue);
    /// Puts a text into the clipboard, and says so.
    fn copy(host: &HtmlElement, text: &str);
}

/// The behaviour of one `<alipay-checkout>`; `js/rest.js` makes one for each, and hands it one event
/// at a time: nothing is called while something runs.
#[wasm_bindgen]
#[derive(Debug)]
pub struct CheckoutElement {
    /// The element, while it is in a page.
    pub(crate) host: HtmlElement,
    pub(crate) script_origin: String,
    pub(crate) is_mobile: bool,
    pub(crate) is_webview: bool,
    pub(crate) blocked_by: Option<&'static str>,
    pub(crate) checkout: Checkout,
    pub(crate) edge: String,
    pub(crate) out_trade_no: String,
    /// The order token of a copied link; counts where the page has none.
    pub(crate) resumed: String,
    pub(crate) kept: Option<Kept>,
    pub(crate) token: String,
    pub(crate) spare: String,
    /// What the edge has said last about the order.
    pub(crate) said: JsValue,
    /// Why it has refused.
    pub(crate) problem: JsValue,
    pub(crate) pay_url: String,
    pub(crate) stream: Option<EventSource>,
    abort: Option<AbortController>,
    tab: Option<Window>,
    /// Number of the last question to `/checkout`; answers to others are late.
    pub(crate) asked: u32,
    /// Number of the last stream, likewise.
    pub(crate) opened: u32,
    patience: i32,
    retry: i32,
}

#[wasm_bindgen]
impl CheckoutElement {
    /// Makes the behaviour for one element; `edge` is the origin its script came from.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(edge: String) -> Self {
        let navigator = field(&page_window(), "navigator");
        let user_agent = text(&navigator, "userAgent");
        let browser = Browser {
            user_agent: &user_agent,
            touch_points: page::number(&navigator, "maxTouchPoints"),
        };
        Self {
            host: JsValue::UNDEFINED.unchecked_into(),
            script_origin: edge,
            is_mobile: browser.is_mobile(),
            is_webview: browser.is_webview(),
            blocked_by: browser.blocked_by(),
            checkout: Checkout::default(),
            edge: String::new(),
            out_trade_no: String::new(),
            resumed: String::new(),
            kept: None,
            token: String::new(),
            spare: String::new(),
            said: JsValue::UNDEFINED,
            problem: JsValue::UNDEFINED,
            pay_url: String::new(),
            stream: None,
            abort: None,
            tab: None,
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
        let kind = text(event, "type");
        if kind == "connect" {
            self.host = field(event, "target").unchecked_into();
        }
        if let Some(input) = self.read(&kind, event) {
            self.take(input);
        }
        if kind == "disconnect" {
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
        let mut facts = Facts::default();
        facts.text("state", view.state);
        facts.text("mode", view.mode);
        facts.text("label", view.label);
        facts.text("note", view.note);
        facts.text("panel", view.panel);
        let code = self.code();
        let said = Said::read(&self.said);
        self.add_order(&mut facts, &said);
        facts.known("code", &code);
        let url = match view.panel {
            "qr" => self.pay_url.clone(),
            "guide" => self.resume_url(),
            _ => String::new(),
        };
        facts.known("url", &url);
        paint(&self.host, facts.object());
    }

    /// Order, status and money, as far as they are known.
    fn add_order<'a>(&'a self, facts: &mut Facts<'a>, said: &'a Said) {
        facts.text("out_trade_no", &self.out_trade_no);
        facts.known("status", &said.status);
        facts.known("trade_no", &said.trade_no);
        facts.amount("amount", said.amount);
        facts.known("currency", &said.currency);
    }

    fn code(&self) -> String {
        self.checkout.refusal().map_or_else(String::new, |refusal| {
            refusal
                .code()
                .map_or_else(|| text(&self.problem, "code"), str::to_owned)
        })
    }

    fn resume_url(&self) -> String {
        page::url_with_token(fragment::RESUME, &self.order_token())
    }

    /// The order token of the attribute, or where that names no order, the one of the link.
    fn order_token(&self) -> String {
        let token = self.attribute("order-token");
        if page::claim(&token, "out_trade_no").is_empty() {
            self.resumed.clone()
        } else {
            token
        }
    }

    /// An attribute; empty where there is none.
    pub(crate) fn attribute(&self, name: &str) -> String {
        self.host.get_attribute(name).unwrap_or_default()
    }

    /// Runs effects in their order.
    fn run(&mut self, effects: Effects) {
        let has = |effect| effects.has(effect);
        if has(Effects::ABORT) {
            self.asked = self.asked.wrapping_add(1);
            if let Some(controller) = self.abort.take() {
                controller.abort();
            }
            if let Some(tab) = self.tab.take() {
                tab.close().unwrap_or_default();
            }
        }
        if has(Effects::UNLOCK) {
            self.kept(|kept| kept.unlock());
        }
        if has(Effects::TELL_FREE) {
            self.tell("peer-free");
        }
        if has(Effects::HUSH) {
            self.hush();
        }
        if has(Effects::FORGET) {
            self.kept(Kept::forget);
        }
        if has(Effects::TAKE_SPARE) {
            self.token = std::mem::take(&mut self.spare);
        }
        if has(Effects::SAVE) {
            let returned = self.checkout.state() == State::Confirming;
            self.kept(|kept| kept.save(&self.token, returned));
        }
        if has(Effects::TELL_FINAL) {
            self.tell("peer-final");
        }
        if has(Effects::LOCK) && !self.kept.as_ref().is_none_or(|kept| kept.lock(ANSWER_MS)) {
            return self.take(Input::TabBusy);
        }
        if has(Effects::TELL_BUSY) {
            self.tell("peer-busy");
        }
        self.announce(effects);
        if has(Effects::OPEN_TAB) {
            let tab = page_window().open_with_url_and_target("about:blank", "_blank");
            self.tab = tab.unwrap_or_default();
            if self.tab.is_none() {
                self.checkout.step(Input::TabRefused);
            }
        }
        if has(Effects::POST) {
            self.post();
        }
        if has(Effects::LEAVE) {
            self.leave();
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
            let mut facts = Facts::default();
            facts.text("out_trade_no", &self.out_trade_no);
            let goes_on = dispatch(&self.host, "alipay-start", &facts);
            self.take(if goes_on {
                Input::StartAllowed
            } else {
                Input::StartPrevented
            });
        }
    }

    fn announce(&self, effects: Effects) {
        let has = |effect| effects.has(effect);
        let mut facts = Facts::default();
        if has(Effects::ANNOUNCE_REDIRECT) {
            facts.text("out_trade_no", &self.out_trade_no);
            facts.text("pay_url", &self.pay_url);
            dispatch(&self.host, "alipay-redirect", &facts);
        }
        if has(Effects::ANNOUNCE_STATUS) {
            let said = Said::read(&self.said);
            let mut facts = Facts::default();
            facts.text("state", self.checkout.state().name());
            self.add_order(&mut facts, &said);
            dispatch(&self.host, "alipay-status", &facts);
        }
        if has(Effects::ANNOUNCE_ERROR) {
            let code = self.code();
            // What the edge has refused before says nothing about a failure of our own.
            let ours = self.checkout.refusal().and_then(Refusal::code);
            let detail = ours.map_or_else(|| text(&self.problem, "detail"), |_| String::new());
            let mut facts = Facts::default();
            facts.text("code", &code);
            facts.text("detail", &detail);
            dispatch(&self.host, "alipay-error", &facts);
        }
        if has(Effects::ANNOUNCE_BLOCKED) {
            let url = self.resume_url();
            let mut facts = Facts::default();
            facts.text("reason", self.blocked_by.unwrap_or_default());
            facts.text("out_trade_no", &self.out_trade_no);
            facts.text("resume_url", &url);
            dispatch(&self.host, "alipay-blocked", &facts);
        }
    }

    fn kept(&self, work: impl FnOnce(&Kept)) {
        if let Some(kept) = &self.kept {
            work(kept);
        }
    }

    fn status_url(&self) -> String {
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

    /// A browser that refuses leaves us here, and the state's patience ends it.
    fn leave(&mut self) {
        match self.tab.take() {
            Some(tab) => {
                // Alipay's page is to have no hold on the merchant's.
                Reflect::set(&tab, &"opener".into(), &JsValue::NULL).unwrap_or_default();
                tab.location().replace(&self.pay_url).unwrap_or_default();
            }
            // Out of a frame, if the page is in one: Alipay refuses to be framed.
            None => {
                if let Ok(Some(top)) = page_window().top() {
                    top.location().set_href(&self.pay_url).unwrap_or_default();
                }
            }
        }
    }

    fn hush(&mut self) {
        cancel(self.retry);
        self.opened = self.opened.wrapping_add(1);
        if let Some(stream) = self.stream.take() {
            stream.close();
        }
    }
}

/// The texts of what the edge has said; empty where it has not.
#[derive(Debug)]
struct Said {
    status: String,
    trade_no: String,
    amount: Option<f64>,
    currency: String,
}

impl Said {
    fn read(body: &JsValue) -> Self {
        Self {
            status: text(body, "status"),
            trade_no: text(body, "trade_no"),
            amount: field(body, "amount").as_f64(),
            currency: text(body, "currency"),
        }
    }
}
