//! Notifications: from an untrusted request to a type that exists only if Antom signed it.

mod error;
mod message;

use crate::antom::json::Object;
use crate::antom::names::ClientId;
use crate::antom::signature::{Envelope, HttpUri, KeyVersion, MAX_BODY, PublicKeys, SignedBy};
use crate::antom::time::AntomTime;
use crate::backend::RsaBackend;
use crate::ring::KeyId;

pub use error::VerifyError;
pub(crate) use message::amount;
pub use message::{
    Notification, OtherNotification, PaymentNotification, PaymentState, RefundNotification,
    RefundStatus,
};

/// A request that says it is a notification: nothing in it is believed yet.
///
/// A header that came twice is given as HTTP joins it, with a comma; it is then refused.
#[derive(Clone, Copy)]
pub struct Delivery<'a> {
    /// The method.
    pub method: &'a str,
    /// The path and the query, as they stood in the request line that Antom sent. Behind a proxy that
    /// changes them, the merchant's public ones.
    pub uri: &'a str,
    /// The header `client-id`.
    pub client_id: Option<&'a str>,
    /// The header `request-time`.
    pub request_time: Option<&'a str>,
    /// The header `signature`.
    pub signature: Option<&'a str>,
    /// The body as received, byte for byte.
    pub body: &'a [u8],
}

/// Shows the length of the body only: what strangers send, and what they sign, is for no log.
impl std::fmt::Debug for Delivery<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Delivery")
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// What a merchant's notifications are verified with: Antom's keys, the account, the path.
///
/// All of it is configuration. A message can agree with it or be refused; it chooses nothing.
#[derive(Debug)]
pub struct Verifier {
    keys: PublicKeys,
    client_id: ClientId,
    uri: HttpUri,
}

impl Verifier {
    /// Makes a verifier for the notifications that Antom sends to one path.
    #[must_use]
    pub fn new(keys: PublicKeys, client_id: ClientId, uri: HttpUri) -> Self {
        Self {
            keys,
            client_id,
            uri,
        }
    }

    /// The account whose notifications this verifies.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// The path at which they come.
    #[must_use]
    pub fn uri(&self) -> &HttpUri {
        &self.uri
    }

    /// Verifies that `delivery` is a notification that Antom signed for our account and our path.
    ///
    /// Checks run in the order of the list below; up to [`VerifyError::BadSignature`] the sender can
    /// be anybody, and the body was not parsed; from there on [`VerifyError::is_signed`] is true.
    ///
    /// # Errors
    ///
    /// * [`VerifyError::BodyTooLong`] – more than [`MAX_BODY`] bytes; nothing was read.
    /// * [`VerifyError::MethodNotPost`] – only `POST` is signed.
    /// * [`VerifyError::WrongUri`] – path or query are not exactly the configured ones.
    /// * [`VerifyError::MissingHeader`] – `client-id`, `request-time` or `signature` is absent.
    /// * [`VerifyError::WrongClient`] – for another account: Antom's key signs for all of them.
    /// * [`VerifyError::BadTime`] – not of the two shapes of a time, so that the signed text could be
    ///   split at another place.
    /// * [`VerifyError::BadSignatureHeader`] – the header is not of its shape, or names an algorithm
    ///   other than `RSA256`.
    /// * [`VerifyError::BadSignature`] – any failure inside RSA; deliberately not split up.
    /// * [`VerifyError::BadJson`] – signed, but two parsers could read it differently.
    /// * [`VerifyError::InvalidField`] – signed, but a field this crate needs is absent or not of its
    ///   shape.
    ///
    /// # Not checked here
    ///
    /// Whether the payment is ours, whether amount and currency are the ones we asked for, whether
    /// this notification was here before ([`Notification::repeat_key`]), and how old it is
    /// ([`Verified::request_time`]). The caller does all of it before an order is paid.
    ///
    /// # Source
    ///
    /// `docs/alipay/antom.md` sections 2, 3 and 6; vectors of kind `notification`.
    pub async fn verify(
        &self,
        backend: &impl RsaBackend,
        delivery: &Delivery<'_>,
    ) -> Result<Verified, VerifyError> {
        if delivery.body.len() > MAX_BODY {
            return Err(VerifyError::BodyTooLong { limit: MAX_BODY });
        }
        if delivery.method != "POST" {
            return Err(VerifyError::MethodNotPost);
        }
        if delivery.uri != self.uri.as_str() {
            return Err(VerifyError::WrongUri);
        }
        let missing = |name| VerifyError::MissingHeader { name };
        let client_id = delivery.client_id.ok_or(missing("client-id"))?;
        let time = delivery.request_time.ok_or(missing("request-time"))?;
        let signature = delivery.signature.ok_or(missing("signature"))?;
        if client_id != self.client_id.as_str() {
            return Err(VerifyError::WrongClient);
        }
        let request_time = AntomTime::parse(time).map_err(|_| VerifyError::BadTime)?;
        let envelope = Envelope {
            uri: &self.uri,
            client_id: &self.client_id,
            time: &request_time,
            body: delivery.body,
        };
        let signed_by = self.keys.verify(backend, &envelope, signature).await?;
        let message = Object::parse(delivery.body).map_err(VerifyError::BadJson)?;
        Ok(Verified {
            notification: Notification::read(&message, delivery.body)?,
            request_time,
            signed_by,
        })
    }
}

/// A notification that Antom signed, and what its headers said: the proof that [`Verifier::verify`]
/// returned it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    notification: Notification,
    request_time: AntomTime,
    signed_by: SignedBy,
}

impl Verified {
    /// What it says.
    #[must_use]
    pub fn notification(&self) -> &Notification {
        &self.notification
    }

    /// The same, kept.
    #[must_use]
    pub fn into_notification(self) -> Notification {
        self.notification
    }

    /// When Antom says it sent this delivery; [`AntomTime::age_ms`] tells how long ago. Signed.
    #[must_use]
    pub fn request_time(&self) -> &AntomTime {
        &self.request_time
    }

    /// The key that Antom says it signed with. **Not** signed: for a log, no more.
    #[must_use]
    pub fn key_version(&self) -> KeyVersion {
        self.signed_by.key_version
    }

    /// The name of the key that held, where the keys are of a ring: what a rotation is watched by.
    #[must_use]
    pub fn key_id(&self) -> Option<&KeyId> {
        self.signed_by.key_id.as_ref()
    }
}
