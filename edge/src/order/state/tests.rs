//! The whole table of what may move where.

use super::*;

const ALL: [Status; 5] = [
    Status::Created,
    Status::Redirected,
    Status::Paid,
    Status::Closed,
    Status::Refunded,
];

fn order(status: Status) -> Order {
    let terms = Terms {
        provider: Provider::Gateway,
        out_trade_no: "A1".into(),
        subject: "Tea".into(),
        body: None,
        price: Price::TotalFee {
            amount: 1990,
            currency: "USD".into(),
        },
        return_url: "https://shop.example/checkout/A1".into(),
        locale: None,
        metadata: std::collections::BTreeMap::new(),
        terminal: Terminal::Wap,
        return_mark: String::new(),
        by_previous: false,
    };
    let trade_no = (status > Status::Redirected).then(|| "T1".to_owned());
    Order {
        status,
        trade_no,
        ..Order::new(terms)
    }
}

fn facts(says: Says) -> Facts {
    Facts {
        provider: Provider::Gateway,
        told: Told::Notification,
        notify_id: "N1".into(),
        trade_no: "T1".into(),
        says,
        amount: 1990,
        currency: "USD".into(),
    }
}

#[track_caller]
fn check(status: Status, facts: &Facts, expected: Transition) {
    assert_eq!(
        apply(Some(&order(status)), None, facts),
        expected,
        "{status:?} {facts:?}"
    );
}

#[test]
fn every_message_in_every_state() {
    use Transition::{Keep, Move, Quarantine};
    let paid = [
        Move(Status::Paid),
        Move(Status::Paid),
        Keep,
        Quarantine(Reason::PaidAfterClosed),
        Keep,
    ];
    let closed = [
        Move(Status::Closed),
        Move(Status::Closed),
        Quarantine(Reason::ClosedAfterPaid),
        Keep,
        Keep,
    ];
    for (at, status) in ALL.into_iter().enumerate() {
        check(status, &facts(Says::Paid), paid[at]);
        check(status, &facts(Says::Closed), closed[at]);
        check(status, &facts(Says::Waiting), Keep);
        check(
            status,
            &facts(Says::Other),
            Quarantine(Reason::TradeStatusUnexpected),
        );
    }
}

#[test]
fn a_move_is_always_forward() {
    for status in ALL {
        for says in [Says::Paid, Says::Closed, Says::Waiting, Says::Other] {
            if let Transition::Move(to) = apply(Some(&order(status)), None, &facts(says)) {
                assert!(to > status, "{status:?} to {to:?}");
                assert!(!status.is_final());
            }
        }
    }
}

#[test]
fn other_amount_or_currency_quarantined_in_every_state() {
    for status in ALL {
        let dear = Facts {
            amount: 1991,
            ..facts(Says::Paid)
        };
        check(status, &dear, Transition::Quarantine(Reason::AmountDiffers));
        let yen = Facts {
            currency: "JPY".into(),
            ..facts(Says::Paid)
        };
        check(
            status,
            &yen,
            Transition::Quarantine(Reason::CurrencyDiffers),
        );
    }
}

#[test]
fn second_trade_for_a_paid_order_quarantined() {
    let second = Facts {
        trade_no: "T2".into(),
        ..facts(Says::Paid)
    };
    check(
        Status::Paid,
        &second,
        Transition::Quarantine(Reason::TradeNoDiffers),
    );
    check(
        Status::Refunded,
        &second,
        Transition::Quarantine(Reason::TradeNoDiffers),
    );
}

#[test]
fn unregistered_order_quarantined() {
    let verdict = apply(None, None, &facts(Says::Paid));
    assert_eq!(verdict, Transition::Quarantine(Reason::NotRegistered));
}

#[test]
fn same_notify_id_repeats_or_is_reused() {
    let first = facts(Says::Paid);
    let verdict = apply(Some(&order(Status::Paid)), Some(&first), &first);
    assert_eq!(verdict, Transition::Repeat);
    let altered = [
        Facts {
            amount: 1,
            ..first.clone()
        },
        Facts {
            currency: "EUR".into(),
            ..first.clone()
        },
        Facts {
            trade_no: "T2".into(),
            ..first.clone()
        },
        Facts {
            says: Says::Closed,
            ..first.clone()
        },
    ];
    for other in altered {
        let verdict = apply(Some(&order(Status::Paid)), Some(&first), &other);
        assert_eq!(verdict, Transition::Quarantine(Reason::NotifyIdReused));
    }
}

#[test]
fn rmb_fee_matches_the_same_number_only() {
    let price = Price::RmbFee {
        amount: 12800,
        settlement: "USD".into(),
    };
    let say = |amount, currency: &str| Facts {
        amount,
        currency: currency.into(),
        ..facts(Says::Paid)
    };
    assert_eq!(price.is(&say(12800, "CNY")), Ok(()));
    assert_eq!(price.is(&say(12800, "USD")), Ok(()));
    assert_eq!(price.is(&say(1790, "USD")), Err(Reason::AmountDiffers));
    assert_eq!(price.is(&say(12800, "EUR")), Err(Reason::CurrencyDiffers));
}

#[test]
fn terms_differ_by_what_the_shopper_is_asked_only() {
    let first = order(Status::Created).terms;
    let elsewhere = Terms {
        return_url: "https://shop.example/zh".into(),
        locale: None,
        ..first.clone()
    };
    assert!(first.same_trade(&elsewhere));
    let dear = Price::TotalFee {
        amount: 1,
        currency: "USD".into(),
    };
    for other in [
        Terms {
            subject: "Coffee".into(),
            ..first.clone()
        },
        Terms {
            body: Some("x".into()),
            ..first.clone()
        },
        Terms {
            price: dear,
            ..first.clone()
        },
        Terms {
            out_trade_no: "A2".into(),
            ..first.clone()
        },
    ] {
        assert!(!first.same_trade(&other), "{other:?}");
    }
}

#[test]
fn redirect_is_news_once() {
    let mut order = order(Status::Created);
    assert!(order.redirect());
    assert!(!order.redirect());
    assert_eq!((order.status, order.version), (Status::Redirected, 2));
}

#[test]
fn word_of_a_refund_never_pays_and_one_that_is_not_ours_is_kept_aside() {
    for status in ALL {
        check(
            status,
            &facts(Says::Refund),
            Transition::Quarantine(Reason::RefundUnknown),
        );
        let refunding = Order {
            refunding: 1,
            ..order(status)
        };
        let ours = apply(Some(&refunding), None, &facts(Says::Refund));
        assert_eq!(ours, Transition::Keep, "{status:?}");
    }
}

#[test]
fn closing_is_expected_once_the_whole_amount_goes_back() {
    for (refunding, expected) in [
        (0, Transition::Quarantine(Reason::ClosedAfterPaid)),
        (1989, Transition::Quarantine(Reason::ClosedAfterPaid)),
        (1990, Transition::Keep),
    ] {
        let order = Order {
            refunding,
            ..order(Status::Paid)
        };
        assert_eq!(apply(Some(&order), None, &facts(Says::Closed)), expected);
    }
}

#[test]
fn order_from_before_refunds_is_read() {
    let mut stored = serde_json::to_value(order(Status::Paid)).unwrap();
    stored.as_object_mut().unwrap().remove("refunding");
    stored["terms"].as_object_mut().unwrap().remove("terminal");
    let read: Order = serde_json::from_value(stored).unwrap();
    assert_eq!(read, order(Status::Paid));
}

#[test]
fn yuan_are_the_same_number_only_in_a_currency_with_cents() {
    for (settlement, currency, expected) in [
        ("USD", "CNY", Transition::Move(Status::Paid)),
        ("USD", "USD", Transition::Move(Status::Paid)),
        (
            "USD",
            "EUR",
            Transition::Quarantine(Reason::CurrencyDiffers),
        ),
        ("KRW", "CNY", Transition::Move(Status::Paid)),
        // 12800 won are half of 128.00 yuan.
        (
            "KRW",
            "KRW",
            Transition::Quarantine(Reason::CurrencyDiffers),
        ),
        (
            "JPY",
            "JPY",
            Transition::Quarantine(Reason::CurrencyDiffers),
        ),
    ] {
        let mut order = order(Status::Redirected);
        order.terms.price = Price::RmbFee {
            amount: 12_800,
            settlement: settlement.into(),
        };
        let facts = Facts {
            amount: 12_800,
            currency: currency.into(),
            ..facts(Says::Paid)
        };
        assert_eq!(
            apply(Some(&order), None, &facts),
            expected,
            "{settlement} {currency}"
        );
    }
}
