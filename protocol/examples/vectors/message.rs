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
    /// The parameters as they are, where there is no raw text.
    params: Option<Vec<(String, Vec<u8>)>>,
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
        let params: Option<Vec<(String, Vec<u8>)>> = match (&raw, params) {
            (None, Some(params)) => {
                let value = |value: &Value| match value {
                    Value::String(text) => encode(text),
                    Value::Null => Ok(Vec::new()),
                    other => encode(&other.to_string()),
                };
                let pairs = params
                    .iter()
                    .map(|(name, json)| Ok((name.clone(), value(json)?)));
                Some(pairs.collect::<Result<_, String>>()?)
            }
            _ => None,
        };
        let form = match &raw {
            Some(raw) => {
                let form = raw.split_once('?').map_or(raw.as_str(), |(_, query)| query);
                Some(encode(form)?)
            }
            // Every byte escaped: a form needs no more, and it is not the crate's encoder.
            None => params.as_ref().map(|params| {
                let pairs = params
                    .iter()
                    .map(|(name, value)| format!("{}={}", escape(name.as_bytes()), escape(value)));
                pairs.collect::<Vec<_>>().join("&").into_bytes()
            }),
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
            params,
            given_text,
            given_sign: json::text(vector, "sign").map(String::into_bytes),
        })
    }

    /// The form, decoded once by this crate.
    pub(crate) fn form(&self) -> Result<Form<'_>, String> {
        let form = self.form.as_deref().ok_or("no message")?;
        Form::parse(form).map_err(|error| error.to_string())
    }

    /// The fields: parameters as the file gives them, whatever their names, else the form's.
    pub(crate) fn fields(&self) -> Result<Vec<(String, Vec<u8>)>, String> {
        if let Some(params) = &self.params {
            return Ok(params.clone());
        }
        let form = self.form()?;
        let fields = form.iter();
        Ok(fields
            .map(|(name, value)| (name.to_owned(), value.to_vec()))
            .collect())
    }

    /// The signature: the message's own field, even an empty one, before the vector's.
    pub(crate) fn sign(&self, fields: &[(String, Vec<u8>)]) -> Option<Vec<u8>> {
        fields
            .iter()
            .find(|(name, _)| name == "sign")
            .map(|(_, value)| value.clone())
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
