//! The browser's query: verified, and worth nothing as a notification.

use alipay_protocol::backend::{NoRsa, ready};
use alipay_protocol::form::FormError;
use alipay_protocol::money::{Amount, Currency};
use alipay_protocol::notification::VerifyError;
use alipay_protocol::return_query::Return;
use alipay_protocol::sign::SignType;
use alipay_protocol::trade::TradeStatus;

use crate::common::{md5_sign, md5_verifier, verify};

/// The vector `edge-return-url-params`.
const GOOD: &str = "currency=USD&out_trade_no=WB-20240305-0001&sign_type=MD5&total_fee=8.00\
    &trade_no=2024030521001004000200000001&trade_status=TRADE_FINISHED\
    &sign=d783cfa195a2ec6a23d4361bd0d79919";

fn check(query: &str) -> Result<Return, VerifyError> {
    ready(md5_verifier().verify_return(&NoRsa, query.as_bytes()))
}

/// Signs a text that is sorted already and makes a query of it.
fn signed(text: &str) -> String {
    format!("{text}&sign_type=MD5&sign={}", md5_sign(text))
}

#[test]
fn signed_return_accepted_with_what_it_shows() {
    let back = check(GOOD).unwrap();
    assert_eq!(back.out_trade_no().as_str(), "WB-20240305-0001");
    assert_eq!(
        back.trade_no().unwrap().as_str(),
        "2024030521001004000200000001"
    );
    assert_eq!(back.trade_status(), Some(TradeStatus::TradeFinished));
    assert_eq!(
        back.total(),
        Some(Amount::from_minor(800, Currency::Usd).unwrap())
    );
}

#[test]
fn return_with_the_order_alone_accepted() {
    let back = check(&signed("out_trade_no=A1")).unwrap();
    assert_eq!(
        (back.trade_no(), back.trade_status(), back.total()),
        (None, None, None)
    );
}

#[test]
fn return_given_to_the_notification_path_rejected() {
    assert_eq!(
        verify(GOOD.as_bytes()),
        Err(VerifyError::MissingField { field: "notify_id" })
    );
}

#[test]
fn one_fault_at_a_time_rejected() {
    let missing = |field| VerifyError::MissingField { field };
    let cases = [
        (GOOD.replace("8.00", "8.01"), VerifyError::BadSignature),
        (GOOD.replace("&sign=", "&sigh="), missing("sign")),
        (GOOD.replace("&sign_type=MD5", ""), missing("sign_type")),
        (
            GOOD.replace("out_trade_no=WB-20240305-0001", "out_trade_no="),
            missing("out_trade_no"),
        ),
        (
            GOOD.replace("=MD5", "=RSA"),
            VerifyError::SignTypeNotAccepted {
                expected: SignType::Md5,
            },
        ),
        (format!("{GOOD}&utm_source=mail"), VerifyError::BadSignature),
        (
            format!("{GOOD}&sign=0"),
            VerifyError::BadForm(FormError::RepeatedName { index: 7 }),
        ),
        (
            signed("out_trade_no=A1&utm_source=mail"),
            VerifyError::UnknownField,
        ),
        (
            signed("_input_charset=GBK&out_trade_no=A1"),
            VerifyError::CharsetNotAccepted,
        ),
        (
            signed("out_trade_no=A1&seller_id=2088000000000000"),
            VerifyError::WrongPartner,
        ),
        (
            signed("out_trade_no=A1&trade_no=1"),
            VerifyError::InvalidField { field: "trade_no" },
        ),
        (
            signed("out_trade_no=A.1"),
            VerifyError::InvalidField {
                field: "out_trade_no",
            },
        ),
        (
            signed("currency=USD&out_trade_no=A1&total_fee=8.000"),
            VerifyError::InvalidField { field: "total_fee" },
        ),
        (
            signed("currency=XXX&out_trade_no=A1&total_fee=8.00"),
            VerifyError::InvalidField { field: "currency" },
        ),
    ];
    for (query, error) in cases {
        assert_eq!(check(&query), Err(error), "{query}");
    }
}
