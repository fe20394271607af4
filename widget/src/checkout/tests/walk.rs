//! Every state that can be reached, over all inputs: the rules hold in each.

use std::collections::{HashSet, VecDeque};

use super::super::*;
use super::*;

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
