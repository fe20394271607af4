//! Fields to the text that is signed.

/// Makes the text that Alipay signs: without `sign`, `sign_type` and empty values, sorted by the
/// bytes of the names, `name=value` joined by `&`.
///
/// Values are the raw decoded bytes in the message's charset; nothing is quoted or escaped. **The
/// text is therefore ambiguous**: a value that holds `&name=` can be read as two fields. Whoever
/// signs must refuse such values, whoever verifies must look for them afterwards;
/// [`resplit`] finds them.
///
/// Names must be unique, as [`Form`](crate::form::Form) makes sure.
///
/// # Source
///
/// `docs/alipay/sign.md` section 1; vectors of rule `v1`, `edge-sort-*`.
#[must_use]
pub fn canonicalize<'a>(fields: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    join(fields, |name| !matches!(name, "sign" | "sign_type"))
}

/// Makes the text of the open platform's rule V2: as [`canonicalize`], but `sign_type` is signed.
///
/// # Source
///
/// `docs/alipay/openplatform.md` section 2; vector `edge-v2-rule`.
#[must_use]
pub fn canonicalize_v2<'a>(fields: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    join(fields, |name| name != "sign")
}

/// Makes the text of the app's order string: `name="value"` joined by `&`, in the order given.
///
/// A value that holds `"` makes it ambiguous; whoever signs must refuse such values.
///
/// # Source
///
/// `docs/alipay/app.md` section 2; vector `chloerei-mobile-securitypay`.
#[must_use]
pub fn quote<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = String::new();
    for (name, value) in fields {
        if !text.is_empty() {
            text.push('&');
        }
        text.push_str(&format!("{name}=\"{value}\""));
    }
    text
}

fn join<'a>(
    fields: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    is_signed: fn(&str) -> bool,
) -> Vec<u8> {
    let mut signed: Vec<(&str, &[u8])> = fields
        .into_iter()
        .filter(|(name, value)| is_signed(name) && !value.is_empty())
        .collect();
    // Two empty-valued or unsigned names never meet here, so the order by name is total.
    signed.sort_unstable_by_key(|(name, _)| *name);
    let mut text = Vec::new();
    for (name, value) in signed {
        if !text.is_empty() {
            text.push(b'&');
        }
        text.extend_from_slice(name.as_bytes());
        text.push(b'=');
        text.extend_from_slice(value);
    }
    text
}

/// Whether `value` holds `&name=`, by which a signed text can be split at another place.
///
/// Of two different sets of fields with one signed text, at least one has such a value, as names hold
/// neither `&` nor `=`. If it is the set that is presented, it shows here; if it is the one that was
/// signed, its signer should not have: [`PayRequest`](crate::request::PayRequest) never does.
/// `A&B shop` is no such value.
///
/// # Source
///
/// `docs/alipay/sign.md` section 4; vectors `edge-resplit-forged-notification` and `resplit.json`.
#[must_use]
pub fn resplit(value: &[u8]) -> bool {
    value.split(|byte| *byte == b'&').skip(1).any(|part| {
        let name = part
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
            .count();
        name > 0 && part.get(name) == Some(&b'=')
    })
}

#[cfg(test)]
mod tests {
    use super::{canonicalize, resplit};

    fn text(fields: &[(&str, &str)]) -> String {
        let fields = fields.iter().map(|(name, value)| (*name, value.as_bytes()));
        String::from_utf8(canonicalize(fields)).unwrap()
    }

    #[test]
    fn empty_value_is_left_out_of_the_signed_text() {
        assert_eq!(text(&[("b", "2"), ("a", ""), ("c", "0")]), "b=2&c=0");
        assert_eq!(text(&[]), "");
    }

    #[test]
    fn sign_and_sign_type_are_left_out_of_the_signed_text() {
        assert_eq!(
            text(&[("sign", "x"), ("sign_type", "MD5"), ("signs", "y")]),
            "signs=y"
        );
    }

    #[test]
    fn names_are_sorted_by_bytes_and_not_by_letters() {
        let fields = [
            ("a1", "3"),
            ("a", "1"),
            ("_c", "5"),
            ("B", "4"),
            ("a_", "6"),
            ("aB", "7"),
        ];
        assert_eq!(text(&fields), "B=4&_c=5&a=1&a1=3&aB=7&a_=6");
    }

    #[test]
    fn hidden_field_is_found_and_plain_ampersand_is_not() {
        for value in [
            "x&total_fee=9.00",
            "&a=",
            "a&&b=c",
            "x&A_9=1&",
            "&out_trade_no=CHEAP",
        ] {
            assert!(resplit(value.as_bytes()), "{value:?}");
        }
        for value in [
            "A&B shop",
            "a=b",
            "&",
            "&=",
            "a& b=c",
            "x&y",
            "&a-b=1",
            "&\u{fc}=1",
            "",
        ] {
            assert!(!resplit(value.as_bytes()), "{value:?}");
        }
    }
}
