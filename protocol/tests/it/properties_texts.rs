//! What holds for every key ring, for every text of the app's and of the gateway's files, and for every
//! request.

use alipay_protocol::app::{AppRequest, AppResult, AppResultError};
use alipay_protocol::backend::{NoRsa, RustCrypto, ready};
use alipay_protocol::charset::Charset;
use alipay_protocol::file::{File, FileError, Rate, StatementRow};
use alipay_protocol::gateway_time::{GatewayDate, GatewayTime};
use alipay_protocol::key::{Md5Key, PublicKey};
use alipay_protocol::money::{Amount, Currency};
use alipay_protocol::notification::{Verifier, VerifyError};
use alipay_protocol::refund::{RefundAmount, RefundAnswer, RefundRequest, RefundTerms};
use alipay_protocol::request::{PayRequest, Price, Rule, Terminal};
use alipay_protocol::ring::{KeyId, KeyRing, RingError, RingKey};
use alipay_protocol::sign::{SignType, VerifyingKey};
use alipay_protocol::trade::{OutReturnNo, OutTradeNo, Partner};
use proptest::prelude::*;

use crate::common::{GOOD, md5_key, md5_verifier, partner, read};

/// A key of a ring: whether it is the one that signed, and its time.
type Entry = (bool, Option<i64>, Option<i64>);

fn entry() -> impl Strategy<Value = Entry> {
    let time = || proptest::option::of(0_i64..10);
    (any::<bool>(), time(), time())
}

/// What the ring must say, told in another way: which keys are valid, the newest of them first, and
/// the first that signed.
fn expected(entries: &[Entry], now: i64) -> Result<String, ()> {
    let mut valid: Vec<(i64, usize, bool)> = entries
        .iter()
        .enumerate()
        .filter(|(_, (_, from, to))| from.unwrap_or(-1) <= now && now <= to.unwrap_or(99))
        .map(|(index, (signed, from, _))| (-from.unwrap_or(-1), index, *signed))
        .collect();
    valid.sort_unstable();
    let held = valid.iter().find(|(_, _, signed)| *signed);
    held.map(|(_, index, _)| format!("k{index}")).ok_or(())
}

/// A text of Alipay's own, `android-2014-sorted` of `app_result.json`, and its verifier.
fn real_result() -> (String, Verifier) {
    let results: Vec<serde_json::Value> = read("app_result.json");
    let field = |name: &str| results[1][name].as_str().unwrap().to_owned();
    let key = VerifyingKey::rsa(PublicKey::parse(&field("key")).unwrap()).unwrap();
    let account = Partner::parse(&field("account")).unwrap();
    (field("text"), Verifier::new(key, account))
}

/// Whether every value is free of what signed text cannot hold.
fn is_plain<'a>(mut fields: impl Iterator<Item = (&'a str, &'a str)>) -> bool {
    fields.all(|(_, value)| {
        !value.is_empty() && !value.chars().any(|c| "&=\"".contains(c) || c.is_control())
    })
}

proptest! {
    #[test]
    fn ring_finds_the_newest_valid_key_that_signed(
        entries in proptest::collection::vec(entry(), 1..=8),
        now in 0_i64..10,
    ) {
        let key = |signed| {
            VerifyingKey::md5(if signed { md5_key() } else { Md5Key::parse("other-test-key").unwrap() })
        };
        let keys = entries.iter().enumerate().map(|(index, (signed, from, to))| {
            let key = RingKey::new(KeyId::parse(&format!("k{index}")).unwrap(), key(*signed));
            let key = from.iter().copied().fold(key, RingKey::not_before);
            to.iter().copied().fold(key, RingKey::not_after)
        });
        let never = entries.iter().any(|(_, from, to)| from.zip(*to).is_some_and(|(from, to)| to < from));
        let ring = match KeyRing::new(SignType::Md5, keys.collect()) {
            Ok(ring) => ring,
            Err(error) => {
                prop_assert_eq!((error, never), (RingError::NeverValid, true));
                return Ok(());
            }
        };
        prop_assert!(!never);
        let held = match Verifier::with_ring(&ring, partner(), now) {
            Ok(verifier) => ready(verifier.verify(&NoRsa, GOOD.as_bytes())),
            Err(error) => {
                prop_assert_eq!(error, RingError::NoValidKey);
                prop_assert_eq!(ring.valid_at(now).count(), 0);
                Err(VerifyError::BadSignature)
            }
        };
        let held = held.map(|notification| notification.key_id().to_string());
        match expected(&entries, now) {
            Ok(id) => prop_assert_eq!(held, Ok(id)),
            Err(()) => prop_assert_eq!(held, Err(VerifyError::BadSignature)),
        }
    }

    #[test]
    fn order_of_the_three_parts_changes_nothing(
        status in "[0-9]{0,4}",
        memo in "[a-z{}=; ]{0,10}",
        result in "[a-z{}=&\"]{0,20}",
        order in Just(vec![0, 1, 2]).prop_shuffle(),
    ) {
        let parts = [
            format!("resultStatus={{{status}}}"),
            format!("memo={{{memo}}}"),
            format!("result={{{result}}}"),
        ];
        let text: Vec<&str> = order.iter().map(|index: &usize| parts[*index].as_str()).collect();
        let text = text.join(";");
        let parsed = AppResult::parse(&text);
        prop_assert_eq!(parsed, AppResult::from_parts(&status, &result));
    }

    #[test]
    fn arbitrary_app_result_is_never_accepted(
        text in "(resultStatus|memo|result|[={};&\"a-z0-9]|=\\{|\\};){0,40}",
    ) {
        let result = match AppResult::parse(&text) {
            Ok(result) => result,
            Err(error) => {
                prop_assert_eq!(error, AppResultError::NotAResult);
                return Ok(());
            }
        };
        let refused = ready(md5_verifier().verify_app_result(&NoRsa, &result)).unwrap_err();
        prop_assert!(!refused.is_signed());
    }

    #[test]
    fn result_that_alipay_signed_with_one_byte_changed_rejected(at in 0_usize..700, byte in b' '..0x7f) {
        let (text, verifier) = real_result();
        let mut bytes = text.clone().into_bytes();
        let from = text.find("result={").unwrap() + 8;
        let at = from + at % (bytes.len() - from - 1);
        prop_assume!(bytes[at] != byte);
        bytes[at] = byte;
        let text = String::from_utf8(bytes).unwrap();
        let refused = AppResult::parse(&text)
            .and_then(|result| ready(verifier.verify_app_result(&RustCrypto, &result)))
            .unwrap_err();
        prop_assert!(!refused.is_signed(), "{refused:?}");
    }

    #[test]
    fn no_request_holds_text_that_could_be_split(text in "[a-c&=\"\n\u{7f}红 ]{0,6}") {
        let number = OutTradeNo::parse("A").unwrap();
        let amount = Amount::from_minor(1, Currency::Usd).unwrap();
        let price = Price::TotalFee(amount);
        let url = "https://shop.example/notify";
        let pay = PayRequest::builder(Terminal::Wap, &partner(), &number, price)
            .subject(&text)
            .notify_url(url)
            .return_url(url)
            .build();
        let app = AppRequest::builder(&partner(), &number, price)
            .subject(&text)
            .notify_url(url)
            .build();
        let terms = RefundTerms {
            out_return_no: &OutReturnNo::parse("R").unwrap(),
            out_trade_no: &number,
            amount: RefundAmount::ReturnAmount(amount),
            gmt_return: GatewayTime::from_unix_s(0).unwrap(),
        };
        let refund = RefundRequest::builder(Terminal::Wap, &partner(), terms).reason(&text).build();
        let expected = if text.is_empty() {
            Some(Rule::Missing)
        } else if is_plain([("", text.as_str())].into_iter()) {
            None
        } else {
            Some(Rule::ForbiddenCharacter)
        };
        prop_assert_eq!(pay.as_ref().err().map(|error| error.rule()), expected);
        prop_assert_eq!(app.as_ref().err().map(|error| error.rule()), expected);
        prop_assert_eq!(refund.as_ref().err().map(|error| error.rule()), expected);
        prop_assert!(pay.is_err() || is_plain(pay.unwrap().fields()));
        prop_assert!(app.is_err() || is_plain(app.unwrap().fields()));
        prop_assert!(refund.is_err() || is_plain(refund.unwrap().fields()));
    }

    #[test]
    fn rates_are_read_as_they_were_written(
        rates in proptest::collection::vec((0_i64..4_000_000_000, "[A-Z]{3}", 1_u64..1_000_000, 0_u32..6), 1..20),
    ) {
        let lines = rates.iter().map(|(unix_s, code, units, decimals)| {
            let time = GatewayTime::from_unix_s(*unix_s).unwrap().to_compact();
            let width = usize::try_from(*decimals).unwrap();
            let digits = format!("{units:0>width$}", width = width + 1);
            let (whole, fraction) = digits.split_at(digits.len() - width);
            let point = if width == 0 { "" } else { "." };
            format!("{}|{}|{code}|{whole}{point}{fraction}|\n", &time[..8], &time[8..])
        });
        let file = File::<Rate>::parse(lines.collect::<String>().as_bytes(), Charset::Utf8);
        let Ok(File::Rows(read)) = file else {
            panic!("{file:?}")
        };
        let read: Vec<_> = read
            .iter()
            .map(|rate| (rate.time().unix_s(), rate.code().to_owned(), rate.scaled().0, rate.scaled().1))
            .collect();
        prop_assert_eq!(read, rates);
    }

    #[test]
    fn arbitrary_bytes_are_a_file_or_an_error_that_names_its_row(
        body in "[0-9|PRL.A-Z\r\n-]{0,60}",
    ) {
        let lines = body.split('\n').count();
        for result in [
            File::<StatementRow>::parse(body.as_bytes(), Charset::Utf8).map(|_| ()),
            File::<Rate>::parse(body.as_bytes(), Charset::Utf8).map(|_| ()),
        ] {
            if let Err(FileError::InvalidRow { row, .. }) = result {
                prop_assert!((1..=lines).contains(&row));
            }
        }
    }

    #[test]
    fn refund_is_accepted_by_no_answer_without_the_word(body in "[<>/=?!a-zT_\" ]{0,80}") {
        prop_assume!(!body.contains("<is_success>T</is_success>"));
        let answer = RefundAnswer::parse(body.as_bytes(), Charset::Utf8);
        prop_assert!(answer != Ok(RefundAnswer::Accepted));
    }

    #[test]
    fn days_follow_each_other(unix_s in 0_i64..200_000_000_000) {
        let time = GatewayTime::from_unix_s(unix_s).unwrap();
        let next = GatewayTime::from_unix_s(unix_s + 86_400).unwrap();
        prop_assert_eq!(next.date().days_since(time.date()), 1);
        prop_assert_eq!(GatewayDate::parse(&time.date().to_string()), Ok(time.date()));
        prop_assert_eq!(GatewayTime::parse_compact(&time.to_compact()), Ok(time));
    }
}
