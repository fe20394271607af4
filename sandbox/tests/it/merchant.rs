use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing,
};
use tokio::{net::TcpListener, sync::mpsc, task::JoinHandle};

use crate::support::{Fields, parse_form, soon};

/// A notification that a merchant received.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) content_type: String,
    pub(crate) user_agent: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Received {
    pub(crate) fn fields(&self) -> Fields {
        parse_form(&self.body)
    }
}

struct Answers {
    planned: Mutex<VecDeque<Response>>,
    received: mpsc::UnboundedSender<Received>,
}

/// A merchant's server that answers as planned, and `success` once the plan is over.
pub(crate) struct Merchant {
    pub(crate) notify_url: String,
    received: mpsc::UnboundedReceiver<Received>,
    task: JoinHandle<()>,
}

impl Merchant {
    pub(crate) async fn start(planned: Vec<Response>) -> Self {
        Self::start_on("127.0.0.1:0".parse().unwrap(), planned).await
    }

    pub(crate) async fn start_on(address: SocketAddr, planned: Vec<Response>) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let notify_url = format!("http://{}/notify", listener.local_addr().unwrap());
        let (sender, received) = mpsc::unbounded_channel();
        let answers = Arc::new(Answers {
            planned: Mutex::new(planned.into()),
            received: sender,
        });
        let router = Router::new()
            .fallback(routing::any(receive))
            .with_state(answers);
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            notify_url,
            received,
            task,
        }
    }

    /// The next notification.
    pub(crate) async fn next(&mut self) -> Received {
        soon(self.received.recv()).await.unwrap()
    }

    /// Whether everything that arrived has been taken.
    pub(crate) fn is_quiet(&self) -> bool {
        self.received.is_empty()
    }
}

impl Drop for Merchant {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn receive(State(answers): State<Arc<Answers>>, headers: HeaderMap, body: Bytes) -> Response {
    let header = |name| {
        headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
            .to_owned()
    };
    let received = Received {
        content_type: header("content-type"),
        user_agent: header("user-agent"),
        body: String::from_utf8(body.to_vec()).unwrap(),
        headers: headers.clone(),
    };
    answers.received.send(received).unwrap();
    let planned = answers.planned.lock().unwrap().pop_front();
    planned.unwrap_or_else(|| "success".into_response())
}

/// An answer that acknowledges nothing.
pub(crate) fn fail() -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, "fail").into_response()
}
