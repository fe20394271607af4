//! `form`, `notification`, `return_query` and `openplatform` of every input: they read the same bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    alipay_protocol_fuzz::form(bytes);
    alipay_protocol_fuzz::notification(bytes);
    alipay_protocol_fuzz::return_query(bytes);
    alipay_protocol_fuzz::openplatform(bytes);
});
