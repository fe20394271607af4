//! `antom_notification` and `antom_answer` of every input: they read the same JSON.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    alipay_protocol_fuzz::antom_notification(bytes);
    alipay_protocol_fuzz::antom_answer(bytes);
});
