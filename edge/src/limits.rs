//! How much is read of what comes from outside: one place, so that nothing is read without a bound, and each bound
//! has its reason. What is in a body is bounded again by whoever reads it.

use crate::token::MAX_TOKEN;
use alipay_protocol::antom::signature;
use alipay_protocol::form;

/// `POST /notify/gateway`: a genuine notification has about 600 bytes; the verifier reads no more than this either.
pub const NOTIFY_GATEWAY: usize = form::MAX_BODY;

/// `POST /notify/antom`, and Antom's answers: its verifier reads no more.
pub const ANTOM: usize = signature::MAX_BODY;

/// `POST /checkout` and `POST /pay`: the longest order token, and as much for names and percent signs.
pub const ORDER_TOKEN: usize = 2 * MAX_TOKEN;

/// `POST /app-result`: a result of the longest form (16 KiB), percent-encoded, and two short fields.
pub const APP_RESULT: usize = 64 * 1024;

/// What staff sends: two hundred numbers of 64 characters, and their quotation marks.
pub const ACT: usize = 16 * 1024;

/// The query with which a shopper comes back: a signed one has about 500 bytes; the runtime's own limit is 16 KB.
pub const RETURN_QUERY: usize = 4096;

/// The gateway's answer about a trade: the verifier reads no more.
pub const TRADE_ANSWER: usize = form::MAX_BODY;
