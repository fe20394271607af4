//! The event that is forwarded to the merchant, and its Standard Webhooks signature.

mod refunded;

pub use refunded::GivenBack;

use crate::order::state::{Facts, Order, Reason, Status, Told};
use crate::provider::Provider;
use base64ct::{Base64, Encoding};
use chrono::{DateTime, SecondsFormat};
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// An event as it is stored and sent: the same bytes at every attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// `webhook-id`: stable over retries and replays, without a full stop.
    pub id: String,
    /// The JSON body.
    pub body: String,
}

/// What happened.
#[derive(Clone, Copy, Debug)]
pub enum What {
    /// The order moved to a status that the merchant waits for.
    Moved(Status),
    /// A genuine notification was kept aside.
    Quarantined(Reason),
}

impl What {
    fn event_type(self) -> &'static str {
        match self {
            Self::Moved(Status::Closed) => "payment.closed",
            Self::Moved(Status::Refunded) => "payment.refunded",
            Self::Moved(Status::Created | Status::Redirected | Status::Paid) => "payment.paid",
            Self::Quarantined(_) => "payment.quarantined",
        }
    }
}

/// The notification behind an event.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// What it says.
    pub facts: &'a Facts,
    /// `sha256:` and hex of the raw body.
    pub evidence: &'a str,
    /// When it was received, Unix milliseconds.
    pub received_ms: u64,
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    event_type: &'static str,
    timestamp: String,
    data: Fields<'a>,
}

#[derive(Serialize)]
struct Fields<'a> {
    provider: Provider,
    out_trade_no: &'a str,
    trade_no: &'a str,
    status: Option<Status>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    amount: u64,
    currency: &'a str,
    registered: bool,
    metadata: Option<&'a std::collections::BTreeMap<String, String>>,
    source: Told,
    #[serde(skip_serializing_if = "str::is_empty")]
    notify_id: &'a str,
    evidence: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    out_return_no: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refunded: Option<u64>,
}

impl Event {
    /// Makes the event for `what`, of the order `out_trade_no` (`order` once it is registered).
    ///
    /// For a quarantined notification, `amount`, `currency` and `trade_no` are what the
    /// notification says, and `status` is where the order stays.
    #[must_use]
    pub fn new(
        what: What,
        out_trade_no: &str,
        order: Option<&Order>,
        source: Source<'_>,
    ) -> Option<Self> {
        let facts = source.facts;
        let (amount, currency) = match (what, order) {
            (What::Moved(_), Some(order)) => order.terms.price.shown(),
            _ => (facts.amount, facts.currency.as_str()),
        };
        let reason = match what {
            What::Moved(_) => None,
            What::Quarantined(reason) => Some(reason.code()),
        };
        let body = Body {
            event_type: what.event_type(),
            timestamp: iso_8601(source.received_ms)?,
            data: Fields {
                provider: facts.provider,
                out_trade_no,
                trade_no: &facts.trade_no,
                status: order.map(|order| order.status),
                reason,
                amount,
                currency,
                registered: order.is_some(),
                metadata: order.map(|order| &order.terms.metadata),
                source: facts.told,
                notify_id: &facts.notify_id,
                evidence: source.evidence,
                out_return_no: None,
                refunded: None,
            },
        };
        let id = event_id(&[
            body.event_type,
            out_trade_no,
            &facts.trade_no,
            reason.unwrap_or_default(),
            // A status is reached once, whichever notification said so; a quarantined message
            // stands for itself.
            reason.map_or("", |_| source.evidence),
        ]);
        Some(Self {
            id,
            body: serde_json::to_string(&body).ok()?,
        })
    }
}

/// `evt_` and 32 hex digits of the SHA-256 over the parts, each with its length before it.
fn event_id(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(format!("{}:{part}", part.len()));
    }
    let hex = hex(&hasher.finalize());
    format!("evt_{}", hex.get(..32).unwrap_or(&hex))
}

/// Lower-case hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or_default();
    let mut text = String::with_capacity(bytes.len().saturating_mul(2));
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text
}

fn iso_8601(ms: u64) -> Option<String> {
    let time = DateTime::from_timestamp_millis(i64::try_from(ms).ok()?)?;
    Some(time.to_rfc3339_opts(SecondsFormat::Millis, true))
}

/// The key of one endpoint: `whsec_` and base64 of 24 to 64 bytes.
pub struct EndpointSecret(Vec<u8>);

impl std::fmt::Debug for EndpointSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[elided]")
    }
}

impl EndpointSecret {
    /// Reads the serialised form; `None` for any other.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let key = Base64::decode_vec(text.strip_prefix("whsec_")?).ok()?;
        (24..=64).contains(&key.len()).then_some(Self(key))
    }

    /// The `webhook-signature` of `body` sent as `id` at `timestamp` (Unix seconds).
    ///
    /// # Source
    ///
    /// Standard Webhooks specification 1.0.0, "Signature scheme"; its vectors are in the tests.
    #[must_use]
    pub fn sign(&self, id: &str, timestamp: u64, body: &str) -> Option<String> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body.as_bytes());
        Some(format!(
            "v1,{}",
            Base64::encode_string(&mac.finalize().into_bytes())
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::state::{Price, Says, Terminal, Terms};
    use serde_json::{Value, json};

    /// The vectors of the reference libraries (JavaScript, Python, Go and others; Rust).
    #[test]
    fn standard_webhooks_vectors_reproduced() {
        let cases = [
            (
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                1_614_265_330,
                r#"{"test": 2432232314}"#,
                "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            ),
            (
                "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
                "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
                1_649_367_553,
                r#"{"email":"test@example.com","username":"test_user"}"#,
                "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
            ),
        ];
        for (secret, id, timestamp, body, expected) in cases {
            let signed = EndpointSecret::parse(secret)
                .unwrap()
                .sign(id, timestamp, body);
            assert_eq!(signed.as_deref(), Some(expected));
        }
    }

    #[test]
    fn signature_is_the_one_that_the_reference_library_makes() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let event = event(
            What::Moved(Status::Paid),
            Some(&order()),
            &facts(),
            "sha256:00",
        );
        let theirs = standardwebhooks::Webhook::new(secret)
            .unwrap()
            .sign(&event.id, 1_795_255_201, event.body.as_bytes())
            .unwrap();
        let ours =
            EndpointSecret::parse(secret)
                .unwrap()
                .sign(&event.id, 1_795_255_201, &event.body);
        assert_eq!(ours, Some(theirs));
    }

    #[test]
    fn malformed_secrets_rejected() {
        for text in [
            "",
            "whsec_",
            "whsec_AAAA",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whsec_!",
        ] {
            assert!(EndpointSecret::parse(text).is_none(), "{text}");
        }
    }

    fn order() -> Order {
        let terms = Terms {
            provider: Provider::Gateway,
            out_trade_no: "A1".into(),
            subject: "Tea".into(),
            body: None,
            price: Price::TotalFee {
                amount: 1990,
                currency: "USD".into(),
            },
            return_url: "https://shop.example/".into(),
            locale: None,
            metadata: [("cart".to_owned(), "7".to_owned())].into(),
            terminal: Terminal::Wap,
            return_mark: String::new(),
            by_previous: false,
        };
        let mut order = Order::new(terms);
        order.move_to(Status::Paid, Some("T1"));
        order
    }

    fn facts() -> Facts {
        Facts {
            provider: Provider::Gateway,
            told: Told::Notification,
            notify_id: "N1".into(),
            trade_no: "T1".into(),
            says: Says::Paid,
            amount: 1990,
            currency: "USD".into(),
        }
    }

    fn event(what: What, order: Option<&Order>, facts: &Facts, evidence: &str) -> Event {
        let source = Source {
            facts,
            evidence,
            received_ms: 1_795_255_200_123,
        };
        Event::new(what, "A1", order, source).unwrap()
    }

    #[test]
    fn paid_event_has_the_documented_form() {
        let event = event(
            What::Moved(Status::Paid),
            Some(&order()),
            &facts(),
            "sha256:00",
        );
        let expected = json!({
            "type": "payment.paid",
            "timestamp": "2026-11-21T10:00:00.123Z",
            "data": {
                "provider": "alipay-gateway", "out_trade_no": "A1", "trade_no": "T1",
                "status": "paid", "amount": 1990, "currency": "USD", "registered": true,
                "metadata": {"cart": "7"}, "source": "notification", "notify_id": "N1",
                "evidence": "sha256:00",
            }
        });
        assert_eq!(
            serde_json::from_str::<Value>(&event.body).unwrap(),
            expected
        );
    }

    #[test]
    fn quarantined_event_says_why_and_what_it_was_told() {
        let dear = Facts {
            amount: 1,
            ..facts()
        };
        let what = What::Quarantined(Reason::NotRegistered);
        let body: Value =
            serde_json::from_str(&event(what, None, &dear, "sha256:00").body).unwrap();
        assert_eq!(body["type"], "payment.quarantined");
        assert_eq!(body["data"]["reason"], "not_registered");
        assert_eq!(body["data"]["amount"], 1);
        assert_eq!(body["data"]["registered"], false);
        assert_eq!(body["data"]["status"], Value::Null);
    }

    #[test]
    fn paid_by_query_is_the_same_event_as_by_notification() {
        let answer = Facts {
            told: Told::Query,
            notify_id: String::new(),
            ..facts()
        };
        let what = What::Moved(Status::Paid);
        let asked = event(what, Some(&order()), &answer, "sha256:01");
        let told = event(what, Some(&order()), &facts(), "sha256:00");
        assert_eq!(asked.id, told.id);
        let body: Value = serde_json::from_str(&asked.body).unwrap();
        assert_eq!(body["data"]["source"], "query");
        assert_eq!(body["data"]["notify_id"], Value::Null);
    }

    #[test]
    fn id_is_stable_for_one_fact_and_different_for_another() {
        let paid = |facts: &Facts, evidence| {
            event(What::Moved(Status::Paid), Some(&order()), facts, evidence).id
        };
        let again = Facts {
            notify_id: "N2".into(),
            ..facts()
        };
        assert_eq!(paid(&facts(), "sha256:00"), paid(&again, "sha256:01"));
        let aside = |evidence| {
            event(
                What::Quarantined(Reason::AmountDiffers),
                Some(&order()),
                &facts(),
                evidence,
            )
            .id
        };
        assert_ne!(aside("sha256:00"), aside("sha256:01"));
        assert_ne!(aside("sha256:00"), paid(&facts(), "sha256:00"));
        assert!(!paid(&facts(), "x").contains('.'));
    }
}
