//! What holds for every input.

use std::collections::BTreeMap;

use alipay_protocol::backend::{NoRsa, RustCrypto, ready};
use alipay_protocol::canonical::{canonicalize, resplit};
use alipay_protocol::form::{Form, encode};
use alipay_protocol::gateway_time::GatewayTime;
use alipay_protocol::key::{Md5Key, PrivateKey, PublicKey};
use alipay_protocol::money::{Amount, Currency};
use alipay_protocol::notification::{Verifier, VerifyError};
use alipay_protocol::query::TradeQuery;
use alipay_protocol::sign::VerifyingKey;
use alipay_protocol::trade::OutTradeNo;
use proptest::prelude::*;
use proptest::sample::select;

use crate::common::{GOOD, MD5_TEST_KEY, gateway, md5_verifier, partner, public_key, verify};

/// Names and values over an alphabet in which texts that read in two ways are common.
fn ambiguous() -> impl Strategy<Value = BTreeMap<String, String>> {
    proptest::collection::btree_map("[ab]{1,2}", "[ab&=]{1,6}", 1..5)
}

fn text(fields: &BTreeMap<String, String>) -> Vec<u8> {
    canonicalize(
        fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes())),
    )
}

/// The body of the vector `edge-rsa2-base`, signed with RSA2.
fn rsa2_body() -> String {
    let vectors = gateway().vectors;
    let vector = vectors
        .iter()
        .find(|vector| vector.id == "edge-rsa2-base")
        .unwrap();
    vector.raw_body.clone().unwrap()
}

proptest! {
    #[test]
    fn encoded_fields_are_decoded_as_they_were(
        fields in proptest::collection::btree_map("[A-Za-z0-9_]{1,8}", "[^\u{0}]{0,40}", 0..20),
    ) {
        let fields: Vec<(String, String)> = fields.into_iter().collect();
        let body = encode(fields.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let form = Form::parse(body.as_bytes()).unwrap();
        let decoded: Vec<(String, String)> = form
            .iter()
            .map(|(name, value)| (name.to_owned(), String::from_utf8(value.to_vec()).unwrap()))
            .collect();
        prop_assert_eq!(decoded, fields);
    }

    #[test]
    fn order_of_fields_never_changes_the_signed_text(
        fields in proptest::collection::btree_map("[A-Za-z0-9_]{1,4}", ".{0,10}", 0..20),
        seed in any::<u64>(),
    ) {
        let sorted = text(&fields);
        let mut pairs: Vec<(&String, &String)> = fields.iter().collect();
        pairs.sort_by_key(|(name, _)| {
            // Any order will do, as long as it is another one for another seed.
            name.bytes().fold(seed, |hash, byte| hash.wrapping_mul(31).wrapping_add(u64::from(byte)))
        });
        let shuffled = canonicalize(pairs.into_iter().map(|(name, value)| (name.as_str(), value.as_bytes())));
        prop_assert_eq!(shuffled, sorted);
    }

    #[test]
    fn of_two_readings_of_one_text_at_least_one_shows(
        fields in ambiguous(),
        joins in proptest::collection::vec(any::<bool>(), 32),
    ) {
        // Split the signed text at some of its `&`, and see what another reader would.
        let signed = String::from_utf8(text(&fields)).unwrap();
        let mut pieces: Vec<String> = Vec::new();
        for (piece, join) in signed.split('&').zip(joins) {
            match pieces.last_mut() {
                Some(last) if join => { last.push('&'); last.push_str(piece); }
                _ => pieces.push(piece.to_owned()),
            }
        }
        let other: BTreeMap<String, String> = pieces
            .iter()
            .filter_map(|piece| piece.split_once('='))
            .filter(|(name, _)| !name.is_empty() && !name.contains('&'))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        if text(&other) == signed.as_bytes() && other != fields {
            let shows = |fields: &BTreeMap<String, String>| {
                fields.values().any(|value| resplit(value.as_bytes()))
            };
            prop_assert!(shows(&fields) || shows(&other), "{fields:?} {other:?}");
        }
    }

    #[test]
    fn notification_with_one_byte_changed_is_never_another_message(
        at in 0..GOOD.len(),
        byte in any::<u8>(),
    ) {
        let mut body = GOOD.as_bytes().to_vec();
        body[at] = byte;
        match verify(&body) {
            Ok(_) => {
                // Another way to write the same: `%3a` for `%3A`.
                let (one, other) = (Form::parse(&body).unwrap(), Form::parse(GOOD.as_bytes()).unwrap());
                prop_assert_eq!(text_of(&one), text_of(&other));
            }
            Err(error) => prop_assert!(!error.is_signed(), "{error:?}"),
        }
    }

    #[test]
    fn notification_with_one_digit_of_its_signature_changed_rejected(
        at in 0..32_usize,
        digit in select(b"0123456789abcdef".to_vec()),
    ) {
        let start = GOOD.len() - 32;
        let mut body = GOOD.as_bytes().to_vec();
        prop_assume!(body[start + at] != digit);
        body[start + at] = digit;
        prop_assert_eq!(verify(&body), Err(VerifyError::BadSignature));
    }

    #[test]
    fn notification_under_a_key_with_one_character_changed_rejected(
        at in 0..MD5_TEST_KEY.len(),
        character in "[!-~]",
    ) {
        let mut key = MD5_TEST_KEY.to_owned();
        key.replace_range(at..=at, &character);
        prop_assume!(key != MD5_TEST_KEY);
        let verifier = Verifier::new(VerifyingKey::md5(Md5Key::parse(&key).unwrap()), partner());
        prop_assert_eq!(
            ready(verifier.verify(&NoRsa, GOOD.as_bytes())),
            Err(VerifyError::BadSignature)
        );
    }

    #[test]
    fn amounts_survive_being_written_and_read(
        minor in 0..=Amount::MAX_MINOR,
        currency in select(Currency::ALL.to_vec()),
    ) {
        let amount = Amount::from_minor(minor, currency).unwrap();
        prop_assert_eq!(Amount::parse(&amount.to_decimal(), currency), Ok(amount));
    }

    #[test]
    fn text_that_is_an_amount_is_written_back_as_one_of_its_forms(text in "[0-9.]{1,12}") {
        if let Ok(amount) = Amount::parse(&text, Currency::Usd) {
            let decimal = amount.to_decimal();
            // 10.00 may be written 10.0 and 10 as well; 19.90 may be 19.9; 19.99 has one form.
            let forms = [Some(decimal.as_str()), decimal.strip_suffix('0'), decimal.strip_suffix(".00")];
            prop_assert!(forms.contains(&Some(text.as_str())), "{text} {decimal}");
        }
    }

    #[test]
    fn times_survive_being_written_and_read(unix_s in -28_800..=253_402_271_999_i64) {
        let time = GatewayTime::from_unix_s(unix_s).unwrap();
        prop_assert_eq!(GatewayTime::parse(&time.to_string()), Ok(time));
    }

    #[test]
    fn no_bytes_make_anything_panic_or_verify(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let verifier = md5_verifier();
        let text = String::from_utf8_lossy(&bytes);
        prop_assert!(ready(verifier.verify(&NoRsa, &bytes)).is_err_and(|error| !error.is_signed()));
        prop_assert!(ready(verifier.verify_return(&NoRsa, &bytes)).is_err_and(|error| !error.is_signed()));
        let asked = TradeQuery::by_out_trade_no(&partner(), &OutTradeNo::parse("A1").unwrap());
        prop_assert_eq!(ready(verifier.verify_answer(&NoRsa, &asked, &bytes)).ok(), None);
        prop_assert_eq!(PublicKey::parse(&text).ok(), None);
        prop_assert!(PrivateKey::parse(&text).is_err_and(|error| !error.to_string().is_empty()));
        let _ = GatewayTime::parse(&text);
    }
}

proptest! {
    // RSA in a debug build costs about a millisecond.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rsa2_notification_with_one_byte_of_its_signature_changed_rejected(
        at in 0..256_usize,
        bit in 0..8_u32,
    ) {
        use base64ct::{Base64, Encoding};

        let body = rsa2_body();
        let form = Form::parse(body.as_bytes()).unwrap();
        let sign = std::str::from_utf8(form.get("sign").unwrap()).unwrap();
        let mut signature = Base64::decode_vec(sign).unwrap();
        signature[at] ^= 1 << bit;
        let altered = Base64::encode_string(&signature);
        let fields: Vec<(&str, &str)> = form
            .iter()
            .map(|(name, value)| (name, std::str::from_utf8(value).unwrap()))
            .map(|(name, value)| (name, if name == "sign" { altered.as_str() } else { value }))
            .collect();
        let key = VerifyingKey::rsa2(public_key("wannan-test-rsa-2048")).unwrap();
        let verifier = Verifier::new(key, partner());
        prop_assert_eq!(
            ready(verifier.verify(&RustCrypto, encode(fields).as_bytes())),
            Err(VerifyError::BadSignature)
        );
    }
}

fn text_of(form: &Form<'_>) -> Vec<u8> {
    canonicalize(form.iter())
}
