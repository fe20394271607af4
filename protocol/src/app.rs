//! The native app: the order string that Alipay's SDK takes, and the result that it gives back.
//!
//! # Example
//!
//! What to do with a result before anything in it is verified:
//!
//! ```
//! use alipay_protocol::app::{AppResult, NextStep, ResultStatus};
//!
//! let result = AppResult::parse("resultStatus={6001};memo={};result={}")?;
//! assert_eq!(result.status(), ResultStatus::Cancelled);
//! assert_eq!(result.status().next_step(), NextStep::OfferAgain);
//! // Even "paid" is only a reason to ask Alipay.
//! assert_eq!(ResultStatus::parse("9000").next_step(), NextStep::Query);
//! # Ok::<(), alipay_protocol::app::AppResultError>(())
//! ```

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
