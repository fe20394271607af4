//! Acting: replay, ask Alipay, mend an endpoint, rebuild the index.

use super::lists::ASKED;
use super::query::Find;
use super::watchdog::{Waker, Woken};
use super::{Desk, index_fault};
use crate::endpoint::object as endpoint;
use crate::error::Failure;
use crate::order::rpc::{self, Command, Reply};
use crate::{limits, log, read};
use alipay_protocol::trade::OutTradeNo;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use worker::{Request, Response};

/// Orders of a list, and of a page of the index, that one request has rebuilt.
const MAX_REBUILT: usize = 200;
const REBUILT_PAGE: u64 = 40;

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ReplayAsked {
    event: Option<String>,
    endpoint: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ReplayDeadAsked {
    limit: Option<u64>,
    endpoint: Option<String>,
    cursor: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RebuildAsked {
    out_trade_nos: Option<Vec<String>>,
    cursor: Option<String>,
}

impl Desk<'_> {
    /// Sends an order's events again: one, or all.
    pub(super) async fn replay(
        &self,
        request: &mut Request,
        number: &str,
    ) -> Result<Response, Failure> {
        let asked: ReplayAsked = body(request).await?;
        let replay = rpc::Replay {
            by: self.bearer.name.clone(),
            event: asked.event,
            endpoint: asked.endpoint,
            dead_only: false,
        };
        let deliveries = match self.ask(number, &Command::Replay(replay)).await? {
            Reply::Replayed(deliveries) => deliveries,
            Reply::Unknown => return Err(Failure::EventUnknown),
            _ => return Err(Failure::Unavailable),
        };
        log::admin(&self.bearer.name, "replay", number);
        accepted(&json!({ "deliveries": deliveries }))
    }

    /// Sends dead letters again, of a bounded number of orders, newest first. Asked with the cursor of the
    /// answer until there is none, it has walked them all: orders whose letters are another endpoint's
    /// stay where they are.
    pub(super) async fn replay_dead(&self, request: &mut Request) -> Result<Response, Failure> {
        let asked: ReplayDeadAsked = body(request).await?;
        let limit = asked.limit.unwrap_or(ASKED.default_limit);
        if !(1..=ASKED.max_limit).contains(&limit) {
            return Err(Failure::Parameter("limit"));
        }
        let mut find = Find {
            partner: self.account.clone(),
            limit,
            ..Find::default()
        };
        if !asked.cursor.iter().all(|cursor| find.go_on(cursor)) {
            return Err(Failure::Parameter("cursor"));
        }
        let rows = self.rows(&find, " AND dead > 0").await?;
        let endpoint = asked.endpoint.as_deref().map(|named| {
            let known = self.config.endpoints.iter().find(|one| one.name == named);
            known.map_or("unknown", |one| one.name)
        });
        self.note("replayed_dead", endpoint.unwrap_or_default())
            .await?;
        let (mut orders, mut deliveries) = (0_u64, 0_u64);
        for row in &rows {
            let replay = rpc::Replay {
                by: self.bearer.name.clone(),
                event: None,
                endpoint: asked.endpoint.clone(),
                dead_only: true,
            };
            let reply = self
                .ask(&row.out_trade_no, &Command::Replay(replay))
                .await?;
            if let Reply::Replayed(count) = reply {
                orders = orders.saturating_add(1);
                deliveries = deliveries.saturating_add(count);
            }
        }
        log::admin(&self.bearer.name, "replay_dead", &deliveries.to_string());
        let cursor = find.next(&rows);
        accepted(&json!({ "orders": orders, "deliveries": deliveries, "cursor": cursor }))
    }

    pub(super) async fn query_now(&self, number: &str) -> Result<Response, Failure> {
        let by = self.bearer.name.clone();
        let due_ms = match self.ask(number, &Command::AskNow { by }).await? {
            Reply::Asking { due_ms } => due_ms,
            Reply::Unknown => return Err(Failure::OrderUnknown),
            _ => return Err(Failure::Unavailable),
        };
        log::admin(&self.bearer.name, "query", number);
        accepted(&json!({ "due_ms": due_ms }))
    }

    /// The endpoint is there again: its circuit closes, and 410 is forgotten. What was given up
    /// meanwhile is sent again only by a replay.
    pub(super) async fn mend(&self, name: &str) -> Result<Response, Failure> {
        let known = self.config.endpoints.iter().find(|one| one.name == name);
        let known = known.ok_or(Failure::EndpointUnknown)?;
        self.note("mended", known.name).await?;
        endpoint::mend(self.env, known, &self.bearer.name).await?;
        log::admin(&self.bearer.name, "mend", known.name);
        let view = endpoint::show(self.env, known).await?;
        Ok(Response::from_json(&view)?)
    }

    /// Has orders write their rows again: those that are named, then a page of those that the index
    /// knows. Asked with the cursor of the answer until there is none, it has walked them all.
    pub(super) async fn rebuild(&self, request: &mut Request) -> Result<Response, Failure> {
        const PAGE: &str = "SELECT json_quote(out_trade_no) AS doc FROM orders \
            WHERE partner = ?1 ->> 'partner' AND out_trade_no > ?1 ->> 'after' \
            ORDER BY out_trade_no LIMIT ?1 ->> 'limit'";
        let asked: RebuildAsked = body(request).await?;
        let named = asked.out_trade_nos.unwrap_or_default();
        let sound = |number: &String| OutTradeNo::parse(number).is_ok();
        if named.len() > MAX_REBUILT || !named.iter().all(sound) {
            return Err(Failure::Parameter("out_trade_nos"));
        }
        if !asked.cursor.iter().all(sound) {
            return Err(Failure::Parameter("cursor"));
        }
        let parameters = json!({
            "partner": self.account,
            "after": asked.cursor.as_deref().unwrap_or_default(),
            "limit": REBUILT_PAGE,
        });
        let index = self.index()?;
        self.note("rebuilt", asked.cursor.as_deref().unwrap_or_default())
            .await?;
        if asked.cursor.is_none() {
            index.make().await.map_err(|error| index_fault(&error))?;
        }
        let page: Vec<String> = index
            .all(PAGE, parameters)
            .await
            .map_err(|error| index_fault(&error))?;
        let full = u64::try_from(page.len()).is_ok_and(|count| count >= REBUILT_PAGE);
        let cursor = page.last().filter(|_| full).cloned();
        let waker = Waker {
            env: self.env,
            config: self.config,
            index: &index,
            provider: self.provider,
            by: &self.bearer.name,
        };
        let Woken { woken, mut unknown } = waker.wake(&page).await;
        let listed = waker.wake(&named).await;
        unknown.extend(listed.unknown);
        let orders = woken.saturating_add(listed.woken);
        log::admin(&self.bearer.name, "rebuild", &orders.to_string());
        accepted(&json!({ "orders": orders, "unknown": unknown, "cursor": cursor }))
    }
}

/// 202: the orders have it written down, and do it from their alarms.
fn accepted(answer: &serde_json::Value) -> Result<Response, Failure> {
    Ok(Response::from_json(answer)?.with_status(202))
}

/// The JSON body; none is the same as `{}`.
pub(super) async fn body<T: DeserializeOwned + Default>(
    request: &mut Request,
) -> Result<T, Failure> {
    let media_type = read::media_type(request.inner());
    let bytes = read::body(request.inner(), limits::ACT).await?;
    if bytes.is_empty() {
        return Ok(T::default());
    }
    if media_type != "application/json" {
        return Err(Failure::MediaType);
    }
    // A list would be read too, its entries as the members in their order.
    let is_object = bytes.trim_ascii_start().first() == Some(&b'{');
    let read = serde_json::from_slice(&bytes).ok().filter(|_| is_object);
    read.ok_or(Failure::Parameter("body"))
}
