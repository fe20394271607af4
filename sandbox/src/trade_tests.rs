use super::{Book, Delivery, MAX_TRADES, Moment, State, Trade};
use crate::{
    faults::Faults,
    money::Amount,
    outcome::Outcome,
    payment::MAX_DELIVERIES,
    request::{GatewayError, PayRequest},
    sign::Fields,
};

/// A request as the gateway passes it on.
pub(crate) fn pay_request(out_trade_no: &str) -> PayRequest {
    let fields: Fields = [
        ("notify_url", "http://127.0.0.1:1/notify"),
        ("out_trade_no", out_trade_no),
        ("return_url", "http://127.0.0.1:1/return"),
        ("subject", "Kettle"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    PayRequest {
        out_trade_no: out_trade_no.to_owned(),
        amount: Amount::parse("19.90", "USD").unwrap(),
        fields,
        antom: None,
    }
}

pub(crate) fn open_trade() -> Trade {
    Book::default()
        .open(pay_request("A1"), "c1".into(), None, 1_000)
        .unwrap()
        .clone()
}

pub(crate) fn moment(now_ms: u64) -> Moment {
    Moment {
        now_ms,
        trade_no: "2018041121001003790200210315".into(),
        notify_id: "0123456789abcdef0123456789abcdef01".into(),
        faults: Faults::default(),
    }
}

/// A trade that was paid at 2 s.
pub(crate) fn paid_trade() -> Trade {
    let mut trade = open_trade();
    trade.begin(Outcome::Paid, None, moment(2_000));
    trade
}

fn delivery(status: u16, body: &str) -> Delivery {
    Delivery {
        at_ms: 3_000,
        status: Some(status),
        body: body.into(),
        error: None,
    }
}

#[test]
fn same_request_reopens_the_same_trade() {
    let mut book = Book::default();
    let first = book
        .open(pay_request("A1"), "c1".into(), None, 1)
        .unwrap()
        .clone();
    let again = book
        .open(pay_request("A1"), "c2".into(), Some("http://a/".into()), 2)
        .unwrap();
    assert_eq!(*again, first);
}

#[test]
fn same_out_trade_no_with_other_content_rejected() {
    let mut book = Book::default();
    book.open(pay_request("A1"), "c1".into(), None, 1).unwrap();
    let mut other = pay_request("A1");
    other.fields.insert("subject".into(), "Teapot".into());
    assert_eq!(
        book.open(other, "c2".into(), None, 2),
        Err(GatewayError::TradeDataMatchError)
    );
}

#[test]
fn paid_out_trade_no_rejected_whatever_its_content() {
    for subject in ["Kettle", "Teapot"] {
        let mut book = Book::default();
        book.open(pay_request("A1"), "c1".into(), None, 1).unwrap();
        book.by_cashier_id_mut("c1")
            .unwrap()
            .begin(Outcome::Paid, None, moment(2));
        let mut request = pay_request("A1");
        request.fields.insert("subject".into(), subject.into());
        assert_eq!(
            book.open(request, "c2".into(), None, 3),
            Err(GatewayError::RepeatOutTradeNo)
        );
    }
}

#[test]
fn each_outcome_begins_in_its_state_and_is_due_when_it_should() {
    for (outcome, status, state, due_ms) in [
        (Outcome::Paid, "TRADE_FINISHED", State::Paid, Some(2_000)),
        (Outcome::Closed, "TRADE_CLOSED", State::Closed, Some(2_000)),
        (
            Outcome::ProcessingPaid,
            "WAIT_BUYER_PAY",
            State::Processing,
            Some(7_000),
        ),
        (
            Outcome::ProcessingClosed,
            "WAIT_BUYER_PAY",
            State::Processing,
            Some(7_000),
        ),
        (
            Outcome::ReturnFirst,
            "TRADE_FINISHED",
            State::Paid,
            Some(6_000),
        ),
        (
            Outcome::NotificationFirst,
            "TRADE_FINISHED",
            State::Paid,
            Some(2_000),
        ),
        (
            Outcome::NeverReturns,
            "TRADE_FINISHED",
            State::Paid,
            Some(2_000),
        ),
    ] {
        let mut trade = open_trade();
        trade.begin(outcome, None, moment(2_000));
        let mut book = Book::default();
        book.insert(trade.clone());
        let due = book.pending().next().map(|(due_ms, _)| due_ms);
        assert_eq!(
            (trade.trade_status(), trade.state(), due),
            (status, Some(state), due_ms),
            "{outcome:?}"
        );
        let payment = trade.payment.unwrap();
        assert_eq!(payment.trade_no, "2018041121001003790200210315");
        assert_eq!(payment.stays, outcome == Outcome::NeverReturns);
    }
}

#[test]
fn faults_decide_when_the_first_notification_is_due() {
    for (faults, notify_url, expected) in [
        (Faults::default(), "http://127.0.0.1:1/", Some(2_000)),
        (
            Faults {
                notify_delay_ms: 500,
                ..Faults::default()
            },
            "http://127.0.0.1:1/",
            Some(2_500),
        ),
        (
            Faults {
                hold: true,
                ..Faults::default()
            },
            "http://127.0.0.1:1/",
            None,
        ),
        (Faults::default(), "", None),
    ] {
        let mut trade = open_trade();
        trade.request.insert("notify_url".into(), notify_url.into());
        let moment = Moment {
            faults,
            ..moment(2_000)
        };
        trade.begin(Outcome::Paid, None, moment);
        assert_eq!(trade.payment.unwrap().next_delivery_ms, expected);
    }
}

#[test]
fn only_exactly_success_with_200_acknowledges() {
    for (status, body, expected) in [
        (200, "success", true),
        (200, "SUCCESS", false),
        (200, "success\n", false),
        (200, " success", false),
        (200, "\u{feff}success", false),
        (200, "\"success\"", false),
        (200, "fail", false),
        (200, "", false),
        (302, "success", false),
        (500, "success", false),
    ] {
        assert_eq!(
            delivery(status, body).says_success(),
            expected,
            "{status} {body:?}"
        );
    }
}

#[test]
fn unacknowledged_notification_climbs_the_ladder_to_the_eighth_delivery() {
    let mut payment = paid_trade().payment.unwrap();
    let mut due_s = Vec::new();
    let mut now_ms = 0;
    loop {
        payment.record(delivery(500, "fail"), false);
        payment.end_step(now_ms, 1);
        let Some(next_ms) = payment.next_delivery_ms else {
            break;
        };
        due_s.push((next_ms - now_ms) / 1000);
        now_ms = next_ms;
    }
    assert_eq!(due_s, [120, 600, 600, 3_600, 7_200, 21_600, 54_000]);
    assert_eq!((payment.attempts, payment.deliveries.len()), (8, 8));
    assert!(!payment.acknowledged);
}

#[test]
fn acknowledged_notification_is_not_sent_again() {
    let mut payment = paid_trade().payment.unwrap();
    payment.record(delivery(200, "success"), true);
    // Another copy of the same step comes later and is refused.
    payment.record(delivery(500, "fail"), false);
    payment.end_step(5_000, 1);
    assert_eq!(
        (payment.acknowledged, payment.next_delivery_ms),
        (true, None)
    );
}

#[test]
fn deliveries_are_bounded_and_the_newest_stay() {
    let mut payment = paid_trade().payment.unwrap();
    for number in 0..=MAX_DELIVERIES {
        payment.record(delivery(500, &number.to_string()), false);
    }
    assert_eq!(payment.deliveries.len(), MAX_DELIVERIES);
    assert_eq!(payment.deliveries[0].body, "1");
    assert_eq!(
        payment.deliveries[MAX_DELIVERIES - 1].body,
        MAX_DELIVERIES.to_string()
    );
}

#[test]
fn a_full_book_drops_the_oldest_trade_that_owes_no_notification() {
    let mut book = Book::default();
    for number in 0..MAX_TRADES {
        let request = pay_request(&format!("A{number}"));
        book.open(
            request,
            format!("c{number}"),
            None,
            number.try_into().unwrap(),
        )
        .unwrap();
    }
    book.by_cashier_id_mut("c0")
        .unwrap()
        .begin(Outcome::Paid, None, moment(1));
    book.open(pay_request("NEW"), "new".into(), None, 1_000_000)
        .unwrap();
    let known = |out_trade_no| book.by_out_trade_no(out_trade_no).is_some();
    assert_eq!(
        [known("A0"), known("A1"), known("A2"), known("NEW")],
        [true, false, true, true]
    );
    assert_eq!(book.newest_first().len(), MAX_TRADES);
    assert_eq!(book.newest_first()[0].out_trade_no, "NEW");
}
