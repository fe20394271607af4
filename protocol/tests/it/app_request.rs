//! What we send with the native app, and what we refuse to sign for it.

use alipay_protocol::app::{AppRequest, AppRequestBuilder, OrderStringError};
use alipay_protocol::backend::{NoRsa, RustCrypto, ready};
use alipay_protocol::money::{Amount, Currency};
use alipay_protocol::request::{PayRequest, PaymentInst, Price, Rule, SecondaryMerchant, Terminal};
use alipay_protocol::sign::{SignError, SigningKey, VerifyingKey};
use alipay_protocol::trade::OutTradeNo;

use crate::common::{md5_key, partner, private_key, public_key};

fn hkd(text: &str) -> Price {
    Price::TotalFee(Amount::parse(text, Currency::Hkd).unwrap())
}

fn builder(price: Price) -> AppRequestBuilder {
    let number = OutTradeNo::parse("20210527154100020004180921").unwrap();
    AppRequest::builder(&partner(), &number, price)
        .subject("goods_name")
        .notify_url("https://shop.example/notify")
}

#[track_caller]
fn check(builder: AppRequestBuilder, field: &str, rule: Rule) {
    let error = builder.build().unwrap_err();
    assert_eq!((error.field(), error.rule()), (field, rule));
}

#[test]
fn order_string_has_the_form_of_a_payment_service_providers_sample() {
    // QFPay's public sample for AlipayHK, with our account, addresses and charset in its place.
    let sample = "_input_charset=\"utf-8\"&body=\"goods_info\"&currency=\"HKD\"&forex_biz=\"FP\"\
        &it_b_pay=\"30m\"&notify_url=\"https://shop.example/notify\"\
        &out_trade_no=\"20210527154100020004180921\"&partner=\"2088101122136241\"\
        &payment_inst=\"ALIPAYHK\"&payment_type=\"1\"&product_code=\"NEW_WAP_OVERSEAS_SELLER\"\
        &refer_url=\"https://iflare.example\"&return_url=\"https://shop.example/return\"\
        &secondary_merchant_id=\"1000007081\"&secondary_merchant_industry=\"5941\"\
        &secondary_merchant_name=\"IFlare Hong Kong Limited (external) - online\"\
        &seller_id=\"2088101122136241\"&service=\"mobile.securitypay.pay\"\
        &subject=\"goods_name\"&total_fee=\"0.01\"";
    let request = builder(hkd("0.01"))
        .body("goods_info")
        .it_b_pay("30m")
        .return_url("https://shop.example/return")
        .payment_inst(PaymentInst::AlipayHk)
        .secondary_merchant(SecondaryMerchant {
            id: "1000007081",
            name: "IFlare Hong Kong Limited (external) - online",
            industry: "5941",
            refer_url: "https://iflare.example",
        })
        .build()
        .unwrap();
    for (key, word) in [
        (
            SigningKey::rsa(private_key("wannan-test-rsa-2048-priv")),
            "RSA",
        ),
        (
            SigningKey::rsa2(private_key("wannan-test-rsa-2048-priv")),
            "RSA2",
        ),
    ] {
        let key = key.unwrap();
        let order = ready(request.sign(&key, &RustCrypto)).unwrap();
        let rest = order.as_str().strip_prefix(sample).unwrap();
        let sign = rest.strip_prefix("&sign=\"").unwrap();
        let (sign, rest) = sign.split_once('"').unwrap();
        assert_eq!(rest, format!("&sign_type=\"{word}\""));
        let unescaped = sign
            .replace("%2B", "+")
            .replace("%2F", "/")
            .replace("%3D", "=");
        let public = public_key("wannan-test-rsa-2048");
        let public = match word {
            "RSA" => VerifyingKey::rsa(public),
            _ => VerifyingKey::rsa2(public),
        };
        assert_eq!(
            ready(
                public
                    .unwrap()
                    .verify(&RustCrypto, sample.as_bytes(), unescaped.as_bytes())
            ),
            Ok(())
        );
        assert_eq!(format!("{order:?}"), "OrderString([elided])");
    }
}

#[test]
fn yen_and_cny_have_their_own_names_and_decimals() {
    let fields = |price| {
        let request = builder(price).build().unwrap();
        let fields = request
            .fields()
            .filter(|(name, _)| matches!(*name, "currency" | "total_fee" | "rmb_fee"));
        fields
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
    };
    let yen = Price::TotalFee(Amount::parse("500", Currency::Jpy).unwrap());
    assert_eq!(fields(yen), ["currency=JPY", "total_fee=500"]);
    let cny = Price::RmbFee {
        amount: Amount::parse("9.9", Currency::Cny).unwrap(),
        currency: Currency::Eur,
    };
    assert_eq!(fields(cny), ["currency=EUR", "rmb_fee=9.90"]);
}

#[test]
fn app_request_with_one_broken_rule_rejected() {
    for text in ["a&b", "a=b", "a\"b", "a\nb", "\u{7f}"] {
        check(
            builder(hkd("1")).body(text),
            "body",
            Rule::ForbiddenCharacter,
        );
    }
    let merchant = SecondaryMerchant {
        id: "1",
        name: "n",
        industry: "5941",
        refer_url: "https://shop.example",
    };
    let with = |merchant| builder(hkd("1")).secondary_merchant(merchant);
    for industry in ["594", "59411", "594x"] {
        let merchant = SecondaryMerchant {
            industry,
            ..merchant
        };
        check(
            with(merchant),
            "secondary_merchant_industry",
            Rule::NotAnIndustry,
        );
    }
    let id = "1".repeat(65);
    check(
        with(SecondaryMerchant {
            id: &id,
            ..merchant
        }),
        "secondary_merchant_id",
        Rule::TooLong { limit: 64 },
    );
    let name = "n".repeat(129);
    check(
        with(SecondaryMerchant {
            name: &name,
            ..merchant
        }),
        "secondary_merchant_name",
        Rule::TooLong { limit: 128 },
    );
    let refer_url = "shop.example";
    check(
        with(SecondaryMerchant {
            refer_url,
            ..merchant
        }),
        "refer_url",
        Rule::NotAUrl,
    );
    for text in ["16d", "1.5h", "0m"] {
        check(
            builder(hkd("1")).it_b_pay(text),
            "it_b_pay",
            Rule::NotATimeout,
        );
    }
    check(builder(hkd("1")).subject("x"), "subject", Rule::GivenTwice);
    check(builder(hkd("0")), "total_fee", Rule::AmountOutOfRange);
    let usd = Price::TotalFee(Amount::parse("1", Currency::Usd).unwrap());
    check(
        builder(usd).payment_inst(PaymentInst::AlipayHk),
        "currency",
        Rule::NotHkd,
    );
    let number = OutTradeNo::parse("A").unwrap();
    let bare = || AppRequest::builder(&partner(), &number, hkd("1"));
    check(bare(), "subject", Rule::Missing);
    check(bare().subject("x"), "notify_url", Rule::Missing);
}

#[test]
fn browsers_request_takes_the_same_fields_for_providers() {
    let number = OutTradeNo::parse("A").unwrap();
    let usd = Price::TotalFee(Amount::parse("1", Currency::Usd).unwrap());
    let request = PayRequest::builder(Terminal::Wap, &partner(), &number, usd)
        .subject("x")
        .notify_url("https://shop.example/notify")
        .return_url("https://shop.example/return")
        .payment_inst(PaymentInst::AlipayHk);
    let error = request.build().unwrap_err();
    assert_eq!(
        error.to_string(),
        "currency: must be HKD for ALIPAYHK (docs/alipay/request.md section 4)"
    );
}

#[test]
fn md5_signs_no_order_string() {
    let request = builder(hkd("1")).build().unwrap();
    assert_eq!(
        ready(request.sign(&SigningKey::md5(md5_key()), &NoRsa)),
        Err(OrderStringError::Md5NotAccepted)
    );
    let key = SigningKey::rsa2(private_key("wannan-test-rsa-2048-priv")).unwrap();
    assert_eq!(
        ready(request.sign(&key, &NoRsa)),
        Err(OrderStringError::Sign(SignError))
    );
}
