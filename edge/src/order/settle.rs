//! Carrying out a judgement: the order moves, and what the merchant must hear is queued.

use super::rpc::Accepted;
use super::state::{Facts, Order, Status, Transition};
use super::store::Store;
use crate::event::{Event, Source, What};
use worker::{Error, Result};

/// Carries out a judgement on a registered order. An order that is final is not asked about again.
///
/// # Errors
///
/// When the database fails.
pub(super) fn settle(
    store: &Store,
    transition: Transition,
    order: &mut Order,
    facts: &Facts,
    evidence: &str,
    now: u64,
) -> Result<()> {
    let what = match transition {
        Transition::Move(to) => {
            order.move_to(to, Some(&facts.trade_no));
            store.save(order)?;
            store.set_question(None)?;
            What::Moved(to)
        }
        Transition::Quarantine(reason) => What::Quarantined(reason),
        Transition::Keep | Transition::Repeat => return Ok(()),
    };
    let source = Source {
        facts,
        evidence,
        received_ms: now,
    };
    let event = Event::new(what, &order.terms.out_trade_no, Some(order), source)
        .ok_or_else(|| Error::from("event cannot be written"))?;
    store.queue(&event, now)
}

/// Queues the alarm for a genuine notification of an order that nobody registered.
///
/// # Errors
///
/// When the database fails.
pub(super) fn queue_unregistered(
    store: &Store,
    note: &Accepted,
    transition: Transition,
    now: u64,
) -> Result<()> {
    let Transition::Quarantine(reason) = transition else {
        return Ok(());
    };
    let source = Source {
        facts: &note.facts,
        evidence: &note.evidence,
        received_ms: now,
    };
    let event = Event::new(What::Quarantined(reason), &note.out_trade_no, None, source)
        .ok_or_else(|| Error::from("event cannot be written"))?;
    store.queue(&event, now)
}

/// The verdict as it is stored and logged.
pub(super) fn verdict(transition: Transition) -> &'static str {
    match transition {
        Transition::Keep => "kept",
        Transition::Move(Status::Closed) => "closed",
        Transition::Move(_) => "paid",
        Transition::Quarantine(reason) => reason.code(),
        Transition::Repeat => "repeat",
    }
}
