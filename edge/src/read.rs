//! Reading a request's body, never more than its limit.

use crate::error::Failure;
use futures_util::StreamExt;
use worker::Request;

/// Reads at most `limit` bytes.
///
/// # Errors
///
/// * [`Failure::BodyEncoded`] – a `content-encoding`, which could hide a bomb.
/// * [`Failure::BodyTooLong`] – by its `content-length`, or while reading; the rest is not read.
/// * [`Failure::BodyUnreadable`] – the connection broke.
pub async fn body(request: &mut Request, limit: usize) -> Result<Vec<u8>, Failure> {
    if header(request, "content-encoding").is_some_and(|value| value != "identity") {
        return Err(Failure::BodyEncoded);
    }
    let declared = header(request, "content-length").and_then(|text| text.parse::<u64>().ok());
    let limit_u64 = u64::try_from(limit).unwrap_or(u64::MAX);
    if declared.is_some_and(|length| length > limit_u64) {
        return Err(Failure::BodyTooLong { limit });
    }
    if request.inner().body().is_none() {
        return Ok(Vec::new());
    }
    if declared.is_some() {
        // HTTP holds the body to its declared length, so that it can be taken in one piece: a
        // fraction of what a stream costs.
        let body = request.bytes().await;
        let body = body.map_err(|_| Failure::BodyUnreadable)?;
        return if body.len() > limit {
            Err(Failure::BodyTooLong { limit })
        } else {
            Ok(body)
        };
    }
    let mut stream = request.stream().map_err(|_| Failure::BodyUnreadable)?;
    let mut body = Vec::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| Failure::BodyUnreadable)?;
        if body.len().saturating_add(chunk.len()) > limit {
            return Err(Failure::BodyTooLong { limit });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The media type of a request in lower case, without its parameters.
#[must_use]
pub fn media_type(request: &Request) -> String {
    let value = header(request, "content-type").unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// A request header, if present and readable.
#[must_use]
pub fn header(request: &Request, name: &str) -> Option<String> {
    request.headers().get(name).ok().flatten()
}
