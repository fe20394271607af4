use std::process::{Command, Output};

use axum::response::IntoResponse as _;

use crate::merchant::{Merchant, fail};
use crate::support::{Folder, MD5_KEY, md5_sign, shows, text_of};

/// Runs the program beside the merchant's server, which is in this process.
async fn run(words: &[&str]) -> (Option<i32>, String, String) {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let output: Output = tokio::task::spawn_blocking(move || {
        Command::new(env!("CARGO_BIN_EXE_alipay-sandbox"))
            .args(words)
            .output()
            .unwrap()
    })
    .await
    .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn secrets() -> (Folder, String) {
    let folder = Folder::new();
    std::fs::write(folder.path().join("md5.key"), MD5_KEY).unwrap();
    let path = folder.path().to_str().unwrap().to_owned();
    (folder, path)
}

/// How MD5 is asked for.
const MD5: [&str; 2] = ["--sign-type", "MD5"];

/// A command for the receiver at `url`, with the words that all of these have.
fn at<'a>(command: &'a str, url: &'a str, secrets: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&[command, "--url", url, "--secrets", secrets], more].concat()
}

#[tokio::test]
async fn notify_sends_what_was_asked_for_and_says_that_it_was_acknowledged() {
    let (_folder, path) = secrets();
    let mut merchant = Merchant::start(Vec::new()).await;
    let order = "--out-trade-no B7 --total-fee 8.00 --currency EUR --field notify_id=n1 --field trade_no=t1";
    let time = ["--field", "notify_time=2026-11-22 12:00:00"];
    let more: Vec<_> = MD5
        .into_iter()
        .chain(order.split(' '))
        .chain(time)
        .collect();
    let told = run(&at("notify", &merchant.notify_url, &path, &more)).await;
    let said = "answer: 200 success\nacknowledged: Alipay would not send it again\n";
    assert_eq!(told, (Some(0), said.to_owned(), String::new()));
    let fields = merchant.next().await.fields();
    let text = "currency=EUR&notify_id=n1&notify_time=2026-11-22 12:00:00&notify_type=trade_status_sync&\
                out_trade_no=B7&total_fee=8.00&trade_no=t1&trade_status=TRADE_FINISHED";
    assert_eq!(text_of(&fields), text);
    assert_eq!(fields["sign"], md5_sign(text));
}

#[tokio::test]
async fn attack_names_every_forgery_that_a_careless_receiver_accepts() {
    let (_folder, path) = secrets();
    let merchant = Merchant::start(Vec::new()).await;
    let words = at("attack", &merchant.notify_url, &path, &MD5);
    let (code, out, err) = run(&words).await;
    assert_eq!((code, err.as_str()), (Some(1), ""));
    shows(
        &out,
        "\nACCEPTED  signed text split anew             200 success\n",
    );
    let accepted = out
        .lines()
        .filter(|line| line.starts_with("ACCEPTED "))
        .count();
    assert_eq!(accepted, 24);
    let end = "\n24 of 24 forgeries were acknowledged. If the receiver also takes the order for paid then, which only its own \
               records show, whoever can reach this address can do so. Look at the first ACCEPTED: verify the signature \
               over exactly what was received, with the key and algorithm of your configuration, and refuse names that \
               come twice or that you do not know.\n";
    assert!(out.ends_with(end), "{out}");
}

#[tokio::test]
async fn attack_proves_nothing_when_the_genuine_message_is_refused_too() {
    let (_folder, path) = secrets();
    let merchant = Merchant::start((0..40).map(|_| fail()).collect()).await;
    let words = at("attack", &merchant.notify_url, &path, &MD5);
    let (code, out, _) = run(&words).await;
    assert_eq!(code, Some(3));
    shows(
        &out,
        "\nREFUSED   the genuine message                500 fail\n",
    );
}

#[tokio::test]
async fn attack_on_nobody_says_so_at_once() {
    let (_folder, path) = secrets();
    let words = at("attack", "http://127.0.0.1:9/notify", &path, &MD5);
    let said = "no answer from http://127.0.0.1:9/notify: Connection refused (os error 111). Start the \
                receiver, or correct --url.\n";
    assert_eq!(run(&words).await, (Some(3), said.to_owned(), String::new()));
}

#[tokio::test]
async fn attack_on_antom_tries_the_headers() {
    let folder = Folder::new();
    let path = folder.path().to_str().unwrap().to_owned();
    assert_eq!(run(&["keys", "--dir", &path]).await.0, Some(0));
    let yes = || r#"{"result":{"resultStatus":"S","resultCode":"SUCCESS"}}"#.into_response();
    let mut planned: Vec<_> = (0..12).map(|_| fail()).collect();
    planned.push(yes());
    let merchant = Merchant::start(planned).await;
    let client = ["--antom-client", "C1"];
    let words = at("attack", &merchant.notify_url, &path, &client);
    let (code, out, _) = run(&words).await;
    assert_eq!(code, Some(0), "{out}");
    let end = "All 12 forgeries were refused, and the genuine message was accepted. Tried were single messages about one \
               order, and their answers. That does not show what the receiver wrote down, nor that it holds a genuine \
               amount against the order and takes a repetition once (notify, with another --total-fee and with --fault \
               duplicate), nor what it believes at other addresses, such as the page that shoppers come back to.\n";
    assert!(out.ends_with(end), "{out}");
}

#[tokio::test]
async fn ladder_is_shown_without_a_receiver_and_climbed_with_one() {
    let (code, out, _) = run(&["ladder"]).await;
    let shown = "delivery 1 after 0 s\ndelivery 2 after 2 min\ndelivery 3 after 12 min\ndelivery 4 after 22 min\n\
                 delivery 5 after 1 h 22 min\ndelivery 6 after 3 h 22 min\ndelivery 7 after 9 h 22 min\n\
                 delivery 8 after 24 h 22 min\nAfter that Alipay sends nothing more: ask it yourself \
                 (single_trade_query, inquiryPayment).\n";
    assert_eq!((code, out.as_str()), (Some(0), shown));
    let (_folder, path) = secrets();
    let merchant = Merchant::start(vec![fail()]).await;
    let more = [&MD5[..], &["--speedup", "1000"]].concat();
    let words = at("ladder", &merchant.notify_url, &path, &more);
    let (code, out, _) = run(&words).await;
    let climbed = "delivery 1 after 0 s: 500 fail\ndelivery 2 after 120 ms: 200 success\n\
                   acknowledged: the ladder ends here\n";
    assert_eq!((code, out.as_str()), (Some(0), climbed));
}

#[tokio::test]
async fn keys_are_made_once_and_only_their_owner_reads_them() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    let path = folder.path().to_str().unwrap().to_owned();
    assert_eq!(run(&["keys", "--dir", &path]).await.0, Some(0));
    let file = folder.path().join("alipay-private.pem");
    let first = std::fs::read_to_string(&file).unwrap();
    assert_eq!(
        std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let (code, out, _) = run(&["keys", "--dir", &path]).await;
    assert_eq!(code, Some(0));
    assert!(out.starts_with("kept "), "{out}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), first);
}

#[tokio::test]
async fn missing_words_say_what_to_do() {
    for (words, expected) in [
        (
            &["attack"][..],
            "--url is required; alipay-sandbox --help shows how",
        ),
        (
            &["notify", "--url", "http://127.0.0.1:9/"],
            "--secrets is required; alipay-sandbox --help shows how",
        ),
        (
            &["notify", "--url", "ftp://a"],
            "--url takes an address as https://shop.example/notify",
        ),
        (
            &["notify", "--fault", "late"],
            "--fault takes tampered, wrong_key, other_merchant, resplit, gbk, slow, cut or duplicate",
        ),
        (
            &["keys"],
            "--dir is required; alipay-sandbox --help shows how",
        ),
    ] {
        let told = run(words).await;
        assert_eq!(
            told,
            (
                Some(2),
                String::new(),
                format!("alipay-sandbox: {expected}\n")
            )
        );
    }
}
