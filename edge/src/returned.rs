//! `GET /return/{out_trade_no}/{mark}`: the shopper comes back from the cashier.
//!
//! A return proves nothing. A signed one, or one from Antom, earns a status token, so that the page can ask; the
//! signed query ends here and never reaches the shopper's address bar, history or Referer.

use crate::config::{Config, ResultPage};
use crate::error::Failure;
use crate::order::rpc::{Command, Reply};
use crate::order::state::Terms;
use crate::provider::Provider;
use crate::token::By;
use crate::webcrypto::WebCrypto;
use crate::{clock, limits, orders, result, token};
use alipay_protocol::trade::OutTradeNo;
use worker::{Env, Request, Response};

/// The name before the status token in the fragment; the widget takes it from there.
const FRAGMENT: &str = "alipay-checkout";

/// Sends the shopper on to the page that the merchant registered, or to our own result page. Whoever
/// comes back without a signed query may have left without paying, and goes to the merchant's page.
///
/// # Errors
///
/// * [`Failure::OrderUnknown`] – not an address that we gave to Alipay, or not registered; or unsigned, and the merchant's
///   page is not allowed any more.
/// * [`Failure::Unavailable`] – the order could not be asked.
pub async fn returned(
    request: &Request,
    env: &Env,
    config: &Config,
    number_and_mark: &str,
) -> Result<Response, Failure> {
    let parts = number_and_mark.split_once('/');
    let (out_trade_no, mark) = parts.ok_or(Failure::OrderUnknown)?;
    // Before an object is named: whoever guesses numbers learns nothing and costs nothing.
    let marked = token::marked(&config.status_secret, out_trade_no, mark);
    let (name, by) = marked.ok_or(Failure::OrderUnknown)?;
    let out_trade_no = OutTradeNo::parse(out_trade_no).map_err(|_| Failure::OrderUnknown)?;
    let url = request.url()?;
    let query = url.query().unwrap_or_default();
    let proven = match name.provider {
        // Antom signs no return and adds nothing to the address. The mark shows that this is the one
        // we gave to Antom, and only a shopper of this order was sent there.
        Provider::Antom => true,
        Provider::Gateway => {
            query.len() <= limits::RETURN_QUERY
                && config
                    .gateway()?
                    .verifier
                    .verify_return(&WebCrypto, query.as_bytes())
                    .await
                    .is_ok_and(|shown| shown.out_trade_no() == &out_trade_no)
        }
    };
    let command = Command::Return {
        proven,
        by_previous: by == By::Previous,
    };
    let reply = orders::ask(env, config, name, &command).await?;
    let Reply::ReturnTo(page) = reply else {
        return Err(Failure::OrderUnknown);
    };
    // The list may be another than when the order was registered: an origin that was taken off it, and may be somebody
    // else's by now, gets no shopper and no token.
    let is_allowed = result::is_allowed(&page, &config.allowed_origins);
    let target = if proven {
        let exp = clock::now_s().saturating_add(config.status_ttl_s);
        let token =
            token::mint_status(&config.status_secret, name, exp).ok_or(Failure::Unavailable)?;
        if is_allowed {
            onward(config, out_trade_no.as_str(), &page, &token)
        } else {
            result::address(config, out_trade_no.as_str(), &token)
        }
    } else if is_allowed {
        page
    } else {
        return Err(Failure::OrderUnknown);
    };
    let mut response = Response::empty()?.with_status(303);
    response.headers_mut().set("location", &target)?;
    Ok(response)
}

/// Where a shopper goes on to who may ask for the status: the merchant's page, or our own where the
/// merchant has none.
#[must_use]
pub fn onward(config: &Config, out_trade_no: &str, page: &str, token: &str) -> String {
    match config.result_page {
        ResultPage::Edge => result::address(config, out_trade_no, token),
        ResultPage::Merchant => with_fragment(page, token),
    }
}

/// Where Alipay sends the shopper back to.
#[must_use]
pub fn address(config: &Config, terms: &Terms) -> String {
    let Terms {
        out_trade_no,
        return_mark,
        ..
    } = terms;
    format!("{}/return/{out_trade_no}/{return_mark}", config.edge_origin)
}

/// Adds the token to the page's fragment and keeps what the merchant has there.
#[must_use]
pub fn with_fragment(page: &str, token: &str) -> String {
    let joint = match page.split_once('#') {
        None => "#",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    format!("{page}{joint}{FRAGMENT}={token}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fragment_of_the_merchant_is_kept() {
        let cases = [
            (
                "https://s.example/c?x=1",
                "https://s.example/c?x=1#alipay-checkout=T",
            ),
            (
                "https://s.example/c#",
                "https://s.example/c#alipay-checkout=T",
            ),
            (
                "https://s.example/c#cart",
                "https://s.example/c#cart&alipay-checkout=T",
            ),
        ];
        for (page, expected) in cases {
            assert_eq!(with_fragment(page, "T"), expected);
        }
    }
}
