//! `GET /result/{out_trade_no}`: where a payment is, as a page that works without script.
//!
//! It says what the order's record says and nothing else: *paid* only when it is paid, and while
//! nothing is known, that nothing is known. Until then the browser asks again by itself, ever more
//! seldom, by the `refresh` header: as a `meta` element, readers could not tell it from a page that
//! moves away under their eyes.

use crate::config::Config;
use crate::error::Failure;
use crate::order::rpc::{Command, Reply, StatusView};
use crate::order::state::Status;
use crate::page::language::Language;
use crate::page::{Link, Page, Tone, Words};
use crate::provider::Name;
use crate::read::header;
use crate::returned::with_fragment;
use crate::{clock, orders, token};
use alipay_protocol::money::{Amount, Currency};
use alipay_protocol::trade::OutTradeNo;
use url::Url;
use worker::{Env, Request, Response};

/// Seconds until the page asks again; some ten minutes altogether. After that a person is asked to.
const WAITS_S: [u16; 18] = [
    2, 2, 3, 3, 5, 5, 8, 8, 13, 13, 21, 30, 45, 60, 60, 90, 120, 120,
];

/// Where the page of an order is.
#[must_use]
pub fn address(config: &Config, out_trade_no: &str, token: &str) -> String {
    format!("{}{}", config.edge_origin, path(out_trade_no, token, 0))
}

/// Shows a payment to the bearer of its status token.
///
/// # Errors
///
/// * [`Failure::StatusToken`] – absent, expired, or for another order.
/// * [`Failure::OrderUnknown`] – not a number that can exist, or not registered.
/// * [`Failure::Unavailable`] – the order could not be asked.
pub async fn result(
    request: &Request,
    env: &Env,
    config: &Config,
    out_trade_no: &str,
) -> Result<Response, Failure> {
    let url = request.url()?;
    let parameter = |name: &str| {
        let found = url.query_pairs().find(|(one, _)| one == name);
        found.map(|(_, value)| value.into_owned())
    };
    let bearer = parameter("token").unwrap_or_default();
    let provider =
        token::check_status(&config.status_secret, &bearer, out_trade_no, clock::now_s())
            .map_err(Failure::StatusToken)?;
    OutTradeNo::parse(out_trade_no).map_err(|_| Failure::OrderUnknown)?;
    let name = Name::new(provider, out_trade_no);
    let reply = orders::ask(env, config, name, &Command::Page).await?;
    let Reply::Page {
        view,
        return_url,
        locale,
    } = reply
    else {
        return Err(Failure::OrderUnknown);
    };
    let asked = parameter("n").and_then(|text| text.parse().ok());
    let wait = wait(&view, asked.unwrap_or(0));
    let accept_language = header(request.inner(), "accept-language");
    let language = Language::choose(locale.as_deref(), accept_language.as_deref());
    let again = path(out_trade_no, &bearer, 0);
    let shop = is_allowed(&return_url, &config.allowed_origins)
        .then(|| with_fragment(&return_url, &bearer));
    let page = shown(&view, language, wait.is_some(), shop.as_deref(), &again);
    let mut response = page.response(200)?;
    if let Some((seconds, n)) = wait {
        let next = path(out_trade_no, &bearer, n);
        let refresh = format!("{seconds};url={next}");
        response.headers_mut().set("refresh", &refresh)?;
    }
    Ok(response)
}

/// The path with its token; `n` counts how often the browser has asked by itself.
fn path(out_trade_no: &str, token: &str, n: usize) -> String {
    let counted = if n == 0 {
        String::new()
    } else {
        format!("&n={n}")
    };
    format!("/result/{out_trade_no}?token={token}{counted}")
}

/// Seconds to wait and the number of the next try, while there is something to wait for.
fn wait(view: &StatusView, asked: usize) -> Option<(u16, usize)> {
    if view.is_final {
        return None;
    }
    let seconds = WAITS_S.get(asked).copied()?;
    Some((seconds, asked.saturating_add(1)))
}

/// Whether a page is still one that we may send shoppers to: the list may be another than when the
/// order was registered.
#[must_use]
pub fn is_allowed(page: &str, allowed_origins: &[String]) -> bool {
    let origin = Url::parse(page).map(|url| url.origin().ascii_serialization());
    origin.is_ok_and(|origin| allowed_origins.contains(&origin))
}

fn shown<'a>(
    view: &StatusView,
    language: Language,
    waiting: bool,
    shop: Option<&'a str>,
    again: &'a str,
) -> Page<'a> {
    let words = Words::of(language);
    let (tone, (title, text)) = match view.status {
        Status::Paid => (Tone::Good, words.paid),
        Status::Closed => (Tone::Plain, words.closed),
        Status::Refunded => (Tone::Plain, words.refunded),
        Status::Created | Status::Redirected if waiting => (Tone::Waiting, words.confirming),
        Status::Created | Status::Redirected => (Tone::Waiting, words.late),
    };
    let mut facts = vec![
        (words.amount, amount(view)),
        (words.out_trade_no, view.out_trade_no.clone()),
    ];
    facts.extend(view.trade_no.clone().map(|number| (words.trade_no, number)));
    let mut links = Vec::new();
    if !view.is_final {
        let text = words.again;
        links.push(Link { href: again, text });
    }
    links.extend(shop.map(|href| Link {
        href,
        text: words.back,
    }));
    Page {
        language,
        tone,
        title,
        text,
        facts,
        links,
    }
}

/// As people write it: `19.90 USD`. What is registered can always be written.
fn amount(view: &StatusView) -> String {
    let currency = Currency::parse(&view.currency).ok();
    let amount = currency.and_then(|currency| Amount::from_minor(view.amount, currency).ok());
    let decimal = amount.map_or_else(String::new, Amount::to_decimal);
    format!("{decimal} {}", view.currency)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(status: Status) -> StatusView {
        StatusView {
            out_trade_no: "A1".into(),
            status,
            is_final: status.is_final(),
            amount: 1990,
            currency: "USD".into(),
            trade_no: None,
            version: 2,
        }
    }

    #[test]
    fn only_the_record_makes_it_paid_and_nothing_unknown_is_called_failed() {
        let words = Words::of(Language::English);
        let cases = [
            (Status::Created, true, words.confirming),
            (Status::Redirected, true, words.confirming),
            (Status::Redirected, false, words.late),
            (Status::Paid, false, words.paid),
            (Status::Closed, false, words.closed),
            (Status::Refunded, false, words.refunded),
        ];
        for (status, waiting, expected) in cases {
            let page = shown(&view(status), Language::English, waiting, None, "/");
            assert_eq!((page.title, page.text), expected, "{status:?}");
        }
    }

    #[test]
    fn the_page_asks_ever_more_seldom_and_then_no_more() {
        let open = view(Status::Redirected);
        assert_eq!(wait(&open, 0), Some((2, 1)));
        assert_eq!(wait(&open, WAITS_S.len() - 1), Some((120, WAITS_S.len())));
        assert_eq!(wait(&open, WAITS_S.len()), None);
        assert_eq!(wait(&open, usize::MAX), None);
        assert_eq!(wait(&view(Status::Paid), 0), None);
        assert!(WAITS_S.is_sorted());
    }

    #[test]
    fn facts_are_what_support_asks_for() {
        let mut paid = view(Status::Paid);
        paid.trade_no = Some("2026112100001".into());
        paid.currency = "JPY".into();
        let page = shown(
            &paid,
            Language::Chinese,
            false,
            Some("https://s.example/"),
            "/",
        );
        let expected = [
            ("金额", "1990 JPY".to_owned()),
            ("订单号", "A1".to_owned()),
            ("支付宝交易号", "2026112100001".to_owned()),
        ];
        assert_eq!(page.facts, expected);
        let links: Vec<_> = page.links.iter().map(|link| link.href).collect();
        assert_eq!(links, ["https://s.example/"]);
    }

    #[test]
    fn a_page_whose_origin_is_no_longer_allowed_is_not_linked_to() {
        let allowed = ["https://shop.example".to_owned()];
        assert!(is_allowed("https://shop.example/x", &allowed));
        assert!(!is_allowed("https://old.example/x", &allowed));
    }
}
