#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| alipay_protocol_fuzz::file(bytes));
