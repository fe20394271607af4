//! Wycheproof's schemas `rsassa_pkcs1_verify` and `mac`, versions 0 and 1.

use alipay_protocol::key::PublicKey;
use alipay_protocol::sign::{Digest, VerifyingKey};
use base64ct::{Base64, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use rsa::RsaPublicKey;
use rsa::pkcs1v15::{Signature, VerifyingKey as RsaKey};
use rsa::pkcs8::DecodePublicKey;
use rsa::signature::Verifier;
use serde_json::Value;
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512, Sha512_224, Sha512_256};

use crate::{Verdict, json};

/// The verdicts on a file.
pub(crate) fn run(file: &Value) -> Result<Vec<Verdict>, String> {
    let groups = file
        .get("testGroups")
        .and_then(Value::as_array)
        .ok_or("`testGroups` is not a list")?;
    let mut verdicts = Vec::new();
    for group in groups {
        let tests = group
            .get("tests")
            .and_then(Value::as_array)
            .ok_or("a group has no list of `tests`")?;
        let judge = judge(file, group);
        for test in tests {
            let id = json::text(test, "tcId").unwrap_or_else(|| "?".to_owned());
            let id = match json::text(test, "comment").filter(|comment| !comment.is_empty()) {
                Some(comment) => format!("tcId {id} ({comment})"),
                None => format!("tcId {id}"),
            };
            let verdict = judge
                .as_ref()
                .map_err(Clone::clone)
                .and_then(|judge| verdict(&id, judge, group, test));
            verdicts.push(verdict.unwrap_or_else(|reason| Verdict::unusable(&id, &reason)));
        }
    }
    Ok(verdicts)
}

enum Judge {
    Rsa(PublicKey, String),
    Mac(String),
}

/// How the tests of a group are judged.
fn judge(file: &Value, group: &Value) -> Result<Judge, String> {
    let algorithm = json::text(file, "algorithm").unwrap_or_default();
    let kind = json::text(group, "type").unwrap_or_default();
    match kind.as_str() {
        // The second is the name of the first schema's first files.
        "RsassaPkcs1Verify" | "RSASigVer" => Ok(Judge::Rsa(
            public_key(group)?,
            json::text(group, "sha").ok_or("no `sha` in the group")?,
        )),
        "MacTest" => Ok(Judge::Mac(algorithm)),
        other => Err(format!("unknown type {other} of algorithm {algorithm}")),
    }
}

fn verdict(id: &str, judge: &Judge, group: &Value, test: &Value) -> Result<Verdict, String> {
    let field = |name: &str| {
        let text = json::text(test, name).ok_or(format!("no `{name}`"))?;
        json::hex(&text).ok_or(format!("`{name}` is not hexadecimal"))
    };
    let result = json::text(test, "result").ok_or("no `result`")?;
    let expected = match result.as_str() {
        "valid" => "valid",
        // What the authors leave to policy, ours refuses: the strict rule.
        "invalid" | "acceptable" => "invalid",
        other => return Err(format!("unknown result {other}")),
    };
    let holds = match judge {
        Judge::Rsa(key, sha) => {
            let (msg, sig) = (field("msg")?, field("sig")?);
            let policy = result != "acceptable" || admitted(key, sha);
            rsa(key, sha, &msg, &sig)? && policy
        }
        Judge::Mac(algorithm) => {
            let (key, msg, tag) = (field("key")?, field("msg")?, field("tag")?);
            let bits = group
                .get("tagSize")
                .and_then(Value::as_u64)
                .ok_or("no `tagSize` in the group")?;
            let size = usize::try_from(bits.div_ceil(8)).map_err(|error| error.to_string())?;
            tag.len() == size && mac(algorithm, &key, &msg, &tag)?
        }
    };
    let got = if holds { "valid" } else { "invalid" };
    Ok(Verdict::new(id, expected, got.to_owned()))
}

/// The group's key, by whichever of the schema's names it has.
fn public_key(group: &Value) -> Result<PublicKey, String> {
    let parse = |text: &str| PublicKey::parse(text).map_err(|error| error.to_string());
    if let Some(pem) = json::first(group, &["publicKeyPem", "keyPem"]) {
        return parse(&pem);
    }
    let der = json::first(group, &["publicKeyDer", "keyDer", "publicKeyAsn", "keyAsn"])
        .ok_or("no public key in the group")?;
    let der = json::hex(&der).ok_or("the public key is not hexadecimal")?;
    parse(&Base64::encode_string(&der))
}

/// Whether this crate's policy takes the key for the hash.
fn admitted(key: &PublicKey, sha: &str) -> bool {
    match sha {
        "SHA-1" => VerifyingKey::rsa(key.clone()).is_ok(),
        _ => VerifyingKey::rsa2(key.clone()).is_ok(),
    }
}

/// The bare question to RSA. Of keys that the policy refuses (e = 3) the files ask it too.
fn rsa(key: &PublicKey, sha: &str, msg: &[u8], sig: &[u8]) -> Result<bool, String> {
    use alipay_protocol::backend::{RsaBackend, RustCrypto, ready};

    let ours = |digest| Ok(ready(RustCrypto.verify(key, digest, msg, sig)).is_ok());
    let bare = || RsaPublicKey::from_public_key_der(key.spki_der()).map_err(|e| e.to_string());
    let Ok(signature) = Signature::try_from(sig) else {
        return Ok(false);
    };
    let verdict = match sha {
        "SHA-1" => return ours(Digest::Sha1),
        "SHA-256" => return ours(Digest::Sha256),
        // Hashes that Alipay does not have, from the crate under our backend.
        "SHA-224" => RsaKey::<Sha224>::new(bare()?).verify(msg, &signature),
        "SHA-384" => RsaKey::<Sha384>::new(bare()?).verify(msg, &signature),
        "SHA-512" => RsaKey::<Sha512>::new(bare()?).verify(msg, &signature),
        "SHA-512/224" => RsaKey::<Sha512_224>::new(bare()?).verify(msg, &signature),
        "SHA-512/256" => RsaKey::<Sha512_256>::new(bare()?).verify(msg, &signature),
        other => return Err(format!("unknown hash {other}")),
    };
    Ok(verdict.is_ok())
}

/// Whether `tag` is the beginning of the code of `msg`; its length was compared with the group's.
fn mac(algorithm: &str, key: &[u8], msg: &[u8], tag: &[u8]) -> Result<bool, String> {
    macro_rules! hmac {
        ($hash:ty) => {{
            let mac = <Hmac<$hash> as KeyInit>::new_from_slice(key).map_err(|e| e.to_string())?;
            Ok(mac.chain_update(msg).verify_truncated_left(tag).is_ok())
        }};
    }
    match algorithm {
        "HMACSHA1" => hmac!(Sha1),
        "HMACSHA224" => hmac!(Sha224),
        "HMACSHA256" => hmac!(Sha256),
        "HMACSHA384" => hmac!(Sha384),
        "HMACSHA512" => hmac!(Sha512),
        "HMACSHA512/224" => hmac!(Sha512_224),
        "HMACSHA512/256" => hmac!(Sha512_256),
        other => Err(format!("unknown algorithm {other}")),
    }
}
