//! A change as a whole or not at all. The runtime commits together what is written without an `await`
//! between, but it takes nothing back when one of several statements fails: without this, the first half
//! of a change would be committed.

use super::store::Store;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::{Error, Result};

#[wasm_bindgen]
extern "C" {
    /// An object's storage, as far as the `worker` crate does not bind it.
    #[derive(Clone, Debug)]
    pub(super) type Whole;

    /// Runs `work`, and takes back what it wrote when it throws.
    #[wasm_bindgen(method, catch, js_name = transactionSync)]
    fn transaction_sync(
        this: &Whole,
        work: &mut dyn FnMut() -> std::result::Result<(), JsValue>,
    ) -> std::result::Result<(), JsValue>;
}

impl Store {
    /// Runs `work`; when it fails nothing of what it wrote is left. Reading needs none of this.
    ///
    /// # Errors
    ///
    /// That of `work`, or when the database fails.
    pub fn whole<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let mut work = Some(work);
        let mut outcome = None;
        let ended = self.storage.transaction_sync(&mut || {
            let Some(work) = work.take() else {
                return Err(JsValue::NULL);
            };
            match work() {
                Ok(value) => {
                    outcome = Some(value);
                    Ok(())
                }
                // Thrown through the runtime, which takes everything back on its way.
                Err(error) => Err(error.into()),
            }
        });
        match (ended, outcome) {
            (Ok(()), Some(value)) => Ok(value),
            (Ok(()), None) => Err(Error::from("the work was not done")),
            (Err(error), _) => {
                self.forget();
                Err(Error::from(error))
            }
        }
    }

    /// Runs `work`, which writes by one statement at most. That is whole by itself, and a transaction of its own
    /// costs more than the statement; but nobody knows whether one that failed has written.
    ///
    /// # Errors
    ///
    /// That of `work`.
    pub fn single<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        work().inspect_err(|_| self.forget())
    }

    /// What was read before may have been taken back.
    fn forget(&self) {
        *self.head.borrow_mut() = None;
        *self.remembered.borrow_mut() = None;
    }
}
