//! What a request may not say.

use alipay_protocol::antom::money::{Amount, Currency};
use alipay_protocol::antom::request::{OsType, Rule, Terminal};

use super::{body, check, cny, pay, whole};

#[test]
fn pay_that_breaks_a_rule_is_not_built() {
    let long = |count: usize| "说".repeat(count);
    let url = |count: usize| format!("https://shop.example/{}", "a".repeat(count));
    let web = || pay(Terminal::Web, cny(100));
    let usd = Amount::from_minor(100, Currency::Usd).unwrap();
    check(
        pay(Terminal::Web, usd).build(),
        "paymentAmount",
        Rule::NotCny,
    );
    for minor in [1, 9, 30_000_001, Amount::MAX_MINOR] {
        let built = pay(Terminal::Web, cny(minor)).build();
        check(built, "paymentAmount", Rule::AmountOutOfRange);
    }
    check(web().build(), "orderDescription", Rule::Missing);
    check(
        web().order_description("").build(),
        "orderDescription",
        Rule::Missing,
    );
    let limit = Rule::TooLong { limit: 256 };
    check(
        web().order_description(&long(257)).build(),
        "orderDescription",
        limit,
    );
    check(
        web().order_description("a\nb").build(),
        "orderDescription",
        Rule::ForbiddenCharacter,
    );
    let described = || web().order_description(&long(256));
    check(described().build(), "paymentRedirectUrl", Rule::Missing);
    check(
        described().order_description("b").build(),
        "orderDescription",
        Rule::GivenTwice,
    );
    for redirect in [
        "/back",
        "shop.example",
        "https://",
        "https:///back",
        "https://shop.example@evil.example/",
        "https://shop.example/a b",
        "https://shop.example/ü",
        "javascript:alert(1)",
        "myshop://back",
    ] {
        let built = described().payment_redirect_url(redirect).build();
        check(built, "paymentRedirectUrl", Rule::NotAUrl);
    }
    let limit = Rule::TooLong { limit: 2048 };
    check(
        described().payment_redirect_url(&url(2028)).build(),
        "paymentRedirectUrl",
        limit,
    );
    let back = || described().payment_redirect_url(&url(2027));
    check(back().build(), "paymentNotifyUrl", Rule::Missing);
    for notify in [
        "ftp://shop.example/",
        "https://shop.example/#a",
        "myshop://notify",
    ] {
        let built = back().payment_notify_url(notify).build();
        check(built, "paymentNotifyUrl", Rule::NotAUrl);
    }
    for (now, after) in [(0, 0), (0, 600), (i64::MAX, 1), (253_402_271_999, 1)] {
        let built = whole(Terminal::Web).payment_expiry_time(now, after).build();
        check(built, "paymentExpiryTime", Rule::ExpiryOutOfRange);
    }
}

#[test]
fn own_scheme_of_an_app_accepted_in_the_app_alone() {
    let built = |url: &str| {
        pay(Terminal::App(OsType::Ios), cny(10))
            .order_description("x")
            .payment_redirect_url(url)
            .payment_notify_url("https://shop.example/")
            .build()
    };
    let request = built("myshop://back?a=b").unwrap();
    assert_eq!(
        body(request.unsigned())["paymentRedirectUrl"],
        "myshop://back?a=b"
    );
    for url in [
        "JavaScript://x",
        "file:///etc",
        "1shop://back",
        "my shop://back",
        "://back",
        "myshop:back",
    ] {
        check(built(url), "paymentRedirectUrl", Rule::NotAUrl);
    }
}

#[test]
fn error_names_field_rule_and_source() {
    let error = pay(Terminal::Web, cny(1)).build().unwrap_err();
    assert_eq!(
        error.to_string(),
        "paymentAmount: must be 0.10 to 300000.00 CNY, a refund at least 0.01 \
         (docs/alipay/antom.md section 8)"
    );
    let error = whole(Terminal::Web)
        .payment_expiry_time(0, 600)
        .build()
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "paymentExpiryTime: must be 1 to 599 seconds ahead (docs/alipay/antom.md section 4)"
    );
}
