//! What people paste as keys.

use alipay_protocol::key::{KeyError, Md5Key, PrivateKey, PublicKey};
use alipay_protocol::sign::{SigningKey, VerifyingKey};
use base64ct::{Base64, Encoding};

use crate::common::{gateway, private_key, public_key};

/// The PKCS#1 form inside a test key's SPKI, and the one inside its PKCS#8: the last element of
/// both, found by its length.
fn inner(der: &[u8], header: usize) -> &[u8] {
    &der[header..]
}

fn pem(label: &str, der: &[u8]) -> String {
    let base64 = Base64::encode_string(der);
    let lines: Vec<&str> = base64
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
}

#[test]
fn every_form_of_a_public_key_is_the_same_key() {
    let key = public_key("kaligo-test-rsa-2048");
    let spki = key.spki_der().to_vec();
    // SPKI of 2048 bits: 24 bytes of headers, then PKCS#1.
    let pkcs1 = inner(&spki, 24);
    let bare = Base64::encode_string(&spki);
    let forms = [
        bare.clone(),
        format!("  \r\n{}\t{}\n", bare.split_at(100).0, bare.split_at(100).1),
        pem("PUBLIC KEY", &spki),
        pem("PUBLIC KEY", &spki).replace('\n', "\r\n"),
        pem("RSA PUBLIC KEY", pkcs1),
        // Under the wrong label, as some tools write it.
        pem("PUBLIC KEY", pkcs1),
        Base64::encode_string(pkcs1),
    ];
    for form in forms {
        let parsed = PublicKey::parse(&form).unwrap();
        assert_eq!(
            (parsed.spki_der(), parsed.bits()),
            (spki.as_slice(), 2048),
            "{form:.40}"
        );
    }
}

#[test]
fn every_form_of_a_private_key_is_the_same_key() {
    let pkcs8 = private_key("kaligo-test-rsa-2048-priv")
        .pkcs8_der()
        .to_vec();
    // PKCS#8 of 2048 bits: 26 bytes of headers, then PKCS#1.
    let pkcs1 = inner(&pkcs8, 26);
    for form in [
        Base64::encode_string(&pkcs8),
        pem("PRIVATE KEY", &pkcs8),
        pem("RSA PRIVATE KEY", pkcs1),
        Base64::encode_string(pkcs1),
    ] {
        let parsed = PrivateKey::parse(&form).unwrap();
        assert_eq!(
            (parsed.pkcs8_der(), parsed.bits()),
            (pkcs8.as_slice(), 2048)
        );
    }
}

#[test]
fn every_key_of_the_vectors_is_read_with_its_size() {
    for (id, bits) in [
        ("alipay-mapi-rsa-1024", 1024),
        ("chloerei-test-rsa-1024", 1024),
        ("kaligo-test-rsa-2048", 2048),
        ("omnipay-common-test-rsa", 1024),
        ("wannan-test-rsa-2048", 2048),
    ] {
        assert_eq!(public_key(id).bits(), bits, "{id}");
    }
}

#[test]
fn key_of_the_other_half_rejected() {
    let (public, private) = (
        public_key("kaligo-test-rsa-2048"),
        private_key("kaligo-test-rsa-2048-priv"),
    );
    let (spki, pkcs8) = (public.spki_der(), private.pkcs8_der());
    for der in [spki, inner(spki, 24)] {
        for text in [Base64::encode_string(der), pem("PRIVATE KEY", der)] {
            assert_eq!(
                PrivateKey::parse(&text).map(|_| ()),
                Err(KeyError::PublicKeyOffered)
            );
        }
    }
    for der in [pkcs8, inner(pkcs8, 26)] {
        for text in [Base64::encode_string(der), pem("PUBLIC KEY", der)] {
            assert_eq!(PublicKey::parse(&text), Err(KeyError::PrivateKeyOffered));
        }
    }
}

#[test]
fn text_that_is_no_key_rejected() {
    let spki = public_key("kaligo-test-rsa-2048").spki_der().to_vec();
    let good = pem("PUBLIC KEY", &spki);
    let bare = Base64::encode_string(&spki);
    // Ed25519, from RFC 8410 section 10.1.
    let ed25519 = "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";
    let mut longer = spki.clone();
    longer.push(0);
    let cases = [
        (String::new(), KeyError::Empty),
        (" \n".to_owned(), KeyError::Empty),
        (
            "x".repeat(16 * 1024 + 1),
            KeyError::TooLong { limit: 16 * 1024 },
        ),
        (good.replace("-----END", "----END"), KeyError::NotPem),
        (good.replacen("PUBLIC", "PUBLIK", 1), KeyError::NotPem),
        (good.replace("PUBLIC KEY", "CERTIFICATE"), KeyError::NotPem),
        (format!("{good}{good}"), KeyError::NotBase64),
        (bare.replace('M', "-"), KeyError::NotBase64),
        (
            bare.trim_end_matches('=').to_owned() + "A",
            KeyError::NotBase64,
        ),
        (ed25519.to_owned(), KeyError::NotRsa),
        (Base64::encode_string(&longer), KeyError::NotAKey),
        (
            Base64::encode_string(&spki[..spki.len() - 1]),
            KeyError::NotAKey,
        ),
        ("AAAA".to_owned(), KeyError::NotAKey),
    ];
    for (text, error) in cases {
        assert_eq!(PublicKey::parse(&text), Err(error), "{text:.60}");
    }
}

#[test]
fn short_keys_are_bound_to_nothing_but_the_historic_algorithm() {
    let few = KeyError::TooFewBits {
        bits: 1024,
        limit: 2048,
    };
    let public = || public_key("alipay-mapi-rsa-1024");
    let private = || private_key("chloerei-test-rsa-1024-priv");
    assert_eq!(VerifyingKey::rsa2(public()).map(|_| ()), Err(few));
    assert_eq!(SigningKey::rsa2(private()).map(|_| ()), Err(few));
    assert_eq!(
        VerifyingKey::rsa(public()).map(|key| key.sign_type().as_str()),
        Ok("RSA")
    );
    assert_eq!(
        SigningKey::rsa(private()).map(|key| key.sign_type().as_str()),
        Ok("RSA")
    );
}

#[test]
fn md5_key_that_was_copied_with_its_surroundings_rejected() {
    for (text, error) in [
        ("", KeyError::Empty),
        (" ", KeyError::NotAnMd5Key),
        ("key\n", KeyError::NotAnMd5Key),
        ("a key", KeyError::NotAnMd5Key),
        ("schlüssel", KeyError::NotAnMd5Key),
    ] {
        assert_eq!(Md5Key::parse(text).map(|_| ()), Err(error), "{text:?}");
    }
}

#[test]
fn debug_of_every_key_is_elided() {
    let private = private_key("kaligo-test-rsa-2048-priv");
    assert_eq!(format!("{private:?}"), "PrivateKey([elided])");
    assert_eq!(
        format!("{:?}", Md5Key::parse("secret-test-key").unwrap()),
        "Md5Key([elided])"
    );
    assert_eq!(
        format!("{:?}", SigningKey::rsa2(private).unwrap()),
        "SigningKey(Rsa(Sha256, PrivateKey([elided])))"
    );
    let public = gateway().keys["alipay-mapi-rsa-1024"]
        .spki_b64
        .clone()
        .unwrap();
    let public = PublicKey::parse(&public).unwrap();
    assert_eq!(format!("{public:?}"), "PublicKey { bits: 1024, .. }");
}
