use super::{Method, Refusal, Wallet};
use crate::{
    money::Amount,
    shopper::{SHOPPERS, Shopper},
};

fn usd(text: &str) -> Amount {
    Amount::parse(text, "USD").unwrap()
}

fn shopper(account: &str) -> (&'static Shopper, Wallet) {
    let shopper = Shopper::of_account(account).unwrap();
    (shopper, shopper.first_wallet())
}

/// 2026-11-22.
const NOW_MS: u64 = 1_795_305_600_000;

#[test]
fn balance_is_charged_as_a_whole_and_told_before_and_after() {
    let (shopper, mut wallet) = shopper("SHOPPER@example.com ");
    let charge = wallet.charge(shopper, &usd("19.90"), None, NOW_MS).unwrap();
    let (before, after) = charge.balance.unwrap();
    assert_eq!(
        (before.text(), after.text()),
        ("10000.00".into(), "9980.10".into())
    );
    assert_eq!(charge.method, Method::Balance);
    let yen = Amount::parse("1990", "JPY").unwrap();
    let charge = wallet.charge(shopper, &yen, None, NOW_MS).unwrap();
    assert_eq!(
        (charge.amount.text(), charge.amount.currency()),
        ("92.40".into(), "CNY")
    );
    let [dollars, yuan] = wallet.balances();
    assert_eq!(
        (dollars.text(), yuan.text()),
        ("9980.10".into(), "69907.60".into())
    );
}

#[test]
fn limits_hold_in_dollars_for_balance_and_card_alike() {
    for (account, text, card, expected) in [
        ("unverified@example.com", "500.00", None, None),
        (
            "unverified@example.com",
            "500.01",
            None,
            Some(Refusal::LimitExceeded),
        ),
        (
            "unverified@example.com",
            "500.01",
            Some("good"),
            Some(Refusal::LimitExceeded),
        ),
        ("shopper@example.com", "5000.00", None, None),
        ("shopper@example.com", "5000.00", Some("good"), None),
        (
            "shopper@example.com",
            "5000.01",
            None,
            Some(Refusal::LimitExceeded),
        ),
        (
            "limited@example.com",
            "0.01",
            None,
            Some(Refusal::AccountLimited),
        ),
        (
            "limited@example.com",
            "0.01",
            Some("good"),
            Some(Refusal::AccountLimited),
        ),
    ] {
        let (shopper, mut wallet) = shopper(account);
        let refused = wallet.charge(shopper, &usd(text), card, NOW_MS).err();
        assert_eq!(refused, expected, "{account} {text} {card:?}");
    }
}

#[test]
fn a_part_from_the_balance_and_a_part_from_a_card_is_never_taken() {
    let (shopper, mut wallet) = shopper("poor@example.com");
    let before = wallet.clone();
    for (card, expected) in [
        (None, Refusal::InsufficientBalance),
        (Some("expired"), Refusal::CardExpired),
        (Some("declined"), Refusal::CardDeclined),
        (Some("unknown"), Refusal::NoSuchCard),
    ] {
        assert_eq!(
            wallet.charge(shopper, &usd("19.90"), card, NOW_MS),
            Err(expected)
        );
    }
    let charge = wallet
        .charge(shopper, &usd("19.90"), Some("good"), NOW_MS)
        .unwrap();
    assert_eq!(
        (charge.method, charge.balance),
        (Method::Card("0001".into()), None)
    );
    assert_eq!(wallet, before);
    assert!(wallet.delete_card("good"));
    assert!(!wallet.delete_card("good"));
    let gone = wallet.charge(shopper, &usd("19.90"), Some("good"), NOW_MS);
    assert_eq!(gone, Err(Refusal::NoSuchCard));
}

#[test]
fn three_wrong_passwords_lock_for_ten_minutes_and_a_right_one_begins_anew() {
    let (_, mut wallet) = shopper("shopper@example.com");
    let mut enter = |password, now_ms| wallet.enter(password, false, now_ms, 1);
    assert_eq!(enter("135790", 0), Err(Refusal::WrongPassword));
    assert_eq!(enter("135790", 0), Err(Refusal::WrongPassword));
    assert_eq!(enter("246810", 0), Ok(()));
    assert_eq!(enter("135790", 1), Err(Refusal::WrongPassword));
    assert_eq!(enter("111111", 1), Err(Refusal::TooSimple));
    assert_eq!(enter("24681", 1), Err(Refusal::NotSixDigits));
    assert_eq!(enter("135790", 1), Err(Refusal::WrongPassword));
    assert_eq!(enter("135790", 1), Err(Refusal::Locked));
    assert_eq!(enter("246810", 600_000), Err(Refusal::Locked));
    assert_eq!(enter("246810", 600_001), Ok(()));
}

#[test]
fn lock_is_sped_up_and_a_tester_can_want_every_password_wrong() {
    let (_, mut wallet) = shopper("shopper@example.com");
    for expected in [
        Refusal::WrongPassword,
        Refusal::WrongPassword,
        Refusal::Locked,
    ] {
        assert_eq!(wallet.enter("246810", true, 0, 60), Err(expected));
    }
    assert_eq!(wallet.locked_until_ms(), 10_000);
}

#[test]
fn refund_is_in_the_balance_at_once_and_on_the_card_after_three_days() {
    let (_, mut wallet) = shopper("shopper@example.com");
    wallet.give_back("A1", &Method::Balance, usd("5.00"), NOW_MS);
    wallet.give_back("A2", &Method::Card("0001".into()), usd("7.00"), NOW_MS);
    assert_eq!(wallet.balances()[0].text(), "10005.00");
    let there: Vec<_> = wallet
        .refunds
        .iter()
        .map(|one| one.there_ms - NOW_MS)
        .collect();
    assert_eq!(there, [0, 3 * 86_400_000]);
}

#[test]
fn card_is_good_to_the_last_day_of_its_month() {
    let (_, wallet) = shopper("poor@example.com");
    let expired: Vec<_> = wallet
        .cards
        .iter()
        .map(|card| (card.last_four(), card.expiry(), card.is_expired(NOW_MS)))
        .collect();
    assert_eq!(
        expired,
        [
            ("0001", "12/99".into(), false),
            ("0003", "01/20".into(), true),
            ("0004", "12/99".into(), false)
        ]
    );
    // 2020-01-31 and 2020-02-01 in Beijing, a second apart.
    assert!(!wallet.cards[1].is_expired(1_580_486_399_000));
    assert!(wallet.cards[1].is_expired(1_580_486_400_000));
}

#[test]
fn every_shopper_is_another_account() {
    let mut accounts: Vec<_> = SHOPPERS.iter().map(|one| one.account).collect();
    accounts.sort_unstable();
    accounts.dedup();
    assert_eq!(accounts.len(), SHOPPERS.len());
    assert_eq!(Shopper::of_account("nobody@example.com"), None);
}
