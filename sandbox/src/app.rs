//! What every route shares.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use tokio::sync::{Notify, broadcast};

use crate::{
    Config, SandboxError,
    antom::Account,
    clock,
    faults::{Faults, RefundFault},
    gateway_time::GatewayTime,
    random,
    sender::Sender,
    shopper::Shopper,
    sign::Keys,
    store::Store,
    trade::{Moment, Trade},
    traffic::Traffic,
};

/// The running stand-in.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) partner: String,
    pub(crate) speedup: u32,
    pub(crate) keys: Keys,
    pub(crate) antom: Option<Account>,
    pub(crate) store: Store,
    pub(crate) sender: Sender,
    /// Wakes the notifier when something became due earlier than it knows.
    pub(crate) wake: Notify,
    pub(crate) traffic: Traffic,
    /// The `out_trade_no` of each payment that has just changed, for the desktop page that waits.
    changes: broadcast::Sender<String>,
    faults: Mutex<Faults>,
    /// The faults that the program was started with.
    first_faults: Faults,
    /// How many deliveries of a `notify_id` are on their way.
    on_their_way: Mutex<BTreeMap<String, u32>>,
    /// Makes the login cookies; a restart logs every shopper out.
    session_secret: String,
}

impl App {
    pub(crate) fn new(config: Config) -> Result<Self, SandboxError> {
        Ok(Self {
            store: Store::open(&config.state).map_err(SandboxError::State)?,
            partner: config.partner,
            speedup: config.speedup,
            keys: config.keys,
            antom: config.antom,
            sender: Sender::new(config.answer_deadline).map_err(SandboxError::Certificates)?,
            wake: Notify::new(),
            traffic: Traffic::new(),
            changes: broadcast::channel(64).0,
            faults: Mutex::new(config.faults.0.clone()),
            first_faults: config.faults.0,
            on_their_way: Mutex::default(),
            session_secret: random::hex(32).map_err(|_| SandboxError::Random)?,
        })
    }

    /// The faults in force.
    pub(crate) fn faults(&self) -> Faults {
        lock(&self.faults).clone()
    }

    /// The fault of the next refund, which it takes away.
    pub(crate) fn take_refund_fault(&self) -> Option<RefundFault> {
        lock(&self.faults).refund.take()
    }

    /// Sets the faults of the next payments.
    pub(crate) fn set_faults(&self, faults: Faults) {
        *lock(&self.faults) = faults;
    }

    /// Back to the faults that the program was started with.
    pub(crate) fn reset_faults(&self) -> Faults {
        self.set_faults(self.first_faults.clone());
        self.first_faults.clone()
    }

    /// Tells whoever waits for a payment that it has changed.
    pub(crate) fn tell(&self, out_trade_no: &str) {
        // Nobody may be waiting.
        let _ = self.changes.send(out_trade_no.to_owned());
    }

    /// The changes from now on.
    pub(crate) fn watch(&self) -> broadcast::Receiver<String> {
        self.changes.subscribe()
    }

    /// Counts a delivery of `notify_id` as on its way until the answer is dropped.
    pub(crate) fn depart(&self, notify_id: &str) -> OnItsWay<'_> {
        let mut on_their_way = lock(&self.on_their_way);
        let count = on_their_way.entry(notify_id.to_owned()).or_default();
        *count = count.saturating_add(1);
        OnItsWay {
            app: self,
            notify_id: notify_id.to_owned(),
        }
    }

    /// Whether a delivery of `notify_id` is on its way.
    pub(crate) fn is_on_its_way(&self, notify_id: &str) -> bool {
        lock(&self.on_their_way).contains_key(notify_id)
    }

    /// Time, faults and random numbers for a payment that may be made now.
    ///
    /// # Errors
    ///
    /// The operating system gives no random numbers.
    pub(crate) fn moment(&self, trade: &Trade) -> Result<Moment, getrandom::Error> {
        let now_ms = clock::now_ms();
        let date = GatewayTime::from_unix_ms(now_ms).compact_date();
        Ok(Moment {
            now_ms,
            // Date, the five digits that Alipay's samples share, and 15 of which nothing is known:
            // 28 in all.
            trade_no: format!("{date}21001{}", random::digits(15)?),
            notify_id: random::hex(17)?,
            faults: trade
                .faults
                .clone()
                .unwrap_or_else(|| self.faults())
                .spelled_out(),
        })
    }

    /// The cookie value of a shopper who has logged in for the trade `cashier_id`; without one, of a
    /// desktop browser that waits for it to be paid with a phone.
    pub(crate) fn session(&self, cashier_id: &str, shopper: Option<&Shopper>) -> String {
        let account = shopper.map_or("", |shopper| shopper.account);
        random::to_hex(&Sha256::digest(format!(
            "{} {cashier_id} {account}",
            self.session_secret
        )))
    }

    /// Whether `presented` is that cookie value.
    pub(crate) fn is_session(
        &self,
        cashier_id: &str,
        shopper: Option<&Shopper>,
        presented: &str,
    ) -> bool {
        let expected = self.session(cashier_id, shopper);
        bool::from(expected.as_bytes().ct_eq(presented.as_bytes()))
    }
}

/// A delivery between request and answer.
#[derive(Debug)]
pub(crate) struct OnItsWay<'a> {
    app: &'a App,
    notify_id: String,
}

impl Drop for OnItsWay<'_> {
    fn drop(&mut self) {
        let mut on_their_way = lock(&self.app.on_their_way);
        match on_their_way.get_mut(&self.notify_id) {
            Some(count) if *count > 1 => *count = count.saturating_sub(1),
            _ => {
                on_their_way.remove(&self.notify_id);
            }
        }
    }
}

/// Nothing is left half-changed under these locks, so a panic elsewhere does not matter.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
