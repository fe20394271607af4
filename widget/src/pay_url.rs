//! Where the button may navigate to.

/// Alipay's own domains; a host below one of them counts too.
///
/// `alipay.com`: the gateway, the H5 cashier and the wallet's pages. `alipaydev.com`: Alipay's
/// sandbox. `antom.com` and `alipayplus.com`: the cashiers of the present generation.
const ALIPAY: [&str; 4] = ["alipay.com", "alipaydev.com", "antom.com", "alipayplus.com"];

/// Hosts on which plain http is accepted, as `URL.hostname` writes them.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// The parts of a parsed URL that decide; the browser's own parser made them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target<'a> {
    /// With its colon: `https:`.
    pub(crate) protocol: &'a str,
    /// Lower case, without a port.
    pub(crate) hostname: &'a str,
    /// The same with the port, where it is not the protocol's own.
    pub(crate) host: &'a str,
}

/// Whether the button may send the shopper to `target`.
///
/// `pay_hosts` is the attribute of that name: hosts separated by white space, compared whole, with
/// a port or (then for every port) without.
pub(crate) fn is_allowed(target: Target<'_>, pay_hosts: &str) -> bool {
    let safe = match target.protocol {
        "https:" => true,
        "http:" => LOOPBACK.contains(&target.hostname),
        _ => false,
    };
    let known = ALIPAY.iter().any(|domain| {
        target
            .hostname
            .strip_suffix(domain)
            .is_some_and(|left| left.is_empty() || left.ends_with('.'))
    });
    safe && (known
        || pay_hosts
            .split_ascii_whitespace()
            .any(|host| host == target.host || host == target.hostname))
}

#[cfg(test)]
mod tests {
    use super::{Target, is_allowed};

    #[track_caller]
    fn check(protocol: &str, host: &str, pay_hosts: &str, expected: bool) {
        let hostname = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => host,
        };
        let target = Target {
            protocol,
            hostname,
            host,
        };
        assert_eq!(
            is_allowed(target, pay_hosts),
            expected,
            "{protocol}//{host} with {pay_hosts:?}"
        );
    }

    #[test]
    fn alipays_hosts_accepted_over_https_only() {
        for host in [
            "intlmapi.alipay.com",
            "mapi.alipay.com",
            "alipay.com",
            "openapi-sandbox.dl.alipaydev.com",
            "ac.alipay.com",
            "checkout.antom.com",
        ] {
            check("https:", host, "", true);
            check("http:", host, "", false);
            check("javascript:", host, "", false);
            check("alipays:", host, "", false);
        }
    }

    #[test]
    fn lookalike_hosts_rejected() {
        for host in [
            "notalipay.com",
            "alipay.com.evil.example",
            "alipay.com-pay.example",
            "evil.example",
            "alipay.co",
            "",
        ] {
            check("https:", host, "", false);
        }
    }

    #[test]
    fn pay_hosts_compared_whole_with_or_without_port() {
        check("https:", "cashier.example", "cashier.example", true);
        check(
            "https:",
            "cashier.example",
            " a.example\n cashier.example ",
            true,
        );
        check("https:", "cashier.example:8443", "cashier.example", true);
        check(
            "https:",
            "cashier.example:8443",
            "cashier.example:8443",
            true,
        );
        check("https:", "cashier.example", "cashier.example:8443", false);
        check("https:", "x.cashier.example", "cashier.example", false);
        check("https:", "cashier.example", "cashier", false);
        check("http:", "cashier.example", "cashier.example", false);
    }

    #[test]
    fn plain_http_accepted_on_listed_loopback_only() {
        check("http:", "127.0.0.1:8788", "127.0.0.1:8788", true);
        check("http:", "localhost:8788", "localhost", true);
        check("http:", "[::1]:8788", "[::1]:8788", true);
        check("http:", "127.0.0.1:8788", "", false);
        check("http:", "127.0.0.1:8788", "127.0.0.1:9999", false);
        check("http:", "192.168.0.1", "192.168.0.1", false);
        check("http:", "localhost.example", "localhost.example", false);
    }
}
