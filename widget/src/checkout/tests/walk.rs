//! Every state that can be reached, over all inputs: the rules hold in each.

use std::collections::{HashSet, VecDeque};

use super::super::*;
use super::*;

/// Every input, with every content that makes a difference.
fn all_inputs() -> Vec<Input> {
    let mut inputs = vec![
        Input::Left,
        Input::Clicked(Place::Here),
        Input::Clicked(Place::NewTab),
        Input::Clicked(Place::Phone),
        Input::Here,
        Input::StartAllowed,
        Input::StartPrevented,
        Input::TabRefused,
        payable(),
        answer(Status::Created, PayUrl::Absent),
        answer(Status::Redirected, PayUrl::Refused),
        answer(Status::Paid, PayUrl::Absent),
        Input::Refused(Refusal::Edge(Note::Expired)),
        Input::Refused(Refusal::Unreachable),
        Input::StreamClosed,
        Input::TokenDenied,
        Input::StatusUnreachable,
        Input::PatienceOver,
        Input::RetryDue,
        Input::Hidden(false),
        Input::Hidden(true),
        Input::Shown,
        Input::Offline,
        Input::Online,
        Input::Stored,
        Input::TabBusy,
        Input::PeerBusy,
        Input::PeerFree(false),
        Input::PeerFree(true),
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
    for stored in [false, true] {
        for returned in [false, true] {
            for blocked in [false, true] {
                let arrival = Arrival {
                    blocked,
                    ..arrival(returned, stored)
                };
                inputs.push(Input::Arrived(arrival));
                inputs.push(Input::Resumed(arrival));
            }
        }
    }
    inputs
}

/// What the edge has said in `input`, if it has said something.
fn word(input: Input) -> Option<Status> {
    match input {
        Input::Reported(report) | Input::Probed(report) => Some(report.status),
        Input::Answered(answer) => Some(answer.report.status),
        _ => None,
    }
}

/// What the world outside holds: a question to `/checkout`, the order's lock, a tab that waits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
struct Outside {
    posted: bool,
    locked: bool,
    tab: bool,
}

/// Walks through every state that any sequence of inputs can reach, and checks the rules of the
/// module's head on each step.
#[test]
fn rules_hold_in_every_state_that_can_be_reached() {
    let inputs = all_inputs();
    let start = (Checkout::default(), Outside::default());
    let mut seen = HashSet::from([start]);
    let mut todo = VecDeque::from([start]);
    let mut states = HashSet::new();
    while let Some((before, outside)) = todo.pop_front() {
        states.insert(before.state.name());
        for &input in &inputs {
            let mut after = before;
            let effects = after.step(input);
            let case = || format!("{before:?}\n{input:?}\n{after:?}\n{effects:?}");
            let has = |effect| effects.has(effect);

            let new_order = matches!(input, Input::Arrived(_));
            if before.state.is_final() && !new_order {
                assert_eq!(after.state, before.state, "undone: {}", case());
            } else if after.state.is_final() {
                assert!(
                    word(input).is_some_and(Status::is_final),
                    "unsaid: {}",
                    case()
                );
                assert!(
                    has(Effects::FORGET) && has(Effects::HUSH),
                    "kept: {}",
                    case()
                );
            }
            if after.state == State::Failed && before.state != State::Failed {
                let known = !after.has_token || after.report.is_some();
                assert!(known, "unknown, not failed: {}", case());
                assert!(has(Effects::ANNOUNCE_ERROR), "silent: {}", case());
            }
            if matches!(input, Input::Clicked(_)) && !before.state.is_open() {
                let nothing = (after, effects) == (before, Effects::NOTHING);
                assert!(nothing, "not open: {}", case());
            }
            if after.blocked {
                let starts = matches!(after.state, State::Idle | State::Creating);
                assert!(!starts, "starts where it is blocked: {}", case());
            }
            let allowed =
                matches!(input, Input::Answered(answer) if answer.pay_url == PayUrl::Allowed);
            assert!(!has(Effects::LEAVE) || allowed, "left: {}", case());
            assert!(
                !has(Effects::POST) || !outside.posted,
                "asked twice: {}",
                case()
            );
            assert!(
                !has(Effects::LOCK) || !outside.locked,
                "locked twice: {}",
                case()
            );
            assert!(
                !has(Effects::OPEN_TAB) || !outside.tab,
                "two tabs: {}",
                case()
            );
            assert!(
                !has(Effects::WAIT) || PATIENCE.contains(&after.patience_ms()),
                "waits for ever: {}",
                case()
            );
            assert!(
                !has(Effects::WAIT_TO_RETRY) || RETRY_MS.contains(&after.retry_ms()),
                "retries at once: {}",
                case()
            );

            let answered = matches!(input, Input::Answered(_) | Input::Refused(_));
            let ended = answered || has(Effects::ABORT);
            let next = Outside {
                posted: (outside.posted && !ended) || has(Effects::POST),
                // The lock of a tab that was second was never ours.
                locked: (outside.locked
                    && !has(Effects::TELL_FREE)
                    && !(input == Input::TabBusy && has(Effects::WAIT)))
                    || has(Effects::LOCK),
                tab: (outside.tab && !has(Effects::ABORT) && !has(Effects::LEAVE))
                    || has(Effects::OPEN_TAB),
            };
            assert_eq!(after.leads(), next.locked, "lock: {}", case());
            assert!(
                !after.asks() || next.posted,
                "waits for nothing: {}",
                case()
            );

            let next = (after, next);
            if seen.insert(next) {
                todo.push_back(next);
            }
        }
    }
    assert_eq!(states.len(), 10);
    assert!(seen.len() > 1_000, "{}", seen.len());
}
