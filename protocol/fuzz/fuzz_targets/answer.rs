//! Bytes of strangers are never an answer about a trade, only a refusal.
#![no_main]

use alipay_protocol::backend::{RustCrypto, ready};
use alipay_protocol::key::Md5Key;
use alipay_protocol::notification::Verifier;
use alipay_protocol::query::{Answer, TradeQuery};
use alipay_protocol::sign::VerifyingKey;
use alipay_protocol::trade::{OutTradeNo, Partner};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let partner = Partner::parse("2088101122136241").unwrap();
    let query = TradeQuery::by_out_trade_no(&partner, &OutTradeNo::parse("A1").unwrap());
    let key = VerifyingKey::md5(Md5Key::parse("fuzz-test-key").unwrap());
    let answer = ready(Verifier::new(key, partner).verify_answer(&RustCrypto, &query, bytes));
    assert!(!matches!(answer, Ok(Answer::Trade(_))));
});
