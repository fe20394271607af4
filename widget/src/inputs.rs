//! What events mean: turns those of the browser into inputs of the state machine.

use js_sys::JSON;
use wasm_bindgen::JsValue;
use web_sys::EventSource;

use crate::checkout::{Arrival, Input, Place};
use crate::element::CheckoutElement;
use crate::page::{self, Kept, field, number, page_window, text};
use crate::refusal::Refusal;
use crate::{api, fragment};

impl CheckoutElement {
    /// What an event means; most mean one input, and many none.
    pub(crate) fn read(&mut self, kind: &str, event: &JsValue) -> Option<Input> {
        Some(match kind {
            "click" => Input::Clicked(self.place()),
            "here" => Input::Here,
            "connect" | "change" | "hashchange" | "reset" => return self.arrive(kind),
            "disconnect" => Input::Left,
            "pageshow" => {
                if !field(event, "persisted").is_truthy() {
                    return None;
                }
                let stored = self.stored();
                Input::Resumed(self.arrival(None, stored))
            }
            "pagehide" => Input::Hidden(true),
            "visibilitychange" => match text(&field(event, "target"), "visibilityState").as_str() {
                "visible" => Input::Shown,
                _ => Input::Hidden(false),
            },
            "online" => Input::Online,
            "offline" => Input::Offline,
            "storage" => return self.changed_elsewhere(event),
            "patience" => Input::PatienceOver,
            "retry" => Input::RetryDue,
            "status" => {
                let body = JSON::parse(&text(event, "data")).ok()?;
                Input::Reported(self.hear(body)?)
            }
            // Without `readyState` 2 the browser connects again by itself.
            "error" => {
                if number(self.stream.as_ref()?, "readyState") != u32::from(EventSource::CLOSED) {
                    return None;
                }
                Input::StreamClosed
            }
            "answer" => {
                if number(event, "number") != self.asked {
                    return None;
                }
                self.read_answer(number(event, "status"), field(event, "body"))
            }
            "probe" => {
                if number(event, "number") != self.opened {
                    return None;
                }
                match number(event, "status") {
                    200 => Input::Probed(self.hear(field(event, "body"))?),
                    401 | 403 | 404 => Input::TokenDenied,
                    _ => Input::StatusUnreachable,
                }
            }
            "peer-busy" | "peer-free" | "peer-final" => {
                let ours = text(event, "edge") == self.edge
                    && text(event, "out_trade_no") == self.out_trade_no;
                if !ours {
                    return None;
                }
                match kind {
                    "peer-busy" => Input::PeerBusy,
                    "peer-free" => self.freed(),
                    _ => Input::Reported(self.hear(field(event, "body"))?),
                }
            }
            _ => return None,
        })
    }

    /// Where a click of now would have the shopper pay.
    fn place(&self) -> Place {
        // An app's own page has no tabs and is on the phone already.
        if self.is_webview {
            Place::Here
        } else if !self.is_mobile && self.host.has_attribute("qr") {
            Place::Phone
        } else if self.attribute("target") == "new" {
            Place::NewTab
        } else {
            Place::Here
        }
    }

    /// Reads a status, and keeps its texts if it is one that the machine takes.
    fn hear(&mut self, body: JsValue) -> Option<crate::status::Report> {
        let report = api::report(&body, &self.out_trade_no)?;
        if self.checkout.is_news(report) {
            self.said = body;
        }
        Some(report)
    }

    fn read_answer(&mut self, status: u32, body: JsValue) -> Input {
        let hosts = self.attribute("pay-hosts");
        let input = api::answer(status, &body, &self.out_trade_no, &hosts);
        match input {
            Input::Answered(_) => {
                self.token = text(&body, "status_token");
                self.pay_url = text(&body, "pay_url");
                self.said = body;
            }
            Input::Refused(Refusal::Edge(_)) => self.problem = body,
            _ => {}
        }
        input
    }

    fn changed_elsewhere(&mut self, event: &JsValue) -> Option<Input> {
        let (key, kept) = (text(event, "key"), self.kept.as_ref()?);
        let value = field(event, "newValue").as_string();
        if key == kept.lock_key() && value.is_none() {
            return Some(self.freed());
        }
        let token = value.filter(|token| key == kept.key() && *token != self.token)?;
        self.token = token;
        Some(Input::Stored)
    }

    /// Another button or tab does not work on the order any more, and may have left a token.
    fn freed(&mut self) -> Input {
        let stored = self.stored();
        let has_token = stored.is_some();
        self.token = stored.unwrap_or_default();
        Input::PeerFree(has_token)
    }

    fn stored(&self) -> Option<String> {
        self.kept.as_ref()?.read()
    }

    /// Takes over what was found, and says what of it there is.
    fn arrival(&mut self, returned: Option<String>, stored: Option<String>) -> Arrival {
        let stored = stored.filter(|stored| Some(stored) != returned.as_ref());
        let arrival = Arrival {
            has_order: !self.out_trade_no.is_empty(),
            returned: returned.is_some(),
            stored: stored.is_some(),
            online: field(&field(&page_window(), "navigator"), "onLine").is_truthy(),
            blocked: self.blocked_by.is_some(),
        };
        match (returned, stored) {
            (Some(token), spare) => {
                self.token = token;
                self.spare = spare.unwrap_or_default();
            }
            (None, Some(token)) => self.token = token,
            (None, None) => {}
        }
        arrival
    }

    /// Reads the attributes, and finds out whether this is another order than before.
    fn arrive(&mut self, kind: &str) -> Option<Input> {
        let mut edge = self.attribute("edge");
        if edge.is_empty() {
            edge.clone_from(&self.script_origin);
        }
        if edge.ends_with('/') {
            edge.pop();
        }
        let mut number = page::claim(&self.attribute("order-token"), "out_trade_no");
        let names = |token: &str, claim: &str| page::claim(token, claim);
        let is_ours = |token: &str| number.is_empty() || names(token, "out_trade_no") == number;
        if let Some(token) = page::take_token(fragment::RESUME, is_ours) {
            self.resumed = token;
        }
        if number.is_empty() {
            number = page::claim(&self.resumed, "out_trade_no");
        }
        // A page may show several orders, and the token is for one.
        let is_ours = |token: &str| !number.is_empty() && names(token, "sub") == number;
        let returned = page::take_token(fragment::RETURNED, is_ours);

        let same = self.kept.is_some() && self.edge == edge && self.out_trade_no == number;
        // A fresh token for the same order changes nothing until the next click.
        if same && returned.is_none() && matches!(kind, "change" | "hashchange") {
            return None;
        }
        let again = same && kind != "reset";
        self.kept = Some(Kept::new(&number));
        (self.edge, self.out_trade_no) = (edge, number);
        let mut stored = self.stored().filter(|_| !self.out_trade_no.is_empty());
        // Loaded again after the return: the token is no longer in the address.
        let returned = returned.or_else(|| {
            let again = kind == "connect" && self.kept.as_ref()?.has_returned();
            stored.take_if(|_| again)
        });
        if !again {
            self.token.clear();
        }
        let arrival = self.arrival(returned, stored);
        Some(if again {
            Input::Resumed(arrival)
        } else {
            self.said = JsValue::UNDEFINED;
            Input::Arrived(arrival)
        })
    }
}
