//! Work that JavaScript waits for, in `edge/js/entry.mjs`.
//!
//! An ordinary await of a promise in wasm makes two closures, registers both with the garbage
//! collector, and wakes a task through the microtask queue: more than the rest of a notification's
//! way through Rust. Here the work names the promise that it waits for and returns; JavaScript
//! awaits it as any other, and gives its end to the next turn of the work. A trap is then an exception of
//! that turn, which whoever asked hears at once, in place of a promise that nobody settles.

use crate::clock::now_ms;
use crate::pause::within;
use js_sys::Promise;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

/// What work ends with: a value for the runtime, or what is thrown.
pub type Ended = Result<JsValue, JsValue>;

type Work = Pin<Box<dyn Future<Output = Ended>>>;

/// When more than this is under way, what was forgotten is looked for.
const MANY: usize = 64;

/// Work whose request went away is never given another turn. No promise that is waited for here
/// takes as long as this.
const FORGOTTEN_MS: u64 = 120_000;

thread_local! {
    /// What is under way, by the number that JavaScript gave it: numbers only grow.
    static UNDER_WAY: RefCell<BTreeMap<u32, UnderWay>> = const { RefCell::new(BTreeMap::new()) };
    /// The turn that is being taken.
    static TURN: Cell<Option<Turn>> = const { Cell::new(None) };
    /// Milliseconds that JavaScript waits for the last promise it was given; 0 for as long as it takes.
    static PATIENCE_MS: Cell<u32> = const { Cell::new(0) };
}

struct UnderWay {
    since_ms: u64,
    /// What is to be polled when it is told: parts of some work are polled only when they are woken.
    waker: Option<Waker>,
    /// `None` where a promise of its own takes it to its end.
    work: Option<Work>,
}

/// How what was waited for ended.
enum Told {
    Resolved(JsValue),
    Rejected(JsValue),
    Late,
}

#[derive(Default)]
struct Turn {
    told: Option<Told>,
    asked: Option<(Promise, u32)>,
    waker: Option<Waker>,
}

/// Begins work under a number: what it ended with, or the promise that it waits for.
///
/// # Errors
///
/// What the work throws.
pub fn begin(number: u32, work: impl Future<Output = Ended> + 'static) -> Ended {
    let now = now_ms();
    UNDER_WAY.with_borrow_mut(|all| {
        if all.len() > MANY {
            all.retain(|_, one| now.saturating_sub(one.since_ms) < FORGOTTEN_MS);
        }
    });
    take_turn(number, now, Box::pin(work), None)
}

/// Gives work its next turn: `end` is 0 when the promise was resolved with `value`, 1 when it was
/// rejected with it, and 2 when it took longer than [`patience`].
///
/// # Errors
///
/// What the work throws, or that there is no such work.
#[wasm_bindgen]
pub fn resume(number: u32, end: u32, value: JsValue) -> Ended {
    let found = UNDER_WAY.with_borrow_mut(|all| all.remove(&number));
    match found {
        Some(UnderWay {
            since_ms,
            waker,
            work: Some(work),
        }) => {
            if let Some(waker) = waker {
                waker.wake();
            }
            let told = match end {
                0 => Told::Resolved(value),
                1 => Told::Rejected(value),
                _ => Told::Late,
            };
            take_turn(number, since_ms, work, Some(told))
        }
        Some(UnderWay { work: None, .. }) if end == 0 => Ok(value),
        _ => Err(JsValue::from_str("no such work is under way")),
    }
}

/// Milliseconds that JavaScript waits for the promise that it was just given; 0 for as long as it takes.
#[wasm_bindgen]
#[must_use]
pub fn patience() -> u32 {
    PATIENCE_MS.get()
}

fn take_turn(number: u32, since_ms: u64, mut work: Work, told: Option<Told>) -> Ended {
    let turn = Turn {
        told,
        ..Turn::default()
    };
    TURN.set(Some(turn));
    let polled = work.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    let Turn { asked, waker, .. } = TURN.take().unwrap_or_default();
    let (promise, patience_ms, work) = match (polled, asked) {
        (Poll::Ready(ended), _) => return ended,
        (Poll::Pending, Some((promise, patience_ms))) => (promise, patience_ms, Some(work)),
        // It waits for something else, which wakes a task of wasm's own: it is one from now on.
        (Poll::Pending, None) => (future_to_promise(work), 0, None),
    };
    PATIENCE_MS.set(patience_ms);
    let one = UnderWay {
        since_ms,
        waker,
        work,
    };
    UNDER_WAY.with_borrow_mut(|all| all.insert(number, one));
    Ok(promise.into())
}

/// The end of a promise, `None` when it takes longer than `deadline`. JavaScript waits for one promise at a
/// time: beside others, the first has its turn and the rest are awaited in wasm. Not for use in
/// `select` or [`within`], which would hear of the other future only afterwards.
pub async fn settled(promise: Promise, deadline: Option<Duration>) -> Option<Ended> {
    let asked = TURN.take().is_some_and(|mut turn| {
        let free = turn.told.is_none() && turn.asked.is_none();
        if free {
            let wait_ms = deadline.map_or(0, |wait| u32::try_from(wait.as_millis()).unwrap_or(0));
            turn.asked = Some((promise.clone(), wait_ms));
        }
        TURN.set(Some(turn));
        free
    });
    if asked {
        return Next.await;
    }
    match deadline {
        Some(deadline) => within(deadline, JsFuture::from(promise)).await,
        None => Some(JsFuture::from(promise).await),
    }
}

/// What the next turn is told.
struct Next;

impl Future for Next {
    type Output = Option<Ended>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(mut turn) = TURN.take() else {
            return Poll::Pending;
        };
        let told = mem::take(&mut turn.told);
        if told.is_none() {
            turn.waker = Some(context.waker().clone());
        }
        TURN.set(Some(turn));
        match told {
            Some(Told::Resolved(value)) => Poll::Ready(Some(Ok(value))),
            Some(Told::Rejected(error)) => Poll::Ready(Some(Err(error))),
            Some(Told::Late) => Poll::Ready(None),
            None => Poll::Pending,
        }
    }
}
