//! The event that money was given back.

use super::{Body, Event, Fields, event_id, iso_8601};
use crate::order::rpc::refund::RefundView;
use crate::order::state::{Order, Told};

/// A refund that is done.
#[derive(Clone, Copy, Debug)]
pub struct GivenBack<'a> {
    /// Which.
    pub refund: &'a RefundView,
    /// Minor units that were given back of the order, this refund included.
    pub refunded: u64,
    /// `sha256:` and hex of Alipay's answer, or the hash of the trail's line that has the staff's word.
    pub evidence: &'a str,
    /// Whose word it is.
    pub told: Told,
    /// When it was received, Unix milliseconds.
    pub received_ms: u64,
}

impl Event {
    /// Makes the event for a refund of `order`, which has its status after it. `amount` is what this
    /// refund gave back; each refund has an id of its own.
    #[must_use]
    pub fn refunded(order: &Order, given: GivenBack<'_>) -> Option<Self> {
        let refund = given.refund;
        let out_trade_no = order.terms.out_trade_no.as_str();
        let trade_no = order.trade_no.as_deref().unwrap_or_default();
        let body = Body {
            event_type: "payment.refunded",
            timestamp: iso_8601(given.received_ms)?,
            data: Fields {
                provider: order.terms.provider,
                out_trade_no,
                trade_no,
                status: Some(order.status),
                reason: None,
                amount: refund.amount,
                currency: &refund.currency,
                registered: true,
                metadata: Some(&order.terms.metadata),
                source: given.told,
                notify_id: "",
                evidence: given.evidence,
                out_return_no: Some(&refund.out_return_no),
                refunded: Some(given.refunded),
            },
        };
        let id = event_id(&[
            body.event_type,
            out_trade_no,
            trade_no,
            &refund.out_return_no,
        ]);
        Some(Self {
            id,
            body: serde_json::to_string(&body).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::rpc::refund::RefundState;
    use crate::order::state::{Price, Status, Terminal, Terms};
    use crate::provider::Provider;
    use serde_json::{Value, json};

    fn event(number: &str, evidence: &str) -> Event {
        let mut order = Order::new(Terms {
            provider: Provider::Gateway,
            out_trade_no: "A1".into(),
            subject: "Tea".into(),
            body: None,
            price: Price::TotalFee {
                amount: 1990,
                currency: "USD".into(),
            },
            return_url: "https://shop.example/".into(),
            metadata: [("cart".to_owned(), "7".to_owned())].into(),
            terminal: Terminal::Wap,
            return_mark: String::new(),
            by_previous: false,
            locale: None,
        });
        order.move_to(Status::Paid, Some("T1"));
        let refund = RefundView {
            out_return_no: number.into(),
            amount: 500,
            currency: "USD".into(),
            reason: "late".into(),
            state: RefundState::Done,
            code: String::new(),
            attempts: 1,
            by: "anna".into(),
            requested_ms: 1,
            settled_ms: Some(2),
            due_ms: None,
        };
        let given = GivenBack {
            refund: &refund,
            refunded: 700,
            evidence,
            told: Told::Refund,
            received_ms: 1_795_255_200_123,
        };
        Event::refunded(&order, given).unwrap()
    }

    #[test]
    fn refunded_event_has_the_documented_form() {
        let expected = json!({
            "type": "payment.refunded",
            "timestamp": "2026-11-21T10:00:00.123Z",
            "data": {
                "provider": "alipay-gateway", "out_trade_no": "A1", "trade_no": "T1",
                "status": "paid", "amount": 500, "currency": "USD", "registered": true,
                "metadata": {"cart": "7"}, "source": "refund", "evidence": "sha256:00",
                "out_return_no": "R1", "refunded": 700,
            }
        });
        let body: Value = serde_json::from_str(&event("R1", "sha256:00").body).unwrap();
        assert_eq!(body, expected);
    }

    #[test]
    fn each_refund_has_an_id_of_its_own_that_stays() {
        assert_eq!(event("R1", "sha256:00").id, event("R1", "sha256:01").id);
        assert_ne!(event("R1", "sha256:00").id, event("R2", "sha256:00").id);
    }
}
