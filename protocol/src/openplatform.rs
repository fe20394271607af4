//! The open platform: notifications of domestic products, which name their app and their seller.
//!
//! Another product with the same forms and algorithms. What differs is which fields are signed, that
//! amounts are `total_amount` in CNY, that `TRADE_SUCCESS` means paid, and that a notification says
//! for whom it is.

mod account;
mod names;
mod refund;

use sha2::{Digest as _, Sha256};

use crate::backend::RsaBackend;
use crate::canonical::{canonicalize, canonicalize_v2};
use crate::charset::Charset;
use crate::form::Form;
use crate::gateway_time::GatewayTime;
use crate::money::{Amount, Currency};
use crate::notification::{ENVELOPE, Fields, VerifyError, gate};
use crate::ring::{KeyId, KeyRing, Keys, RingError};
use crate::sign::VerifyingKey;
use crate::trade::{NotifyId, OutTradeNo, TradeNo, TradeStatus};

pub use account::{AppId, InvalidAppId, InvalidSellerId, SellerId};
#[cfg(feature = "doctor")]
pub(crate) use names::is_known;
pub use refund::Refund;

/// The one `notify_type` that tells about a payment.
const TRADE_STATUS_SYNC: &str = "trade_status_sync";

/// Which fields a notification's signature is over. Configuration: the two readings of one message
/// are never both tried.
///
/// # Source
///
/// `docs/alipay/openplatform.md` section 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// All but `sign` and `sign_type`: notifications about trades.
    V1,
    /// All but `sign`: those of the service market and others.
    V2,
}

/// What a seller's notifications are verified with. All of it is configuration.
#[derive(Debug)]
pub struct Verifier {
    keys: Keys,
    seller_id: SellerId,
    app_id: Option<AppId>,
    rule: Rule,
    charset: Charset,
}

impl Verifier {
    /// Makes a verifier with one key, whose name is `only`, for messages in UTF-8 under
    /// [`Rule::V1`].
    #[must_use]
    pub fn new(key: VerifyingKey, seller_id: SellerId, app_id: AppId) -> Self {
        Self::with_keys(Keys::only(key), seller_id, app_id)
    }

    /// Makes a verifier with the keys of `ring` that are valid at `now_unix_s`, else the same.
    ///
    /// # Errors
    ///
    /// * [`RingError::NoValidKey`] – no key of the algorithm in force is valid then.
    pub fn with_ring(
        ring: &KeyRing,
        seller_id: SellerId,
        app_id: AppId,
        now_unix_s: i64,
    ) -> Result<Self, RingError> {
        Ok(Self::with_keys(ring.at(now_unix_s)?, seller_id, app_id))
    }

    fn with_keys(keys: Keys, seller_id: SellerId, app_id: AppId) -> Self {
        Self {
            keys,
            seller_id,
            app_id: Some(app_id),
            rule: Rule::V1,
            charset: Charset::Utf8,
        }
    }

    /// The same verifier for messages that are signed under another rule.
    #[must_use]
    pub fn with_rule(self, rule: Rule) -> Self {
        Self { rule, ..self }
    }

    /// The same verifier for messages in another charset.
    #[must_use]
    pub fn with_charset(self, charset: Charset) -> Self {
        Self { charset, ..self }
    }

    /// The same verifier for an account whose notifications name no app, as those of face-to-face
    /// payments did until 2015. One that names an app is then refused.
    #[must_use]
    pub fn without_app_id(self) -> Self {
        Self {
            app_id: None,
            ..self
        }
    }

    /// The app whose messages these are, if they name one.
    #[must_use]
    pub fn app_id(&self) -> Option<&AppId> {
        self.app_id.as_ref()
    }

    /// The seller whose messages these are.
    #[must_use]
    pub fn seller_id(&self) -> &SellerId {
        &self.seller_id
    }

    /// The keys, for what is no form.
    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Verifies that `body` is a notification that Alipay signed, about a trade, for our app and our
    /// account.
    ///
    /// `body` is the request body as received, percent-encoded, at most
    /// [`MAX_BODY`](crate::form::MAX_BODY) bytes. Checks run in the order of the list below.
    ///
    /// # Errors
    ///
    /// * [`VerifyError::BadForm`] – too long, a broken `%` escape, a name twice, and so on.
    /// * [`VerifyError::MissingField`] – `sign`, `sign_type`, `notify_id`, `notify_type` or
    ///   `notify_time` is absent or empty.
    /// * [`VerifyError::SignTypeNotAccepted`] – `sign_type` is not the one this verifier has.
    /// * [`VerifyError::BadSignature`] – any failure inside RSA, or signed under the other rule.
    /// * [`VerifyError::Resplit`] – signed, but a value holds `&name=`.
    /// * [`VerifyError::UnknownField`] – signed, but with a name that notifications do not have.
    /// * [`VerifyError::CharsetNotAccepted`] – signed, but it names another charset.
    /// * [`VerifyError::BadText`] – signed, but a value is not text of the charset.
    /// * [`VerifyError::WrongPartner`] – signed, but `seller_id` is not ours, or absent.
    /// * [`VerifyError::WrongApp`] – signed, but `app_id` is not ours, or absent.
    /// * [`VerifyError::UnknownNotifyType`] – signed, but not about a trade.
    /// * [`VerifyError::InvalidField`] – signed, but a field is absent or not of its shape.
    ///
    /// # Not checked here
    ///
    /// Whether `out_trade_no` is ours, whether the amount is the one we asked for, whether this
    /// `notify_id` was seen before, and how old the notification is.
    ///
    /// # Source
    ///
    /// `docs/alipay/openplatform.md`; vectors of kinds `notification-openapi` and
    /// `notification-openapi-v2`.
    pub async fn verify(
        &self,
        backend: &impl RsaBackend,
        body: &[u8],
    ) -> Result<Notification, VerifyError> {
        let form = Form::parse(body).map_err(VerifyError::BadForm)?;
        let text = match self.rule {
            Rule::V1 => canonicalize(form.iter()),
            Rule::V2 => canonicalize_v2(form.iter()),
        };
        let key_id = gate::open(&self.keys, backend, &form, &ENVELOPE, &text).await?;
        gate::admit(&form, self.charset, names::is_known)?;
        if form.get("seller_id") != Some(self.seller_id.as_str().as_bytes()) {
            return Err(VerifyError::WrongPartner);
        }
        if form.get("app_id")
            != self
                .app_id
                .as_ref()
                .map(|app_id| app_id.as_str().as_bytes())
        {
            return Err(VerifyError::WrongApp);
        }
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
            total: fields.cny("total_amount")?,
            refund: Refund::read(&fields)?,
            key_id,
            digest: Sha256::digest(body).into(),
        })
    }
}

impl Fields<'_> {
    /// An amount in CNY, if it is there.
    fn cny(&self, field: &'static str) -> Result<Option<Amount>, VerifyError> {
        self.optional(field)?
            .map(|text| Amount::parse(&text, Currency::Cny))
            .transpose()
            .map_err(|_| VerifyError::InvalidField { field })
    }
}

/// A notification of the open platform: the proof that [`Verifier::verify`] returned it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    out_trade_no: OutTradeNo,
    trade_no: TradeNo,
    trade_status: TradeStatus,
    notify_id: NotifyId,
    notify_time: GatewayTime,
    total: Option<Amount>,
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

    /// `total_amount`, in CNY. Notifications of 2015 have none.
    #[must_use]
    pub fn total(&self) -> Option<Amount> {
        self.total
    }

    /// What the notification says about a refund, if anything.
    #[must_use]
    pub fn refund(&self) -> Option<&Refund> {
        self.refund.as_ref()
    }

    /// Whether it says that the buyer paid: a status of payment, an amount, and no refund.
    #[must_use]
    pub fn is_paid(&self) -> bool {
        self.trade_status.is_paid() && self.total.is_some() && self.refund.is_none()
    }

    /// The key under which the signature held.
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
