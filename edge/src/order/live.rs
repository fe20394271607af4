//! Server-sent events: whoever watches an order hears of each change. What is told and to how many is decided
//! here; the open streams are JavaScript's.

use super::rpc::StatusView;
use crate::log;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::Error;

/// Watchers of one order at the same time: a shopper has a few tabs; more is abuse.
const MAX_WATCHERS: u32 = 32;

/// Milliseconds after which a browser reconnects.
const RETRY_MS: u32 = 1000;

#[wasm_bindgen]
extern "C" {
    /// The open streams of one order: `edge/js/watchers.mjs`. They are not in wasm's memory, so that they
    /// outlive it and can be ended.
    #[derive(Clone, Debug)]
    pub type Watchers;

    #[wasm_bindgen(method, getter)]
    fn size(this: &Watchers) -> u32;

    #[wasm_bindgen(method, catch)]
    fn stream(this: &Watchers, version: u32, frame: &str) -> Result<JsValue, JsValue>;

    /// An answer that is no stream.
    #[wasm_bindgen(method, catch)]
    pub(super) fn answer(this: &Watchers, status: u16, body: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch, js_name = tell)]
    fn tell_frame(
        this: &Watchers,
        version: u32,
        frame: &str,
        is_final: bool,
    ) -> Result<(), JsValue>;
}

impl Watchers {
    /// A stream that begins with `view`, where few enough watch: HTTP 429 when too many do.
    pub(super) fn open(&self, view: &StatusView) -> Result<JsValue, JsValue> {
        if view.is_final {
            // Nothing will follow.
            return self.answer(200, &frame(view, true));
        }
        if self.size() >= MAX_WATCHERS {
            return self.answer(429, "too many watchers");
        }
        self.stream(version(view), &frame(view, true))
    }

    /// Tells every watcher once the change is confirmed on disk: what a page has shown is never taken back. A status
    /// that is final ends their streams.
    pub(super) fn tell(&self, view: &StatusView) {
        if self.size() == 0 {
            return;
        }
        let told = self.tell_frame(version(view), &frame(view, false), view.is_final);
        if let Err(error) = told {
            log::fault("watchers_not_told", &Error::from(error));
        }
    }
}

/// As JavaScript compares it. No order changes as often as that.
fn version(view: &StatusView) -> u32 {
    u32::try_from(view.version).unwrap_or(u32::MAX)
}

/// One event in the form of the HTML standard, section 9.2.
fn frame(view: &StatusView, first: bool) -> String {
    let retry = if first {
        format!("retry: {RETRY_MS}\n")
    } else {
        String::new()
    };
    let json = serde_json::to_string(view).unwrap_or_default();
    format!(
        "{retry}id: {}\nevent: status\ndata: {json}\n\n",
        view.version
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::state::Status;

    fn view() -> StatusView {
        StatusView {
            out_trade_no: "A1".into(),
            status: Status::Paid,
            is_final: true,
            amount: 1990,
            currency: "USD".into(),
            trade_no: Some("T1".into()),
            version: 3,
        }
    }

    #[test]
    fn a_frame_is_one_event_with_its_version_as_id() {
        assert_eq!(
            frame(&view(), true),
            "retry: 1000\nid: 3\nevent: status\ndata: {\"out_trade_no\":\"A1\",\"status\":\"paid\",\
             \"final\":true,\"amount\":1990,\"currency\":\"USD\",\"trade_no\":\"T1\",\"version\":3}\n\n"
        );
        assert!(frame(&view(), false).starts_with("id: 3\n"));
    }
}
