//! Looking: one order, its trail, and lists across orders.

use super::index::{KeyUse, ROW};
use super::query::{Find, Reads, whole};
use super::{Desk, index_fault, parameters};
use crate::account;
use crate::endpoint::object as endpoint;
use crate::error::Failure;
use crate::order::audit::Line;
use crate::order::rpc::view::{DeliveryView, NotificationView, OrderView, Row};
use crate::order::rpc::{Command, Reply};
use crate::provider::Provider;
use futures_util::future::join_all;
use serde::Serialize;
use serde_json::{Value, json};
use worker::{Request, Response};

/// Pages of orders: one read of the index.
const ORDERS: Reads = Reads {
    filters: true,
    default_limit: 50,
    max_limit: 200,
};

/// Pages whose every order is asked itself; the runtime's least allowance is 50 requests at a time.
pub(super) const ASKED: Reads = Reads {
    filters: false,
    default_limit: 20,
    max_limit: 40,
};

/// Lines of a trail in one answer.
const MAX_LINES: u64 = 1_000;

/// What the order is about, beside something of it.
#[derive(Serialize)]
struct Registered<'a> {
    amount: u64,
    currency: &'a str,
}

/// Something of an order, in a list across orders.
#[derive(Serialize)]
struct Of<'a, T> {
    out_trade_no: &'a str,
    registered: Option<Registered<'a>>,
    #[serde(flatten)]
    what: T,
}

impl<'a, T> Of<'a, T> {
    fn new(view: &'a OrderView, what: T) -> Self {
        let Row {
            amount, currency, ..
        } = &view.row;
        Self {
            out_trade_no: &view.row.out_trade_no,
            registered: amount
                .zip(currency.as_deref())
                .map(|(amount, currency)| Registered { amount, currency }),
            what,
        }
    }
}

impl Desk<'_> {
    pub(super) async fn order(&self, number: &str) -> Result<Response, Failure> {
        Ok(Response::from_json(&self.view(number).await?)?)
    }

    async fn view(&self, number: &str) -> Result<OrderView, Failure> {
        match self.ask(number, &Command::Show).await? {
            Reply::Shown(view) => Ok(*view),
            Reply::Unknown => Err(Failure::OrderUnknown),
            _ => Err(Failure::Unavailable),
        }
    }

    /// An order's trail as JSON lines, oldest first.
    pub(super) async fn audit(&self, request: &Request, number: &str) -> Result<Response, Failure> {
        let (after, limit) = lines_asked(request)?;
        let Reply::Trail(lines) = self.ask(number, &Command::Trail { after, limit }).await? else {
            return Err(Failure::Unavailable);
        };
        if lines.is_empty() && after == 0 {
            return Err(Failure::OrderUnknown);
        }
        self.in_lines(&lines, limit)
    }

    /// The same of what staff did that is not about one order.
    pub(super) async fn trail(&self, request: &Request) -> Result<Response, Failure> {
        let (after, limit) = lines_asked(request)?;
        let lines = account::trail(self.env, self.config, self.provider, after, limit).await?;
        self.in_lines(&lines, limit)
    }

    fn in_lines(&self, lines: &[Line], limit: u64) -> Result<Response, Failure> {
        let mut text = String::new();
        for line in lines {
            text.push_str(&serde_json::to_string(line).map_err(worker::Error::from)?);
            text.push('\n');
        }
        let mut response = Response::ok(text)?;
        let headers = response.headers_mut();
        headers.set("content-type", "application/jsonl; charset=utf-8")?;
        if u64::try_from(lines.len()).is_ok_and(|count| count >= limit)
            && let Some(last) = lines.last()
        {
            let provider = self.provider.as_str();
            let next = format!(
                "<?after={}&limit={limit}&provider={provider}>; rel=\"next\"",
                last.seq
            );
            headers.set("link", &next)?;
        }
        Ok(response)
    }

    pub(super) async fn orders(&self, request: &Request) -> Result<Response, Failure> {
        let find = self.find(request, ORDERS)?;
        let rows = self.rows(&find, "").await?;
        page("orders", &rows, find.next(&rows))
    }

    /// Deliveries that were given up, from the orders themselves.
    pub(super) async fn dead_letters(&self, request: &Request) -> Result<Response, Failure> {
        let find = self.find(request, ASKED)?;
        let rows = self.rows(&find, " AND dead > 0").await?;
        let views = self.views(&rows).await?;
        let dead = |one: &&DeliveryView| one.state == "dead";
        let items: Vec<_> = views
            .iter()
            .flat_map(|view| {
                let of = |what| Of::new(view, what);
                view.deliveries.iter().filter(dead).map(of)
            })
            .collect();
        page("dead_letters", &items, find.next(&rows))
    }

    /// Notifications that are kept aside, from the orders themselves.
    pub(super) async fn quarantine(&self, request: &Request) -> Result<Response, Failure> {
        let find = self.find(request, ASKED)?;
        let rows = self.rows(&find, " AND quarantined > 0").await?;
        let views = self.views(&rows).await?;
        let aside = |one: &&NotificationView| one.quarantined;
        let items: Vec<_> = views
            .iter()
            .flat_map(|view| {
                let of = |what| Of::new(view, what);
                view.notifications.iter().filter(aside).map(of)
            })
            .collect();
        page("notifications", &items, find.next(&rows))
    }

    /// What Alipay signed and we could not accept; it is of no order.
    pub(super) async fn signed(&self) -> Result<Response, Failure> {
        let messages = account::list(self.env, self.config, self.provider).await?;
        Ok(Response::from_json(&json!({ "messages": messages }))?)
    }

    pub(super) async fn endpoints(&self) -> Result<Response, Failure> {
        let mut shown = Vec::new();
        for one in &self.config.endpoints {
            let view = endpoint::show(self.env, one).await?;
            let mut entry = serde_json::to_value(view).map_err(worker::Error::from)?;
            if let Some(entry) = entry.as_object_mut() {
                entry.insert("name".to_owned(), one.name.into());
                // The path may hold a secret of the receiver's.
                let origin = one.url.origin().ascii_serialization();
                entry.insert("origin".to_owned(), origin.into());
            }
            shown.push(entry);
        }
        Ok(Response::from_json(&json!({ "endpoints": shown }))?)
    }

    /// The keys in use and, from the index, when each was used last; then those that were.
    pub(super) async fn keys(&self) -> Result<Response, Failure> {
        const USES: &str = "SELECT json_object('name', name, 'fingerprint', fingerprint, \
            'last_ms', last_ms) AS doc FROM key_use ORDER BY last_ms DESC LIMIT ?1 ->> 'limit'";
        let mut uses: Vec<KeyUse> = match super::index::Index::of(self.env) {
            Some(index) => index
                .all(USES, json!({ "limit": 100 }))
                .await
                .unwrap_or_else(|error| {
                    index_fault(&error);
                    Vec::new()
                }),
            None => Vec::new(),
        };
        let in_use: Vec<Value> = self
            .config
            .keys
            .iter()
            .map(|key| {
                let found = uses
                    .iter()
                    .position(|one| one.name == key.name && one.fingerprint == key.fingerprint);
                let last_ms = found.map(|at| uses.remove(at).last_ms);
                json!({ "name": key.name, "fingerprint": key.fingerprint, "last_ms": last_ms })
            })
            .collect();
        let answer = json!({ "in_use": in_use, "no_longer": uses });
        Ok(Response::from_json(&answer)?)
    }

    /// Who is asking: what a token opens, so that nobody has to find out by being refused.
    pub(super) fn token(&self) -> Result<Response, Failure> {
        let configured = |one: &Provider| self.config.account(*one).is_some();
        let mut providers: Vec<Provider> = Provider::ALL.into_iter().filter(configured).collect();
        // The one that is meant where none is named comes first.
        providers.sort_by_key(|one| *one != self.config.default_provider());
        let answer = json!({
            "name": self.bearer.name,
            "scopes": self.bearer.scopes(),
            "providers": providers,
        });
        Ok(Response::from_json(&answer)?)
    }

    pub(super) fn find(&self, request: &Request, reads: Reads) -> Result<Find, Failure> {
        Find::read(&self.account, &parameters(request)?, reads)
    }

    /// Rows of the index, newest first; `also` is a further condition.
    pub(super) async fn rows(&self, find: &Find, also: &str) -> Result<Vec<Row>, Failure> {
        let sql = format!(
            "SELECT {ROW} WHERE {}{also} ORDER BY {} LIMIT ?1 ->> 'limit'",
            find.conditions(),
            find.order()
        );
        let parameters = serde_json::to_value(find).map_err(worker::Error::from)?;
        let rows = self.index()?.all(&sql, parameters).await;
        rows.map_err(|error| index_fault(&error))
    }

    /// The orders themselves; one that the index knows and nobody else is left out.
    async fn views(&self, rows: &[Row]) -> Result<Vec<OrderView>, Failure> {
        let asked = rows.iter().map(|row| self.view(&row.out_trade_no));
        join_all(asked)
            .await
            .into_iter()
            .filter(|view| !matches!(view, Err(Failure::OrderUnknown)))
            .collect()
    }
}

/// Which lines of a trail are asked for: after which, and how many at most.
fn lines_asked(request: &Request) -> Result<(u64, u64), Failure> {
    let (mut after, mut limit) = (0, MAX_LINES);
    for (name, value) in parameters(request)? {
        match name.as_str() {
            "after" => {
                after = whole(&value, 0, u64::from(u32::MAX)).ok_or(Failure::Parameter("after"))?;
            }
            "limit" => {
                limit = whole(&value, 1, MAX_LINES).ok_or(Failure::Parameter("limit"))?;
            }
            _ => return Err(Failure::Parameter("query")),
        }
    }
    Ok((after, limit))
}

/// A page of a list; `cursor` leads to the next one.
fn page<T: Serialize>(
    name: &str,
    items: &[T],
    cursor: Option<String>,
) -> Result<Response, Failure> {
    let mut answer = serde_json::Map::new();
    let items = serde_json::to_value(items).map_err(worker::Error::from)?;
    answer.insert(name.to_owned(), items);
    if let Some(cursor) = cursor {
        answer.insert("cursor".to_owned(), cursor.into());
    }
    Ok(Response::from_json(&answer)?)
}
