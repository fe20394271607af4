//! Sends notifications until the merchant answers `success`.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use tokio::task::JoinSet;

use crate::{
    antom,
    app::App,
    clock,
    faults::NotifyFault,
    forge, log, notification, random,
    sender::{Message, Pace},
    sign::KeyError,
    trade::{Delivery, Payment, State, Trade},
    traffic::{self, Direction, Entry},
};

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

/// What is due of one trade: what happens to it by itself, or a step of the ladder. The first one sends
/// as many copies at once as the faults ask for.
async fn step(app: &Arc<App>, out_trade_no: &str) {
    if advance(app, out_trade_no) {
        return;
    }
    let Some((trade, payment)) = notifiable(app, out_trade_no) else {
        return;
    };
    let first = payment.attempts == 0;
    let copies = if first {
        payment.faults.notify_copies
    } else {
        1
    };
    let mut deliveries = JoinSet::new();
    for _ in 0..copies {
        let (app, trade, payment) = (Arc::clone(app), trade.clone(), payment.clone());
        deliveries.spawn(async move {
            let notify = payment.faults.notify;
            let tamper = payment.faults.tamper.clone();
            deliver(&app, &trade, &payment, notify, tamper.as_deref()).await;
        });
    }
    deliveries.join_all().await;
    if first && payment.faults.notify == Some(NotifyFault::Reordered) {
        send_earlier(app, &trade, &payment).await;
    }
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

/// Does what is due by itself. Answers whether there was anything.
fn advance(app: &App, out_trade_no: &str) -> bool {
    let Ok(fresh) = random::hex(17) else {
        return false;
    };
    let now_ms = clock::now_ms();
    let advanced = app
        .store
        .change(|book| book.advance(out_trade_no, now_ms, &fresh))
        .unwrap_or(false);
    if advanced {
        app.tell(out_trade_no);
        log::event("payment-moved", format_args!("out_trade_no={out_trade_no}"));
    }
    advanced
}

/// The trade of `out_trade_no` and its payment, once there is something to notify of.
pub(crate) fn notifiable(app: &App, out_trade_no: &str) -> Option<(Trade, Payment)> {
    let trade = app
        .store
        .read(|book| book.by_out_trade_no(out_trade_no).cloned())?;
    let payment = trade.payment.clone()?;
    (payment.state != State::Processing).then_some((trade, payment))
}

/// The notification with what is wrong with it.
fn message(
    app: &App,
    trade: &Trade,
    payment: &Payment,
    notify: Option<NotifyFault>,
    tamper: Option<&str>,
    now_ms: u64,
) -> Result<Message, String> {
    let unsigned = || notification::fields(trade, payment, now_ms);
    let told = |error: KeyError| error.to_string();
    let mut message = match (&trade.antom, &app.antom) {
        (None, _) => match notify {
            Some(NotifyFault::WrongKey) => forge::wrong_key(unsigned(), &app.keys),
            Some(NotifyFault::OtherMerchant) => forge::other_merchant(unsigned(), &app.keys),
            Some(NotifyFault::Resplit) => forge::resplit(&unsigned(), &app.keys),
            Some(NotifyFault::Gbk) => forge::gbk(unsigned(), &app.keys),
            _ => notification::message(trade, payment, &app.keys, now_ms, tamper),
        }
        .map_err(told)?,
        (Some(_), Some(account)) => {
            let url = trade.requested("notify_url").unwrap_or_default();
            let body = || serde_json::Value::Object(antom::members(trade)).to_string();
            match notify {
                Some(NotifyFault::WrongKey) => {
                    antom::sign::AntomKeys::stranger().and_then(|keys| {
                        antom::signed_message(&keys, &account.client_id, url, now_ms, body())
                    })
                }
                Some(NotifyFault::OtherMerchant) => antom::signed_message(
                    &account.keys,
                    "SANDBOX_OTHER_MERCHANT",
                    url,
                    now_ms,
                    body(),
                ),
                _ => antom::notification(account, trade, now_ms, tamper),
            }
            .map_err(told)?
        }
        (Some(_), None) => return Err("started without --antom-client".to_owned()),
    };
    message.pace = match notify {
        Some(NotifyFault::Slow) => Pace::Slow,
        Some(NotifyFault::Cut) => Pace::Cut,
        _ => Pace::Plain,
    };
    Ok(message)
}

/// Sends one notification now, records and answers what came of it.
pub(crate) async fn deliver(
    app: &App,
    trade: &Trade,
    payment: &Payment,
    notify: Option<NotifyFault>,
    tamper: Option<&str>,
) -> Delivery {
    let _on_its_way = app.depart(&payment.notify_id);
    let now_ms = clock::now_ms();
    let said;
    let delivery = match (
        trade.requested("notify_url"),
        message(app, trade, payment, notify, tamper, now_ms),
    ) {
        (Some(notify_url), Ok(message)) => {
            said = shown(&message);
            app.sender.post(notify_url, message).await
        }
        (url, message) => {
            said = String::new();
            let error = match (url, message) {
                (_, Err(error)) => error,
                _ => "the request named no notify_url".to_owned(),
            };
            undelivered(now_ms, &error)
        }
    };
    let loses = notify == Some(NotifyFault::Retried) && payment.attempts == 0;
    let acknowledged = trade.is_acknowledged_by(&delivery) && !loses;
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
        let payment = book.payment_mut(&trade.out_trade_no)?;
        payment.record(delivery.clone(), acknowledged);
        Some((
            payment.attempts,
            payment.next_after_this(clock::now_ms(), app.speedup),
        ))
    });
    let (attempt, next_ms) = match stored {
        Ok(told) => told.unwrap_or_default(),
        Err(error) => {
            log::event(
                "state-not-written",
                format_args!("reason={:?}", error.kind()),
            );
            (0, None)
        }
    };
    let mut entry = Entry::new(Direction::Out, "notify", &trade.out_trade_no, &said);
    entry.at_ms = delivery.at_ms;
    entry.status = delivery.status;
    entry.answer = delivery
        .error
        .clone()
        .unwrap_or_else(|| delivery.body.clone());
    entry.attempt = attempt.saturating_add(1);
    entry.next_ms = next_ms;
    entry.fault = notify
        .map(|fault| fault.word().to_owned())
        .or_else(|| tamper.map(|field| format!("tampered: {field}")));
    entry.acknowledged = acknowledged;
    app.traffic.record(entry);
    delivery
}

/// After the newer message, the one that Alipay would have sent before it.
async fn send_earlier(app: &App, trade: &Trade, payment: &Payment) {
    let now_ms = clock::now_ms();
    let message = match (&trade.antom, &app.antom) {
        (None, _) => forge::earlier(
            notification::fields(trade, payment, payment.paid_ms),
            &app.keys,
        ),
        (Some(_), Some(account)) => {
            let mut members = antom::members(trade);
            members.insert("notifyType".to_owned(), "PAYMENT_PENDING".into());
            let url = trade.requested("notify_url").unwrap_or_default();
            let body = serde_json::Value::Object(members).to_string();
            antom::signed_message(
                &account.keys,
                &account.client_id,
                url,
                payment.paid_ms,
                body,
            )
        }
        (Some(_), None) => return,
    };
    let (Some(url), Ok(message)) = (trade.requested("notify_url"), message) else {
        return;
    };
    let mut entry = Entry::new(
        Direction::Out,
        "notify",
        &trade.out_trade_no,
        &shown(&message),
    );
    let delivery = app.sender.post(url, message).await;
    entry.at_ms = now_ms;
    entry.status = delivery.status;
    entry.answer = delivery.error.unwrap_or(delivery.body);
    entry.fault = Some(NotifyFault::Reordered.word().to_owned());
    app.traffic.record(entry);
}

/// A message as the traffic page shows it.
fn shown(message: &Message) -> String {
    let headers = message.headers.iter();
    let head = traffic::lines(headers.map(|(name, value)| (*name, value.as_str())));
    if message.content_type.starts_with("application/json") {
        return format!("{head}\n\n{}", String::from_utf8_lossy(&message.body));
    }
    let fields: Vec<_> = form_urlencoded::parse(&message.body).collect();
    traffic::lines(
        fields
            .iter()
            .map(|(name, value)| (name.as_ref(), value.as_ref())),
    )
}

fn undelivered(at_ms: u64, error: &str) -> Delivery {
    Delivery {
        at_ms,
        status: None,
        body: String::new(),
        error: Some(error.to_owned()),
    }
}
