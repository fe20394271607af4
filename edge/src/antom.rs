//! Antom: its notifications, the requests we send it, and what their answers mean. It is the other
//! provider beside [`gateway`](crate::gateway); what both say is judged by the same order.

mod call;
pub mod inquiry;
pub mod notify;
pub mod pay;
pub mod refund;

use crate::clock;
use crate::order::state::{Facts, Says, Told};
use crate::provider::Provider;
use alipay_protocol::antom::money::Amount;

/// Now, as Antom's times count.
fn now_unix_ms() -> i64 {
    i64::try_from(clock::now_ms()).unwrap_or(i64::MAX)
}

/// Facts of a payment, out of a verified message of Antom's.
fn facts(told: Told, notify_id: String, trade_no: &str, says: Says, amount: Amount) -> Facts {
    Facts {
        provider: Provider::Antom,
        told,
        notify_id,
        trade_no: trade_no.to_owned(),
        says,
        amount: amount.minor(),
        currency: amount.currency().code().to_owned(),
    }
}
