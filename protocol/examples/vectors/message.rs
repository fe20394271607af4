//! A gateway vector's message: its bytes, its charset, the text of its rule, its signature.

use alipay_protocol::charset::Charset;
use alipay_protocol::form::Form;
use serde_json::Value;

use crate::json;

/// What a vector is about.
pub(crate) struct Message {
    pub(crate) charset: Charset,
    /// The text as the file has it: a form, an address, quoted pairs or JSON.
    pub(crate) raw: Option<String>,
    /// The form that is decoded: the raw text behind `?`, or the parameters written as one.
    pub(crate) form: Option<Vec<u8>>,
    pub(crate) given_text: Option<Vec<u8>>,
    pub(crate) given_sign: Option<Vec<u8>>,
}

impl Message {
    pub(crate) fn read(vector: &Value) -> Result<Self, String> {
        let params = vector.get("params").and_then(Value::as_object);
        let raw = json::first(vector, &["raw_body", "body", "raw"]);
        let charset = charset(vector, raw.as_deref())?;
        let encode = |text: &str| {
            charset
                .encode(text)
                .ok_or("a value is not of the charset".to_owned())
        };
        let form = match (&raw, params) {
            (Some(raw), _) => {
                let form = raw.split_once('?').map_or(raw.as_str(), |(_, query)| query);
                Some(encode(form)?)
            }
            (None, Some(params)) => {
                let mut form = String::new();
                for (name, value) in params {
                    let value = match value {
                        Value::String(text) => text.clone(),
                        Value::Null => String::new(),
                        other => other.to_string(),
                    };
                    if !form.is_empty() {
                        form.push('&');
                    }
                    // Every byte escaped: a form needs no more, and it is not the crate's encoder.
                    form.push_str(&escape(name.as_bytes()));
                    form.push('=');
                    form.push_str(&escape(&encode(&value)?));
                }
                Some(form.into_bytes())
            }
            (None, None) => None,
        };
        let given_text = match json::text(vector, "string_to_sign_hex") {
            Some(hex) => Some(json::hex(&hex).ok_or("string_to_sign_hex is not hexadecimal")?),
            None => json::text(vector, "string_to_sign")
                .map(|text| encode(&text))
                .transpose()?,
        };
        Ok(Self {
            charset,
            raw,
            form,
            given_text,
            given_sign: json::text(vector, "sign").map(String::into_bytes),
        })
    }

    /// The form, decoded once by this crate.
    pub(crate) fn form(&self) -> Result<Form<'_>, String> {
        let form = self.form.as_deref().ok_or("no message")?;
        Form::parse(form).map_err(|error| error.to_string())
    }

    /// The signature: the message's own field, even an empty one, before the vector's.
    pub(crate) fn sign(&self, form: Option<&Form<'_>>) -> Option<Vec<u8>> {
        form.and_then(|form| {
            form.iter()
                .find(|(name, _)| *name == "sign")
                .map(|(_, value)| value.to_vec())
        })
        .or_else(|| self.given_sign.clone())
    }
}

/// The charset is configuration. A file that leaves it out means what the message says, else UTF-8.
fn charset(vector: &Value, raw: Option<&str>) -> Result<Charset, String> {
    if let Some(label) = json::text(vector, "charset") {
        return Charset::parse(&label).ok_or(format!("unknown charset {label}"));
    }
    let params = vector.get("params");
    let names = ["_input_charset", "charset"];
    let said = params
        .and_then(|params| json::first(params, &names))
        .or_else(|| {
            let form = Form::parse(raw?.as_bytes()).ok()?;
            let label = names.iter().find_map(|name| form.get(name))?;
            String::from_utf8(label.to_vec()).ok()
        });
    // The app's texts have their values between quotes.
    let said = said.and_then(|label| Charset::parse(label.trim_matches('"')));
    Ok(said.unwrap_or(Charset::Utf8))
}

fn escape(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("%{byte:02X}")).collect()
}
