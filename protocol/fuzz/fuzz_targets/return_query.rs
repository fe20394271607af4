//! Bytes of strangers are never a return.
#![no_main]

use alipay_protocol::backend::{RustCrypto, ready};
use alipay_protocol::key::Md5Key;
use alipay_protocol::notification::Verifier;
use alipay_protocol::sign::VerifyingKey;
use alipay_protocol::trade::Partner;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let key = VerifyingKey::md5(Md5Key::parse("fuzz-test-key").unwrap());
    let verifier = Verifier::new(key, Partner::parse("2088101122136241").unwrap());
    let error = ready(verifier.verify_return(&RustCrypto, bytes)).unwrap_err();
    assert!(!error.is_signed());
});
