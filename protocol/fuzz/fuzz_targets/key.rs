//! No text makes reading a key panic, and a key that is read can be read again.
#![no_main]

use alipay_protocol::key::{Md5Key, PrivateKey, PublicKey};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let _ = (PrivateKey::parse(text), Md5Key::parse(text));
    if let Ok(key) = PublicKey::parse(text) {
        assert!(key.spki_der().len() > 8);
    }
});
