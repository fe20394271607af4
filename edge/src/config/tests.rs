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
        ("ADMIN_TOKENS", ""),
        ("ADMIN_TOKENS", "anna:read:token"),
        ("RETENTION_DAYS", "0"),
        ("RETENTION_DAYS", "3651"),
        ("RETENTION_DAYS", "1.5"),
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
fn admin_is_closed_and_evidence_kept_for_ninety_days_unless_said_otherwise() {
    let config = read(&good()).unwrap();
    assert_eq!(config.admin, None);
    assert_eq!(config.retention_ms, 90 * 86_400_000);
    let mut vars = good();
    vars.insert("RETENTION_DAYS", "1".into());
    vars.insert("ADMIN_TOKENS", format!("anna:read:{}", "0".repeat(64)));
    let config = read(&vars).unwrap();
    assert_eq!(config.retention_ms, 86_400_000);
    assert_eq!(config.admin.unwrap()[0].name, "anna");
}

#[test]
fn every_key_in_use_has_a_fingerprint() {
    let mut vars = good();
    vars.insert(
        "FORWARD_SECRET_PREVIOUS",
        "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD".into(),
    );
    let keys = read(&vars).unwrap().keys;
    let names: Vec<_> = keys.iter().map(|key| key.name).collect();
    assert_eq!(
        names,
        [
            "MD5_KEY",
            "ORDER_SECRET",
            "STATUS_SECRET",
            "FORWARD_SECRET",
            "FORWARD_SECRET_PREVIOUS"
        ]
    );
    let mut fingerprints: Vec<_> = keys.iter().map(|key| &key.fingerprint).collect();
    fingerprints.sort();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), 5);
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
