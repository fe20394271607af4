//! What has come of a refund is written down: by Alipay's word, or where Alipay gives none, by staff's.

use super::object::OrderObject;
use super::refund::{Outcome, admit_said, given_back, promised};
use super::refunds::Ended;
use super::rpc::Reply;
use super::rpc::refund::{RefundDenied, RefundSaid, RefundState, RefundView, Said};
use super::state::{Order, Status, Told};
use super::store::Store;
use crate::clock::now_ms;
use crate::config::Config;
use crate::event::{Event, GivenBack};
use crate::log;
use worker::{Error, Result};

/// The code of a refund that staff has settled.
const BY_HAND: &str = "by_hand";

/// What is said of a refund, and by whom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word<'a> {
    state: RefundState,
    /// As it is stored with the refund.
    code: &'a str,
    act: &'static str,
    /// The name of the admin token; empty for Alipay's word.
    by: &'a str,
    /// As in the trail, behind the number.
    detail: &'a str,
    told: Told,
    /// `sha256:` and hex of Alipay's answer.
    evidence: Option<&'a str>,
}

impl<'a> Word<'a> {
    /// Alipay's.
    pub(super) fn of(outcome: &'a Outcome) -> Self {
        let (state, code, act, evidence) = match outcome {
            Outcome::Done(evidence) => (RefundState::Done, "", "refunded", Some(evidence.as_str())),
            Outcome::Open(code) => (RefundState::Pending, code.as_str(), "refund_open", None),
            Outcome::Refused(word) => (RefundState::Refused, word.as_str(), "refund_refused", None),
        };
        Self {
            state,
            code,
            act,
            by: "",
            detail: code,
            told: Told::Refund,
            evidence,
        }
    }

    /// Staff's.
    fn said(said: &'a RefundSaid) -> Self {
        Self {
            state: match said.said {
                Said::Refunded => RefundState::Done,
                Said::Refused => RefundState::Refused,
            },
            code: BY_HAND,
            act: match said.said {
                Said::Refunded => "refund_said_refunded",
                Said::Refused => "refund_said_refused",
            },
            by: &said.by,
            detail: &said.reason,
            told: Told::Staff,
            evidence: None,
        }
    }
}

impl OrderObject {
    /// Settles a refund by the word of the merchant's staff, who have looked at Alipay's dashboard or asked its
    /// support: the Worker would ask again every day for ever.
    pub(super) async fn settle_refund(&self, said: &RefundSaid) -> Result<Reply> {
        let (store, config) = (self.store()?, self.config()?);
        if store.order()?.is_none() {
            return Ok(Reply::Unknown);
        }
        let refund = store.refund_of(&said.out_return_no)?;
        match admit_said(refund.as_ref(), said.said) {
            Ok(true) => {}
            Ok(false) => {
                // The first time may have ended after it was written and before the alarm was set.
                self.set_alarm(store, now_ms()).await?;
                return Ok(now_is(refund));
            }
            Err(denied) => return Ok(Reply::RefundDenied(denied)),
        }
        let number = said.out_return_no.as_str();
        let moved = store.whole(|| settle(&config, store, number, &Word::said(said)))?;
        if let Some(order) = moved {
            self.tell(&order);
        }
        self.set_alarm(store, now_ms()).await?;
        Ok(now_is(store.refund_of(number)?))
    }
}

fn now_is(refund: Option<RefundView>) -> Reply {
    refund.map_or(Reply::RefundDenied(RefundDenied::Unknown), |refund| {
        Reply::Refund(Box::new(refund))
    })
}

/// Writes down what came of a refund, in one change with what the merchant must hear. The order may have moved while
/// an answer was under way, so it is read again; it is answered where it is refunded now.
///
/// What is settled stays, but for one case: Alipay's answer to an attempt that was under way when staff
/// said that nothing was given back. Then the money is gone, whatever anybody said.
pub(super) fn settle(
    config: &Config,
    store: &Store,
    number: &str,
    word: &Word<'_>,
) -> Result<Option<Order>> {
    let now_ms = now_ms();
    let (Some(mut order), Some(refund)) = (store.order()?, store.refund_of(number)?) else {
        return Ok(None);
    };
    let contradicted = (refund.state, word.state) == (RefundState::Refused, RefundState::Done);
    if refund.state.is_settled() && !contradicted {
        return Ok(None);
    }
    let act = if contradicted {
        "refund_contradicted"
    } else {
        word.act
    };
    log::refunded(number, act, word.code);
    let ended = Ended {
        state: word.state,
        code: word.code,
        now_ms,
    };
    store.end_refund(number, ended)?;
    let refunds = store.refunds()?;
    order.refunding = promised(&refunds);
    let refunded = given_back(&refunds);
    let all = refunded >= order.terms.price.shown().0;
    let moves = all && order.status == Status::Paid;
    if moves {
        order.move_to(Status::Refunded, None);
    }
    store.save(&order)?;
    let detail = format!("{number} {}", word.detail);
    store.audit_by(word.by, act, detail.trim_end(), now_ms)?;
    if word.state == RefundState::Done {
        // Staff's word is the line of the trail that has it.
        let line = format!("sha256:{}", store.head()?.hash);
        let given = GivenBack {
            refund: &refund,
            refunded,
            evidence: word.evidence.unwrap_or(&line),
            told: word.told,
            received_ms: now_ms,
        };
        let event =
            Event::refunded(&order, given).ok_or_else(|| Error::from("event cannot be written"))?;
        let endpoints: Vec<&str> = config.endpoints.iter().map(|one| one.name).collect();
        store.queue(&event, &endpoints, now_ms)?;
    }
    Ok(moves.then_some(order))
}
