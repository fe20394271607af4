//! `alipay-checkout-settings`: reads settings as the Worker reads them, for the preflight of
//! `npm run deploy`.
//!
//! Takes a JSON object on standard input, so that no secret is an argument: `settings` (names and
//! texts) and `addresses` (what the names of servers resolve to). Answers one line of JSON, without
//! any value: `faults`, `unknown` (names that are no setting), `secret` (names that git must never
//! see) and `inside` (addresses that are not public).

use alipay_checkout_edge::config::Config;
use alipay_checkout_edge::config::fault::{Wrong, is_known, is_secret};
use alipay_checkout_edge::outbound::is_public_address;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{Read, stdin};
use std::net::IpAddr;
use std::process::ExitCode;

#[derive(Deserialize)]
struct Asked {
    settings: BTreeMap<String, String>,
    #[serde(default)]
    addresses: Vec<IpAddr>,
}

fn main() -> ExitCode {
    let mut text = String::new();
    let read = stdin().read_to_string(&mut text).ok();
    // The error is not shown: it could quote what was given.
    let Some(asked) = read.and_then(|_| serde_json::from_str::<Asked>(&text).ok()) else {
        eprintln!(
            "expected {{\"settings\": {{NAME: TEXT}}, \"addresses\": [IP]}} on standard input"
        );
        return ExitCode::from(2);
    };
    println!("{}", judged(&asked));
    ExitCode::SUCCESS
}

fn judged(asked: &Asked) -> serde_json::Value {
    let read = Config::read(&|name| asked.settings.get(name).cloned());
    let faults: Vec<_> = read
        .err()
        .unwrap_or_default()
        .iter()
        .map(|fault| {
            json!({
                "setting": fault.setting,
                "absent": fault.wrong == Wrong::Absent,
                "secret": is_secret(fault.setting),
                "detail": fault.to_string(),
            })
        })
        .collect();
    let names = || asked.settings.keys();
    let inside = asked.addresses.iter().filter(|ip| !is_public_address(**ip));
    json!({
        "faults": faults,
        "unknown": names().filter(|name| !is_known(name)).collect::<Vec<_>>(),
        "secret": names().filter(|name| is_secret(name)).collect::<Vec<_>>(),
        "inside": inside.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_without_any_value() {
        let asked: Asked = serde_json::from_value(json!({
            "settings": {"PARTNER": "17", "ORDER_SECRET": "hush", "FORWARD_SECERT": "x", "FORWARD_SECRET_6": "x"},
            "addresses": ["8.8.8.8", "10.0.0.1", "::1"],
        }))
        .unwrap();
        let judged = judged(&asked);
        assert_eq!(
            judged["unknown"],
            json!(["FORWARD_SECERT", "FORWARD_SECRET_6"])
        );
        assert_eq!(
            judged["secret"],
            json!(["FORWARD_SECRET_6", "ORDER_SECRET"])
        );
        assert_eq!(judged["inside"], json!(["10.0.0.1", "::1"]));
        let faults = judged["faults"].as_array().unwrap();
        let partner = faults
            .iter()
            .find(|fault| fault["setting"] == "PARTNER")
            .unwrap();
        assert_eq!(
            partner["detail"],
            "PARTNER is malformed: expected 16 digits that begin with 2088"
        );
        assert_eq!(partner["absent"], false);
        let absent = faults
            .iter()
            .find(|fault| fault["setting"] == "STATUS_SECRET")
            .unwrap();
        assert_eq!(absent["absent"], true);
        assert_eq!(
            (&absent["secret"], &partner["secret"]),
            (&json!(true), &json!(false))
        );
        assert!(!judged.to_string().contains("hush"));
    }
}
