//! What an admin request asks for: parameters, pages and cursors. Pure.

use crate::error::Failure;
use crate::order::rpc::view::{Row, status_name};
use crate::order::state::Status;
use base64ct::{Base64UrlUnpadded, Encoding};
use chrono::DateTime;
use serde::Serialize;

/// By a number of Alipay's, or by the beginning of the merchant's: each part has an index of its own.
/// '~' is above every character of an `out_trade_no`.
const BY_NUMBER: &str = " AND out_trade_no IN (\
    SELECT out_trade_no FROM orders WHERE partner = ?1 ->> 'partner' AND trade_no = ?1 ->> 'q' \
    UNION ALL SELECT out_trade_no FROM orders WHERE partner = ?1 ->> 'partner' \
    AND out_trade_no >= ?1 ->> 'q' AND out_trade_no < (?1 ->> 'q') || '~')";

/// The longest text in a parameter: a `trade_no` has at most 64 characters.
const MAX_TEXT: usize = 64;

/// Which orders, and which page of them.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Find {
    /// Whose index.
    pub partner: String,
    /// One status only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The beginning of `out_trade_no`, or a whole `trade_no`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// First heard of at this time or later, Unix milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<u64>,
    /// First heard of before this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<u64>,
    /// The last order of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_ms: Option<u64>,
    /// Its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// How many.
    pub limit: u64,
}

/// What a route reads from the query.
#[derive(Clone, Copy, Debug)]
pub struct Reads {
    /// Besides `limit` and `cursor`, what finds orders.
    pub filters: bool,
    /// Without `limit`.
    pub default_limit: u64,
    /// At most.
    pub max_limit: u64,
}

impl Find {
    /// Reads the query's parameters.
    ///
    /// # Errors
    ///
    /// [`Failure::Parameter`] with the first one that is unknown (then `query`), there twice, or
    /// not what it may be.
    pub fn read(
        partner: &str,
        parameters: &[(String, String)],
        reads: Reads,
    ) -> Result<Self, Failure> {
        let mut find = Self {
            partner: partner.to_owned(),
            limit: reads.default_limit,
            ..Self::default()
        };
        let mut seen: Vec<&'static str> = Vec::new();
        for (name, value) in parameters {
            let name = match name.as_str() {
                "limit" => "limit",
                "cursor" => "cursor",
                "status" if reads.filters => "status",
                "q" if reads.filters => "q",
                "from" if reads.filters => "from",
                "to" if reads.filters => "to",
                _ => return Err(Failure::Parameter("query")),
            };
            if seen.contains(&name) || !find.take(name, value, reads.max_limit) {
                return Err(Failure::Parameter(name));
            }
            seen.push(name);
        }
        Ok(find)
    }

    fn take(&mut self, name: &str, value: &str, max_limit: u64) -> bool {
        match name {
            "limit" => whole(value, 1, max_limit).is_some_and(|limit| {
                self.limit = limit;
                true
            }),
            "cursor" => self.go_on(value),
            "status" => {
                self.status = is_status(value).then(|| value.to_owned());
                self.status.is_some()
            }
            "q" => {
                self.q = is_number(value).then(|| value.to_owned());
                self.q.is_some()
            }
            "from" => {
                self.from = time(value);
                self.from.is_some()
            }
            _ => {
                self.to = time(value);
                self.to.is_some()
            }
        }
    }

    /// Begins after the page whose cursor this is; `false` where it is none.
    pub fn go_on(&mut self, cursor: &str) -> bool {
        cursor_of(cursor).is_some_and(|(at_ms, number)| {
            (self.after_ms, self.after) = (Some(at_ms), Some(number));
            true
        })
    }

    /// The conditions, as SQL over `?1`, this as JSON. Only what is asked for is in the text, so that
    /// the database finds the index that fits; no value ever is.
    #[must_use]
    pub fn conditions(&self) -> String {
        let mut sql = "partner = ?1 ->> 'partner'".to_owned();
        if self.q.is_some() {
            sql.push_str(BY_NUMBER);
        }
        let parts = [
            (self.status.is_some(), "status = ?1 ->> 'status'"),
            (self.from.is_some(), "created_ms >= ?1 ->> 'from'"),
            (self.to.is_some(), "created_ms < ?1 ->> 'to'"),
        ];
        for (_, part) in parts.iter().filter(|(asked, _)| *asked) {
            sql.push_str(" AND ");
            sql.push_str(self.unindexed());
            sql.push_str(part);
        }
        if self.after.is_some() {
            sql.push_str(" AND (");
            sql.push_str(self.unindexed());
            sql.push_str("created_ms, out_trade_no) < (?1 ->> 'after_ms', ?1 ->> 'after')");
        }
        sql
    }

    /// Newest first, as SQL.
    #[must_use]
    pub fn order(&self) -> String {
        format!("{}created_ms DESC, out_trade_no DESC", self.unindexed())
    }

    /// Stands before a column whose index must not be used. Who looks for a number means one order or
    /// few; an index by time would have all orders read that are newer, one after another.
    const fn unindexed(&self) -> &'static str {
        if self.q.is_some() { "+" } else { "" }
    }

    /// The cursor of the next page: where this one was full.
    #[must_use]
    pub fn next(&self, rows: &[Row]) -> Option<String> {
        let full = u64::try_from(rows.len()).is_ok_and(|rows| rows >= self.limit);
        let last = rows.last().filter(|_| full)?;
        let text = format!("{}.{}", last.created_ms, last.out_trade_no);
        Some(Base64UrlUnpadded::encode_string(text.as_bytes()))
    }
}

fn cursor_of(text: &str) -> Option<(u64, String)> {
    let bytes = Base64UrlUnpadded::decode_vec(text).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (at_ms, number) = text.split_once('.')?;
    is_number(number).then(|| Some((whole(at_ms, 0, MAX_MS)?, number.to_owned())))?
}

/// The year 9999, the last that RFC 3339 writes.
const MAX_MS: u64 = 253_402_300_799_999;

/// A whole number in decimal digits, within bounds.
#[must_use]
pub fn whole(text: &str, least: u64, most: u64) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let value = text.parse().ok().filter(|_| digits)?;
    (least..=most).contains(&value).then_some(value)
}

fn time(text: &str) -> Option<u64> {
    let time = DateTime::parse_from_rfc3339(text).ok()?;
    u64::try_from(time.timestamp_millis()).ok()
}

fn is_number(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    (1..=MAX_TEXT).contains(&text.len()) && text.bytes().all(plain)
}

fn is_status(text: &str) -> bool {
    [
        None,
        Some(Status::Created),
        Some(Status::Redirected),
        Some(Status::Paid),
        Some(Status::Closed),
        Some(Status::Refunded),
    ]
    .into_iter()
    .any(|status| status_name(status) == text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::Provider;

    const READS: Reads = Reads {
        filters: true,
        default_limit: 50,
        max_limit: 200,
    };

    fn read(query: &str) -> Result<Find, Failure> {
        let pairs = url::form_urlencoded::parse(query.as_bytes());
        Find::read("2088", &pairs.into_owned().collect::<Vec<_>>(), READS)
    }

    fn row(created_ms: u64, number: &str) -> Row {
        Row {
            provider: Provider::Gateway,
            out_trade_no: number.into(),
            status: "paid".into(),
            amount: Some(1),
            currency: Some("USD".into()),
            trade_no: None,
            created_ms,
            updated_ms: created_ms,
            waiting: 0,
            dead: 0,
            quarantined: 0,
            asked: 0,
            due_ms: None,
            revision: 1,
        }
    }

    #[test]
    fn nothing_asked_finds_everything() {
        let find = read("").unwrap();
        assert_eq!(find.limit, 50);
        assert_eq!(find.conditions(), "partner = ?1 ->> 'partner'");
    }

    #[test]
    fn a_cursor_leads_to_what_follows_and_a_page_that_is_not_full_has_none() {
        let first = read("limit=2").unwrap();
        let cursor = first.next(&[row(7, "A1"), row(5, "A_2-x")]).unwrap();
        let second = read(&format!("limit=2&cursor={cursor}")).unwrap();
        assert_eq!(second.after_ms, Some(5));
        assert_eq!(second.after.as_deref(), Some("A_2-x"));
        assert_eq!(second.next(&[row(4, "A3")]), None);
    }

    #[test]
    fn every_filter_is_a_condition() {
        let find =
            read("status=paid&q=A1&from=2026-11-21T10:00:00Z&to=2026-11-22T18:00:00%2B08:00")
                .unwrap();
        assert_eq!(find.from, Some(1_795_255_200_000));
        assert_eq!(find.to, Some(1_795_341_600_000));
        let sql = find.conditions();
        for part in ["'status'", "'q'", "'from'", "'to'"] {
            assert!(sql.contains(part), "{part}");
        }
    }

    #[test]
    fn who_looks_for_a_number_uses_no_index_by_time_or_status() {
        let find = read("status=paid&q=A1&from=2026-11-21T10:00:00Z").unwrap();
        assert_eq!(find.order(), "+created_ms DESC, out_trade_no DESC");
        let rest = find
            .conditions()
            .split_off("partner = ?1 ->> 'partner'".len() + BY_NUMBER.len());
        assert_eq!(
            rest,
            " AND +status = ?1 ->> 'status' AND +created_ms >= ?1 ->> 'from'"
        );
        let find = read("status=paid").unwrap();
        assert_eq!(find.order(), "created_ms DESC, out_trade_no DESC");
        assert_eq!(
            find.conditions(),
            "partner = ?1 ->> 'partner' AND status = ?1 ->> 'status'"
        );
    }

    #[test]
    fn parameters_out_of_bounds_rejected_by_name() {
        let cases = [
            ("limit=0", "limit"),
            ("limit=201", "limit"),
            ("limit=+1", "limit"),
            ("limit=", "limit"),
            ("limit=1&limit=2", "limit"),
            ("limit=99999999999999999999", "limit"),
            ("cursor=", "cursor"),
            ("cursor=%00", "cursor"),
            ("cursor=QQ", "cursor"),
            // 1.A' and -1.A, encoded.
            ("cursor=MS5BJw", "cursor"),
            ("cursor=LTEuQQ", "cursor"),
            ("status=PAID", "status"),
            ("status=", "status"),
            ("q=", "q"),
            ("q=A'", "q"),
            ("q=%25", "q"),
            ("from=yesterday", "from"),
            ("from=1969-12-31T23:59:59Z", "from"),
            ("to=2026-11-21", "to"),
            ("order=asc", "query"),
        ];
        for (query, name) in cases {
            assert_eq!(read(query), Err(Failure::Parameter(name)), "{query}");
        }
        let long = format!("q={}", "A".repeat(65));
        assert_eq!(read(&long), Err(Failure::Parameter("q")));
    }

    #[test]
    fn filters_are_refused_where_a_route_has_none() {
        let reads = Reads {
            filters: false,
            ..READS
        };
        let pairs = url::form_urlencoded::parse(b"status=paid");
        assert_eq!(
            Find::read("2088", &pairs.into_owned().collect::<Vec<_>>(), reads),
            Err(Failure::Parameter("query"))
        );
    }
}
