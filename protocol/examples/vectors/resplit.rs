//! A pair of messages with one signed text: the genuine one and the forged one.

use alipay_protocol::canonical::resplit;
use serde_json::{Value, json};

use crate::keys::Key;
use crate::message::Message;
use crate::{Verdict, json as read, rules};

/// The genuine message's signature holds; the forged one has the same signature and is refused.
pub(crate) fn run(file: &Value) -> Result<Vec<Verdict>, String> {
    let id = read::text(file, "id").map_or(String::new(), |id| format!("{id}/"));
    let mut verdicts = Vec::new();
    for name in ["genuine", "forged"] {
        let params = file
            .get(name)
            .filter(|params| params.is_object())
            .ok_or(format!("`{name}` is not an object"))?;
        let id = format!("{id}{name}");
        let verdict = one(&id, name == "forged", params, file);
        verdicts.push(verdict.unwrap_or_else(|reason| Verdict::unusable(&id, &reason)));
    }
    Ok(verdicts)
}

fn one(id: &str, forged: bool, params: &Value, file: &Value) -> Result<Verdict, String> {
    let sign_type = read::text(file, "sign_type")
        .or_else(|| read::text(params, "sign_type"))
        .ok_or("no sign_type")?;
    let vector = json!({
        "params": params,
        "sign_type": sign_type,
        "key": read::first(file, &["pub", "public_key_pem", "key"]),
        "key_id": file.get("key_id"),
        "charset": file.get("charset"),
    });
    let key = Key::read(&vector, file)?;
    let message = Message::read(&vector)?;
    let rule = read::text(file, "rule").unwrap_or_else(|| "v1".to_owned());
    let signed = rules::signed(&rule, &message)?;
    let valid = key.holds(&signed.text, &signed.sign);
    let form = message.form()?;
    let shows = form.iter().any(|(_, value)| resplit(value));
    // A forgery whose signature does not hold would prove nothing about splitting.
    let got = match (valid, forged && shows) {
        (false, _) => "a signature that does not hold",
        (true, true) => "signed and refused",
        (true, false) => "signed",
    };
    let expected = if forged {
        "signed and refused"
    } else {
        "signed"
    };
    Ok(Verdict::new(id, expected, got.to_owned()))
}
