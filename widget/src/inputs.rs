//! What events mean: turns those of the browser into inputs of the state machine.

use js_sys::JsString;
use wasm_bindgen::JsValue;
use web_sys::EventSource;

use crate::checkout::{Arrival, Input, Place};
use crate::element::CheckoutElement;
use crate::page::{self, field, has, letters, number, parse, text};
use crate::refusal::Refusal;
use crate::{api, fragment};

/// Kinds of events: those of the element, of its window and of what it has opened, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Click,
    Here,
    Connect,
    Change,
    HashChange,
    Reset,
    Disconnect,
    PageShow,
    PageHide,
    VisibilityChange,
    Online,
    Offline,
    Storage,
    Patience,
    Retry,
    Status,
    Error,
    Answer,
    Probe,
    PeerBusy,
    PeerFree,
    PeerFinal,
}

impl Kind {
    /// A table is a third of what a `match` on the names weighs.
    const NAMES: [(&str, Self); 22] = [
        ("click", Self::Click),
        ("here", Self::Here),
        ("connect", Self::Connect),
        ("change", Self::Change),
        ("hashchange", Self::HashChange),
        ("reset", Self::Reset),
        ("disconnect", Self::Disconnect),
        ("pageshow", Self::PageShow),
        ("pagehide", Self::PageHide),
        ("visibilitychange", Self::VisibilityChange),
        ("online", Self::Online),
        ("offline", Self::Offline),
        ("storage", Self::Storage),
        ("patience", Self::Patience),
        ("retry", Self::Retry),
        ("status", Self::Status),
        ("error", Self::Error),
        ("answer", Self::Answer),
        ("probe", Self::Probe),
        ("peer-busy", Self::PeerBusy),
        ("peer-free", Self::PeerFree),
        ("peer-final", Self::PeerFinal),
    ];

    pub(crate) fn parse(name: &str) -> Option<Self> {
        let named = Self::NAMES.iter().find(|(known, _)| *known == name);
        named.map(|(_, kind)| *kind)
    }
}

impl CheckoutElement {
    /// What an event means; most mean one input, and many none.
    pub(crate) fn read(&mut self, kind: Kind, event: &JsValue) -> Option<Input> {
        Some(match kind {
            Kind::Click => Input::Clicked(self.place()),
            Kind::Here => Input::Here,
            Kind::Connect | Kind::Change | Kind::HashChange | Kind::Reset => {
                return self.arrive(kind);
            }
            Kind::Disconnect => Input::Left,
            Kind::PageShow => {
                if !has(event, "persisted") {
                    return None;
                }
                let stored = self.stored();
                Input::Resumed(self.arrival(JsString::from(""), stored))
            }
            Kind::PageHide => Input::Hidden(true),
            Kind::VisibilityChange => {
                match letters(&field(event, "target"), "visibilityState").as_str() {
                    "visible" => Input::Shown,
                    _ => Input::Hidden(false),
                }
            }
            Kind::Online => Input::Online,
            Kind::Offline => Input::Offline,
            Kind::Storage => return self.changed_elsewhere(event),
            Kind::Patience => Input::PatienceOver,
            Kind::Retry => Input::RetryDue,
            Kind::Status => Input::Reported(self.hear(parse(&text(event, "data")))?),
            // Without `readyState` 2 the browser connects again by itself.
            Kind::Error => {
                if number(self.stream.as_ref()?, "readyState") != u32::from(EventSource::CLOSED) {
                    return None;
                }
                Input::StreamClosed
            }
            Kind::Answer => {
                if !is(event, self.asked) {
                    return None;
                }
                self.read_answer(number(event, "status"), field(event, "body"))
            }
            Kind::Probe => {
                if !is(event, self.opened) {
                    return None;
                }
                match number(event, "status") {
                    200 => Input::Probed(self.hear(field(event, "body"))?),
                    401 | 403 | 404 => Input::TokenDenied,
                    _ => Input::StatusUnreachable,
                }
            }
            Kind::PeerBusy | Kind::PeerFree | Kind::PeerFinal => {
                let ours = text(event, "edge") == self.edge
                    && text(event, "out_trade_no") == self.out_trade_no;
                if !ours {
                    return None;
                }
                match kind {
                    Kind::PeerBusy => Input::PeerBusy,
                    Kind::PeerFree => self.freed(),
                    _ => Input::Reported(self.hear(field(event, "body"))?),
                }
            }
        })
    }

    /// Where a click of now would have the shopper pay.
    fn place(&self) -> Place {
        // An app's own page has no tabs and is on the phone already.
        if self.is_webview {
            Place::Here
        } else if !self.is_mobile && has(&self.host, "qr") {
            Place::Phone
        } else if letters(&self.host, "target") == "new" {
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
        let hosts = letters(&self.host, "payHosts");
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
        let (changed, token) = (text(event, "key"), text(event, "newValue"));
        if changed == page::lock_key(&self.out_trade_no) && token.is_falsy() {
            return Some(self.freed());
        }
        let news = changed == page::key(&self.out_trade_no) && token.is_truthy();
        if !news || token == self.token {
            return None;
        }
        self.token = token;
        Some(Input::Stored)
    }

    /// Another button or tab does not work on the order any more, and may have left a token.
    fn freed(&mut self) -> Input {
        self.token = self.stored();
        Input::PeerFree(self.token.is_truthy())
    }

    /// The status token that this browser keeps; empty where it keeps none.
    fn stored(&self) -> JsString {
        page::kept(&page::key(&self.out_trade_no))
    }

    /// Takes over what was found, each empty where it was not, and says what of it there is.
    fn arrival(&mut self, returned: JsString, stored: JsString) -> Arrival {
        let arrival = Arrival {
            has_order: self.out_trade_no.is_truthy(),
            returned: returned.is_truthy(),
            stored: stored.is_truthy() && stored != returned,
            online: has(&page::of_window("navigator"), "onLine"),
            blocked: self.blocked_by.is_some(),
        };
        if arrival.returned {
            self.token = returned;
            self.spare = stored;
        } else if arrival.stored {
            self.token = stored;
        }
        arrival
    }

    /// Reads the attributes, and finds out whether this is another order than before.
    fn arrive(&mut self, kind: Kind) -> Option<Input> {
        let edge = page::edge_of(&self.host);
        let mut number = page::claim(&text(&self.host, "orderToken"), "out_trade_no");
        let resumed = page::take_token(fragment::RESUME, |token| {
            number.is_falsy() || page::claim(token, "out_trade_no") == number
        });
        if resumed.is_truthy() {
            self.resumed = resumed;
        }
        if number.is_falsy() {
            number = page::claim(&self.resumed, "out_trade_no");
        }
        // A page may show several orders, and the token is for one.
        let mut returned = page::take_token(fragment::RETURNED, |token| {
            number.is_truthy() && page::claim(token, "sub") == number
        });

        let same = self.has_arrived && self.edge == edge && self.out_trade_no == number;
        // A fresh token for the same order changes nothing until the next click.
        if same && returned.is_falsy() && matches!(kind, Kind::Change | Kind::HashChange) {
            return None;
        }
        let again = same && kind != Kind::Reset;
        self.has_arrived = true;
        (self.edge, self.out_trade_no) = (edge, number);
        let stored = self.stored();
        // Loaded again after the return: the token is no longer in the address.
        let key = page::key(&self.out_trade_no);
        if returned.is_falsy() && kind == Kind::Connect && page::kept_here(&key).is_truthy() {
            returned = stored.clone();
        }
        if !again {
            self.token = JsString::from("");
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

/// Whether an answer is the one to the question of this number.
fn is(event: &JsValue, asked: i32) -> bool {
    u32::try_from(asked) == Ok(number(event, "number"))
}
