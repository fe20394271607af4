//! The shopper comes back, or the page learns it by push.

use super::super::*;
use super::*;

#[test]
fn returned_shopper_waits_for_the_edges_word() {
    let button = &mut Checkout::default();
    let asked = [Effects::HUSH, Effects::SAVE, Effects::WAIT, Effects::LISTEN];
    let arrived = Input::Arrived(arrival(true, false));
    check(button, arrived, State::Confirming, Note::Confirming, &asked);
    assert_eq!(button.patience_ms(), CONFIRM_MS);
    let told = [Effects::ANNOUNCE_STATUS];
    let redirected = Input::Reported(report(Status::Redirected, 1));
    check(
        button,
        redirected,
        State::Confirming,
        Note::Confirming,
        &told,
    );
    check(
        button,
        Input::PatienceOver,
        State::Pending,
        Note::Pending,
        &told,
    );
    let paid = Input::Reported(report(Status::Paid, 2));
    let shown = [
        Effects::HUSH,
        Effects::FORGET,
        Effects::TELL_FINAL,
        Effects::ANNOUNCE_STATUS,
    ];
    check(button, paid, State::Paid, Note::Paid, &shown);
}

#[test]
fn click_while_pending_asks_first_and_pays_only_at_the_next() {
    let mut pending = returned();
    pending.step(Input::PatienceOver);

    let button = &mut pending.clone();
    check(button, CLICK, State::Confirming, Note::Confirming, &[ASK]);
    assert_eq!(button.patience_ms(), ANSWER_MS);
    let idle = [Effects::SAVE, Effects::LISTEN];
    check(button, payable(), State::Idle, Note::NotPaid, &idle);

    let button = &mut pending.clone();
    button.step(CLICK);
    button.step(answer(Status::Paid, PayUrl::Absent));
    assert_eq!(button.state(), State::Paid);

    let button = &mut pending.clone();
    button.step(CLICK);
    let told = [Effects::ABORT, Effects::ANNOUNCE_ERROR];
    let lost = Input::Refused(Refusal::Unreachable);
    check(button, lost, State::Pending, Note::Unreachable, &told);
}

#[test]
fn stored_token_is_asked_silently_and_the_button_stays_usable() {
    let button = &mut Checkout::default();
    let arrived = Input::Arrived(arrival(false, true));
    let asked = [Effects::HUSH, Effects::LISTEN];
    check(button, arrived, State::Idle, Note::None, &asked);
    let told = [Effects::ANNOUNCE_STATUS];
    let redirected = Input::Reported(report(Status::Redirected, 3));
    check(button, redirected, State::Idle, Note::NotPaid, &told);
    let nothing = [Effects::NOTHING];
    check(button, redirected, State::Idle, Note::NotPaid, &nothing);
    let older = Input::Reported(report(Status::Created, 2));
    check(button, older, State::Idle, Note::NotPaid, &nothing);
}

#[test]
fn failed_question_about_an_unknown_payment_is_not_a_failed_payment() {
    let mut button = after([Input::Arrived(arrival(false, true))]);
    button.step(CLICK);
    button.step(Input::StartAllowed);
    button.step(Input::Refused(Refusal::Unreachable));
    assert_eq!(button.state(), State::Pending);
}

#[test]
fn denied_token_is_dropped_and_the_stored_one_comes_back() {
    let button = &mut after([Input::Arrived(arrival(true, true))]);
    let spare = [
        Effects::HUSH,
        Effects::TAKE_SPARE,
        Effects::SAVE,
        Effects::LISTEN,
    ];
    check(button, Input::TokenDenied, State::Idle, Note::None, &spare);
    let gone = [Effects::HUSH, Effects::FORGET];
    check(button, Input::TokenDenied, State::Idle, Note::None, &gone);
}

#[test]
fn closed_stream_is_probed_and_opened_again_with_longer_pauses() {
    let mut button = returned();
    for pause in [2_000, 4_000, 8_000, 16_000, 30_000, 30_000] {
        assert_eq!(button.step(Input::StreamClosed), Effects::PROBE);
        let wait = Effects::WAIT_TO_RETRY;
        assert_eq!(button.step(Input::StatusUnreachable), wait);
        assert_eq!(button.retry_ms(), pause);
        assert_eq!(button.step(Input::RetryDue), Effects::LISTEN);
    }
    button.step(Input::Reported(report(Status::Created, 1)));
    assert_eq!(
        button.step(Input::StatusUnreachable),
        Effects::WAIT_TO_RETRY
    );
    assert_eq!(button.retry_ms(), 2_000);
    let probed = button.step(Input::Probed(report(Status::Redirected, 2)));
    let expected = flags(&[Effects::ANNOUNCE_STATUS, Effects::WAIT_TO_RETRY]);
    assert_eq!((probed, button.retry_ms()), (expected, 4_000));
}

#[test]
fn page_from_the_browsers_cache_is_usable_and_asks_again() {
    let mut button = fresh_after([CLICK, Input::StartAllowed, payable()]);
    button.step(Input::Hidden(true));
    let back = [FREE, Effects::LISTEN];
    let resumed = Input::Resumed(arrival(false, true));
    check(&mut button, resumed, State::Idle, Note::None, &back);
}

#[test]
fn moved_element_keeps_what_it_knows() {
    let mut confirming = returned();
    let effects = confirming.step(Input::Resumed(arrival(false, true)));
    assert_eq!(effects, flags(&[Effects::WAIT, Effects::LISTEN]));
    assert_eq!(confirming.state(), State::Confirming);

    let mut paid = returned();
    paid.step(Input::Reported(report(Status::Paid, 1)));
    let effects = paid.step(Input::Resumed(arrival(false, false)));
    assert_eq!((effects, paid.state()), (Effects::NOTHING, State::Paid));
}
