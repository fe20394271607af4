//! `text`, `key` and `antom_header` of every input: they read one short text.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    alipay_protocol_fuzz::text(bytes);
    alipay_protocol_fuzz::key(bytes);
    alipay_protocol_fuzz::antom_header(bytes);
});
