//! Notifications: from untrusted bytes to a type that exists only if Alipay signed it.

mod error;
mod fields;
pub(crate) mod gate;
mod names;
mod refund;
mod refund_notification;

use sha2::{Digest as _, Sha256};

use crate::backend::RsaBackend;
use crate::canonical::canonicalize;
use crate::charset::Charset;
use crate::form::Form;
use crate::gateway_time::GatewayTime;
use crate::money::Amount;
use crate::ring::{KeyId, KeyRing, Keys, RingError};
use crate::sign::{SignType, VerifyingKey};
use crate::trade::{NotifyId, OutTradeNo, Partner, TradeNo, TradeStatus};

pub use error::VerifyError;
pub(crate) use fields::Fields;
#[cfg(feature = "doctor")]
pub(crate) use names::is_known;
pub use refund::{Refund, RefundStatus};
pub use refund_notification::{InvalidNotifyType, NotifyType, RefundNotification};

/// The one `notify_type` that tells about a payment.
const TRADE_STATUS_SYNC: &str = "trade_status_sync";

/// Without these a form is no notification. The last three tell it from the query of a return.
pub(crate) const ENVELOPE: [&str; 5] = [
    "sign",
    "sign_type",
    "notify_id",
    "notify_type",
    "notify_time",
];

/// What a merchant's messages are verified with: the key and its algorithm, the account, the charset.
///
/// All of it is configuration. A message can agree with it or be refused; it chooses nothing.
#[derive(Debug)]
pub struct Verifier {
    keys: Keys,
    partner: Partner,
    charset: Charset,
    refund_notify_type: Option<NotifyType>,
}

impl Verifier {
    /// Makes a verifier with one key, whose name is `only`, for messages in UTF-8.
    #[must_use]
    pub fn new(key: VerifyingKey, partner: Partner) -> Self {
        Self::with_keys(Keys::only(key), partner)
    }

    /// Makes a verifier with the keys of `ring` that are valid at `now_unix_s`, for messages in UTF-8.
    ///
    /// It keeps that moment: make one per message, or at least as often as keys may change. The ring
    /// is shared, not copied.
    ///
    /// # Errors
    ///
    /// * [`RingError::NoValidKey`] – no key of the algorithm in force is valid then.
    ///
    /// # Source
    ///
    /// `docs/alipay/sign.md` section 6.
    pub fn with_ring(ring: &KeyRing, partner: Partner, now_unix_s: i64) -> Result<Self, RingError> {
        Ok(Self::with_keys(ring.at(now_unix_s)?, partner))
    }

    fn with_keys(keys: Keys, partner: Partner) -> Self {
        Self {
            keys,
            partner,
            charset: Charset::Utf8,
            refund_notify_type: None,
        }
    }

    /// The same verifier for messages in another charset.
    #[must_use]
    pub fn with_charset(self, charset: Charset) -> Self {
        Self { charset, ..self }
    }

    /// The account whose messages this verifies.
    #[must_use]
    pub fn partner(&self) -> &Partner {
        &self.partner
    }

    /// The `sign_type` that messages must have.
    #[must_use]
    pub fn sign_type(&self) -> SignType {
        self.keys.sign_type()
    }

    /// The charset that messages must have.
    #[must_use]
    pub fn charset(&self) -> Charset {
        self.charset
    }

    /// Verifies that `body` is a notification that Alipay signed, about a trade, for our account.
    ///
    /// `body` is the request body as received: percent-encoded, at most
    /// [`MAX_BODY`](crate::form::MAX_BODY) bytes. The query of the address is no part of it. Checks
    /// run in the order of the list below; up to [`VerifyError::BadSignature`] the sender can be
    /// anybody, from there on [`VerifyError::is_signed`] is true.
    ///
    /// # Errors
    ///
    /// * [`VerifyError::BadForm`] – too long, a broken `%` escape, a name twice, and so on.
    /// * [`VerifyError::MissingField`] – `sign`, `sign_type`, `notify_id`, `notify_type` or
    ///   `notify_time` is absent or empty. The query of a return is refused here.
    /// * [`VerifyError::SignTypeNotAccepted`] – `sign_type` is not the one this verifier has.
    /// * [`VerifyError::BadSignature`] – any failure inside RSA or MD5; deliberately not split up.
    /// * [`VerifyError::Resplit`] – signed, but a value holds `&name=`: perhaps the signed text of
    ///   another message, split at another place. Keep it as evidence, and ask Alipay.
    /// * [`VerifyError::UnknownField`] – signed, but with a name that notifications do not have.
    /// * [`VerifyError::CharsetNotAccepted`] – signed, but it names another charset.
    /// * [`VerifyError::BadText`] – signed, but a value is not of the charset, or has a control
    ///   character.
    /// * [`VerifyError::WrongPartner`] – signed, but for another account.
    /// * [`VerifyError::UnknownNotifyType`] – signed, but not about a trade.
    /// * [`VerifyError::InvalidField`] – signed, but a field this crate needs is absent or not of
    ///   its shape.
    ///
    /// # Not checked here
    ///
    /// Whether `out_trade_no` is ours, whether amount and currency are the ones we asked for,
    /// whether this `notify_id` was seen before, how old the notification is, and, with `RSA`, for
    /// which merchant it is: nothing in it names him, so ask back with
    /// [`notify_verify`](crate::notify_verify). The caller does all of it before an order is paid.
    ///
    /// # Source
    ///
    /// `docs/alipay/notify.md` sections 1 and 5; vectors of kind `notification`.
    pub async fn verify(
        &self,
        backend: &impl RsaBackend,
        body: &[u8],
    ) -> Result<Notification, VerifyError> {
        let form = Form::parse(body).map_err(VerifyError::BadForm)?;
        let key_id = self.open(backend, &form, &ENVELOPE).await?;
        self.admit(&form, names::is_known)?;
        let fields = Fields {
            form: &form,
            charset: self.charset,
        };
        if fields.text("notify_type")? != TRADE_STATUS_SYNC {
            return Err(VerifyError::UnknownNotifyType);
        }
        Ok(Notification {
            out_trade_no: fields.out_trade_no()?,
            trade_no: fields.parsed("trade_no", TradeNo::parse)?,
            trade_status: TradeStatus::parse(&fields.text("trade_status")?),
            notify_id: fields.parsed("notify_id", NotifyId::parse)?,
            notify_time: fields.parsed("notify_time", GatewayTime::parse)?,
            total: fields.total()?,
            refund: Refund::read(&fields)?,
            key_id,
            digest: Sha256::digest(body).into(),
        })
    }

    /// The keys, for what is no form.
    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The gates up to the signature.
    pub(crate) async fn open(
        &self,
        backend: &impl RsaBackend,
        form: &Form<'_>,
        envelope: &[&'static str],
    ) -> Result<KeyId, VerifyError> {
        let text = canonicalize(form.iter());
        gate::open(&self.keys, backend, form, envelope, &text).await
    }

    /// The gates behind the signature that notifications and returns have in common.
    pub(crate) fn admit(
        &self,
        form: &Form<'_>,
        is_known: fn(&str) -> bool,
    ) -> Result<(), VerifyError> {
        gate::admit(form, self.charset, is_known)?;
        // The cross-border gateway names no account; where one is named, it must be ours.
        for name in ["partner", "seller_id"] {
            if form
                .get(name)
                .is_some_and(|account| account != self.partner.as_str().as_bytes())
            {
                return Err(VerifyError::WrongPartner);
            }
        }
        Ok(())
    }
}

/// A notification that Alipay signed: the proof that [`Verifier::verify`] returned it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    out_trade_no: OutTradeNo,
    trade_no: TradeNo,
    trade_status: TradeStatus,
    notify_id: NotifyId,
    notify_time: GatewayTime,
    total: Amount,
    refund: Option<Refund>,
    key_id: KeyId,
    digest: [u8; 32],
}

impl Notification {
    /// The merchant's number for the order.
    #[must_use]
    pub fn out_trade_no(&self) -> &OutTradeNo {
        &self.out_trade_no
    }

    /// Alipay's number for the trade.
    #[must_use]
    pub fn trade_no(&self) -> &TradeNo {
        &self.trade_no
    }

    /// What has become of the trade. An unknown word is [`TradeStatus::Other`], never paid.
    #[must_use]
    pub fn trade_status(&self) -> TradeStatus {
        self.trade_status
    }

    /// The number of the notification, the same on every delivery: the key for duplicates.
    #[must_use]
    pub fn notify_id(&self) -> &NotifyId {
        &self.notify_id
    }

    /// When Alipay wrote the notification.
    #[must_use]
    pub fn notify_time(&self) -> GatewayTime {
        self.notify_time
    }

    /// `total_fee` in `currency`. What it shows for a price in `rmb_fee` is not documented.
    #[must_use]
    pub fn total(&self) -> Amount {
        self.total
    }

    /// What the notification says about a refund, if anything.
    #[must_use]
    pub fn refund(&self) -> Option<&Refund> {
        self.refund.as_ref()
    }

    /// Whether it says that the buyer paid: a status of payment, and nothing about a refund.
    #[must_use]
    pub fn is_paid(&self) -> bool {
        self.trade_status.is_paid() && self.refund.is_none()
    }

    /// The key under which the signature held, for metrics of the last use of each.
    #[must_use]
    pub fn key_id(&self) -> &KeyId {
        &self.key_id
    }

    /// SHA-256 of the body as received: what evidence is known by.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }
}
