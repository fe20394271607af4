//! The forgeries of a notification that a receiver is tried with from outside, each in a single message.

use serde_json::json;

use crate::{
    antom::{self, sign::AntomKeys},
    forge,
    sender::Message,
    sign::{Fields, KeyError, Keys, SignType, canonical_text, md5_hex},
};

/// One forgery: what it is called, and the message.
#[derive(Debug)]
pub(crate) struct Attack {
    /// What a receiver that accepts it has not looked at.
    pub(crate) name: &'static str,
    pub(crate) message: Message,
    /// What is put behind the receiver's address.
    pub(crate) query: String,
}

fn attack(name: &'static str, message: Message) -> Attack {
    Attack {
        name,
        message,
        query: String::new(),
    }
}

fn with(fields: &Fields, name: &str, value: &str) -> Fields {
    let mut fields = fields.clone();
    fields.insert(name.to_owned(), value.to_owned());
    fields
}

fn without(fields: &Fields, names: &[&str]) -> Fields {
    let mut fields = fields.clone();
    fields.retain(|name, _| !names.contains(&name.as_str()));
    fields
}

fn raw(prefix: &str, fields: &Fields, suffix: &str) -> Message {
    let mut message = Message::form(fields);
    let body = [prefix.as_bytes(), &message.body, suffix.as_bytes()].concat();
    message.body = body;
    message
}

/// The forgeries of a form of the gateway, each from the fresh genuine one with exactly one fault.
///
/// # Errors
///
/// See [`Keys::sign`].
pub(crate) fn of_gateway(genuine: &Fields, keys: &Keys) -> Result<Vec<Attack>, KeyError> {
    let signed = keys.sign(genuine.clone())?;
    let sign = signed.get("sign").map_or("", String::as_str);
    let text = canonical_text(genuine);
    let md5_with = |key: &[u8]| {
        let forged = with(genuine, "sign", &md5_hex(text.as_bytes(), key));
        with(&forged, "sign_type", "MD5")
    };
    let form = |fields: &Fields| Message::form(fields);
    let shown = ["notify_id", "notify_type", "notify_time"];
    let mut attacks = vec![
        attack("amount altered", form(&with(&signed, "total_fee", "0.01"))),
        attack(
            "another order",
            form(&with(&signed, "out_trade_no", "ANOTHER-ORDER")),
        ),
        attack(
            "status altered",
            form(&with(&signed, "trade_status", "TRADE_SUCCESS")),
        ),
        attack("no signature", form(&without(&signed, &["sign"]))),
        attack("empty signature", form(&with(&signed, "sign", ""))),
        attack(
            "neither sign nor sign_type",
            form(&without(&signed, &["sign", "sign_type"])),
        ),
        attack(
            "signature with a letter more",
            form(&with(&signed, "sign", &format!("{sign}A"))),
        ),
        attack(
            "signed with a wrong key",
            forge::wrong_key(genuine.clone(), keys)?,
        ),
        attack("MD5 with an empty key", form(&md5_with(b""))),
        attack(
            "unknown sign_type",
            form(&with(&signed, "sign_type", "NONE")),
        ),
        attack("signed text split anew", forge::resplit(genuine, keys)?),
        attack(
            "for another merchant",
            forge::other_merchant(genuine.clone(), keys)?,
        ),
        attack(
            "the signed return, posted",
            form(&keys.sign(without(genuine, &shown))?),
        ),
        attack(
            "amount twice, false one last",
            raw("", &signed, "&total_fee=0.01"),
        ),
        attack(
            "amount twice, false one first",
            raw("total_fee=0.01&", &signed, ""),
        ),
        attack(
            "name escaped and given twice",
            raw("%73ign=AAAA&", &signed, ""),
        ),
        attack("name as an array", raw("", &signed, "&total_fee[]=0.01")),
        attack(
            "byte order mark before the form",
            raw("\u{feff}", &signed, ""),
        ),
        attack("unknown name, not signed", raw("", &signed, "&__proto__=x")),
        attack(
            "trailing NUL in a name",
            raw("", &signed, "&total_fee%00=0.01"),
        ),
        attack(
            "as JSON",
            Message {
                content_type: "application/json".to_owned(),
                body: json!(with(&signed, "total_fee", "0.01"))
                    .to_string()
                    .into_bytes(),
                ..form(&signed)
            },
        ),
        Attack {
            query: "total_fee=19.90".to_owned(),
            ..attack(
                "amount in the query only",
                form(&without(&signed, &["total_fee"])),
            )
        },
        Attack {
            query: "sign_type=MD5&_input_charset=GBK".to_owned(),
            ..attack(
                "altered form, more in the query",
                form(&with(&signed, "total_fee", "0.01")),
            )
        },
    ];
    if let Some(public) = keys.public_base64() {
        attacks.push(attack(
            "MD5 keyed with the public key",
            form(&md5_with(public.as_bytes())),
        ));
    }
    // Rows about the algorithm: what is right for one is a downgrade for the other.
    let other = match keys.sign_type() {
        SignType::Rsa2 => Some(SignType::Rsa),
        SignType::Rsa => Some(SignType::Rsa2),
        SignType::Md5 => None,
    };
    if let Some(keys) = other.and_then(|other| keys.as_type(other)) {
        attacks.push(attack(
            "another algorithm than agreed",
            form(&keys.sign(genuine.clone())?),
        ));
    } else {
        let upper = with(&signed, "sign", &sign.to_uppercase());
        attacks.push(attack("MD5 in capitals", form(&upper)));
    }
    Ok(attacks)
}

/// The forgeries of a notification of Antom's: JSON with its signature in a header.
///
/// # Errors
///
/// See [`AntomKeys::sign`].
pub(crate) fn of_antom(
    body: &str,
    keys: &AntomKeys,
    client_id: &str,
    url: &str,
    now_ms: u64,
) -> Result<Vec<Attack>, KeyError> {
    let sign = |keys: &AntomKeys, client: &str, url: &str, body: &str| {
        antom::signed_message(keys, client, url, now_ms, body.to_owned())
    };
    let genuine = sign(keys, client_id, url, body)?;
    let header = |name: &str, value: Option<&str>| {
        let mut message = genuine.clone();
        match value {
            Some(value) => {
                for one in message.headers.iter_mut().filter(|one| one.0 == name) {
                    value.clone_into(&mut one.1);
                }
            }
            None => message.headers.retain(|one| one.0 != name),
        }
        message
    };
    let with_body = |body: &str| Message {
        body: body.as_bytes().to_vec(),
        ..genuine.clone()
    };
    let end = body.strip_suffix('}').unwrap_or(body);
    let twice = format!("{end},\"paymentRequestId\":\"ANOTHER-ORDER\"}}");
    Ok(vec![
        attack(
            "amount altered",
            with_body(&body.replace("\"value\":\"", "\"value\":\"1")),
        ),
        attack("white space altered", with_body(&format!("{body}\n"))),
        attack("member twice", with_body(&twice)),
        attack("no signature", header("signature", None)),
        attack("empty signature", header("signature", Some(""))),
        attack(
            "algorithm none",
            header(
                "signature",
                Some("algorithm=none,keyVersion=1,signature=AAAA"),
            ),
        ),
        attack(
            "another time than signed",
            header("request-time", Some("2026-01-01T00:00:00+08:00")),
        ),
        attack("no client-id", header("client-id", None)),
        attack(
            "signed with a wrong key",
            sign(&AntomKeys::stranger()?, client_id, url, body)?,
        ),
        attack(
            "for another merchant",
            sign(keys, "SANDBOX_OTHER_MERCHANT", url, body)?,
        ),
        attack(
            "signed for another path",
            sign(keys, client_id, "https://a.example/elsewhere", body)?,
        ),
        attack(
            "signed two days ago",
            antom::signed_message(
                keys,
                client_id,
                url,
                now_ms.saturating_sub(2 * 86_400_000),
                body.to_owned(),
            )?,
        ),
    ])
}
