use std::{net::SocketAddr, time::Duration};

use alipay_sandbox::sign::Keys;
use axum::{http::StatusCode, response::IntoResponse as _};
use base64ct::{Base64, Encoding as _};
use rsa::{Pkcs1v15Sign, RsaPrivateKey, RsaPublicKey, pkcs8::DecodePrivateKey as _};
use sha2::{Digest as _, Sha256};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::merchant::{Merchant, fail};
use crate::support::{
    Browser, Folder, PARTNER, StandIn, form, md5_sign, pay_request, soon, text_of,
};

/// The whole ladder in about a second.
const FAST: u32 = 100_000;

#[tokio::test]
async fn refused_notification_is_sent_again_until_success() {
    let folder = Folder::new();
    let stand_in = StandIn::start(&folder, FAST).await;
    let planned = vec![
        fail(),
        (StatusCode::OK, "success\n").into_response(),
        (StatusCode::FOUND, [("location", "/elsewhere")], "success").into_response(),
    ];
    let mut merchant = Merchant::start(planned).await;
    Browser::pay(&stand_in, &pay_request("A1", &merchant.notify_url)).await;
    let first = merchant.next().await.fields();
    for _ in 0..3 {
        let again = merchant.next().await.fields();
        assert_eq!(again["notify_id"], first["notify_id"]);
        assert_eq!(again["trade_no"], first["trade_no"]);
        assert_eq!(again["sign"], md5_sign(&text_of(&again)));
    }
    let trade = stand_in
        .trade_when("A1", |trade| trade["acknowledged"] == true)
        .await;
    let answers: Vec<_> = trade["deliveries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|delivery| {
            (
                delivery["status"].as_u64().unwrap(),
                delivery["body"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        answers,
        [
            (500, "fail"),
            (200, "success\n"),
            (302, "success"),
            (200, "success")
        ]
    );
    // The redirect was not followed, and nothing comes after `success`.
    assert!(trade["next_delivery_ms"].is_null() && merchant.is_quiet());
}

#[tokio::test]
async fn eighth_delivery_is_the_last() {
    let folder = Folder::new();
    let stand_in = StandIn::start(&folder, 1_000_000).await;
    let mut merchant = Merchant::start((0..9).map(|_| fail()).collect()).await;
    Browser::pay(&stand_in, &pay_request("A1", &merchant.notify_url)).await;
    for _ in 0..8 {
        merchant.next().await;
    }
    let trade = stand_in
        .trade_when("A1", |trade| trade["next_delivery_ms"].is_null())
        .await;
    assert_eq!(trade["deliveries"].as_array().unwrap().len(), 8);
    assert_eq!(
        (&trade["acknowledged"], merchant.is_quiet()),
        (&false.into(), true)
    );
}

#[tokio::test]
async fn pending_notification_goes_on_after_a_restart() {
    let folder = Folder::new();
    // Found by binding it once; nobody listens there while the first notification is sent.
    let address: SocketAddr = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let stand_in = StandIn::start(&folder, 60).await;
    Browser::pay(
        &stand_in,
        &pay_request("A1", &format!("http://{address}/notify")),
    )
    .await;
    // The second delivery is due two seconds after the first.
    let before = stand_in
        .trade_when("A1", |trade| {
            let sent_ms = trade["deliveries"][0]["at_ms"].as_u64();
            sent_ms
                .is_some_and(|sent_ms| trade["next_delivery_ms"].as_u64() >= Some(sent_ms + 2_000))
        })
        .await;
    assert_eq!(before["deliveries"][0]["status"], serde_json::Value::Null);
    let error = before["deliveries"][0]["error"].as_str().unwrap();
    assert!(error.contains("refused"), "{error}");
    stand_in.stop().await;

    let mut merchant = Merchant::start_on(address, Vec::new()).await;
    let stand_in = StandIn::start(&folder, 60).await;
    let received = merchant.next().await.fields();
    assert_eq!(received["notify_id"], before["notify_id"].as_str().unwrap());
    let after = stand_in
        .trade_when("A1", |trade| trade["acknowledged"] == true)
        .await;
    assert_eq!(after["deliveries"].as_array().unwrap().len(), 2);
    assert_eq!(after["trade_no"], before["trade_no"]);
}

#[tokio::test]
async fn answer_after_the_deadline_counts_for_nothing() {
    let folder = Folder::new();
    let mut config = StandIn::config(&folder);
    config.answer_deadline = Duration::from_millis(50);
    let stand_in = StandIn::start_with(config).await;
    // Accepts connections and never answers.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let notify_url = format!("http://{}/", listener.local_addr().unwrap());
    Browser::pay(&stand_in, &pay_request("A1", &notify_url)).await;
    let trade = stand_in
        .trade_when("A1", |trade| !trade["deliveries"][0].is_null())
        .await;
    assert_eq!(
        trade["deliveries"][0]["error"],
        "no complete answer within the deadline"
    );
    assert_eq!(trade["acknowledged"], false);
}

#[tokio::test]
async fn tampered_notification_fails_verification_and_a_clean_one_follows() {
    let folder = Folder::new();
    let stand_in = StandIn::start(&folder, 1).await;
    stand_in.set_faults(r#"{"tamper":"total_fee"}"#).await;
    let mut merchant = Merchant::start(vec![fail()]).await;
    Browser::pay(&stand_in, &pay_request("A1", &merchant.notify_url)).await;
    let mut tampered = merchant.next().await.fields();
    assert_eq!(tampered["total_fee"], "0.01");
    assert_ne!(tampered["sign"], md5_sign(&text_of(&tampered)));
    // Only that field was altered.
    tampered.insert("total_fee".into(), "19.90".into());
    assert_eq!(tampered["sign"], md5_sign(&text_of(&tampered)));

    let reply = stand_in
        .notify(r#"{"out_trade_no":"A1","tamper":null}"#)
        .await;
    assert_eq!(reply.status, 200);
    let delivery: serde_json::Value = serde_json::from_str(&reply.body).unwrap();
    assert_eq!(
        (&delivery["status"], &delivery["body"]),
        (&200.into(), &"success".into())
    );
    let clean = merchant.next().await.fields();
    assert_eq!(clean["total_fee"], "19.90");
    assert_eq!(clean["sign"], md5_sign(&text_of(&clean)));
    assert_eq!(stand_in.trade("A1").await["acknowledged"], true);
}

#[tokio::test]
async fn copies_arrive_together_and_hold_keeps_silent() {
    let folder = Folder::new();
    let stand_in = StandIn::start(&folder, 1).await;
    let mut merchant = Merchant::start(Vec::new()).await;
    stand_in
        .set_faults(r#"{"notify_copies":3,"notify_delay_ms":20}"#)
        .await;
    Browser::pay(&stand_in, &pay_request("A1", &merchant.notify_url)).await;
    let first = merchant.next().await.fields();
    for _ in 0..2 {
        assert_eq!(
            merchant.next().await.fields()["notify_id"],
            first["notify_id"]
        );
    }
    let trade = stand_in
        .trade_when("A1", |trade| {
            trade["deliveries"].as_array().unwrap().len() == 3
        })
        .await;
    assert_eq!(trade["acknowledged"], true);

    stand_in.set_faults(r#"{"hold":true}"#).await;
    Browser::pay(&stand_in, &pay_request("A2", &merchant.notify_url)).await;
    let held = stand_in.trade("A2").await;
    assert_eq!(held["trade_status"], "TRADE_FINISHED");
    assert!(held["next_delivery_ms"].is_null() && merchant.is_quiet());
    stand_in.notify(r#"{"out_trade_no":"A2"}"#).await;
    assert_eq!(merchant.next().await.fields()["out_trade_no"], "A2");
}

#[tokio::test]
async fn notify_verify_answers_true_until_acknowledged() {
    let folder = Folder::new();
    let stand_in = StandIn::start(&folder, 1).await;
    let mut merchant = Merchant::start(vec![fail()]).await;
    Browser::pay(&stand_in, &pay_request("A1", &merchant.notify_url)).await;
    let notify_id = merchant.next().await.fields()["notify_id"].clone();
    assert_eq!(stand_in.notify_verify(PARTNER, &notify_id).await, "true");
    assert_eq!(
        stand_in.notify_verify(PARTNER, &notify_id[1..]).await,
        "false"
    );
    assert_eq!(stand_in.notify_verify(PARTNER, "").await, "invalid");
    assert_eq!(
        stand_in.notify_verify("2088000000000002", &notify_id).await,
        "invalid"
    );
    stand_in.notify(r#"{"out_trade_no":"A1"}"#).await;
    assert_eq!(stand_in.notify_verify(PARTNER, &notify_id).await, "false");
}

#[tokio::test]
async fn notify_verify_answers_true_while_a_resend_is_on_its_way() {
    let folder = Folder::new();
    let stand_in = StandIn::start(&folder, 1).await;
    stand_in.set_faults(r#"{"hold":true}"#).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let notify_url = format!("http://{}/", listener.local_addr().unwrap());
    Browser::pay(&stand_in, &pay_request("A1", &notify_url)).await;
    let notify_id = stand_in.trade("A1").await["notify_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let acknowledge = async |mut connection: TcpStream| {
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 7\r\nconnection: close\r\n\r\nsuccess";
        connection.write_all(answer).await.unwrap();
        // Closing with unread bytes would reset the connection before the answer is read.
        connection.shutdown().await.unwrap();
        connection.read_to_end(&mut Vec::new()).await.unwrap();
    };
    let send = || stand_in.notify(r#"{"out_trade_no":"A1"}"#);

    let (_, ()) = tokio::join!(send(), async {
        acknowledge(soon(listener.accept()).await.unwrap().0).await;
    });
    assert_eq!(stand_in.notify_verify(PARTNER, &notify_id).await, "false");
    let (_, ()) = tokio::join!(send(), async {
        let (connection, _) = soon(listener.accept()).await.unwrap();
        assert_eq!(stand_in.notify_verify(PARTNER, &notify_id).await, "true");
        acknowledge(connection).await;
    });
    assert_eq!(stand_in.notify_verify(PARTNER, &notify_id).await, "false");
}

/// RSA2 in both directions, with the crate `rsa` used directly on this side.
#[tokio::test]
async fn rsa2_payment_verifies_with_alipays_public_key() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../vectors/signatures.json")).unwrap();
    let key = &vectors["keys"]["wannan-test-rsa-2048"];
    let (public_pem, private_pem) = (
        key["public_pem"].as_str().unwrap(),
        key["private_pem"].as_str().unwrap(),
    );
    let private = RsaPrivateKey::from_pkcs8_pem(private_pem).unwrap();
    let folder = Folder::new();
    let mut config = StandIn::config(&folder);
    // One public test key plays both parts.
    config.keys = Keys::rsa2(public_pem, private_pem).unwrap();
    let stand_in = StandIn::start_with(config).await;
    let mut merchant = Merchant::start(Vec::new()).await;

    let mut request = pay_request("A1", &merchant.notify_url);
    let digest = Sha256::digest(text_of(&request));
    let sign = private
        .sign(Pkcs1v15Sign::new::<Sha256>(), &digest)
        .unwrap();
    request.insert("sign".into(), Base64::encode_string(&sign));
    request.insert("sign_type".into(), "RSA2".into());
    let mut browser = Browser::default();
    let url = format!("{}/gateway.do?{}", stand_in.origin, form(&request));
    let opened = browser.get(&url).await;
    assert_eq!(opened.status, 302, "{}", opened.body);
    let cashier = format!("{}{}", stand_in.origin, opened.location());
    browser.log_in(&cashier).await;
    browser.enter_payment_password(&cashier, "246810").await;

    let received = merchant.next().await.fields();
    let sign = Base64::decode_vec(&received["sign"]).unwrap();
    let digest = Sha256::digest(text_of(&received));
    let verdict =
        RsaPublicKey::from(&private).verify(Pkcs1v15Sign::new::<Sha256>(), &digest, &sign);
    assert_eq!((verdict, received["sign_type"].as_str()), (Ok(()), "RSA2"));
}
