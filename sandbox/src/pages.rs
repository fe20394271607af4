//! The cashier's pages as HTML. `maud` escapes every value, so nothing from outside is markup.

use maud::{DOCTYPE, Markup, html};

use crate::{
    cashier::{FormError, Visit},
    gateway_time::GatewayTime,
    password::{ACCOUNT, LOGIN_PASSWORD, MAX_WRONG, PAYMENT_PASSWORD},
    request::GatewayError,
    trade::{Payment, Trade},
    words::Lang,
};

/// Where the language links of a page lead.
enum LangLinks {
    /// To the same page in the other language.
    ThisPage,
    /// Nowhere: the page answers a request that cannot be repeated.
    None,
}

/// Frame of every page. `refresh` leads on by itself: whole seconds and URL.
fn frame(
    lang: Lang,
    title: &str,
    lang_links: &LangLinks,
    refresh: Option<(u64, &str)>,
    content: &Markup,
) -> Markup {
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
            body {
                header {
                    p.mark { strong { (words.stand_in) } " " span { (words.no_real_money) } }
                    @if matches!(lang_links, LangLinks::ThisPage) {
                        nav aria-label=(words.language) {
                            (lang_link(Lang::En, lang, "English"))
                            (lang_link(Lang::Zh, lang, "中文"))
                        }
                    }
                }
                main { (content) }
            }
        }
    }
}

/// A link that keeps the page and changes the language; an old error message goes.
fn lang_link(to: Lang, present: Lang, name: &str) -> Markup {
    let current = (to == present).then_some("true");
    html! {
        a id={ "lang-" (to.code()) } href={ "?lang=" (to.code()) } lang=(to.tag())
            hreflang=(to.tag()) aria-current=[current] { (name) }
    }
}

/// The merchant's name as far as the request tells it.
fn merchant(trade: &Trade, partner: &str) -> String {
    ["supplier", "secondary_merchant_name"]
        .into_iter()
        .find_map(|name| trade.requested(name))
        .map_or_else(|| partner.to_owned(), str::to_owned)
}

/// What is bought, from whom and for how much.
fn order(lang: Lang, trade: &Trade, partner: &str) -> Markup {
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

fn amount(trade: &Trade) -> Markup {
    html! { (trade.amount.text()) " " abbr { (trade.amount.currency()) } }
}

/// A message that a screen reader speaks at once.
fn alert(text: Option<&str>) -> Markup {
    html! { @if let Some(text) = text { p #error .error role="alert" { (text) } } }
}

/// The form to log in.
pub(crate) fn login(visit: &Visit, partner: &str) -> Markup {
    let words = visit.lang.words();
    let message = (visit.error == Some(FormError::Login)).then_some(words.wrong_login);
    let described = message.map(|_| "error");
    let content = html! {
        h1 { (words.log_in) }
        (order(visit.lang, &visit.trade, partner))
        form method="post" action=(visit.path("/login")) {
            (alert(message))
            label for="account" { (words.account) }
            input #account name="account" type="email" required autocomplete="off"
                autocapitalize="none" spellcheck="false" aria-describedby=[described];
            label for="login-password" { (words.login_password) }
            input #login-password name="login_password" type="password" required
                autocomplete="off" aria-describedby=[described];
            button #login type="submit" { (words.log_in) }
            a #cancel .quiet href=(visit.path("/cancel")) { (words.cancel) }
        }
        (hint(words.test_shopper, &[(words.account, ACCOUNT), (words.login_password, LOGIN_PASSWORD)]))
    };
    frame(
        visit.lang,
        words.log_in,
        &LangLinks::ThisPage,
        None,
        &content,
    )
}

/// What a tester types, since nobody should have to look it up.
fn hint(title: &str, entries: &[(&str, &str)]) -> Markup {
    html! {
        aside.hint {
            p { (title) }
            dl { @for (name, value) in entries { dt { (name) } dd { code { (value) } } } }
        }
    }
}

/// The form for the payment password.
pub(crate) fn pay(visit: &Visit, partner: &str) -> Markup {
    let trade = &visit.trade;
    let words = visit.lang.words();
    let message = match visit.error {
        Some(FormError::NotSixDigits) => Some(words.not_six_digits),
        Some(FormError::TooSimple) => Some(words.too_simple),
        // Told from the trade, so that Back and Reload show what is true now.
        Some(FormError::Wrong) => match MAX_WRONG.saturating_sub(trade.wrong_passwords) {
            1 => Some(words.wrong_one_left),
            2 => Some(words.wrong_two_left),
            _ => None,
        },
        Some(FormError::Login) | None => None,
    };
    let described = if message.is_some() {
        "six-digits error"
    } else {
        "six-digits"
    };
    let content = html! {
        h1 { (words.confirm) }
        (order(visit.lang, trade, partner))
        form method="post" action=(visit.path("/pay")) {
            (alert(message))
            label for="payment-password" { (words.payment_password) }
            // No `pattern`: the cashier itself says what is wrong, as Alipay's does.
            input #payment-password .digits name="payment_password" type="password"
                inputmode="numeric" maxlength="6" required autofocus autocomplete="off"
                aria-describedby=(described);
            p #six-digits .note { (words.six_digits) }
            button #pay type="submit" { (words.pay) " " (amount(trade)) }
            a #cancel .quiet href=(visit.path("/cancel")) { (words.cancel) }
        }
        (hint(words.test_shopper, &[(words.payment_password, PAYMENT_PASSWORD)]))
    };
    frame(
        visit.lang,
        words.confirm,
        &LangLinks::ThisPage,
        None,
        &content,
    )
}

/// Too many wrong payment passwords.
pub(crate) fn locked(visit: &Visit, partner: &str) -> Markup {
    let words = visit.lang.words();
    let content = html! {
        h1 { (words.locked) }
        (alert(Some(words.locked_advice)))
        (order(visit.lang, &visit.trade, partner))
        a #cancel .action href=(visit.path("/cancel")) { (words.cancel) }
    };
    frame(
        visit.lang,
        words.locked,
        &LangLinks::ThisPage,
        None,
        &content,
    )
}

/// What was paid, with everything a support desk asks for.
pub(crate) fn result(
    visit: &Visit,
    payment: &Payment,
    partner: &str,
    return_url: Option<&str>,
) -> Markup {
    let trade = &visit.trade;
    let words = visit.lang.words();
    let content = html! {
        h1 #paid .done { (words.paid) }
        p.amount { (amount(trade)) }
        section {
            dl {
                dt { (words.merchant) } dd { (merchant(trade, partner)) }
                dt { (words.subject) } dd { (trade.requested("subject").unwrap_or_default()) }
                dt { (words.trade_no) } dd #trade-no .number { (payment.trade_no) }
                dt { (words.out_trade_no) } dd.number { (trade.out_trade_no) }
                dt { (words.paid_at) } dd { (GatewayTime::from_unix_ms(payment.paid_ms).text()) }
            }
        }
        @if let Some(return_url) = return_url {
            p role="status" { (words.returning) }
            a #return .action href=(return_url) { (words.return_now) }
        } @else {
            p { (words.no_return_url) }
        }
    };
    // A browser waits whole seconds; never less than asked for.
    let seconds = payment.faults.return_delay_ms.div_ceil(1000);
    let refresh = return_url.map(|return_url| (seconds, return_url));
    frame(
        visit.lang,
        words.paid,
        &LangLinks::ThisPage,
        refresh,
        &content,
    )
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
