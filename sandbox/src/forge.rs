//! Notifications that nobody may believe, made from a genuine one.

use encoding_rs::GBK;

use crate::{
    sender::Message,
    sign::{Fields, KeyError, Keys, canonical_text},
};

/// A seller that is not the merchant.
pub(crate) const OTHER_SELLER: &str = "2088999999999999";

/// Signed by Alipay, and meant for another merchant.
///
/// # Errors
///
/// See [`Keys::sign`].
pub(crate) fn other_merchant(mut fields: Fields, keys: &Keys) -> Result<Message, KeyError> {
    fields.insert("seller_id".to_owned(), OTHER_SELLER.to_owned());
    Ok(Message::form(&keys.sign(fields)?))
}

/// The signature of a cheap order under the fields of the merchant's: both join to one text.
///
/// Alipay's text does not escape `&`, so that a shopper who may write into `body` and `subject` of an
/// order of 0.01 hides there what later stands beside it. The true values vanish into names that only
/// look like ours.
///
/// # Errors
///
/// See [`Keys::sign`].
pub(crate) fn resplit(fields: &Fields, keys: &Keys) -> Result<Message, KeyError> {
    let hidden: Vec<_> = [
        "currency",
        "notify_id",
        "notify_time",
        "notify_type",
        "out_trade_no",
    ]
    .into_iter()
    .filter_map(|name| Some((name, fields.get(name)?.as_str())))
    .collect();
    let told = |of: &dyn Fn(&str, &str) -> String| {
        let told = hidden
            .iter()
            .map(|(name, value)| format!("{name}={}", of(name, value)));
        told.collect::<Vec<_>>().join("&")
    };
    let dear = told(&|_, value| value.to_owned());
    let cheap = told(&|name, value| match name {
        "out_trade_no" => "CHEAP".to_owned(),
        _ => value.to_owned(),
    });
    let total_fee = fields.get("total_fee").map_or("", String::as_str);
    let mut signed = fields.clone();
    let mut put = |name: &str, value: String| signed.insert(name.to_owned(), value);
    put("out_trade_no", "CHEAP".to_owned());
    put("total_fee", "0.01".to_owned());
    put("body", format!("remark&{dear}&out_trade_nox="));
    put("subject", format!("s&total_fee={total_fee}&total_feex="));
    let sign = keys.sign_bytes(canonical_text(&signed).as_bytes())?;
    let mut presented = fields.clone();
    let mut put = |name: &str, value: String| presented.insert(name.to_owned(), value);
    put("body", "remark".to_owned());
    put("subject", "s".to_owned());
    put("out_trade_nox", format!("&{cheap}"));
    put("total_feex", "&total_fee=0.01".to_owned());
    put("sign", sign);
    put("sign_type", keys.sign_type().wire().to_owned());
    Ok(Message::form(&presented))
}

/// A genuine message whose text, and so its signature, is in GBK: what a merchant gets whose account
/// says so.
///
/// # Errors
///
/// See [`Keys::sign`].
pub(crate) fn gbk(mut fields: Fields, keys: &Keys) -> Result<Message, KeyError> {
    fields.insert("subject".to_owned(), "龙井茶".to_owned());
    fields.insert("_input_charset".to_owned(), "GBK".to_owned());
    let text = canonical_text(&fields);
    let sign = keys.sign_bytes(&GBK.encode(&text).0)?;
    fields.insert("sign".to_owned(), sign);
    fields.insert("sign_type".to_owned(), keys.sign_type().wire().to_owned());
    let body = form_urlencoded::Serializer::new(String::new())
        .encoding_override(Some(&|text| GBK.encode(text).0))
        .extend_pairs(&fields)
        .finish();
    let mut message = Message::raw_form(body.into_bytes());
    message.content_type = "application/x-www-form-urlencoded; charset=GBK".to_owned();
    Ok(message)
}

/// Signed with a key that is not Alipay's.
///
/// # Errors
///
/// See [`Keys::stranger`].
pub(crate) fn wrong_key(fields: Fields, keys: &Keys) -> Result<Message, KeyError> {
    let stranger = Keys::stranger(keys.sign_type())?;
    Ok(Message::form(&stranger.sign(fields)?))
}

/// What Alipay said before it was paid, under a number of its own.
///
/// # Errors
///
/// See [`Keys::sign`].
pub(crate) fn earlier(mut fields: Fields, keys: &Keys) -> Result<Message, KeyError> {
    fields.insert("trade_status".to_owned(), "WAIT_BUYER_PAY".to_owned());
    let id = fields.get("notify_id").map_or("", String::as_str);
    let id: String = id.chars().rev().collect();
    fields.insert("notify_id".to_owned(), id);
    Ok(Message::form(&keys.sign(fields)?))
}

#[cfg(test)]
mod tests {
    use super::{gbk, resplit};
    use crate::sign::{Fields, Keys, canonical_text, md5_hex};

    const KEY: &str = "a test key";

    fn fields() -> Fields {
        [
            ("currency", "USD"),
            ("notify_id", "n1"),
            ("notify_time", "2026-11-22 12:00:00"),
            ("notify_type", "trade_status_sync"),
            ("out_trade_no", "DEAR"),
            ("total_fee", "9999.00"),
            ("trade_no", "2026112221001000000000000000"),
            ("trade_status", "TRADE_FINISHED"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }

    #[test]
    fn resplit_forgery_is_a_dear_order_whose_signature_holds() {
        let forged = resplit(&fields(), &Keys::md5(KEY).unwrap()).unwrap();
        let read: Fields = form_urlencoded::parse(&forged.body).into_owned().collect();
        assert_eq!(
            (read["out_trade_no"].as_str(), read["total_fee"].as_str()),
            ("DEAR", "9999.00")
        );
        // Exactly what careless code checks.
        let sign = md5_hex(canonical_text(&read).as_bytes(), KEY.as_bytes());
        assert_eq!(read["sign"], sign);
    }

    #[test]
    fn message_in_gbk_is_signed_over_its_bytes() {
        let sent = gbk(fields(), &Keys::md5(KEY).unwrap()).unwrap();
        let body = String::from_utf8(sent.body).unwrap();
        // "龙井茶" in GBK, by `iconv -t gbk`.
        assert!(body.contains("subject=%C1%FA%BE%AE%B2%E8"), "{body}");
        let mut signed = fields();
        signed.insert("_input_charset".into(), "GBK".into());
        signed.insert("subject".into(), "\u{1}".into());
        let text = canonical_text(&signed);
        let (before, after) = text.split_once('\u{1}').unwrap();
        let bytes = [
            before.as_bytes(),
            b"\xc1\xfa\xbe\xae\xb2\xe8",
            after.as_bytes(),
        ]
        .concat();
        assert!(
            body.contains(&format!("sign={}", md5_hex(&bytes, KEY.as_bytes()))),
            "{body}"
        );
    }
}
