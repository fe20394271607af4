//! What was configured: keys, algorithms, rules, charsets, accounts.

use alipay_protocol::charset::Charset;
use alipay_protocol::doctor::Configuration;
use alipay_protocol::openplatform::Rule;
use alipay_protocol::sign::SignType;
use alipay_protocol::trade::Partner;
use base64ct::{Base64, Encoding};

use super::{examine, explained, genuine, joined, signed, unexplained, valid};
use crate::common::{MD5_TEST_KEY, gateway, md5_sign};

#[track_caller]
fn pem(id: &str) -> String {
    gateway().keys[id].pem.clone().unwrap()
}

#[track_caller]
fn spki(id: &str) -> String {
    gateway().keys[id].spki_b64.clone().unwrap()
}

#[test]
fn own_public_key_in_the_place_of_alipays() {
    let real = genuine("edge-rsa2-base");
    let (own, private) = (
        spki("kaligo-test-rsa-2048"),
        pem("kaligo-test-rsa-2048-priv"),
    );
    let wrong = Configuration::new(&own, SignType::Rsa2);
    unexplained(&wrong, &real.body);
    for own_key in [&own, &private] {
        let configuration = wrong.clone().with_own_key(own_key);
        explained(&configuration, &real.body, &["key_is_own_public_key?"]);
        let configuration = configuration.with_other_key(&real.key);
        explained(
            &configuration,
            &real.body,
            &["key_is_another_one", "key_is_own_public_key?"],
        );
    }
}

#[test]
fn message_signed_with_the_own_key() {
    let real = genuine("edge-rsa2-base");
    let alipays = spki("kaligo-test-rsa-2048");
    let private = pem("wannan-test-rsa-2048-priv");
    let configuration = Configuration::new(&alipays, SignType::Rsa2).with_own_key(&private);
    explained(&configuration, &real.body, &["signed_by_own_key"]);
}

#[test]
fn private_key_in_the_place_of_the_public_one() {
    let real = genuine("edge-rsa2-base");
    let stranger = pem("kaligo-test-rsa-2048-priv");
    let configuration = Configuration::new(&stranger, SignType::Rsa2);
    explained(&configuration, &real.body, &["key_is_private?"]);
    let half = pem("wannan-test-rsa-2048-priv");
    let configuration = Configuration::new(&half, SignType::Rsa2);
    explained(&configuration, &real.body, &["key_is_private"]);
}

#[test]
fn key_with_strange_characters() {
    let real = genuine("edge-rsa2-base");
    let key = &real.key;
    let escaped = format!("-----BEGIN PUBLIC KEY-----\\n{key}\\n-----END PUBLIC KEY-----\\n");
    for text in [
        format!("\"{key}\""),
        key.replacen("AQ8A", "AQ\u{3000}8A", 1),
        key.replacen("AQ8A", "AQ\u{200b}8A", 1),
        key.trim_end_matches('=').to_owned() + ";",
        escaped,
    ] {
        assert_ne!(&text, key);
        let configuration = Configuration::new(&text, SignType::Rsa2);
        explained(&configuration, &real.body, &["key_has_stray_characters"]);
    }
    let configuration = Configuration::new("not a key", SignType::Rsa2);
    explained(&configuration, &real.body, &["key_broken?"]);
    let certificate = format!("-----BEGIN CERTIFICATE-----\n{key}\n-----END CERTIFICATE-----");
    let configuration = Configuration::new(&certificate, SignType::Rsa2);
    explained(&configuration, &real.body, &["key_is_certificate?"]);
}

#[test]
fn right_key_that_other_code_stumbles_over() {
    let real = genuine("edge-rsa2-base");
    // SPKI is PKCS#1 behind 24 bytes of algorithm.
    let der = Base64::decode_vec(&real.key).unwrap();
    let pkcs1 = Base64::encode_string(&der[24..]);
    let pkcs1 = format!("-----BEGIN RSA PUBLIC KEY-----\n{pkcs1}\n-----END RSA PUBLIC KEY-----\n");
    let configuration = Configuration::new(&pkcs1, SignType::Rsa2);
    valid(&configuration, &real.body, &["key_is_pkcs1?"]);
    let spaced = real.key.replacen("AQ8A", "AQ 8A", 1);
    let configuration = Configuration::new(&spaced, SignType::Rsa2);
    valid(&configuration, &real.body, &["key_has_stray_characters?"]);
}

#[test]
fn md5_key_copied_badly_or_put_elsewhere() {
    let real = genuine("kaligo-forex-notify");
    for text in [
        format!("{}\n", real.key),
        format!(" {} ", real.key),
        format!("'{}'", real.key),
    ] {
        let configuration = Configuration::new(&text, SignType::Md5);
        explained(&configuration, &real.body, &["md5_key_has_white_space"]);
    }
    let real = genuine("edge-key-prepended");
    explained(&real.configuration(), &real.body, &["md5_key_prepended"]);
    let joint = signed(&[], |pairs| format!("{}&key={MD5_TEST_KEY}", joined(pairs)));
    // That text is signed with the key behind it once more, so it takes one off to be this mistake.
    unexplained(&joint.configuration(), &joint.body);
}

#[test]
fn key_of_another_account_or_size() {
    let real = genuine("kaligo-forex-notify");
    let wrong = Configuration::new(MD5_TEST_KEY, SignType::Md5);
    unexplained(&wrong, &real.body);
    explained(
        &wrong.with_other_key(&real.key),
        &real.body,
        &["key_is_another_one"],
    );
    let real = genuine("edge-rsa-1024-base");
    let large = spki("wannan-test-rsa-2048");
    let configuration = Configuration::new(&large, SignType::Rsa);
    explained(&configuration, &real.body, &["key_of_another_size?"]);
}

#[test]
fn alipays_shared_key_is_known() {
    let real = genuine("omnipay-f2f-notify-real-gbk");
    let wrong = spki("wannan-test-rsa-2048");
    let subject = "FACE_TO_FACE_PAYMENT_PRECREATE中文";
    let body = real.with("subject", &Charset::Gbk.encode(subject).unwrap());
    for sign_type in [SignType::Rsa, SignType::Rsa2] {
        let configuration = Configuration::new(&wrong, sign_type).with_charset(Charset::Gbk);
        explained(&configuration, &body, &["key_is_not_alipays_shared_key"]);
    }
}

#[test]
fn another_algorithm() {
    let real = genuine("edge-rsa2-base");
    let configuration = Configuration::new(&real.key, SignType::Rsa);
    explained(&configuration, &real.body, &["sign_type_is_other"]);
    let configuration = Configuration::new(&real.key, SignType::Md5);
    explained(&configuration, &real.body, &["sign_type_is_other"]);
    let real = genuine("edge-rsa-1024-base");
    let configuration = Configuration::new(&real.key, SignType::Rsa2);
    explained(&configuration, &real.body, &["sign_type_is_other"]);
    let real = genuine("kaligo-forex-notify");
    let configuration = Configuration::new(&real.key, SignType::Rsa2);
    explained(
        &configuration,
        &real.body,
        &["sign_type_is_other", "key_broken?"],
    );
    let real = genuine("edge-sign-type-lower-case");
    explained(
        &real.configuration(),
        &real.body,
        &["sign_type_word_differs"],
    );
}

#[test]
fn another_rule() {
    let real = genuine("edge-v2-rule");
    explained(&real.configuration(), &real.body, &["sign_type_dropped"]);
    valid(&real.configuration().with_rule(Rule::V2), &real.body, &[]);
    let real = genuine("edge-rsa2-base");
    let configuration = real.configuration().with_rule(Rule::V2);
    explained(&configuration, &real.body, &["sign_type_left_in"]);
}

#[test]
fn signer_with_another_text() {
    let empty = signed(&[("body", "")], |pairs| {
        let pairs: Vec<String> = pairs
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("&")
    });
    explained(
        &empty.configuration(),
        &empty.body,
        &["empty_values_signed"],
    );
    let unsorted = signed(&[], |mut pairs| {
        pairs.reverse();
        joined(pairs)
    });
    explained(&unsorted.configuration(), &unsorted.body, &["not_sorted"]);
    let quoted = signed(&[], |pairs| {
        let pairs = pairs
            .into_iter()
            .map(|(name, value)| (name, format!("\"{value}\"")));
        joined(pairs.collect())
    });
    explained(&quoted.configuration(), &quoted.body, &["values_quoted"]);
    for space in ["+", "%20"] {
        let encoded = signed(&[("subject", "a b")], |pairs| {
            let encode = |value: String| value.replace(':', "%3A").replace(' ', space);
            joined(
                pairs
                    .into_iter()
                    .map(|(name, value)| (name, encode(value)))
                    .collect(),
            )
        });
        explained(
            &encoded.configuration(),
            &encoded.body,
            &["values_left_encoded"],
        );
    }
}

#[test]
fn request_signed_over_encoded_values() {
    let fields =
        "out_trade_no=A 1&partner=2088101122136241&service=create_forex_trade&subject=a:b c";
    let sign = md5_sign(&fields.replace(' ', "+").replace(':', "%3A"));
    let body = fields.replace(' ', "+").replace(':', "%3A");
    let configuration = Configuration::new(MD5_TEST_KEY, SignType::Md5);
    let address =
        format!("https://intlmapi.alipay.com/gateway.do?{body}&sign_type=MD5&sign={sign}");
    explained(&configuration, address, &["values_left_encoded"]);
}

#[test]
fn another_charset_or_account_than_configured() {
    let real = genuine("edge-gbk");
    explained(&real.configuration(), &real.body, &["charset_is_other"]);
    let configuration = real.configuration().with_charset(Charset::Gbk);
    valid(&configuration, &real.body, &[]);
    let real = genuine("omnipay-aop-notify");
    let other = Partner::parse("2088101122136241").unwrap();
    let configuration = real.configuration().with_partner(&other);
    explained(&configuration, &real.body, &["wrong_partner"]);
}

#[test]
fn refusal_is_said_and_neither_keys_nor_values_are() {
    let real = genuine("edge-resplit-forged-notification");
    let diagnosis = examine(&real.configuration(), &real.body);
    assert_eq!(
        diagnosis.refusal(),
        Some("a value holds a field of its own")
    );
    let shown = format!("{:?} {diagnosis:?}", real.configuration());
    for hidden in [MD5_TEST_KEY, "WB-VICTIM", "800.00"] {
        assert!(!shown.contains(hidden), "{hidden}");
    }
}
