//! A day on Beijing's clock.

use std::fmt;

use super::{GatewayTime, InvalidGatewayTime, civil, days, local_days};

/// A day on Beijing's clock, as the gateway writes it in requests for files: `yyyyMMdd`.
///
/// # Source
///
/// `docs/alipay/files.md` section 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GatewayDate {
    days_since_1970: i64,
}

impl GatewayDate {
    /// Reads `yyyyMMdd`.
    ///
    /// # Errors
    ///
    /// * [`InvalidGatewayTime`] – another shape, a day that does not exist, or a year before 1970.
    pub fn parse(text: &str) -> Result<Self, InvalidGatewayTime> {
        parse(text)
            .map(|days_since_1970| Self { days_since_1970 })
            .ok_or(InvalidGatewayTime)
    }

    /// How many days `self` is behind `earlier`; negative if it is before.
    #[must_use]
    pub fn days_since(self, earlier: Self) -> i64 {
        // Invariant: both are days of the years 1970 to 9999.
        self.days_since_1970.saturating_sub(earlier.days_since_1970)
    }
}

/// Writes the wire's text.
impl fmt::Display for GatewayDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil(self.days_since_1970);
        write!(f, "{year:04}{month:02}{day:02}")
    }
}

impl GatewayTime {
    /// The day on Beijing's clock.
    #[must_use]
    pub fn date(self) -> GatewayDate {
        GatewayDate {
            days_since_1970: local_days(self),
        }
    }

    /// Reads `yyyyMMddHHmmss`, exactly 14 digits, as Beijing's time.
    ///
    /// # Errors
    ///
    /// * [`InvalidGatewayTime`] – another shape or a moment that does not exist.
    pub fn parse_compact(text: &str) -> Result<Self, InvalidGatewayTime> {
        if text.len() != 14 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(InvalidGatewayTime);
        }
        let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
        Self::parse(&format!(
            "{}-{}-{} {}:{}:{}",
            part(0, 4),
            part(4, 6),
            part(6, 8),
            part(8, 10),
            part(10, 12),
            part(12, 14)
        ))
    }

    /// Writes `yyyyMMddHHmmss`, the form of `gmt_return`.
    #[must_use]
    pub fn to_compact(self) -> String {
        self.to_string()
            .chars()
            .filter(char::is_ascii_digit)
            .collect()
    }
}

fn parse(text: &str) -> Option<i64> {
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let date = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    let (year, month, day) = date;
    if year < 1970 || !(1..=12).contains(&month) {
        return None;
    }
    days(year, month, day).filter(|days| civil(*days) == date)
}

#[cfg(test)]
mod tests {
    use super::{GatewayDate, GatewayTime, InvalidGatewayTime};

    #[test]
    fn day_begins_at_beijings_midnight() {
        for (time, date) in [
            ("2015-03-20 00:00:00", "20150320"),
            ("2015-03-20 23:59:59", "20150320"),
            ("1970-01-01 00:00:00", "19700101"),
            ("2000-02-29 07:59:59", "20000229"),
        ] {
            let day = GatewayTime::parse(time).unwrap().date();
            assert_eq!(day.to_string(), date);
            assert_eq!(GatewayDate::parse(date), Ok(day));
        }
    }

    #[test]
    fn days_are_counted_over_leap_days_and_years() {
        let day = |text| GatewayDate::parse(text).unwrap();
        assert_eq!(day("20120305").days_since(day("20120202")), 32);
        assert_eq!(day("20130101").days_since(day("20121231")), 1);
        assert_eq!(day("20121231").days_since(day("20130101")), -1);
    }

    #[test]
    fn text_of_no_day_or_moment_rejected() {
        // The last one stands in a public test.
        for text in [
            "",
            "2012022",
            "201202022",
            "2012-2-2",
            "20120230",
            "20121300",
            "19691231",
            "+2120202",
            "20122340",
        ] {
            assert_eq!(
                GatewayDate::parse(text),
                Err(InvalidGatewayTime),
                "{text:?}"
            );
        }
        for text in [
            "",
            "20150320",
            "20150320240000",
            "2015032012000",
            "2015032012000x",
        ] {
            assert_eq!(
                GatewayTime::parse_compact(text),
                Err(InvalidGatewayTime),
                "{text:?}"
            );
        }
    }

    #[test]
    fn compact_text_is_the_same_moment() {
        let time = GatewayTime::parse("2015-03-20 12:00:00").unwrap();
        assert_eq!(time.to_compact(), "20150320120000");
        assert_eq!(GatewayTime::parse_compact("20150320120000"), Ok(time));
    }
}
