//! Carrying out a judgement: the order moves, and what the merchant must hear is queued.

use super::state::{Facts, Order, Status, Transition};
use super::store::Store;
use crate::config::Config;
use crate::event::{Event, Source, What};
use worker::{Error, Result};

/// What a judgement is carried out with.
#[derive(Debug)]
pub(super) struct Bench<'a> {
    pub(super) store: &'a Store,
    pub(super) config: &'a Config,
    pub(super) now: u64,
}

/// What was judged.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case<'a> {
    pub(super) out_trade_no: &'a str,
    pub(super) facts: &'a Facts,
    pub(super) evidence: &'a str,
}

impl Bench<'_> {
    /// Carries out a judgement on an order, or on none where none is registered. An order that is final is not
    /// asked about again.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(super) fn settle(
        &self,
        transition: Transition,
        mut order: Option<&mut Order>,
        case: Case<'_>,
    ) -> Result<()> {
        let what = match transition {
            Transition::Move(to) => {
                if let Some(order) = order.as_deref_mut() {
                    order.move_to(to, Some(&case.facts.trade_no));
                    self.store.save_final(order, self.now)?;
                }
                What::Moved(to)
            }
            Transition::Quarantine(reason) => What::Quarantined(reason),
            Transition::Keep | Transition::Repeat => return Ok(()),
        };
        let source = Source {
            facts: case.facts,
            evidence: case.evidence,
            received_ms: self.now,
        };
        let event = Event::new(what, case.out_trade_no, order.as_deref(), source)
            .ok_or_else(|| Error::from("event cannot be written"))?;
        let endpoints: Vec<&str> = self.config.endpoints.iter().map(|one| one.name).collect();
        self.store.queue(&event, &endpoints, self.now)
    }
}

/// Whether the merchant is to hear of a judgement.
pub(super) fn is_told(transition: Transition) -> bool {
    matches!(transition, Transition::Move(_) | Transition::Quarantine(_))
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
