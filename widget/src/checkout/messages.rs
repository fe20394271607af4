//! What goes into the state machine, and what comes out.

#[cfg(doc)]
use super::Checkout;
use crate::status::Report;

/// Codes of our own; all others are the edge's.
pub(crate) mod code {
    pub(crate) const BAD_ANSWER: &str = "bad_answer";
    pub(crate) const OFFLINE: &str = "offline";
    pub(crate) const ORDER_TOKEN_MISSING: &str = "order_token_missing";
    pub(crate) const PAY_URL_REFUSED: &str = "pay_url_refused";
    pub(crate) const TIMEOUT: &str = "timeout";
    pub(crate) const UNREACHABLE: &str = "unreachable";
}

/// Why no payment could be started.
#[cfg_attr(test, derive(Hash))]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: String,
    pub(crate) detail: String,
}

impl Refusal {
    pub(crate) fn new(code: &str) -> Self {
        Self {
            code: code.to_owned(),
            detail: String::new(),
        }
    }
}

/// Where the edge sends the shopper, judged by [`crate::pay_url`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PayUrl {
    Absent,
    Allowed(String),
    Refused,
}

/// The edge's answer to `/checkout`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) report: Report,
    pub(crate) status_token: Option<String>,
    pub(crate) pay_url: PayUrl,
}

/// What the element finds when it comes to a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Arrival {
    /// Whether the order token names an order.
    pub(crate) has_order: bool,
    /// The status token the edge's `/return` put into the fragment.
    pub(crate) returned: Option<String>,
    /// The status token kept in this browser.
    pub(crate) stored: Option<String>,
    pub(crate) online: bool,
}

/// The two things that are waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clock {
    /// The present state's own limit.
    Patience,
    /// The next attempt to open the status stream.
    Retry,
}

/// Something happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// The element has come to a page, or has got another order.
    Arrived(Arrival),
    /// It is there again with the same order: moved in the page, or back from the browser's cache.
    Resumed(Arrival),
    /// It was taken out of the page.
    Left,
    Clicked,
    /// Nobody objected to `alipay-start`.
    StartAllowed,
    /// A listener prevented `alipay-start`.
    StartPrevented,
    Answered(Result<Answer, Refusal>),
    Reported(Report),
    /// The status as asked once, after the stream was closed.
    Probed(Report),
    /// The browser has given up the status stream; it does not say why.
    StreamClosed,
    /// The edge does not know the status token, or no longer.
    TokenDenied,
    StatusUnreachable,
    Elapsed(Clock),
    /// The page is no longer seen; `true` when it is being left.
    Hidden(bool),
    Shown,
    Online(bool),
    /// Another tab has stored a status token for this order.
    Stored(String),
    /// Another button on this page works on this order.
    PeerBusy,
    /// It does not any more; with the token stored now.
    PeerFree(Option<String>),
}

/// Something to be done, with what the machine then holds. Inputs wait until all effects of the
/// one before have run, so nothing changes in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Dispatches `alipay-start`; the answer is `StartAllowed` or `StartPrevented`.
    AnnounceStart,
    /// Dispatches `alipay-redirect`, for [`Checkout::pay_url`].
    AnnounceRedirect,
    /// Dispatches `alipay-status`, with [`Checkout::state`] and [`Checkout::report`].
    AnnounceStatus,
    /// Dispatches `alipay-error`, with [`Checkout::refusal`].
    AnnounceError,
    /// Asks `/checkout`.
    Post,
    /// Drops the question to `/checkout`.
    Abort,
    /// Opens the status stream with [`Checkout::token`], closing one that is open.
    Listen,
    /// Asks for the status once, to learn why the stream was closed.
    Probe,
    /// Closes the status stream.
    Hush,
    /// Keeps [`Checkout::token`] in this browser.
    Save,
    Forget,
    Wait(Clock, i32),
    /// Leaves the page for [`Checkout::pay_url`].
    Leave,
    /// Tells the other buttons of this order.
    Tell(News),
}

/// What the other buttons of the same order hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    Busy,
    Free,
    /// The last word of the edge: [`Checkout::report`].
    Final,
}
