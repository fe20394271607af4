//! The form-encoded gateway and its XML.

use alipay_protocol::app::AppResult;
use alipay_protocol::backend::{RustCrypto, ready};
use alipay_protocol::canonical::{canonicalize, resplit};
use alipay_protocol::charset::Charset;
use alipay_protocol::file::{File, MAX_ROWS, Rate, StatementRow};
use alipay_protocol::form::{Form, encode};
use alipay_protocol::money::Amount;
use alipay_protocol::openplatform;
use alipay_protocol::query::{Answer, TradeQuery};
use alipay_protocol::trade::OutTradeNo;

use crate::{TakesAll, open, partner, strict, test_key, zeros};

/// Every form that is read is read alike when it is written again.
pub fn form(bytes: &[u8]) {
    let Ok(form) = Form::parse(bytes) else { return };
    let fields: Option<Vec<(&str, &str)>> = form
        .iter()
        .map(|(name, value)| Some((name, std::str::from_utf8(value).ok()?)))
        .collect();
    let Some(fields) = fields else { return };
    let again = encode(fields);
    // Escapes can make a form longer than the limit; the text stays the same.
    if let Ok(other) = Form::parse(again.as_bytes()) {
        assert_eq!(canonicalize(form.iter()), canonicalize(other.iter()));
    }
}

/// A body with a signature of the right size, and the `sign_type` of [`open`].
fn signed(bytes: &[u8]) -> Vec<u8> {
    let sign = format!("&sign_type=RSA2&sign={}", zeros());
    [bytes, sign.as_bytes()].concat()
}

/// No bytes are a notification; those behind a signature are refused or within every limit.
pub fn notification(bytes: &[u8]) {
    let error = ready(strict().verify(&RustCrypto, bytes)).unwrap_err();
    assert!(!error.is_signed());
    let body = signed(bytes);
    if let Ok(notification) = ready(open().verify(&TakesAll, &body)) {
        assert!(notification.total().minor() <= Amount::MAX_MINOR);
        let form = Form::parse(&body).unwrap();
        assert_eq!(
            form.get("out_trade_no"),
            Some(notification.out_trade_no().as_str().as_bytes())
        );
        assert!(!form.iter().any(|(_, value)| resplit(value)));
        assert!(!notification.is_paid() || notification.refund().is_none());
    }
}

/// No bytes are a return; those behind a signature are refused or within every limit.
pub fn return_query(bytes: &[u8]) {
    let error = ready(strict().verify_return(&RustCrypto, bytes)).unwrap_err();
    assert!(!error.is_signed());
    if let Ok(returned) = ready(open().verify_return(&TakesAll, &signed(bytes))) {
        assert!(!returned.out_trade_no().as_str().is_empty());
    }
}

/// No bytes are an answer about a trade; those behind a signature are about the trade that was asked
/// about.
pub fn answer(bytes: &[u8]) {
    let number = OutTradeNo::parse("WB-20240305-0001").unwrap();
    let query = TradeQuery::by_out_trade_no(&partner(), &number);
    let answer = ready(strict().verify_answer(&RustCrypto, &query, bytes));
    assert!(!matches!(answer, Ok(Answer::Trade(_))));
    if let Ok(Answer::Trade(trade)) = ready(open().verify_answer(&TakesAll, &query, bytes)) {
        assert_eq!(trade.out_trade_no(), &number);
    }
}

/// No bytes are a notification of the open platform; those behind a signature are refused or within
/// every limit.
pub fn openplatform(bytes: &[u8]) {
    let body = signed(bytes);
    let verifier = || {
        let seller = openplatform::SellerId::parse("2088114661234567").unwrap();
        let app = openplatform::AppId::parse("2015112800123456").unwrap();
        openplatform::Verifier::new(test_key(), seller, app)
    };
    for verifier in [
        verifier(),
        verifier()
            .without_app_id()
            .with_rule(openplatform::Rule::V2),
    ] {
        if let Ok(notification) = ready(verifier.verify(&TakesAll, &body)) {
            let number = notification.out_trade_no();
            let form = Form::parse(&body).unwrap();
            assert_eq!(form.get("out_trade_no"), Some(number.as_str().as_bytes()));
        }
    }
}

/// No bytes are an app's result; those behind a signature are refused or within every limit.
pub fn app_result(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let parts = [AppResult::parse(text), AppResult::from_parts("9000", text)];
    for result in parts.into_iter().flatten() {
        let error = ready(strict().verify_app_result(&RustCrypto, &result)).unwrap_err();
        assert!(!error.is_signed());
        if let Ok(read) = ready(open().verify_app_result(&TakesAll, &result)) {
            assert!(!read.out_trade_no().as_str().is_empty());
        }
    }
}

/// No bytes make reading a file panic, and a row that is read has its columns.
pub fn file(bytes: &[u8]) {
    for charset in [Charset::Utf8, Charset::Gbk] {
        if let Ok(File::Rows(rows)) = File::<Rate>::parse(bytes, charset) {
            assert!(rows.len() <= MAX_ROWS);
            assert!(rows.iter().all(|rate| rate.code().len() == 3));
        }
        if let Ok(File::Rows(rows)) = File::<StatementRow>::parse(bytes, charset) {
            assert!(rows.len() <= MAX_ROWS);
            assert!(
                rows.iter()
                    .all(|row| !row.partner_transaction_id().is_empty())
            );
        }
    }
}
