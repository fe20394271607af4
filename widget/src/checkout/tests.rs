//! Single steps by name, then every state that can be reached.

mod around;
mod walk;

use super::*;
use crate::view::View;

const OUT_TRADE_NO: &str = "A1";

fn report(status: Status, version: i64) -> Report {
    Report {
        out_trade_no: OUT_TRADE_NO.to_owned(),
        status,
        trade_no: status.is_final().then(|| "2026112122001".to_owned()),
        amount: 1990,
        currency: "USD".to_owned(),
        version,
    }
}

fn answer(status: Status, pay_url: PayUrl) -> Input {
    Input::Answered(Ok(Answer {
        report: report(status, 0),
        status_token: Some("fresh".to_owned()),
        pay_url,
    }))
}

fn payable() -> Input {
    answer(Status::Created, PayUrl::Allowed("https://pay".to_owned()))
}

fn refused(code: &str) -> Input {
    Input::Answered(Err(Refusal::new(code)))
}

fn arrival(returned: Option<&str>, stored: Option<&str>) -> Arrival {
    Arrival {
        has_order: true,
        returned: returned.map(str::to_owned),
        stored: stored.map(str::to_owned),
        online: true,
    }
}

/// A button with an order, on which nothing has happened yet.
fn fresh() -> Checkout {
    after([Input::Arrived(arrival(None, None))])
}

fn returned() -> Checkout {
    after([Input::Arrived(arrival(Some("returned"), None))])
}

fn after<const N: usize>(inputs: [Input; N]) -> Checkout {
    let mut checkout = Checkout::default();
    for input in inputs {
        checkout.step(input);
    }
    checkout
}

#[track_caller]
fn check(checkout: &mut Checkout, input: Input, state: State, note: Note, effects: &[Effect]) {
    assert_eq!(checkout.step(input), effects);
    assert_eq!(checkout.view(), View::new(state, note));
}

const CONFIRM: Effect = Effect::Wait(Clock::Patience, CONFIRM_MS);
const ANSWER: Effect = Effect::Wait(Clock::Patience, ANSWER_MS);
const LEAVE: Effect = Effect::Wait(Clock::Patience, LEAVE_MS);

#[test]
fn click_asks_the_edge_and_leaves_the_page() {
    let button = &mut fresh();
    let start = [Effect::Tell(News::Busy), Effect::AnnounceStart];
    check(button, Input::Clicked, State::Creating, Note::None, &start);
    let post = [Effect::Post, ANSWER];
    check(
        button,
        Input::StartAllowed,
        State::Creating,
        Note::None,
        &post,
    );
    let leave = [Effect::Save, Effect::AnnounceRedirect, Effect::Leave, LEAVE];
    check(button, payable(), State::Redirecting, Note::None, &leave);
    assert_eq!((button.token(), button.pay_url()), ("fresh", "https://pay"));
    check(
        button,
        Input::Hidden(true),
        State::Away,
        Note::None,
        &[Effect::Hush],
    );
}

#[test]
fn second_click_while_busy_does_nothing() {
    let creating = fresh_after([Input::Clicked]);
    let asked = fresh_after([Input::Clicked, Input::StartAllowed]);
    let leaving = fresh_after([Input::Clicked, Input::StartAllowed, payable()]);
    for mut button in [creating, asked, leaving, returned()] {
        let before = button.clone();
        assert_eq!(button.step(Input::Clicked), []);
        assert_eq!(button, before);
    }
}

fn fresh_after<const N: usize>(inputs: [Input; N]) -> Checkout {
    let mut checkout = fresh();
    for input in inputs {
        checkout.step(input);
    }
    checkout
}

#[test]
fn prevented_start_sends_nothing_and_frees_the_button() {
    let button = &mut fresh_after([Input::Clicked]);
    let free = [Effect::Abort, Effect::Tell(News::Free)];
    check(
        button,
        Input::StartPrevented,
        State::Idle,
        Note::None,
        &free,
    );
}

#[test]
fn order_paid_already_is_shown_instead_of_paid_again() {
    for (status, state, note) in [
        (Status::Paid, State::Paid, Note::Paid),
        (Status::Closed, State::Closed, Note::Closed),
        (Status::Refunded, State::Closed, Note::Refunded),
    ] {
        // Even if the edge were to offer a place to pay.
        for pay_url in [PayUrl::Absent, PayUrl::Allowed("https://pay".to_owned())] {
            let button = &mut fresh_after([Input::Clicked, Input::StartAllowed]);
            let shown = [
                Effect::Abort,
                Effect::Tell(News::Free),
                Effect::Hush,
                Effect::Forget,
                Effect::Tell(News::Final),
                Effect::AnnounceStatus,
            ];
            check(button, answer(status, pay_url), state, note, &shown);
        }
    }
}

#[test]
fn refusals_are_failures_in_plain_words() {
    for (code, note) in [
        ("order_token_expired", Note::Expired),
        ("order_token_signature", Note::Failed),
        (code::BAD_ANSWER, Note::Failed),
        (code::TIMEOUT, Note::Unreachable),
        (code::UNREACHABLE, Note::Unreachable),
    ] {
        let button = &mut fresh_after([Input::Clicked, Input::StartAllowed]);
        let told = [
            Effect::Abort,
            Effect::Tell(News::Free),
            Effect::AnnounceError,
        ];
        check(button, refused(code), State::Failed, note, &told);
        assert_eq!(button.refusal(), Some(&Refusal::new(code)));
        assert_eq!(
            button.step(Input::Clicked),
            [Effect::Tell(News::Busy), Effect::AnnounceStart]
        );
    }
}

#[test]
fn answers_without_a_usable_pay_url_leave_nothing_stored() {
    for (pay_url, code) in [
        (PayUrl::Refused, code::PAY_URL_REFUSED),
        (PayUrl::Absent, code::BAD_ANSWER),
    ] {
        let mut button = fresh_after([Input::Clicked, Input::StartAllowed]);
        let effects = button.step(answer(Status::Created, pay_url));
        assert!(!effects.contains(&Effect::Leave) && !effects.contains(&Effect::Save));
        assert_eq!(button.state(), State::Failed);
        assert_eq!(button.refusal(), Some(&Refusal::new(code)));
    }
}

#[test]
fn no_answer_in_time_is_a_failure_and_a_late_one_is_ignored() {
    let button = &mut fresh_after([Input::Clicked, Input::StartAllowed]);
    let told = [
        Effect::Abort,
        Effect::Tell(News::Free),
        Effect::AnnounceError,
    ];
    let timeout = Input::Elapsed(Clock::Patience);
    check(button, timeout, State::Failed, Note::Unreachable, &told);
    check(button, payable(), State::Failed, Note::Unreachable, &[]);
}

#[test]
fn page_that_is_still_there_gives_the_button_back() {
    let button = &mut fresh_after([Input::Clicked, Input::StartAllowed, payable()]);
    let back = [Effect::Abort, Effect::Tell(News::Free), Effect::Listen];
    let timeout = Input::Elapsed(Clock::Patience);
    check(button, timeout, State::Idle, Note::None, &back);
}

#[test]
fn returned_shopper_waits_for_the_edges_word() {
    let button = &mut Checkout::default();
    let asked = [Effect::Hush, Effect::Save, CONFIRM, Effect::Listen];
    let arrived = Input::Arrived(arrival(Some("returned"), None));
    check(button, arrived, State::Confirming, Note::Confirming, &asked);
    let told = [Effect::AnnounceStatus];
    let redirected = Input::Reported(report(Status::Redirected, 1));
    check(
        button,
        redirected,
        State::Confirming,
        Note::Confirming,
        &told,
    );
    let patience = Input::Elapsed(Clock::Patience);
    check(button, patience, State::Pending, Note::Pending, &told);
    let paid = Input::Reported(report(Status::Paid, 2));
    let shown = [
        Effect::Hush,
        Effect::Forget,
        Effect::Tell(News::Final),
        Effect::AnnounceStatus,
    ];
    check(button, paid, State::Paid, Note::Paid, &shown);
}

#[test]
fn click_while_pending_asks_first_and_pays_only_at_the_next() {
    let mut pending = returned();
    pending.step(Input::Elapsed(Clock::Patience));
    let post = [Effect::Post, ANSWER];

    let button = &mut pending.clone();
    check(
        button,
        Input::Clicked,
        State::Confirming,
        Note::Confirming,
        &post,
    );
    let idle = [Effect::Save, Effect::Listen];
    check(button, payable(), State::Idle, Note::NotPaid, &idle);

    let button = &mut pending.clone();
    button.step(Input::Clicked);
    button.step(answer(Status::Paid, PayUrl::Absent));
    assert_eq!(button.state(), State::Paid);

    let button = &mut pending.clone();
    button.step(Input::Clicked);
    let told = [Effect::Abort, Effect::AnnounceError];
    let lost = refused(code::UNREACHABLE);
    check(button, lost, State::Pending, Note::Unreachable, &told);
}

#[test]
fn stored_token_is_asked_silently_and_the_button_stays_usable() {
    let button = &mut Checkout::default();
    let arrived = Input::Arrived(arrival(None, Some("stored")));
    let asked = [Effect::Hush, Effect::Listen];
    check(button, arrived, State::Idle, Note::None, &asked);
    let told = [Effect::AnnounceStatus];
    let redirected = Input::Reported(report(Status::Redirected, 3));
    check(
        button,
        redirected.clone(),
        State::Idle,
        Note::NotPaid,
        &told,
    );
    check(button, redirected, State::Idle, Note::NotPaid, &[]);
    let older = Input::Reported(report(Status::Created, 2));
    check(button, older, State::Idle, Note::NotPaid, &[]);
}

#[test]
fn failed_question_about_an_unknown_payment_is_not_a_failed_payment() {
    let mut button = after([Input::Arrived(arrival(None, Some("stored")))]);
    button.step(Input::Clicked);
    button.step(Input::StartAllowed);
    button.step(refused(code::UNREACHABLE));
    assert_eq!(button.state(), State::Pending);
}

#[test]
fn denied_token_is_dropped_and_the_stored_one_comes_back() {
    let button = &mut after([Input::Arrived(arrival(Some("forged"), Some("stored")))]);
    let spare = [Effect::Hush, Effect::Save, Effect::Listen];
    check(button, Input::TokenDenied, State::Idle, Note::None, &spare);
    assert_eq!(button.token(), "stored");
    let gone = [Effect::Hush, Effect::Forget];
    check(button, Input::TokenDenied, State::Idle, Note::None, &gone);
    assert_eq!(button.token(), "");
}

#[test]
fn closed_stream_is_probed_and_opened_again_with_longer_pauses() {
    let mut button = returned();
    for pause in [2_000, 4_000, 8_000, 16_000, 30_000, 30_000] {
        assert_eq!(button.step(Input::StreamClosed), [Effect::Probe]);
        let wait = [Effect::Wait(Clock::Retry, pause)];
        assert_eq!(button.step(Input::StatusUnreachable), wait);
        assert_eq!(button.step(Input::Elapsed(Clock::Retry)), [Effect::Listen]);
    }
    button.step(Input::Reported(report(Status::Created, 1)));
    let wait = [Effect::Wait(Clock::Retry, 2_000)];
    assert_eq!(button.step(Input::StatusUnreachable), wait);
    let probed = button.step(Input::Probed(report(Status::Redirected, 2)));
    let wait = Effect::Wait(Clock::Retry, 4_000);
    assert_eq!(probed, [Effect::AnnounceStatus, wait]);
}

#[test]
fn page_from_the_browsers_cache_is_usable_and_asks_again() {
    let mut button = fresh_after([Input::Clicked, Input::StartAllowed, payable()]);
    button.step(Input::Hidden(true));
    let effects = button.step(Input::Resumed(arrival(None, Some("fresh"))));
    let back = [
        Effect::Abort,
        Effect::Tell(News::Free),
        Effect::Hush,
        Effect::Listen,
    ];
    assert_eq!(effects, back);
    assert_eq!(button.view(), View::new(State::Idle, Note::None));
}

#[test]
fn moved_element_keeps_what_it_knows() {
    let mut confirming = returned();
    let effects = confirming.step(Input::Resumed(arrival(None, Some("returned"))));
    assert_eq!(effects, [CONFIRM, Effect::Listen]);
    assert_eq!(confirming.state(), State::Confirming);

    let mut paid = returned();
    paid.step(Input::Reported(report(Status::Paid, 1)));
    assert_eq!(paid.step(Input::Resumed(arrival(None, None))), []);
    assert_eq!(paid.state(), State::Paid);
}
