//! What happens around the button: the connection, other buttons, other tabs, no order.

use super::super::*;
use super::*;

#[test]
fn offline_is_said_and_resumes() {
    let button = &mut returned();
    check(
        button,
        Input::Online(false),
        State::Confirming,
        Note::Offline,
        &[],
    );
    let listen = [Effect::Listen];
    check(
        button,
        Input::Online(true),
        State::Confirming,
        Note::Confirming,
        &listen,
    );

    let button = &mut fresh_after([Input::Online(false)]);
    let told = [Effect::AnnounceError];
    check(button, Input::Clicked, State::Failed, Note::Offline, &told);
    check(button, Input::Online(true), State::Idle, Note::None, &[]);
}

#[test]
fn other_button_of_the_order_waits_and_learns() {
    let button = &mut fresh();
    check(button, Input::PeerBusy, State::Creating, Note::None, &[]);
    check(
        button,
        Input::StartAllowed,
        State::Creating,
        Note::None,
        &[],
    );
    check(button, payable(), State::Creating, Note::None, &[]);
    let free = Input::PeerFree(Some("fresh".to_owned()));
    check(button, free, State::Idle, Note::None, &[Effect::Listen]);
    button.step(Input::Reported(report(Status::Paid, 1)));
    assert_eq!(button.state(), State::Paid);
}

#[test]
fn other_tab_that_starts_is_listened_to() {
    let button = &mut fresh();
    let stored = Input::Stored("other".to_owned());
    check(
        button,
        stored.clone(),
        State::Idle,
        Note::None,
        &[Effect::Listen],
    );
    check(button, stored, State::Idle, Note::None, &[]);
}

#[test]
fn element_without_an_order_says_so_when_clicked() {
    let none = Arrival {
        has_order: false,
        ..arrival(None, None)
    };
    let button = &mut after([Input::Arrived(none)]);
    let told = [Effect::AnnounceError];
    check(button, Input::Clicked, State::Failed, Note::Failed, &told);
    let missing = Refusal::new(code::ORDER_TOKEN_MISSING);
    assert_eq!(button.refusal(), Some(&missing));
}
