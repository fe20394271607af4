//! What we answer a notification.
//!
//! Antom repeats a notification, eight times within 24 hours, until the answer is status 200 with
//! [`SUCCESS`], whatever the notification says about the payment. The answer need not be signed;
//! acquirers of Alipay+, who use the same protocol, demand it.

use crate::antom::signature::{HttpUri, Signer};
use crate::antom::time::AntomTime;
use crate::backend::RsaBackend;
use crate::sign::SignError;

/// The body that ends the repetitions. Only after the notification is durable.
///
/// # Source
///
/// `docs/alipay/antom.md` section 7.
pub const SUCCESS: &str =
    r#"{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}"#;

/// The body for everything else, under a status of 4xx or 5xx. It says nothing about why.
///
/// # Source
///
/// `docs/alipay/antom.md` section 7.
pub const FAIL: &str =
    r#"{"result":{"resultCode":"UNKNOWN_EXCEPTION","resultStatus":"U","resultMessage":"fail"}}"#;

/// The `content-type` of both.
pub const CONTENT_TYPE: &str = "application/json; charset=UTF-8";

/// Signs [`SUCCESS`], for those who demand it: the headers to add to the answer.
///
/// `uri` is the path of the notification, `response_time` the present time, as
/// [`AntomTime::iso`] writes it.
///
/// # Errors
///
/// * [`SignError`] – the backend could not sign.
///
/// # Source
///
/// `docs/alipay/antom.md` section 7.
pub async fn sign_success(
    signer: &Signer,
    backend: &impl RsaBackend,
    uri: &HttpUri,
    response_time: &AntomTime,
) -> Result<[(&'static str, String); 3], SignError> {
    let signature = signer
        .sign(backend, uri, response_time, SUCCESS.as_bytes())
        .await?;
    Ok([
        ("client-id", signer.client_id().to_string()),
        ("response-time", response_time.to_string()),
        ("signature", signature),
    ])
}
