//! One order: what is asked of it ([`rpc`]), how it may move ([`state`]), where it is kept
//! ([`store`], [`outbox`]), who watches it ([`live`]), what it does by itself (`alarm`), and the
//! Durable Object that ties them ([`object`]).

mod alarm;
pub mod live;
pub mod object;
pub mod outbox;
pub mod rpc;
mod settle;
pub mod state;
pub mod store;
