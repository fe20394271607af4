//! One line per event on standard error: time, event, then `name=value`.
//!
//! Only identifiers, states and codes are written: never a secret, a signature, a request body or
//! anything about the shopper. Values are numbers of ours or text whose alphabet was checked.

use crate::{clock, gateway_time::GatewayTime};

/// Writes one event. `facts` is already `name=value name=value`.
pub(crate) fn event(name: &str, facts: std::fmt::Arguments<'_>) {
    let time = GatewayTime::from_unix_ms(clock::now_ms()).text();
    // A closed standard error must not stop a payment, as `eprintln!` would by panicking.
    let _ = std::io::Write::write_fmt(
        &mut std::io::stderr().lock(),
        format_args!("{time} {name} {facts}\n"),
    );
}
