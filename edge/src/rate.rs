//! Requests that are refused again and again from one source: after so many in a minute, the rest
//! of them is answered 429 before anything is read or verified.
//!
//! Only refusals count, so that genuine notifications and ordinary shoppers cost no counter, and a
//! source that was never refused costs not even a look at its address. Each isolate counts for
//! itself; where the Rate Limiting binding [`BINDING`] is bound, every refusal is also counted there,
//! for all isolates of a place together.
//!
//! Bodies that were refused are not remembered by their digest: a forger changes one byte, so it
//! would spare nothing but what the counter spares already, and every genuine body would be hashed.

mod refusals;

use crate::config::Config;
use crate::pause::within;
use crate::read::header;
use crate::{clock, log};
use refusals::{Noted, Refusals};
use std::cell::RefCell;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;
use web_sys::Request;
use worker::{Env, Error};

/// The optional binding in `wrangler.toml`.
pub const BINDING: &str = "REFUSED";

/// The binding counts on the same machine; an answer of ours never waits longer for it.
const PATIENCE: Duration = Duration::from_millis(500);

/// What is counted apart, so that a shopper's page never waits because of somebody's forgeries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Area {
    /// `/admin/…`
    Admin,
    /// `/notify/…`
    Notify,
    /// Everything that a page or a browser asks.
    Pages,
}

impl Area {
    /// The area of a path; `None` for what watchers of the Worker ask, which is never held.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        match path {
            "/healthz" | "/version" => None,
            _ if path.starts_with("/notify/") => Some(Self::Notify),
            _ if path.starts_with("/admin/") => Some(Self::Admin),
            _ => Some(Self::Pages),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Notify => "notify",
            Self::Pages => "pages",
        }
    }
}

/// Who asks, as far as it is counted: an IPv4 address, or the 64 bits of IPv6 that one customer of a
/// network has to choose addresses from, or nobody that Cloudflare names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Address {
    V4([u8; 4]),
    V6([u16; 4]),
    Unknown,
}

impl Address {
    fn of(text: Option<&str>) -> Self {
        match text.and_then(|text| text.parse().ok()) {
            Some(IpAddr::V4(ip)) => Self::V4(ip.octets()),
            Some(IpAddr::V6(ip)) => {
                let [a, b, c, d, ..] = ip.segments();
                Self::V6([a, b, c, d])
            }
            None => Self::Unknown,
        }
    }
}

/// For the binding alone: addresses are never logged.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::V4(octets) => Ipv4Addr::from(octets).fmt(f),
            Self::V6([a, b, c, d]) => Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).fmt(f),
            Self::Unknown => f.write_str("unknown"),
        }
    }
}

/// What is counted by.
type Source = (Area, Address);

thread_local! {
    static REFUSALS: RefCell<Refusals<Source>> = RefCell::new(Refusals::default());
}

/// The seconds that this source has to wait, if it has to.
#[must_use]
pub fn wait_s(request: &Request, area: Area) -> Option<u64> {
    REFUSALS.with(|refusals| {
        let refusals = refusals.try_borrow().ok()?;
        if refusals.is_empty() {
            return None;
        }
        refusals.wait_s(&source(request, area), clock::now_ms())
    })
}

/// Whether an answer with this status counts as a refusal. Not what is our own fault, nor what only
/// says that a limit is reached.
#[must_use]
pub fn is_refusal(status: u16) -> bool {
    (400..500).contains(&status) && status != 429
}

/// Counts a refusal.
pub async fn note(request: &Request, area: Area, env: &Env, config: &Config) {
    let source = source(request, area);
    let now = clock::now_ms();
    let limit = config.refusals_per_minute;
    let noted = with(|refusals| refusals.note(source, limit, now));
    let Ok(limiter) = env.rate_limiter(BINDING) else {
        return told(noted, area);
    };
    // The account is part of the key: other Workers may share the namespace.
    let account = config
        .account(config.default_provider())
        .unwrap_or_default();
    let key = format!("{account}:{}:{}", area.name(), source.1);
    let verdict = within(PATIENCE, limiter.limit(key)).await;
    match verdict.unwrap_or_else(|| Err(Error::from("no answer in time"))) {
        Ok(outcome) if outcome.success => told(noted, area),
        Ok(_) => told(with(|refusals| refusals.hold(source, now)), area),
        Err(error) => {
            log::fault("rate_limiter_failed", &error);
            told(noted, area);
        }
    }
}

fn source(request: &Request, area: Area) -> Source {
    (
        area,
        Address::of(header(request, "cf-connecting-ip").as_deref()),
    )
}

/// Nothing borrows the counts across an await; if something ever did, a lost count is no harm.
fn with(act: impl FnOnce(&mut Refusals<Source>) -> Noted) -> Noted {
    REFUSALS.with(|refusals| {
        let refusals = refusals.try_borrow_mut().ok();
        refusals.map_or(Noted::Counted, |mut refusals| act(&mut refusals))
    })
}

/// One line for each time that a source is held, not one for each of its requests.
fn told(noted: Noted, area: Area) {
    if noted == Noted::Held {
        log::source_held(area.name());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_counted_as_networks_hand_them_out() {
        let v6 = |text| Address::of(Some(text));
        assert_eq!(v6("2001:db8:1:2::1"), v6("2001:db8:1:2:ffff::9"));
        assert_ne!(v6("2001:db8:1:2::1"), v6("2001:db8:1:3::1"));
        assert_eq!(Address::of(Some("192.0.2.7")), Address::V4([192, 0, 2, 7]));
        assert_eq!(Address::of(Some("not an address")), Address::Unknown);
        assert_eq!(Address::of(None), Address::Unknown);
    }

    #[test]
    fn every_route_but_the_watchers_has_an_area() {
        let cases = [
            ("/notify/gateway", Some(Area::Notify)),
            ("/notify/antom", Some(Area::Notify)),
            ("/admin/orders", Some(Area::Admin)),
            ("/checkout", Some(Area::Pages)),
            ("/notify", Some(Area::Pages)),
            ("/healthz", None),
            ("/version", None),
        ];
        for (path, expected) in cases {
            assert_eq!(Area::of(path), expected, "{path}");
        }
    }

    #[test]
    fn only_what_the_caller_did_wrong_is_a_refusal() {
        for (status, expected) in [
            (200, false),
            (303, false),
            (401, true),
            (403, true),
            (429, false),
            (503, false),
        ] {
            assert_eq!(is_refusal(status), expected, "{status}");
        }
    }
}
