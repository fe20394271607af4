//! The refunds of an order, in its database. What holds for [`Store`] holds here.

use super::rpc::refund::{RefundAsked, RefundState, RefundView};
use super::store::{Store, integer};
use crate::ladder::FAR_MS;
use serde::Deserialize;
use worker::Result;

/// A refund that is due.
#[derive(Debug, Deserialize)]
pub(super) struct Due {
    /// The merchant's number for it.
    pub(super) out_return_no: String,
    /// Times that Alipay was asked.
    pub(super) attempts: u64,
    /// An attempt may have given the money back.
    open: u8,
    /// When the account lets it be asked for; `None` where it was not asked yet.
    pub(super) slot_ms: Option<u64>,
}

impl Due {
    pub(super) fn is_open(&self) -> bool {
        self.open != 0
    }
}

/// How an attempt ended, as it is stored.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ended<'a> {
    pub(super) state: RefundState,
    pub(super) code: &'a str,
    pub(super) now_ms: u64,
}

impl Store {
    /// Every refund, newest first; at most a hundred exist.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(super) fn refunds(&self) -> Result<Vec<RefundView>> {
        self.all(
            "SELECT out_return_no, amount, currency, reason, state, code, attempts, who AS \"by\", \
             requested_ms, settled_ms, due_ms FROM refund ORDER BY seq DESC",
            vec![],
        )
    }

    /// The refund of that number.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(super) fn refund_of(&self, out_return_no: &str) -> Result<Option<RefundView>> {
        let refunds = self.refunds()?;
        let mut refunds = refunds.into_iter();
        Ok(refunds.find(|one| one.out_return_no == out_return_no))
    }

    /// Writes a refund down; it is due at once.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(super) fn request_refund(&self, asked: &RefundAsked, now_ms: u64) -> Result<()> {
        self.run(
            "INSERT INTO refund (out_return_no, amount, currency, reason, who, requested_ms, due_ms) \
             VALUES (?, ?, ?, ?, ?, ?, ?)",
            vec![
                asked.out_return_no.as_str().into(),
                integer(asked.amount)?,
                asked.currency.as_str().into(),
                asked.reason.as_str().into(),
                asked.by.as_str().into(),
                integer(now_ms)?,
                integer(now_ms)?,
            ],
        )
    }

    /// The refunds that are due, oldest first; also those that a clock which was ahead has put off.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(super) fn refunds_due(&self, now_ms: u64) -> Result<Vec<Due>> {
        self.all(
            "SELECT out_return_no, attempts, open, slot_ms FROM refund \
             WHERE due_ms <= ? OR due_ms > ? ORDER BY seq",
            vec![integer(now_ms)?, integer(now_ms.saturating_add(FAR_MS))?],
        )
    }

    /// Puts a refund off, with the time at which the account lets it be asked for, once that is known; not one that
    /// staff has settled meanwhile.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(super) fn put_off_refund(
        &self,
        out_return_no: &str,
        due_ms: u64,
        slot_ms: Option<u64>,
    ) -> Result<()> {
        self.run(
            "UPDATE refund SET due_ms = ?, slot_ms = ? WHERE out_return_no = ? AND settled_ms IS NULL",
            vec![
                integer(due_ms)?,
                slot_ms.map(integer).transpose()?.into(),
                out_return_no.into(),
            ],
        )
    }

    /// Notes that Alipay is asked now, and when again should nobody ever hear what came of it.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(super) fn begin_refund(&self, out_return_no: &str, due_ms: u64) -> Result<()> {
        self.run(
            "UPDATE refund SET state = 'pending', attempts = attempts + 1, open = 1, slot_ms = NULL, \
             due_ms = ? WHERE out_return_no = ? AND settled_ms IS NULL",
            vec![integer(due_ms)?, out_return_no.into()],
        )
    }

    /// Notes that nothing left this Worker at the first attempt after all: the next one is the first that may
    /// give the money back.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(super) fn not_asked(&self, out_return_no: &str) -> Result<()> {
        self.run(
            "UPDATE refund SET open = 0 WHERE out_return_no = ?",
            vec![out_return_no.into()],
        )
    }

    /// Notes how an attempt ended. What is settled is not due any more, and settled once.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(super) fn end_refund(&self, out_return_no: &str, ended: Ended<'_>) -> Result<()> {
        let settled = ended.state.is_settled();
        let settled_ms = settled.then(|| integer(ended.now_ms)).transpose()?;
        self.run(
            "UPDATE refund SET state = ?1, code = ?2, settled_ms = ?3, \
             due_ms = CASE WHEN ?3 IS NULL THEN due_ms END WHERE out_return_no = ?4",
            vec![
                ended.state.name().into(),
                ended.code.into(),
                settled_ms.into(),
                out_return_no.into(),
            ],
        )
    }
}
