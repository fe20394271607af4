//! How many messages this crate verifies in a time, for `npm run bench`: `rates CASES.json`
//!
//! Reads lines `NAME MILLISECONDS` and answers each with `COUNT NANOSECONDS`. The names are `md5`,
//! `rsa`, `rsa2` and `antom`: whole notifications, from the bytes to the type; and `rsa-limit` and
//! `rsa2-limit`, by aws-lc and of the signature alone, which is what cannot be saved.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a measurement that panics has failed, and it has a clock, natively"
)]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::{BufRead, Write};
use std::time::{Duration, Instant};

use alipay_protocol::antom::names::ClientId;
use alipay_protocol::antom::notification::{Delivery, Verifier as AntomVerifier};
use alipay_protocol::antom::signature::{HttpUri, PublicKeys};
use alipay_protocol::backend::{NoRsa, RustCrypto, ready};
use alipay_protocol::canonical::canonicalize;
use alipay_protocol::form::Form;
use alipay_protocol::key::{Md5Key, PublicKey};
use alipay_protocol::notification::Verifier;
use alipay_protocol::sign::VerifyingKey;
use alipay_protocol::trade::Partner;
use aws_lc_rs::signature::{
    RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256, RsaParameters,
    UnparsedPublicKey,
};
use base64ct::{Base64, Encoding};
use serde_json::Value;

/// Between two looks at the clock, which costs less than a hundredth of the quickest case.
const BATCH: u64 = 16;

type Case = Box<dyn Fn()>;

fn main() {
    let path = std::env::args().nth(1).unwrap();
    let cases: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut known: BTreeMap<&str, Case> = BTreeMap::new();
    known.insert("md5", md5(&cases));
    for (name, limit, peer) in [
        (
            "rsa",
            "rsa-limit",
            &RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
        ),
        ("rsa2", "rsa2-limit", &RSA_PKCS1_2048_8192_SHA256),
    ] {
        known.insert(name, rsa(&cases, name));
        known.insert(limit, signature_alone(&cases, name, peer));
    }
    known.insert("antom", antom(&cases));
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        let (name, milliseconds) = line.split_once(' ').unwrap();
        let time = Duration::from_millis(milliseconds.parse().unwrap());
        let (count, nanoseconds) = measure(known.get(name).unwrap(), time);
        println!("{count} {nanoseconds}");
        std::io::stdout().flush().unwrap();
    }
}

fn measure(case: &Case, time: Duration) -> (u64, u128) {
    let (began, mut count) = (Instant::now(), 0_u64);
    loop {
        for _ in 0..BATCH {
            case();
        }
        count = count.saturating_add(BATCH);
        let passed = began.elapsed();
        if passed >= time {
            return (count, passed.as_nanos());
        }
    }
}

fn text(cases: &Value, path: &str) -> String {
    let found = cases.pointer(path).and_then(Value::as_str);
    found.unwrap().to_owned()
}

fn verifier(cases: &Value, key: VerifyingKey) -> Verifier {
    Verifier::new(key, Partner::parse(&text(cases, "/partner")).unwrap())
}

fn md5(cases: &Value) -> Case {
    let key = Md5Key::parse(&text(cases, "/md5/key")).unwrap();
    let (ours, body) = (
        verifier(cases, VerifyingKey::md5(key)),
        text(cases, "/md5/body"),
    );
    Box::new(move || {
        black_box(ready(ours.verify(&NoRsa, black_box(body.as_bytes()))).unwrap());
    })
}

fn rsa(cases: &Value, name: &str) -> Case {
    let key = PublicKey::parse(&text(cases, &format!("/{name}/key"))).unwrap();
    let bind = if name == "rsa" {
        VerifyingKey::rsa
    } else {
        VerifyingKey::rsa2
    };
    let ours = verifier(cases, bind(key).unwrap());
    let body = text(cases, &format!("/{name}/body"));
    Box::new(move || {
        black_box(ready(ours.verify(&RustCrypto, black_box(body.as_bytes()))).unwrap());
    })
}

fn signature_alone(cases: &Value, name: &str, peer: &'static RsaParameters) -> Case {
    let key = PublicKey::parse(&text(cases, &format!("/{name}/key"))).unwrap();
    let body = text(cases, &format!("/{name}/body"));
    let form = Form::parse(body.as_bytes()).unwrap();
    let content = canonicalize(form.iter());
    let sign = std::str::from_utf8(form.get("sign").unwrap()).unwrap();
    let signature = Base64::decode_vec(sign).unwrap();
    let theirs = UnparsedPublicKey::new(peer, key.spki_der().to_vec());
    Box::new(move || theirs.verify(black_box(&content), &signature).unwrap())
}

fn antom(cases: &Value) -> Case {
    let field = |name: &str| text(cases, &format!("/antom/{name}"));
    let key = PublicKey::parse(&field("key")).unwrap();
    let (client, path) = (field("client"), field("path"));
    let ours = AntomVerifier::new(
        PublicKeys::new(key).unwrap(),
        ClientId::parse(&client).unwrap(),
        HttpUri::parse(&path).unwrap(),
    );
    let (time, header, body) = (field("time"), field("signature"), field("body"));
    Box::new(move || {
        let delivery = Delivery {
            method: "POST",
            uri: &path,
            client_id: Some(&client),
            request_time: Some(&time),
            signature: Some(&header),
            body: black_box(body.as_bytes()),
        };
        black_box(ready(ours.verify(&RustCrypto, &delivery)).unwrap());
    })
}
