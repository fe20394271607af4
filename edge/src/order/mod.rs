//! One order: what is asked of it ([`rpc`]), how it may move ([`state`]), where it is kept
//! ([`store`], `schema`, `known`, [`outbox`], [`trail`], `desk`, `statements`, `whole`), who watches it ([`live`]), what it does
//! by itself (`alarm`), what it remembers of Antom (`attempt`), what the merchant's staff may do to it
//! (`admin`), how long its deliveries took (`latency`), how the index across orders hears of it
//! (`index`), and the Durable Object that ties them ([`object`]).

mod admin;
mod alarm;
mod attempt;
pub mod audit;
mod desk;
mod give_back;
mod index;
mod known;
mod latency;
pub mod live;
pub mod object;
pub mod outbox;
mod parked;
mod question;
pub mod refund;
mod refunds;
pub mod rpc;
mod schema;
mod settle;
mod settle_refund;
pub mod state;
mod statements;
pub mod store;
pub mod trail;
mod whole;
