//! The public interface, from outside. One line per module says what belongs there.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test that panics has failed, which is all it has to do"
)]

mod antom; // the current generation: headers, JSON, answers; antom.json
mod app_request; // the app's order string
mod app_result; // what the app brings back; app_result.json
mod common; // reading vectors, keys and bodies; nothing that decides
mod doctor; // which known mistake explains a refusal, one case per mistake
mod file; // rates, payments, settlements
mod keys; // what people paste as keys
mod notification; // one fault per case, from a fresh valid body; the exact refusal
mod openplatform; // notifications of the open platform
mod properties; // what holds for every input, by proptest
mod properties_signatures; // round trips with other implementations, every changed byte
mod properties_texts; // the same for rings, the app's texts, files and requests
mod query; // single_trade_query and its XML
mod refund; // giving money back
mod request; // what we send, and what we refuse to sign
mod resplit; // signed texts split at another place
mod return_query; // the browser's query
mod ring; // several keys for one account
mod signed_notification; // what a notification says once it is signed
mod vectors; // gateway.json, every vector, with the exceptions and their reasons
mod wycheproof; // RSA paddings, Wycheproof's and ours for SHA-1
