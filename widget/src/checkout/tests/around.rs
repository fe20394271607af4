//! What happens around the button: the connection, other buttons, other tabs, other apps, no order.

use super::super::*;
use super::*;

#[test]
fn offline_is_said_and_resumes() {
    let button = &mut returned();
    let nothing = [Effects::NOTHING];
    check(
        button,
        Input::Offline,
        State::Confirming,
        Note::Offline,
        &nothing,
    );
    let listen = [Effects::LISTEN];
    check(
        button,
        Input::Online,
        State::Confirming,
        Note::Confirming,
        &listen,
    );

    let button = &mut fresh_after([Input::Offline]);
    let told = [Effects::ANNOUNCE_ERROR];
    check(button, CLICK, State::Failed, Note::Offline, &told);
    check(button, Input::Online, State::Idle, Note::None, &nothing);
}

#[test]
fn other_button_of_the_order_waits_and_learns() {
    let button = &mut fresh();
    let nothing = [Effects::NOTHING];
    check(
        button,
        Input::PeerBusy,
        State::Creating,
        Note::None,
        &nothing,
    );
    check(
        button,
        Input::StartAllowed,
        State::Creating,
        Note::None,
        &nothing,
    );
    check(button, payable(), State::Creating, Note::None, &nothing);
    check(button, CLICK, State::Creating, Note::None, &nothing);
    let free = Input::PeerFree(true);
    check(button, free, State::Idle, Note::None, &[Effects::LISTEN]);
    button.step(Input::Reported(report(Status::Paid, 1)));
    assert_eq!(button.state(), State::Paid);
}

#[test]
fn tab_that_comes_second_waits_for_the_first() {
    let second = fresh_after([CLICK, Input::TabBusy]);
    assert_eq!(second.view(), View::new(State::Creating, Note::Elsewhere));
    assert_eq!(second.patience_ms(), ANSWER_MS);
    let nothing = [Effects::NOTHING];
    // Not even where a listener has allowed it meanwhile.
    let button = &mut second.clone();
    check(
        button,
        Input::StartAllowed,
        State::Creating,
        Note::Elsewhere,
        &nothing,
    );
    check(
        button,
        Input::PeerFree(true),
        State::Idle,
        Note::None,
        &[Effects::LISTEN],
    );
    // Or the first one has crashed, and nobody gives the lock back.
    let button = &mut second.clone();
    check(
        button,
        Input::PatienceOver,
        State::Idle,
        Note::None,
        &nothing,
    );
}

#[test]
fn other_tab_that_starts_is_listened_to() {
    let button = &mut fresh();
    let listen = [Effects::LISTEN];
    check(button, Input::Stored, State::Idle, Note::None, &listen);
}

#[test]
fn element_without_an_order_says_so_when_clicked() {
    let none = Arrival {
        has_order: false,
        ..arrival(false, false)
    };
    let button = &mut after([Input::Arrived(none)]);
    let told = [Effects::ANNOUNCE_ERROR];
    check(button, CLICK, State::Failed, Note::Shop, &told);
    assert_eq!(button.refusal(), Some(Refusal::OrderTokenMissing));
}

#[test]
fn app_that_keeps_alipay_out_gets_the_guide_and_never_a_payment() {
    let blocked = |returned| Arrival {
        blocked: true,
        ..arrival(returned, false)
    };
    let button = &mut Checkout::default();
    let told = [Effects::HUSH, Effects::ANNOUNCE_BLOCKED];
    let arrived = Input::Arrived(blocked(false));
    check(button, arrived, State::Blocked, Note::Blocked, &told);
    let copied = [Effects::COPY_LINK];
    check(button, CLICK, State::Blocked, Note::Blocked, &copied);
    let nothing = [Effects::NOTHING];
    check(
        button,
        Input::PeerBusy,
        State::Blocked,
        Note::Blocked,
        &nothing,
    );

    // What was paid elsewhere is shown here all the same.
    let button = &mut after([Input::Arrived(blocked(true))]);
    assert_eq!(button.state(), State::Confirming);
    button.step(Input::PatienceOver);
    button.step(CLICK);
    let still = [Effects::SAVE, Effects::ANNOUNCE_BLOCKED, Effects::LISTEN];
    check(button, payable(), State::Blocked, Note::Blocked, &still);
    button.step(Input::Reported(report(Status::Paid, 1)));
    assert_eq!(button.state(), State::Paid);
}
