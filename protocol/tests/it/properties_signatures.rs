//! What holds for every signature: across implementations, for every byte, for every text.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

use alipay_protocol::backend::{NoRsa, RsaBackend, RustCrypto, ready};
use alipay_protocol::canonical::{canonicalize, resplit};
use alipay_protocol::doctor::{Captured, Configuration, Outcome, diagnose};
use alipay_protocol::form::Form;
use alipay_protocol::key::{Md5Key, PrivateKey};
use alipay_protocol::money::{Amount, AmountError, Currency};
use alipay_protocol::notification::{Verifier, VerifyError};
use alipay_protocol::sign::{Digest, SignType, SigningKey, VerifyingKey};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{
    RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256,
    RsaParameters, UnparsedPublicKey,
};
use base64ct::{Base64, Encoding};
use proptest::prelude::*;

use crate::common::{GOOD, MD5_TEST_KEY, gateway, partner, private_key, public_key, verify};

/// The three key pairs of the vectors, each with its digest and aws-lc's word for it.
const PAIRS: [(&str, Digest); 3] = [
    ("chloerei-test-rsa-1024", Digest::Sha1),
    ("wannan-test-rsa-2048", Digest::Sha1),
    ("kaligo-test-rsa-2048", Digest::Sha256),
];

fn private(id: &str) -> PrivateKey {
    private_key(&format!("{id}-priv"))
}

fn signing_key(id: &str, digest: Digest) -> SigningKey {
    match digest {
        Digest::Sha1 => SigningKey::rsa(private(id)).unwrap(),
        Digest::Sha256 => SigningKey::rsa2(private(id)).unwrap(),
    }
}

fn verifying_key(id: &str, digest: Digest) -> VerifyingKey {
    match digest {
        Digest::Sha1 => VerifyingKey::rsa(public_key(id)).unwrap(),
        Digest::Sha256 => VerifyingKey::rsa2(public_key(id)).unwrap(),
    }
}

/// What aws-lc says of a signature.
fn aws_lc_holds(id: &str, digest: Digest, text: &[u8], signature: &[u8]) -> bool {
    let scheme: &'static RsaParameters = match digest {
        Digest::Sha1 => &RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
        Digest::Sha256 => &RSA_PKCS1_2048_8192_SHA256,
    };
    let key = UnparsedPublicKey::new(scheme, public_key(id).spki_der().to_vec());
    key.verify(text, signature).is_ok()
}

/// aws-lc signs with SHA-256 only, as everybody should.
fn aws_lc_sign(id: &str, text: &[u8]) -> Vec<u8> {
    let key = KeyPair::from_pkcs8(private(id).pkcs8_der()).unwrap();
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        text,
        &mut signature,
    )
    .unwrap();
    signature
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn what_we_sign_aws_lc_verifies_and_only_that(
        text in proptest::collection::vec(any::<u8>(), 1..400),
        which in 0..PAIRS.len(),
        at: proptest::sample::Index,
    ) {
        let (id, digest) = PAIRS[which];
        let sign = ready(signing_key(id, digest).sign(&RustCrypto, &text)).unwrap();
        let signature = Base64::decode_vec(&sign).unwrap();
        prop_assert!(aws_lc_holds(id, digest, &text, &signature));
        let mut other = text;
        *at.get_mut(&mut other) ^= 1;
        prop_assert!(!aws_lc_holds(id, digest, &other, &signature));
    }

    #[test]
    fn what_aws_lc_signs_we_verify_and_only_that(
        text in proptest::collection::vec(any::<u8>(), 1..400),
        at: proptest::sample::Index,
    ) {
        let id = "wannan-test-rsa-2048";
        let key = verifying_key(id, Digest::Sha256);
        let sign = Base64::encode_string(&aws_lc_sign(id, &text));
        prop_assert_eq!(ready(key.verify(&RustCrypto, &text, sign.as_bytes())), Ok(()));
        let mut other = text;
        *at.get_mut(&mut other) ^= 1;
        prop_assert_eq!(
            ready(key.verify(&RustCrypto, &other, sign.as_bytes())),
            Err(alipay_protocol::sign::BadSignature)
        );
    }
}

/// What the `openssl` command signs; `None` where there is no such command.
fn openssl_sign(id: &str, digest: Digest, text: &[u8]) -> Option<Vec<u8>> {
    let folder = std::env::temp_dir();
    let pem = folder.join(format!("alipay-protocol-{}-{id}.pem", std::process::id()));
    let key = gateway().keys[&format!("{id}-priv")].pem.clone().unwrap();
    std::fs::write(&pem, key).unwrap();
    let hash = match digest {
        Digest::Sha1 => "-sha1",
        Digest::Sha256 => "-sha256",
    };
    let child = Command::new("openssl")
        .args(["dgst", hash, "-sign"])
        .arg(&pem)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        std::fs::remove_file(&pem).unwrap();
        return None;
    };
    child.stdin.take().unwrap().write_all(text).unwrap();
    let output = child.wait_with_output().unwrap();
    std::fs::remove_file(&pem).unwrap();
    assert!(output.status.success());
    Some(output.stdout)
}

#[test]
fn openssl_and_we_write_the_same_signature() {
    let text = "_input_charset=utf-8&subject=\u{7ea2}\u{5305}&total_fee=8.00".as_bytes();
    for (id, digest) in PAIRS {
        let ours = ready(RustCrypto.sign(&private(id), digest, text)).unwrap();
        match openssl_sign(id, digest, text) {
            // The padding has no salt, so there is one signature.
            Some(theirs) => assert_eq!(ours, theirs, "{id}"),
            None => {
                println!("no openssl command here: aws-lc stands in");
                assert!(aws_lc_holds(id, digest, text, &ours), "{id}");
            }
        }
        let sign = Base64::encode_string(&ours);
        let key = verifying_key(id, digest);
        assert_eq!(
            ready(key.verify(&RustCrypto, text, sign.as_bytes())),
            Ok(())
        );
    }
}

#[test]
fn notification_with_any_one_bit_changed_is_never_another_message() {
    let text = |body: &[u8]| canonicalize(Form::parse(body).unwrap().iter());
    let genuine = text(GOOD.as_bytes());
    let mut held = 0;
    for at in 0..GOOD.len() {
        for bit in 0..8 {
            let mut body = GOOD.as_bytes().to_vec();
            body[at] ^= 1 << bit;
            match verify(&body) {
                // The case of an escape's digits: the same message, written in another way.
                Ok(_) => {
                    assert_eq!(text(&body), genuine);
                    held += 1;
                }
                Err(error) => assert!(!error.is_signed(), "{at} {bit} {error:?}"),
            }
        }
    }
    // `%3A`, twice.
    assert_eq!(held, 2);
}

#[test]
fn rsa2_notification_with_any_one_byte_changed_rejected() {
    let vectors = gateway().vectors;
    let vector = vectors.iter().find(|vector| vector.id == "edge-rsa2-base");
    let genuine = vector.unwrap().raw_body.clone().unwrap().into_bytes();
    let key = VerifyingKey::rsa2(public_key("wannan-test-rsa-2048")).unwrap();
    let verifier = Verifier::new(key, partner());
    let text = |body: &[u8]| {
        let form = Form::parse(body).unwrap();
        (
            canonicalize(form.iter()),
            form.get("sign").map(<[u8]>::to_vec),
        )
    };
    for at in 0..genuine.len() {
        let mut body = genuine.clone();
        body[at] ^= 1;
        match ready(verifier.verify(&RustCrypto, &body)) {
            Ok(_) => assert_eq!(text(&body), text(&genuine), "{at}"),
            Err(error) => assert!(!error.is_signed(), "{at} {error:?}"),
        }
    }
}

/// Every text over an alphabet, of 1 to `longest` characters.
fn texts(alphabet: &[u8], longest: usize) -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = Vec::new();
    let mut last: Vec<Vec<u8>> = vec![Vec::new()];
    for _ in 0..longest {
        last = last
            .iter()
            .flat_map(|text| alphabet.iter().map(|c| [text.as_slice(), &[*c]].concat()))
            .collect();
        all.extend(last.clone());
    }
    all
}

#[test]
fn no_two_accepted_messages_have_one_text() {
    // All messages of one or two fields over an alphabet in which texts that read in two ways are
    // common; accepted is one in which no value holds a field of its own.
    let values = texts(b"ab&=", 4);
    let accepted: Vec<&Vec<u8>> = values.iter().filter(|value| !resplit(value)).collect();
    assert!(accepted.len() < values.len());
    let mut messages: Vec<Vec<(&str, &[u8])>> = Vec::new();
    for name in ["a", "b"] {
        messages.extend(accepted.iter().map(|value| vec![(name, value.as_slice())]));
    }
    for first in &accepted {
        let seconds = accepted.iter().filter(|value| value.len() < 4);
        messages.extend(seconds.map(|second| vec![("a", first.as_slice()), ("b", second)]));
    }
    let mut seen: BTreeMap<Vec<u8>, Vec<(&str, &[u8])>> = BTreeMap::new();
    for fields in messages {
        let known = seen.insert(canonicalize(fields.clone()), fields.clone());
        assert_eq!(known, None, "{fields:?}");
    }
    assert!(seen.len() > 10_000, "{}", seen.len());
}

#[test]
fn amounts_are_whole_numbers_of_minor_units_and_nothing_is_lost() {
    for minor in (0..200_000_u64).chain(Amount::MAX_MINOR - 200..=Amount::MAX_MINOR) {
        let usd = Amount::from_minor(minor, Currency::Usd).unwrap();
        // Written here by whole-number arithmetic of its own.
        let text = format!("{}.{:02}", minor / 100, minor % 100);
        assert_eq!(usd.to_decimal(), text);
        assert_eq!(Amount::parse(&text, Currency::Usd), Ok(usd));
        let jpy = Amount::from_minor(minor, Currency::Jpy).unwrap();
        assert_eq!(jpy.to_decimal(), minor.to_string());
        assert_eq!(Amount::parse(&minor.to_string(), Currency::Jpy), Ok(jpy));
        assert_ne!(usd, jpy);
    }
    let beyond = Amount::from_minor(Amount::MAX_MINOR + 1, Currency::Usd);
    assert_eq!(beyond, Err(AmountError::TooLarge));
}

proptest! {
    #[test]
    fn doctor_never_panics_and_calls_no_bytes_valid(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        key in "\\PC{0,40}",
    ) {
        let text = String::from_utf8_lossy(&bytes);
        for sign_type in [SignType::Md5, SignType::Rsa2] {
            let configuration = Configuration::new(&key, sign_type).with_other_key(&text);
            let capture = diagnose(&configuration, &Captured::parse(&bytes));
            prop_assert_ne!(capture.outcome(), Outcome::Valid);
            let headers = [("client-id", &*text), ("signature", &*text), ("request-time", &*key)];
            let antom = Captured::new(&key, &text, &headers, &bytes);
            prop_assert_ne!(diagnose(&configuration, &antom).outcome(), Outcome::Valid);
        }
    }

    #[test]
    fn md5_notification_under_another_key_rejected(key in "[!-~]{1,64}") {
        prop_assume!(key != MD5_TEST_KEY);
        let verifier = Verifier::new(VerifyingKey::md5(Md5Key::parse(&key).unwrap()), partner());
        prop_assert_eq!(
            ready(verifier.verify(&NoRsa, GOOD.as_bytes())),
            Err(VerifyError::BadSignature)
        );
    }
}
