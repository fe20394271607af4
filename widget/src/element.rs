//! One button on the page: turns events into inputs, runs effects, and owns what they open.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AbortController, EventSource, HtmlElement};

use crate::checkout::{Checkout, Clock, Effect, Input, News};
use crate::page::{self, Kept, field, page_window, text};
use crate::view::View;
use crate::{api, events};

#[wasm_bindgen(module = "/js/bridge.js")]
extern "C" {
    /// Fetches, and hands the outcome to the host's `handleEvent` as an event of type `kind`.
    fn ask(host: &HtmlElement, kind: &str, number: u32, url: &str, init: &JsValue);
    /// Hands the host an event of type `kind` after `ms`.
    fn later(host: &HtmlElement, kind: &str, ms: i32) -> i32;
    /// Takes a [`later`] back.
    fn cancel(timer: i32);
}

#[wasm_bindgen(module = "/js/view.js")]
extern "C" {
    /// Shows the words and the look of a state.
    fn paint(host: &HtmlElement, state: &str, mode: &str, label: &str, note: &str);
}

/// The behaviour of one `<alipay-checkout>`; `js/element.js` makes one for each.
#[wasm_bindgen]
#[derive(Debug)]
pub struct CheckoutElement {
    inner: Rc<Inner>,
}

#[wasm_bindgen]
impl CheckoutElement {
    /// Makes the behaviour for one element; `edge` is the origin its script came from.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(edge: String) -> Self {
        Self {
            inner: Rc::new(Inner::new(edge)),
        }
    }

    /// Takes an event of the element, of its window, or of what it has opened.
    ///
    /// `connect`, `disconnect` and `change` are the element's lifecycle; their `target` is the
    /// element.
    #[wasm_bindgen(js_name = handleEvent)]
    pub fn handle_event(&self, event: JsValue) {
        let inner = &self.inner;
        let kind = text(&event, "type").unwrap_or_default();
        if kind == "connect" {
            page::add_button(Rc::downgrade(inner));
            *inner.host.borrow_mut() = Some(field(&event, "target").unchecked_into());
        }
        if let Some(input) = inner.read(&kind, &event) {
            inner.take(input);
        }
        if kind == "disconnect" {
            // Nothing here may keep a removed element alive.
            *inner.host.borrow_mut() = None;
        }
    }
}

/// An order, and who takes payments for it; all empty where there is none.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) edge: String,
    pub(crate) out_trade_no: String,
}

impl Order {
    pub(crate) fn kept(&self) -> Kept {
        Kept::new(&self.out_trade_no)
    }

    fn status_url(&self, status_token: &str) -> String {
        api::status_url(&self.edge, &self.out_trade_no, status_token)
    }
}

/// What belongs to one element. No borrow of a cell is held while the page's own code runs.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) script_origin: String,
    host: RefCell<Option<HtmlElement>>,
    pub(crate) order: RefCell<Rc<Order>>,
    checkout: RefCell<Checkout>,
    painted: Cell<Option<View>>,
    queue: RefCell<Vec<Input>>,
    running: Cell<bool>,
    pub(crate) stream: RefCell<Option<EventSource>>,
    abort: RefCell<Option<AbortController>>,
    /// Number of the last question to `/checkout`; answers to others are late.
    pub(crate) asked: Cell<u32>,
    /// Number of the last stream, likewise.
    pub(crate) opened: Cell<u32>,
    /// The returned token this button has tried.
    pub(crate) tried: RefCell<String>,
    patience: Cell<i32>,
    retry: Cell<i32>,
}

impl Inner {
    fn new(script_origin: String) -> Self {
        Self {
            script_origin,
            host: RefCell::default(),
            order: RefCell::default(),
            checkout: RefCell::default(),
            painted: Cell::new(None),
            queue: RefCell::default(),
            running: Cell::new(false),
            stream: RefCell::default(),
            abort: RefCell::default(),
            asked: Cell::new(0),
            opened: Cell::new(0),
            tried: RefCell::default(),
            patience: Cell::new(0),
            retry: Cell::new(0),
        }
    }

    fn host(&self) -> Option<HtmlElement> {
        self.host.borrow().clone()
    }

    pub(crate) fn attribute(&self, name: &str) -> String {
        self.host()
            .and_then(|host| host.get_attribute(name))
            .unwrap_or_default()
    }

    pub(crate) fn order(&self) -> Rc<Order> {
        self.order.borrow().clone()
    }

    /// Takes an input. One that comes while effects run waits for them: a listener of our events
    /// may do anything to the page, and to us.
    fn take(&self, input: Input) {
        self.queue.borrow_mut().push(input);
        if self.running.replace(true) {
            return;
        }
        loop {
            let inputs = self.queue.take();
            if inputs.is_empty() {
                break;
            }
            for input in inputs {
                let effects = self.checkout.borrow_mut().step(input);
                self.paint();
                for effect in effects {
                    self.run(effect);
                }
            }
        }
        self.running.set(false);
    }

    fn paint(&self) {
        let view = self.checkout.borrow().view();
        if let Some(host) = self.host()
            && self.painted.replace(Some(view)) != Some(view)
        {
            paint(&host, view.state, view.mode, view.label, view.note);
        }
    }

    fn run(&self, effect: Effect) {
        let Some(host) = self.host() else { return };
        let order = self.order();
        match effect {
            Effect::AnnounceStart => {
                let detail = events::start(&order.out_trade_no);
                self.take(if events::dispatch(&host, "alipay-start", detail) {
                    Input::StartAllowed
                } else {
                    Input::StartPrevented
                });
            }
            Effect::AnnounceRedirect => {
                let detail = events::redirect(&order.out_trade_no, &self.checkout.borrow());
                events::dispatch(&host, "alipay-redirect", detail);
            }
            Effect::AnnounceStatus => {
                if self.checkout.borrow().report().is_some() {
                    page::forget_returned();
                }
                let detail = events::status(&order.out_trade_no, &self.checkout.borrow());
                events::dispatch(&host, "alipay-status", detail);
            }
            Effect::AnnounceError => {
                let detail = events::error(&self.checkout.borrow());
                events::dispatch(&host, "alipay-error", detail);
            }
            Effect::Post => self.post(&host, &order.edge),
            Effect::Abort => {
                self.asked.set(self.asked.get().wrapping_add(1));
                if let Some(controller) = self.abort.take() {
                    controller.abort();
                }
            }
            Effect::Listen => {
                let url = order.status_url(self.checkout.borrow().token());
                self.listen(&host, &url);
            }
            Effect::Probe => {
                let url = order.status_url(self.checkout.borrow().token());
                ask(&host, "probe", self.opened.get(), &url, &api::question());
            }
            Effect::Hush => self.hush(),
            Effect::Save => order.kept().save(self.checkout.borrow().token()),
            Effect::Forget => order.kept().forget(),
            Effect::Wait(clock, ms) => {
                let (slot, kind) = match clock {
                    Clock::Patience => (&self.patience, "patience"),
                    Clock::Retry => (&self.retry, "retry"),
                };
                cancel(slot.replace(later(&host, kind, ms)));
            }
            Effect::Leave => {
                // A browser that refuses leaves us here, and the state's patience ends it.
                let url = self.checkout.borrow().pay_url().to_owned();
                page_window().location().assign(&url).unwrap_or_default();
            }
            Effect::Tell(news) => self.tell(news),
        }
    }

    fn post(&self, host: &HtmlElement, edge: &str) {
        let Ok(controller) = AbortController::new() else {
            return;
        };
        let number = self.asked.get().wrapping_add(1);
        self.asked.set(number);
        let init = api::checkout(&self.attribute("order-token"), field(&controller, "signal"));
        self.abort.replace(Some(controller));
        ask(host, "answer", number, &[edge, "/checkout"].concat(), &init);
    }

    fn listen(&self, host: &HtmlElement, url: &str) {
        self.hush();
        let Ok(stream) = EventSource::new(url) else {
            return;
        };
        // The shell's element is the listener: its `handleEvent` comes here, without closures.
        for kind in ["status", "error"] {
            stream
                .add_event_listener_with_callback(kind, host.unchecked_ref())
                .unwrap_or_default();
        }
        self.stream.replace(Some(stream));
    }

    fn hush(&self) {
        cancel(self.retry.replace(0));
        self.opened.set(self.opened.get().wrapping_add(1));
        if let Some(stream) = self.stream.take() {
            stream.close();
        }
    }

    fn tell(&self, news: News) {
        for button in page::buttons() {
            let Some(peer) = button.upgrade() else {
                continue;
            };
            if std::ptr::eq(&raw const *peer, self) || peer.order() != self.order() {
                continue;
            }
            let report = self.checkout.borrow().report().cloned();
            match (news, report) {
                (News::Final, Some(report)) => peer.take(Input::Reported(report)),
                (News::Busy, _) => peer.take(Input::PeerBusy),
                (News::Free, _) => peer.take(Input::PeerFree(peer.order().kept().read())),
                (News::Final, None) => {}
            }
        }
    }
}
