//! Faults on purpose: late, repeated, altered or missing notifications.

use serde::{Deserialize, Serialize};

use crate::{outcome::Outcome, sign::Fields};

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
    /// How the payment ends; without one the amount and the wallet decide.
    pub(crate) outcome: Option<Outcome>,
    /// What is wrong with each notification, or with the way it is sent.
    pub(crate) notify: Option<NotifyFault>,
}

/// What is wrong with notifications: one word each, for forms, queries and JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NotifyFault {
    /// Three times at once.
    Duplicate,
    /// An older message, that it waits for payment, arrives after the newer one.
    Reordered,
    /// Ten seconds late.
    Delayed,
    /// The amount altered after signing.
    Tampered,
    /// Signed with a key that is not Alipay's.
    WrongKey,
    /// Signed by Alipay, but meant for another merchant.
    OtherMerchant,
    /// A genuine signature under other fields, which join to the same text.
    Resplit,
    /// A genuine message in GBK.
    Gbk,
    /// The first acknowledgement counts as status 500, so that it comes again.
    Retried,
    /// Byte by byte, over five seconds.
    Slow,
    /// The connection ends in the middle of the body.
    Cut,
    /// Not sent until somebody says so.
    Held,
}

impl NotifyFault {
    /// All of them, as forms show them.
    pub(crate) const ALL: [Self; 12] = [
        Self::Duplicate,
        Self::Reordered,
        Self::Delayed,
        Self::Tampered,
        Self::WrongKey,
        Self::OtherMerchant,
        Self::Resplit,
        Self::Gbk,
        Self::Retried,
        Self::Slow,
        Self::Cut,
        Self::Held,
    ];

    /// Its word.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Duplicate => "duplicate",
            Self::Reordered => "reordered",
            Self::Delayed => "delayed",
            Self::Tampered => "tampered",
            Self::WrongKey => "wrong_key",
            Self::OtherMerchant => "other_merchant",
            Self::Resplit => "resplit",
            Self::Gbk => "gbk",
            Self::Retried => "retried",
            Self::Slow => "slow",
            Self::Cut => "cut",
            Self::Held => "held",
        }
    }

    /// Reads [`Self::word`].
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }

    /// Whether Antom's JSON can have it too: it is neither a form nor in another charset.
    pub(crate) const fn is_of_antom(self) -> bool {
        !matches!(self, Self::Resplit | Self::Gbk)
    }
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
            outcome: None,
            notify: None,
        }
    }
}

/// How late `delayed` is, and how long one of the two waits where their order is chosen.
const LATE_MS: u64 = 10_000;
const BEHIND_MS: u64 = 4_000;

impl Faults {
    /// These faults with what `notify` means for the plain ones among them.
    pub(crate) fn spelled_out(mut self) -> Self {
        match self.notify {
            Some(NotifyFault::Duplicate) => self.notify_copies = self.notify_copies.max(3),
            Some(NotifyFault::Delayed) => self.notify_delay_ms = self.notify_delay_ms.max(LATE_MS),
            Some(NotifyFault::Tampered) => {
                self.tamper.get_or_insert_with(|| "total_fee".to_owned());
            }
            Some(NotifyFault::Held) => self.hold = true,
            _ => {}
        }
        self
    }

    /// Delays as an outcome that is about order wants them.
    pub(crate) fn order_of_arrival(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::ReturnFirst => {
                self.return_delay_ms = 0;
                self.notify_delay_ms = self.notify_delay_ms.max(BEHIND_MS);
            }
            Outcome::NotificationFirst => {
                self.notify_delay_ms = 0;
                self.return_delay_ms = self.return_delay_ms.max(BEHIND_MS);
            }
            _ => {}
        }
    }

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
    use super::{Faults, NotifyFault, tamper};
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
    fn every_fault_of_a_notification_has_its_word() {
        for one in NotifyFault::ALL {
            assert_eq!(NotifyFault::parse(one.word()), Some(one));
            assert_eq!(serde_json::to_value(one).unwrap(), one.word());
        }
        assert_eq!(NotifyFault::parse("none"), None);
    }

    #[test]
    fn plain_faults_are_spelled_out_and_keep_what_was_said() {
        let of = |notify| Faults {
            notify: Some(notify),
            ..Faults::default()
        };
        let spelled = |notify| of(notify).spelled_out();
        assert_eq!(spelled(NotifyFault::Duplicate).notify_copies, 3);
        assert_eq!(spelled(NotifyFault::Delayed).notify_delay_ms, 10_000);
        assert_eq!(
            spelled(NotifyFault::Tampered).tamper.as_deref(),
            Some("total_fee")
        );
        assert!(spelled(NotifyFault::Held).hold);
        assert_eq!(spelled(NotifyFault::Cut), of(NotifyFault::Cut));
        let more = Faults {
            notify_copies: 5,
            ..of(NotifyFault::Duplicate)
        };
        assert_eq!(more.clone().spelled_out(), more);
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
