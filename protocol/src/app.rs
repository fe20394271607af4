//! The native app: the order string that Alipay's SDK takes, and the result that it gives back.

mod error;
mod order;
mod quoted;
mod result;
mod signed;
mod status;

pub use error::AppResultError;
pub use order::{AppRequest, AppRequestBuilder, OrderString, OrderStringError};
pub use result::{AppResult, MAX_RESULT};
pub use signed::SignedResult;
pub use status::{NextStep, ResultStatus};
