//! Alipay's times: `yyyy-MM-dd HH:mm:ss` at UTC+8, with no zone written.

/// What Beijing is ahead of UTC.
const BEIJING_AHEAD_S: u64 = 8 * 3600;

/// A moment as Alipay writes it. The prefix `gmt_` of its field names is Alipay's, not a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GatewayTime {
    year: u64,
    month: u64,
    day: u64,
    second_of_day: u64,
}

impl GatewayTime {
    /// Converts milliseconds since the Unix epoch.
    pub(crate) fn from_unix_ms(unix_ms: u64) -> Self {
        let beijing_s = (unix_ms / 1000).saturating_add(BEIJING_AHEAD_S);
        let (year, month, day) = civil_from_days(beijing_s / 86_400);
        Self {
            year,
            month,
            day,
            second_of_day: beijing_s % 86_400,
        }
    }

    /// `yyyy-MM-dd HH:mm:ss`.
    pub(crate) fn text(self) -> String {
        let (hour, minute) = (self.second_of_day / 3600, self.second_of_day / 60 % 60);
        let second = self.second_of_day % 60;
        format!(
            "{:04}-{:02}-{:02} {hour:02}:{minute:02}:{second:02}",
            self.year, self.month, self.day
        )
    }

    /// Year and month, to compare.
    pub(crate) fn month(self) -> (u64, u64) {
        (self.year, self.month)
    }

    /// `yyyyMMdd`, the start of a `trade_no`.
    pub(crate) fn compact_date(self) -> String {
        format!("{:04}{:02}{:02}", self.year, self.month, self.day)
    }
}

/// Year, month and day of a number of days since 1970-01-01, in the Gregorian calendar.
///
/// Counts from 1 March of year 0, so that the leap day is the last day of a year, and uses that
/// 400 years have 146 097 days and that five months from March on have 153.
fn civil_from_days(days: u64) -> (u64, u64, u64) {
    let shifted = days.saturating_add(719_468);
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let leap_days_removed = day_of_era
        .saturating_sub(day_of_era / 1_460)
        .saturating_add(day_of_era / 36_524)
        .saturating_sub(day_of_era / 146_096);
    let year_of_era = leap_days_removed / 365;
    let days_before_year = year_of_era
        .saturating_mul(365)
        .saturating_add(year_of_era / 4)
        .saturating_sub(year_of_era / 100);
    let day_of_year = day_of_era.saturating_sub(days_before_year);
    let month_from_march = day_of_year.saturating_mul(5).saturating_add(2) / 153;
    let days_before_month = month_from_march.saturating_mul(153).saturating_add(2) / 5;
    let day = day_of_year
        .saturating_sub(days_before_month)
        .saturating_add(1);
    let (month, carry) = if month_from_march < 10 {
        (month_from_march.saturating_add(3), 0)
    } else {
        (month_from_march.saturating_sub(9), 1)
    };
    let year = era
        .saturating_mul(400)
        .saturating_add(year_of_era)
        .saturating_add(carry);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::GatewayTime;

    /// Values from `TZ=Asia/Shanghai date -d @SECONDS '+%F %T'`.
    #[test]
    fn moments_are_written_in_beijing_time() {
        for (unix_s, expected) in [
            (0, "1970-01-01 08:00:00"),
            (951_753_600, "2000-02-29 00:00:00"),
            (951_839_999, "2000-02-29 23:59:59"),
            (951_840_000, "2000-03-01 00:00:00"),
            (1_523_441_548, "2018-04-11 18:12:28"),
            (1_704_038_399, "2023-12-31 23:59:59"),
            (1_704_038_400, "2024-01-01 00:00:00"),
            (4_107_484_800, "2100-02-28 16:00:00"),
            (4_107_513_600, "2100-03-01 00:00:00"),
        ] {
            assert_eq!(
                GatewayTime::from_unix_ms(unix_s * 1000).text(),
                expected,
                "{unix_s}"
            );
        }
    }

    #[test]
    fn trade_numbers_start_with_the_beijing_date() {
        assert_eq!(
            GatewayTime::from_unix_ms(1_704_038_400_000).compact_date(),
            "20240101"
        );
    }
}
