//! Giving money back: the request, its answer, and what a notification says about it.

use alipay_protocol::backend::{NoRsa, ready};
use alipay_protocol::charset::Charset;
use alipay_protocol::form::MAX_BODY;
use alipay_protocol::gateway_time::GatewayTime;
use alipay_protocol::key::Md5Key;
use alipay_protocol::money::{Amount, Currency};
use alipay_protocol::notification::{
    InvalidNotifyType, NotifyType, RefundNotification, RefundStatus, VerifyError,
};
use alipay_protocol::query::{AnswerError, ErrorCode};
use alipay_protocol::refund::{
    IsSync, RefundAmount, RefundAnswer, RefundRequest, RefundRequestBuilder, RefundTerms,
};
use alipay_protocol::request::{Rule, Terminal};
use alipay_protocol::sign::SigningKey;
use alipay_protocol::trade::{OutReturnNo, OutTradeNo, TradeError};

use crate::common::{GOOD, md5_sign, md5_verifier, partner, verify};

/// The key of Alipay's public sandbox account.
const SANDBOX_KEY: &str = "760bdzec6y9goq7ctyx96ezkz78287de";

fn builder(amount: RefundAmount) -> RefundRequestBuilder {
    let out_return_no = OutReturnNo::parse("SAMPLE_REFUND_ID").unwrap();
    let out_trade_no = OutTradeNo::parse("SAMPLE_TRANSACTION_ID").unwrap();
    let terms = RefundTerms {
        out_return_no: &out_return_no,
        out_trade_no: &out_trade_no,
        amount,
        gmt_return: GatewayTime::parse("2015-03-20 12:00:00").unwrap(),
    };
    RefundRequest::builder(Terminal::Pc, &partner(), terms)
}

fn rmb(text: &str) -> RefundAmount {
    RefundAmount::ReturnRmbAmount {
        amount: Amount::parse(text, Currency::Cny).unwrap(),
        currency: Currency::Usd,
    }
}

fn amount(text: &str, currency: Currency) -> RefundAmount {
    RefundAmount::ReturnAmount(Amount::parse(text, currency).unwrap())
}

#[track_caller]
fn check(builder: RefundRequestBuilder, field: &str, rule: Rule) {
    let error = builder.build().unwrap_err();
    assert_eq!((error.field(), error.rule()), (field, rule));
}

#[test]
fn refund_is_signed_as_another_tool_signs_it() {
    // Signatures from public tests written in Ruby, whose requests have no product_code: the older
    // product. All other fields are ours.
    for (reason, sign) in [
        ("hello", "a77e894e71491f41e73ebe40319cc300"),
        ("no_reason", "c4c09ca3fc78d04b88d9459b02673b1b"),
    ] {
        let request = builder(rmb("200")).reason(reason).build().unwrap();
        let mut fields: Vec<String> = request
            .fields()
            .filter(|(name, _)| *name != "product_code")
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        fields.sort_unstable();
        let key = SigningKey::md5(Md5Key::parse(SANDBOX_KEY).unwrap());
        assert_eq!(
            ready(key.sign(&NoRsa, fields.join("&").as_bytes())).as_deref(),
            Ok(sign)
        );
    }
}

#[test]
fn refund_in_the_settlement_currency_has_its_own_names() {
    let request = builder(amount("19.9", Currency::Eur))
        .is_sync(IsSync::Yes)
        .notify_url("https://pay.shop.example/notify/gateway")
        .build()
        .unwrap();
    let key = SigningKey::md5(Md5Key::parse(SANDBOX_KEY).unwrap());
    let signed = ready(request.sign(&key, &NoRsa)).unwrap();
    let fields: Vec<(&str, &str)> = signed.fields().collect();
    assert_eq!(
        fields,
        [
            ("_input_charset", "utf-8"),
            ("currency", "EUR"),
            ("gmt_return", "20150320120000"),
            ("is_sync", "Y"),
            ("notify_url", "https://pay.shop.example/notify/gateway"),
            ("out_return_no", "SAMPLE_REFUND_ID"),
            ("out_trade_no", "SAMPLE_TRANSACTION_ID"),
            ("partner", "2088101122136241"),
            ("product_code", "NEW_OVERSEAS_SELLER"),
            ("return_amount", "19.90"),
            ("service", "forex_refund"),
            // Text and signature from: printf %s "$TEXT$KEY" | md5sum
            ("sign", "a7e4828604d7f1403417108b4f5c3c34"),
            ("sign_type", "MD5"),
        ]
    );
}

#[test]
fn refund_with_one_broken_rule_rejected() {
    let usd = || builder(amount("1", Currency::Usd));
    for text in ["a&b", "a=b", "a\"b", "a\tb"] {
        check(usd().reason(text), "reason", Rule::ForbiddenCharacter);
    }
    check(
        usd().reason(&"红".repeat(101)),
        "reason",
        Rule::TooLong { limit: 100 },
    );
    check(usd().reason(""), "reason", Rule::Missing);
    check(usd().reason("a").reason("a"), "reason", Rule::GivenTwice);
    check(
        usd().notify_url("https://shop.example/?a"),
        "notify_url",
        Rule::QueryInUrl,
    );
    check(
        builder(amount("0", Currency::Usd)),
        "return_amount",
        Rule::AmountOutOfRange,
    );
    check(
        builder(amount("1000000.01", Currency::Usd)),
        "return_amount",
        Rule::AmountOutOfRange,
    );
    check(
        builder(amount("1", Currency::Cny)),
        "currency",
        Rule::NotSettlementCurrency,
    );
    check(
        builder(rmb("0")),
        "return_rmb_amount",
        Rule::AmountOutOfRange,
    );
    let not_cny = RefundAmount::ReturnRmbAmount {
        amount: Amount::parse("1", Currency::Usd).unwrap(),
        currency: Currency::Usd,
    };
    check(builder(not_cny), "return_rmb_amount", Rule::NotCny);
    for text in ["", "a b", "a.b", "ü", &"a".repeat(65)] {
        assert_eq!(
            OutReturnNo::parse(text),
            Err(TradeError::InvalidOutReturnNo),
            "{text:?}"
        );
    }
}

#[test]
fn answers_are_told_apart() {
    let parse = |text: &str| RefundAnswer::parse(text.as_bytes(), Charset::Utf8);
    let failed =
        |code: &str| format!("<alipay><is_success>F</is_success><error>{code}</error></alipay>");
    assert_eq!(
        parse(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<alipay><is_success>T</is_success></alipay>"
        ),
        Ok(RefundAnswer::Accepted)
    );
    for (code, error) in [
        ("HAS_NO_PRIVILEGE", ErrorCode::HasNoPrivilege),
        ("ILLEGAL_ARGUMENT", ErrorCode::IllegalArgument),
        (
            "ILLEGAL_PARTNER_EXTERFACE",
            ErrorCode::IllegalPartnerExterface,
        ),
        ("PURCHASE_TRADE_NOT_EXIST", ErrorCode::PurchaseTradeNotExist),
        ("SYSTEM_EXCEPTION", ErrorCode::SystemException),
        ("REFUND_SOMETHING", ErrorCode::Other),
    ] {
        let Ok(RefundAnswer::Refused(refusal)) = parse(&failed(code)) else {
            panic!("{code} is no refusal");
        };
        assert_eq!((refusal.code(), refusal.word()), (error, Some(code)));
    }
    // What has not the shape of a word is not repeated.
    for text in ["", "a word", "<b>X</b>", &"A".repeat(65), "RÜCK"] {
        let Ok(RefundAnswer::Refused(refusal)) = parse(&failed(text)) else {
            panic!("{text} is no refusal");
        };
        assert_eq!((refusal.code(), refusal.word()), (ErrorCode::Other, None));
    }
    for text in [
        "",
        "success",
        "<html><body>T</body></html>",
        "<alipay></alipay>",
        "<alipay><is_success>t</is_success></alipay>",
        "<alipay><is_success>F</is_success><is_success>T</is_success></alipay>",
        "<!DOCTYPE a><alipay><is_success>T</is_success></alipay>",
    ] {
        assert_eq!(parse(text), Err(AnswerError::NotAnAnswer), "{text}");
    }
    let gbk = "<?xml version=\"1.0\" encoding=\"GBK\"?><alipay><is_success>T</is_success></alipay>";
    assert_eq!(parse(gbk), Err(AnswerError::CharsetNotAccepted));
    assert_eq!(
        RefundAnswer::parse(gbk.as_bytes(), Charset::Gbk),
        Ok(RefundAnswer::Accepted)
    );
    assert_eq!(
        parse(&" ".repeat(MAX_BODY + 1)),
        Err(AnswerError::TooLong {
            limit: MAX_BODY,
            actual: MAX_BODY + 1
        })
    );
}

/// The fields of a notification about a refund, as Alipay's page names them; self-made.
const REFUND: [(&str, &str); 8] = [
    ("currency", "USD"),
    ("notify_id", "8f0e1d2c3b4a59687786950a1b2c3d4e60"),
    ("notify_time", "2024-03-06 10:20:30"),
    ("notify_type", "refund_status_sync"),
    ("out_return_no", "R-1"),
    ("out_trade_no", "WB-20240305-0001"),
    ("refund_status", "REFUND_SUCCESS"),
    ("return_amount", "8.00"),
];

/// `REFUND` with one field set (or, with an empty value, left out), signed.
fn signed(name: &str, value: &str) -> Vec<u8> {
    let mut fields: Vec<(&str, &str)> = REFUND
        .into_iter()
        .filter(|(known, _)| *known != name)
        .chain([(name, value)])
        .filter(|(_, value)| !value.is_empty())
        .collect();
    fields.sort_unstable();
    let pairs = |space: &str| {
        let pairs = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", value.replace(' ', space)));
        pairs.collect::<Vec<_>>().join("&")
    };
    let sign = md5_sign(&pairs(" "));
    format!("{}&sign_type=MD5&sign={sign}", pairs("+")).into_bytes()
}

fn verify_refund(body: &[u8]) -> Result<RefundNotification, VerifyError> {
    let notify_type = NotifyType::parse("refund_status_sync").unwrap();
    let verifier = md5_verifier().with_refund_notify_type(notify_type);
    ready(verifier.verify_refund(&NoRsa, body))
}

#[test]
fn notification_about_a_refund_says_what_it_holds() {
    let refund = verify_refund(&signed("currency", "USD")).unwrap();
    assert_eq!(refund.out_return_no().as_str(), "R-1");
    assert_eq!(refund.out_trade_no().as_str(), "WB-20240305-0001");
    assert_eq!(refund.refund_status(), RefundStatus::RefundSuccess);
    assert_eq!(refund.error_code(), None);
    assert_eq!(refund.notify_id().as_str(), REFUND[1].1);
    assert_eq!(refund.notify_time().to_string(), "2024-03-06 10:20:30");
    assert_eq!(refund.key_id().as_str(), "only");
    let failed = verify_refund(&signed("refund_status", "REFUND_FAIL")).unwrap();
    assert_eq!(failed.refund_status(), RefundStatus::RefundFail);
    assert_ne!(failed.digest(), refund.digest());
    let other = verify_refund(&signed("refund_status", "refund_success")).unwrap();
    assert_eq!(other.refund_status(), RefundStatus::Other);
    let coded = verify_refund(&signed("error_code", "REASON_TRADE_STATUS_INVALID")).unwrap();
    assert_eq!(coded.error_code(), Some("REASON_TRADE_STATUS_INVALID"));
}

#[test]
fn refund_of_a_kind_that_is_not_configured_rejected() {
    let body = signed("currency", "USD");
    let unknown = VerifyError::UnknownNotifyType;
    assert_eq!(
        ready(md5_verifier().verify_refund(&NoRsa, &body)),
        Err(unknown.clone())
    );
    assert_eq!(
        verify_refund(&signed("notify_type", "batch_refund_notify")),
        Err(unknown.clone())
    );
    // Where the merchant's endpoint takes payments, it is refused as signed, and never a payment.
    assert_eq!(verify(&body), Err(unknown));
}

#[test]
fn notification_about_a_trade_is_no_refund_even_where_the_kinds_are_one() {
    let notify_type = NotifyType::parse("trade_status_sync").unwrap();
    let verifier = md5_verifier().with_refund_notify_type(notify_type);
    assert_eq!(
        ready(verifier.verify_refund(&NoRsa, GOOD.as_bytes())),
        Err(VerifyError::InvalidField {
            field: "out_return_no"
        })
    );
}

#[test]
fn refund_with_one_field_wrong_rejected() {
    let invalid = |field| VerifyError::InvalidField { field };
    for (name, value, error) in [
        ("out_return_no", "", invalid("out_return_no")),
        ("out_return_no", "R.1", invalid("out_return_no")),
        ("out_trade_no", "", invalid("out_trade_no")),
        ("refund_status", "", invalid("refund_status")),
        ("error_code", "no money", invalid("error_code")),
        ("notify_time", "2024-03-06", invalid("notify_time")),
        ("seller_id", "2088101122136242", VerifyError::WrongPartner),
        ("service", "forex_refund", VerifyError::UnknownField),
        (
            "notify_id",
            "",
            VerifyError::MissingField { field: "notify_id" },
        ),
    ] {
        assert_eq!(
            verify_refund(&signed(name, value)),
            Err(error),
            "{name}={value}"
        );
    }
    let altered = String::from_utf8(signed("currency", "USD"))
        .unwrap()
        .replace("R-1", "R-2");
    assert_eq!(
        verify_refund(altered.as_bytes()),
        Err(VerifyError::BadSignature)
    );
    for text in ["", "Refund", "a-b", "a b", &"a".repeat(65)] {
        assert_eq!(NotifyType::parse(text), Err(InvalidNotifyType), "{text:?}");
    }
}
