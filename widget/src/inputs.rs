//! What events mean: turns those of the browser into inputs of the state machine.

use std::rc::Rc;

use js_sys::JSON;
use wasm_bindgen::JsValue;
use web_sys::EventSource;

use crate::api;
use crate::checkout::{Arrival, Clock, Input};
use crate::element::{Inner, Order};
use crate::page::{self, field, page_window, text};
use crate::status::Report;

impl Inner {
    /// What an event means; most mean one input, and many none.
    pub(crate) fn read(&self, kind: &str, event: &JsValue) -> Option<Input> {
        Some(match kind {
            "click" => Input::Clicked,
            "connect" | "change" | "hashchange" => return self.arrive(kind),
            "disconnect" => {
                page::forget_returned();
                Input::Left
            }
            "pageshow" => {
                if !field(event, "persisted").is_truthy() {
                    return None;
                }
                Input::Resumed(self.arrival(None))
            }
            "pagehide" => Input::Hidden(true),
            "visibilitychange" => {
                match text(&field(event, "target"), "visibilityState")?.as_str() {
                    "visible" => Input::Shown,
                    _ => Input::Hidden(false),
                }
            }
            "online" => Input::Online(true),
            "offline" => Input::Online(false),
            "storage" => {
                let kept = self.order().kept();
                text(event, "key").filter(|key| key == kept.key())?;
                Input::Stored(text(event, "newValue")?)
            }
            "patience" => Input::Elapsed(Clock::Patience),
            "retry" => Input::Elapsed(Clock::Retry),
            "status" => Input::Reported(self.report(&JSON::parse(&text(event, "data")?).ok()?)?),
            // Without `readyState` 2 the browser connects again by itself.
            "error" => {
                let stream = self.stream.borrow();
                let stream = stream.as_ref()?;
                if number(stream, "readyState") != i64::from(EventSource::CLOSED) {
                    return None;
                }
                Input::StreamClosed
            }
            "answer" => {
                if number(event, "number") != i64::from(self.asked.get()) {
                    return None;
                }
                let status = number(event, "status");
                let hosts = self.attribute("pay-hosts");
                Input::Answered(api::answer(status, &field(event, "body"), &hosts))
            }
            "probe" => {
                if number(event, "number") != i64::from(self.opened.get()) {
                    return None;
                }
                match number(event, "status") {
                    200 => Input::Probed(self.report(&field(event, "body"))?),
                    401 | 403 | 404 => {
                        page::forget_returned();
                        Input::TokenDenied
                    }
                    _ => Input::StatusUnreachable,
                }
            }
            _ => return None,
        })
    }

    /// A status of our order. One of another order is a mistake, and is not shown.
    fn report(&self, body: &JsValue) -> Option<Report> {
        let report = api::report(body)?;
        let ours = self.order().out_trade_no == report.out_trade_no;
        ours.then_some(report)
    }

    fn arrival(&self, returned: Option<String>) -> Arrival {
        let order = self.order();
        let has_order = !order.out_trade_no.is_empty();
        Arrival {
            has_order,
            returned,
            stored: order.kept().read().filter(|_| has_order),
            online: field(&field(&page_window(), "navigator"), "onLine").is_truthy(),
        }
    }

    /// Reads the attributes, and finds out whether this is another order than before.
    fn arrive(&self, kind: &str) -> Option<Input> {
        let mut edge = self.attribute("edge");
        if edge.is_empty() {
            edge.clone_from(&self.script_origin);
        }
        let order = page::out_trade_no(&self.attribute("order-token"))
            .map(|out_trade_no| Order {
                edge: edge.trim_end_matches('/').to_owned(),
                out_trade_no,
            })
            .unwrap_or_default();
        let same = *self.order() == order;
        // Tried once by each button: a page may show several orders, and the token is for one.
        let returned = page::returned()
            .filter(|token| !order.out_trade_no.is_empty() && *self.tried.borrow() != *token);
        // A fresh token for the same order changes nothing until the next click.
        if same && kind != "connect" && returned.is_none() {
            return None;
        }
        self.order.replace(Rc::new(order));
        if let Some(token) = &returned {
            self.tried.borrow_mut().clone_from(token);
        }
        let arrival = self.arrival(returned);
        Some(if same {
            Input::Resumed(arrival)
        } else {
            Input::Arrived(arrival)
        })
    }
}

/// A field that holds a whole number; 0 where there is none.
fn number(event: &JsValue, name: &str) -> i64 {
    api::integer(&field(event, name)).unwrap_or_default()
}
