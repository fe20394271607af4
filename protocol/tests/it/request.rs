//! What we send, and what we refuse to sign.

use alipay_protocol::backend::{NoRsa, RsaBackend, RustCrypto, ready};
use alipay_protocol::key::Md5Key;
use alipay_protocol::money::{Amount, Currency};
use alipay_protocol::request::{
    PayRequest, PayRequestBuilder, Price, RequestError, Rule, Terminal,
};
use alipay_protocol::sign::{Digest, SignError, SigningKey};
use alipay_protocol::trade::OutTradeNo;

use crate::common::{gateway, md5_key, partner, private_key};

fn usd(text: &str) -> Price {
    Price::TotalFee(Amount::parse(text, Currency::Usd).unwrap())
}

fn builder(terminal: Terminal, price: Price) -> PayRequestBuilder {
    PayRequest::builder(
        terminal,
        &partner(),
        &OutTradeNo::parse("A-1").unwrap(),
        price,
    )
    .subject("Tee, large")
    .notify_url("https://pay.shop.example/notify/gateway")
    .return_url("https://pay.shop.example/return/A-1")
}

#[track_caller]
fn check(builder: PayRequestBuilder, field: &str, rule: Rule) {
    let error: RequestError = builder.build().unwrap_err();
    assert_eq!((error.field(), error.rule()), (field, rule));
}

#[test]
fn wap_address_is_the_one_other_tools_sign() {
    let request = builder(Terminal::Wap, usd("19.9"))
        .body("红 + 白")
        .supplier("Shop")
        .timeout_rule("30m")
        .merchant_url("https://shop.example/cart")
        .build()
        .unwrap();
    let signed = ready(request.sign(&SigningKey::md5(md5_key()), &NoRsa)).unwrap();
    // Text and signature from: printf %s "$TEXT$KEY" | md5sum
    assert_eq!(
        signed.url("https://intlmapi.alipay.com/gateway.do"),
        "https://intlmapi.alipay.com/gateway.do?_input_charset=utf-8&app_pay=Y\
         &body=%E7%BA%A2+%2B+%E7%99%BD&currency=USD\
         &merchant_url=https%3A%2F%2Fshop.example%2Fcart\
         &notify_url=https%3A%2F%2Fpay.shop.example%2Fnotify%2Fgateway&out_trade_no=A-1\
         &partner=2088101122136241&product_code=NEW_WAP_OVERSEAS_SELLER\
         &return_url=https%3A%2F%2Fpay.shop.example%2Freturn%2FA-1\
         &service=create_forex_trade_wap&subject=Tee%2C+large&supplier=Shop&timeout_rule=30m\
         &total_fee=19.90&sign=1e9571c30dac50be0b14ce9f2e8245e7&sign_type=MD5"
    );
}

#[test]
fn pc_request_in_cny_has_its_own_names() {
    let price = Price::RmbFee {
        amount: Amount::parse("0.1", Currency::Cny).unwrap(),
        currency: Currency::Eur,
    };
    let request = builder(Terminal::Pc, price).build().unwrap();
    let mut fields: Vec<(&str, &str)> = request.fields().collect();
    fields.sort_unstable();
    assert_eq!(
        fields,
        [
            ("_input_charset", "utf-8"),
            ("currency", "EUR"),
            ("notify_url", "https://pay.shop.example/notify/gateway"),
            ("out_trade_no", "A-1"),
            ("partner", "2088101122136241"),
            ("product_code", "NEW_OVERSEAS_SELLER"),
            ("return_url", "https://pay.shop.example/return/A-1"),
            ("rmb_fee", "0.10"),
            ("service", "create_forex_trade"),
            ("subject", "Tee, large"),
        ]
    );
}

#[test]
fn yen_are_written_without_decimals() {
    let price = Price::TotalFee(Amount::from_minor(1990, Currency::Jpy).unwrap());
    let request = builder(Terminal::Wap, price).build().unwrap();
    assert!(request.fields().any(|field| field == ("total_fee", "1990")));
}

#[test]
fn text_that_could_be_split_is_never_signed() {
    for text in [
        "a&b",
        "a=b",
        "\"a\"",
        "a\nb",
        "a\u{0}b",
        "a\u{7f}",
        "x&out_trade_no=B",
    ] {
        check(
            PayRequest::builder(
                Terminal::Wap,
                &partner(),
                &OutTradeNo::parse("A-1").unwrap(),
                usd("1"),
            )
            .subject(text),
            "subject",
            Rule::ForbiddenCharacter,
        );
        let good = || builder(Terminal::Wap, usd("1"));
        check(good().body(text), "body", Rule::ForbiddenCharacter);
        check(good().supplier(text), "supplier", Rule::ForbiddenCharacter);
    }
}

#[test]
fn one_broken_rule_per_field_rejected() {
    let good = || builder(Terminal::Wap, usd("1"));
    let long = |length: usize| "中".repeat(length);
    assert!(good().body(&long(400)).build().is_ok());
    check(
        good().body(&long(401)),
        "body",
        Rule::TooLong { limit: 400 },
    );
    check(good().body(""), "body", Rule::Missing);
    check(
        good().supplier(&long(257)),
        "supplier",
        Rule::TooLong { limit: 256 },
    );
    check(good().subject("again"), "subject", Rule::GivenTwice);
    check(
        good().timeout_rule("16d"),
        "timeout_rule",
        Rule::NotATimeout,
    );
    check(
        builder(Terminal::Pc, usd("1")).timeout_rule("20m"),
        "timeout_rule",
        Rule::NotATimeout,
    );
    assert!(
        builder(Terminal::Pc, usd("1"))
            .timeout_rule("12h")
            .build()
            .is_ok()
    );
    check(
        builder(Terminal::Pc, usd("1")).merchant_url("https://shop.example/"),
        "merchant_url",
        Rule::NotOnPc,
    );
    for url in [
        "https://shop.example/?a=b",
        "https://shop.example/?",
        "https://shop.example/#a",
    ] {
        check(good().merchant_url(url), "merchant_url", Rule::QueryInUrl);
    }
    for url in [
        "shop.example",
        "https://shop example/",
        "https://商店.example/",
        "javascript:1",
    ] {
        check(good().merchant_url(url), "merchant_url", Rule::NotAUrl);
    }
    check(
        good().merchant_url("https://shop.example/a=b"),
        "merchant_url",
        Rule::ForbiddenCharacter,
    );
    let path = "a".repeat(200);
    check(
        good().merchant_url(&format!("https://{path}")),
        "merchant_url",
        Rule::TooLong { limit: 200 },
    );
}

#[test]
fn missing_fields_rejected() {
    let number = OutTradeNo::parse("A-1").unwrap();
    let bare = || PayRequest::builder(Terminal::Wap, &partner(), &number, usd("1"));
    let notify = "https://pay.shop.example/notify";
    check(bare(), "subject", Rule::Missing);
    check(bare().subject("Tee"), "notify_url", Rule::Missing);
    check(
        bare().subject("Tee").notify_url(notify),
        "return_url",
        Rule::Missing,
    );
}

#[test]
fn amounts_outside_the_range_and_the_contract_rejected() {
    let price = |text, currency| Price::TotalFee(Amount::parse(text, currency).unwrap());
    let good = |price| builder(Terminal::Wap, price);
    for edge in ["0.01", "1000000.00"] {
        assert!(good(usd(edge)).build().is_ok(), "{edge}");
    }
    check(good(usd("0")), "total_fee", Rule::AmountOutOfRange);
    check(good(usd("1000000.01")), "total_fee", Rule::AmountOutOfRange);
    check(
        good(price("1000001", Currency::Jpy)),
        "total_fee",
        Rule::AmountOutOfRange,
    );
    check(
        good(price("1", Currency::Cny)),
        "currency",
        Rule::NotSettlementCurrency,
    );
    let rmb = |text, amount, currency| Price::RmbFee {
        amount: Amount::parse(text, amount).unwrap(),
        currency,
    };
    check(
        good(rmb("0", Currency::Cny, Currency::Usd)),
        "rmb_fee",
        Rule::AmountOutOfRange,
    );
    check(
        good(rmb("1", Currency::Usd, Currency::Usd)),
        "rmb_fee",
        Rule::NotCny,
    );
    check(
        good(rmb("1", Currency::Cny, Currency::Cny)),
        "currency",
        Rule::NotSettlementCurrency,
    );
}

#[test]
fn error_names_field_rule_and_origin() {
    let error = builder(Terminal::Wap, usd("1"))
        .body("a&b")
        .build()
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "body: must not hold &, =, \" or a control character (docs/alipay/sign.md section 4)"
    );
}

#[test]
fn rsa_signatures_are_the_ones_other_tools_made() {
    let vectors = gateway().vectors;
    let key_of = |id: &str| match id {
        "chloerei-rsa" => SigningKey::rsa(private_key("chloerei-test-rsa-1024-priv")),
        "kaligo-rsa-sha256" => SigningKey::rsa2(private_key("kaligo-test-rsa-2048-priv")),
        "wannan-rsa" => SigningKey::rsa(private_key("wannan-test-rsa-2048-priv")),
        _ => SigningKey::rsa2(private_key("wannan-test-rsa-2048-priv")),
    };
    for id in [
        "chloerei-rsa",
        "kaligo-rsa-sha256",
        "wannan-rsa",
        "edge-rsa2-base",
    ] {
        let vector = vectors.iter().find(|vector| vector.id == id).unwrap();
        let text = vector.string_to_sign.as_deref().unwrap();
        let sign = ready(key_of(id).unwrap().sign(&RustCrypto, text.as_bytes()));
        assert_eq!(sign.as_ref(), Ok(&vector.sign), "{id}");
    }
}

#[test]
fn backend_that_cannot_sign_is_told_apart_from_a_bad_request() {
    let request = builder(Terminal::Wap, usd("1")).build().unwrap();
    let key = SigningKey::rsa2(private_key("wannan-test-rsa-2048-priv")).unwrap();
    assert_eq!(ready(request.sign(&key, &NoRsa)), Err(SignError));
    let key = private_key("wannan-test-rsa-2048-priv");
    assert_eq!(
        ready(NoRsa.sign(&key, Digest::Sha256, b"text")),
        Err(SignError)
    );
}

#[test]
fn debug_of_a_signed_request_shows_no_signature() {
    let key = SigningKey::md5(Md5Key::parse("test-key").unwrap());
    let request = builder(Terminal::Pc, usd("1")).build().unwrap();
    let signed = ready(request.sign(&key, &NoRsa)).unwrap();
    assert_eq!(format!("{signed:?}"), "SignedRequest { fields: 12, .. }");
}
