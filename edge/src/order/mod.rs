//! One order: what is asked of it ([`rpc`]), how it may move ([`state`]), where it is kept
//! ([`store`]), who watches it ([`live`]), and the Durable Object that ties them ([`object`]).

pub mod live;
pub mod object;
pub mod rpc;
pub mod state;
pub mod store;
