//! Rates: `YYYYMMDD|HHMMSS|CUR|rate|`.

use super::BadColumn;
use crate::gateway_time::GatewayTime;
use crate::money::Currency;

/// The most digits of a rate, on both sides of the point: KRW has had six behind it, and eight stand
/// in settlement files.
const MAX_DIGITS: usize = 15;

/// How many CNY one unit of a currency is worth, at a moment.
///
/// # Source
///
/// `docs/alipay/files.md` section 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    time: GatewayTime,
    code: String,
    units: u64,
    decimals: u32,
}

impl Rate {
    /// Since when the rate holds.
    #[must_use]
    pub fn time(&self) -> GatewayTime {
        self.time
    }

    /// The code of the currency: three capital letters.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The currency, or `None` if this crate does not know it: a new one must not hide the others.
    #[must_use]
    pub fn currency(&self) -> Option<Currency> {
        Currency::parse(&self.code).ok()
    }

    /// The rate as a whole number and the power of ten to divide it by: 0.05638 is `(5638, 5)`.
    #[must_use]
    pub fn scaled(&self) -> (u64, u32) {
        (self.units, self.decimals)
    }
}

pub(super) fn parse(line: &str) -> Result<Rate, BadColumn> {
    let columns: Vec<&str> = line.split('|').collect();
    let [date, time, code, rate, ""] = columns.as_slice() else {
        return Err(BadColumn("row"));
    };
    // Eight and six digits, so that no digit moves from the one to the other.
    let time = Some(format!("{date}{time}"))
        .filter(|_| date.len() == 8)
        .and_then(|text| GatewayTime::parse_compact(&text).ok())
        .ok_or(BadColumn("time"))?;
    if code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(BadColumn("currency"));
    }
    let (units, decimals) = decimal(rate).ok_or(BadColumn("rate"))?;
    Ok(Rate {
        time,
        code: (*code).to_owned(),
        units,
        decimals,
    })
}

/// Plain decimal text above zero.
fn decimal(text: &str) -> Option<(u64, u32)> {
    let (whole, fraction) = match text.split_once('.') {
        Some((_, "")) => return None,
        Some(halves) => halves,
        None => (text, ""),
    };
    let digits = format!("{whole}{fraction}");
    let needless_zero = whole.len() > 1 && whole.starts_with('0');
    if whole.is_empty()
        || needless_zero
        || digits.len() > MAX_DIGITS
        || !digits.bytes().all(|byte| byte.is_ascii_digit())
    {
        return None;
    }
    let units: u64 = digits.parse().ok().filter(|units| *units > 0)?;
    Some((units, u32::try_from(fraction.len()).ok()?))
}
