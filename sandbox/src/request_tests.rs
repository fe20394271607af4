use super::{GatewayError, MerchantRequest, PayRequest, is_out_trade_no, parse_fields};
use crate::sign::{Fields, Keys};

const PARTNER: &str = "2088000000000001";

fn valid() -> Fields {
    [
        ("_input_charset", "UTF-8"),
        ("currency", "USD"),
        ("notify_url", "https://edge.example/notify/gateway"),
        ("out_trade_no", "A1"),
        ("partner", PARTNER),
        ("product_code", "NEW_WAP_OVERSEAS_SELLER"),
        ("return_url", "https://edge.example/return/A1"),
        ("service", "create_forex_trade_wap"),
        ("subject", "Kettle"),
        ("total_fee", "19.90"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect()
}

fn keys() -> Keys {
    Keys::md5("test key").unwrap()
}

/// Reads the valid request with some fields set (or, when empty, removed) before signing.
#[track_caller]
fn check(changes: &[(&str, &str)], expected: Result<&str, GatewayError>) {
    let mut fields = valid();
    for (name, value) in changes {
        fields.remove(*name);
        if !value.is_empty() {
            fields.insert((*name).to_owned(), (*value).to_owned());
        }
    }
    let fields = keys().sign(fields).unwrap();
    let actual = MerchantRequest::verify(fields, &keys(), PARTNER)
        .and_then(|request| PayRequest::parse(&request))
        .map(|request| format!("{} {}", request.amount.text(), request.amount.currency()));
    assert_eq!(actual, expected.map(str::to_owned), "{changes:?}");
}

#[test]
fn well_formed_requests_accepted() {
    check(&[], Ok("19.90 USD"));
    check(&[("_input_charset", "utf-8")], Ok("19.90 USD"));
    check(
        &[("total_fee", "1990"), ("currency", "JPY")],
        Ok("1990 JPY"),
    );
    check(&[("total_fee", ""), ("rmb_fee", "128")], Ok("128.00 CNY"));
    check(&[("notify_url", ""), ("return_url", "")], Ok("19.90 USD"));
    check(
        &[("merchant_url", "http://shop.example/basket")],
        Ok("19.90 USD"),
    );
    check(
        &[
            ("service", "create_forex_trade"),
            ("product_code", "NEW_OVERSEAS_SELLER"),
        ],
        Ok("19.90 USD"),
    );
    check(&[("subject", &"壶".repeat(256))], Ok("19.90 USD"));
}

#[test]
fn each_fault_is_answered_with_its_code() {
    use GatewayError as E;
    for (changes, expected) in [
        (&[("partner", "2088000000000002")][..], E::IllegalPartner),
        (&[("partner", "")], E::IllegalPartner),
        (&[("_input_charset", "GBK")], E::IllegalCharset),
        (&[("_input_charset", "")], E::IllegalCharset),
        (
            &[("product_code", "NEW_OVERSEAS_SELLER")],
            E::IllegalPartnerExterface,
        ),
        (&[("product_code", "")], E::IllegalPartnerExterface),
        (
            &[("service", "create_forex_trade")],
            E::IllegalPartnerExterface,
        ),
        (&[("service", "alipay.wap.trade")], E::IllegalService),
        (&[("out_trade_no", "")], E::IllegalArgument),
        (&[("out_trade_no", "A/1")], E::IllegalArgument),
        (&[("subject", "")], E::IllegalArgument),
        (&[("subject", &"x".repeat(257))], E::IllegalArgument),
        (&[("subject", "a\u{1}b")], E::IllegalArgument),
        (&[("body", &"x".repeat(401))], E::IllegalArgument),
        (&[("notify_url", "ftp://edge.example/")], E::IllegalArgument),
        (&[("return_url", "/return")], E::IllegalArgument),
        (
            &[("merchant_url", "javascript:alert(1)")],
            E::IllegalArgument,
        ),
        (
            &[(
                "return_url",
                &format!("https://e.example/{}", "x".repeat(200)),
            )],
            E::IllegalArgument,
        ),
        (&[("currency", "")], E::IllegalArgument),
        (&[("currency", "CNY")], E::IllegalCurrency),
        (&[("currency", "usd")], E::IllegalCurrency),
        (&[("total_fee", "")], E::IllegalArgument),
        (&[("rmb_fee", "128.00")], E::IllegalArgument),
        (&[("total_fee", "19.9O")], E::IllegalArgument),
        (&[("total_fee", "0.00")], E::TotalFeeLessEqualZero),
        (&[("total_fee", "1000000.01")], E::TotalFeeOutOfRange),
    ] {
        check(changes, Err(expected));
    }
}

#[test]
fn faults_of_the_signature_are_told_apart() {
    use GatewayError as E;
    for (name, value, expected) in [
        ("sign_type", "RSA2", E::IllegalSecurityProfile),
        ("sign_type", "md5", E::IllegalSignType),
        ("sign_type", "DSA", E::IllegalSignType),
        ("total_fee", "0.01", E::IllegalSign),
        ("extra", "1", E::IllegalSign),
        ("sign", "", E::IllegalSign),
    ] {
        let mut fields = keys().sign(valid()).unwrap();
        fields.insert(name.to_owned(), value.to_owned());
        let verdict = MerchantRequest::verify(fields, &keys(), PARTNER).map(|_| ());
        assert_eq!(verdict, Err(expected), "{name}={value}");
    }
}

#[test]
fn verified_request_does_not_keep_its_signature() {
    let fields = keys().sign(valid()).unwrap();
    let request = MerchantRequest::verify(fields, &keys(), PARTNER).unwrap();
    assert_eq!(*request.fields(), valid());
}

#[test]
fn fields_are_decoded_once_and_taken_from_query_and_body() {
    let fields = |pairs: &[(&str, &str)]| -> Fields {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    };
    let charset = "_input_charset";
    for (query, body, expected) in [
        (
            "a=1%2B1&b=x+y&c=%2526",
            None,
            Ok(fields(&[("a", "1+1"), ("b", "x y"), ("c", "%26")])),
        ),
        ("a=1&a=1", None, Err(GatewayError::IllegalArgument)),
        (
            "_input_charset=UTF-8",
            Some("a=1&_input_charset=UTF-8"),
            Ok(fields(&[("a", "1"), (charset, "UTF-8")])),
        ),
        (
            "_input_charset=UTF-8",
            Some("a=1"),
            Ok(fields(&[("a", "1"), (charset, "UTF-8")])),
        ),
        (
            "",
            Some("a=1&_input_charset=UTF-8"),
            Err(GatewayError::IllegalSign),
        ),
        (
            "_input_charset=GBK",
            Some("a=1&_input_charset=UTF-8"),
            Err(GatewayError::IllegalArgument),
        ),
        (
            "_input_charset=UTF-8&a=1",
            Some("a=2"),
            Err(GatewayError::IllegalArgument),
        ),
    ] {
        assert_eq!(
            parse_fields(query, body.map(str::as_bytes)),
            expected,
            "{query} {body:?}"
        );
    }
    let many: Vec<_> = (0..101).map(|number| format!("f{number}=1")).collect();
    assert_eq!(
        parse_fields(&many[..100].join("&"), None).map(|fields| fields.len()),
        Ok(100)
    );
    assert_eq!(
        parse_fields(&many.join("&"), None),
        Err(GatewayError::IllegalArgument)
    );
}

#[test]
fn out_trade_no_alphabet() {
    for (text, expected) in [
        ("A1", true),
        ("20150401000-0001", true),
        ("test_4.048", true),
        (&"x".repeat(64), true),
        (&"x".repeat(65), false),
        ("", false),
        ("a b", false),
        ("a/b", false),
        ("单", false),
    ] {
        assert_eq!(is_out_trade_no(text), expected, "{text}");
    }
}
