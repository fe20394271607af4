//! The times in Antom's headers and messages.

use std::fmt;

use thiserror::Error;

use crate::gateway_time::GatewayTime;

/// Milliseconds by which Beijing's clock is ahead of UTC.
const BEIJING_MS: i64 = 8 * 60 * 60 * 1000;
/// The moments that have thirteen digits of milliseconds: the years 2001 to 2286.
const THIRTEEN_DIGITS: std::ops::RangeInclusive<i64> = 1_000_000_000_000..=9_999_999_999_999;
/// The furthest a zone is from UTC: Kiribati's +14:00.
const MAX_ZONE_HOURS: i64 = 14;

/// A moment as Antom writes it: the text, which is signed as it stands, and what it means.
///
/// Two shapes: thirteen digits of Unix milliseconds, or ISO 8601 with a zone,
/// `2019-07-12T12:08:56+05:30`. Antom's pages and official libraries write both. No valid time
/// followed by a point begins another, so that the signed text can be split in one way only.
///
/// # Source
///
/// `docs/alipay/antom.md` section 3; vectors `ambig-body-shift`, `resp-iso-z-java`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AntomTime {
    text: String,
    unix_ms: i64,
}

impl AntomTime {
    /// Reads a time in one of the two shapes.
    ///
    /// Seconds may have 1 to 9 decimals, of which those beyond milliseconds are not kept in
    /// [`unix_ms`](Self::unix_ms); the zone is `Z`, `+hh:mm` or `+hhmm`.
    ///
    /// # Errors
    ///
    /// * [`InvalidTime`] – another shape, a day or time that does not exist (a leap second included),
    ///   no zone, or a year before 1970.
    pub fn parse(text: &str) -> Result<Self, InvalidTime> {
        let unix_ms = if text.bytes().all(|byte| byte.is_ascii_digit()) {
            text.parse()
                .ok()
                .filter(|unix_ms| text.len() == 13 && THIRTEEN_DIGITS.contains(unix_ms))
        } else {
            iso_ms(text)
        };
        Ok(Self {
            text: text.to_owned(),
            unix_ms: unix_ms.ok_or(InvalidTime)?,
        })
    }

    /// Makes the time of a request: thirteen digits of milliseconds.
    ///
    /// # Errors
    ///
    /// * [`InvalidTime`] – not a moment of the years 2001 to 2286.
    pub fn from_unix_ms(unix_ms: i64) -> Result<Self, InvalidTime> {
        if !THIRTEEN_DIGITS.contains(&unix_ms) {
            return Err(InvalidTime);
        }
        Ok(Self {
            text: unix_ms.to_string(),
            unix_ms,
        })
    }

    /// Makes a time to the second in ISO 8601, on Beijing's clock as Antom writes it.
    ///
    /// # Errors
    ///
    /// * [`InvalidTime`] – Beijing's year is not 1970 to 9999.
    pub fn iso(unix_s: i64) -> Result<Self, InvalidTime> {
        let time = GatewayTime::from_unix_s(unix_s).map_err(|_| InvalidTime)?;
        Ok(Self {
            text: format!("{}+08:00", time.to_string().replace(' ', "T")),
            unix_ms: unix_s.checked_mul(1000).ok_or(InvalidTime)?,
        })
    }

    /// The text as received or sent: what is signed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The moment in Unix milliseconds.
    #[must_use]
    pub fn unix_ms(&self) -> i64 {
        self.unix_ms
    }

    /// How old the moment is at `now_unix_ms`, in milliseconds; negative if it lies ahead.
    ///
    /// A soft sign only. Antom repeats a notification for 24 hours, and whether it signs each
    /// repetition anew is not documented: a window of less than 25 hours could refuse real ones.
    ///
    /// # Source
    ///
    /// `docs/alipay/antom.md` sections 6 and 10.
    #[must_use]
    pub fn age_ms(&self, now_unix_ms: i64) -> i64 {
        now_unix_ms.saturating_sub(self.unix_ms)
    }
}

impl fmt::Display for AntomTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Why a text or a number is not a time of Antom's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("time must be 13 digits of milliseconds, or ISO 8601 with a zone")]
pub struct InvalidTime;

/// `yyyy-MM-ddTHH:mm:ss`, up to nine decimals, and a zone.
fn iso_ms(text: &str) -> Option<i64> {
    let (moment, rest) = text.split_at_checked(19)?;
    let (day, clock) = moment.split_once('T')?;
    // Read as if it were Beijing's clock, which knows every rule of the calendar, then moved.
    let beijing = GatewayTime::parse(&format!("{day} {clock}")).ok()?;
    let (decimals, zone) = match rest.strip_prefix('.') {
        Some(rest) => rest.split_at_checked(rest.find(|c: char| !c.is_ascii_digit())?)?,
        None => ("0", rest),
    };
    if !(1..=9).contains(&decimals.len()) {
        return None;
    }
    let millis: i64 = format!("{decimals:0<3}").get(..3)?.parse().ok()?;
    beijing
        .unix_s()
        .checked_mul(1000)?
        .checked_add(BEIJING_MS)?
        .checked_add(millis)?
        .checked_sub(zone_ms(zone)?)
}

fn zone_ms(zone: &str) -> Option<i64> {
    if zone == "Z" {
        return Some(0);
    }
    let (sign, digits) = zone.split_at_checked(1)?;
    let sign = match sign {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let (hours, minutes) = match digits.len() {
        4 => digits.split_at_checked(2)?,
        5 => digits.split_once(':')?,
        _ => return None,
    };
    let number = |text: &str| -> Option<i64> {
        let plain = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| text.parse().ok())?
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    if hours > MAX_ZONE_HOURS || minutes > 59 {
        return None;
    }
    hours
        .checked_mul(60)?
        .checked_add(minutes)?
        .checked_mul(60_000)?
        .checked_mul(sign)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{AntomTime, InvalidTime};

    #[test]
    fn both_shapes_mean_their_moment() {
        // Unix seconds from `date -ud '…' +%s` of GNU coreutils.
        let cases = [
            ("1685599933871", 1_685_599_933_871),
            ("2019-07-12T12:08:56+05:30", 1_562_913_536_000),
            ("2019-01-01T01:01:01Z", 1_546_304_461_000),
            ("2021-08-04T16:52:40+08:00", 1_628_067_160_000),
            ("2021-08-04T01:52:37-07:00", 1_628_067_157_000),
            // PHP's and .NET's ways.
            ("2021-08-04T16:52:40+0800", 1_628_067_160_000),
            ("2021-08-04T16:52:40.1234567+08:00", 1_628_067_160_123),
            ("2021-08-04T16:52:40.5Z", 1_628_095_960_500),
            ("1970-01-01T00:00:00Z", 0),
        ];
        for (text, unix_ms) in cases {
            let time = AntomTime::parse(text).unwrap();
            assert_eq!(time.unix_ms(), unix_ms, "{text}");
            assert_eq!(time.as_str(), text);
        }
    }

    #[test]
    fn text_of_another_shape_or_of_no_moment_rejected() {
        for text in [
            "",
            "2019",
            "2019.2026",
            "1562913536",
            "0562913536000",
            "01685599933871",
            "16855999338710",
            "-685599933871",
            "+685599933871",
            " 1685599933871",
            "2019-07-12T12:08:56",
            "2019-07-12 12:08:56Z",
            "2019-07-12t12:08:56z",
            "2019-07-12T12:08Z",
            "2019-07-12T12:08:56.Z",
            "2019-07-12T12:08:56.1234567890Z",
            "2019-07-12T12:08:56.12",
            "2019-07-12T12:08:56,5Z",
            "2019-07-12T12:08:56+5:30",
            "2019-07-12T12:08:56+05",
            "2019-07-12T12:08:56+05-30",
            "2019-07-12T12:08:56+15:00",
            "2019-07-12T12:08:56+05:60",
            "2019-07-12T12:08:56ZZ",
            "2019-07-12T12:08:56Z.1",
            "2019-02-29T00:00:00Z",
            "2019-07-12T24:00:00Z",
            "2016-12-31T23:59:60Z",
            "1969-12-31T23:59:59Z",
            "2019-07-12T12:08:5６Z",
        ] {
            assert_eq!(AntomTime::parse(text), Err(InvalidTime), "{text:?}");
        }
    }

    #[test]
    fn times_we_write_are_read_back() {
        let request = AntomTime::from_unix_ms(1_685_599_933_871).unwrap();
        assert_eq!(request.as_str(), "1685599933871");
        assert_eq!(AntomTime::parse(request.as_str()), Ok(request));
        let iso = AntomTime::iso(1_628_067_160).unwrap();
        assert_eq!(iso.to_string(), "2021-08-04T16:52:40+08:00");
        assert_eq!(AntomTime::parse(iso.as_str()), Ok(iso));
        for unix_ms in [0, 999_999_999_999, 10_000_000_000_000, i64::MIN] {
            assert_eq!(AntomTime::from_unix_ms(unix_ms), Err(InvalidTime));
        }
        assert_eq!(AntomTime::iso(i64::MAX), Err(InvalidTime));
    }

    #[test]
    fn age_is_negative_for_a_moment_ahead() {
        let time = AntomTime::from_unix_ms(1_685_599_933_871).unwrap();
        assert_eq!(time.age_ms(1_685_599_934_871), 1000);
        assert_eq!(time.age_ms(1_685_599_933_871), 0);
        assert_eq!(time.age_ms(1_685_599_933_000), -871);
        assert_eq!(time.age_ms(i64::MIN), i64::MIN);
    }

    proptest! {
        /// Why the signed text can be split in one way only: behind a valid time comes a point, and
        /// no longer valid time goes on with a point there.
        #[test]
        fn no_time_and_a_point_begins_another_time(
            unix_s in 0_i64..4_000_000_000,
            decimals in "(\\.[0-9]{1,9})?",
            zone in "Z|[+-]0[0-9]:?[0-5][0-9]",
        ) {
            let text = AntomTime::iso(unix_s).unwrap().to_string();
            let text = format!("{}{decimals}{zone}", text.trim_end_matches("+08:00"));
            for (point, _) in text.match_indices('.') {
                prop_assert_eq!(AntomTime::parse(text.get(..point).unwrap()), Err(InvalidTime));
            }
        }
    }
}
