//! What people have in hand: a whole request, an address, or just the form.

/// The longest capture that is read, in bytes: a request of the largest body, with its headers.
pub const MAX_CAPTURE: usize = 512 * 1024;

/// A captured request, taken apart. Nothing in it is believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Captured {
    pub(super) method: Option<String>,
    pub(super) target: Option<String>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Captured {
    /// Takes a capture apart: a raw HTTP request, an address with a query, or else a form body as it
    /// is. Line breaks of either kind end headers; `Content-Length` cuts what an editor added.
    ///
    /// Bytes beyond [`MAX_CAPTURE`] are not read.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        let bytes = bytes.get(..MAX_CAPTURE).unwrap_or(bytes);
        if let Some(request) = request(bytes) {
            return request;
        }
        if let Some(target) = address(bytes) {
            return Self {
                method: Some("GET".to_owned()),
                target: Some(target),
                ..Self::default()
            };
        }
        Self {
            body: bytes.to_vec(),
            ..Self::default()
        }
    }

    /// As [`parse`](Self::parse), of a file or a text field: the line break at its end is the
    /// editor's and was not sent; one more was.
    #[must_use]
    pub fn parse_pasted(bytes: &[u8]) -> Self {
        let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        Self::parse(bytes.strip_suffix(b"\r").unwrap_or(bytes))
    }

    /// A request whose parts are known, as a page or a server has them.
    #[must_use]
    pub fn new(method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Self {
        Self {
            method: Some(method.to_owned()),
            target: Some(target.to_owned()),
            headers: headers
                .iter()
                .map(|(name, value)| (name.to_ascii_lowercase(), (*value).to_owned()))
                .collect(),
            body: body.to_vec(),
        }
    }

    /// Whether it has the header by which Antom signs.
    #[must_use]
    pub fn is_antom(&self) -> bool {
        self.header("signature").is_some() && self.header("client-id").is_some()
    }

    /// The value of a header.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The part of the target behind `?`.
    pub(super) fn query(&self) -> Option<&str> {
        let (_, query) = self.target.as_deref()?.split_once('?')?;
        let (query, _) = query.split_once('#').unwrap_or((query, ""));
        Some(query)
    }

    /// The form: the body, or the query where there is no body.
    pub(super) fn form(&self) -> &[u8] {
        if self.body.is_empty() {
            self.query().unwrap_or_default().as_bytes()
        } else {
            &self.body
        }
    }

    /// Whether the form came in the address.
    pub(super) fn is_query(&self) -> bool {
        self.body.is_empty() && self.query().is_some()
    }
}

/// A raw HTTP request.
fn request(bytes: &[u8]) -> Option<Captured> {
    let (line, mut rest) = line(bytes)?;
    let line = std::str::from_utf8(line).ok()?;
    let mut words = line.split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    let is_method = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase());
    if !is_method || !version.starts_with("HTTP/") || words.next().is_some() {
        return None;
    }
    let mut headers = Vec::new();
    while let Some((header, behind)) = self::line(rest) {
        rest = behind;
        if header.is_empty() {
            break;
        }
        let header = String::from_utf8_lossy(header);
        if let Some((name, value)) = header.split_once(':') {
            headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    let length = headers
        .iter()
        .find(|(name, _)| name == "content-length")
        .and_then(|(_, value)| value.parse::<usize>().ok());
    let body = length.and_then(|length| rest.get(..length)).unwrap_or(rest);
    Some(Captured {
        method: Some(method.to_owned()),
        target: Some(path(target).to_owned()),
        headers,
        body: body.to_vec(),
    })
}

/// The first line and what stands behind it; the end of the bytes ends a line too.
fn line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    if bytes.is_empty() {
        return None;
    }
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let line = bytes.get(..end.unwrap_or(bytes.len()))?;
    let behind = end
        .and_then(|end| bytes.get(end.checked_add(1)?..))
        .unwrap_or_default();
    Some((line.strip_suffix(b"\r").unwrap_or(line), behind))
}

/// An address with a query, alone in the capture.
fn address(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?.trim();
    let is_address =
        text.starts_with("http://") || text.starts_with("https://") || text.starts_with('/');
    (is_address && text.contains('?') && !text.contains(char::is_whitespace))
        .then(|| path(text).to_owned())
}

/// Path and query of an address; a path stays what it is.
fn path(address: &str) -> &str {
    let behind = address
        .strip_prefix("https://")
        .or_else(|| address.strip_prefix("http://"));
    match behind {
        None => address,
        Some(rest) => rest
            .find(['/', '?'])
            .and_then(|at| rest.get(at..))
            .unwrap_or("/"),
    }
}

#[cfg(test)]
mod tests {
    use super::Captured;

    #[test]
    fn whole_request_is_taken_apart_with_either_line_break() {
        for text in [
            "POST /n?a=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nb=2\n",
            "POST /n?a=1 HTTP/1.1\nHost: x\nContent-Length: 3\n\nb=2\n",
        ] {
            let captured = Captured::parse(text.as_bytes());
            assert_eq!(captured.method.as_deref(), Some("POST"));
            assert_eq!(captured.query(), Some("a=1"));
            assert_eq!(captured.form(), b"b=2");
            assert_eq!(captured.header("host"), Some("x"));
        }
    }

    #[test]
    fn address_is_read_as_a_query_and_all_else_as_a_body() {
        let captured = Captured::parse(b"https://shop.example/return?a=1&b=2#c\n");
        assert_eq!(
            (captured.form(), captured.is_query()),
            (&b"a=1&b=2"[..], true)
        );
        let captured = Captured::parse(b"a=1&b=https://x/?y");
        assert_eq!(
            (captured.form(), captured.is_query()),
            (&b"a=1&b=https://x/?y"[..], false)
        );
        assert_eq!(Captured::parse(b"").form(), b"");
        assert_eq!(Captured::parse(b"GET me").form(), b"GET me");
    }
}
