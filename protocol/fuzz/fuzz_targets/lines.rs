//! `app_result` and `file` of every input: they read the same text.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    alipay_protocol_fuzz::app_result(bytes);
    alipay_protocol_fuzz::file(bytes);
});
