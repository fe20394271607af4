//! The doctor: one case per mistake, from a genuine message, with the exact cause.

mod antom; // the signature in the headers
mod command; // alipay-doctor, from outside
mod configuration; // keys, rules, charsets: what was configured
mod message; // what happened to the message on its way

use alipay_protocol::doctor::{
    Captured, Cause, Certainty, Configuration, Diagnosis, Language, Outcome, diagnose,
};
use alipay_protocol::form::Form;
use alipay_protocol::sign::SignType;

use crate::common::{GOOD, MD5_TEST_KEY, Vector, gateway, md5_sign};

/// A genuine message and what it was signed with.
pub(super) struct Genuine {
    pub(super) body: String,
    pub(super) key: String,
    pub(super) sign_type: SignType,
}

/// A vector of `gateway.json` that others made, as a body.
#[track_caller]
pub(super) fn genuine(id: &str) -> Genuine {
    let vectors = gateway().vectors;
    let vector: &Vector = vectors.iter().find(|vector| vector.id == id).unwrap();
    let body = vector.raw_body.clone().unwrap_or_else(|| {
        let params = vector.params.as_ref().unwrap();
        alipay_protocol::form::encode(
            params
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str())),
        )
    });
    Genuine {
        body,
        key: vector.key.clone(),
        sign_type: SignType::parse(&vector.sign_type).unwrap(),
    }
}

impl Genuine {
    pub(super) fn configuration(&self) -> Configuration<'_> {
        Configuration::new(&self.key, self.sign_type)
    }

    /// The value of a field, decoded.
    #[track_caller]
    pub(super) fn value(&self, name: &str) -> String {
        let form = Form::parse(self.body.as_bytes()).unwrap();
        String::from_utf8(form.get(name).unwrap().to_vec()).unwrap()
    }

    /// The body with the value of a field exchanged, encoded once.
    #[track_caller]
    pub(super) fn with(&self, name: &str, value: &[u8]) -> String {
        let escaped: String = value.iter().map(|byte| format!("%{byte:02X}")).collect();
        let mut found = 0;
        let pairs: Vec<String> = self
            .body
            .split('&')
            .map(|pair| match pair.split_once('=') {
                Some((known, _)) if known == name => {
                    found += 1;
                    format!("{name}={escaped}")
                }
                _ => pair.to_owned(),
            })
            .collect();
        assert_eq!(found, 1, "{name}");
        pairs.join("&")
    }
}

/// `GOOD` with fields of our own, signed with the MD5 test key over a text that is written here, so
/// that the crate's own text cannot agree with itself.
pub(super) fn signed(
    more: &[(&str, &str)],
    text: impl FnOnce(Vec<(String, String)>) -> String,
) -> Genuine {
    let (fields, _) = GOOD.rsplit_once("&sign=").unwrap();
    let form = Form::parse(fields.as_bytes()).unwrap();
    let mut pairs: Vec<(String, String)> = form
        .iter()
        .map(|(name, value)| (name.to_owned(), String::from_utf8(value.to_vec()).unwrap()))
        .chain(
            more.iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        )
        .filter(|(name, _)| name != "sign_type")
        .collect();
    pairs.sort();
    let unsorted = pairs.iter().rev();
    let body = alipay_protocol::form::encode(
        unsorted.map(|(name, value)| (name.as_str(), value.as_str())),
    );
    let sign = md5_sign(&text(pairs));
    Genuine {
        body: format!("{body}&sign_type=MD5&sign={sign}"),
        key: MD5_TEST_KEY.to_owned(),
        sign_type: SignType::Md5,
    }
}

/// The text of rule V1 over sorted pairs.
pub(super) fn joined(pairs: Vec<(String, String)>) -> String {
    let pairs: Vec<String> = pairs
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}

pub(super) fn examine(configuration: &Configuration<'_>, capture: impl AsRef<[u8]>) -> Diagnosis {
    diagnose(configuration, &Captured::parse(capture.as_ref()))
}

/// The codes that are found, surest first; `?` behind those that no signature proves.
pub(super) fn codes(diagnosis: &Diagnosis) -> Vec<String> {
    diagnosis
        .findings()
        .iter()
        .map(|finding| {
            let sure = match finding.certainty() {
                Certainty::Proved => "",
                Certainty::Likely => "?",
            };
            let field = finding
                .field()
                .map(|field| format!(" {field}"))
                .unwrap_or_default();
            format!("{}{sure}{field}", finding.cause().code())
        })
        .collect()
}

/// The one check of these files: the message is explained by exactly these.
#[track_caller]
pub(super) fn explained(
    configuration: &Configuration<'_>,
    capture: impl AsRef<[u8]>,
    expected: &[&str],
) {
    let diagnosis = examine(configuration, capture);
    assert_eq!(codes(&diagnosis), expected);
    assert_eq!(diagnosis.outcome(), Outcome::Explained);
}

#[track_caller]
pub(super) fn unexplained(configuration: &Configuration<'_>, capture: impl AsRef<[u8]>) {
    let diagnosis = examine(configuration, capture);
    assert_eq!(codes(&diagnosis), Vec::<String>::new());
    assert_eq!(diagnosis.outcome(), Outcome::Unexplained);
}

#[track_caller]
pub(super) fn valid(configuration: &Configuration<'_>, capture: impl AsRef<[u8]>, hints: &[&str]) {
    let diagnosis = examine(configuration, capture);
    assert_eq!(diagnosis.refusal(), None);
    assert_eq!(codes(&diagnosis), hints);
    assert_eq!(diagnosis.outcome(), Outcome::Valid);
}

#[test]
fn genuine_messages_are_valid() {
    for id in [
        "kaligo-forex-notify",
        "edge-base",
        "edge-rsa2-base",
        "edge-rsa-1024-base",
        "edge-fund-bill-list",
        "edge-emoji",
        "omnipay-aop-notify",
    ] {
        let genuine = genuine(id);
        valid(&genuine.configuration(), &genuine.body, &[]);
    }
}

#[test]
fn messages_with_one_value_altered_are_not_explained() {
    for (id, name, value) in [
        ("kaligo-forex-notify", "total_fee", "0.11"),
        ("kaligo-forex-notify", "out_trade_no", "4028608899131222"),
        ("edge-rsa2-base", "trade_status", "TRADE_CLOSED"),
        ("edge-rsa2-base", "total_fee", "800"),
    ] {
        let genuine = genuine(id);
        unexplained(
            &genuine.configuration(),
            genuine.with(name, value.as_bytes()),
        );
    }
}

#[test]
fn garbage_is_not_explained() {
    let genuine = genuine("edge-rsa2-base");
    for garbage in [
        "",
        "hello",
        "sign=x",
        "a=b&c=d&sign=AAAA&sign_type=RSA2",
        "{\"a\":1}",
        "%%%&&&===",
        "<xml/>",
        "out_trade_no=1&sign=garbage",
        "GET / HTTP/1.1\r\n\r\n",
        "POST /notify HTTP/1.1\r\nHost: x\r\n\r\n",
    ] {
        unexplained(&genuine.configuration(), garbage);
        let md5 = Configuration::new(MD5_TEST_KEY, SignType::Md5);
        unexplained(&md5, garbage);
    }
}

#[test]
fn report_names_the_mistakes_and_shows_no_value() {
    let genuine = genuine("edge-fund-bill-list-html-escaped");
    let sign = genuine.value("sign").replace('+', " ");
    let body = genuine.with("sign", sign.as_bytes());
    let diagnosis = examine(&genuine.configuration(), body);
    let text = diagnosis.for_people(Language::English);
    assert_eq!(
        text,
        "2 mistakes together; with all of them undone, the signature holds.\n\n\
         PROVED: html_escaped, in `fund_bill_list`\n  \
         what  Values went through an HTML escape (`&quot;`, `&amp;`).\n  \
         mend  Take the raw body: an input filter of the framework escaped it. Escape on output, \
         never on input.\n\
         PROVED: sign_plus_became_space\n  \
         what  A `+` in `sign` became a space.\n  \
         mend  The sender must write it as %2B; do not decode the form a second time.\n"
    );
    let json: serde_json::Value =
        serde_json::from_str(&diagnosis.for_programs(Language::English)).unwrap();
    assert_eq!(json["outcome"], "explained");
    assert_eq!(json["refusal"], serde_json::Value::Null);
    assert_eq!(json["findings"][0]["code"], "html_escaped");
    assert_eq!(json["findings"][0]["field"], "fund_bill_list");
    assert_eq!(json["findings"][1]["certainty"], "proved");
    assert!(
        !diagnosis
            .for_programs(Language::English)
            .contains("ALIPAYACCOUNT")
    );
}

#[test]
fn report_of_a_valid_and_of_an_unexplained_message() {
    let genuine = genuine("edge-base");
    let valid = examine(&genuine.configuration(), &genuine.body);
    assert_eq!(
        valid.for_people(Language::English),
        "VALID: the signature holds, and the message is in order.\n"
    );
    let altered = genuine.with("total_fee", b"0.01");
    let report = examine(&genuine.configuration(), altered).for_people(Language::English);
    assert!(report.starts_with("NOT EXPLAINED: no known mistake makes this signature hold.\n"));
    assert!(!report.contains("mend"), "{report}");
}

#[test]
fn report_in_chinese_says_the_same() {
    let genuine = genuine("edge-base");
    let configuration = genuine.configuration();
    let valid = examine(&configuration, &genuine.body);
    assert_eq!(
        valid.for_people(Language::Chinese),
        "有效：签名成立，消息没有问题。\n"
    );
    let added = examine(&configuration, format!("{}&shop=7", genuine.body));
    assert_eq!(
        added.for_people(Language::Chinese),
        "已证实：query_mixed_in，字段 `shop`\n  \
         原因  通知地址查询串里的参数混进了参与签名的字段。\n  \
         改法  只对请求体里的字段验签，并给支付宝一个不带查询串的通知地址。\n"
    );
    let json: serde_json::Value =
        serde_json::from_str(&added.for_programs(Language::Chinese)).unwrap();
    assert_eq!(json["findings"][0]["code"], "query_mixed_in");
    assert_eq!(
        json["findings"][0]["says"],
        Cause::QueryMixedIn.says(Language::Chinese)
    );
}

#[test]
fn codes_are_unique_and_every_cause_says_what_and_how() {
    let causes = ALL;
    let mut codes: Vec<&str> = causes.iter().map(|cause| cause.code()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), causes.len());
    for cause in causes {
        assert!(
            cause
                .code()
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        );
        for language in [Language::Chinese, Language::English] {
            assert!(cause.says(language).len() > 20, "{}", cause.code());
            assert!(cause.mend(language).len() > 20, "{}", cause.code());
        }
        let is_chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        assert!(
            is_chinese(cause.says(Language::Chinese)),
            "{}",
            cause.code()
        );
        // Of one mend there is nothing to translate: it is a command.
        let is_command = cause.mend(Language::English).starts_with("openssl ");
        assert!(
            is_chinese(cause.mend(Language::Chinese)) || is_command,
            "{}",
            cause.code()
        );
    }
}

/// Every cause, so that a new one is tested for its words.
const ALL: [Cause; 61] = [
    Cause::AlgorithmOfHeaderNotRsa256,
    Cause::AmountReformatted,
    Cause::BodyHasLineBreak,
    Cause::BodyReserialised,
    Cause::CharsetIsOther,
    Cause::ClientIdIsOther,
    Cause::DecodedTwice,
    Cause::EmptyValuesSigned,
    Cause::EncodedTwice,
    Cause::FieldAdded,
    Cause::FieldDropped,
    Cause::GbkReadAsUtf8,
    Cause::HtmlEscaped,
    Cause::JsonReserialised,
    Cause::KeyBroken,
    Cause::KeyHasStrayCharacters,
    Cause::KeyIsAlipaysOlderKey,
    Cause::KeyIsAnotherOne,
    Cause::KeyIsCertificate,
    Cause::KeyIsOwnPublicKey,
    Cause::KeyIsPkcs1,
    Cause::KeyIsPrivate,
    Cause::KeyOfAnotherSize,
    Cause::LineBreaksChanged,
    Cause::Md5KeyHasWhiteSpace,
    Cause::Md5KeyPrepended,
    Cause::MethodIsOther,
    Cause::NotSorted,
    Cause::PathIsOther,
    Cause::PlusBecameSpace,
    Cause::QueryMixedIn,
    Cause::RefusedBehindSignature,
    Cause::RequestAsNotification,
    Cause::Resplit,
    Cause::ReturnAsNotification,
    Cause::SignEncodedTwice,
    Cause::SignHasLineBreaks,
    Cause::SignIsUpperCase,
    Cause::SignIsUrlSafe,
    Cause::SignLostPadding,
    Cause::SignMissing,
    Cause::SignPlusBecameSpace,
    Cause::SignTruncated,
    Cause::SignTypeDropped,
    Cause::SignTypeIsOther,
    Cause::SignTypeLeftIn,
    Cause::SignTypeWordDiffers,
    Cause::SignedByOwnKey,
    Cause::SlashesAdded,
    Cause::SlashesStripped,
    Cause::SpaceBecamePlus,
    Cause::TextLost,
    Cause::TimeAltered,
    Cause::TimeReformatted,
    Cause::Utf8ReadAsGbk,
    Cause::Utf8ReadAsLatin1,
    Cause::ValuePadded,
    Cause::ValueTrimmed,
    Cause::ValuesLeftEncoded,
    Cause::ValuesQuoted,
    Cause::WrongPartner,
];
