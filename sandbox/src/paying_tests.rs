use super::{Confirmation, Paying};
use crate::{
    money::Amount,
    outcome::Outcome,
    shopper::Shopper,
    trade::{
        Book, State,
        tests::{moment, open_trade},
    },
    wallet::Refusal,
};

fn book(amount: &str) -> Book {
    let mut trade = open_trade();
    trade.amount = Amount::parse(amount, "USD").unwrap();
    let mut book = Book::default();
    book.insert(trade);
    book
}

fn confirmation(outcome: Option<Outcome>) -> Confirmation {
    Confirmation {
        shopper: Shopper::of_account("shopper@example.com").unwrap(),
        payment_password: "246810".into(),
        card: None,
        outcome,
    }
}

fn pay(book: &mut Book, confirmation: &Confirmation) -> Paying {
    book.pay("c1", confirmation, moment(2_000), 1).unwrap()
}

fn dollars(book: &Book) -> String {
    let shopper = Shopper::of_account("shopper@example.com").unwrap();
    book.wallets.of(shopper).balances()[0].text()
}

#[test]
fn amount_chooses_the_outcome_and_the_tester_before_it() {
    for (amount, by_hand, expected) in [
        ("19.90", None, Paying::Done(State::Paid)),
        ("40.01", None, Paying::Refused(Refusal::InsufficientBalance)),
        ("40.02", None, Paying::Refused(Refusal::LimitExceeded)),
        ("40.03", None, Paying::Refused(Refusal::WrongPassword)),
        ("40.04", None, Paying::Refused(Refusal::AccountLimited)),
        ("40.05", None, Paying::Cancelled),
        ("40.06", None, Paying::Done(State::Closed)),
        ("40.07", None, Paying::Done(State::Processing)),
        ("40.08", None, Paying::Done(State::Processing)),
        ("40.09", None, Paying::Done(State::Paid)),
        ("40.01", Some(Outcome::Paid), Paying::Done(State::Paid)),
        ("19.90", Some(Outcome::Cancelled), Paying::Cancelled),
    ] {
        let mut book = book(amount);
        let paying = pay(&mut book, &confirmation(by_hand));
        assert_eq!(paying, expected, "{amount} {by_hand:?}");
        let left = !matches!(expected, Paying::Done(State::Paid | State::Processing));
        assert_eq!(dollars(&book) == "10000.00", left, "{amount} {by_hand:?}");
    }
}

#[test]
fn faults_in_force_choose_before_the_amount() {
    let mut book = book("40.01");
    let mut moment = moment(2_000);
    moment.faults.outcome = Some(Outcome::Closed);
    let paying = book.pay("c1", &confirmation(None), moment, 1);
    assert_eq!(paying, Some(Paying::Done(State::Closed)));
}

#[test]
fn second_payment_changes_nothing() {
    let mut book = book("19.90");
    pay(&mut book, &confirmation(None));
    let before = book.clone();
    assert_eq!(pay(&mut book, &confirmation(None)), Paying::AlreadyPaid);
    assert_eq!(book, before);
    assert_eq!(book.pay("none", &confirmation(None), moment(1), 1), None);
}

#[test]
fn processing_is_decided_later_and_closing_gives_the_money_back() {
    for (outcome, state, left) in [
        (Outcome::ProcessingPaid, State::Paid, "9980.10"),
        (Outcome::ProcessingClosed, State::Closed, "10000.00"),
    ] {
        let mut book = book("19.90");
        pay(&mut book, &confirmation(Some(outcome)));
        assert_eq!(dollars(&book), "9980.10");
        assert!(!book.advance("A1", 6_999, "fresh"));
        assert!(book.advance("A1", 7_000, "fresh"));
        assert!(!book.advance("A1", 7_000, "again"));
        let trade = book.by_out_trade_no("A1").unwrap();
        let payment = trade.payment.as_ref().unwrap();
        assert_eq!(
            (payment.state, payment.notify_id.as_str()),
            (state, "fresh")
        );
        assert_eq!(payment.next_delivery_ms, Some(7_000));
        assert_eq!(dollars(&book), left, "{outcome:?}");
    }
}

#[test]
fn refunded_by_staff_gives_back_all_or_half_and_tells_of_it() {
    for (outcome, state, given, left) in [
        (Outcome::Refunded, State::Refunded, "19.90", "10000.00"),
        (Outcome::PartlyRefunded, State::Paid, "9.95", "9990.05"),
    ] {
        let mut book = book("19.90");
        pay(&mut book, &confirmation(Some(outcome)));
        assert!(book.advance("A1", 7_000, "fresh"));
        let payment = book.by_out_trade_no("A1").unwrap().payment.clone().unwrap();
        let refund = &payment.refunds[0];
        assert_eq!(
            (payment.state, payment.refund_told, refund.amount.as_str()),
            (state, Some(0), given)
        );
        assert_eq!((payment.attempts, payment.acknowledged), (0, false));
        assert_eq!(dollars(&book), left);
    }
}

#[test]
fn refunds_of_a_converted_payment_add_up_to_what_was_charged() {
    let mut trade = open_trade();
    trade.amount = Amount::parse("10.00", "EUR").unwrap();
    let mut book = Book::default();
    book.insert(trade.clone());
    pay(&mut book, &confirmation(None));
    let yuan = |book: &Book| {
        let shopper = Shopper::of_account("shopper@example.com").unwrap();
        book.wallets.of(shopper).balances()[1].text()
    };
    assert_eq!(yuan(&book), "69921.42");
    let trade = book.by_out_trade_no("A1").unwrap().clone();
    book.refund_by_staff(&trade, 333, 9_000);
    assert_eq!(yuan(&book), "69947.58");
    book.refund_by_staff(&trade, 9_999, 9_000);
    assert_eq!(yuan(&book), "70000.00");
}
