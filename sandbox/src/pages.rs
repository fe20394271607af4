//! The cashier's pages as HTML. `maud` escapes every value, so nothing from outside is markup.

use maud::{DOCTYPE, Markup, html};

use crate::{money::Amount, request::GatewayError, trade::Trade, visit::Visit, words::Lang};

/// Where the language links of a page lead.
pub(crate) enum LangLinks {
    /// To the same page in the other language.
    ThisPage,
    /// Nowhere: the page answers a request that cannot be repeated.
    None,
}

/// Frame of the cashier's pages. `refresh` leads on by itself: whole seconds and URL.
pub(crate) fn frame(
    lang: Lang,
    title: &str,
    lang_links: &LangLinks,
    refresh: Option<(u64, &str)>,
    content: &Markup,
) -> Markup {
    frame_with(lang, title, lang_links, refresh, false, content)
}

/// Frame of every page; the wide ones are for whoever runs the stand-in, and lead to each other.
pub(crate) fn frame_with(
    lang: Lang,
    title: &str,
    lang_links: &LangLinks,
    refresh: Option<(u64, &str)>,
    wide: bool,
    content: &Markup,
) -> Markup {
    let wallet_words = lang.wallet();
    let words = lang.words();
    html! {
        (DOCTYPE)
        html lang=(lang.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                @if let Some((seconds, url)) = refresh {
                    meta http-equiv="refresh" content=(format!("{seconds}; url={url}"));
                }
                title { (title) " – " (words.stand_in) }
                link rel="stylesheet" href="/sandbox.css";
            }
            body .wide[wide] {
                header {
                    p.mark { strong { (words.stand_in) } " " span { (words.no_real_money) } }
                    @if matches!(lang_links, LangLinks::ThisPage) {
                        nav aria-label=(words.language) {
                            (lang_link(Lang::En, lang, "English"))
                            (lang_link(Lang::Zh, lang, "中文"))
                        }
                    }
                }
                @if wide {
                    nav .places aria-label=(words.stand_in) {
                        a href={ "/?lang=" (lang.code()) } { (wallet_words.trades) }
                        a href={ "/traffic?lang=" (lang.code()) } { (wallet_words.traffic) }
                    }
                }
                main { (content) }
            }
        }
    }
}

/// A link that keeps the page and changes the language; an old error message goes.
pub(crate) fn lang_link(to: Lang, present: Lang, name: &str) -> Markup {
    let current = (to == present).then_some("true");
    html! {
        a id={ "lang-" (to.code()) } href={ "?lang=" (to.code()) } lang=(to.tag())
            hreflang=(to.tag()) aria-current=[current] { (name) }
    }
}

/// The merchant's name as far as the request tells it.
pub(crate) fn merchant(trade: &Trade, partner: &str) -> String {
    ["supplier", "secondary_merchant_name"]
        .into_iter()
        .find_map(|name| trade.requested(name))
        .map_or_else(|| partner.to_owned(), str::to_owned)
}

/// What is bought, from whom and for how much.
pub(crate) fn order(lang: Lang, trade: &Trade, partner: &str) -> Markup {
    let words = lang.words();
    html! {
        section.order aria-labelledby="order" {
            h2 #order { (words.order) }
            p #amount .amount { (amount(trade)) }
            dl {
                dt { (words.merchant) } dd #merchant { (merchant(trade, partner)) }
                dt { (words.subject) }
                dd #subject { (trade.requested("subject").unwrap_or_default()) }
                @if let Some(body) = trade.requested("body") {
                    dt { (words.body) } dd { (body) }
                }
                dt { (words.out_trade_no) } dd.number { (trade.out_trade_no) }
            }
        }
    }
}

pub(crate) fn amount(trade: &Trade) -> Markup {
    money(&trade.amount)
}

/// An amount of money.
pub(crate) fn money(amount: &Amount) -> Markup {
    html! { (amount.text()) " " abbr { (amount.currency()) } }
}

/// A message that a screen reader speaks at once.
pub(crate) fn alert(text: Option<&str>) -> Markup {
    html! { @if let Some(text) = text { p #error .error role="alert" { (text) } } }
}

/// Left without paying, and the merchant named no page for that.
pub(crate) fn cancelled(visit: &Visit) -> Markup {
    let trade = &visit.trade;
    let words = visit.lang.words();
    // Only the browser knows the history, and without script it cannot be linked: the page it says
    // it came from is the next best.
    let origin = trade
        .referer
        .as_deref()
        .and_then(|text| url::Url::parse(text).ok());
    let content = html! {
        h1 #not-paid { (words.not_paid) }
        p { (words.not_paid_advice) }
        @if let (Some(referer), Some(origin)) = (&trade.referer, &origin) {
            a #back .action href=(referer) { (words.back_to) " " (origin.host_str().unwrap_or_default()) }
        }
        a #continue .quiet href=(visit.path("")) { (words.continue_paying) }
    };
    frame(
        visit.lang,
        words.not_paid,
        &LangLinks::ThisPage,
        None,
        &content,
    )
}

/// The gateway refuses a merchant's request.
pub(crate) fn gateway_error(lang: Lang, error: GatewayError) -> Markup {
    let words = lang.words();
    let content = html! {
        h1 { (words.refused) }
        p { (words.refused_advice) }
        p { code #error-code { (error.code()) } }
    };
    frame(lang, words.refused, &LangLinks::None, None, &content)
}

/// No such payment or page.
pub(crate) fn not_found(lang: Lang) -> Markup {
    let words = lang.words();
    let content = html! { h1 { (words.not_found) } p { (words.not_found_advice) } };
    frame(lang, words.not_found, &LangLinks::None, None, &content)
}

/// The stand-in itself failed.
pub(crate) fn failed(visit: &Visit) -> Markup {
    let words = visit.lang.words();
    let content = html! {
        h1 { (words.failed) }
        p { (words.failed_advice) }
        a.action href=(visit.path("")) { (words.continue_paying) }
    };
    frame(visit.lang, words.failed, &LangLinks::None, None, &content)
}
