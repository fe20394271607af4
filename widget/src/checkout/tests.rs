//! Single steps by name, then every state that can be reached.

use std::collections::{HashSet, VecDeque};

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

/// Every input, with every content that makes a difference.
fn all_inputs() -> Vec<Input> {
    let mut inputs = vec![
        Input::Left,
        Input::Clicked,
        Input::StartAllowed,
        Input::StartPrevented,
        payable(),
        answer(Status::Created, PayUrl::Absent),
        answer(Status::Redirected, PayUrl::Refused),
        answer(Status::Paid, PayUrl::Absent),
        refused("order_token_expired"),
        refused(code::UNREACHABLE),
        Input::StreamClosed,
        Input::TokenDenied,
        Input::StatusUnreachable,
        Input::Elapsed(Clock::Patience),
        Input::Elapsed(Clock::Retry),
        Input::Hidden(false),
        Input::Hidden(true),
        Input::Shown,
        Input::Online(false),
        Input::Online(true),
        Input::Stored("other".to_owned()),
        Input::PeerBusy,
        Input::PeerFree(None),
        Input::PeerFree(Some("fresh".to_owned())),
        Input::Probed(report(Status::Created, 1)),
    ];
    for (status, version) in [
        (Status::Created, 1),
        (Status::Redirected, 2),
        (Status::Paid, 3),
        (Status::Closed, 3),
        (Status::Refunded, 4),
    ] {
        inputs.push(Input::Reported(report(status, version)));
    }
    for stored in [None, Some("stored")] {
        for returned in [None, Some("returned")] {
            inputs.push(Input::Arrived(arrival(returned, stored)));
            inputs.push(Input::Resumed(arrival(returned, stored)));
        }
    }
    inputs
}

/// What the edge has said in `input`, if it has said something.
fn word(input: &Input) -> Option<Status> {
    match input {
        Input::Reported(report) | Input::Probed(report) => Some(report.status),
        Input::Answered(Ok(answer)) => Some(answer.report.status),
        _ => None,
    }
}

/// Walks through every state that any sequence of inputs can reach, and checks the rules of the
/// module's head on each step. `posted` and `locked` are what the world outside would hold.
#[test]
fn rules_hold_in_every_state_that_can_be_reached() {
    let inputs = all_inputs();
    let start = (Checkout::default(), false, false);
    let mut seen = HashSet::from([start.clone()]);
    let mut todo = VecDeque::from([start]);
    let mut states = HashSet::new();
    while let Some((before, posted, locked)) = todo.pop_front() {
        states.insert(before.state.name());
        for input in &inputs {
            let mut after = before.clone();
            let effects = after.step(input.clone());
            let case = || format!("{before:?}\n{input:?}\n{after:?}\n{effects:?}");
            let has = |effect: Effect| effects.contains(&effect);

            let new_order = matches!(input, Input::Arrived(_));
            if before.state.is_final() && !new_order {
                assert_eq!(after.state, before.state, "undone: {}", case());
            } else if after.state.is_final() {
                assert!(
                    word(input).is_some_and(Status::is_final),
                    "unsaid: {}",
                    case()
                );
                assert!(has(Effect::Forget) && has(Effect::Hush), "kept: {}", case());
            }
            if after.state == State::Failed && before.state != State::Failed {
                let known = after.token.is_none() || after.report.is_some();
                assert!(known, "unknown, not failed: {}", case());
                assert!(has(Effect::AnnounceError), "silent: {}", case());
            }
            if *input == Input::Clicked && !before.state.is_open() {
                assert_eq!(
                    (&after, &effects),
                    (&before, &vec![]),
                    "not open: {}",
                    case()
                );
            }
            let allowed =
                matches!(input, Input::Answered(Ok(answer)) if answer.pay_url != PayUrl::Refused);
            assert!(!has(Effect::Leave) || allowed, "left: {}", case());
            assert!(!has(Effect::Post) || !posted, "asked twice: {}", case());
            assert!(
                !has(Effect::Tell(News::Busy)) || !locked,
                "locked twice: {}",
                case()
            );
            let answered = matches!(input, Input::Answered(_));
            let posted = (posted && !answered && !has(Effect::Abort)) || has(Effect::Post);
            let locked =
                (locked && !has(Effect::Tell(News::Free))) || has(Effect::Tell(News::Busy));
            assert_eq!(after.leads(), locked, "lock: {}", case());
            let waits = matches!(after.work, Work::Asking | Work::Checking);
            assert!(!waits || posted, "waits for nothing: {}", case());

            let next = (after, posted, locked);
            if seen.insert(next.clone()) {
                todo.push_back(next);
            }
        }
    }
    assert_eq!(states.len(), 9);
    assert!(seen.len() > 1_000, "{}", seen.len());
}
