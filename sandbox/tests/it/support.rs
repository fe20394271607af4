use std::{
    collections::BTreeMap,
    future::Future,
    path::{Path, PathBuf},
    time::Duration,
};

use alipay_sandbox::{Config, Sandbox, sign::Keys};
use axum::{body::Bytes, http::HeaderMap};
use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use md5::{Digest as _, Md5};
use serde_json::Value;
use tokio::{net::TcpListener, task::JoinHandle};

pub(crate) const PARTNER: &str = "2088000000000001";
pub(crate) const MD5_KEY: &str = "test key of the sandbox's tests";
/// How long a test waits for what must happen.
const DEADLINE: Duration = Duration::from_secs(20);

pub(crate) type Fields = BTreeMap<String, String>;

pub(crate) fn fields(pairs: &[(&str, &str)]) -> Fields {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

pub(crate) fn form(fields: &Fields) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

pub(crate) fn parse_form(text: &str) -> Fields {
    form_urlencoded::parse(text.as_bytes())
        .into_owned()
        .collect()
}

/// The sign of `text` with the tests' MD5 key, made without the crate under test.
pub(crate) fn md5_sign(text: &str) -> String {
    let digest = Md5::digest(format!("{text}{MD5_KEY}"));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The text to be signed, made without the crate under test: a map is sorted already.
pub(crate) fn text_of(fields: &Fields) -> String {
    let signed = fields
        .iter()
        .filter(|(name, _)| *name != "sign" && *name != "sign_type");
    signed
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join("&")
}

/// Fails unless `part` stands in `text`, and then says what stands there.
#[track_caller]
pub(crate) fn shows(text: &str, part: &str) {
    assert!(text.contains(part), "{part} is not in {text}");
}

/// Awaits `future`, and fails the test when it takes too long.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, future).await.unwrap()
}

/// A folder of its own for a test, removed at the end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        let mut name = [0; 8];
        getrandom::fill(&mut name).unwrap();
        let name = u64::from_ne_bytes(name);
        let path = std::env::temp_dir().join(format!("alipay-sandbox-{name:x}"));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A running stand-in.
pub(crate) struct StandIn {
    pub(crate) origin: String,
    task: JoinHandle<()>,
}

impl StandIn {
    /// Starts one for MD5 whose retry ladder is `speedup` times as fast.
    pub(crate) async fn start(folder: &Folder, speedup: u32) -> Self {
        let mut config = Self::config(folder);
        config.speedup = speedup;
        Self::start_with(config).await
    }

    pub(crate) fn config(folder: &Folder) -> Config {
        Config::new(
            PARTNER,
            Keys::md5(MD5_KEY).unwrap(),
            folder.path().join("alipay.json"),
        )
    }

    pub(crate) async fn start_with(config: Config) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let sandbox = Sandbox::new(config).unwrap();
        let task = tokio::spawn(async move { sandbox.serve(listener).await.unwrap() });
        Self { origin, task }
    }

    /// Stops it as a crash would; the notifier included.
    pub(crate) async fn stop(self) {
        self.task.abort();
        assert!(self.task.await.unwrap_err().is_cancelled());
    }

    /// The URL of a signed request.
    pub(crate) fn gateway_url(&self, unsigned: &Fields) -> String {
        format!("{}/gateway.do?{}", self.origin, form(&signed(unsigned)))
    }

    /// Sets the faults of the next payments.
    pub(crate) async fn set_faults(&self, json: &str) {
        let reply = Browser::default()
            .send(
                Request::post(format!("{}/control/faults", self.origin))
                    .header("content-type", "application/json"),
                json,
            )
            .await;
        assert_eq!(reply.status, 200, "{}", reply.body);
    }

    pub(crate) async fn trade(&self, out_trade_no: &str) -> Value {
        let url = format!("{}/control/trades/{out_trade_no}", self.origin);
        serde_json::from_str(&Browser::default().get(&url).await.body).unwrap()
    }

    /// Waits until the trade is as `wanted`.
    pub(crate) async fn trade_when(
        &self,
        out_trade_no: &str,
        wanted: impl Fn(&Value) -> bool,
    ) -> Value {
        soon(async {
            loop {
                let trade = self.trade(out_trade_no).await;
                if wanted(&trade) {
                    return trade;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await
    }

    /// Sends a notification now and answers the delivery.
    pub(crate) async fn notify(&self, json: &str) -> Reply {
        let request = Request::post(format!("{}/control/notify", self.origin));
        Browser::default()
            .send(request.header("content-type", "application/json"), json)
            .await
    }

    /// What `notify_verify` answers.
    pub(crate) async fn notify_verify(&self, partner: &str, notify_id: &str) -> String {
        let query = form(&fields(&[
            ("service", "notify_verify"),
            ("partner", partner),
            ("notify_id", notify_id),
        ]));
        Browser::default()
            .get(&format!("{}/gateway.do?{query}", self.origin))
            .await
            .body
    }
}

/// `unsigned` with the merchant's MD5 sign.
pub(crate) fn signed(unsigned: &Fields) -> Fields {
    let mut fields = unsigned.clone();
    fields.insert("sign".to_owned(), md5_sign(&text_of(unsigned)));
    fields.insert("sign_type".to_owned(), "MD5".to_owned());
    fields
}

/// A well-formed payment request of 19.90 USD.
pub(crate) fn pay_request(out_trade_no: &str, notify_url: &str) -> Fields {
    fields(&[
        ("_input_charset", "UTF-8"),
        ("currency", "USD"),
        ("notify_url", notify_url),
        ("out_trade_no", out_trade_no),
        ("partner", PARTNER),
        ("product_code", "NEW_WAP_OVERSEAS_SELLER"),
        ("return_url", "http://127.0.0.1:9/return"),
        ("service", "create_forex_trade_wap"),
        ("subject", "Kettle"),
        ("total_fee", "19.90"),
    ])
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn location(&self) -> &str {
        self.header("location")
    }
}

/// A shopper's browser that follows no redirect by itself and keeps one cookie.
#[derive(Default)]
pub(crate) struct Browser {
    pub(crate) cookie: Option<String>,
    pub(crate) accept_language: Option<&'static str>,
}

impl Browser {
    pub(crate) async fn get(&mut self, url: &str) -> Reply {
        self.send(Request::get(url), "").await
    }

    pub(crate) async fn post(&mut self, url: &str, form: &str) -> Reply {
        let content_type = "application/x-www-form-urlencoded";
        self.send(
            Request::post(url).header("content-type", content_type),
            form,
        )
        .await
    }

    pub(crate) async fn send(
        &mut self,
        mut request: hyper::http::request::Builder,
        body: &str,
    ) -> Reply {
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        if let Some(languages) = self.accept_language {
            request = request.header("accept-language", languages);
        }
        let request = request.body(Full::<Bytes>::from(body.to_owned())).unwrap();
        let client = Client::builder(TokioExecutor::new()).build_http();
        let (parts, body) = soon(client.request(request)).await.unwrap().into_parts();
        if let Some(cookie) = parts.headers.get("set-cookie") {
            let (pair, _) = cookie.to_str().unwrap().split_once(';').unwrap();
            self.cookie = Some(pair.to_owned());
        }
        let body = soon(body.collect()).await.unwrap().to_bytes();
        Reply {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    /// Opens the cashier for a request and answers its URL.
    pub(crate) async fn open(&mut self, stand_in: &StandIn, request: &Fields) -> String {
        let reply = self.get(&stand_in.gateway_url(request)).await;
        assert_eq!(reply.status, 302, "{}", reply.body);
        format!("{}{}", stand_in.origin, reply.location())
    }

    pub(crate) async fn log_in(&mut self, cashier: &str) {
        let form = "account=shopper%40example.com&login_password=111111";
        let reply = self.post(&format!("{cashier}/login"), form).await;
        assert_eq!(reply.status, 303);
        assert!(reply.location().ends_with("/pay"), "{}", reply.location());
    }

    pub(crate) async fn enter_payment_password(&mut self, cashier: &str, password: &str) -> Reply {
        self.post(
            &format!("{cashier}/pay"),
            &format!("payment_password={password}"),
        )
        .await
    }

    /// From the signed request to the right payment password; answers the cashier's URL.
    pub(crate) async fn pay(stand_in: &StandIn, request: &Fields) -> (Self, String) {
        let mut browser = Self::default();
        let cashier = browser.open(stand_in, request).await;
        browser.log_in(&cashier).await;
        let reply = browser.enter_payment_password(&cashier, "246810").await;
        assert_eq!(reply.status, 303);
        assert!(
            reply.location().ends_with("/result"),
            "{}",
            reply.location()
        );
        (browser, cashier)
    }
}
