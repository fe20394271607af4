//! An order as the merchant's staff sees it, from its database. What holds for [`Store`] holds here.

use super::refund::given_back;
use super::rpc::Replay;
use super::rpc::view::{
    AuditView, BELIEVED, DeliveryView, NotificationView, OrderView, Row, TermsView, status_name,
};
use super::state::{Facts, Order, Terms};
use super::store::{Store, integer};
use super::trail::lines;
use crate::provider::Provider;
use serde::Deserialize;
use worker::Result;

impl Store {
    /// The order's row for the index; `None` when nothing ever happened to it.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn row(&self) -> Result<Option<Row>> {
        #[derive(Deserialize)]
        struct Counts {
            created_ms: Option<u64>,
            updated_ms: u64,
            revision: u64,
            asked: u64,
            waiting: u64,
            dead: u64,
            quarantined: u64,
            due_ms: Option<u64>,
        }
        let counts: Option<Counts> = self.first(
            concat!("SELECT min(at_ms) AS created_ms, coalesce(max(at_ms), 0) AS updated_ms, \
             coalesce(max(seq), 0) AS revision, \
             coalesce(sum(act = 'asked'), 0) AS asked, \
             (SELECT count(*) FROM delivery WHERE state = 'waiting') AS waiting, \
             (SELECT count(*) FROM delivery WHERE state = 'dead') AS dead, \
             (SELECT count(*) FROM notification WHERE verdict NOT IN (?, ?, ?)) AS quarantined, \
             (SELECT min(due_ms) FROM (SELECT due_ms FROM delivery WHERE state = 'waiting' \
             UNION ALL SELECT question_ms FROM state UNION ALL SELECT due_ms FROM refund UNION ALL SELECT parked_ms FROM notification)) AS due_ms FROM ", lines!()),
            BELIEVED.map(Into::into).to_vec(),
        )?;
        let Some((counts, created_ms)) =
            counts.and_then(|counts| counts.created_ms.map(|created_ms| (counts, created_ms)))
        else {
            return Ok(None);
        };
        let order = self.order()?;
        let Some((provider, out_trade_no)) = self.number(order.as_ref())? else {
            return Ok(None);
        };
        let shown = order.as_ref().map(|order| order.terms.price.shown());
        Ok(Some(Row {
            provider,
            out_trade_no,
            status: status_name(order.as_ref().map(|order| order.status)).to_owned(),
            amount: shown.map(|(amount, _)| amount),
            currency: shown.map(|(_, currency)| currency.to_owned()),
            trade_no: order.and_then(|order| order.trade_no),
            created_ms,
            updated_ms: counts.updated_ms,
            waiting: counts.waiting,
            dead: counts.dead,
            quarantined: counts.quarantined,
            asked: counts.asked,
            due_ms: counts.due_ms,
            revision: counts.revision,
        }))
    }

    /// Whose it is, and the merchant's number. An order that is not registered is known by its notifications, each of
    /// which left an event or is parked under its number.
    fn number(&self, order: Option<&Order>) -> Result<Option<(Provider, String)>> {
        #[derive(Deserialize)]
        struct Event {
            provider: Provider,
            out_trade_no: String,
        }
        if let Some(order) = order {
            let terms = &order.terms;
            return Ok(Some((terms.provider, terms.out_trade_no.clone())));
        }
        let event: Option<Event> = self.first(
            "SELECT json_extract(body, '$.data.provider') AS provider, \
             json_extract(body, '$.data.out_trade_no') AS out_trade_no FROM delivery LIMIT 1",
            vec![],
        )?;
        let parked = || {
            self.first(
                "SELECT coalesce(json_extract(facts, '$.provider'), 'alipay-gateway') AS provider, \
                 parked_as AS out_trade_no FROM notification WHERE parked_ms IS NOT NULL LIMIT 1",
                vec![],
            )
        };
        let event: Option<Event> = event.map_or_else(parked, |event| Ok(Some(event)))?;
        Ok(event.map(|event| (event.provider, event.out_trade_no)))
    }

    /// The whole order; `None` when nothing ever happened to it.
    ///
    /// # Errors
    ///
    /// When the database fails or a row cannot be read.
    pub fn view(&self) -> Result<Option<OrderView>> {
        let Some(row) = self.row()? else {
            return Ok(None);
        };
        let order = self.order()?;
        let head = self.head()?;
        let refunds = self.refunds()?;
        Ok(Some(OrderView {
            is_final: order.as_ref().is_some_and(|order| order.status.is_final()),
            terms: order.map(|order| terms(order.terms)),
            notifications: self.notifications()?,
            deliveries: self.deliveries()?,
            attempts: self.attempts(0)?,
            refunded: given_back(&refunds),
            refunds,
            audit: AuditView {
                lines: head.seq,
                head: head.hash,
                intact: self.verify_trail()?.is_ok(),
            },
            row,
        }))
    }

    fn notifications(&self) -> Result<Vec<NotificationView>> {
        #[derive(Deserialize)]
        struct Kept {
            seq: u64,
            received_ms: u64,
            verdict: String,
            facts: String,
            evidence: String,
            raw_kept: u8,
        }
        let rows: Vec<Kept> = self.all(
            "SELECT seq, received_ms, verdict, facts, evidence, raw <> '' AS raw_kept \
             FROM notification ORDER BY seq DESC LIMIT 100",
            vec![],
        )?;
        rows.into_iter()
            .map(|kept| {
                let facts: Facts = serde_json::from_str(&kept.facts)?;
                Ok(NotificationView {
                    seq: kept.seq,
                    notify_id: facts.notify_id,
                    received_ms: kept.received_ms,
                    quarantined: !BELIEVED.contains(&kept.verdict.as_str()),
                    verdict: kept.verdict,
                    says: facts.says,
                    trade_no: facts.trade_no,
                    amount: facts.amount,
                    currency: facts.currency,
                    evidence: kept.evidence,
                    raw_kept: kept.raw_kept != 0,
                })
            })
            .collect()
    }

    fn deliveries(&self) -> Result<Vec<DeliveryView>> {
        self.all(
            "SELECT event, json_extract(body, '$.type') AS type, endpoint, state, attempts, last, \
             begun_ms, due_ms FROM delivery ORDER BY begun_ms DESC, seq DESC LIMIT 100",
            vec![],
        )
    }

    /// Puts deliveries back to their first attempt; the event and its id stay. Answers which, as
    /// `event endpoint`.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn replay(&self, replay: &Replay, now_ms: u64) -> Result<Vec<String>> {
        #[derive(Deserialize)]
        struct Found {
            event: String,
            endpoint: String,
        }
        let found: Vec<Found> = self.all(
            "SELECT event, endpoint FROM delivery WHERE (? OR state = 'dead') \
             AND coalesce(event = ?, 1) AND coalesce(endpoint = ?, 1) ORDER BY seq",
            vec![
                integer((!replay.dead_only).into())?,
                replay.event.as_deref().into(),
                replay.endpoint.as_deref().into(),
            ],
        )?;
        for one in &found {
            self.run(
                "UPDATE delivery SET state = 'waiting', attempts = 0, due_ms = ? \
                 WHERE event = ? AND endpoint = ?",
                vec![
                    integer(now_ms)?,
                    one.event.as_str().into(),
                    one.endpoint.as_str().into(),
                ],
            )?;
        }
        Ok(found
            .into_iter()
            .map(|one| format!("{} {}", one.event, one.endpoint))
            .collect())
    }

    /// When Alipay was asked last, Unix milliseconds; 0 when it was not.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn asked_ms(&self) -> Result<u64> {
        #[derive(Deserialize)]
        struct Last {
            at_ms: Option<u64>,
        }
        let last: Option<Last> = self.first(
            "SELECT max(at_ms) AS at_ms FROM audit WHERE act = 'asked'",
            vec![],
        )?;
        Ok(last.and_then(|last| last.at_ms).unwrap_or(0))
    }
}

fn terms(terms: Terms) -> TermsView {
    let end = terms.return_url.find(['?', '#']);
    let return_url = end.and_then(|end| terms.return_url.get(..end));
    TermsView {
        return_url: return_url.unwrap_or(&terms.return_url).to_owned(),
        subject: terms.subject,
        price: terms.price,
        metadata: terms.metadata,
    }
}
