//! A good configuration, and one wrong setting at a time.

use super::*;
use alipay_protocol::sign::SignType;
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

fn read(vars: &BTreeMap<&'static str, String>) -> Result<Config, Vec<Fault>> {
    Config::read(&|name| vars.get(name).cloned())
}

/// What is said of these variables.
fn said(vars: &BTreeMap<&'static str, String>) -> Vec<String> {
    let faults = read(vars).unwrap_err();
    faults.iter().map(Fault::to_string).collect()
}

/// What is said of the good variables with one of them changed.
fn said_of(name: &'static str, value: &str) -> Vec<String> {
    let mut vars = good();
    vars.insert(name, value.to_owned());
    said(&vars)
}

#[test]
fn good_configuration_accepted() {
    let config = read(&good()).unwrap();
    assert_eq!(config.edge_origin, "https://pay.example.com");
    assert_eq!(
        config.allowed_origins,
        ["https://shop.example.com", "https://www.example.com"]
    );
    assert!(!config.gateway().unwrap().asks_back());
}

#[test]
fn every_missing_variable_is_named() {
    for name in good().keys() {
        let mut vars = good();
        vars.remove(name);
        assert_eq!(read(&vars).unwrap_err(), [Fault::absent(name)]);
        vars.insert(name, String::new());
        assert_eq!(read(&vars).unwrap_err(), [Fault::absent(name)]);
    }
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let faults = read(&BTreeMap::new()).unwrap_err();
    let names: Vec<_> = faults.iter().map(|fault| fault.setting).collect();
    // Which keys are needed is not known without SIGN_TYPE.
    let expected = [
        "EDGE_ORIGIN",
        "GATEWAY_URL",
        "PARTNER",
        "SIGN_TYPE",
        "ORDER_SECRET",
        "STATUS_SECRET",
        "ALLOWED_ORIGINS",
        "FORWARD_URL",
        "FORWARD_SECRET",
    ];
    assert_eq!(names, expected);
    let mut vars = good();
    vars.insert("SIGN_TYPE", "RSA2".into());
    vars.insert("FORWARD_URL_2", "ftp://books.example.com/".into());
    let names: Vec<_> = read(&vars).unwrap_err().into_iter().collect();
    let expected = [
        Fault::absent("MERCHANT_PRIVATE_KEY"),
        Fault::absent("ALIPAY_PUBLIC_KEY"),
        Fault::malformed("FORWARD_URL_2"),
        Fault::absent("FORWARD_SECRET_2"),
    ];
    assert_eq!(names, expected);
}

#[test]
fn every_malformed_variable_is_named_with_what_is_expected_and_never_shown() {
    let cases = [
        ("EDGE_ORIGIN", "http://pay.example.com"),
        ("EDGE_ORIGIN", "https://pay.example.com/alipay"),
        ("GATEWAY_URL", "http://127.0.0.1:8788/gateway.do"),
        ("PARTNER", "1088101122136241"),
        ("SIGN_TYPE", "md5"),
        ("SIGN_TYPE", "HMAC"),
        ("ORDER_SECRET", "short-and-secret"),
        ("STATUS_SECRET", "short-and-secret"),
        ("ALLOWED_ORIGINS", "*"),
        ("ALLOWED_ORIGINS", "https://shop.example.com/checkout"),
        ("FORWARD_URL", "https://10.0.0.1/"),
        ("FORWARD_SECRET", "hush"),
        ("FORWARD_SECRET_PREVIOUS", "whsec_short"),
        ("FORWARD_LADDER_S", "soon"),
        ("FORWARD_LADDER_S", "never"),
        ("QUERY_LADDER_S", "soon"),
        ("NOTIFY_VERIFY", "sometimes"),
        ("MERCHANT_URL", "yes"),
        ("RESULT_PAGE", "shop"),
        ("ADMIN_TOKENS", ""),
        ("ADMIN_TOKENS", "anna:read:token"),
        ("PARK_S", "0"),
        ("PARK_S", "86401"),
        ("UNREGISTERED", "keep"),
        ("RETENTION_DAYS", "3651"),
        ("RETENTION_DAYS", "1.5"),
        ("REFUSALS_PER_MINUTE", "0"),
        ("REFUSALS_PER_MINUTE", "100001"),
        ("REFUSALS_PER_MINUTE", "many"),
        ("DEVELOPMENT", "1"),
    ];
    for (name, value) in cases {
        let said = said_of(name, value);
        let expected = format!("{name} is malformed: expected {}", fault::expected(name));
        assert_eq!(said, [expected], "{value}");
        assert!(value.len() < 5 || !said[0].contains(value), "{value}");
    }
}

#[test]
fn a_secret_of_two_parties_rejected() {
    let same = good()["ORDER_SECRET"].clone();
    assert_eq!(
        said_of("STATUS_SECRET", &same),
        [
            "STATUS_SECRET is the same as ORDER_SECRET: expected at least 32 random bytes as text, and another one"
        ]
    );
}

/// Whoever had the shop's secret before could open every status, and whoever has it now those of yesterday.
#[test]
fn a_secret_of_two_parties_rejected_while_one_is_replaced() {
    for (status, order) in [
        ("STATUS_SECRET", "ORDER_SECRET_PREVIOUS"),
        ("STATUS_SECRET_PREVIOUS", "ORDER_SECRET"),
        ("STATUS_SECRET_PREVIOUS", "ORDER_SECRET_PREVIOUS"),
    ] {
        let mut vars = good();
        for name in [status, order] {
            vars.insert(name, "one secret for both, of 32 bytes or more".into());
        }
        assert_eq!(read(&vars).unwrap_err(), [Fault::same(status, order)]);
    }
}

/// Events that went there would come back for the whole ladder, each of them.
#[test]
fn an_endpoint_at_our_own_origin_rejected() {
    let said_at = |url: &str| said_of("FORWARD_URL", url);
    for url in [
        "https://pay.example.com/notify/gateway",
        "https://PAY.example.com:443/events",
        "https://pay.example.com./events?x",
    ] {
        let expected = "FORWARD_URL is at EDGE_ORIGIN, where this Worker is itself: expected an https URL on a public host, \
             without user, password or fragment, of your backend";
        assert_eq!(said_at(url), [expected], "{url}");
    }
    let mut vars = good();
    vars.insert("FORWARD_URL", "https://pay.example.com:8443/events".into());
    vars.insert("FORWARD_URL_2", "https://pay.example.com/".into());
    vars.insert("FORWARD_SECRET_2", vars["FORWARD_SECRET"].clone());
    assert_eq!(read(&vars).unwrap_err(), [Fault::at_ours("FORWARD_URL_2")]);
}

#[test]
fn endpoints_are_numbered_and_secrets_rotate() {
    let mut vars = good();
    let secret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    vars.insert("FORWARD_SECRET_PREVIOUS", secret.into());
    vars.insert("FORWARD_URL_3", "https://books.example.com/".into());
    assert_eq!(
        read(&vars).unwrap_err(),
        [Fault::absent("FORWARD_SECRET_3")]
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
    assert_eq!(config.refusals_per_minute, 300);
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

/// A test key out of the vectors.
fn key(name: &str, form: &str) -> String {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../protocol/tests/vectors/gateway.json"
    );
    let vectors: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    vectors["keys"][name][form].as_str().unwrap().to_owned()
}

#[test]
fn a_key_that_does_not_belong_is_named_with_the_reason() {
    let private = key("kaligo-test-rsa-2048-priv", "pem");
    let own = key("kaligo-test-rsa-2048", "spki_b64");
    let alipays = key("wannan-test-rsa-2048", "spki_b64");
    let short = key("chloerei-test-rsa-1024-priv", "pem");
    let merchants = |reason: &str| {
        let expected = fault::expected("MERCHANT_PRIVATE_KEY");
        vec![format!(
            "MERCHANT_PRIVATE_KEY: {reason}; expected {expected}"
        )]
    };
    let theirs = |reason: &str| {
        let expected = fault::expected("ALIPAY_PUBLIC_KEY");
        vec![format!("ALIPAY_PUBLIC_KEY: {reason}; expected {expected}")]
    };
    let cases = [
        (
            &own,
            &alipays,
            merchants("this is a public key, a private one belongs here"),
        ),
        (
            &short,
            &alipays,
            merchants("RSA key of 1024 bits is shorter than 2048"),
        ),
        (
            &"MIIE!".to_owned(),
            &alipays,
            merchants("key is not base64"),
        ),
        (
            &private,
            &private,
            theirs("this is a private key, a public one belongs here"),
        ),
        (
            &private,
            &own,
            theirs(
                "this is your own public key, which Alipay gets; Alipay's public key belongs here",
            ),
        ),
    ];
    let mut vars = good();
    vars.insert("SIGN_TYPE", "RSA2".into());
    for (private, public, expected) in cases {
        vars.insert("MERCHANT_PRIVATE_KEY", private.clone());
        vars.insert("ALIPAY_PUBLIC_KEY", public.clone());
        assert_eq!(said(&vars), expected);
    }
    vars.insert("MERCHANT_PRIVATE_KEY", private);
    vars.insert("ALIPAY_PUBLIC_KEY", alipays);
    let config = read(&vars).unwrap();
    assert_eq!(config.gateway().unwrap().sign_type, SignType::Rsa2);
    let expected = fault::expected("MD5_KEY");
    assert_eq!(
        said_of("MD5_KEY", "key with a blank"),
        [format!(
            "MD5_KEY: MD5 key has white space or a character outside printable ASCII; expected {expected}"
        )]
    );
}

#[test]
fn nothing_secret_is_shown() {
    let shown = format!("{:?}", read(&good()).unwrap());
    for secret in ["10000000", "thirty-two", "MfKQ9r8G"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn notification_waits_for_its_order_only_where_that_is_asked_for() {
    assert_eq!(read(&good()).unwrap().park_ms, None);
    let mut vars = good();
    vars.insert("PARK_S", "5".into());
    assert_eq!(read(&vars).unwrap().park_ms, None);
    vars.insert("UNREGISTERED", "park".into());
    assert_eq!(read(&vars).unwrap().park_ms, Some(5_000));
    vars.remove("PARK_S");
    assert_eq!(read(&vars).unwrap().park_ms, Some(900_000));
}

mod antom;
