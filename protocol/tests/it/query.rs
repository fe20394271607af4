//! `single_trade_query`: the question, and answers that OpenSSL and Python signed.

use std::collections::BTreeMap;

use alipay_protocol::backend::{NoRsa, RustCrypto, ready};
use alipay_protocol::charset::Charset;
use alipay_protocol::form::MAX_BODY;
use alipay_protocol::money::{AmountError, Currency};
use alipay_protocol::notification::Verifier;
use alipay_protocol::query::{Answer, AnswerError, ErrorCode, TradeAnswer, TradeQuery};
use alipay_protocol::sign::{SignType, SigningKey, VerifyingKey};
use alipay_protocol::trade::{OutTradeNo, TradeNo, TradeStatus};
use base64ct::{Base64, Encoding};

use crate::common::{md5_key, md5_verifier, partner, public_key, read};

fn xml(name: &str) -> Vec<u8> {
    let file: BTreeMap<String, String> = read("single_trade_query.json");
    Base64::decode_vec(&file[name]).unwrap()
}

fn asked() -> TradeQuery {
    TradeQuery::by_out_trade_no(&partner(), &OutTradeNo::parse("WB-20240305-0001").unwrap())
}

fn check(verifier: &Verifier, body: &[u8]) -> Result<Answer, AnswerError> {
    ready(verifier.verify_answer(&RustCrypto, &asked(), body))
}

#[track_caller]
fn trade(answer: Result<Answer, AnswerError>) -> TradeAnswer {
    match answer {
        Ok(Answer::Trade(trade)) => trade,
        other => panic!("{other:?}"),
    }
}

#[test]
fn answers_signed_by_other_tools_accepted() {
    let rsa = VerifyingKey::rsa(public_key("chloerei-test-rsa-1024")).unwrap();
    let rsa2 = VerifyingKey::rsa2(public_key("wannan-test-rsa-2048")).unwrap();
    let verifiers = [
        ("md5", md5_verifier()),
        ("md5_gbk", md5_verifier().with_charset(Charset::Gbk)),
        ("rsa", Verifier::new(rsa, partner())),
        ("rsa2", Verifier::new(rsa2, partner())),
    ];
    for (name, verifier) in verifiers {
        let trade = trade(check(&verifier, &xml(name)));
        assert_eq!(trade.out_trade_no().as_str(), "WB-20240305-0001", "{name}");
        assert_eq!(trade.trade_no().as_str(), "2024030521001004000200000001");
        assert_eq!(trade.trade_status(), TradeStatus::TradeFinished);
        assert_eq!(trade.total_fee(), "8.00");
        assert_eq!(trade.total(Currency::Usd).unwrap().minor(), 800);
        assert_eq!(
            trade.total(Currency::Jpy),
            Err(AmountError::TooManyDecimals)
        );
    }
    assert_eq!(
        trade(check(&md5_verifier(), &xml("waiting"))).trade_status(),
        TradeStatus::WaitBuyerPay
    );
}

#[test]
fn signed_answers_that_say_the_wrong_thing_rejected() {
    let cases = [
        ("other_seller", AnswerError::WrongPartner),
        ("other_trade", AnswerError::WrongTrade),
        ("resplit", AnswerError::Resplit),
        (
            "no_total_fee",
            AnswerError::InvalidField { field: "total_fee" },
        ),
        ("md5_gbk", AnswerError::CharsetNotAccepted),
        (
            "rsa",
            AnswerError::SignTypeNotAccepted {
                expected: SignType::Md5,
            },
        ),
    ];
    for (name, error) in cases {
        assert_eq!(check(&md5_verifier(), &xml(name)), Err(error), "{name}");
    }
}

#[test]
fn one_fault_in_a_good_answer_rejected() {
    let good = String::from_utf8(xml("md5")).unwrap();
    let status = "<trade_status>TRADE_FINISHED</trade_status>";
    let missing = |field| AnswerError::MissingField { field };
    let cases = [
        (good.replace("8.00", "8.01"), AnswerError::BadSignature),
        (
            good.replace("TRADE_FINISHED", "TRADE_CLOSED"),
            AnswerError::BadSignature,
        ),
        (good.replace(status, ""), AnswerError::BadSignature),
        (
            good.replace("<trade>", "<trade><zz>1</zz>"),
            AnswerError::BadSignature,
        ),
        (
            good.replace(status, &status.repeat(2)),
            AnswerError::NotAnAnswer,
        ),
        (
            good.replace(status, &format!("<a>{status}</a>")),
            AnswerError::NotAnAnswer,
        ),
        (
            good.replace("<sign>", "<sign></sign><sign>"),
            missing("sign"),
        ),
        (
            good.replace("<sign_type>MD5</sign_type>", ""),
            missing("sign_type"),
        ),
        (
            good.replace(">MD5<", ">md5<"),
            AnswerError::SignTypeNotAccepted {
                expected: SignType::Md5,
            },
        ),
        (
            good.replace("\"utf-8\"", "\"gbk\""),
            AnswerError::CharsetNotAccepted,
        ),
        (
            good.replace("<is_success>T", "<is_success>t"),
            AnswerError::NotAnAnswer,
        ),
        (good.replace("alipay>", "apilay>"), AnswerError::NotAnAnswer),
        (
            good.replace("response>", "responses>"),
            AnswerError::NotAnAnswer,
        ),
        (
            good.replace("<alipay>", "<!DOCTYPE alipay><alipay>"),
            AnswerError::NotAnAnswer,
        ),
        ("<html></html>".to_owned(), AnswerError::NotAnAnswer),
        (String::new(), AnswerError::NotAnAnswer),
        (
            " ".repeat(MAX_BODY + 1),
            AnswerError::TooLong {
                limit: MAX_BODY,
                actual: MAX_BODY + 1,
            },
        ),
    ];
    for (body, error) in cases {
        assert_eq!(
            check(&md5_verifier(), body.as_bytes()),
            Err(error),
            "{body:.300}"
        );
    }
}

#[test]
fn refusal_is_read_and_moves_nothing() {
    let cases = [
        ("<error>TRADE_NOT_EXIST</error>", ErrorCode::TradeNotExist),
        ("<error>ILLEGAL_SIGN</error>", ErrorCode::IllegalSign),
        ("<error>ILLEGAL_PARTNER</error>", ErrorCode::IllegalPartner),
        (
            "<error>SYSTEM_EXCEPTION</error>",
            ErrorCode::SystemException,
        ),
        ("<error>ANYTHING</error>", ErrorCode::Other),
        ("", ErrorCode::Other),
    ];
    for (error, code) in cases {
        let body = format!("<alipay><is_success>F</is_success>{error}</alipay>");
        assert_eq!(
            check(&md5_verifier(), body.as_bytes()),
            Ok(Answer::Refused(code)),
            "{error}"
        );
    }
}

#[test]
fn question_is_signed_like_any_request() {
    let key = SigningKey::md5(md5_key());
    let signed = ready(asked().sign(&key, &NoRsa)).unwrap();
    // The signature from: printf %s "$TEXT$KEY" | md5sum
    assert_eq!(
        signed.url("https://gateway.example/gateway.do"),
        "https://gateway.example/gateway.do?_input_charset=utf-8&out_trade_no=WB-20240305-0001\
         &partner=2088101122136241&service=single_trade_query\
         &sign=3e3eb704a84034767e0a020c750014f9&sign_type=MD5"
    );
    let number = TradeNo::parse("2024030521001004000200000001").unwrap();
    let signed = ready(TradeQuery::by_trade_no(&partner(), &number).sign(&key, &NoRsa)).unwrap();
    assert_eq!(
        signed.fields().collect::<Vec<_>>(),
        [
            ("_input_charset", "utf-8"),
            ("partner", "2088101122136241"),
            ("service", "single_trade_query"),
            ("trade_no", "2024030521001004000200000001"),
            ("sign", "e62f7fd67597fa44f4d2ccb5bc54f019"),
            ("sign_type", "MD5"),
        ]
    );
}
