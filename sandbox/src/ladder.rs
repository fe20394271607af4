//! When a notification that was not acknowledged is sent again.

/// Seconds between the eight deliveries: 24 h 22 min in all.
///
/// # Source
///
/// `docs/alipay/notify.md` section 2. Alipay's pages also print 4 min for the first and 15 min for the third
/// interval; this is the variant that adds up to the 24 h 22 min they name.
const INTERVALS_S: [u64; 7] = [120, 600, 600, 3_600, 7_200, 21_600, 54_000];

/// Milliseconds between delivery number `done` and the next, `speedup` times as fast; `None` after
/// the eighth.
pub(crate) fn interval_ms(done: u32, speedup: u32) -> Option<u64> {
    let index = usize::try_from(done.checked_sub(1)?).ok()?;
    let interval_s = INTERVALS_S.get(index)?;
    interval_s
        .saturating_mul(1000)
        .checked_div(u64::from(speedup))
}

#[cfg(test)]
mod tests {
    use super::interval_ms;

    #[test]
    fn eight_deliveries_within_24_hours_and_22_minutes() {
        let intervals: Vec<_> = (1..).map_while(|done| interval_ms(done, 1)).collect();
        assert_eq!(
            intervals,
            [
                120_000, 600_000, 600_000, 3_600_000, 7_200_000, 21_600_000, 54_000_000
            ]
        );
        assert_eq!(intervals.iter().sum::<u64>(), (24 * 60 + 22) * 60_000);
    }

    #[test]
    fn speedup_divides_every_interval() {
        for (done, speedup, expected) in [
            (1, 60, Some(2_000)),
            (7, 60, Some(900_000)),
            (1, 120_000, Some(1)),
            (8, 60, None),
        ] {
            assert_eq!(interval_ms(done, speedup), expected, "{done} {speedup}");
        }
    }

    #[test]
    fn no_interval_before_the_first_delivery() {
        assert_eq!(interval_ms(0, 1), None);
    }
}
