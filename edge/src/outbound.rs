//! Requests that this Worker makes: where they may go, and their deadline.

use crate::pause::within;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;
use url::{Host, Url};
use wasm_bindgen_futures::JsFuture;
use worker::{AbortController, Fetch, Request, RequestInit, Response, ResponseBody};

/// How a request ended.
#[derive(Debug)]
pub enum Asked {
    /// The other side answered, with whatever status.
    Answer(Response),
    /// It did not answer in time; the request was cancelled.
    Deadline,
    /// No connection, no such name, or a broken answer.
    Unreachable,
}

/// Sends one request and waits for its answer's head until the deadline.
pub async fn ask(url: &str, init: &RequestInit, deadline_ms: u32) -> Asked {
    let Ok(request) = Request::new_with_init(url, init) else {
        return Asked::Unreachable;
    };
    let controller = AbortController::default();
    let signal = controller.signal();
    let fetch = Fetch::Request(request);
    let deadline = Duration::from_millis(u64::from(deadline_ms));
    match within(deadline, fetch.send_with_signal(&signal)).await {
        Some(Ok(response)) => Asked::Answer(response),
        Some(Err(_)) => Asked::Unreachable,
        None => {
            controller.abort();
            Asked::Deadline
        }
    }
}

/// Lets go of an answer whose body nobody reads, so that an endless one does not hold a connection.
pub async fn discard(response: Response) {
    if let (_, ResponseBody::Stream(stream)) = response.into_parts() {
        // Whether the other side minds does not matter.
        let _ = JsFuture::from(stream.cancel()).await;
    }
}

/// Reads the URL of a server that this Worker may call: `https`, no user or password, and a host
/// that is public by its form. With `development`, also plain `http` to a loopback host.
///
/// # Not checked here
///
/// What a public name resolves to: a Worker cannot see that, and Cloudflare's own network refuses
/// private addresses.
#[must_use]
pub fn server(text: &str, development: bool) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return None;
    }
    let host = url.host()?;
    if is_loopback(&host) {
        return (development && matches!(url.scheme(), "http" | "https")).then_some(url);
    }
    (url.scheme() == "https" && is_public(&host)).then_some(url)
}

/// Reads an origin: a [`server`] without a path or a query, as browsers write it.
#[must_use]
pub fn origin(text: &str, development: bool) -> Option<String> {
    let url = server(text, development)?;
    let bare = url.path() == "/" && url.query().is_none();
    bare.then(|| url.origin().ascii_serialization())
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => ends_with_label(name.trim_end_matches('.'), "localhost"),
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    }
}

fn is_public(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            // RFC 6761, RFC 6762, RFC 8375 and what clouds use for their inside.
            let inside = [
                "local",
                "internal",
                "home.arpa",
                "localdomain",
                "intranet",
                "lan",
            ];
            name.contains('.') && !inside.iter().any(|end| ends_with_label(name, end))
        }
        Host::Ipv4(ip) => is_public_v4(*ip),
        Host::Ipv6(ip) => is_public_v6(*ip),
    }
}

/// Whether an address can be anybody's on the internet. A Worker does not see what a name resolves
/// to; the preflight of a deployment does.
#[must_use]
pub fn is_public_address(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn ends_with_label(name: &str, end: &str) -> bool {
    name.strip_suffix(end)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// IANA's special-purpose registry for IPv4 (RFC 6890 and its updates).
fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127, _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 168, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (198, 18..=19, _)
            | (198, 51, 100)
            | (203, 0, 113)
            | (224..=255, _, _)
    );
    !special
}

/// Global unicast only (2000::/3), without documentation, 6to4, Teredo and NAT64 prefixes, which
/// could carry a private IPv4 address.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    (0x2000..0x4000).contains(&a)
        && a != 0x2002
        && !(a == 0x2001 && (b < 0x0200 || b == 0x0db8))
        && a != 0x3fff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, production: bool, development: bool) {
        assert_eq!(server(text, false).is_some(), production, "{text}");
        assert_eq!(
            server(text, true).is_some(),
            development,
            "{text} in development"
        );
    }

    #[test]
    fn public_https_accepted() {
        for url in [
            "https://shop.example.com/alipay",
            "https://shop.example.com./alipay",
            "https://shop.example.com:8443/alipay",
            "https://8.8.8.8/x",
            "https://[2606::1]/",
            // Beside what is special.
            "https://9.255.255.255/",
            "https://11.0.0.0/",
            "https://100.63.255.255/",
            "https://100.128.0.0/",
            "https://172.15.255.255/",
            "https://172.32.0.0/",
            "https://198.17.255.255/",
            "https://198.20.0.0/",
            "https://223.255.255.255/",
            "https://mylocal.example/",
        ] {
            check(url, true, true);
        }
    }

    #[test]
    fn an_origin_has_no_path() {
        let cases = [
            ("https://pay.example.com", Some("https://pay.example.com")),
            (
                "https://Pay.example.com:443/",
                Some("https://pay.example.com"),
            ),
            ("https://pay.example.com/shop", None),
            ("https://pay.example.com/?x", None),
            ("http://pay.example.com", None),
        ];
        for (text, expected) in cases {
            assert_eq!(origin(text, false).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn loopback_accepted_in_development_only() {
        for url in [
            "http://127.0.0.1:8789/x",
            "http://localhost/",
            "http://[::1]:1/",
            "https://127.1/",
            "http://localhost./",
            "https://shop.localhost./",
        ] {
            check(url, false, true);
        }
    }

    #[test]
    fn inside_addresses_and_other_schemes_rejected() {
        for url in [
            "http://shop.example.com/",
            "ftp://shop.example.com/",
            "https://user:word@shop.example.com/",
            "https://shop.example.com/#x",
            "https://10.0.0.1/",
            "https://100.64.0.1/",
            "https://169.254.169.254/latest",
            "https://172.31.0.1/",
            "https://192.168.1.1/",
            "https://0x0a000001/",
            "https://0/",
            "https://224.0.0.1/",
            "https://[fd00::1]/",
            "https://[fe80::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://[2002:a00:1::]/",
            "https://[64:ff9b::a00:1]/",
            // One of each special-purpose block, at both its ends where it is no whole number of octets.
            "https://0.0.0.0/",
            "https://10.255.255.255/",
            "https://100.127.255.255/",
            "https://169.254.0.1/",
            "https://172.16.0.0/",
            "https://192.0.0.8/",
            "https://192.0.2.1/",
            "https://192.88.99.1/",
            "https://192.168.255.255/",
            "https://198.18.0.1/",
            "https://198.19.255.255/",
            "https://198.51.100.1/",
            "https://203.0.113.1/",
            "https://239.255.255.255/",
            "https://240.0.0.1/",
            "https://255.255.255.255/",
            // The same in other forms.
            "https://10.0.0.1./",
            "https://10.1/",
            "https://167772161/",
            "https://012.0.0.1/",
            "https://1%30.0.0.1/",
            "https://１０.0.0.1/",
            "https://[::ffff:a9fe:a9fe]/",
            "https://[::10.0.0.1]/",
            "https://[::]/",
            "https://[2001::1]/",
            "https://[2001:db8::1]/",
            "https://[3fff::1]/",
            "https://[5f00::1]/",
            "https://[100::1]/",
            "https://[fec0::1]/",
            "https://[ff02::1]/",
            // Users, words and names of the inside.
            "https://user@shop.example.com/",
            "https://:word@shop.example.com/",
            "https://shop.example.com@10.0.0.1/",
            "https://shop./",
            "https://metadata.google.internal./",
            "https://printer.home.arpa/",
            "https://a.localdomain/",
            "https://a.intranet/",
            "https://a.lan/",
            "//shop.example.com/",
            "https://shop.example.com:65536/",
            "https://shop/",
            "https://shop.internal/",
            "https://shop.local./",
            "not a url",
            "",
        ] {
            check(url, false, false);
        }
    }
}
