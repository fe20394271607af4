//! What goes into the state machine, and what comes out. No texts: tokens, numbers and URLs stay
//! with the element, and the machine knows which of them there are.

use std::ops::BitOr;

#[cfg(doc)]
use super::Checkout;
use crate::refusal::Refusal;
use crate::status::Report;

/// Where the edge sends the shopper, judged by [`crate::pay_url`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PayUrl {
    Absent,
    Allowed,
    Refused,
}

/// The edge's answer to `/checkout`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) report: Report,
    pub(crate) pay_url: PayUrl,
}

/// What the element finds when it comes to a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Arrival {
    /// Whether the order token names an order.
    pub(crate) has_order: bool,
    /// Whether the edge's `/return` put a status token of this order into the fragment.
    pub(crate) returned: bool,
    /// Whether another one is kept in this browser.
    pub(crate) stored: bool,
    pub(crate) online: bool,
    /// Whether Alipay does not open in the app that shows the page.
    pub(crate) blocked: bool,
}

/// Where the shopper pays.
#[cfg_attr(test, derive(Hash))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Place {
    /// Alipay takes this page's place.
    #[default]
    Here,
    /// In a tab that the click has opened.
    NewTab,
    /// On the phone that reads the code.
    Phone,
}

/// Something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// The element has come to a page, or has got another order.
    Arrived(Arrival),
    /// It is there again with the same order: moved in the page, or back from the browser's cache.
    Resumed(Arrival),
    /// It was taken out of the page.
    Left,
    Clicked(Place),
    /// The shopper would rather pay on this device than read the code.
    Here,
    /// Nobody objected to `alipay-start`.
    StartAllowed,
    /// A listener prevented `alipay-start`.
    StartPrevented,
    /// The browser has not opened the tab.
    TabRefused,
    Answered(Answer),
    Refused(Refusal),
    Reported(Report),
    /// The status as asked once, after the stream was closed.
    Probed(Report),
    /// The browser has given up the status stream; it does not say why.
    StreamClosed,
    /// The edge does not know the status token, or no longer.
    TokenDenied,
    StatusUnreachable,
    /// The present state's own time is over.
    PatienceOver,
    /// It is time to open the status stream again.
    RetryDue,
    /// The page is no longer seen, or (`true`) is being left.
    Hidden(bool),
    Shown,
    Online,
    Offline,
    /// Another tab has stored another status token for this order.
    Stored,
    /// Another tab starts a payment of this order.
    TabBusy,
    /// Another button on this page works on this order.
    PeerBusy,
    /// It does not any more, nor does another tab; whether a token is stored now.
    PeerFree(bool),
}

/// Things to be done, in the order in which the constants stand here, with what the machine then
/// holds. Each happens at most once in a step.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Effects(u32);

impl Effects {
    pub(crate) const NOTHING: Self = Self(0);
    /// Drops the question to `/checkout`, and closes a tab that waits for it.
    pub(crate) const ABORT: Self = Self(1 << 0);
    /// Gives back what other tabs wait for.
    pub(crate) const UNLOCK: Self = Self(1 << 1);
    /// Tells the other buttons of this order that it is free.
    pub(crate) const TELL_FREE: Self = Self(1 << 2);
    /// Closes the status stream.
    pub(crate) const HUSH: Self = Self(1 << 3);
    /// Removes the token from this browser.
    pub(crate) const FORGET: Self = Self(1 << 4);
    /// Keeps it.
    pub(crate) const SAVE: Self = Self(1 << 5);
    /// Puts the kept token in the place of the returned one.
    pub(crate) const TAKE_SPARE: Self = Self(1 << 6);
    /// Tells the other buttons of this order the edge's last word.
    pub(crate) const TELL_FINAL: Self = Self(1 << 7);
    /// Keeps other tabs from starting; the answer may be `TabBusy`.
    pub(crate) const LOCK: Self = Self(1 << 8);
    /// Tells the other buttons of this order that it is being worked on.
    pub(crate) const TELL_BUSY: Self = Self(1 << 9);
    /// Dispatches `alipay-start`; the answer is `StartAllowed` or `StartPrevented`.
    pub(crate) const ANNOUNCE_START: Self = Self(1 << 10);
    /// Dispatches `alipay-redirect`.
    pub(crate) const ANNOUNCE_REDIRECT: Self = Self(1 << 11);
    /// Dispatches `alipay-status`.
    pub(crate) const ANNOUNCE_STATUS: Self = Self(1 << 12);
    /// Dispatches `alipay-error`, with [`Checkout::refusal`].
    pub(crate) const ANNOUNCE_ERROR: Self = Self(1 << 13);
    /// Dispatches `alipay-blocked`.
    pub(crate) const ANNOUNCE_BLOCKED: Self = Self(1 << 14);
    /// Opens a tab for Alipay; the answer may be `TabRefused`.
    pub(crate) const OPEN_TAB: Self = Self(1 << 15);
    /// Asks `/checkout`.
    pub(crate) const POST: Self = Self(1 << 16);
    /// Goes to the pay URL.
    pub(crate) const LEAVE: Self = Self(1 << 17);
    /// Waits for [`Checkout::patience_ms`].
    pub(crate) const WAIT: Self = Self(1 << 18);
    /// Opens the status stream, closing one that is open.
    pub(crate) const LISTEN: Self = Self(1 << 19);
    /// Asks for the status once, to learn why the stream was closed.
    pub(crate) const PROBE: Self = Self(1 << 20);
    /// Waits for [`Checkout::retry_ms`].
    pub(crate) const WAIT_TO_RETRY: Self = Self(1 << 21);
    /// Copies the link that brings this order into another browser.
    pub(crate) const COPY_LINK: Self = Self(1 << 22);

    /// All of these.
    #[cfg(test)]
    pub(crate) const fn all_of(effects: &[Self]) -> Self {
        let mut all = 0;
        let mut rest = effects;
        while let [effect, others @ ..] = rest {
            all |= effect.0;
            rest = others;
        }
        Self(all)
    }

    pub(crate) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl BitOr for Effects {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl std::ops::BitOrAssign for Effects {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

#[cfg(test)]
impl std::fmt::Debug for Effects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const NAMES: [&str; 23] = [
            "ABORT",
            "UNLOCK",
            "TELL_FREE",
            "HUSH",
            "FORGET",
            "SAVE",
            "TAKE_SPARE",
            "TELL_FINAL",
            "LOCK",
            "TELL_BUSY",
            "ANNOUNCE_START",
            "ANNOUNCE_REDIRECT",
            "ANNOUNCE_STATUS",
            "ANNOUNCE_ERROR",
            "ANNOUNCE_BLOCKED",
            "OPEN_TAB",
            "POST",
            "LEAVE",
            "WAIT",
            "LISTEN",
            "PROBE",
            "WAIT_TO_RETRY",
            "COPY_LINK",
        ];
        let set = NAMES.iter().enumerate();
        f.debug_list()
            .entries(
                set.filter(|(bit, _)| self.0 >> bit & 1 == 1)
                    .map(|(_, name)| name),
            )
            .finish()
    }
}
