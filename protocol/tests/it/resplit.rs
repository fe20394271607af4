//! Signed texts split at another place (`resplit.json`; `edge-resplit-*` are in `vectors.rs`).

use std::collections::BTreeMap;

use alipay_protocol::backend::{RustCrypto, ready};
use alipay_protocol::canonical::canonicalize;
use alipay_protocol::form::encode;
use alipay_protocol::key::PublicKey;
use alipay_protocol::notification::{Verifier, VerifyError};
use alipay_protocol::sign::VerifyingKey;
use serde::Deserialize;

use crate::common::{GOOD, md5_sign, partner, read, verify};

#[derive(Deserialize)]
struct Resplit {
    r#pub: String,
    genuine: BTreeMap<String, String>,
    forged: BTreeMap<String, String>,
}

fn body(fields: &BTreeMap<String, String>) -> String {
    encode(
        fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str())),
    )
}

fn text(fields: &BTreeMap<String, String>) -> Vec<u8> {
    canonicalize(
        fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes())),
    )
}

/// What is left of the open platform's message when it claims to be a notification of ours.
fn check(fields: &BTreeMap<String, String>) -> VerifyError {
    let file: Resplit = read("resplit.json");
    let key = VerifyingKey::rsa2(PublicKey::parse(&file.r#pub).unwrap()).unwrap();
    let verifier = Verifier::new(key, partner());
    ready(verifier.verify_return(&RustCrypto, body(fields).as_bytes())).unwrap_err()
}

#[test]
fn forgery_has_the_same_text_and_signature_and_is_rejected_as_resplit() {
    let file: Resplit = read("resplit.json");
    assert_eq!(text(&file.genuine), text(&file.forged));
    assert_eq!(file.genuine["sign"], file.forged["sign"]);
    assert_eq!(check(&file.forged), VerifyError::Resplit);
    // Nobody can tell which of the two readings was meant, so the genuine one is refused alike.
    assert_eq!(check(&file.genuine), VerifyError::Resplit);
    assert!(check(&file.forged).is_signed());
    assert_eq!(check(&file.forged).code(), "resplit");
}

#[test]
fn forgery_with_another_value_is_not_even_signed() {
    let mut forged = read::<Resplit>("resplit.json").forged;
    forged.insert("total_amount".to_owned(), "1.00".to_owned());
    assert_eq!(check(&forged), VerifyError::BadSignature);
}

#[test]
fn notification_whose_subject_hides_a_field_rejected_as_resplit() {
    let sign = md5_sign(
        "currency=USD&notify_id=1&notify_time=2024-03-05 10:20:30&notify_type=trade_status_sync\
         &out_trade_no=A1&subject=s&total_fee=9.00&trade_no=2024030521001004000200000001\
         &trade_status=TRADE_FINISHED",
    );
    let body = |middle: &str| {
        format!(
            "currency=USD&notify_id=1&notify_time=2024-03-05+10:20:30&notify_type=trade_status_sync\
             &out_trade_no=A1&{middle}&trade_no=2024030521001004000200000001\
             &trade_status=TRADE_FINISHED&sign_type=MD5&sign={sign}"
        )
    };
    let hidden = body("subject=s%26total_fee%3D9.00");
    assert_eq!(verify(hidden.as_bytes()), Err(VerifyError::Resplit));
    assert_eq!(
        verify(body("subject=s&total_fee=9.00").as_bytes())
            .unwrap()
            .total()
            .minor(),
        900
    );
}

#[test]
fn shop_with_an_ampersand_in_its_name_accepted() {
    let sign = md5_sign(
        "currency=USD&notify_id=8f0e1d2c3b4a59687786950a1b2c3d4e5f&notify_time=2024-03-05 10:20:30\
         &notify_type=trade_status_sync&out_trade_no=WB-20240305-0001&subject=A&B shop\
         &total_fee=8.00&trade_no=2024030521001004000200000001&trade_status=TRADE_FINISHED",
    );
    let (fields, _) = GOOD.rsplit_once('=').unwrap();
    let body = format!("subject=A%26B+shop&{fields}={sign}");
    assert_eq!(
        verify(body.as_bytes()).unwrap().out_trade_no().as_str(),
        "WB-20240305-0001"
    );
}

#[test]
fn empty_fields_are_not_signed_and_change_nothing() {
    let body = format!("subject=&{GOOD}");
    let (with, without) = (
        verify(body.as_bytes()).unwrap(),
        verify(GOOD.as_bytes()).unwrap(),
    );
    assert_eq!(with.total(), without.total());
    // A name that is not known is refused even when it is empty.
    assert_eq!(
        verify(format!("zz=&{GOOD}").as_bytes()),
        Err(VerifyError::UnknownField)
    );
}
