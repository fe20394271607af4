//! The doctor for the page `/doctor`: the bytes of a capture and the settings go in, the verdict comes
//! out. No clock, no network, no storage: it cannot tell anybody what it was shown.

use alipay_protocol::charset::Charset;
use alipay_protocol::doctor::{Captured, Configuration, Language, MAX_CAPTURE, diagnose};
use alipay_protocol::openplatform::Rule;
use alipay_protocol::sign::SignType;
use alipay_protocol::trade::Partner;
use serde::Deserialize;
use serde_json::{Value, json};
use wasm_bindgen::prelude::wasm_bindgen;

/// What the message was verified with, as the form of the page has it; empty texts were not given.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    key: String,
    sign_type: String,
    charset: String,
    rule: String,
    partner: String,
    client_id: String,
    path: String,
    own_key: String,
    other_keys: Vec<String>,
    language: String,
}

/// Examines a capture: the bytes of a file or of a text field, and settings as JSON.
///
/// Answers JSON: `diagnosis` (as `Diagnosis::for_programs`) with the `report` for people, or `error`
/// with the name of what cannot be examined: `capture_empty`, `capture_too_long`, `key_empty`, or the
/// setting that is not of its shape.
#[must_use]
#[wasm_bindgen]
pub fn examine(capture: &[u8], settings: &str) -> String {
    match verdict(capture, settings) {
        Ok(verdict) => verdict.to_string(),
        Err(error) => json!({ "error": error }).to_string(),
    }
}

fn verdict(capture: &[u8], settings: &str) -> Result<Value, &'static str> {
    let settings: Settings = serde_json::from_str(settings).map_err(|_| "settings")?;
    let language = Language::parse(&settings.language).ok_or("language")?;
    let sign_type = SignType::parse(&settings.sign_type).ok_or("sign_type")?;
    let charset = Charset::parse(&settings.charset).ok_or("charset")?;
    let rule = match settings.rule.as_str() {
        "v1" => Rule::V1,
        "v2" => Rule::V2,
        _ => return Err("rule"),
    };
    if capture.trim_ascii().is_empty() {
        return Err("capture_empty");
    }
    if capture.len() > MAX_CAPTURE {
        return Err("capture_too_long");
    }
    let key = given(&settings.key).ok_or("key_empty")?;
    let partner = match given(settings.partner.trim()) {
        None => None,
        Some(partner) => Some(Partner::parse(partner).map_err(|_| "partner")?),
    };
    let mut configuration = Configuration::new(key, sign_type)
        .with_charset(charset)
        .with_rule(rule);
    if let Some(partner) = &partner {
        configuration = configuration.with_partner(partner);
    }
    if let Some(own_key) = given(&settings.own_key) {
        configuration = configuration.with_own_key(own_key);
    }
    for other_key in settings.other_keys.iter().filter_map(|key| given(key)) {
        configuration = configuration.with_other_key(other_key);
    }
    if let Some(client_id) = given(settings.client_id.trim()) {
        configuration = configuration.with_client_id(client_id);
    }
    if let Some(path) = given(settings.path.trim()) {
        configuration = configuration.with_path(path);
    }
    let diagnosis = diagnose(&configuration, &Captured::parse_pasted(capture));
    let programs: Value =
        serde_json::from_str(&diagnosis.for_programs(language)).map_err(|_| "diagnosis")?;
    Ok(json!({ "diagnosis": programs, "report": diagnosis.for_people(language) }))
}

/// A text of the form without the line break that copying adds to it; none where there is nothing.
fn given(text: &str) -> Option<&str> {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    (!text.trim().is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "10000000000000000000000000000000";
    const GOOD: &str = "currency=USD&notify_id=8f0e1d2c3b4a59687786950a1b2c3d4e5f\
        &notify_time=2024-03-05+10%3A20%3A30&notify_type=trade_status_sync\
        &out_trade_no=WB-20240305-0001&sign_type=MD5&total_fee=8.00\
        &trade_no=2024030521001004000200000001&trade_status=TRADE_FINISHED\
        &sign=568e4441bd0a7ed27a889c81c1778573";

    fn settings(changes: &[(&str, Value)]) -> String {
        let mut settings = json!({
            "key": KEY, "sign_type": "MD5", "charset": "utf-8", "rule": "v1", "partner": "",
            "client_id": "", "path": "", "own_key": "", "other_keys": [], "language": "en",
        });
        for (name, value) in changes {
            settings[name] = value.clone();
        }
        settings.to_string()
    }

    #[track_caller]
    fn answer(capture: &str, changes: &[(&str, Value)]) -> Value {
        serde_json::from_str(&examine(capture.as_bytes(), &settings(changes))).unwrap()
    }

    #[track_caller]
    fn refused(capture: &str, changes: &[(&str, Value)], error: &str) {
        assert_eq!(answer(capture, changes), json!({ "error": error }));
    }

    #[test]
    fn valid_message_is_called_valid_with_the_line_breaks_that_copying_adds() {
        for (capture, key) in [
            (GOOD.to_owned(), KEY.to_owned()),
            (format!("{GOOD}\n"), format!("{KEY}\r\n")),
        ] {
            let answer = answer(&capture, &[("key", json!(key))]);
            assert_eq!(answer["diagnosis"]["outcome"], "valid");
            assert_eq!(answer["diagnosis"]["findings"], json!([]));
            assert_eq!(
                answer["report"],
                "VALID: the signature holds, and the message is in order.\n"
            );
        }
    }

    #[test]
    fn mistake_is_named_in_the_language_that_is_asked_for() {
        let body = GOOD.replace("8.00", "8");
        let answer = answer(&body, &[("language", json!("zh"))]);
        let finding = &answer["diagnosis"]["findings"][0];
        assert_eq!(finding["code"], "amount_reformatted");
        assert_eq!(finding["field"], "total_fee");
        assert_eq!(
            finding["says"],
            "金额被当成数字读取后又重新写出（`8.00` 变成了 `8`，或者相反）。"
        );
    }

    #[test]
    fn every_setting_reaches_the_doctor() {
        let code = |changes: &[(&str, Value)]| {
            let answer = answer(GOOD, changes);
            answer["diagnosis"]["findings"][0]["code"].clone()
        };
        assert_eq!(code(&[("sign_type", json!("RSA2"))]), "sign_type_is_other");
        assert_eq!(code(&[("rule", json!("v2"))]), "sign_type_left_in");
        let wrong = ("key", json!("00000000000000000000000000000000"));
        let other = ("other_keys", json!(["", KEY]));
        assert_eq!(code(&[wrong, other]), "key_is_another_one");
        let partner = ("partner", json!(" 2088101122136241 "));
        assert_eq!(answer(GOOD, &[partner])["diagnosis"]["outcome"], "valid");
    }

    #[test]
    fn what_cannot_be_examined_is_named() {
        refused(" \n", &[], "capture_empty");
        refused(&"a".repeat(MAX_CAPTURE + 1), &[], "capture_too_long");
        refused(GOOD, &[("key", json!(" \n"))], "key_empty");
        refused(GOOD, &[("partner", json!("2088"))], "partner");
        refused(GOOD, &[("sign_type", json!("DSA"))], "sign_type");
        refused(GOOD, &[("charset", json!("big5"))], "charset");
        refused(GOOD, &[("rule", json!("v3"))], "rule");
        refused(GOOD, &[("language", json!("fr"))], "language");
        refused(GOOD, &[("colour", json!("red"))], "settings");
    }
}
