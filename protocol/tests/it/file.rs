//! The gateway's files: requests as other tools sign them, rows as a public README shows them.

use alipay_protocol::backend::{NoRsa, ready};
use alipay_protocol::charset::Charset;
use alipay_protocol::file::{
    File, FileError, FileRequest, MAX_DAYS, MAX_FILE, MAX_ROWS, Period, PeriodError, Rate, Refusal,
    RowStatus, RowType, StatementRow,
};
use alipay_protocol::gateway_time::GatewayDate;
use alipay_protocol::key::Md5Key;
use alipay_protocol::money::Currency;
use alipay_protocol::query::ErrorCode;
use alipay_protocol::sign::SigningKey;

use crate::common::partner;

/// The key of Alipay's public sandbox account.
const SANDBOX_KEY: &str = "760bdzec6y9goq7ctyx96ezkz78287de";

/// Values of KA's README, in the form that Alipay's page prints.
const RATES: &str = "20120330|112537|AUD|6.4485|\n20120424|112537|DKK|2.0|\n\
    20121224|174359|JPY|0.05638|\n20121018|140710|KRW|0.001111|\n";

/// Rows of KA's README, as its parser takes them apart.
const STATEMENT: &str = "20131219-144657-234|0.11|EUR|20131219215228||P|0.00|P|Test\n\
    1326557|2125.25|HKD|20131219175840||P|21.25|P|Grey Hours Limited (Testing)\n";

fn day(text: &str) -> GatewayDate {
    GatewayDate::parse(text).unwrap()
}

fn period(start: &str, end: &str) -> Result<Period, PeriodError> {
    Period::new(day(start), day(end), day("20120301"))
}

fn rates(text: &str) -> Result<File<Rate>, FileError> {
    File::<Rate>::parse(text.as_bytes(), Charset::Utf8)
}

fn statement(text: &str) -> Result<File<StatementRow>, FileError> {
    File::<StatementRow>::parse(text.as_bytes(), Charset::Utf8)
}

fn rows<R>(file: Result<File<R>, FileError>) -> Vec<R> {
    match file.map_err(|error| error.to_string()) {
        Ok(File::Rows(rows)) => rows,
        Ok(File::Refused(refusal)) => panic!("{refusal:?}"),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn requests_are_the_ones_another_tool_signs() {
    // From public tests written in Ruby; there the fields stand in another order.
    let period = period("20120202", "20120205").unwrap();
    let key = SigningKey::md5(Md5Key::parse(SANDBOX_KEY).unwrap());
    let cases = [
        (
            FileRequest::compare(&partner(), period),
            "end_date=20120205&partner=2088101122136241&service=forex_compare_file\
             &start_date=20120202&sign=3d09abe0980696bb39bb72c6137266ca&sign_type=MD5",
        ),
        (
            FileRequest::liquidation(&partner(), period),
            "end_date=20120205&partner=2088101122136241&service=forex_liquidation_file\
             &start_date=20120202&sign=68c26fcba73dc3134bc88bb04a8be865&sign_type=MD5",
        ),
        (
            FileRequest::rates(&partner()),
            "partner=2088101122136241&service=forex_rate_file\
             &sign=4051af1716d522b47acff927d4fb9781&sign_type=MD5",
        ),
    ];
    for (request, query) in cases {
        let signed = ready(request.sign(&key, &NoRsa)).unwrap();
        assert_eq!(
            signed.url("https://g.example"),
            format!("https://g.example?{query}")
        );
    }
}

#[test]
fn periods_that_alipay_has_no_file_about_rejected() {
    assert_eq!(period("20120229", "20120229").map(|_| ()), Ok(()));
    assert_eq!(period("20120220", "20120229").map(|_| ()), Ok(()));
    assert_eq!(
        period("20120219", "20120229"),
        Err(PeriodError::TooLong { limit: MAX_DAYS })
    );
    assert_eq!(
        period("20120301", "20120301"),
        Err(PeriodError::NotBeforeToday)
    );
    assert_eq!(
        period("20120205", "20120202"),
        Err(PeriodError::EndBeforeStart)
    );
    assert_eq!(
        period("20130202", "20120305"),
        Err(PeriodError::EndBeforeStart)
    );
}

#[test]
fn rates_are_read_exactly() {
    let expected = [
        ("AUD", Currency::Aud, "2012-03-30 11:25:37", (64_485, 4)),
        ("DKK", Currency::Dkk, "2012-04-24 11:25:37", (20, 1)),
        ("JPY", Currency::Jpy, "2012-12-24 17:43:59", (5_638, 5)),
        ("KRW", Currency::Krw, "2012-10-18 14:07:10", (1_111, 6)),
    ];
    let read = rows(rates(RATES));
    assert_eq!(read.len(), expected.len());
    for (rate, (code, currency, time, scaled)) in read.iter().zip(expected) {
        assert_eq!((rate.code(), rate.currency()), (code, Some(currency)));
        assert_eq!(
            (rate.time().to_string(), rate.scaled()),
            (time.to_owned(), scaled)
        );
    }
}

#[test]
fn currency_that_is_not_known_hides_no_other_rate() {
    let rates = rows(rates(
        "20240305|093000|MYR|1.52|\r\n20240305|093000|USD|7|\r\n",
    ));
    let read: Vec<_> = rates
        .iter()
        .map(|rate| (rate.code(), rate.currency()))
        .collect();
    assert_eq!(read, [("MYR", None), ("USD", Some(Currency::Usd))]);
}

#[test]
fn rows_of_rates_that_are_not_of_their_shape_rejected() {
    for (line, column) in [
        ("20240305|093000|USD|7.1", "row"),
        ("20240305|093000|USD|7.1||", "row"),
        ("20240305|093000|USD|7.1|x", "row"),
        ("20240230|093000|USD|7.1|", "time"),
        ("20240305|240000|USD|7.1|", "time"),
        ("2024030|5093000|USD|7.1|", "time"),
        ("20240305|093000|usd|7.1|", "currency"),
        ("20240305|093000|USDT|7.1|", "currency"),
        ("20240305|093000|USD|0|", "rate"),
        ("20240305|093000|USD|0.00|", "rate"),
        ("20240305|093000|USD|-7|", "rate"),
        ("20240305|093000|USD|7.|", "rate"),
        ("20240305|093000|USD|.7|", "rate"),
        ("20240305|093000|USD|07|", "rate"),
        ("20240305|093000|USD|7e1|", "rate"),
        ("20240305|093000|USD|7,1|", "rate"),
        ("20240305|093000|USD|1.234567890123456|", "rate"),
        ("", "row"),
    ] {
        assert_eq!(
            rates(&format!("{RATES}{line}\n")),
            Err(FileError::InvalidRow { row: 5, column }),
            "{line}"
        );
    }
}

#[test]
fn statement_is_read_exactly() {
    let read = rows(statement(STATEMENT));
    let [first, second] = read.as_slice() else {
        panic!("{} rows", read.len())
    };
    assert_eq!(first.partner_transaction_id(), "20131219-144657-234");
    assert_eq!(first.amount().amount.to_decimal(), "0.11");
    assert_eq!(first.amount().amount.currency(), Currency::Eur);
    assert_eq!(first.transaction_time().to_string(), "2013-12-19 21:52:28");
    assert_eq!(first.settlement_time(), None);
    assert_eq!(first.row_type(), RowType::Payment);
    assert_eq!(first.service_charge().amount.minor(), 0);
    assert_eq!(first.status(), RowStatus::Paid);
    assert_eq!(first.remarks(), "Test");
    assert_eq!(second.service_charge().amount.minor(), 2125);
    assert_eq!(second.remarks(), "Grey Hours Limited (Testing)");
    assert_eq!(
        format!("{second:?}"),
        "StatementRow { row_type: Payment, status: Paid, .. }"
    );
}

#[test]
fn settled_refund_below_zero_without_remarks_accepted() {
    let read = rows(statement(
        "FOREXREFUND_2017|-555.0|HKD|20170927213708|20170928000000|R|-0.00|L",
    ));
    let row = read.first().unwrap();
    assert_eq!(
        (row.amount().amount.minor(), row.amount().is_negative),
        (55_500, true)
    );
    assert!(!row.service_charge().is_negative);
    assert_eq!(
        row.settlement_time().map(|time| time.to_compact()),
        Some("20170928000000".to_owned())
    );
    assert_eq!(
        (row.row_type(), row.status(), row.remarks()),
        (RowType::Refund, RowStatus::Liquidated, "")
    );
}

#[test]
fn rows_of_statements_that_are_not_of_their_shape_rejected() {
    let good = "A|1.00|USD|20131219215228|20131219215228|P|0.00|P|r";
    assert_eq!(rows(statement(good)).len(), 1);
    let long = "r".repeat(257);
    let cases = [
        ("A|", "|", "partner_transaction_id"),
        ("|1.00|", "|1.001|", "amount"),
        ("|1.00|", "|--1|", "amount"),
        ("|1.00|", "|+1|", "amount"),
        ("USD", "XXX", "currency"),
        ("|20131219215228|2", "|20131319215228|2", "transaction_time"),
        ("|20131219215228|2", "||2", "transaction_time"),
        ("28|P", "28 |P", "settlement_time"),
        ("|P|0", "|X|0", "type"),
        ("|P|0", "||0", "type"),
        ("|0.00|", "||", "service_charge"),
        ("|r", &format!("|{long}"), "remarks"),
        ("|r", "|r\u{7}", "row"),
        ("|P|r", "", "row"),
    ];
    for (from, to, column) in cases {
        let line = good.replacen(from, to, 1);
        assert_ne!(line, good);
        assert_eq!(
            statement(&format!("{good}\r\n{line}\r\n")),
            Err(FileError::InvalidRow { row: 2, column }),
            "{line}"
        );
    }
}

#[test]
fn refusals_are_told_apart() {
    let xml = "<?xml version=\"1.0\" encoding=\"GBK\"?>\n<alipay><is_success>F</is_success><error>ILLEGAL_PARTNER</error></alipay>";
    for (text, refusal) in [
        (
            "File download failed:Over 10 days to Date period",
            Refusal::OverTenDays,
        ),
        (
            "File download failed:Finish date ahead of begin date",
            Refusal::FinishBeforeBegin,
        ),
        (
            "File download failed:Illegal Date period!",
            Refusal::IllegalPeriod,
        ),
        (
            "File download failed:Finish date not ahead of today",
            Refusal::FinishNotBeforeToday,
        ),
        ("No balance account data in the period\n", Refusal::NoRows),
        ("No balance amount data in the period", Refusal::NoRows),
        ("Over limit balance amount record", Refusal::OverLimit),
        ("Date format incorrect YYYYMMDD", Refusal::DateFormat),
        ("System exception", Refusal::SystemException),
        (
            "Internet connected exception ,please try later",
            Refusal::ConnectionException,
        ),
        (xml, Refusal::Code(ErrorCode::IllegalPartner)),
    ] {
        assert_eq!(statement(text), Ok(File::Refused(refusal)), "{text}");
        assert_eq!(rates(text), Ok(File::Refused(refusal)), "{text}");
    }
}

#[test]
fn what_is_no_file_rejected() {
    for text in [
        "",
        "\n",
        "OK",
        "System exceptions",
        "<html><body>A|1</body></html>",
        "<alipay><is_success>T</is_success></alipay>",
        "<!DOCTYPE a><alipay><is_success>F</is_success></alipay>",
    ] {
        assert_eq!(statement(text), Err(FileError::NotAFile), "{text:?}");
    }
    assert_eq!(
        File::<Rate>::parse(b"20240305|093000|USD|7|\xff", Charset::Utf8),
        Err(FileError::CharsetNotAccepted)
    );
}

#[test]
fn limits_of_files_hold_at_their_edge() {
    let row = "20240305|093000|USD|7|\n";
    assert_eq!(rows(rates(&row.repeat(MAX_ROWS))).len(), MAX_ROWS);
    assert_eq!(
        rates(&row.repeat(MAX_ROWS + 1)),
        Err(FileError::TooManyRows { limit: MAX_ROWS })
    );
    let long = " ".repeat(MAX_FILE);
    assert_eq!(rates(&long), Err(FileError::NotAFile));
    assert_eq!(
        rates(&format!("{long} ")),
        Err(FileError::TooLong {
            limit: MAX_FILE,
            actual: MAX_FILE + 1
        })
    );
}
