//! Giving money back: written down first, then Alipay is asked from the alarm, under the same number
//! until the outcome is known.

use super::object::OrderObject;
use super::refund::{Answer, Outcome, admit, judge, promised, wait_ms};
use super::refunds::Due;
use super::rpc::Reply;
use super::rpc::refund::{RefundAsked, RefundDenied, RefundState, RefundView};
use super::settle_refund::{Word, settle};
use super::state::Order;
use super::store::Store;
use crate::account;
use crate::antom;
use crate::clock::now_ms;
use crate::config::antom::Antom;
use crate::config::{Config, Gateway};
use crate::gateway::refund;
use crate::log;
use crate::provider::{Name, Provider};
use worker::Result;

/// While the account does not say when a refund may be asked for.
const SLOT_AGAIN_MS: u64 = 10_000;

/// A slot that was missed by more than this may be somebody else's time by now.
const SLOT_HOLDS_MS: u64 = 2_000;

/// More than anybody gives back in parts; a guard against growing without end.
const MAX_REFUNDS: usize = 100;

impl OrderObject {
    /// Writes a refund down, once for each number, and has it asked for at once.
    pub(super) async fn refund(&self, asked: &RefundAsked) -> Result<Reply> {
        let (store, config) = (self.store()?, self.config()?);
        let Some(order) = store.order()? else {
            return Ok(Reply::Unknown);
        };
        if let Some(reply) = known_or_denied(&order, &store.refunds()?, asked) {
            // The first time may have ended after it was written and before the alarm was set.
            self.set_alarm(store, now_ms()).await?;
            return Ok(reply);
        }
        let Some(payer) = Payer::of(&config, &order) else {
            return Ok(Reply::RefundDenied(RefundDenied::Unsupported));
        };
        // Before it is written: what breaks a rule of Alipay's must not become a refund.
        if let Err(field) = payer.admits(&config, &order, &view(asked, now_ms())) {
            return Ok(Reply::RefundDenied(RefundDenied::Parameter(field.into())));
        }
        // Alipay knows a refund by its number alone, whichever order it is of.
        let name = Name::new(order.terms.provider, &order.terms.out_trade_no);
        if !account::claim(&self.env, &config, name, &asked.out_return_no).await? {
            return Ok(Reply::RefundDenied(RefundDenied::Differs));
        }

        // Others may have been here in the meantime. From here on nothing waits.
        let Some(mut order) = store.order()? else {
            return Ok(Reply::Unknown);
        };
        if let Some(reply) = known_or_denied(&order, &store.refunds()?, asked) {
            return Ok(reply);
        }
        let now = now_ms();
        store.whole(|| {
            store.request_refund(asked, now)?;
            order.refunding = promised(&store.refunds()?);
            store.save(&order)?;
            let detail = format!(
                "{} {} {}",
                asked.out_return_no, asked.amount, asked.currency
            );
            store.audit_by(&asked.by, "refund_requested", &detail, now)
        })?;
        self.set_alarm(store, now).await?;
        Ok(Reply::Refund(Box::new(view(asked, now))))
    }

    /// Asks for the refunds that are due. Answers whether there is an event to forward.
    pub(super) async fn give_back_due(&self, config: &Config, store: &Store) -> Result<bool> {
        let mut news = false;
        for due in store.refunds_due(now_ms())? {
            if self.may_ask(config, store, &due).await? {
                news |= self.ask_for(config, store, &due).await?;
            }
        }
        Ok(news)
    }

    /// Whether the account lets this refund be asked for now; else it is put off until it does.
    async fn may_ask(&self, config: &Config, store: &Store, due: &Due) -> Result<bool> {
        let now = now_ms();
        let number = due.out_return_no.as_str();
        let holds = |slot: u64| now >= slot && now <= slot.saturating_add(SLOT_HOLDS_MS);
        if due.slot_ms.is_some_and(holds) {
            return Ok(true);
        }
        // Before the network is touched, as with deliveries: whatever happens, it is tried again.
        store.put_off_refund(number, now.saturating_add(SLOT_AGAIN_MS), None)?;
        self.set_alarm(store, now).await?;
        let provider = store.order()?.map(|order| order.terms.provider);
        let slot = account::slot(&self.env, config, provider.unwrap_or_default());
        let slot_ms = match slot.await {
            Ok(slot_ms) => slot_ms,
            Err(error) => {
                log::fault("account_failed", &error);
                return Ok(false);
            }
        };
        store.put_off_refund(number, slot_ms, Some(slot_ms))?;
        Ok(slot_ms <= now_ms())
    }

    /// One attempt. That it is made is durable before Alipay hears of it, with the time of the next.
    async fn ask_for(&self, config: &Config, store: &Store, due: &Due) -> Result<bool> {
        let number = due.out_return_no.as_str();
        let (Some(order), Some(refund)) = (store.order()?, store.refund_of(number)?) else {
            return Ok(false);
        };
        if refund.state.is_settled() {
            // By staff, while the account was asked.
            return Ok(false);
        }
        let now = now_ms();
        let attempt = due.attempts.saturating_add(1);
        let wait = wait_ms(attempt, getrandom::u32().unwrap_or_default());
        let guard = now.saturating_add(refund::DEADLINE_MS.into());
        store.whole(|| {
            store.begin_refund(number, guard.saturating_add(wait))?;
            store.audit("refund_tried", number, now)
        })?;
        self.set_alarm(store, now).await?;

        let answer = match Payer::of(config, &order) {
            Some(payer) => payer.ask(config, &order, &refund).await,
            None => Answer::NotAsked("not_configured"),
        };
        // Else a refusal of the next attempt could never settle anything.
        let forget = matches!(answer, Answer::NotAsked(_)) && !due.is_open();
        let outcome = judge(answer, due.is_open());
        let settled = store.whole(|| {
            if matches!(outcome, Outcome::Open(_)) {
                store.put_off_refund(number, now_ms().saturating_add(wait), None)?;
            }
            if forget {
                store.not_asked(number)?;
            }
            settle(config, store, number, &Word::of(&outcome))
        })?;
        if let Some(order) = settled {
            self.tell(&order);
        }
        Ok(matches!(outcome, Outcome::Done(_)))
    }
}

/// Who pays it back: whoever collected it.
enum Payer<'a> {
    Antom(&'a Antom),
    Gateway(&'a Gateway),
}

impl<'a> Payer<'a> {
    fn of(config: &'a Config, order: &Order) -> Option<Self> {
        if !config.is_account_of(order) {
            return None;
        }
        match order.terms.provider {
            Provider::Antom => config.antom.as_ref().map(Self::Antom),
            Provider::Gateway => config.gateway.as_ref().map(Self::Gateway),
        }
    }

    /// Whether the refund keeps every rule; else the member that breaks one.
    fn admits(
        &self,
        config: &Config,
        order: &Order,
        refund: &RefundView,
    ) -> std::result::Result<(), &'static str> {
        match self {
            Self::Antom(_) => antom::refund::request(config, order, refund).map(|_| ()),
            Self::Gateway(gateway) => refund::request(gateway, order, refund).map(|_| ()),
        }
    }

    async fn ask(&self, config: &Config, order: &Order, refund: &RefundView) -> Answer {
        match self {
            Self::Antom(antom) => antom::refund::ask(config, antom, order, refund).await,
            Self::Gateway(gateway) => refund::ask(gateway, order, refund).await,
        }
    }
}

fn known_or_denied(order: &Order, refunds: &[RefundView], asked: &RefundAsked) -> Option<Reply> {
    match admit(order, refunds, asked) {
        Ok(Some(known)) => Some(Reply::Refund(Box::new(known.clone()))),
        Ok(None) if refunds.len() >= MAX_REFUNDS => {
            Some(Reply::RefundDenied(RefundDenied::Exceeds))
        }
        Ok(None) => None,
        Err(denied) => Some(Reply::RefundDenied(denied)),
    }
}

/// A refund as it stands when it has just been asked for.
fn view(asked: &RefundAsked, now: u64) -> RefundView {
    RefundView {
        out_return_no: asked.out_return_no.clone(),
        amount: asked.amount,
        currency: asked.currency.clone(),
        reason: asked.reason.clone(),
        state: RefundState::Requested,
        code: String::new(),
        attempts: 0,
        by: asked.by.clone(),
        requested_ms: now,
        settled_ms: None,
        due_ms: Some(now),
    }
}
