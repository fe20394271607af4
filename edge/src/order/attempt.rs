//! An order's attempt at Antom: what the request to pay depends on besides the terms, and where the
//! shopper was sent. Kept before anything is asked, so that asking again is the same request.

use super::object::OrderObject;
use super::rpc::{Heard, Reply, StatusView};
use super::state::{Attempt, Device};
use crate::clock::now_ms;
use worker::Result;

impl OrderObject {
    /// The attempt that is under way, begun for `device` if there is none.
    pub(super) fn attempt(&self, device: Device) -> Result<Reply> {
        let store = self.store()?;
        let Some(mut order) = store.order()? else {
            return Ok(Reply::Unknown);
        };
        if let Some(attempt) = &order.attempt {
            return Ok(Reply::Attempt(attempt.clone()));
        }
        let attempt = Attempt::new(device);
        order.attempt = Some(attempt.clone());
        store.save(&order)?;
        Ok(Reply::Attempt(attempt))
    }

    /// Keeps where Antom sends the shopper. A reader of the status sees nothing of it.
    pub(super) fn keep_pay_url(&self, url: String) -> Result<Reply> {
        let store = self.store()?;
        let Some(mut order) = store.order()? else {
            return Ok(Reply::Unknown);
        };
        let Some(attempt) = order.attempt.as_mut() else {
            return Ok(Reply::Unknown);
        };
        attempt.pay_url = Some(url);
        attempt.asked_ms = now_ms();
        let attempt = attempt.clone();
        store.save(&order)?;
        Ok(Reply::Attempt(attempt))
    }

    /// Judges what Antom answered to the Worker, as if the order had asked.
    pub(super) async fn hear(&self, heard: &Heard) -> Result<Reply> {
        let (store, config) = (self.store()?, self.config()?);
        if store.order()?.is_none() {
            return Ok(Reply::Unknown);
        }
        self.judge_answer(&config, store, &heard.facts, &heard.evidence)?;
        self.set_alarm(store, now_ms()).await?;
        Ok(match store.order()? {
            Some(order) => Reply::Status(StatusView::from(&order)),
            None => Reply::Unknown,
        })
    }
}
