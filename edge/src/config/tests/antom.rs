//! Antom's settings: alone, beside the gateway's, and one wrong at a time.

use super::*;

/// Antom's settings, with the keys of a vector that was made by running Antom's own libraries.
fn antom() -> BTreeMap<&'static str, String> {
    #[derive(serde::Deserialize)]
    struct File {
        vectors: Vec<Vector>,
    }
    #[derive(serde::Deserialize)]
    struct Vector {
        id: String,
        public_key_pem: String,
        private_key_pem: Option<String>,
    }
    let text = include_str!("../../../../protocol/tests/vectors/antom.json");
    let file: File = serde_json::from_str(text).unwrap();
    let of = |id: &str| file.vectors.iter().find(|one| one.id == id).unwrap();
    let ours = of("req-doc-pretty-java").private_key_pem.clone().unwrap();
    [
        ("ANTOM_URL", "https://open-sea-global.alipay.com".to_owned()),
        ("ANTOM_CLIENT_ID", "SANDBOX_5X00000000000000".to_owned()),
        ("ANTOM_PRIVATE_KEY", ours),
        (
            "ANTOM_PUBLIC_KEY",
            of("ntf-paid-python").public_key_pem.clone(),
        ),
    ]
    .into()
}

/// A Worker with Antom alone.
fn antom_only() -> BTreeMap<&'static str, String> {
    let mut vars = good();
    vars.retain(|name, _| !["GATEWAY_URL", "PARTNER", "SIGN_TYPE", "MD5_KEY"].contains(name));
    vars.extend(antom());
    vars
}

#[test]
fn each_provider_alone_and_both_accepted() {
    let account = |config: &Config| Provider::ALL.map(|provider| config.account(provider));
    let gateways = Some("2088101122136241".to_owned());
    let antoms = Some("antom:SANDBOX_5X00000000000000".to_owned());
    let config = read(&good()).unwrap();
    assert_eq!(account(&config), [gateways.clone(), None]);
    assert_eq!(config.default_provider(), Provider::Gateway);
    let config = read(&antom_only()).unwrap();
    assert_eq!(account(&config), [None, antoms.clone()]);
    assert_eq!(config.default_provider(), Provider::Antom);
    let mut both = good();
    both.extend(antom());
    let config = read(&both).unwrap();
    assert_eq!(account(&config), [gateways, antoms]);
    assert_eq!(config.default_provider(), Provider::Gateway);
}

#[test]
fn one_setting_of_antom_asks_for_all_of_them() {
    for name in antom().keys() {
        let mut vars = antom_only();
        vars.remove(name);
        assert_eq!(read(&vars).unwrap_err(), [Fault::absent(name)]);
        vars.insert(name, String::new());
        assert_eq!(read(&vars).unwrap_err(), [Fault::absent(name)]);
    }
    let mut vars = good();
    vars.insert("ANTOM_KEY_VERSION", "2".into());
    let named: Vec<_> = read(&vars).unwrap_err();
    let named: Vec<_> = named.iter().map(|fault| fault.setting).collect();
    assert_eq!(
        named,
        [
            "ANTOM_URL",
            "ANTOM_CLIENT_ID",
            "ANTOM_PUBLIC_KEY",
            "ANTOM_PRIVATE_KEY"
        ]
    );
}

#[test]
fn wrong_settings_of_antom_are_named() {
    let (ours, theirs) = (antom(), antom());
    let cases = [
        ("ANTOM_URL", "http://open-sea-global.alipay.com".to_owned()),
        ("ANTOM_URL", "https://open-sea-global.alipay.com/ams".into()),
        ("ANTOM_URL", "https://10.0.0.1".into()),
        ("ANTOM_CLIENT_ID", "5X.1".into()),
        ("ANTOM_KEY_VERSION", "one".into()),
        ("ANTOM_KEY_VERSION", String::new()),
        ("ANTOM_PRIVATE_KEY", theirs["ANTOM_PUBLIC_KEY"].clone()),
        ("ANTOM_PUBLIC_KEY", ours["ANTOM_PRIVATE_KEY"].clone()),
        ("ANTOM_PUBLIC_KEY_PREVIOUS", "not a key".into()),
    ];
    for (name, value) in cases {
        let mut vars = antom_only();
        vars.insert(name, value.clone());
        let faults = read(&vars).unwrap_err();
        let named: Vec<_> = faults.iter().map(|fault| fault.setting).collect();
        assert_eq!(named, [name], "{value}");
    }
}

#[test]
fn antoms_keys_are_among_those_in_use() {
    let mut vars = antom_only();
    let names = |vars: &_| -> Vec<&str> {
        let keys = read(vars).unwrap().keys;
        let names = keys.iter().map(|key| key.name);
        names.filter(|name| name.starts_with("ANTOM_")).collect()
    };
    assert_eq!(names(&vars), ["ANTOM_PRIVATE_KEY", "ANTOM_PUBLIC_KEY"]);
    vars.insert(
        "ANTOM_PUBLIC_KEY_PREVIOUS",
        vars["ANTOM_PUBLIC_KEY"].clone(),
    );
    assert_eq!(
        names(&vars),
        [
            "ANTOM_PRIVATE_KEY",
            "ANTOM_PUBLIC_KEY",
            "ANTOM_PUBLIC_KEY_PREVIOUS"
        ]
    );
}
