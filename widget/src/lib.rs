//! The `<alipay-checkout>` element.
//!
//! A small JavaScript shell (`js/`) owns the class that extends `HTMLElement` and paints the button
//! before this module has arrived. Every decision is taken here:
//!
//! * `checkout` is the state machine: no browser in it, tested natively,
//! * `element` runs what it decides, and is the only thing the shell knows,
//! * `view` says which words and which look belong to a state; `js/view.js` writes them.
//!
//! What the page, the edge and this element promise each other is in `docs/contracts.md`.

mod api;
mod browser;
mod checkout;
mod element;
mod facts;
mod fragment;
mod inputs;
mod page;
mod pay_url;
mod refusal;
mod status;
mod view;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

pub use element::CheckoutElement;
