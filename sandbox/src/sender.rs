//! Posts a message as Alipay would, or worse: slowly, or with the connection cut.

use std::{convert::Infallible, io, time::Duration};

use futures_util::stream;
use http_body_util::{BodyExt as _, Full, Limited, StreamBody, combinators::UnsyncBoxBody};
use hyper::{
    Request,
    body::{Bytes, Frame},
    header,
};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

use crate::{clock, sign::Fields, trade::Delivery};

/// The most of an answer that is read.
const MAX_ANSWER: usize = 64 * 1024;
/// The most of an answer that is kept.
const MAX_KEPT: usize = 256;
/// Into how many pieces a slow body goes, and how long one waits for the next.
const PIECES: usize = 20;
const PIECE_MS: u64 = 250;

/// How the body goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// At once.
    Plain,
    /// In pieces, over five seconds.
    Slow,
    /// Half of it, and then the connection ends.
    Cut,
}

/// One message, signed.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) content_type: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) pace: Pace,
}

impl Message {
    /// A form in UTF-8, as the gateway posts it.
    pub(crate) fn form(fields: &Fields) -> Self {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        Self::raw_form(body.into_bytes())
    }

    /// A form that is encoded already.
    pub(crate) fn raw_form(body: Vec<u8>) -> Self {
        Self {
            content_type: "application/x-www-form-urlencoded; charset=utf-8".to_owned(),
            headers: Vec::new(),
            body,
            pace: Pace::Plain,
        }
    }
}

type Body = UnsyncBoxBody<Bytes, io::Error>;

/// Posts notifications to merchants. Redirects are not followed, connections not reused.
#[derive(Clone, Debug)]
pub(crate) struct Sender {
    client: Client<HttpsConnector<HttpConnector>, Body>,
    answer_deadline: Duration,
}

impl Sender {
    /// A sender that waits `answer_deadline` for a whole answer.
    ///
    /// # Errors
    ///
    /// The system's certificates cannot be read.
    pub(crate) fn new(answer_deadline: Duration) -> io::Result<Self> {
        let connector = HttpsConnectorBuilder::new()
            .with_native_roots()?
            .https_or_http()
            .enable_http1()
            .build();
        let client = Client::builder(TokioExecutor::new())
            .pool_max_idle_per_host(0)
            .build(connector);
        Ok(Self {
            client,
            answer_deadline,
        })
    }

    /// Posts once.
    pub(crate) async fn post(&self, url: &str, message: Message) -> Delivery {
        let at_ms = clock::now_ms();
        let failed = |error: &str| Delivery {
            at_ms,
            status: None,
            body: String::new(),
            error: Some(error.to_owned()),
        };
        let slowness = match message.pace {
            Pace::Slow => Duration::from_secs(5),
            Pace::Plain | Pace::Cut => Duration::ZERO,
        };
        let deadline = self.answer_deadline.saturating_add(slowness);
        match tokio::time::timeout(deadline, self.exchange(url, message)).await {
            Ok(Ok((status, body))) => Delivery {
                at_ms,
                status: Some(status),
                body,
                error: None,
            },
            Ok(Err(error)) => failed(&error),
            Err(_) => failed("no complete answer within the deadline"),
        }
    }

    async fn exchange(&self, url: &str, message: Message) -> Result<(u16, String), String> {
        let mut request = Request::post(url)
            .header(header::CONTENT_TYPE, message.content_type)
            .header(header::CONTENT_LENGTH, message.body.len())
            .header(header::USER_AGENT, "Mozilla/4.0");
        for (name, value) in message.headers {
            request = request.header(name, value);
        }
        let request = request
            .body(body(message.body, message.pace))
            .map_err(|error| error.to_string())?;
        let response = self.client.request(request).await.map_err(|error| {
            if message.pace == Pace::Cut {
                "the connection was cut on purpose".to_owned()
            } else {
                reason(&error)
            }
        })?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), MAX_ANSWER)
            .collect()
            .await
            .map_err(|error| error.to_string())?
            .to_bytes();
        Ok((
            status,
            String::from_utf8_lossy(&body)
                .chars()
                .take(MAX_KEPT)
                .collect(),
        ))
    }
}

fn body(bytes: Vec<u8>, pace: Pace) -> Body {
    let pieces: Vec<io::Result<Bytes>> = match pace {
        Pace::Plain => {
            let whole = Full::from(bytes).map_err(|never: Infallible| match never {});
            return whole.boxed_unsync();
        }
        Pace::Slow => {
            let size = bytes.len().div_ceil(PIECES).max(1);
            let piece = |piece: &[u8]| Ok(Bytes::copy_from_slice(piece));
            bytes.chunks(size).map(piece).collect()
        }
        Pace::Cut => {
            let half = bytes.get(..bytes.len() / 2).unwrap_or_default();
            let end = io::Error::new(io::ErrorKind::ConnectionAborted, "cut on purpose");
            vec![Ok(Bytes::copy_from_slice(half)), Err(end)]
        }
    };
    let frames = stream::unfold(pieces.into_iter(), |mut pieces| async {
        let piece = pieces.next()?;
        tokio::time::sleep(Duration::from_millis(PIECE_MS)).await;
        Some((piece.map(Frame::data), pieces))
    });
    StreamBody::new(frames).boxed_unsync()
}

/// The innermost cause: "Connection refused" tells more than "client error".
fn reason(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), reason)
}
