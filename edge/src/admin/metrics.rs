//! `GET /admin/metrics`: OpenMetrics text. What is exact comes from the index; what this isolate has
//! counted says so in its name.

use super::counters::{Family, counted};
use super::index::Index;
use super::{Desk, index_fault};
use crate::clock::now_ms;
use crate::error::Failure;
use crate::provider::Provider;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write;
use worker::Response;

/// Later than this is overdue: twice the watchdog's pause.
const OVERDUE_MS: u64 = 600_000;

/// Everything in one reading, of a row for each status and of what is overdue.
const COUNTS: &str = "SELECT json_object('statuses', (SELECT json_group_object(status, orders) FROM ( \
    SELECT status, sum(orders) AS orders FROM order_counts \
    WHERE partner IN (SELECT value FROM json_each(?1, '$.accounts')) GROUP BY status HAVING sum(orders) > 0)), \
    'waiting', coalesce(sum(waiting), 0), 'dead', coalesce(sum(dead), 0), \
    'quarantined', coalesce(sum(quarantined), 0), 'overdue', (SELECT count(*) FROM orders \
    WHERE partner IN (SELECT value FROM json_each(?1, '$.accounts')) AND due_ms < ?1 ->> 'before')) AS doc \
    FROM order_counts WHERE partner IN (SELECT value FROM json_each(?1, '$.accounts'))";

/// Counted across orders.
#[derive(Debug, PartialEq, Eq, Deserialize)]
struct Counts {
    statuses: BTreeMap<String, u64>,
    waiting: u64,
    dead: u64,
    quarantined: u64,
    overdue: u64,
}

impl Desk<'_> {
    pub(super) async fn metrics(&self) -> Result<Response, Failure> {
        let account = |provider| self.config.account(provider);
        let accounts: Vec<String> = Provider::ALL.into_iter().filter_map(account).collect();
        let parameters = json!({
            "accounts": accounts,
            "before": now_ms().saturating_sub(OVERDUE_MS),
        });
        let counts = match Index::of(self.env) {
            Some(index) => match index.all::<Counts>(COUNTS, parameters).await {
                Ok(counts) => counts.into_iter().next(),
                Err(error) => {
                    index_fault(&error);
                    None
                }
            },
            None => None,
        };
        let counted: Vec<_> = Family::ALL
            .iter()
            .map(|(family, ..)| counted(*family))
            .collect();
        let mut response = Response::ok(text(counts.as_ref(), &counted))?;
        response.headers_mut().set(
            "content-type",
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
        )?;
        Ok(response)
    }
}

/// The whole text. Labels are codes of ours: letters, digits and `_`, so that none needs escaping.
fn text(counts: Option<&Counts>, isolate: &[Vec<(String, u64)>]) -> String {
    let mut text = Text::default();
    text.family("build", "info", "Which Worker this is");
    text.sample(
        "build_info",
        Some(("version", env!("CARGO_PKG_VERSION"))),
        1,
    );
    text.family(
        "index_up",
        "gauge",
        "Whether the index across orders answers",
    );
    text.sample("index_up", None, u64::from(counts.is_some()));
    if let Some(counts) = counts {
        text.family("orders", "gauge", "Orders by status");
        for (status, count) in &counts.statuses {
            text.sample("orders", Some(("status", status)), *count);
        }
        text.family(
            "deliveries",
            "gauge",
            "Deliveries not made: waiting, or given up",
        );
        text.sample("deliveries", Some(("state", "waiting")), counts.waiting);
        text.sample("deliveries", Some(("state", "dead")), counts.dead);
        text.family("quarantined", "gauge", "Notifications that are kept aside");
        text.sample("quarantined", None, counts.quarantined);
        text.family(
            "overdue",
            "gauge",
            "Orders whose work is over ten minutes late",
        );
        text.sample("overdue", None, counts.overdue);
    }
    for ((_, name, label, help), counts) in Family::ALL.iter().zip(isolate) {
        let name = format!("isolate_{name}");
        text.family(&name, "counter", &format!("{help}, in this isolate"));
        for (value, count) in counts {
            text.sample(&format!("{name}_total"), Some((label, value)), *count);
        }
    }
    text.0.push_str("# EOF\n");
    text.0
}

#[derive(Default)]
struct Text(String);

impl Text {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a String cannot fail.
        let _ = write!(
            self.0,
            "# TYPE alipay_checkout_{name} {kind}\n# HELP alipay_checkout_{name} {help}.\n"
        );
    }

    fn sample(&mut self, name: &str, label: Option<(&str, &str)>, value: u64) {
        let _ = match label {
            None => writeln!(self.0, "alipay_checkout_{name} {value}"),
            Some((label, of)) => {
                writeln!(self.0, "alipay_checkout_{name}{{{label}=\"{of}\"}} {value}")
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_open_metrics() {
        let counts = Counts {
            statuses: [("paid".to_owned(), 3)].into(),
            waiting: 1,
            dead: 2,
            quarantined: 4,
            overdue: 0,
        };
        let mut isolate = vec![Vec::new(); Family::ALL.len()];
        if let Some(refusals) = isolate.last_mut() {
            refusals.push(("bad_signature".to_owned(), 5));
        }
        let text = text(Some(&counts), &isolate);
        for line in [
            "# TYPE alipay_checkout_build info",
            "alipay_checkout_index_up 1",
            "alipay_checkout_orders{status=\"paid\"} 3",
            "alipay_checkout_deliveries{state=\"dead\"} 2",
            "alipay_checkout_quarantined 4",
            "# TYPE alipay_checkout_isolate_refusals counter",
            "alipay_checkout_isolate_refusals_total{code=\"bad_signature\"} 5",
        ] {
            assert!(text.lines().any(|one| one == line), "{line}\n{text}");
        }
        assert!(text.ends_with("# EOF\n"));
    }

    #[test]
    fn without_the_index_nothing_is_made_up() {
        let text = text(None, &vec![Vec::new(); Family::ALL.len()]);
        assert!(text.contains("alipay_checkout_index_up 0\n"));
        assert!(!text.contains("alipay_checkout_orders"));
    }
}
