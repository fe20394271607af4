//! Vectors of Antom's signature in the headers.

use alipay_protocol::antom::names::ClientId;
use alipay_protocol::antom::signature::{Envelope, HttpUri, PublicKeys, SignatureHeader};
use alipay_protocol::antom::time::AntomTime;
use alipay_protocol::backend::{RsaBackend, RustCrypto, ready};
use alipay_protocol::key::PublicKey;
use alipay_protocol::sign::Digest;
use base64ct::{Base64, Encoding};
use serde_json::Value;

use crate::{Verdict, json};

/// The verdict on one vector.
pub(crate) fn run(id: &str, vector: &Value, file: &Value) -> Verdict {
    verdict(id, vector, file).unwrap_or_else(|reason| Verdict::unusable(id, &reason))
}

fn verdict(id: &str, vector: &Value, file: &Value) -> Result<Verdict, String> {
    let kind = json::text(vector, "kind").ok_or("no kind")?;
    if !matches!(kind.as_str(), "request" | "response" | "notification") {
        return Err(format!("unknown kind {kind}"));
    }
    let says = |name: &str| vector.get(name).and_then(Value::as_bool);
    let expected = says("valid")
        .or(says("accept"))
        .ok_or("neither `valid` nor `accept` says what is expected")?;
    let got = holds(vector, file)?;
    let word = |valid: bool| if valid { "valid" } else { "invalid" };
    Ok(Verdict::new(id, word(expected), word(got).to_owned()))
}

fn holds(vector: &Value, file: &Value) -> Result<bool, String> {
    let field = |name: &str| json::text(vector, name).ok_or(format!("no {name}"));
    let method = json::text(vector, "method").unwrap_or_else(|| "POST".to_owned());
    let (uri, client_id, time) = (field("uri")?, field("client_id")?, field("time")?);
    let header = field("signature_header")?;
    let body = match json::text(vector, "body_b64") {
        Some(base64) => Base64::decode_vec(&base64).map_err(|_| "body_b64 is not base64")?,
        None => field("body")?.into_bytes(),
    };
    let key = public_key(vector, file)?;
    let types = (
        HttpUri::parse(&uri),
        ClientId::parse(&client_id),
        AntomTime::parse(&time),
        PublicKeys::new(key.clone()),
    );
    if let ("POST", (Ok(uri), Ok(client_id), Ok(time), Ok(keys))) = (method.as_str(), types) {
        let envelope = Envelope {
            uri: &uri,
            client_id: &client_id,
            time: &time,
            body: &body,
        };
        return Ok(ready(keys.verify(&RustCrypto, &envelope, &header)).is_ok());
    }
    // The files ask about the signature alone; parts that the crate's types refuse before any RSA
    // (a time that is none, another method) still have one.
    if SignatureHeader::parse(&header).is_err() {
        return Ok(false);
    }
    let head = format!("{method} {uri}\n{client_id}.{time}.");
    let text = [head.as_bytes(), &body].concat();
    let signature = signature(&header).and_then(|base64| Base64::decode_vec(&base64).ok());
    let size = usize::try_from(key.bits().div_ceil(8)).ok();
    Ok(signature.is_some_and(|signature| {
        Some(signature.len()) == size
            && ready(RustCrypto.verify(&key, Digest::Sha256, &text, &signature)).is_ok()
    }))
}

/// The key of the vector: its own, or the one of the file that it names.
fn public_key(vector: &Value, file: &Value) -> Result<PublicKey, String> {
    let names = ["public_key_pem", "pem", "spki_b64"];
    let text = json::first(vector, &names)
        .or_else(|| {
            let id = json::first(vector, &["key_id", "key"])?;
            json::first(file.get("keys")?.get(&id)?, &names)
        })
        .ok_or("no public key")?;
    PublicKey::parse(&text).map_err(|error| error.to_string())
}

/// The value of `signature=` in a header that has the right shape, its escapes taken off.
fn signature(header: &str) -> Option<String> {
    let value = header
        .split(',')
        .find_map(|part| part.trim_matches(' ').strip_prefix("signature="))?;
    let mut bytes = Vec::new();
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.extend(json::hex(std::str::from_utf8(&digits).ok()?)?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}
