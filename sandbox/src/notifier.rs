//! Sends notifications until the merchant answers `success`.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{Request, body::Bytes, header};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use tokio::task::JoinSet;

use crate::{
    antom,
    app::App,
    clock, log, notification,
    trade::{Delivery, Payment, Trade},
};

/// The most of an answer that is read.
const MAX_ANSWER: usize = 64 * 1024;
/// The most of an answer that is kept.
const MAX_KEPT: usize = 256;

/// One notification, signed.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) content_type: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

/// Posts notifications to merchants. Redirects are not followed, connections not reused.
#[derive(Clone, Debug)]
pub(crate) struct Sender {
    client: Client<HttpConnector, Full<Bytes>>,
    answer_deadline: Duration,
}

impl Sender {
    /// A sender that waits `answer_deadline` for a whole answer.
    pub(crate) fn new(answer_deadline: Duration) -> Self {
        // For https, only the connector has to be another one.
        let client = Client::builder(TokioExecutor::new())
            .pool_max_idle_per_host(0)
            .build_http();
        Self {
            client,
            answer_deadline,
        }
    }

    async fn post(&self, url: &str, message: Message) -> Delivery {
        let at_ms = clock::now_ms();
        let failed = |error: &str| Delivery {
            at_ms,
            status: None,
            body: String::new(),
            error: Some(error.to_owned()),
        };
        match tokio::time::timeout(self.answer_deadline, self.exchange(url, message)).await {
            Ok(Ok((status, body))) => Delivery {
                at_ms,
                status: Some(status),
                body,
                error: None,
            },
            Ok(Err(error)) => failed(&error),
            Err(_) => failed("no complete answer within the deadline"),
        }
    }

    async fn exchange(&self, url: &str, message: Message) -> Result<(u16, String), String> {
        if !url.starts_with("http://") {
            return Err("the stand-in notifies over plain http only".to_owned());
        }
        let mut request = Request::post(url)
            .header(header::CONTENT_TYPE, message.content_type)
            .header(header::USER_AGENT, "Mozilla/4.0");
        for (name, value) in message.headers {
            request = request.header(name, value);
        }
        let request = request
            .body(Full::from(message.body))
            .map_err(|error| error.to_string())?;
        let response = self
            .client
            .request(request)
            .await
            .map_err(|error| reason(&error))?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), MAX_ANSWER)
            .collect()
            .await
            .map_err(|error| error.to_string())?
            .to_bytes();
        Ok((
            status,
            String::from_utf8_lossy(&body)
                .chars()
                .take(MAX_KEPT)
                .collect(),
        ))
    }
}

/// The innermost cause: "Connection refused" tells more than "client error".
fn reason(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), reason)
}

/// Delivers what is due, for ever.
pub(crate) async fn run(app: Arc<App>) {
    let mut steps = JoinSet::new();
    let mut busy = BTreeSet::new();
    loop {
        let now_ms = clock::now_ms();
        let (due, next_ms) = app.store.read(|book| {
            let mut due = Vec::new();
            let mut next_ms = u64::MAX;
            for (due_ms, out_trade_no) in book.pending() {
                if busy.contains(out_trade_no) {
                    continue;
                }
                if due_ms <= now_ms {
                    due.push(out_trade_no.to_owned());
                } else {
                    next_ms = next_ms.min(due_ms);
                }
            }
            (due, next_ms)
        });
        for out_trade_no in due {
            busy.insert(out_trade_no.clone());
            let app = Arc::clone(&app);
            steps.spawn(async move {
                step(&app, &out_trade_no).await;
                out_trade_no
            });
        }
        tokio::select! {
            () = app.wake.notified() => {}
            () = clock::sleep_until(next_ms) => {}
            Some(done) = steps.join_next() => match done {
                Ok(out_trade_no) => { busy.remove(&out_trade_no); }
                // A step that panicked stays busy: better one silent trade than a tight loop.
                Err(error) => log::event("notify-step-died", format_args!("reason={error}")),
            },
        }
    }
}

/// One step of the ladder: the first one sends as many copies at once as the faults ask for.
async fn step(app: &Arc<App>, out_trade_no: &str) {
    let Some((trade, payment)) = paid(app, out_trade_no) else {
        return;
    };
    let copies = if payment.attempts == 0 {
        payment.faults.notify_copies
    } else {
        1
    };
    let mut deliveries = JoinSet::new();
    for _ in 0..copies {
        let (app, trade, payment) = (Arc::clone(app), trade.clone(), payment.clone());
        deliveries.spawn(async move {
            deliver(&app, &trade, &payment, payment.faults.tamper.as_deref()).await;
        });
    }
    deliveries.join_all().await;
    let speedup = app.speedup;
    let stored = app.store.change(|book| {
        if let Some(payment) = book.payment_mut(out_trade_no) {
            payment.end_step(clock::now_ms(), speedup);
        }
    });
    if let Err(error) = stored {
        log::event(
            "state-not-written",
            format_args!("reason={:?}", error.kind()),
        );
        // The step counts as not done and would be due again at once.
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// The trade of `out_trade_no` and its payment, if it is paid.
pub(crate) fn paid(app: &App, out_trade_no: &str) -> Option<(Trade, Payment)> {
    let trade = app
        .store
        .read(|book| book.by_out_trade_no(out_trade_no).cloned())?;
    let payment = trade.payment.clone()?;
    Some((trade, payment))
}

/// Sends one notification now, records and answers what came of it.
pub(crate) async fn deliver(
    app: &App,
    trade: &Trade,
    payment: &Payment,
    tamper: Option<&str>,
) -> Delivery {
    let _on_its_way = app.depart(&payment.notify_id);
    let now_ms = clock::now_ms();
    let message = match (&trade.antom, &app.antom) {
        (None, _) => notification::message(trade, payment, &app.keys, now_ms, tamper),
        (Some(_), Some(account)) => antom::notification(account, trade, now_ms, tamper),
        (Some(_), None) => return undelivered(now_ms, "started without --antom-client"),
    };
    let delivery = match (trade.requested("notify_url"), message) {
        (Some(notify_url), Ok(message)) => app.sender.post(notify_url, message).await,
        (None, _) => undelivered(now_ms, "the request named no notify_url"),
        (_, Err(error)) => undelivered(now_ms, &error.to_string()),
    };
    let acknowledged = trade.is_acknowledged_by(&delivery);
    log::event(
        "notified",
        format_args!(
            "out_trade_no={} notify_id={} status={} acknowledged={}",
            trade.out_trade_no,
            payment.notify_id,
            delivery.status.unwrap_or_default(),
            acknowledged
        ),
    );
    let stored = app.store.change(|book| {
        if let Some(payment) = book.payment_mut(&trade.out_trade_no) {
            payment.record(delivery.clone(), acknowledged);
        }
    });
    if let Err(error) = stored {
        log::event(
            "state-not-written",
            format_args!("reason={:?}", error.kind()),
        );
    }
    delivery
}

fn undelivered(at_ms: u64, error: &str) -> Delivery {
    Delivery {
        at_ms,
        status: None,
        body: String::new(),
        error: Some(error.to_owned()),
    }
}
