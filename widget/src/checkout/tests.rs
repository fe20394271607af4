//! Single steps by name, then every state that can be reached.

mod around;
mod returning;
mod walk;

use super::*;
use crate::status::Status;
use crate::view::View;

const PATIENCE: [i32; 3] = [ANSWER_MS, LEAVE_MS, CONFIRM_MS];
const CLICK: Input = Input::Clicked(Place::Here);
const START: Effects = flags(&[Effects::LOCK, Effects::TELL_BUSY, Effects::ANNOUNCE_START]);
const ASK: Effects = flags(&[Effects::POST, Effects::WAIT]);
const FREE: Effects = flags(&[Effects::ABORT, Effects::UNLOCK, Effects::TELL_FREE]);

const fn flags(effects: &[Effects]) -> Effects {
    Effects::all_of(effects)
}

fn report(status: Status, version: u32) -> Report {
    Report { status, version }
}

fn answer(status: Status, pay_url: PayUrl) -> Input {
    Input::Answered(Answer {
        report: report(status, 0),
        pay_url,
    })
}

fn payable() -> Input {
    answer(Status::Created, PayUrl::Allowed)
}

fn arrival(returned: bool, stored: bool) -> Arrival {
    Arrival {
        has_order: true,
        returned,
        stored,
        online: true,
        blocked: false,
    }
}

/// A button with an order, on which nothing has happened yet.
fn fresh() -> Checkout {
    after([Input::Arrived(arrival(false, false))])
}

fn returned() -> Checkout {
    after([Input::Arrived(arrival(true, false))])
}

fn after<const N: usize>(inputs: [Input; N]) -> Checkout {
    let mut checkout = Checkout::default();
    for input in inputs {
        checkout.step(input);
    }
    checkout
}

fn fresh_after<const N: usize>(inputs: [Input; N]) -> Checkout {
    let mut checkout = fresh();
    for input in inputs {
        checkout.step(input);
    }
    checkout
}

#[track_caller]
fn check(checkout: &mut Checkout, input: Input, state: State, note: Note, effects: &[Effects]) {
    assert_eq!(checkout.step(input), flags(effects));
    assert_eq!(checkout.view(), View::new(state, note));
}

#[test]
fn click_asks_the_edge_and_leaves_the_page() {
    let button = &mut fresh();
    check(button, CLICK, State::Creating, Note::None, &[START]);
    check(
        button,
        Input::StartAllowed,
        State::Creating,
        Note::None,
        &[ASK],
    );
    assert_eq!(button.patience_ms(), ANSWER_MS);
    let leave = [
        Effects::SAVE,
        Effects::ANNOUNCE_REDIRECT,
        Effects::LEAVE,
        Effects::WAIT,
    ];
    check(button, payable(), State::Redirecting, Note::None, &leave);
    assert_eq!(button.patience_ms(), LEAVE_MS);
    // The lock is for those who might start as well: nobody on a page that is gone.
    let gone = [Effects::UNLOCK, Effects::HUSH];
    check(button, Input::Hidden(true), State::Away, Note::None, &gone);
}

#[test]
fn second_click_while_busy_does_nothing() {
    let creating = fresh_after([CLICK]);
    let asked = fresh_after([CLICK, Input::StartAllowed]);
    let leaving = fresh_after([CLICK, Input::StartAllowed, payable()]);
    for mut button in [creating, asked, leaving, returned()] {
        let before = button;
        assert_eq!(button.step(CLICK), Effects::NOTHING);
        assert_eq!(button, before);
    }
}

#[test]
fn prevented_start_sends_nothing_and_frees_the_button() {
    let button = &mut fresh_after([CLICK]);
    check(
        button,
        Input::StartPrevented,
        State::Idle,
        Note::None,
        &[FREE],
    );
    check(
        button,
        Input::StartAllowed,
        State::Idle,
        Note::None,
        &[Effects::NOTHING],
    );
}

#[test]
fn refusal_is_shown_in_words_that_fit() {
    for (refusal, note) in [
        (Refusal::Edge(Note::Expired), Note::Expired),
        (Refusal::Edge(Note::Changed), Note::Changed),
        (Refusal::Unreachable, Note::Unreachable),
        (Refusal::BadAnswer, Note::Failed),
        (Refusal::PayUrlRefused, Note::Shop),
    ] {
        let button = &mut fresh_after([CLICK, Input::StartAllowed]);
        let told = [FREE, Effects::ANNOUNCE_ERROR];
        check(button, Input::Refused(refusal), State::Failed, note, &told);
        assert_eq!(button.refusal(), Some(refusal));
        check(button, CLICK, State::Creating, Note::None, &[START]);
    }
}

#[test]
fn edge_that_takes_too_long_is_given_up() {
    let button = &mut fresh_after([CLICK, Input::StartAllowed]);
    let told = [FREE, Effects::ANNOUNCE_ERROR];
    check(
        button,
        Input::PatienceOver,
        State::Failed,
        Note::Unreachable,
        &told,
    );
    // Too late: nobody waits for it any more.
    check(
        button,
        payable(),
        State::Failed,
        Note::Unreachable,
        &[Effects::NOTHING],
    );
}

#[test]
fn order_that_is_settled_already_is_shown_and_nobody_pays() {
    for (status, state, note) in [
        (Status::Paid, State::Paid, Note::Paid),
        (Status::Closed, State::Closed, Note::Closed),
        (Status::Refunded, State::Closed, Note::Refunded),
    ] {
        let button = &mut fresh_after([CLICK, Input::StartAllowed]);
        let told = [
            FREE,
            Effects::HUSH,
            Effects::FORGET,
            Effects::TELL_FINAL,
            Effects::ANNOUNCE_STATUS,
        ];
        check(button, answer(status, PayUrl::Absent), state, note, &told);
        check(button, CLICK, state, note, &[Effects::NOTHING]);
    }
}

#[test]
fn navigation_that_does_not_happen_gives_the_button_back() {
    let button = &mut fresh_after([CLICK, Input::StartAllowed, payable()]);
    let back = [FREE, Effects::LISTEN];
    check(button, Input::PatienceOver, State::Idle, Note::None, &back);
}

#[test]
fn tab_is_opened_in_the_click_and_the_page_listens() {
    let new_tab = Input::Clicked(Place::NewTab);
    let button = &mut fresh_after([new_tab]);
    let opened = [Effects::OPEN_TAB, ASK];
    check(
        button,
        Input::StartAllowed,
        State::Creating,
        Note::None,
        &opened,
    );
    let left = [
        Effects::SAVE,
        Effects::ANNOUNCE_REDIRECT,
        Effects::LEAVE,
        Effects::WAIT,
        Effects::LISTEN,
    ];
    check(button, payable(), State::Away, Note::NewTab, &left);
    let mut seen_again = *button;
    let back = [FREE, Effects::LISTEN];
    check(button, Input::PatienceOver, State::Idle, Note::None, &back);
    check(
        &mut seen_again,
        Input::Shown,
        State::Idle,
        Note::None,
        &back,
    );
}

#[test]
fn tab_that_is_blocked_gives_way_to_this_one() {
    let button = &mut fresh_after([
        Input::Clicked(Place::NewTab),
        Input::StartAllowed,
        Input::TabRefused,
        payable(),
    ]);
    assert_eq!(button.view(), View::new(State::Redirecting, Note::None));
}

#[test]
fn code_is_shown_until_the_edge_says_how_it_ended_or_the_shopper_stays_here() {
    let phone = Input::Clicked(Place::Phone);
    let button = &mut fresh_after([phone, Input::StartAllowed]);
    let shown = [Effects::SAVE, Effects::ANNOUNCE_REDIRECT, Effects::LISTEN];
    check(button, payable(), State::Away, Note::Qr, &shown);
    let nothing = [Effects::NOTHING];
    check(
        button,
        Input::Hidden(false),
        State::Away,
        Note::Qr,
        &nothing,
    );
    check(
        button,
        Input::Shown,
        State::Away,
        Note::Qr,
        &[Effects::LISTEN],
    );
    check(button, Input::PatienceOver, State::Away, Note::Qr, &nothing);
    let mut paid = *button;
    paid.step(Input::Reported(report(Status::Paid, 1)));
    assert_eq!(paid.view(), View::new(State::Paid, Note::Paid));

    check(button, Input::Here, State::Creating, Note::None, &[ASK]);
    check(button, Input::Here, State::Creating, Note::None, &nothing);
    button.step(payable());
    assert_eq!(button.view(), View::new(State::Redirecting, Note::None));
}
