//! The only place that reads the time.

use worker::Date;

/// Unix time in milliseconds. In the Worker it stands still between I/O operations.
#[must_use]
pub fn now_ms() -> u64 {
    Date::now().as_millis()
}

/// Unix time in seconds.
#[must_use]
pub fn now_s() -> u64 {
    now_ms().checked_div(1000).unwrap_or_default()
}
