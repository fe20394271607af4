//! `POST /checkout` and `POST /pay`: an order token becomes a registered order and a signed pay URL.

use crate::antom::pay::{self, Asked, Pay};
use crate::config::antom::Antom;
use crate::config::{Config, Gateway};
use crate::error::Failure;
use crate::order::rpc::{Command, Reply, StatusView};
use crate::order::state::{Device, Price, Terminal, Terms};
use crate::provider::{Name, Provider};
use crate::terms::Claims;
use crate::token::By;
use crate::webcrypto::WebCrypto;
use crate::{app, clock, limits, orders, read, returned, token};
use alipay_protocol::app::AppRequest;
use alipay_protocol::money::{Amount, Currency};
use alipay_protocol::request::{self, PayRequest, RequestError};
use alipay_protocol::trade::OutTradeNo;
use serde::{Deserialize, Serialize};
use worker::{Env, Request, Response};

/// The media type of a plain HTML form.
const FORM: &str = "application/x-www-form-urlencoded";

type ReadSent = fn(&[u8]) -> Option<Sent>;

#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    view: &'a StatusView,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_string: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pay_url: Option<String>,
    status_token: String,
}

/// What the caller sends.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    order_token: String,
    terminal: Option<String>,
}

/// An order that is registered, and how it goes on.
#[derive(Debug)]
pub struct Begun {
    /// Where it is.
    pub view: StatusView,
    /// Where the shopper pays, or what the app's SDK takes; `None` when nothing is left to pay.
    pub pay_url: Option<String>,
    /// Which of the two.
    pub terminal: Terminal,
    /// Opens its status.
    pub status_token: String,
    /// The merchant's page.
    pub return_url: String,
}

/// Answers the pay URL as JSON, or the status when nothing is left to pay.
///
/// # Errors
///
/// [`Failure::MediaType`], or those of [`begin`].
pub async fn checkout(
    request: &mut Request,
    env: &Env,
    config: &Config,
) -> Result<Response, Failure> {
    let media_type = read::media_type(request.inner());
    let read_sent: ReadSent = match media_type.as_str() {
        FORM => from_form,
        "application/json" => from_json,
        _ => return Err(Failure::MediaType),
    };
    let begun = begin(request, env, config, read_sent, Terminal::Wap).await?;
    let (order_string, pay_url) = match begun.terminal {
        Terminal::App => (begun.pay_url, None),
        Terminal::Pc | Terminal::Wap => (None, begun.pay_url),
    };
    Ok(Response::from_json(&Answer {
        view: &begun.view,
        order_string,
        pay_url,
        status_token: begun.status_token,
    })?)
}

/// `POST /pay`: the same for a plain HTML form, where script or wasm is blocked. Answers 303 to the
/// pay URL, or to where the payment is shown when nothing is left to pay.
///
/// # Errors
///
/// [`Failure::MediaType`], or those of [`begin`].
pub async fn pay_form(
    request: &mut Request,
    env: &Env,
    config: &Config,
) -> Result<Response, Failure> {
    if read::media_type(request.inner()) != FORM {
        return Err(Failure::MediaType);
    }
    let agent = read::header(request.inner(), "user-agent").unwrap_or_default();
    let begun = begin(request, env, config, from_page, of_browser(&agent)).await?;
    let (number, token) = (&begun.view.out_trade_no, &begun.status_token);
    let target = begun
        .pay_url
        .unwrap_or_else(|| returned::onward(config, number, &begun.return_url, token));
    let mut response = Response::empty()?.with_status(303);
    response.headers_mut().set("location", &target)?;
    Ok(response)
}

/// Registers the order and signs its pay URL.
///
/// The same order asked again, by another click, tab or page, is the same order with the same URL:
/// a shopper cannot pay twice by asking twice. `unsaid` is the terminal where none is asked for.
///
/// # Errors
///
/// In this order: those of [`read::body`], [`Failure::Malformed`], [`Failure::OrderToken`],
/// [`Failure::OrderClaim`], [`Failure::OrderTermsDiffer`], [`Failure::Unavailable`], and those of
/// [`Pay::begin`].
async fn begin(
    request: &mut Request,
    env: &Env,
    config: &Config,
    read_sent: ReadSent,
    unsaid: Terminal,
) -> Result<Begun, Failure> {
    let body = read::body(request.inner(), limits::ORDER_TOKEN).await?;
    let asked = read_sent(&body).ok_or(Failure::Malformed)?;
    let terminal = match asked.terminal.as_deref() {
        None => unsaid,
        Some(text) => terminal(text).ok_or(Failure::Malformed)?,
    };

    let now = clock::now_s();
    let audience = &config.edge_origin;
    let (claims, by): (Claims, _) =
        token::open(&config.order_secret, &asked.order_token, audience, now)
            .map_err(Failure::OrderToken)?;
    let terms = Terms {
        terminal,
        by_previous: by == By::Previous,
        ..claims.into_terms(&config.allowed_origins, &config.providers(), now)?
    };
    let name = Name::new(terms.provider, &terms.out_trade_no);
    let mark = token::return_mark(&config.status_secret, name).ok_or(Failure::Unavailable)?;
    let mut terms = Terms {
        return_mark: mark,
        ..terms
    };
    // Before anything is registered: what cannot be signed must not become an order.
    let mut way = Way::of(config, &terms, device(request, terminal))?;

    let (number, return_url) = (terms.out_trade_no.clone(), terms.return_url.clone());
    let name = Name::new(terms.provider, &number);
    let command = Command::Register(Box::new(terms.clone()));
    let view = match orders::ask(env, config, name, &command).await? {
        Reply::Registered { view, return_mark } => {
            if return_mark != terms.return_mark {
                // Marked with the secret before: Alipay wants the very same request again.
                terms.return_mark = return_mark;
                way = Way::of(config, &terms, device(request, terminal))?;
            }
            view
        }
        Reply::TermsDiffer => return Err(Failure::OrderTermsDiffer),
        _ => return Err(Failure::Unavailable),
    };
    let (view, pay_url) = if view.is_final {
        (view, None)
    } else {
        match way.begin(env, config, &terms).await? {
            Asked::Open(url) => (view, Some(url)),
            Asked::Settled(view) => (view, None),
        }
    };
    let exp = now.saturating_add(config.status_ttl_s);
    let status_token =
        token::mint_status(&config.status_secret, name, exp).ok_or(Failure::Unavailable)?;
    Ok(Begun {
        view,
        pay_url,
        terminal,
        status_token,
        return_url,
    })
}

/// How the shopper is taken to the cashier.
enum Way<'a> {
    /// Antom is asked where.
    Antom(&'a Antom, Device),
    /// Alipay's SDK takes a string.
    App(&'a Gateway, Box<AppRequest>),
    /// The request to the gateway is itself the way.
    Gateway(&'a Gateway, Box<PayRequest>),
}

impl<'a> Way<'a> {
    fn of(config: &'a Config, terms: &Terms, device: Device) -> Result<Self, Failure> {
        match terms.provider {
            Provider::Antom if terms.terminal == Terminal::App => Err(Failure::AppUnavailable),
            Provider::Antom => {
                pay::request(config, terms, device)?;
                Ok(Self::Antom(config.antom()?, device))
            }
            Provider::Gateway => {
                let gateway = config.gateway()?;
                let terminal = match terms.terminal {
                    Terminal::App => {
                        let request = app::request(config, gateway, terms)?;
                        return Ok(Self::App(gateway, Box::new(request)));
                    }
                    Terminal::Pc => request::Terminal::Pc,
                    Terminal::Wap => request::Terminal::Wap,
                };
                let request = pay_request(config, gateway, terms, terminal)?;
                Ok(Self::Gateway(gateway, Box::new(request)))
            }
        }
    }

    async fn begin(self, env: &Env, config: &Config, terms: &Terms) -> Result<Asked, Failure> {
        match self {
            Self::Antom(antom, device) => {
                let pay = Pay { env, config, antom };
                pay.begin(terms, device).await
            }
            Self::App(gateway, request) => Ok(Asked::Open(app::sign(gateway, &request).await?)),
            Self::Gateway(gateway, request) => {
                let signed = request.sign(&gateway.signing_key, &WebCrypto).await;
                let signed = signed.map_err(|_| Failure::Unavailable)?;
                Ok(Asked::Open(signed.url(gateway.url.as_str())))
            }
        }
    }
}

/// What Antom wants to know of a telephone, by what its browser says of itself. It chooses between
/// two pages of Antom's, nothing else.
fn device(request: &Request, terminal: Terminal) -> Device {
    let agent = read::header(request.inner(), "user-agent").unwrap_or_default();
    match terminal {
        Terminal::Pc => Device::Desktop,
        _ if ["iPhone", "iPad", "iPod"]
            .iter()
            .any(|name| agent.contains(name)) =>
        {
            Device::Ios
        }
        _ => Device::Android,
    }
}

/// Reads the form: each field once, nothing else.
fn from_form(body: &[u8]) -> Option<Sent> {
    let form = alipay_protocol::form::Form::parse(body).ok()?;
    let mut asked = Sent {
        order_token: String::new(),
        terminal: None,
    };
    for (name, value) in form.iter() {
        let value = std::str::from_utf8(value).ok()?.to_owned();
        match name {
            "order_token" => asked.order_token = value,
            "terminal" => asked.terminal = Some(value),
            _ => return None,
        }
    }
    Some(asked).filter(|asked| !asked.order_token.is_empty())
}

/// The form of a page, which no app sends.
fn from_page(body: &[u8]) -> Option<Sent> {
    from_form(body).filter(|sent| sent.terminal.as_deref() != Some("app"))
}

fn from_json(body: &[u8]) -> Option<Sent> {
    // A list would be read too, its entries as the members in their order.
    let is_object = body.trim_ascii_start().first() == Some(&b'{');
    serde_json::from_slice(body).ok().filter(|_| is_object)
}

fn terminal(text: &str) -> Option<Terminal> {
    match text {
        "wap" => Some(Terminal::Wap),
        "app" => Some(Terminal::App),
        "pc" => Some(Terminal::Pc),
        _ => None,
    }
}

/// Which cashier fits a browser, by its `user-agent`: the form of a page without script does not say.
///
/// A computer is what names its system and is no phone or tablet; everything else gets the page that
/// works everywhere.
fn of_browser(agent: &str) -> Terminal {
    let says = |words: &[&str]| words.iter().any(|word| agent.contains(word));
    let is_mobile = says(&["Android", "iPhone", "iPad", "Mobi"]);
    if !is_mobile && says(&["Windows NT", "Macintosh", "X11"]) {
        Terminal::Pc
    } else {
        Terminal::Wap
    }
}

fn pay_request(
    config: &Config,
    gateway: &Gateway,
    terms: &Terms,
    terminal: request::Terminal,
) -> Result<PayRequest, Failure> {
    // What was registered has passed these parsers once; failing again is a fault of ours.
    let out_trade_no = OutTradeNo::parse(&terms.out_trade_no).map_err(|_| Failure::Unavailable)?;
    let return_url = returned::address(config, terms);
    let mut builder = PayRequest::builder(
        terminal,
        &gateway.partner,
        &out_trade_no,
        price(&terms.price)?,
    )
    .subject(&terms.subject)
    .notify_url(&format!("{}/notify/gateway", config.edge_origin))
    .return_url(&return_url);
    if let Some(text) = &terms.body {
        builder = builder.body(text);
    }
    if gateway.send_merchant_url && terminal == request::Terminal::Wap {
        builder = builder.merchant_url(&return_url);
    }
    builder.build().map_err(|error| claim_at_fault(&error))
}

pub(crate) fn price(price: &Price) -> Result<request::Price, Failure> {
    let read = |minor, code: &str| {
        let currency = Currency::parse(code).ok()?;
        Some((Amount::from_minor(minor, currency).ok()?, currency))
    };
    match price {
        Price::TotalFee { amount, currency } => {
            read(*amount, currency).map(|(amount, _)| request::Price::TotalFee(amount))
        }
        Price::RmbFee { amount, settlement } => read(*amount, "CNY").and_then(|(amount, _)| {
            let currency = Currency::parse(settlement).ok()?;
            Some(request::Price::RmbFee { amount, currency })
        }),
    }
    .ok_or(Failure::Unavailable)
}

/// The claim that a broken rule of Alipay's comes from.
pub(crate) fn claim_at_fault(error: &RequestError) -> Failure {
    let claim = match error.field() {
        "total_fee" => "amount",
        field => field,
    };
    Failure::OrderClaim(claim, error.rule().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(order_token: &str, terminal: Option<&str>) -> Option<Sent> {
        Some(Sent {
            order_token: order_token.into(),
            terminal: terminal.map(Into::into),
        })
    }

    #[test]
    fn form_and_json_are_read_alike() {
        assert_eq!(
            from_form(b"order_token=a.b.c&terminal=pc"),
            asked("a.b.c", Some("pc"))
        );
        assert_eq!(from_form(b"order_token=a.b.c"), asked("a.b.c", None));
        assert_eq!(
            from_json(br#"{"order_token":"a.b.c"}"#),
            asked("a.b.c", None)
        );
    }

    #[test]
    fn anything_else_rejected() {
        for form in [
            "",
            "terminal=pc",
            "order_token=",
            "order_token=a&order_token=b",
            "order_token=a&x=1",
            "order_token=%",
        ] {
            assert_eq!(from_form(form.as_bytes()), None, "{form}");
        }
        for json in [
            "",
            "{}",
            "[]",
            r#"{"order_token":1}"#,
            r#"["a.b.c","pc"]"#,
            r#"{"order_token":"a","x":1}"#,
            r#"{"order_token":"a","order_token":"b"}"#,
        ] {
            assert_eq!(from_json(json.as_bytes()), None, "{json}");
        }
        assert_eq!(terminal("App"), None);
        assert_eq!(from_page(b"order_token=a.b.c&terminal=app"), None);
    }

    #[test]
    fn form_without_script_gets_the_cashier_that_fits_the_browser() {
        for (agent, expected) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0",
                Terminal::Pc,
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
                Terminal::Pc,
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
                Terminal::Pc,
            ),
            (
                "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
                Terminal::Pc,
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
                Terminal::Wap,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
                Terminal::Wap,
            ),
            (
                "Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/52.0 Mobile Safari/537.36 Edge/15.0",
                Terminal::Wap,
            ),
            ("curl/8.5.0", Terminal::Wap),
            ("", Terminal::Wap),
        ] {
            assert_eq!(of_browser(agent), expected, "{agent}");
        }
    }
}
