//! Reading a request's body, never more than its limit.

use crate::carry::settled;
use crate::error::Failure;
use crate::text::text;
use futures_util::StreamExt;
use js_sys::{JsString, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Request;

/// Reads at most `limit` bytes.
///
/// # Errors
///
/// * [`Failure::BodyEncoded`] – a `content-encoding`, which could hide a bomb.
/// * [`Failure::BodyTooLong`] – by its `content-length`, or while reading; the rest is not read.
/// * [`Failure::BodyUnreadable`] – the connection broke.
pub async fn body(request: &Request, limit: usize) -> Result<Vec<u8>, Failure> {
    if header(request, "content-encoding").is_some_and(|value| value != "identity") {
        return Err(Failure::BodyEncoded);
    }
    let declared = header(request, "content-length").and_then(|text| text.parse::<u64>().ok());
    let limit_u64 = u64::try_from(limit).unwrap_or(u64::MAX);
    if declared.is_some_and(|length| length > limit_u64) {
        return Err(Failure::BodyTooLong { limit });
    }
    if declared.is_some() {
        // HTTP holds the body to its declared length, so that it can be taken in one piece: a
        // fraction of what a stream costs.
        let buffer = request
            .array_buffer()
            .map_err(|_| Failure::BodyUnreadable)?;
        let buffer = settled(buffer, None).await;
        let Some(Ok(buffer)) = buffer else {
            return Err(Failure::BodyUnreadable);
        };
        let body = Uint8Array::new(&buffer).to_vec();
        return if body.len() > limit {
            Err(Failure::BodyTooLong { limit })
        } else {
            Ok(body)
        };
    }
    if request.body().is_none() {
        return Ok(Vec::new());
    }
    let mut read = worker::Request::from(Clone::clone(request));
    let mut stream = read.stream().map_err(|_| Failure::BodyUnreadable)?;
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

#[wasm_bindgen]
extern "C" {
    /// Headers as the runtime has them, asked by a name that it has already.
    type Named;

    #[wasm_bindgen(method, catch)]
    fn get(this: &Named, name: &JsString) -> Result<Option<String>, JsValue>;
}

/// A request header, if present and readable.
#[must_use]
pub fn header(request: &Request, name: &'static str) -> Option<String> {
    let headers: Named = request.headers().unchecked_into();
    headers.get(&text(name)).ok().flatten()
}

/// The path of a URL that the runtime has written: what stands between the host and a query.
#[must_use]
pub fn path(url: &str) -> &str {
    let after_host = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = after_host.find('/').and_then(|at| after_host.get(at..));
    let path = path.unwrap_or("/");
    path.split(['?', '#']).next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn a_path_ends_before_its_query() {
        for (url, expected) in [
            ("https://pay.example.com/notify/gateway", "/notify/gateway"),
            ("http://127.0.0.1:8787/notify/antom?a=/b", "/notify/antom"),
            ("https://pay.example.com/", "/"),
            ("https://pay.example.com/a?b://c/d", "/a"),
            ("https://pay.example.com", "/"),
        ] {
            assert_eq!(path(url), expected, "{url}");
        }
    }
}
