use std::collections::BTreeMap;

use serde::Deserialize;

use super::{BadSignature, Fields, KeyError, Keys, SignType, canonical_text};

#[derive(Deserialize)]
struct File {
    keys: BTreeMap<String, KeyPair>,
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct KeyPair {
    md5: Option<String>,
    public_pem: Option<String>,
    private_pem: Option<String>,
}

#[derive(Deserialize)]
struct Vector {
    id: String,
    sign_type: String,
    key: String,
    fields: Fields,
    text: String,
    valid: bool,
}

fn file() -> File {
    serde_json::from_str(include_str!("../tests/vectors/signatures.json")).unwrap()
}

/// Keys of which both halves are public test keys; verifying needs only one of them.
fn keys(file: &File, sign_type: &str, name: &str) -> Keys {
    let pair = &file.keys[name];
    if let Some(key) = &pair.md5 {
        return Keys::md5(key).unwrap();
    }
    let any_private = file.keys["wannan-test-rsa-2048"]
        .private_pem
        .as_ref()
        .unwrap();
    let public = pair.public_pem.as_ref().unwrap();
    let private = pair.private_pem.as_ref().unwrap_or(any_private);
    match SignType::parse(sign_type).unwrap() {
        SignType::Rsa => Keys::rsa(public, private).unwrap(),
        SignType::Rsa2 => Keys::rsa2(public, private).unwrap(),
        SignType::Md5 => panic!("an MD5 vector with an RSA key"),
    }
}

#[test]
fn canonical_text_of_every_vector() {
    for vector in file().vectors {
        let expected = vector.text.as_str();
        assert_eq!(canonical_text(&vector.fields), expected, "{}", vector.id);
    }
}

#[test]
fn signature_of_every_vector_judged_as_its_source_says() {
    let file = file();
    for vector in &file.vectors {
        let keys = keys(&file, &vector.sign_type, &vector.key);
        let verdict = keys.verify(vector.fields.clone()).map(|_| ());
        let expected = if vector.valid {
            Ok(())
        } else {
            Err(BadSignature)
        };
        assert_eq!(verdict, expected, "{}", vector.id);
    }
}

/// MD5 and PKCS#1 v1.5 are deterministic, so we must make the very signature of the vector.
#[test]
fn signatures_made_equal_those_of_the_vectors() {
    let file = file();
    let mut made = 0;
    for vector in file.vectors.iter().filter(|vector| vector.valid) {
        let pair = &file.keys[&vector.key];
        if pair.md5.is_none() && pair.private_pem.is_none() {
            continue;
        }
        let keys = keys(&file, &vector.sign_type, &vector.key);
        let mut unsigned = vector.fields.clone();
        unsigned.remove("sign");
        unsigned.remove("sign_type");
        let signed = keys.sign(unsigned).unwrap();
        assert_eq!(signed["sign"], vector.fields["sign"], "{}", vector.id);
        assert_eq!(signed["sign_type"], vector.sign_type, "{}", vector.id);
        made += 1;
    }
    // All valid ones: ten with MD5, two with RSA, one with RSA2.
    assert_eq!(made, 13);
}

#[test]
fn text_leaves_out_sign_sign_type_and_empty_values() {
    let fields: Fields = [
        ("sign", "s"),
        ("sign_type", "RSA2"),
        ("empty", ""),
        ("b", "2 & = % +"),
        ("a_b", "1"),
        ("aB", "0"),
        ("signer", "kept"),
        ("Z", "upper case first"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    assert_eq!(
        canonical_text(&fields),
        "Z=upper case first&aB=0&a_b=1&b=2 & = % +&signer=kept"
    );
    assert_eq!(canonical_text(&Fields::new()), "");
}

#[test]
fn message_without_sign_rejected() {
    let keys = Keys::md5("test key").unwrap();
    let fields = Fields::from([("a".to_owned(), "1".to_owned())]);
    assert_eq!(keys.verify(fields).map(|_| ()), Err(BadSignature));
}

#[test]
fn unusable_keys_are_named() {
    let file = file();
    let pair = &file.keys["wannan-test-rsa-2048"];
    let (public, private) = (
        pair.public_pem.as_deref().unwrap(),
        pair.private_pem.as_deref().unwrap(),
    );
    assert_eq!(Keys::md5(" \n").map(|_| ()), Err(KeyError::EmptyMd5Key));
    assert_eq!(
        Keys::rsa2("", private).map(|_| ()),
        Err(KeyError::PublicKey)
    );
    assert_eq!(
        Keys::rsa2(private, private).map(|_| ()),
        Err(KeyError::PublicKey)
    );
    assert_eq!(
        Keys::rsa(public, public).map(|_| ()),
        Err(KeyError::PrivateKey)
    );
    assert_eq!(
        format!("{:?}", Keys::rsa2(public, private).unwrap()),
        "Keys(RSA2 [elided])"
    );
}

#[test]
fn sign_types_are_read_in_capitals_only() {
    for (text, expected) in [
        ("MD5", Some(SignType::Md5)),
        ("RSA", Some(SignType::Rsa)),
        ("RSA2", Some(SignType::Rsa2)),
        ("rsa2", None),
        ("DSA", None),
        ("", None),
    ] {
        assert_eq!(SignType::parse(text), expected, "{text}");
    }
}
