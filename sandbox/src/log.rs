//! One line per event on standard error: time, event, then `name=value`.
//!
//! Only identifiers, states and codes are written: never a secret, a signature, a request body or
//! anything about the shopper. Values are numbers of ours or text whose alphabet was checked.

use std::{
    fmt,
    io::{self, Write as _},
    sync::atomic::{AtomicBool, Ordering},
};

use crate::{clock, gateway_time::GatewayTime};

static TO_STANDARD_ERROR: AtomicBool = AtomicBool::new(false);

/// Writes events to standard error from now on. As a library the stand-in is silent until then.
pub fn log_to_standard_error() {
    TO_STANDARD_ERROR.store(true, Ordering::Relaxed);
}

/// Writes one event. `facts` is already `name=value name=value`.
pub(crate) fn event(name: &str, facts: fmt::Arguments<'_>) {
    if !TO_STANDARD_ERROR.load(Ordering::Relaxed) {
        return;
    }
    let time = GatewayTime::from_unix_ms(clock::now_ms()).text();
    // A closed standard error must not stop a payment, as `eprintln!` would by panicking.
    let _ = io::stderr()
        .lock()
        .write_fmt(format_args!("{time} {name} {facts}\n"));
}
