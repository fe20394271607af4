//! What happened to a genuine message on its way.

use alipay_protocol::charset::Charset;

use super::{explained, genuine, joined, signed, unexplained, valid};

#[test]
fn amount_written_again_as_a_number() {
    let real = genuine("kaligo-forex-notify");
    let body = real.with("total_fee", b"0.1");
    explained(
        &real.configuration(),
        body,
        &["amount_reformatted total_fee"],
    );
    let yen = signed(&[("rmb_fee", "8")], joined);
    let body = yen.with("rmb_fee", b"8.00");
    explained(&yen.configuration(), body, &["amount_reformatted rmb_fee"]);
}

#[test]
fn values_escaped_for_html() {
    let real = genuine("edge-fund-bill-list-html-escaped");
    explained(
        &real.configuration(),
        &real.body,
        &["html_escaped fund_bill_list"],
    );
    // The whole body, as a page or a template showed it.
    let real = genuine("edge-rsa2-base");
    let body = real.body.replace('&', "&amp;");
    explained(&real.configuration(), body, &["html_escaped"]);
    let body = real.body.replace("&notify", "¬ify");
    explained(&real.configuration(), body, &["html_escaped"]);
}

#[test]
fn value_decoded_twice_or_not_enough() {
    let real = genuine("edge-passback-twice-decoded");
    explained(
        &real.configuration(),
        &real.body,
        &["decoded_twice passback_params"],
    );
    let real = genuine("edge-fund-bill-list");
    let encoded: String = real
        .value("fund_bill_list")
        .bytes()
        .map(|byte| format!("%{byte:02X}"))
        .collect();
    let body = real.with("fund_bill_list", encoded.as_bytes());
    explained(
        &real.configuration(),
        body,
        &["encoded_twice fund_bill_list"],
    );
}

#[test]
fn whole_body_still_encoded() {
    let real = genuine("edge-rsa2-base");
    let encoded: String = real
        .body
        .bytes()
        .map(|byte| format!("%{byte:02X}"))
        .collect();
    explained(&real.configuration(), encoded, &["encoded_twice"]);
}

#[test]
fn charset_of_values_converted() {
    let real = genuine("omnipay-f2f-notify-real-gbk");
    let configuration = real.configuration().with_charset(Charset::Gbk);
    // The vector's values are text; as bytes of UTF-8 they are the mistake itself.
    explained(&configuration, &real.body, &["gbk_read_as_utf8 subject"]);
    let real = genuine("edge-gbk");
    let lost = real.with("subject", "\u{fffd}\u{fffd}\u{fffd} \u{fffd}".as_bytes());
    explained(&real.configuration(), lost, &["text_lost?"]);
    let shop = signed(&[("subject", "红包 é")], joined);
    let gbk = Charset::Gbk.encode("红包 é").unwrap();
    explained(
        &shop.configuration(),
        shop.with("subject", &gbk),
        &["utf8_read_as_gbk subject"],
    );
    let latin: String = "红包 é".bytes().map(char::from).collect();
    explained(
        &shop.configuration(),
        shop.with("subject", latin.as_bytes()),
        &["utf8_read_as_latin1 subject"],
    );
}

#[test]
fn plus_and_space_exchanged() {
    let shop = signed(&[("subject", "1+1 free")], joined);
    let body = shop.with("subject", b"1 1 free");
    // Both spaces become a plus, or none: which one it was cannot be told from the value alone.
    unexplained(&shop.configuration(), body);
    let shop = signed(&[("subject", "A+B")], joined);
    let body = shop.with("subject", b"A B");
    explained(&shop.configuration(), body, &["plus_became_space subject"]);
    let shop = signed(&[("subject", "A B")], joined);
    let body = shop.with("subject", b"A+B");
    explained(&shop.configuration(), body, &["space_became_plus subject"]);
}

#[test]
fn slashes_stripped_and_added() {
    let shop = signed(&[("body", r#"{"a":"b"}"#)], joined);
    let body = shop.with("body", br#"{\"a\":\"b\"}"#);
    explained(&shop.configuration(), body, &["slashes_added body"]);
    let shop = signed(&[("body", r#"say \"hi\""#)], joined);
    let body = shop.with("body", br#"say "hi""#);
    explained(&shop.configuration(), body, &["slashes_stripped body"]);
    let shop = signed(&[("body", r#"{"u":"http:\/\/x"}"#)], joined);
    let body = shop.with("body", br#"{"u":"http://x"}"#);
    explained(&shop.configuration(), body, &["slashes_stripped body"]);
}

#[test]
fn json_in_a_value_written_again() {
    let real = genuine("edge-fund-bill-list");
    let spaced = real
        .value("fund_bill_list")
        .replace("\":", "\": ")
        .replace(",\"", ", \"");
    let body = real.with("fund_bill_list", spaced.as_bytes());
    explained(
        &real.configuration(),
        body,
        &["json_reserialised fund_bill_list"],
    );
    let shop = signed(&[("body", r#"{"a": 1, "b": [2, 3]}"#)], joined);
    let body = shop.with("body", br#"{"a":1,"b":[2,3]}"#);
    explained(&shop.configuration(), body, &["json_reserialised body"]);
}

#[test]
fn white_space_around_values_lost_and_added() {
    let shop = signed(&[("subject", " tea")], joined);
    let body = shop.with("subject", b"tea");
    explained(&shop.configuration(), body, &["value_trimmed subject"]);
    let real = genuine("edge-rsa2-base");
    let body = real.with("out_trade_no", b" WB-20240305-0001 ");
    explained(&real.configuration(), body, &["value_padded out_trade_no"]);
}

#[test]
fn line_breaks_and_times_converted() {
    let shop = signed(&[("body", "one\ntwo")], joined);
    let body = shop.with("body", b"one\r\ntwo");
    explained(&shop.configuration(), body, &["line_breaks_changed body"]);
    let real = genuine("edge-rsa2-base");
    let body = real.with("notify_time", b"2024-03-05T10:20:30.000Z");
    explained(
        &real.configuration(),
        body,
        &["time_reformatted notify_time"],
    );
    explained(
        &real.configuration(),
        format!("{}\r\n", real.body),
        &["body_has_line_break"],
    );
}

#[test]
fn fields_added_and_dropped() {
    let real = genuine("edge-rsa2-base");
    let body = format!("{}&shop=7", real.body);
    explained(&real.configuration(), body, &["query_mixed_in shop"]);
    let body = format!("lang=en&shop=7&_url=/notify&{}", real.body);
    explained(&real.configuration(), body, &["query_mixed_in"]);
    let body = format!("{}&subject=tea", real.body);
    explained(&real.configuration(), body, &["field_added subject"]);
    let real = genuine("kaligo-forex-notify");
    let body = real.body.replace("_input_charset=utf-8&", "");
    assert_ne!(body, real.body);
    explained(
        &real.configuration(),
        body,
        &["field_dropped _input_charset"],
    );
}

#[test]
fn query_of_the_notify_address_is_told_of_a_whole_request() {
    let real = genuine("edge-rsa2-base");
    let request = |target: &str| {
        let body = &real.body;
        let length = body.len();
        format!("POST {target} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{body}\n")
    };
    valid(&real.configuration(), request("/notify"), &[]);
    valid(
        &real.configuration(),
        request("/notify?shop=7"),
        &["query_mixed_in?"],
    );
}

#[test]
fn sign_damaged_on_its_way() {
    let real = genuine("edge-rsa2-base");
    let sign = real.value("sign");
    assert!(sign.contains('+') && sign.contains('/') && sign.ends_with('='));
    let lines: Vec<&str> = sign
        .as_bytes()
        .chunks(60)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    let url_safe = sign.replace('+', "-").replace('/', "_");
    for (other, code) in [
        (sign.replace('+', " "), "sign_plus_became_space"),
        (lines.join("\n"), "sign_has_line_breaks"),
        (format!("{sign}\n"), "sign_has_line_breaks"),
        (url_safe.clone(), "sign_is_url_safe"),
        (
            url_safe.trim_end_matches('=').to_owned(),
            "sign_is_url_safe",
        ),
        (sign.trim_end_matches('=').to_owned(), "sign_lost_padding"),
        (
            sign.replace('/', "%2F").replace('+', "%2B"),
            "sign_encoded_twice",
        ),
        (sign.replace('/', "\\/"), "slashes_added"),
        (sign[..300].to_owned(), "sign_truncated?"),
        (String::new(), "sign_missing?"),
    ] {
        let body = real.with("sign", other.as_bytes());
        explained(&real.configuration(), body, &[code]);
    }
    let md5 = genuine("edge-sign-uppercase");
    explained(&md5.configuration(), &md5.body, &["sign_is_upper_case"]);
    let md5 = genuine("edge-sign-truncated");
    explained(&md5.configuration(), &md5.body, &["sign_truncated?"]);
}

#[test]
fn two_mistakes_at_once() {
    let real = genuine("edge-fund-bill-list-html-escaped");
    let body = real.with("total_fee", b"8");
    // An escape and a number: neither alone makes it hold, and no pair of these is looked for.
    unexplained(&real.configuration(), body);
    let sign = real.value("sign").replace('+', " ");
    let body = real.with("sign", sign.as_bytes());
    explained(
        &real.configuration(),
        body,
        &["html_escaped fund_bill_list", "sign_plus_became_space"],
    );
    let body = format!("{}&shop=7", real.with("sign", sign.as_bytes()));
    unexplained(&real.configuration(), body);
}

#[test]
fn message_of_another_kind() {
    let real = genuine("edge-return-replayed-as-notification");
    explained(
        &real.configuration(),
        &real.body,
        &["return_as_notification"],
    );
    let address = format!("https://shop.example/return?{}", real.body);
    valid(&real.configuration(), address, &[]);
    let real = genuine("edge-resplit-forged-notification");
    explained(&real.configuration(), &real.body, &["resplit"]);
    let real = genuine("kaligo-create_forex_trade-2dd75a");
    let (_, form) = real.body.split_once('?').unwrap();
    let request = format!("POST /notify HTTP/1.1\r\nHost: shop.example\r\n\r\n{form}");
    explained(&real.configuration(), request, &["request_as_notification"]);
    valid(&real.configuration(), &real.body, &[]);
    let real = genuine("chloerei-notify-1234");
    explained(
        &real.configuration(),
        &real.body,
        &["refused_behind_signature"],
    );
}
