//! The gateway's time: `yyyy-MM-dd HH:mm:ss` on Beijing's clock, without a zone.

mod date;

use std::fmt;

use thiserror::Error;

pub use date::GatewayDate;

/// Seconds by which Beijing's clock (UTC+8, no summer time since 1991) is ahead of UTC.
pub const OFFSET_S: i64 = 8 * 60 * 60;
const DAY_S: i64 = 24 * 60 * 60;
/// Beijing's 1970-01-01 00:00:00 and 9999-12-31 23:59:59: four digits for the year, and nothing of
/// Alipay's is older than Unix time.
const RANGE_S: std::ops::RangeInclusive<i64> = -OFFSET_S..=253_402_271_999;

/// A moment as the gateway writes it, kept as Unix seconds.
///
/// The wire's text is on Beijing's clock (UTC+8) and names no zone; the prefix `gmt_` of some fields
/// is Alipay's habit, not a fact.
///
/// # Source
///
/// `docs/alipay/notify.md` section 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GatewayTime {
    unix_s: i64,
}

impl GatewayTime {
    /// Reads `yyyy-MM-dd HH:mm:ss`, exactly 19 characters, as Beijing's time.
    ///
    /// # Errors
    ///
    /// * [`InvalidGatewayTime`] – another shape, a day or time that does not exist (a leap second
    ///   included), or a year before 1970.
    pub fn parse(text: &str) -> Result<Self, InvalidGatewayTime> {
        parse(text)
            .map(|unix_s| Self { unix_s })
            .ok_or(InvalidGatewayTime)
    }

    /// Makes a gateway time of Unix seconds.
    ///
    /// # Errors
    ///
    /// * [`InvalidGatewayTime`] – Beijing's year is not 1970 to 9999.
    pub fn from_unix_s(unix_s: i64) -> Result<Self, InvalidGatewayTime> {
        if !RANGE_S.contains(&unix_s) {
            return Err(InvalidGatewayTime);
        }
        Ok(Self { unix_s })
    }

    /// The moment in Unix seconds.
    #[must_use]
    pub fn unix_s(self) -> i64 {
        self.unix_s
    }
}

/// Writes the wire's text.
impl fmt::Display for GatewayTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Invariant: the constructors keep `unix_s` in `RANGE_S`, far from the ends of an i64.
        let local = self.unix_s.saturating_add(OFFSET_S);
        let (year, month, day) = civil(local.div_euclid(DAY_S));
        let second = local.rem_euclid(DAY_S);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"
        )
    }
}

/// Why a text or a number is not a gateway time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("time must be yyyy-MM-dd HH:mm:ss, an existing moment from 1970 to 9999")]
pub struct InvalidGatewayTime;

fn parse(text: &str) -> Option<i64> {
    let bytes: &[u8; 19] = text.as_bytes().try_into().ok()?;
    let shape = b"0000-00-00 00:00:00";
    let fits = |(byte, want): (&u8, &u8)| {
        if *want == b'0' {
            byte.is_ascii_digit()
        } else {
            byte == want
        }
    };
    if !bytes.iter().zip(shape).all(fits) {
        return None;
    }
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if year < 1970 || !(1..=12).contains(&month) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let days = days(year, month, day)?;
    // A day that does not exist (31 April) would come out as another one.
    if civil(days) != (year, month, day) {
        return None;
    }
    days.checked_mul(DAY_S)?
        .checked_add(hour.checked_mul(3600)?)?
        .checked_add(minute.checked_mul(60)?)?
        .checked_add(second)?
        .checked_sub(OFFSET_S)
}

/// Days from 1970-01-01 to a civil date. The year is counted from March, so that the leap day is its
/// last and the months before it have the lengths 31, 30, 31, 30, 31, again and again.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let (year, month) = if month > 2 {
        (year, month.checked_sub(3)?)
    } else {
        (year.checked_sub(1)?, month.checked_add(9)?)
    };
    let of_years = year
        .checked_mul(365)?
        .checked_add(year.div_euclid(4))?
        .checked_sub(year.div_euclid(100))?
        .checked_add(year.div_euclid(400))?;
    let of_months = month.checked_mul(153)?.checked_add(2)? / 5;
    // 719 469 days lie between 0000-03-01 less one day and 1970-01-01.
    of_years
        .checked_add(of_months)?
        .checked_add(day)?
        .checked_sub(719_469)
}

/// Days from 1970-01-01 to the day on Beijing's clock.
fn local_days(time: GatewayTime) -> i64 {
    // Invariant: the constructors keep `unix_s` in `RANGE_S`, far from the ends of an i64.
    time.unix_s.saturating_add(OFFSET_S).div_euclid(DAY_S)
}

/// The civil date (year, month, day) of a number of days since 1970-01-01, which must be of the years
/// 1970 to 9999: found by counting years down from a guess that is never too small.
fn civil(days_since_1970: i64) -> (i64, i64, i64) {
    let mut year = (days_since_1970 / 365).saturating_add(1970);
    let starts = |year: i64, month: i64| days(year, month, 1).unwrap_or(i64::MAX);
    while starts(year, 1) > days_since_1970 {
        year = year.saturating_sub(1);
    }
    let mut month = 12;
    while month > 1 && starts(year, month) > days_since_1970 {
        month = month.saturating_sub(1);
    }
    (
        year,
        month,
        days_since_1970
            .saturating_sub(starts(year, month))
            .saturating_add(1),
    )
}

#[cfg(test)]
mod tests {
    use super::{GatewayTime, InvalidGatewayTime};

    #[test]
    fn beijing_text_is_eight_hours_ahead_of_unix_time() {
        // Unix seconds from `date -ud '…' +%s` of GNU coreutils.
        let cases = [
            ("1970-01-01 00:00:00", -28_800),
            ("1970-01-01 08:00:00", 0),
            ("2000-02-29 23:59:59", 951_839_999),
            ("2013-09-02 10:41:43", 1_378_089_703),
            ("2018-04-11 18:12:28", 1_523_441_548),
            ("2024-12-31 23:59:59", 1_735_660_799),
            ("2100-03-01 00:00:00", 4_107_513_600),
            ("9999-12-31 23:59:59", 253_402_271_999),
        ];
        for (text, unix_s) in cases {
            let time = GatewayTime::parse(text).unwrap();
            assert_eq!(time.unix_s(), unix_s, "{text}");
            assert_eq!(time.to_string(), text);
            assert_eq!(GatewayTime::from_unix_s(unix_s), Ok(time));
        }
    }

    #[test]
    fn text_of_another_shape_or_of_no_moment_rejected() {
        let texts = [
            "",
            "2024-03-05",
            "2024-03-05T10:20:30",
            "2024-03-05 10:20:30 ",
            " 2024-03-05 10:20:30",
            "2024-03-05 10:20:3",
            "2024-3-05 10:20:300",
            "+024-03-05 10:20:30",
            "2024-03-05 +1:20:30",
            "2023-02-29 00:00:00",
            "2100-02-29 00:00:00",
            "2024-04-31 00:00:00",
            "2024-00-10 00:00:00",
            "2024-13-10 00:00:00",
            "2024-01-00 00:00:00",
            "2024-01-32 00:00:00",
            "2024-01-01 24:00:00",
            "2024-01-01 00:60:00",
            "2016-12-31 23:59:60",
            "1969-12-31 23:59:59",
        ];
        for text in texts {
            assert_eq!(
                GatewayTime::parse(text),
                Err(InvalidGatewayTime),
                "{text:?}"
            );
        }
    }

    #[test]
    fn unix_seconds_outside_the_range_rejected() {
        for unix_s in [-28_801, 253_402_272_000, i64::MIN, i64::MAX] {
            assert_eq!(
                GatewayTime::from_unix_s(unix_s),
                Err(InvalidGatewayTime),
                "{unix_s}"
            );
        }
    }
}
