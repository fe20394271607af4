//! A good configuration, and one wrong setting at a time.

use super::*;
use std::collections::BTreeMap;

fn good() -> BTreeMap<&'static str, String> {
    [
        ("EDGE_ORIGIN", "https://pay.example.com"),
        ("GATEWAY_URL", "https://intlmapi.alipay.com/gateway.do"),
        ("PARTNER", "2088101122136241"),
        ("SIGN_TYPE", "MD5"),
        ("MD5_KEY", "10000000000000000000000000000000"),
        ("ORDER_SECRET", "test key: order, thirty-two bytes"),
        ("STATUS_SECRET", "test key: status, thirty-two bytes"),
        (
            "ALLOWED_ORIGINS",
            "https://shop.example.com, https://www.example.com",
        ),
        ("FORWARD_URL", "https://shop.example.com/alipay/events"),
        ("FORWARD_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .into()
}

fn read(vars: &BTreeMap<&'static str, String>) -> Result<Config, Failure> {
    Config::read(&|name| vars.get(name).cloned())
}

#[test]
fn good_configuration_accepted() {
    let config = read(&good()).unwrap();
    assert_eq!(config.edge_origin, "https://pay.example.com");
    assert_eq!(
        config.allowed_origins,
        ["https://shop.example.com", "https://www.example.com"]
    );
    assert!(!config.asks_back());
}

#[test]
fn every_missing_variable_is_named() {
    for name in good().keys() {
        let mut vars = good();
        vars.remove(name);
        assert_eq!(read(&vars).unwrap_err(), Failure::Misconfigured(name));
        vars.insert(name, String::new());
        assert_eq!(read(&vars).unwrap_err(), Failure::Misconfigured(name));
    }
}

#[test]
fn every_wrong_variable_is_named() {
    let cases = [
        ("EDGE_ORIGIN", "http://pay.example.com"),
        ("GATEWAY_URL", "http://127.0.0.1:8788/gateway.do"),
        ("PARTNER", "1088101122136241"),
        ("SIGN_TYPE", "md5"),
        ("SIGN_TYPE", "HMAC"),
        ("ORDER_SECRET", "short"),
        ("STATUS_SECRET", "short"),
        ("ALLOWED_ORIGINS", "*"),
        ("FORWARD_URL", "https://10.0.0.1/"),
        ("FORWARD_SECRET", "secret"),
        ("FORWARD_LADDER_S", "soon"),
        ("FORWARD_LADDER_S", "never"),
        ("QUERY_LADDER_S", "soon"),
        ("NOTIFY_VERIFY", "sometimes"),
        ("MERCHANT_URL", "yes"),
        ("DEVELOPMENT", "1"),
    ];
    for (name, value) in cases {
        let mut vars = good();
        vars.insert(name, value.to_owned());
        assert_eq!(
            read(&vars).unwrap_err(),
            Failure::Misconfigured(name),
            "{value}"
        );
    }
}

#[test]
fn endpoints_are_numbered_and_secrets_rotate() {
    let mut vars = good();
    let secret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    vars.insert("FORWARD_SECRET_PREVIOUS", secret.into());
    vars.insert("FORWARD_URL_3", "https://books.example.com/".into());
    assert_eq!(
        read(&vars).unwrap_err(),
        Failure::Misconfigured("FORWARD_SECRET_3")
    );
    vars.insert("FORWARD_SECRET_3", secret.into());
    let config = read(&vars).unwrap();
    let shown: Vec<_> = config
        .endpoints
        .iter()
        .map(|endpoint| (endpoint.name, endpoint.secrets.len()))
        .collect();
    assert_eq!(shown, [("1", 2), ("3", 1)]);
}

#[test]
fn rsa_without_its_keys_rejected() {
    let mut vars = good();
    vars.insert("SIGN_TYPE", "RSA2".into());
    assert_eq!(
        read(&vars).unwrap_err(),
        Failure::Misconfigured("MERCHANT_PRIVATE_KEY")
    );
}

#[test]
fn nothing_secret_is_shown() {
    let shown = format!("{:?}", read(&good()).unwrap());
    for secret in ["10000000", "thirty-two", "MfKQ9r8G"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
