use hyper::Request;
use serde_json::{Value, json};

use crate::support::{Browser, Folder, Reply, StandIn, pay_request, shows};

fn code(reply: &Reply) -> (u16, String) {
    assert_eq!(reply.header("content-type"), "application/problem+json");
    let problem: Value = serde_json::from_str(&reply.body).unwrap();
    assert_eq!(problem["status"], reply.status);
    (reply.status, problem["code"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn foreign_host_is_refused_on_every_control_route() {
    let folder = Folder::new();
    let stand_in = StandIn::start(&folder, 1).await;
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/control/trades/A1"),
        ("POST", "/control/faults"),
        ("DELETE", "/control/faults"),
        ("POST", "/control/notify"),
    ] {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", stand_in.origin))
            .header("content-type", "application/json")
            .header("host", "rebound.example:8788");
        let reply = Browser::default().send(request, r#"{"hold":true}"#).await;
        assert_eq!(
            code(&reply),
            (403, "not_loopback".to_owned()),
            "{method} {path}"
        );
    }
    let page = Browser::default()
        .get(&format!("{}/", stand_in.origin))
        .await;
    shows(&page.body, "&quot;hold&quot;:false");
}

#[tokio::test]
async fn faults_are_set_whole_and_reset() {
    let folder = Folder::new();
    let stand_in = StandIn::start(&folder, 1).await;
    let url = format!("{}/control/faults", stand_in.origin);
    let none = json!({
        "notify_delay_ms": 0, "return_delay_ms": 2000, "notify_copies": 1, "tamper": null,
        "hold": false, "refund": null, "outcome": null, "notify": null,
    });
    let send = async |request: hyper::http::request::Builder, body: &str| -> Reply {
        Browser::default()
            .send(request.header("content-type", "application/json"), body)
            .await
    };
    let reply = send(
        Request::post(&url),
        r#"{"notify_copies":2,"tamper":"sign"}"#,
    )
    .await;
    let mut expected = none.clone();
    expected["notify_copies"] = 2.into();
    expected["tamper"] = "sign".into();
    assert_eq!(
        serde_json::from_str::<Value>(&reply.body).unwrap(),
        expected
    );
    let reply = send(Request::delete(&url), "").await;
    assert_eq!(serde_json::from_str::<Value>(&reply.body).unwrap(), none);
}

#[tokio::test]
async fn faults_that_make_no_sense_are_refused_with_a_code() {
    let folder = Folder::new();
    let stand_in = StandIn::start(&folder, 1).await;
    let url = format!("{}/control/faults", stand_in.origin);
    for (content_type, body, expected) in [
        // What a foreign page could send without being asked for permission.
        ("text/plain", r#"{"hold":true}"#, (415, "bad_json")),
        ("application/json", r#"{"hold":1}"#, (422, "bad_json")),
        ("application/json", r#"{"wait":true}"#, (422, "bad_json")),
        ("application/json", "{", (400, "bad_json")),
        (
            "application/json",
            r#"{"notify_copies":0}"#,
            (422, "out_of_range"),
        ),
    ] {
        let request = Request::post(&url).header("content-type", content_type);
        let reply = Browser::default().send(request, body).await;
        assert_eq!(code(&reply), (expected.0, expected.1.to_owned()), "{body}");
    }
}

#[tokio::test]
async fn notification_of_an_unknown_or_unpaid_trade_is_refused() {
    let folder = Folder::new();
    let stand_in = StandIn::start(&folder, 1).await;
    let reply = stand_in.notify(r#"{"out_trade_no":"A1"}"#).await;
    assert_eq!(code(&reply), (404, "no_trade".to_owned()));
    Browser::default()
        .open(&stand_in, &pay_request("A1", "http://127.0.0.1:9/"))
        .await;
    let reply = stand_in.notify(r#"{"out_trade_no":"A1"}"#).await;
    assert_eq!(code(&reply), (409, "not_paid".to_owned()));
    let reply = stand_in.notify("{}").await;
    assert_eq!(code(&reply), (422, "bad_json".to_owned()));
}

#[tokio::test]
async fn overview_lists_trades_and_links_to_open_cashiers() {
    let folder = Folder::new();
    let stand_in = StandIn::start(&folder, 1).await;
    let mut browser = Browser::default();
    let url = format!("{}/", stand_in.origin);
    assert!(browser.get(&url).await.body.contains("No trade yet."));
    let cashier = browser
        .open(&stand_in, &pay_request("A1", "http://127.0.0.1:9/"))
        .await;
    let page = browser.get(&url).await;
    let path = cashier.strip_prefix(&stand_in.origin).unwrap();
    for part in [
        &format!(r#"href="{path}""#),
        r#"href="/control/trades/A1""#,
        "WAIT_BUYER_PAY",
    ] {
        shows(&page.body, part);
    }
}
