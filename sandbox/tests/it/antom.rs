//! Antom's side: a merchant who signs with `rsa` and nothing of the crate under test.

use alipay_sandbox::antom::{Account, sign::AntomKeys};
use axum::{
    http::{HeaderMap, StatusCode},
    response::IntoResponse as _,
};
use base64ct::{Base64, Encoding as _};
use hyper::Request;
use rsa::{Pkcs1v15Sign, RsaPrivateKey, RsaPublicKey, pkcs8::DecodePrivateKey as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::merchant::{Merchant, fail};
use crate::support::{Browser, Folder, Reply, StandIn};

const CLIENT: &str = "SANDBOX_5X0000000000TEST";
const PAY: &str = "/ams/sandbox/api/v1/payments/pay";
const INQUIRY: &str = "/ams/sandbox/api/v1/payments/inquiryPayment";
const TIME: &str = "1795255200000";
const FAST: u32 = 100_000;

/// The test key of the vectors, for both sides.
fn pems() -> [String; 2] {
    let text = include_str!("../../../protocol/tests/vectors/antom.json");
    let file: Value = serde_json::from_str(text).unwrap();
    let vectors = file["vectors"].as_array().unwrap();
    let vector = vectors
        .iter()
        .find(|one| one["id"] == "req-doc-pretty-java")
        .unwrap();
    ["public_key_pem", "private_key_pem"].map(|name| vector[name].as_str().unwrap().to_owned())
}

fn digest(path: &str, client: &str, time: &str, body: &str) -> Vec<u8> {
    Sha256::digest(format!("POST {path}\n{client}.{time}.{body}")).to_vec()
}

fn signature(path: &str, client: &str, body: &str) -> String {
    let key = RsaPrivateKey::from_pkcs8_pem(&pems()[1]).unwrap();
    let digest = digest(path, client, TIME, body);
    let sign = key.sign(Pkcs1v15Sign::new::<Sha256>(), &digest).unwrap();
    // Raw base64 is as good as percent-encoded.
    let base64 = Base64::encode_string(&sign);
    format!("algorithm=RSA256,keyVersion=1,signature={base64}")
}

/// Whether headers of Antom's hold for a body.
fn is_antoms(headers: &HeaderMap, time: &str, path: &str, body: &str) -> bool {
    let text = |name: &str| headers.get(name).unwrap().to_str().unwrap();
    let (_, sign) = text("signature").rsplit_once("signature=").unwrap();
    let sign = sign
        .replace("%2B", "+")
        .replace("%2F", "/")
        .replace("%3D", "=");
    let sign = Base64::decode_vec(&sign).unwrap();
    let digest = digest(path, text("client-id"), text(time), body);
    let key = RsaPrivateKey::from_pkcs8_pem(&pems()[1]).unwrap();
    RsaPublicKey::from(&key)
        .verify(Pkcs1v15Sign::new::<Sha256>(), &digest, &sign)
        .is_ok()
}

async fn start(folder: &Folder) -> StandIn {
    let [public, private] = pems();
    let mut config = StandIn::config(folder);
    config.speedup = FAST;
    config.antom = Some(Account {
        client_id: CLIENT.to_owned(),
        keys: AntomKeys::new(&public, &private).unwrap(),
    });
    StandIn::start_with(config).await
}

fn pay_request(number: &str, notify_url: &str) -> Value {
    json!({
        "productCode": "CASHIER_PAYMENT", "paymentRequestId": number,
        "order": { "referenceOrderId": number, "orderDescription": "Kettle",
            "orderAmount": { "currency": "CNY", "value": "12800" } },
        "paymentAmount": { "currency": "CNY", "value": "12800" },
        "paymentMethod": { "paymentMethodType": "ALIPAY_CN" },
        "env": { "terminalType": "WAP", "osType": "IOS" },
        "paymentRedirectUrl": "http://127.0.0.1:9/return/x?a=b",
        "paymentNotifyUrl": notify_url,
    })
}

async fn post(stand_in: &StandIn, path: &str, client: &str, sign: &str, body: &str) -> Reply {
    let request = Request::post(format!("{}{path}", stand_in.origin))
        .header("content-type", "application/json; charset=UTF-8")
        .header("client-id", client)
        .header("request-time", TIME)
        .header("signature", sign);
    Browser::default().send(request, body).await
}

/// A signed call; its answer must be signed.
async fn call(stand_in: &StandIn, path: &str, message: &Value) -> Value {
    let body = message.to_string();
    let sign = signature(path, CLIENT, &body);
    let reply = post(stand_in, path, CLIENT, &sign, &body).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert!(
        is_antoms(&reply.headers, "response-time", path, &reply.body),
        "{}",
        reply.body
    );
    serde_json::from_str(&reply.body).unwrap()
}

fn said(answer: &Value) -> (&str, &str) {
    let text = |name: &str| answer["result"][name].as_str().unwrap();
    (text("resultStatus"), text("resultCode"))
}

#[tokio::test]
async fn same_request_is_one_payment_and_other_content_is_refused() {
    let folder = Folder::new();
    let stand_in = start(&folder).await;
    let message = pay_request("A1", "http://127.0.0.1:9/notify/antom");
    let first = call(&stand_in, PAY, &message).await;
    assert_eq!(said(&first), ("U", "PAYMENT_IN_PROCESS"));
    assert!(
        first["normalUrl"]
            .as_str()
            .unwrap()
            .starts_with(&format!("{}/cashier/", stand_in.origin))
    );
    assert_eq!(call(&stand_in, PAY, &message).await, first);
    let mut other = message.clone();
    other["env"]["osType"] = json!("ANDROID");
    let refused = call(&stand_in, PAY, &other).await;
    assert_eq!(said(&refused), ("F", "REPEAT_REQ_INCONSISTENT"));
}

#[tokio::test]
async fn payment_is_notified_until_exactly_antoms_word_acknowledges_it() {
    let folder = Folder::new();
    let stand_in = start(&folder).await;
    let ours =
        r#"{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}"#;
    let planned = vec![
        fail(),
        (StatusCode::OK, "success").into_response(),
        (StatusCode::OK, ours.replace("\"S\"", "\"U\"")).into_response(),
        (StatusCode::OK, ours).into_response(),
    ];
    let mut merchant = Merchant::start(planned).await;
    let message = pay_request("A1", &merchant.notify_url);
    let opened = call(&stand_in, PAY, &message).await;
    let inquiry = json!({ "paymentRequestId": "A1" });
    let open = call(&stand_in, INQUIRY, &inquiry).await;
    assert_eq!(said(&open), ("S", "SUCCESS"));
    assert_eq!(open["paymentStatus"], "PROCESSING");

    let mut browser = Browser::default();
    let cashier = opened["normalUrl"].as_str().unwrap();
    browser.log_in(cashier).await;
    browser.enter_payment_password(cashier, "246810").await;
    for _ in 0..4 {
        let received = merchant.next().await;
        assert_eq!(received.content_type, "application/json; charset=UTF-8");
        let told: Value = serde_json::from_str(&received.body).unwrap();
        assert!(is_antoms(
            &received.headers,
            "request-time",
            "/notify",
            &received.body
        ));
        assert_eq!(told["notifyType"], "PAYMENT_RESULT");
        assert_eq!(said(&told), ("S", "SUCCESS"));
        assert_eq!(told["paymentRequestId"], "A1");
        assert_eq!(told["paymentId"], opened["paymentId"]);
        assert_eq!(
            told["paymentAmount"],
            json!({ "currency": "CNY", "value": "12800" })
        );
    }
    let trade = stand_in
        .trade_when("A1", |trade| trade["acknowledged"] == true)
        .await;
    assert_eq!(trade["deliveries"].as_array().unwrap().len(), 4);
    assert!(trade["next_delivery_ms"].is_null() && merchant.is_quiet());

    let paid = call(&stand_in, INQUIRY, &inquiry).await;
    assert_eq!(paid["paymentStatus"], "SUCCESS");
    assert_eq!(
        said(&call(&stand_in, PAY, &message).await),
        ("S", "SUCCESS")
    );
    // A refund is one for each number, and never more than was paid.
    let refund = |number: &str, value: &str| {
        json!({
            "refundRequestId": number, "paymentId": opened["paymentId"],
            "refundAmount": { "currency": "CNY", "value": value },
        })
    };
    let path = "/ams/sandbox/api/v1/payments/refund";
    let given = call(&stand_in, path, &refund("R1", "12000")).await;
    assert_eq!(said(&given), ("S", "SUCCESS"));
    assert_eq!(
        given["refundAmount"],
        json!({ "currency": "CNY", "value": "12000" })
    );
    assert_eq!(call(&stand_in, path, &refund("R1", "12000")).await, given);
    for (message, expected) in [
        (refund("R1", "1"), "REPEAT_REQ_INCONSISTENT"),
        (refund("R2", "801"), "REFUND_AMOUNT_EXCEED"),
        (refund("R3", "0"), "PARAM_ILLEGAL"),
    ] {
        assert_eq!(
            said(&call(&stand_in, path, &message).await),
            ("F", expected)
        );
    }
    // Antom adds nothing to the address of the return.
    let result = browser.get(&format!("{cashier}/result")).await;
    assert!(
        result
            .body
            .contains("href=\"http://127.0.0.1:9/return/x?a=b\"")
    );
}

#[tokio::test]
async fn what_is_not_the_merchants_is_refused_without_a_signature() {
    let folder = Folder::new();
    let stand_in = start(&folder).await;
    let body = pay_request("A1", "http://127.0.0.1:9/notify").to_string();
    let good = signature(PAY, CLIENT, &body);
    let live = "/ams/api/v1/payments/pay";
    for (path, client, sign, body, expected) in [
        (
            PAY,
            CLIENT,
            good.as_str(),
            format!("{body} "),
            "INVALID_SIGNATURE",
        ),
        (INQUIRY, CLIENT, &good, body.clone(), "INVALID_SIGNATURE"),
        (
            PAY,
            CLIENT,
            &good.replace("RSA256", "none"),
            body.clone(),
            "INVALID_SIGNATURE",
        ),
        (PAY, "SANDBOX_OTHER", &good, body.clone(), "UNKNOWN_CLIENT"),
        (
            live,
            CLIENT,
            &signature(live, CLIENT, &body),
            body.clone(),
            "UNKNOWN_CLIENT",
        ),
    ] {
        let reply = post(&stand_in, path, client, sign, &body).await;
        let answer: Value = serde_json::from_str(&reply.body).unwrap();
        assert_eq!(said(&answer), ("F", expected));
        assert_eq!(reply.headers.get("signature"), None);
    }
    let trades = stand_in.trade("A1").await;
    assert_eq!(trades["code"], "no_trade");
}

#[tokio::test]
async fn requests_that_break_a_rule_are_refused_in_antoms_words() {
    let folder = Folder::new();
    let stand_in = start(&folder).await;
    for (pointer, value, expected) in [
        ("/paymentRequestId", json!("A 1"), "PARAM_ILLEGAL"),
        ("/productCode", json!("OTHER"), "PARAM_ILLEGAL"),
        (
            "/paymentAmount/currency",
            json!("USD"),
            "CURRENCY_NOT_SUPPORT",
        ),
        ("/paymentAmount/value", json!("1"), "PARAM_ILLEGAL"),
        ("/paymentAmount/value", json!(12_800), "PARAM_ILLEGAL"),
        ("/order/orderAmount/value", json!("12801"), "PARAM_ILLEGAL"),
        (
            "/paymentMethod/paymentMethodType",
            json!("GCASH"),
            "NO_PAY_OPTIONS",
        ),
        ("/env/osType", json!(""), "PARAM_ILLEGAL"),
        ("/paymentNotifyUrl", json!("ftp://x/"), "PARAM_ILLEGAL"),
    ] {
        let mut message = pay_request("A1", "http://127.0.0.1:9/notify");
        *message.pointer_mut(pointer).unwrap() = value;
        let answer = call(&stand_in, PAY, &message).await;
        assert_eq!(said(&answer), ("F", expected), "{pointer}");
    }
    let unknown = call(&stand_in, INQUIRY, &json!({ "paymentRequestId": "A1" })).await;
    assert_eq!(said(&unknown), ("F", "ORDER_NOT_EXIST"));
}
