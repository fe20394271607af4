//! Asking for a file.

use thiserror::Error;

use crate::backend::RsaBackend;
use crate::gateway_time::GatewayDate;
use crate::request::SignedRequest;
use crate::sign::{SignError, SigningKey};
use crate::trade::Partner;

/// The most days of a period, both ends included. Alipay says "over 10 days" and not how it counts.
pub const MAX_DAYS: i64 = 10;

/// The days that a file is about, both ends included, on Beijing's clock.
///
/// # Source
///
/// `docs/alipay/files.md` section 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    start_date: GatewayDate,
    end_date: GatewayDate,
}

impl Period {
    /// Makes a period of past days. `today` is Beijing's:
    /// [`GatewayTime::date`](crate::gateway_time::GatewayTime::date).
    ///
    /// # Errors
    ///
    /// * [`PeriodError::EndBeforeStart`] – the end is before the start.
    /// * [`PeriodError::TooLong`] – more than [`MAX_DAYS`].
    /// * [`PeriodError::NotBeforeToday`] – the end is today or later: its file is not there yet.
    pub fn new(
        start_date: GatewayDate,
        end_date: GatewayDate,
        today: GatewayDate,
    ) -> Result<Self, PeriodError> {
        if end_date < start_date {
            return Err(PeriodError::EndBeforeStart);
        }
        if end_date.days_since(start_date) >= MAX_DAYS {
            return Err(PeriodError::TooLong { limit: MAX_DAYS });
        }
        if end_date >= today {
            return Err(PeriodError::NotBeforeToday);
        }
        Ok(Self {
            start_date,
            end_date,
        })
    }
}

/// Why two days are not a period that Alipay has a file about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PeriodError {
    /// The end is before the start.
    #[error("end_date is before start_date")]
    EndBeforeStart,
    /// The end is today or later.
    #[error("end_date is not before today")]
    NotBeforeToday,
    /// Too many days.
    #[error("period is longer than {limit} days")]
    TooLong {
        /// The most days.
        limit: i64,
    },
}

/// A request for a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRequest {
    fields: Vec<(&'static str, String)>,
}

impl FileRequest {
    /// `forex_rate_file`: today's rates, set between 9:00 and 11:00 in Beijing. At most 100 times a
    /// day.
    #[must_use]
    pub fn rates(partner: &Partner) -> Self {
        Self::new("forex_rate_file", partner, None)
    }

    /// `forex_compare_file`: what was paid and refunded.
    #[must_use]
    pub fn compare(partner: &Partner, period: Period) -> Self {
        Self::new("forex_compare_file", partner, Some(period))
    }

    /// `forex_liquidation_file`: what was settled.
    #[must_use]
    pub fn liquidation(partner: &Partner, period: Period) -> Self {
        Self::new("forex_liquidation_file", partner, Some(period))
    }

    fn new(service: &'static str, partner: &Partner, period: Option<Period>) -> Self {
        // No `_input_charset`: that is how these services have been used, and a value here is ASCII in
        // every charset.
        let mut fields = vec![
            ("service", service.to_owned()),
            ("partner", partner.as_str().to_owned()),
        ];
        if let Some(period) = period {
            fields.push(("start_date", period.start_date.to_string()));
            fields.push(("end_date", period.end_date.to_string()));
        }
        Self { fields }
    }

    /// Signs the request. [`SignedRequest::url`] is then fetched with GET.
    ///
    /// # Errors
    ///
    /// * [`SignError`] – the backend could not sign; never with `MD5`.
    ///
    /// # Source
    ///
    /// `docs/alipay/files.md` section 2; the addresses of KA's tests.
    pub async fn sign(
        &self,
        key: &SigningKey,
        backend: &impl RsaBackend,
    ) -> Result<SignedRequest, SignError> {
        SignedRequest::sign(self.fields.clone(), key, backend).await
    }
}
