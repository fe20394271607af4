//! Antom: its notifications, the requests we send it, and what their answers mean. It is the other
//! provider beside [`gateway`](crate::gateway); what both say is judged by the same order.

mod call;
pub mod inquiry;
pub mod notify;
pub mod pay;

use crate::clock;
use crate::order::state::{Facts, Says, Told};
use crate::provider::Provider;
use alipay_protocol::antom::money::Amount;
use alipay_protocol::antom::names::PaymentId;

/// Now, as Antom's times count.
fn now_unix_ms() -> i64 {
    i64::try_from(clock::now_ms()).unwrap_or(i64::MAX)
}

/// Facts of a payment, out of a verified message of Antom's.
fn facts(told: Told, notify_id: String, payment: &PaymentId, says: Says, amount: Amount) -> Facts {
    Facts {
        provider: Provider::Antom,
        told,
        notify_id,
        trade_no: payment.as_str().to_owned(),
        says,
        amount: amount.minor(),
        currency: amount.currency().code().to_owned(),
    }
}
