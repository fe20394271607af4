//! The wire's `result`: how a call went, and what to do about it.

use std::fmt;

use crate::antom::json::{InvalidField, Object};

/// `resultStatus`.
///
/// # Source
///
/// `docs/alipay/antom.md` section 9.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResultStatus {
    /// `F`: failed, finally.
    Failed,
    /// `S`: successful, finally. Of the call: whether anything is paid is another field.
    Successful,
    /// `U`: not known yet, or not finished.
    Unknown,
}

impl ResultStatus {
    /// Reads the wire's letter; `None` for any other.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "F" => Some(Self::Failed),
            "S" => Some(Self::Successful),
            "U" => Some(Self::Unknown),
            _ => None,
        }
    }
}

/// `resultCode`: 1 to 64 capitals, digits and underscores. Antom adds words, so any is read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ResultCode(String);

impl ResultCode {
    fn parse(text: &str) -> Option<Self> {
        let ok = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        ((1..=64).contains(&text.len()) && text.bytes().all(ok)).then(|| Self(text.to_owned()))
    }

    /// The word as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The word out of our own table, if it stands there: what an unsigned answer may put in a log.
    pub(crate) fn known(text: &str) -> Option<&'static str> {
        let word = |(word, _): &(&'static str, Advice)| *word;
        let both = [
            ("SUCCESS", Advice::Done),
            ("UNKNOWN_EXCEPTION", Advice::Repeat),
        ];
        let mut words = FAILED.iter().chain(&UNFINISHED).chain(&both).map(word);
        words.find(|word| *word == text)
    }
}

impl fmt::Display for ResultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The wire's `result`, out of a signed message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallResult {
    status: ResultStatus,
    code: ResultCode,
}

impl CallResult {
    /// Reads `result` of a message. `resultMessage` is text for people and not kept.
    pub(crate) fn read(message: &Object) -> Result<Self, InvalidField> {
        let result = message.object("result")?;
        Ok(Self {
            status: result.parsed("resultStatus", |text| ResultStatus::parse(text).ok_or(()))?,
            code: result.parsed("resultCode", |text| ResultCode::parse(text).ok_or(()))?,
        })
    }

    /// How the call went.
    #[must_use]
    pub fn status(&self) -> ResultStatus {
        self.status
    }

    /// The word for it.
    #[must_use]
    pub fn code(&self) -> &ResultCode {
        &self.code
    }

    /// Whether it is `S` with `SUCCESS`, and nothing else.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.status == ResultStatus::Successful && self.code.0 == "SUCCESS"
    }

    /// What to do about it. The status decides first: a word under another status is not believed.
    ///
    /// # Source
    ///
    /// `docs/alipay/antom.md` section 9.
    #[must_use]
    pub fn advice(&self) -> Advice {
        let of = |table: &[(&str, Advice)]| {
            table
                .iter()
                .find(|(code, _)| *code == self.code.0)
                .map(|(_, advice)| *advice)
        };
        match self.status {
            ResultStatus::Successful if self.is_success() => Advice::Done,
            ResultStatus::Successful => Advice::Inquire,
            ResultStatus::Unknown => of(&UNFINISHED).unwrap_or(Advice::Repeat),
            ResultStatus::Failed => of(&FAILED).unwrap_or(Advice::AskPerson),
        }
    }
}

/// What to do about a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Advice {
    /// Alarm the merchant: keys, contract or configuration. A general word to the shopper.
    AlarmMerchant,
    /// Do not repeat; somebody has to look at it. Words this crate does not know come here.
    AskPerson,
    /// Ask the shopper for other funds, another account or a smaller amount, under a new number.
    AskShopper,
    /// Nothing is left to do.
    Done,
    /// Our request broke a rule; the same one will never pass.
    FixRequest,
    /// Ask with an inquiry before anything else.
    Inquire,
    /// Begin a new attempt, with a new `paymentRequestId`.
    NewAttempt,
    /// There is no such order, or not yet.
    NoSuchOrder,
    /// Repeat the same call with the same number, later and later.
    Repeat,
    /// Tell the shopper that the payment was refused, and offer another way.
    TellShopper,
    /// It is under way: let the shopper pay, or wait for the notification.
    Wait,
}

const UNFINISHED: [(&str, Advice); 3] = [
    ("PAYMENT_IN_PROCESS", Advice::Wait),
    ("REFUND_IN_PROCESS", Advice::Wait),
    ("REQUEST_TRAFFIC_EXCEED_LIMIT", Advice::Repeat),
];

const FAILED: [(&str, Advice); 35] = [
    ("ACCESS_DENIED", Advice::AlarmMerchant),
    ("CLIENT_FORBIDDEN_ACCESS_API", Advice::AlarmMerchant),
    ("CURRENCY_NOT_SUPPORT", Advice::AlarmMerchant),
    ("FRAUD_REJECT", Advice::TellShopper),
    ("INVALID_API", Advice::AlarmMerchant),
    ("INVALID_CLIENT_STATUS", Advice::AlarmMerchant),
    ("INVALID_CONTRACT", Advice::AlarmMerchant),
    ("INVALID_MERCHANT_STATUS", Advice::AlarmMerchant),
    ("INVALID_SIGNATURE", Advice::AlarmMerchant),
    ("KEY_NOT_FOUND", Advice::AlarmMerchant),
    ("MERCHANT_BALANCE_NOT_ENOUGH", Advice::AlarmMerchant),
    ("MERCHANT_KYB_NOT_QUALIFIED", Advice::AlarmMerchant),
    ("MERCHANT_NOT_REGISTERED", Advice::AlarmMerchant),
    ("NO_INTERFACE_DEF", Advice::AlarmMerchant),
    ("NO_PAY_OPTIONS", Advice::AlarmMerchant),
    ("OAUTH_FAILED", Advice::AlarmMerchant),
    ("ORDER_IS_CANCELED", Advice::NewAttempt),
    ("ORDER_IS_CLOSED", Advice::NewAttempt),
    ("ORDER_NOT_EXIST", Advice::NoSuchOrder),
    ("PARAM_ILLEGAL", Advice::FixRequest),
    ("PAYMENT_AMOUNT_EXCEED_LIMIT", Advice::AskShopper),
    ("PAYMENT_COUNT_EXCEED_LIMIT", Advice::AskShopper),
    ("PROCESS_FAIL", Advice::AskPerson),
    ("REFUND_AMOUNT_EXCEED", Advice::AskPerson),
    ("REFUND_WINDOW_EXCEED", Advice::AskPerson),
    ("REPEAT_REQ_INCONSISTENT", Advice::FixRequest),
    ("RISK_REJECT", Advice::TellShopper),
    ("SETTLE_CONTRACT_NOT_MATCH", Advice::AlarmMerchant),
    ("UNKNOWN_CLIENT", Advice::AlarmMerchant),
    ("USER_AMOUNT_EXCEED_LIMIT", Advice::AskShopper),
    ("USER_BALANCE_NOT_ENOUGH", Advice::AskShopper),
    ("USER_KYC_NOT_QUALIFIED", Advice::AskShopper),
    ("USER_NOT_EXIST", Advice::AskShopper),
    ("USER_PAYMENT_VERIFICATION_FAILED", Advice::AskShopper),
    ("USER_STATUS_ABNORMAL", Advice::AskShopper),
];

#[cfg(test)]
mod tests {
    use super::{Advice, CallResult, FAILED, ResultCode};
    use crate::antom::json::{InvalidField, Object};

    fn read(status: &str, code: &str) -> Result<CallResult, InvalidField> {
        let body = format!(r#"{{"result":{{"resultStatus":"{status}","resultCode":"{code}"}}}}"#);
        CallResult::read(&Object::parse(body.as_bytes()).unwrap())
    }

    #[test]
    fn status_decides_before_the_word() {
        let cases = [
            ("S", "SUCCESS", Advice::Done),
            ("S", "ORDER_IS_CLOSED", Advice::Inquire),
            ("U", "PAYMENT_IN_PROCESS", Advice::Wait),
            ("U", "REFUND_IN_PROCESS", Advice::Wait),
            ("U", "UNKNOWN_EXCEPTION", Advice::Repeat),
            ("U", "SUCCESS", Advice::Repeat),
            ("U", "A_NEW_WORD", Advice::Repeat),
            ("F", "SUCCESS", Advice::AskPerson),
            ("F", "ORDER_IS_CLOSED", Advice::NewAttempt),
            ("F", "RISK_REJECT", Advice::TellShopper),
            ("F", "KEY_NOT_FOUND", Advice::AlarmMerchant),
            ("F", "PROCESS_FAIL", Advice::AskPerson),
            ("F", "A_NEW_WORD", Advice::AskPerson),
        ];
        for (status, code, advice) in cases {
            let result = read(status, code).unwrap();
            assert_eq!(result.advice(), advice, "{status} {code}");
            assert_eq!(result.is_success(), (status, code) == ("S", "SUCCESS"));
        }
    }

    #[test]
    fn words_of_another_shape_rejected() {
        for status in ["", "s", "SUCCESS", "X"] {
            assert_eq!(read(status, "SUCCESS"), Err(InvalidField("resultStatus")));
        }
        for code in ["", "success", "SUCCESS ", "A-B", &"A".repeat(65)] {
            assert_eq!(read("S", code), Err(InvalidField("resultCode")), "{code:?}");
        }
        let body = Object::parse(br#"{"result":"S"}"#).unwrap();
        assert_eq!(CallResult::read(&body), Err(InvalidField("result")));
    }

    #[test]
    fn table_is_sorted_and_without_repetition() {
        assert!(FAILED.is_sorted_by(|(a, _), (b, _)| a < b));
        assert_eq!(ResultCode::known("KEY_NOT_FOUND"), Some("KEY_NOT_FOUND"));
        assert_eq!(ResultCode::known("SUCCESS"), Some("SUCCESS"));
        assert_eq!(ResultCode::known("A_NEW_WORD"), None);
    }
}
