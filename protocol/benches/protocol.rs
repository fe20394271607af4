//! `cargo bench -p alipay-protocol`: what a message costs, beside aws-lc in the same run.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    reason = "criterion's macros document nothing, and a bench that panics has failed"
)]

use std::hint::black_box;

use alipay_protocol::antom::names::ClientId;
use alipay_protocol::antom::notification::{Delivery, Verifier as AntomVerifier};
use alipay_protocol::antom::signature::{HttpUri, PublicKeys, Signer};
use alipay_protocol::antom::time::AntomTime;
use alipay_protocol::backend::{NoRsa, RustCrypto, ready};
use alipay_protocol::canonical::canonicalize;
use alipay_protocol::form::Form;
use alipay_protocol::key::{KeyError, Md5Key, PrivateKey, PublicKey};
use alipay_protocol::notification::Verifier;
use alipay_protocol::sign::{SigningKey, VerifyingKey};
use alipay_protocol::trade::Partner;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{
    RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256,
    RsaParameters, UnparsedPublicKey,
};
use base64ct::{Base64, Encoding};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde_json::Value;

/// Public test key of the vectors (`chloerei-md5-1`).
const MD5_TEST_KEY: &str = "10000000000000000000000000000000";
const TIME: &str = "2019-07-12T12:08:56+05:30";
const CLIENT: &str = "SANDBOX_5X00000000000000";
const PATH: &str = "/alipay/notify";

fn file(name: &str) -> Value {
    let path = format!("{}/tests/vectors/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// A field of a vector.
fn vector(file: &Value, id: &str, field: &str) -> String {
    let vectors = file.get("vectors").and_then(Value::as_array).unwrap();
    let vector = vectors.iter().find(|one| one.get("id").unwrap() == id);
    let text = vector.unwrap().get(field).and_then(Value::as_str);
    text.unwrap().to_owned()
}

fn key(file: &Value, id: &str, field: &str) -> String {
    let key = file.get("keys").and_then(|keys| keys.get(id)).unwrap();
    key.get(field).and_then(Value::as_str).unwrap().to_owned()
}

fn verifier(key: VerifyingKey) -> Verifier {
    Verifier::new(key, Partner::parse("2088101122136241").unwrap())
}

/// A whole notification, from the body's bytes to the type; the signature alone by aws-lc beside it.
fn verify(criterion: &mut Criterion) {
    let gateway = file("gateway.json");
    let mut group = criterion.benchmark_group("verify");
    let body = vector(&gateway, "edge-base", "raw_body");
    let md5 = verifier(VerifyingKey::md5(Md5Key::parse(MD5_TEST_KEY).unwrap()));
    group.bench_function("md5 notification", |bencher| {
        bencher.iter(|| ready(md5.verify(&NoRsa, black_box(body.as_bytes()))).unwrap());
    });
    let public = |id| PublicKey::parse(&key(&gateway, id, "spki_b64")).unwrap();
    type Bind = fn(PublicKey) -> Result<VerifyingKey, KeyError>;
    let schemes: [(&str, &str, &str, Bind, &'static RsaParameters); 2] = [
        (
            "rsa 1024 sha1",
            "edge-rsa-1024-base",
            "chloerei-test-rsa-1024",
            VerifyingKey::rsa,
            &RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
        ),
        (
            "rsa2 2048 sha256",
            "edge-rsa2-base",
            "wannan-test-rsa-2048",
            VerifyingKey::rsa2,
            &RSA_PKCS1_2048_8192_SHA256,
        ),
    ];
    for (name, id, key_id, bind, peer) in schemes {
        let body = vector(&gateway, id, "raw_body");
        let ours = verifier(bind(public(key_id)).unwrap());
        group.bench_function(format!("{name} notification"), |bencher| {
            bencher.iter(|| ready(ours.verify(&RustCrypto, black_box(body.as_bytes()))).unwrap());
        });
        let form = Form::parse(body.as_bytes()).unwrap();
        let text = canonicalize(form.iter());
        let sign = form.get("sign").unwrap();
        let bound = bind(public(key_id)).unwrap();
        group.bench_function(format!("{name} signature"), |bencher| {
            bencher.iter(|| ready(bound.verify(&RustCrypto, black_box(&text), sign)).unwrap());
        });
        let signature = Base64::decode_vec(std::str::from_utf8(sign).unwrap()).unwrap();
        let peers = UnparsedPublicKey::new(peer, public(key_id).spki_der().to_vec());
        group.bench_function(format!("{name} signature, aws-lc"), |bencher| {
            bencher.iter(|| peers.verify(black_box(&text), &signature).unwrap());
        });
    }
    let antom = file("antom.json");
    let field = |name| vector(&antom, "ntf-paid-python", name);
    let key = PublicKey::parse(&field("public_key_pem")).unwrap();
    let ours = AntomVerifier::new(
        PublicKeys::new(key).unwrap(),
        ClientId::parse(CLIENT).unwrap(),
        HttpUri::parse(PATH).unwrap(),
    );
    let (header, body) = (
        field("signature_header"),
        Base64::decode_vec(&field("body_b64")).unwrap(),
    );
    group.bench_function("antom notification", |bencher| {
        bencher.iter(|| {
            let delivery = Delivery {
                method: "POST",
                uri: PATH,
                client_id: Some(CLIENT),
                request_time: Some(TIME),
                signature: Some(&header),
                body: black_box(&body),
            };
            ready(ours.verify(&RustCrypto, &delivery)).unwrap()
        });
    });
    group.finish();
}

/// The text of a request, signed.
fn sign(criterion: &mut Criterion) {
    let gateway = file("gateway.json");
    let text = vector(&gateway, "edge-rsa2-base", "string_to_sign");
    let text = text.as_bytes();
    let mut group = criterion.benchmark_group("sign");
    let md5 = SigningKey::md5(Md5Key::parse(MD5_TEST_KEY).unwrap());
    group.bench_function("md5", |bencher| {
        bencher.iter(|| ready(md5.sign(&NoRsa, black_box(text))).unwrap());
    });
    let private = |id| PrivateKey::parse(&key(&gateway, id, "pem")).unwrap();
    let rsa = SigningKey::rsa(private("chloerei-test-rsa-1024-priv")).unwrap();
    group.bench_function("rsa 1024 sha1", |bencher| {
        bencher.iter(|| ready(rsa.sign(&RustCrypto, black_box(text))).unwrap());
    });
    let rsa2 = SigningKey::rsa2(private("wannan-test-rsa-2048-priv")).unwrap();
    group.bench_function("rsa2 2048 sha256", |bencher| {
        bencher.iter(|| ready(rsa2.sign(&RustCrypto, black_box(text))).unwrap());
    });
    let peers = KeyPair::from_pkcs8(private("wannan-test-rsa-2048-priv").pkcs8_der()).unwrap();
    let random = SystemRandom::new();
    let mut signature = vec![0; peers.public_modulus_len()];
    group.bench_function("rsa2 2048 sha256, aws-lc", |bencher| {
        bencher.iter(|| {
            peers
                .sign(&RSA_PKCS1_SHA256, &random, black_box(text), &mut signature)
                .unwrap();
        });
    });
    let signer = Signer::new(
        ClientId::parse(CLIENT).unwrap(),
        private("wannan-test-rsa-2048-priv"),
    )
    .unwrap();
    let (uri, time) = (
        HttpUri::parse("/ams/api/v1/payments/pay").unwrap(),
        AntomTime::parse(TIME).unwrap(),
    );
    group.bench_function("antom request", |bencher| {
        bencher.iter(|| ready(signer.sign(&RustCrypto, &uri, &time, black_box(text))).unwrap());
    });
    group.finish();
}

/// What comes before any signature: bytes of strangers to fields, and fields to text.
fn decode(criterion: &mut Criterion) {
    let gateway = file("gateway.json");
    let body = vector(&gateway, "edge-fund-bill-list", "raw_body");
    let mut group = criterion.benchmark_group("decode");
    group.throughput(Throughput::Bytes(u64::try_from(body.len()).unwrap()));
    group.bench_function("form", |bencher| {
        bencher.iter(|| Form::parse(black_box(body.as_bytes())).unwrap());
    });
    let form = Form::parse(body.as_bytes()).unwrap();
    group.bench_function("canonical text", |bencher| {
        bencher.iter(|| canonicalize(black_box(&form).iter()));
    });
    group.finish();
}

criterion_group!(benches, verify, sign, decode);
criterion_main!(benches);
