use super::*;
use crate::order::state::{Price, Terminal, Terms};
use crate::provider::Provider;

fn order(status: Status) -> Order {
    let mut order = Order::new(Terms {
        provider: Provider::Gateway,
        out_trade_no: "A1".into(),
        subject: "Tea".into(),
        body: None,
        price: Price::TotalFee {
            amount: 1990,
            currency: "USD".into(),
        },
        return_url: "https://shop.example/".into(),
        metadata: std::collections::BTreeMap::new(),
        terminal: Terminal::Wap,
        return_mark: String::new(),
        by_previous: false,
        locale: None,
    });
    order.status = status;
    order
}

fn asked(number: &str, amount: u64) -> RefundAsked {
    RefundAsked {
        by: "anna".into(),
        out_return_no: number.into(),
        amount,
        currency: "USD".into(),
        reason: "late".into(),
    }
}

fn known(number: &str, amount: u64, state: RefundState) -> RefundView {
    RefundView {
        out_return_no: number.into(),
        amount,
        currency: "USD".into(),
        reason: "late".into(),
        state,
        code: String::new(),
        attempts: 0,
        by: "bert".into(),
        requested_ms: 1,
        settled_ms: None,
        due_ms: None,
    }
}

#[test]
fn only_a_paid_order_is_refunded() {
    for (status, expected) in [
        (Status::Created, Err(RefundDenied::NotPaid)),
        (Status::Redirected, Err(RefundDenied::NotPaid)),
        (Status::Closed, Err(RefundDenied::NotPaid)),
        (Status::Paid, Ok(None)),
    ] {
        assert_eq!(admit(&order(status), &[], &asked("R1", 1990)), expected);
    }
}

#[test]
fn sum_never_exceeds_what_was_paid_and_only_refusals_are_free_again() {
    use RefundState::{Done, Pending, Refused, Requested};
    let order = order(Status::Paid);
    for (state, expected) in [
        (Done, Err(RefundDenied::Exceeds)),
        (Pending, Err(RefundDenied::Exceeds)),
        (Requested, Err(RefundDenied::Exceeds)),
        (Refused, Ok(None)),
    ] {
        let refunds = [known("R1", 1000, state)];
        assert_eq!(admit(&order, &refunds, &asked("R2", 991)), expected);
        assert_eq!(admit(&order, &refunds, &asked("R2", 990)), Ok(None));
    }
    for amount in [1991, u64::MAX] {
        let refused = admit(&order, &[], &asked("R1", amount));
        assert_eq!(refused, Err(RefundDenied::Exceeds));
    }
    let whole = [known("R1", 1990, Done)];
    let refunded = Order {
        status: Status::Refunded,
        ..order
    };
    assert_eq!(
        admit(&refunded, &whole, &asked("R2", 1)),
        Err(RefundDenied::Exceeds)
    );
}

#[test]
fn same_number_is_the_same_refund_or_none() {
    let order = order(Status::Paid);
    let refunds = [known("R1", 1990, RefundState::Pending)];
    let same = admit(&order, &refunds, &asked("R1", 1990));
    assert_eq!(same, Ok(refunds.first()));
    let others = [
        asked("R1", 1989),
        RefundAsked {
            currency: "EUR".into(),
            ..asked("R1", 1990)
        },
        RefundAsked {
            reason: "early".into(),
            ..asked("R1", 1990)
        },
    ];
    for other in others {
        assert_eq!(
            admit(&order, &refunds, &other),
            Err(RefundDenied::Differs),
            "{other:?}"
        );
    }
}

#[test]
fn nothing_and_another_currency_rejected_by_name() {
    let order = order(Status::Paid);
    let nothing = admit(&order, &[], &asked("R1", 0));
    assert_eq!(nothing, Err(RefundDenied::Parameter("amount".into())));
    let yen = RefundAsked {
        currency: "JPY".into(),
        ..asked("R1", 19)
    };
    assert_eq!(
        admit(&order, &[], &yen),
        Err(RefundDenied::Parameter("currency".into()))
    );
}

#[test]
fn an_answer_settles_only_what_it_can_know() {
    let word = |text: &str| Answer::Refused(Some(text.into()));
    let open = |text: &str| Outcome::Open(text.into());
    let refused = |text: &str| Outcome::Refused(text.into());
    let given = || Answer::Given("sha256:00".into());
    let done = || Outcome::Done("sha256:00".into());
    for (answer, at_first, after_an_open_one) in [
        (given(), done(), done()),
        (
            Answer::Nothing("no_answer"),
            open("no_answer"),
            open("no_answer"),
        ),
        (
            Answer::NotAsked("sign_failed"),
            open("sign_failed"),
            open("sign_failed"),
        ),
        (
            word("SYSTEM_EXCEPTION"),
            open("SYSTEM_EXCEPTION"),
            open("SYSTEM_EXCEPTION"),
        ),
        (
            word("SYSTEM_ERROR"),
            open("SYSTEM_ERROR"),
            open("SYSTEM_ERROR"),
        ),
        (
            Answer::Refused(None),
            open("refused_without_a_word"),
            open("refused_without_a_word"),
        ),
        (
            word("PURCHASE_TRADE_NOT_EXIST"),
            refused("PURCHASE_TRADE_NOT_EXIST"),
            refused("PURCHASE_TRADE_NOT_EXIST"),
        ),
        // Perhaps because the first attempt was carried out.
        (
            word("RETURN_AMOUNT_EXCEED"),
            refused("RETURN_AMOUNT_EXCEED"),
            open("RETURN_AMOUNT_EXCEED"),
        ),
        (
            word("ILLEGAL_SIGN"),
            refused("ILLEGAL_SIGN"),
            open("ILLEGAL_SIGN"),
        ),
    ] {
        assert_eq!(judge(answer.clone(), false), at_first, "{answer:?}");
        assert_eq!(judge(answer.clone(), true), after_an_open_one, "{answer:?}");
    }
}

#[test]
fn an_open_refund_is_asked_for_again_for_ever_and_never_early() {
    let waits = [1, 2, 3, 7, 8, 1_000_000].map(|attempts| wait_ms(attempts, 0));
    assert_eq!(
        waits,
        [5_000, 30_000, 120_000, 86_400_000, 86_400_000, 86_400_000]
    );
    assert_eq!(wait_ms(1, 500), 5_500);
    assert_eq!(wait_ms(1, 501), 5_000);
}

#[test]
fn staff_settles_only_what_is_open_and_the_same_again_is_nothing_new() {
    use RefundState::{Done, Pending, Refused, Requested};
    let not_open = || Err(RefundDenied::NotOpen);
    for (state, refunded, refused) in [
        (Pending, Ok(true), Ok(true)),
        (Requested, not_open(), not_open()),
        (Done, Ok(false), not_open()),
        (Refused, not_open(), Ok(false)),
    ] {
        let refund = known("R1", 1990, state);
        let said = |said| admit_said(Some(&refund), said);
        assert_eq!(said(Said::Refunded), refunded, "{state:?}");
        assert_eq!(said(Said::Refused), refused, "{state:?}");
    }
    let nobody = admit_said(None, Said::Refused);
    assert_eq!(nobody, Err(RefundDenied::Unknown));
}
