//! Small texts: keys, money, times, numbers.

use alipay_protocol::antom::money as antom_money;
use alipay_protocol::antom::names::{ClientId, PaymentRequestId};
use alipay_protocol::antom::time::AntomTime;
use alipay_protocol::charset::Charset;
use alipay_protocol::gateway_time::GatewayTime;
use alipay_protocol::key::{Md5Key, PrivateKey, PublicKey};
use alipay_protocol::money::{Amount, Currency};
use alipay_protocol::trade::{NotifyId, OutTradeNo, Partner, TradeNo, TradeStatus};

/// No text makes reading a key panic, and a key that is read can be read again.
pub fn key(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let _ = (PrivateKey::parse(text), Md5Key::parse(text));
    if let Ok(key) = PublicKey::parse(text) {
        assert!(key.spki_der().len() > 8);
        assert!(key.bits() > 0);
    }
}

/// Every amount, time and number that is read is written back as it was, or as one of its forms.
pub fn text(bytes: &[u8]) {
    for charset in [Charset::Utf8, Charset::Gbk, Charset::Gb18030] {
        if let Some(text) = charset.decode(bytes) {
            assert!(charset == Charset::Gbk || charset.encode(&text).is_some());
        }
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    for currency in Currency::ALL {
        if let Ok(amount) = Amount::parse(text, currency) {
            assert!(amount.minor() <= Amount::MAX_MINOR);
            assert_eq!(Amount::parse(&amount.to_decimal(), currency), Ok(amount));
            assert!(amount.to_decimal().starts_with(text.trim_end_matches('.')));
        }
    }
    for currency in antom_money::Currency::ALL {
        if let Ok(amount) = antom_money::Amount::parse(text, currency) {
            assert_eq!(amount.minor().to_string(), text);
        }
    }
    if let Ok(time) = GatewayTime::parse(text) {
        assert_eq!(time.to_string(), text);
        assert_eq!(GatewayTime::from_unix_s(time.unix_s()), Ok(time));
    }
    if let Ok(time) = AntomTime::parse(text) {
        assert_eq!(time.as_str(), text);
        let _ = (time.unix_ms(), time.age_ms(i64::MIN), time.age_ms(i64::MAX));
    }
    let _ = (Currency::parse(text), antom_money::Currency::parse(text));
    let _ = (TradeStatus::parse(text), Charset::parse(text));
    for read in [
        OutTradeNo::parse(text)
            .map(|number| number.to_string())
            .ok(),
        TradeNo::parse(text).map(|number| number.to_string()).ok(),
        NotifyId::parse(text).map(|number| number.to_string()).ok(),
        Partner::parse(text).map(|number| number.to_string()).ok(),
        ClientId::parse(text).map(|number| number.to_string()).ok(),
        PaymentRequestId::parse(text)
            .map(|number| number.to_string())
            .ok(),
    ] {
        assert!(read.is_none_or(|read| read == text));
    }
}
