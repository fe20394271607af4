//! Server-sent events: whoever watches an order hears of each change.

use super::rpc::StatusView;
use crate::pause::Pause;
use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_util::future::{Either, select};
use futures_util::stream::{Stream, StreamExt, unfold};
use std::cell::RefCell;
use std::time::Duration;

/// Below the 30 seconds after which common proxies drop a silent connection.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Five minutes: an open stream keeps the object in memory, which is paid for. The browser
/// reconnects by itself.
const HEARTBEATS: u32 = 20;

/// Watchers of one order at the same time: a shopper has a few tabs; more is abuse.
const MAX_WATCHERS: usize = 32;

/// Milliseconds after which a browser reconnects.
const RETRY_MS: u32 = 1000;

/// The open streams of one order.
#[derive(Debug, Default)]
pub struct Watchers(RefCell<Vec<UnboundedSender<StatusView>>>);

impl Watchers {
    /// Tells every watcher; those that left are forgotten.
    pub fn tell(&self, view: &StatusView) {
        self.0
            .borrow_mut()
            .retain(|watcher| watcher.unbounded_send(view.clone()).is_ok());
    }

    /// Ends every stream; the browsers open them again and begin with the present status.
    pub fn leave(&self) {
        self.0.borrow_mut().clear();
    }

    /// A stream that begins with `view`, or `None` when too many watch.
    pub fn watch(
        &self,
        view: StatusView,
    ) -> Option<impl Stream<Item = worker::Result<Vec<u8>>> + use<>> {
        let mut watchers = self.0.borrow_mut();
        watchers.retain(|watcher| !watcher.is_closed());
        if watchers.len() >= MAX_WATCHERS {
            return None;
        }
        let (sender, receiver) = unbounded();
        // The present status goes through the same channel, so that order is kept.
        sender.unbounded_send(view).ok()?;
        watchers.push(sender);
        Some(frames(receiver))
    }
}

/// What the stream waits with between frames.
struct Pulse {
    receiver: UnboundedReceiver<StatusView>,
    first: bool,
    beats: u32,
    done: bool,
}

fn frames(receiver: UnboundedReceiver<StatusView>) -> impl Stream<Item = worker::Result<Vec<u8>>> {
    let start = Pulse {
        receiver,
        first: true,
        beats: 0,
        done: false,
    };
    unfold(start, |mut pulse| async move {
        if pulse.done || pulse.beats >= HEARTBEATS {
            return None;
        }
        let beat = Pause::of(HEARTBEAT);
        let frame = match select(pulse.receiver.next(), beat).await {
            Either::Left((None, _)) => return None,
            Either::Left((Some(view), _)) => {
                pulse.done = view.is_final;
                frame(&view, std::mem::take(&mut pulse.first))
            }
            Either::Right(((), _)) => {
                pulse.beats = pulse.beats.saturating_add(1);
                ": still here\n\n".to_owned()
            }
        };
        Some((Ok(frame.into_bytes()), pulse))
    })
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

    #[test]
    fn the_thirty_third_watcher_is_refused_until_one_leaves() {
        let watchers = Watchers::default();
        let mut open: Vec<_> = (0..MAX_WATCHERS)
            .map(|_| watchers.watch(view()).unwrap())
            .collect();
        assert!(watchers.watch(view()).is_none());
        open.pop();
        assert!(watchers.watch(view()).is_some());
    }
}
