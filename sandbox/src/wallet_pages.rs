//! The pages of a payment: who pays, with what, and what came of it.

use maud::{Markup, html};

use crate::{
    clock, desk,
    faults::NotifyFault,
    gateway_time::GatewayTime,
    money,
    outcome::Outcome,
    pages::{LangLinks, alert, amount, frame, merchant, money as shown, order},
    password::{LOGIN_PASSWORD, PAYMENT_PASSWORD},
    shopper::{SHOPPERS, Shopper},
    trade::Payment,
    visit::{FormError, Visit},
    wallet::{Card, Method, Refusal, Wallet},
};

/// The shoppers to choose from, and the form to log in by hand.
pub(crate) fn login(visit: &Visit, partner: &str, wallets: &[(&Shopper, Wallet)]) -> Markup {
    let (words, wallet_words) = (visit.lang.words(), visit.lang.wallet());
    let message = (visit.error == Some(FormError::Login)).then_some(words.wrong_login);
    let described = message.map(|_| "error");
    let [first, ..] = &SHOPPERS;
    let content = html! {
        h1 { (words.log_in) }
        (order(visit.lang, &visit.trade, partner))
        @if visit.shows_code() { (desk::code(visit)) }
        form method="post" action=(visit.path("/quick")) {
            button #quick type="submit" { (wallet_words.quick) " " (first.name) }
            @if !visit.shows_code() {
                a #open-app .quiet href=(visit.path("/app")) { (wallet_words.open_app) }
            }
        }
        form .shoppers method="post" action=(visit.path("/login")) aria-labelledby="shoppers" {
            h2 #shoppers { (wallet_words.choose_shopper) }
            ul {
                @for (shopper, wallet) in wallets {
                    li { (choice(visit, shopper, wallet)) }
                }
            }
        }
        form method="post" action=(visit.path("/login")) aria-labelledby="by-hand" {
            h2 #by-hand { (wallet_words.or_by_hand) }
            (alert(message))
            label for="account" { (words.account) }
            input #account name="account" type="email" required autocomplete="off"
                autocapitalize="none" spellcheck="false" aria-describedby=[described];
            label for="login-password" { (words.login_password) }
            input #login-password name="login_password" type="password" required
                autocomplete="off" aria-describedby=[described];
            button #login .second type="submit" { (words.log_in) }
            a #cancel .quiet href=(visit.path("/cancel")) { (words.cancel) }
        }
        (hint(words.test_shopper, &[(words.account, first.account), (words.login_password, LOGIN_PASSWORD)]))
    };
    frame(
        visit.lang,
        words.log_in,
        &LangLinks::ThisPage,
        None,
        &content,
    )
}

fn choice(visit: &Visit, shopper: &Shopper, wallet: &Wallet) -> Markup {
    html! {
        button .shopper name="shopper" value=(shopper.account) {
            strong { (shopper.name) } " "
            span { (standing(visit, shopper)) }
            span.number { @for balance in wallet.balances() { (shown(&balance)) " " } }
        }
    }
}

fn standing(visit: &Visit, shopper: &Shopper) -> String {
    let words = visit.lang.wallet();
    if shopper.limited {
        return words.limited.to_owned();
    }
    let word = if shopper.verified {
        words.verified
    } else {
        words.unverified
    };
    format!(
        "{word}, {} {} USD",
        words.at_once_up_to,
        shopper.limit_usd()
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

/// The ways to pay, and the form for the payment password.
pub(crate) fn pay(visit: &Visit, partner: &str, shopper: &Shopper, wallet: &Wallet) -> Markup {
    let trade = &visit.trade;
    let (words, wallet_words) = (visit.lang.words(), visit.lang.wallet());
    let message = message(visit, wallet);
    let described = if message.is_some() {
        "six-digits error"
    } else {
        "six-digits"
    };
    let content = html! {
        h1 { (words.confirm) }
        @if visit.in_app { p .note #in-app { (wallet_words.in_app) } }
        (order(visit.lang, trade, partner))
        // A form of its own: the first button of a form is the one that Enter presses.
        form #delete-card .no-card method="post" action=(visit.path("/card")) {}
        form method="post" action=(visit.path("/pay")) {
            (alert(message))
            p.payer {
                span { (wallet_words.payer) ": " strong #payer { (shopper.name) } " · " (standing(visit, shopper)) }
                a #switch href=(visit.path_with("", &[("switch", "1")])) { (wallet_words.other_shopper) }
            }
            (methods(visit, wallet))
            label for="payment-password" { (words.payment_password) }
            // No `pattern`: the cashier itself says what is wrong, as Alipay's does.
            input #payment-password .digits name="payment_password" type="password"
                inputmode="numeric" maxlength="6" required autofocus autocomplete="off"
                aria-describedby=(described);
            p #six-digits .note { (words.six_digits) }
            button #pay type="submit" { (words.pay) " " (amount(trade)) }
            (for_testers(visit))
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

/// What was wrong; told from the wallet where it can be, so that Back and Reload show what is true now.
fn message(visit: &Visit, wallet: &Wallet) -> Option<&'static str> {
    let (words, wallet_words) = (visit.lang.words(), visit.lang.wallet());
    let Some(FormError::Refused(refusal)) = visit.error else {
        return None;
    };
    match refusal {
        Refusal::AccountLimited => Some(wallet_words.account_limited),
        Refusal::CardDeclined => Some(wallet_words.card_declined),
        Refusal::CardExpired => Some(wallet_words.card_expired),
        Refusal::InsufficientBalance => Some(wallet_words.insufficient),
        Refusal::LimitExceeded => Some(wallet_words.limit_exceeded),
        Refusal::NoSuchCard => Some(wallet_words.no_such_card),
        Refusal::NotSixDigits => Some(words.not_six_digits),
        Refusal::TooSimple => Some(words.too_simple),
        Refusal::WrongPassword => match wallet.tries_left() {
            1 => Some(words.wrong_one_left),
            2 => Some(words.wrong_two_left),
            _ => None,
        },
        Refusal::Locked => None,
    }
}

fn methods(visit: &Visit, wallet: &Wallet) -> Markup {
    let words = visit.lang.wallet();
    let price = money::charged(&visit.trade.amount);
    let before = wallet.balance_for(price.currency());
    let after = before.minor().checked_sub(price.minor());
    html! {
        fieldset {
            legend { (words.pay_with) }
            div.method {
                input #by-balance type="radio" name="method" value="balance" checked;
                label for="by-balance" {
                    (words.balance) " " span #balance .number { (shown(&before)) }
                    @if let Some(after) = after {
                        span.note { (words.after) " " (shown(&before.with_minor(after))) }
                    }
                }
            }
            @for card in &wallet.cards { (method(visit, card)) }
        }
    }
}

fn method(visit: &Visit, card: &Card) -> Markup {
    let words = visit.lang.wallet();
    let id = format!("card-{}", card.id);
    let expired = card.is_expired(clock::now_ms());
    html! {
        div.method {
            input id=(id) type="radio" name="method" value={ "card:" (card.id) };
            label for=(id) {
                (words.card) " " span.number { (card.number) }
                span .note .error[expired] { (words.expires) " " (card.expiry()) }
            }
            button .small type="submit" name="card" value=(card.id) form="delete-card" aria-label={ (words.delete) " " (card.number) } { (words.delete) }
        }
    }
}

/// How the payment is to end, and what is to be wrong with its notification.
fn for_testers(visit: &Visit) -> Markup {
    let words = visit.lang.wallet();
    let preselected = visit.outcome.is_some() || visit.notify.is_some();
    html! {
        details #for-testers open[preselected] {
            summary { (words.for_testers) }
            label for="outcome" { (words.outcome) }
            select #outcome name="outcome" {
                option value="" { (words.by_amount) }
                @for one in Outcome::ALL {
                    option value=(one.word()) selected[visit.outcome == Some(one)] { (visit.lang.outcome(one)) }
                }
            }
            label for="notify" { (words.notification) }
            select #notify name="notify" {
                option value="" { (words.genuine) }
                @for one in NotifyFault::ALL {
                    @if visit.trade.antom.is_none() || one.is_of_antom() {
                        option value=(one.word()) selected[visit.notify == Some(one)] { (visit.lang.notify(one)) }
                    }
                }
            }
        }
    }
}

/// Too many wrong payment passwords.
pub(crate) fn locked(visit: &Visit, partner: &str, wallet: &Wallet) -> Markup {
    let (words, wallet_words) = (visit.lang.words(), visit.lang.wallet());
    let until = GatewayTime::from_unix_ms(wallet.locked_until_ms()).text();
    let content = html! {
        h1 { (words.locked) }
        (alert(Some(words.locked_advice)))
        p { (wallet_words.locked_until) ": " span #locked-until .number { (until) } }
        (order(visit.lang, &visit.trade, partner))
        a #switch .action href=(visit.path_with("", &[("switch", "1")])) { (wallet_words.other_shopper) }
        a #cancel .quiet href=(visit.path("/cancel")) { (words.cancel) }
    };
    frame(
        visit.lang,
        words.locked,
        &LangLinks::ThisPage,
        None,
        &content,
    )
}

/// Not decided yet; looks again every two seconds.
pub(crate) fn processing(visit: &Visit) -> Markup {
    let words = visit.lang.wallet();
    let again = visit.path("/result");
    let content = html! {
        h1 #processing { (words.processing) }
        p.amount { (amount(&visit.trade)) }
        p role="status" { (words.processing_advice) }
    };
    frame(
        visit.lang,
        words.processing,
        &LangLinks::None,
        Some((2, &again)),
        &content,
    )
}

/// Ended without money.
pub(crate) fn closed(visit: &Visit, partner: &str) -> Markup {
    let (words, wallet_words) = (visit.lang.words(), visit.lang.wallet());
    let content = html! {
        h1 #closed { (wallet_words.closed) }
        p { (wallet_words.closed_advice) }
        (order(visit.lang, &visit.trade, partner))
        a #cancel .action href=(visit.path("/cancel")) { (words.back_to) " " (merchant(&visit.trade, partner)) }
    };
    frame(
        visit.lang,
        wallet_words.closed,
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
    let (words, wallet_words) = (visit.lang.words(), visit.lang.wallet());
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
                @if let Some(charge) = &payment.charge {
                    dt { (wallet_words.pay_with) }
                    dd #paid-with .number {
                        @match &charge.method {
                            Method::Balance => (wallet_words.balance),
                            Method::Card(last) => { (wallet_words.card) " •••• " (last) },
                        }
                        ", " (shown(&charge.amount))
                    }
                    @if let Some((before, after)) = &charge.balance {
                        dt { (wallet_words.balance) }
                        dd #balances .number { (shown(before)) " → " (shown(after)) }
                    }
                }
            }
        }
        @match return_url {
            None => p { (words.no_return_url) },
            Some(url) if payment.stays => {
                p #stays role="status" { (wallet_words.stays) }
                a #return .quiet href=(url) { (words.return_now) }
            },
            Some(url) => {
                @if !visit.in_app { p role="status" { (words.returning) } }
                a #return .action href=(url) { (words.return_now) }
            },
        }
    };
    // A browser waits whole seconds; never less than asked for. An app does not go back by itself.
    let seconds = payment.faults.return_delay_ms.div_ceil(1000);
    let refresh = return_url
        .filter(|_| !payment.stays && !visit.in_app)
        .map(|url| (seconds, url));
    frame(
        visit.lang,
        words.paid,
        &LangLinks::ThisPage,
        refresh,
        &content,
    )
}
