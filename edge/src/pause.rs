//! Waiting for a time, and work that has a deadline.
//!
//! In place of the `worker` crate's `Delay`, which clears its timer when it is dropped and takes the
//! isolate down when that fails. It does fail: what an object that was reset had begun is dropped
//! wherever its last part happens to be, and there the timer is another request's.

use futures_util::future::{Either, select};
use std::cell::{Cell, RefCell};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_name = setTimeout)]
    fn set_timeout(run: &Closure<dyn FnMut()>, wait_ms: i32) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = clearTimeout)]
    fn clear_timeout(timer: &JsValue) -> Result<(), JsValue>;
}

/// The end of `work`, or `None` when it takes longer than `deadline`; it is then dropped.
pub async fn within<T>(deadline: Duration, work: impl Future<Output = T>) -> Option<T> {
    match select(pin!(work), pin!(Pause::of(deadline))).await {
        Either::Left((ended, _)) => Some(ended),
        Either::Right(((), _)) => None,
    }
}

/// A time that passes. It begins when it is first waited for.
#[derive(Debug)]
struct Pause {
    wait: Duration,
    state: Rc<State>,
    /// The timer and what it runs, once it runs.
    timer: Option<(JsValue, Closure<dyn FnMut()>)>,
}

/// What the timer's end changes.
#[derive(Debug, Default)]
struct State {
    over: Cell<bool>,
    waiter: RefCell<Option<Waker>>,
}

impl Pause {
    /// So long.
    fn of(wait: Duration) -> Self {
        Self {
            wait,
            state: Rc::default(),
            timer: None,
        }
    }
}

impl Future for Pause {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.state.over.get() {
            return Poll::Ready(());
        }
        self.state.waiter.replace(Some(context.waker().clone()));
        if self.timer.is_none() {
            let state = Rc::clone(&self.state);
            let run = Closure::new(move || {
                state.over.set(true);
                if let Some(waiter) = state.waiter.take() {
                    waiter.wake();
                }
            });
            let wait_ms = i32::try_from(self.wait.as_millis()).unwrap_or(i32::MAX);
            match set_timeout(&run, wait_ms) {
                Ok(timer) => self.timer = Some((timer, run)),
                // Where no timer can be had nothing can be waited for.
                Err(_) => return Poll::Ready(()),
            }
        }
        Poll::Pending
    }
}

impl Drop for Pause {
    fn drop(&mut self) {
        let Some((timer, run)) = self.timer.take() else {
            return;
        };
        // A timer that cannot be cleared may still run, so that what it runs has to stay.
        if !self.state.over.get() && clear_timeout(&timer).is_err() {
            run.forget();
        }
    }
}
