//! How often the paths that strangers can make us run allocate. In a file of its own, as it counts
//! with the allocator of its whole process.

#![allow(
    clippy::unwrap_used,
    reason = "a test that panics has failed, which is all it has to do"
)]

use alipay_protocol::backend::{NoRsa, ready};
use alipay_protocol::canonical::canonicalize;
use alipay_protocol::form::Form;
use alipay_protocol::key::Md5Key;
use alipay_protocol::notification::{Notification, Verifier, VerifyError};
use alipay_protocol::sign::VerifyingKey;
use alipay_protocol::trade::Partner;

/// The body of the vector `edge-base`: ten fields.
const GOOD: &[u8] = b"currency=USD&notify_id=8f0e1d2c3b4a59687786950a1b2c3d4e5f\
    &notify_time=2024-03-05+10%3A20%3A30&notify_type=trade_status_sync\
    &out_trade_no=WB-20240305-0001&sign_type=MD5&total_fee=8.00\
    &trade_no=2024030521001004000200000001&trade_status=TRADE_FINISHED\
    &sign=568e4441bd0a7ed27a889c81c1778573";

/// How often `run` allocates.
fn allocations(run: impl FnOnce()) -> u64 {
    allocation_counter::measure(run).count_total
}

fn verify(body: &[u8]) -> Result<Notification, VerifyError> {
    let key = Md5Key::parse("10000000000000000000000000000000").unwrap();
    let partner = Partner::parse("2088101122136241").unwrap();
    ready(Verifier::new(VerifyingKey::md5(key), partner).verify(&NoRsa, body))
}

#[test]
fn form_of_ten_fields_allocates_at_most_36_times() {
    let count = allocations(|| assert_eq!(Form::parse(GOOD).unwrap().iter().count(), 10));
    assert!(count <= 36, "{count}");
}

#[test]
fn canonical_text_of_ten_fields_allocates_at_most_10_times() {
    let form = Form::parse(GOOD).unwrap();
    let count = allocations(|| assert_eq!(canonicalize(form.iter()).len(), 230));
    assert!(count <= 10, "{count}");
}

#[test]
fn md5_notification_of_ten_fields_allocates_at_most_72_times() {
    let count = allocations(|| assert_eq!(verify(GOOD).unwrap().total().minor(), 800));
    assert!(count <= 72, "{count}");
}

#[test]
fn body_that_is_too_long_allocates_nothing() {
    let key = Md5Key::parse("10000000000000000000000000000000").unwrap();
    let partner = Partner::parse("2088101122136241").unwrap();
    let verifier = Verifier::new(VerifyingKey::md5(key), partner);
    let body = [b"a=".to_vec(), vec![b'a'; 64 * 1024]].concat();
    let count = allocations(|| {
        let refused = ready(verifier.verify(&NoRsa, &body));
        assert_eq!(refused.unwrap_err().code(), "bad_form");
    });
    assert_eq!(count, 0);
}
