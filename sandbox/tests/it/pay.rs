use crate::merchant::Merchant;
use crate::support::{Browser, Folder, StandIn, md5_sign, parse_form, pay_request, shows, text_of};

#[tokio::test]
async fn shopper_pays_returns_and_the_merchant_is_notified() {
    let folder = Folder::new();
    let stand_in = StandIn::start(&folder, 1).await;
    let mut merchant = Merchant::start(Vec::new()).await;
    let request = pay_request("A1", &merchant.notify_url);
    let mut browser = Browser::default();

    let cashier = browser.open(&stand_in, &request).await;
    let login = browser.get(&cashier).await;
    assert_eq!(login.status, 200);
    for part in [
        r#"id="account""#,
        r#"id="login-password""#,
        r#"id="login""#,
        r#"id="cancel""#,
        r#"id="lang-en""#,
        r#"id="lang-zh""#,
        "19.90",
        "USD",
        "Kettle",
        "No real money",
    ] {
        shows(&login.body, part);
    }
    browser.log_in(&cashier).await;
    let pay = browser.get(&format!("{cashier}/pay")).await;
    for part in [r#"id="payment-password""#, r#"id="pay""#, r#"id="cancel""#] {
        shows(&pay.body, part);
    }
    let paid = browser.enter_payment_password(&cashier, "246810").await;
    assert_eq!(paid.status, 303);

    let notification = merchant.next().await;
    assert_eq!(
        (
            notification.content_type.as_str(),
            notification.user_agent.as_str()
        ),
        (
            "application/x-www-form-urlencoded; charset=utf-8",
            "Mozilla/4.0"
        )
    );
    let received = notification.fields();
    let trade = stand_in
        .trade_when("A1", |trade| trade["acknowledged"] == true)
        .await;
    let trade_no = trade["trade_no"].as_str().unwrap();
    let notify_id = trade["notify_id"].as_str().unwrap();
    let notify_time = received["notify_time"].as_str();
    assert_eq!(
        (trade_no.len(), notify_id.len(), notify_time.len()),
        (28, 34, 19)
    );
    let text = format!(
        "currency=USD&notify_id={notify_id}&notify_time={notify_time}&\
         notify_type=trade_status_sync&out_trade_no=A1&total_fee=19.90&trade_no={trade_no}&\
         trade_status=TRADE_FINISHED"
    );
    assert_eq!(text_of(&received), text);
    assert_eq!(received["sign"], md5_sign(&text));
    assert_eq!(received["sign_type"], "MD5");
    assert_eq!(trade["deliveries"].as_array().unwrap().len(), 1);
    assert_eq!(
        (
            &trade["deliveries"][0]["status"],
            &trade["deliveries"][0]["body"]
        ),
        (&200.into(), &"success".into())
    );

    let result = browser.get(&format!("{cashier}/result")).await;
    assert_eq!(result.status, 200);
    let text = format!(
        "currency=USD&out_trade_no=A1&total_fee=19.90&trade_no={trade_no}&\
         trade_status=TRADE_FINISHED"
    );
    let sign = md5_sign(&text);
    let refresh = format!(
        "2; url=http://127.0.0.1:9/return?currency=USD&amp;out_trade_no=A1&amp;sign={sign}&amp;\
         sign_type=MD5&amp;total_fee=19.90&amp;trade_no={trade_no}&amp;trade_status=TRADE_FINISHED"
    );
    shows(&result.body, &refresh);
}

#[tokio::test]
async fn shopper_returns_at_once_without_a_return_delay() {
    let folder = Folder::new();
    let stand_in = StandIn::start(&folder, 1).await;
    stand_in.set_faults(r#"{"return_delay_ms":0}"#).await;
    let mut request = pay_request("A1", "");
    request.remove("notify_url");
    let (mut browser, cashier) = Browser::pay(&stand_in, &request).await;
    let reply = browser.get(&format!("{cashier}/result")).await;
    assert_eq!(reply.status, 302);
    let (address, query) = reply.location().split_once('?').unwrap();
    let query = parse_form(query);
    assert_eq!(address, "http://127.0.0.1:9/return");
    assert_eq!(query["sign"], md5_sign(&text_of(&query)));
    assert_eq!(query["trade_status"], "TRADE_FINISHED");
}

#[tokio::test]
async fn wrong_login_is_said_and_opens_nothing() {
    let folder = Folder::new();
    let stand_in = StandIn::start(&folder, 1).await;
    let mut browser = Browser::default();
    let cashier = browser
        .open(&stand_in, &pay_request("A1", "http://127.0.0.1:9/"))
        .await;
    for form in [
        "account=shopper%40example.com&login_password=111112",
        "account=other%40example.com&login_password=111111",
        "",
    ] {
        let reply = browser.post(&format!("{cashier}/login"), form).await;
        assert_eq!(reply.status, 303);
        assert!(
            reply.location().ends_with("?error=login"),
            "{}",
            reply.location()
        );
        let page = browser
            .get(&format!("{}{}", stand_in.origin, reply.location()))
            .await;
        shows(&page.body, "Account or login password is wrong.");
    }
    for step in ["pay", "result"] {
        let reply = browser.get(&format!("{cashier}/{step}")).await;
        assert_eq!((reply.status, reply.location()), (303, path_of(&cashier)));
    }
    let reply = browser.enter_payment_password(&cashier, "246810").await;
    assert_eq!((reply.status, reply.location()), (303, path_of(&cashier)));
    assert_eq!(stand_in.trade("A1").await["trade_status"], "WAIT_BUYER_PAY");
}

fn path_of(url: &str) -> &str {
    &url[url.find("/cashier").unwrap()..]
}

#[tokio::test]
async fn login_for_one_payment_does_not_open_another() {
    let folder = Folder::new();
    let stand_in = StandIn::start(&folder, 1).await;
    let mut browser = Browser::default();
    let first = browser
        .open(&stand_in, &pay_request("A1", "http://127.0.0.1:9/"))
        .await;
    browser.log_in(&first).await;
    let second = browser
        .open(&stand_in, &pay_request("A2", "http://127.0.0.1:9/"))
        .await;
    let reply = browser.enter_payment_password(&second, "246810").await;
    assert_eq!((reply.status, reply.location()), (303, path_of(&second)));
    assert_eq!(stand_in.trade("A2").await["trade_status"], "WAIT_BUYER_PAY");
}

#[tokio::test]
async fn three_wrong_payment_passwords_lock_the_payment() {
    let folder = Folder::new();
    let stand_in = StandIn::start(&folder, 1).await;
    let mut browser = Browser::default();
    let cashier = browser
        .open(&stand_in, &pay_request("A1", "http://127.0.0.1:9/"))
        .await;
    browser.log_in(&cashier).await;
    for (password, message) in [
        ("24681", "six digits and nothing else"),
        ("111111", "too simple"),
        ("135790", "Two tries are left"),
        ("135790", "One try is left"),
        ("135790", "Paying is locked for a while"),
        ("246810", "Paying is locked for a while"),
    ] {
        let reply = browser.enter_payment_password(&cashier, password).await;
        assert_eq!(reply.status, 303);
        let page = browser
            .get(&format!("{}{}", stand_in.origin, reply.location()))
            .await;
        assert!(
            page.body.contains(message),
            "{message} is not in {}",
            page.body
        );
    }
    let trade = stand_in.trade("A1").await;
    assert_eq!(
        (&trade["trade_status"], &trade["trade_no"].is_null()),
        (&"WAIT_BUYER_PAY".into(), &true)
    );
}

#[tokio::test]
async fn leaving_without_paying_notifies_nobody() {
    let folder = Folder::new();
    let stand_in = StandIn::start(&folder, 1).await;
    let merchant = Merchant::start(Vec::new()).await;
    let mut browser = Browser::default();
    let mut request = pay_request("A1", &merchant.notify_url);
    request.insert(
        "merchant_url".into(),
        "http://127.0.0.1:9/basket?a=1".into(),
    );
    let cashier = browser.open(&stand_in, &request).await;
    let reply = browser.get(&format!("{cashier}/cancel")).await;
    assert_eq!(
        (reply.status, reply.location()),
        (303, "http://127.0.0.1:9/basket?a=1")
    );
    let trade = stand_in.trade("A1").await;
    assert_eq!(trade["trade_status"], "WAIT_BUYER_PAY");
    assert_eq!(
        (&trade["next_delivery_ms"].is_null(), merchant.is_quiet()),
        (&true, true)
    );
}

#[tokio::test]
async fn leaving_without_merchant_url_tells_that_nothing_was_paid() {
    let folder = Folder::new();
    let stand_in = StandIn::start(&folder, 1).await;
    let url = stand_in.gateway_url(&pay_request("A1", "http://127.0.0.1:9/"));
    let mut browser = Browser::default();
    let opening = hyper::Request::get(url).header("referer", "https://shop.example/checkout?a=1");
    let location = browser.send(opening, "").await.location().to_owned();
    let reply = browser
        .get(&format!("{}{location}/cancel", stand_in.origin))
        .await;
    assert_eq!(reply.status, 200);
    shows(&reply.body, "The payment was not made");
    assert!(
        reply
            .body
            .contains(r#"href="https://shop.example/checkout?a=1">Back to shop.example"#),
        "{}",
        reply.body
    );
}

#[tokio::test]
async fn paid_trade_cannot_be_cancelled_or_paid_again() {
    let folder = Folder::new();
    let stand_in = StandIn::start(&folder, 1).await;
    stand_in.set_faults(r#"{"hold":true}"#).await;
    let (mut browser, cashier) =
        Browser::pay(&stand_in, &pay_request("A1", "http://127.0.0.1:9/")).await;
    let before = stand_in.trade("A1").await;
    let result = format!("{}/result", path_of(&cashier));
    for reply in [
        browser.get(&format!("{cashier}/cancel")).await,
        browser.get(&format!("{cashier}/pay")).await,
        browser.enter_payment_password(&cashier, "246810").await,
    ] {
        assert_eq!((reply.status, reply.location()), (303, result.as_str()));
    }
    assert_eq!(stand_in.trade("A1").await, before);
}

#[tokio::test]
async fn text_from_outside_is_never_markup() {
    let folder = Folder::new();
    let stand_in = StandIn::start(&folder, 1).await;
    let evil = r#"<script>alert(1)</script>"><img src=x>"#;
    let mut request = pay_request("A1", "http://127.0.0.1:9/");
    for name in ["subject", "body", "supplier"] {
        request.insert(name.into(), evil.into());
    }
    let (mut browser, cashier) = Browser::pay(&stand_in, &request).await;
    let result = browser.get(&format!("{cashier}/result")).await;
    let login = Browser::default().get(&cashier).await;
    let overview = browser.get(&format!("{}/", stand_in.origin)).await;
    for page in [result, login, overview] {
        assert_eq!(page.status, 200);
        assert!(
            !page.body.contains("<script") && !page.body.contains("<img"),
            "{}",
            page.body
        );
        assert!(
            page.header("content-security-policy")
                .starts_with("default-src 'none'; "),
            "{:?}",
            page.headers
        );
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
    }
}

#[tokio::test]
async fn language_follows_the_browser_until_the_shopper_chooses() {
    let folder = Folder::new();
    let stand_in = StandIn::start(&folder, 1).await;
    let mut browser = Browser {
        accept_language: Some("zh-CN,zh;q=0.9"),
        ..Browser::default()
    };
    let cashier = browser
        .open(&stand_in, &pay_request("A1", "http://127.0.0.1:9/"))
        .await;
    let page = browser.get(&cashier).await;
    assert!(page.body.contains(r#"<html lang="zh-CN">"#) && page.body.contains("登录密码"));
    let page = browser.get(&format!("{cashier}?lang=en")).await;
    assert!(page.body.contains(r#"<html lang="en">"#) && page.body.contains("Login password"));
    // The choice is kept from step to step.
    let wrong = browser.post(&format!("{cashier}/login?lang=en"), "").await;
    assert!(
        wrong.location().ends_with("?lang=en&error=login"),
        "{}",
        wrong.location()
    );
    shows(&page.body, r#"/login?lang=en""#);
}

#[tokio::test]
async fn unknown_payment_is_a_page_not_found() {
    let folder = Folder::new();
    let stand_in = StandIn::start(&folder, 1).await;
    for path in [
        "/cashier/0123",
        "/cashier/0123/pay",
        "/cashier/%ff",
        "/nowhere",
    ] {
        let reply = Browser::default()
            .get(&format!("{}{path}", stand_in.origin))
            .await;
        assert_eq!(reply.status, 404, "{path}");
        shows(&reply.body, "There is no such page");
    }
}
