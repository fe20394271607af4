//! One model above the protocols: a verified notification, whoever it came from.
//!
//! Whoever fulfils orders needs to know which order, how much and what has become of it, and need
//! not know three ways of saying so. None of these types can be made from a message that did not
//! verify: each is made from a type that only verification makes.

use crate::trade::TradeStatus;
use crate::{antom, notification, openplatform};

/// Which protocol a notification came by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Provider {
    /// Antom: JSON with a signature in a header.
    Antom,
    /// The cross-border gateway: a signed form.
    Gateway,
    /// The open platform: a signed form of other fields.
    OpenPlatform,
}

impl Provider {
    /// The provider's name in events and logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Antom => "antom",
            Self::Gateway => "alipay-gateway",
            Self::OpenPlatform => "alipay-open-platform",
        }
    }
}

/// What a notification says has become of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// It ended unpaid, or was refunded in full: `TRADE_CLOSED`. Which of the two, the order knows.
    Closed,
    /// This attempt failed for good; the order may be paid by another one. Antom only.
    Failed,
    /// It is paid.
    Paid,
    /// It is not paid, and may yet be: `WAIT_BUYER_PAY`, `PAYMENT_PENDING`.
    Pending,
    /// It is about a refund of a payment.
    Refund,
    /// Nothing that the product defines as one of the others. Never paid: look, or ask.
    Unexpected,
}

/// How much: minor units of a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Amount {
    /// Minor units: cents, fen, whole yen.
    pub minor: u64,
    /// The ISO 4217 code.
    pub currency: &'static str,
}

impl From<crate::money::Amount> for Amount {
    fn from(amount: crate::money::Amount) -> Self {
        Self {
            minor: amount.minor(),
            currency: amount.currency().code(),
        }
    }
}

impl From<antom::money::Amount> for Amount {
    fn from(amount: antom::money::Amount) -> Self {
        Self {
            minor: amount.minor(),
            currency: amount.currency().code(),
        }
    }
}

/// A verified notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notification {
    /// By Antom.
    Antom(antom::notification::Notification),
    /// By the cross-border gateway.
    Gateway(notification::Notification),
    /// By the open platform.
    OpenPlatform(openplatform::Notification),
}

impl Notification {
    /// Which protocol it came by.
    #[must_use]
    pub fn provider(&self) -> Provider {
        match self {
            Self::Antom(_) => Provider::Antom,
            Self::Gateway(_) => Provider::Gateway,
            Self::OpenPlatform(_) => Provider::OpenPlatform,
        }
    }

    /// The merchant's number: `out_trade_no`, or Antom's `paymentRequestId`. `None` where the
    /// message is about no payment, or names the refund only.
    #[must_use]
    pub fn out_trade_no(&self) -> Option<&str> {
        use antom::notification::Notification as Antom;
        match self {
            Self::Antom(Antom::Payment(payment)) => Some(payment.payment_request_id().as_str()),
            Self::Antom(Antom::Refund(_) | Antom::Other(_)) => None,
            Self::Gateway(notification) => Some(notification.out_trade_no().as_str()),
            Self::OpenPlatform(notification) => Some(notification.out_trade_no().as_str()),
        }
    }

    /// Alipay's number: `trade_no`, or Antom's `paymentId`.
    #[must_use]
    pub fn trade_no(&self) -> Option<&str> {
        use antom::notification::Notification as Antom;
        match self {
            Self::Antom(Antom::Payment(payment)) => Some(payment.payment_id().as_str()),
            Self::Antom(Antom::Refund(_) | Antom::Other(_)) => None,
            Self::Gateway(notification) => Some(notification.trade_no().as_str()),
            Self::OpenPlatform(notification) => Some(notification.trade_no().as_str()),
        }
    }

    /// How much it says was asked for or paid; for a refund of Antom's, how much went back.
    #[must_use]
    pub fn amount(&self) -> Option<Amount> {
        use antom::notification::Notification as Antom;
        match self {
            Self::Antom(Antom::Payment(payment)) => Some(payment.payment_amount().into()),
            Self::Antom(Antom::Refund(refund)) => Some(refund.refund_amount().into()),
            Self::Antom(Antom::Other(_)) => None,
            Self::Gateway(notification) => Some(notification.total().into()),
            Self::OpenPlatform(notification) => notification.total().map(Amount::from),
        }
    }

    /// What it says has become of the payment.
    ///
    /// On the cross-border gateway only `TRADE_FINISHED` is paid: `TRADE_SUCCESS` is a word of the
    /// domestic product, and a status that a product does not define is no proof.
    ///
    /// # Not checked here
    ///
    /// Whether the order is ours, the amount the one we asked for, and whether the order may move
    /// there.
    ///
    /// # Source
    ///
    /// `docs/alipay/notify.md` section 3, `docs/alipay/antom.md` section 6.
    #[must_use]
    pub fn status(&self) -> Status {
        use antom::notification::{Notification as Antom, PaymentState};
        match self {
            Self::Antom(Antom::Payment(payment)) => match payment.state() {
                PaymentState::Failed => Status::Failed,
                PaymentState::Paid => Status::Paid,
                PaymentState::Pending => Status::Pending,
                PaymentState::Unknown => Status::Unexpected,
            },
            Self::Antom(Antom::Refund(_)) => Status::Refund,
            Self::Antom(Antom::Other(_)) => Status::Unexpected,
            Self::Gateway(notification) if notification.refund().is_some() => Status::Refund,
            Self::Gateway(notification) => gateway_status(notification.trade_status()),
            Self::OpenPlatform(notification) if notification.refund().is_some() => Status::Refund,
            Self::OpenPlatform(notification) => match notification.trade_status() {
                TradeStatus::TradeSuccess if notification.is_paid() => Status::Paid,
                TradeStatus::TradeFinished if notification.is_paid() => Status::Paid,
                TradeStatus::TradeSuccess | TradeStatus::TradeFinished => Status::Unexpected,
                other => gateway_status(other),
            },
        }
    }

    /// What repetitions of it have in common: `notify_id`, or what Antom repeats instead.
    #[must_use]
    pub fn repeat_key(&self) -> String {
        match self {
            Self::Antom(notification) => notification.repeat_key(),
            Self::Gateway(notification) => notification.notify_id().as_str().to_owned(),
            Self::OpenPlatform(notification) => notification.notify_id().as_str().to_owned(),
        }
    }

    /// SHA-256 of the body as received: what evidence is known by.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        match self {
            Self::Antom(notification) => notification.digest(),
            Self::Gateway(notification) => notification.digest(),
            Self::OpenPlatform(notification) => notification.digest(),
        }
    }
}

/// What a trade status of the cross-border gateway means, in a notification as in an answer to a
/// question.
#[must_use]
pub fn gateway_status(status: TradeStatus) -> Status {
    match status {
        TradeStatus::TradeFinished => Status::Paid,
        TradeStatus::TradeClosed => Status::Closed,
        TradeStatus::WaitBuyerPay => Status::Pending,
        _ => Status::Unexpected,
    }
}

impl From<notification::Notification> for Notification {
    fn from(notification: notification::Notification) -> Self {
        Self::Gateway(notification)
    }
}

impl From<openplatform::Notification> for Notification {
    fn from(notification: openplatform::Notification) -> Self {
        Self::OpenPlatform(notification)
    }
}

impl From<antom::notification::Verified> for Notification {
    fn from(verified: antom::notification::Verified) -> Self {
        Self::Antom(verified.into_notification())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::{NoRsa, ready};
    use crate::key::Md5Key;
    use crate::notification::Verifier;
    use crate::sign::VerifyingKey;
    use crate::trade::Partner;

    /// The vector `edge-base` of the gateway's vectors.
    const PAID: &str = "currency=USD&notify_id=8f0e1d2c3b4a59687786950a1b2c3d4e5f\
        &notify_time=2024-03-05+10%3A20%3A30&notify_type=trade_status_sync\
        &out_trade_no=WB-20240305-0001&sign_type=MD5&total_fee=8.00\
        &trade_no=2024030521001004000200000001&trade_status=TRADE_FINISHED\
        &sign=568e4441bd0a7ed27a889c81c1778573";

    #[test]
    fn gateways_notification_keeps_what_it_says() {
        let key = VerifyingKey::md5(Md5Key::parse("10000000000000000000000000000000").unwrap());
        let verifier = Verifier::new(key, Partner::parse("2088101122136241").unwrap());
        let verified = ready(verifier.verify(&NoRsa, PAID.as_bytes())).unwrap();
        let notification = Notification::from(verified);
        assert_eq!(notification.provider().as_str(), "alipay-gateway");
        assert_eq!(notification.out_trade_no(), Some("WB-20240305-0001"));
        assert_eq!(
            notification.trade_no(),
            Some("2024030521001004000200000001")
        );
        assert_eq!(notification.status(), Status::Paid);
        assert_eq!(
            notification.amount(),
            Some(Amount {
                minor: 800,
                currency: "USD"
            })
        );
        assert_eq!(
            notification.repeat_key(),
            "8f0e1d2c3b4a59687786950a1b2c3d4e5f"
        );
    }

    #[test]
    fn only_trade_finished_is_paid_at_the_gateway() {
        let cases = [
            (TradeStatus::TradeFinished, Status::Paid),
            (TradeStatus::TradeSuccess, Status::Unexpected),
            (TradeStatus::TradePending, Status::Unexpected),
            (TradeStatus::TradeClosed, Status::Closed),
            (TradeStatus::WaitBuyerPay, Status::Pending),
            (TradeStatus::Other, Status::Unexpected),
        ];
        for (trade_status, expected) in cases {
            assert_eq!(gateway_status(trade_status), expected);
        }
    }
}
