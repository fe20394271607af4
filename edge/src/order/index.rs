//! How the index across orders hears of an order: from its alarm, after everything else, and again
//! until the index has taken it. A missing, failing or hanging index delays an alarm by its deadline
//! once in a while, and nothing more.

use super::object::OrderObject;
use super::store::{Store, integer};
use super::trail::lines;
use crate::admin::index::{Index, KeyUse, News};
use crate::config::Config;
use crate::log;
use crate::provider::Provider;
use serde::Deserialize;
use worker::Result;

use crate::clock::now_ms;

/// After the first failure, and at most: an index that is down is not asked by every order at once.
const RETRY_MS: u64 = 30_000;
const LONGEST_RETRY_MS: u64 = 3_600_000;

/// What the index has been told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
struct Told {
    /// The last audit line it knows of.
    seq: u64,
    /// The last audit line whose use of a key it knows of.
    used_seq: u64,
    failures: u32,
    retry_ms: u64,
}

impl OrderObject {
    /// Tells the index what has changed since it was told last.
    pub(super) async fn tell_index(&self, config: &Config, store: &Store) -> Result<()> {
        let (Some(index), Some(told)) = (Index::of(&self.env), store.told()?) else {
            return Ok(());
        };
        let now = now_ms();
        // A pause that is longer than any was begun by a clock that was ahead.
        let pauses = told.retry_ms > now && told.retry_ms <= now.saturating_add(LONGEST_RETRY_MS);
        if told.seq >= store.head()?.seq || pauses {
            return Ok(());
        }
        let Some(row) = store.row()? else {
            return Ok(());
        };
        // Before the network is touched, as with deliveries: whatever happens, it is tried again.
        store.set_told(Told {
            failures: told.failures.saturating_add(1),
            retry_ms: now.saturating_add(pause_ms(told.failures)),
            ..told
        })?;
        self.set_alarm(store, now).await?;
        let uses = store.key_uses(told.used_seq, row.provider, config)?;
        let registered = store.order()?.and_then(|order| order.account);
        let Some(account) = registered.or_else(|| config.account(row.provider)) else {
            return Ok(());
        };
        // What was told before stays as it is; after a rebuild the newest are told again.
        let attempts = store.attempts(told.seq)?;
        let news = News {
            row: &row,
            uses: &uses,
            attempts: &attempts,
        };
        match index.write(&account, &news).await {
            Ok(()) => store.set_told(Told {
                seq: row.revision,
                used_seq: row.revision,
                failures: 0,
                retry_ms: 0,
            }),
            Err(error) => {
                log::fault("index_failed", &error);
                Ok(())
            }
        }
    }
}

fn pause_ms(failures: u32) -> u64 {
    let doublings = 1_u64.checked_shl(failures.min(16)).unwrap_or(u64::MAX);
    RETRY_MS.saturating_mul(doublings).min(LONGEST_RETRY_MS)
}

impl Store {
    fn told(&self) -> Result<Option<Told>> {
        self.first(
            "SELECT told_seq AS seq, used_seq, failures, retry_ms FROM state",
            vec![],
        )
    }

    fn set_told(&self, told: Told) -> Result<()> {
        self.run(
            "UPDATE state SET told_seq = ?, used_seq = ?, failures = ?, retry_ms = ?",
            vec![
                integer(told.seq)?,
                integer(told.used_seq)?,
                integer(told.failures.into())?,
                integer(told.retry_ms)?,
            ],
        )
    }

    /// Has the index told everything, at once.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(super) fn tell_again(&self) -> Result<()> {
        self.run(
            "UPDATE state SET told_seq = 0, failures = 0, retry_ms = 0",
            vec![],
        )
    }

    /// The keys that were used since the audit line `after`.
    fn key_uses(&self, after: u64, provider: Provider, config: &Config) -> Result<Vec<KeyUse>> {
        #[derive(Deserialize)]
        struct Act {
            act: String,
            detail: String,
            at_ms: u64,
        }
        let acts: Vec<Act> = self.all(
            concat!(
                "SELECT act, detail, max(at_ms) AS at_ms FROM ",
                lines!(),
                " WHERE seq > ? \
             AND act IN ('registered', 'notified', 'asked', 'forwarded', 'refund_tried', \
             'token_opened', 'returned') \
             GROUP BY act, detail"
            ),
            vec![integer(after)?],
        )?;
        let mut uses: Vec<KeyUse> = Vec::new();
        for act in acts {
            for key in config
                .keys
                .iter()
                .filter(|key| key.used_by(provider, &act.act, &act.detail))
            {
                match uses.iter_mut().find(|one| one.name == key.name) {
                    Some(one) => one.last_ms = one.last_ms.max(act.at_ms),
                    None => uses.push(KeyUse {
                        name: key.name.to_owned(),
                        fingerprint: key.fingerprint.clone(),
                        last_ms: act.at_ms,
                    }),
                }
            }
        }
        Ok(uses)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour() {
        assert_eq!(
            [0, 1, 2, 6, 7, 100].map(pause_ms),
            [30_000, 60_000, 120_000, 1_920_000, 3_600_000, 3_600_000]
        );
    }
}
