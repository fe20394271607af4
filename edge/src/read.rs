//! Reading a request's body, never more than its limit.

use crate::carry::settled;
use crate::error::Failure;
use crate::text::text;
use futures_util::StreamExt;
use js_sys::{JsString, Promise, Uint8Array};
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
    if declared(request, limit)?.is_none() {
        return streamed(request, limit).await;
    }
    // HTTP holds the body to its declared length, so that it can be taken in one piece: a
    // fraction of what a stream costs.
    let buffer = settled(promised(request.array_buffer())?, None).await;
    let Some(Ok(buffer)) = buffer else {
        return Err(Failure::BodyUnreadable);
    };
    let body = Uint8Array::new(&buffer).to_vec();
    if body.len() > limit {
        return Err(Failure::BodyTooLong { limit });
    }
    Ok(body)
}

/// Reads at most `limit` bytes that are to be UTF-8. What is not, or begins with a byte order mark, is read as one
/// replacement character, which is neither a form nor JSON. Where what is read is a text that the runtime has, it is
/// answered as well.
///
/// # Errors
///
/// As [`body`].
pub async fn utf8(request: &Request, limit: usize) -> Result<(Vec<u8>, Option<JsString>), Failure> {
    let Some(length) = declared(request, limit)? else {
        return Ok((streamed(request, limit).await?, None));
    };
    // As a text: with the promise of a buffer the runtime makes an object that it must collect, at the
    // price of half a signature.
    let text = settled(promised(request.text())?, None).await;
    let text = text
        .and_then(Result::ok)
        .and_then(|text| text.dyn_into().ok());
    let text: JsString = text.ok_or(Failure::BodyUnreadable)?;
    Ok((undecoded(String::from(&text), length), Some(text)))
}

/// The bytes that the runtime has decoded: a text of `length` bytes without a replacement character is made of
/// what came, as decoding takes away nothing but a byte order mark.
fn undecoded(text: String, length: u64) -> Vec<u8> {
    let whole = u64::try_from(text.len()) == Ok(length);
    if whole && !text.contains(char::REPLACEMENT_CHARACTER) {
        return text.into_bytes();
    }
    char::REPLACEMENT_CHARACTER.to_string().into_bytes()
}

/// Bytes as the runtime has texts; `None` where they are no UTF-8.
#[must_use]
pub fn as_text(bytes: &[u8]) -> Option<JsString> {
    str::from_utf8(bytes).ok().map(JsString::from)
}

/// The declared length, where there is one.
fn declared(request: &Request, limit: usize) -> Result<Option<u64>, Failure> {
    if header(request, "content-encoding").is_some_and(|value| value != "identity") {
        return Err(Failure::BodyEncoded);
    }
    let declared = header(request, "content-length").and_then(|text| text.parse::<u64>().ok());
    let limit_u64 = u64::try_from(limit).unwrap_or(u64::MAX);
    if declared.is_some_and(|length| length > limit_u64) {
        return Err(Failure::BodyTooLong { limit });
    }
    Ok(declared)
}

fn promised(promise: Result<Promise, JsValue>) -> Result<Promise, Failure> {
    promise.map_err(|_| Failure::BodyUnreadable)
}

async fn streamed(request: &Request, limit: usize) -> Result<Vec<u8>, Failure> {
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
    use super::{path, undecoded};

    #[test]
    fn what_was_utf8_is_itself_and_the_rest_is_nothing() {
        let read = |bytes: &[u8]| {
            // As the runtime decodes: a mark at the beginning is taken away.
            let rest = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            undecoded(
                String::from_utf8_lossy(rest).into_owned(),
                u64::try_from(bytes.len()).unwrap(),
            )
        };
        for utf8 in [
            "",
            "a=b",
            "a=%FF&b=\u{0}\u{7f}",
            "a=\u{e9}\u{4e2d}\u{1f600}",
            "a=\u{feff}",
        ] {
            assert_eq!(read(utf8.as_bytes()), utf8.as_bytes());
        }
        for other in [
            &b"\xef\xbb\xbf"[..],
            b"\xef\xbb\xbfa=b",
            b"a=\xff",
            b"a=\xe2\x82",
            b"a=\xed\xa0\x80",
            b"a=\xf0\x90\x80",
            "a=\u{fffd}".as_bytes(),
        ] {
            assert_eq!(read(other), "\u{fffd}".as_bytes(), "{other:?}");
        }
    }

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
