//! Requests: what our server asks of Antom.
//!
//! A request is built once, within every rule, and can be signed as often as it is sent: after a
//! timeout the same bytes go again under a new time and a new signature, which is what Antom's
//! idempotency asks for.

mod ask;
mod pay;
mod rules;

use serde_json::{Map, Value};

use crate::antom::money::Amount;
use crate::antom::names::ClientId;
use crate::antom::signature::{HttpUri, Signer};
use crate::antom::time::AntomTime;
use crate::backend::RsaBackend;
use crate::sign::SignError;

pub use ask::{
    CancelRequest, InquiryPaymentRequest, InquiryRefundRequest, RefundRequest,
    RefundRequestBuilder, WhichPayment, WhichRefund,
};
pub use pay::{OsType, PayRequest, PayRequestBuilder, Terminal};
pub use rules::{RequestError, Rule};

/// Antom's recommended hosts, by the region the merchant signed for.
///
/// # Source
///
/// `docs/alipay/antom.md` section 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Region {
    /// `open-sea-global.alipay.com`.
    Asia,
    /// `open-de-global.alipay.com`.
    Europe,
    /// `open-na-global.alipay.com`.
    NorthAmerica,
}

impl Region {
    /// Scheme and host, without a path. The sandbox has the same ones.
    #[must_use]
    pub fn origin(self) -> &'static str {
        match self {
            Self::Asia => "https://open-sea-global.alipay.com",
            Self::Europe => "https://open-de-global.alipay.com",
            Self::NorthAmerica => "https://open-na-global.alipay.com",
        }
    }
}

/// A request that is complete and not signed yet: where it goes and its bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct UnsignedRequest {
    /// The path behind `/ams/api/v1`.
    api: &'static str,
    body: Vec<u8>,
}

impl UnsignedRequest {
    fn new(api: &'static str, fields: Map<String, Value>) -> Self {
        // Writing a value to text cannot fail, and the names come out sorted.
        let body = Value::Object(fields).to_string().into_bytes();
        Self { api, body }
    }

    /// The body, the same for every time it is sent.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The path that is signed and asked: the sandbox's for a client of the sandbox.
    ///
    /// # Source
    ///
    /// `docs/alipay/antom.md` section 1.
    #[must_use]
    pub fn uri(&self, client_id: &ClientId) -> HttpUri {
        let base = if client_id.is_sandbox() {
            "/ams/sandbox/api/v1"
        } else {
            "/ams/api/v1"
        };
        HttpUri::ours(format!("{base}{}", self.api))
    }

    /// Signs the request for the moment it is sent.
    ///
    /// # Errors
    ///
    /// * [`SignError`] – the backend could not sign.
    ///
    /// # Source
    ///
    /// `docs/alipay/antom.md` section 2; vectors of kind `request`.
    pub async fn sign(
        &self,
        signer: &Signer,
        backend: &impl RsaBackend,
        request_time: &AntomTime,
    ) -> Result<SignedRequest, SignError> {
        let uri = self.uri(signer.client_id());
        let signature = signer.sign(backend, &uri, request_time, &self.body).await?;
        Ok(SignedRequest {
            uri,
            headers: [
                ("content-type", "application/json; charset=UTF-8".to_owned()),
                ("client-id", signer.client_id().to_string()),
                ("request-time", request_time.to_string()),
                ("signature", signature),
            ],
            body: self.body.clone(),
        })
    }
}

/// Shows the path only: the body names the shopper's order and address.
impl std::fmt::Debug for UnsignedRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UnsignedRequest")
            .field("api", &self.api)
            .finish_non_exhaustive()
    }
}

/// A signed request: send it with `POST`, and these bytes and headers exactly.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedRequest {
    uri: HttpUri,
    headers: [(&'static str, String); 4],
    body: Vec<u8>,
}

impl SignedRequest {
    /// The address: `origin`, as of [`Region::origin`], and the path.
    #[must_use]
    pub fn url(&self, origin: &str) -> String {
        format!("{origin}{}", self.uri)
    }

    /// The path that was signed.
    #[must_use]
    pub fn uri(&self) -> &HttpUri {
        &self.uri
    }

    /// The headers; no other is needed.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
    }

    /// The body, byte for byte.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

/// Shows the path only: with the signature, anybody can send the request.
impl std::fmt::Debug for SignedRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedRequest")
            .field("uri", &self.uri)
            .finish_non_exhaustive()
    }
}

/// Every scalar goes as text, numbers included: Antom's rule for all its messages.
fn put(fields: &mut Map<String, Value>, name: &str, text: &str) {
    fields.insert(name.to_owned(), Value::String(text.to_owned()));
}

fn put_object<const N: usize>(
    fields: &mut Map<String, Value>,
    name: &str,
    members: [(&str, Value); N],
) {
    let object = members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    fields.insert(name.to_owned(), Value::Object(object));
}

fn put_amount(fields: &mut Map<String, Value>, name: &str, amount: Amount) {
    let members = [
        ("currency", Value::from(amount.currency().code())),
        ("value", Value::from(amount.minor().to_string())),
    ];
    put_object(fields, name, members);
}
