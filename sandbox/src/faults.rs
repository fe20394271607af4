//! Faults on purpose: late, repeated, altered or missing notifications.

use serde::{Deserialize, Serialize};

use crate::sign::Fields;

/// How the next payments misbehave. Part of a request left out means "no such fault".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Faults {
    /// Milliseconds between the payment and the first notification.
    pub(crate) notify_delay_ms: u64,
    /// Milliseconds that the result page is shown; 0 sends the shopper on at once.
    pub(crate) return_delay_ms: u64,
    /// Notifications sent at the same time by the first delivery.
    pub(crate) notify_copies: u8,
    /// A field of the notification to alter after signing.
    pub(crate) tamper: Option<String>,
    /// Do not notify at all; `POST /control/notify` still does.
    pub(crate) hold: bool,
    /// What happens to the next refund, and to that one only.
    pub(crate) refund: Option<RefundFault>,
}

/// How one refund misbehaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RefundFault {
    /// It is made, and nobody hears of it.
    NoAnswer,
    /// It is not made, and the answer leaves that open.
    SystemError,
}

/// The highest delay: an hour, so that a slip of the hand does not block a trade for years.
const MAX_DELAY_MS: u64 = 3_600_000;
/// The most copies at once.
const MAX_COPIES: u8 = 20;

impl Default for Faults {
    fn default() -> Self {
        Self {
            notify_delay_ms: 0,
            // Long enough to read "paid", short enough not to be waited for.
            return_delay_ms: 2000,
            notify_copies: 1,
            tamper: None,
            hold: false,
            refund: None,
        }
    }
}

impl Faults {
    /// Names the first number out of range, with the range.
    pub(crate) fn out_of_range(&self) -> Option<&'static str> {
        if self.notify_delay_ms > MAX_DELAY_MS {
            Some("notify_delay_ms is 0 to 3600000")
        } else if self.return_delay_ms > MAX_DELAY_MS {
            Some("return_delay_ms is 0 to 3600000")
        } else if self.notify_copies == 0 || self.notify_copies > MAX_COPIES {
            Some("notify_copies is 1 to 20; use hold for none")
        } else {
            None
        }
    }
}

/// Alters one field of a signed message, so that its signature no longer holds.
///
/// Amount, currency and status become other plausible ones, as an attacker would choose; other
/// values get a changed first character; a field the message does not have is added.
pub(crate) fn tamper(fields: &mut Fields, name: &str) {
    let value = fields.get(name).map_or("", String::as_str);
    let altered = match (name, value) {
        ("total_fee", "0.01") => "0.02".to_owned(),
        ("total_fee", _) => "0.01".to_owned(),
        ("currency", "JPY") => "USD".to_owned(),
        ("currency", _) => "JPY".to_owned(),
        ("trade_status", "TRADE_CLOSED") => "TRADE_FINISHED".to_owned(),
        ("trade_status", _) => "TRADE_CLOSED".to_owned(),
        ("sign_type", "RSA2") => "RSA".to_owned(),
        ("sign_type", _) => "RSA2".to_owned(),
        (_, value) => {
            let mut rest = value.chars();
            let first = if rest.next() == Some('0') { '1' } else { '0' };
            format!("{first}{}", rest.as_str())
        }
    };
    fields.insert(name.to_owned(), altered);
}

#[cfg(test)]
mod tests {
    use super::{Faults, tamper};
    use crate::sign::Fields;

    #[test]
    fn tamper_alters_exactly_the_named_field() {
        for (name, value, expected) in [
            ("total_fee", "19.90", "0.01"),
            ("total_fee", "0.01", "0.02"),
            ("currency", "USD", "JPY"),
            ("trade_status", "TRADE_FINISHED", "TRADE_CLOSED"),
            ("sign_type", "RSA2", "RSA"),
            ("out_trade_no", "A1", "01"),
            ("trade_no", "0123", "1123"),
        ] {
            let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
            let mut fields = Fields::from([field(name, value), field("other", "kept")]);
            tamper(&mut fields, name);
            assert_eq!(
                fields,
                Fields::from([field(name, expected), field("other", "kept")])
            );
        }
    }

    #[test]
    fn tamper_adds_a_field_that_is_not_there() {
        let mut fields = Fields::new();
        tamper(&mut fields, "extra");
        assert_eq!(fields, Fields::from([("extra".to_owned(), "0".to_owned())]));
    }

    #[test]
    fn parts_left_out_are_no_faults() {
        let faults: Faults = serde_json::from_str(r#"{"hold":true}"#).unwrap();
        assert_eq!(
            faults,
            Faults {
                hold: true,
                ..Faults::default()
            }
        );
        assert_eq!(faults.out_of_range(), None);
    }

    #[test]
    fn numbers_out_of_range_are_named() {
        let default = Faults::default;
        for (faults, expected) in [
            (
                Faults {
                    notify_delay_ms: 3_600_001,
                    ..default()
                },
                "notify_delay_ms is 0 to 3600000",
            ),
            (
                Faults {
                    return_delay_ms: 3_600_001,
                    ..default()
                },
                "return_delay_ms is 0 to 3600000",
            ),
            (
                Faults {
                    notify_copies: 0,
                    ..default()
                },
                "notify_copies is 1 to 20; use hold for none",
            ),
            (
                Faults {
                    notify_copies: 21,
                    ..default()
                },
                "notify_copies is 1 to 20; use hold for none",
            ),
        ] {
            assert_eq!(faults.out_of_range(), Some(expected));
        }
    }
}
