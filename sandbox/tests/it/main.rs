//! The stand-in from outside: over HTTP, as merchant, shopper and tester see it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "clippy's exceptions for tests do not reach the functions that tests share"
)]

// What the merchant asks of Antom, and what Antom tells.
mod antom;
// What the merchant asks of `/gateway.do`, and the answers.
mod gateway;
// Each word of a fault, for the whole run.
mod faults;
// When and how the merchant is notified.
mod notify;
// The shopper at the cashier.
mod pay;
// The program: words, signals, exit codes.
mod program;
// `notify`, `attack`, `ladder`, `keys`.
mod receiver;
// `/control/…` and `/`.
mod control;
// A merchant who is notified.
mod merchant;
// A shopper and a tester for the tests above.
mod support;
// Outcomes, shoppers, faults and traffic.
mod wallet;
