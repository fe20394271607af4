//! The one place that maps a failure to an answer: HTTP status, stable code and words.

use crate::admin::auth::Scope;
use crate::token::TokenError;
use std::fmt;

/// Why a request was not carried out. Alphabetical.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// The admin token is good, but not for this.
    AdminScope(Scope),
    /// No admin token that is known here.
    AdminToken,
    /// What the app sent is no result of Alipay's SDK for this order.
    AppResult,
    /// Payments in an app are not to be had here.
    AppUnavailable,
    /// A `content-encoding` other than `identity`.
    BodyEncoded,
    /// Longer than the limit of the route.
    BodyTooLong {
        /// In bytes.
        limit: usize,
    },
    /// The connection broke while the body was read.
    BodyUnreadable,
    /// No such endpoint is configured.
    EndpointUnknown,
    /// No such event, or nothing of it to send.
    EventUnknown,
    /// The index across orders is absent or does not answer.
    IndexUnavailable,
    /// Neither the form nor the JSON that the route reads.
    Malformed,
    /// A media type that the route does not read.
    MediaType,
    /// A method that the route does not have.
    Method {
        /// What it has.
        allow: &'static str,
    },
    /// The Worker's own configuration is incomplete. What is wrong is in the log alone.
    Misconfigured,
    /// No such order.
    OrderUnknown,
    /// A claim of the order token breaks a rule; the claim's name, and the rule.
    OrderClaim(&'static str, String),
    /// The order is registered with other terms.
    OrderTermsDiffer,
    /// The order token is not acceptable.
    OrderToken(TokenError),
    /// A parameter of the query, or a member of the JSON body, is not what it may be; its name.
    Parameter(&'static str),
    /// Antom refuses this merchant: keys, contract or configuration.
    PayFailed,
    /// Antom refuses this payment for good.
    PayRefused,
    /// Antom gave no usable answer in time.
    PayUnknown,
    /// The number is taken by a refund of other content, or of another order.
    RefundDiffers,
    /// Together with the others it is more than was paid.
    RefundExceeds,
    /// Alipay was not asked for it yet, or it is settled otherwise.
    RefundNotOpen,
    /// The order is not paid.
    RefundNotPaid,
    /// No refund of that number.
    RefundUnknown,
    /// Of a provider whose refunds are not asked for here.
    RefundUnsupported,
    /// No such route.
    RouteUnknown,
    /// The status token is not acceptable.
    StatusToken(TokenError),
    /// This source was refused too often within a minute.
    TooMany {
        /// Until it may ask again.
        wait_s: u64,
    },
    /// Storage, signing or the runtime failed; another try may succeed.
    Unavailable,
    /// Too many streams watch this order.
    Watchers,
}

impl Failure {
    /// HTTP status, stable code, and a title that does not change with the case.
    fn row(&self) -> (u16, &'static str, &'static str) {
        use TokenError as T;
        match self {
            Self::AdminScope(_) => (403, "admin_scope", "This admin token may not do this"),
            Self::AdminToken => (401, "admin_token", "No admin token that is known here"),
            Self::AppResult => (
                422,
                "app_result",
                "This is no result of Alipay's SDK for this order",
            ),
            Self::AppUnavailable => (
                422,
                "app_unavailable",
                "Payments in an app are not to be had here",
            ),
            Self::BodyEncoded => (415, "body_encoded", "Compressed bodies are not read"),
            Self::BodyTooLong { .. } => (413, "body_too_long", "The body is too long"),
            Self::BodyUnreadable => (400, "body_unreadable", "The body could not be read"),
            Self::EndpointUnknown => (404, "endpoint_unknown", "No such endpoint"),
            Self::EventUnknown => (404, "event_unknown", "No such event to send"),
            Self::IndexUnavailable => (
                503,
                "index_unavailable",
                "The index across orders does not answer",
            ),
            Self::Malformed => (400, "malformed", "The body is not what this route reads"),
            Self::MediaType => (415, "media_type", "This media type is not read here"),
            Self::Method { .. } => (405, "method", "This route has no such method"),
            Self::Misconfigured => (
                503,
                "misconfigured",
                "This Worker's configuration is incomplete",
            ),
            Self::OrderUnknown => (404, "order_unknown", "No such order"),
            Self::OrderClaim(..) => (
                422,
                "order_claim",
                "A claim of the order token breaks a rule",
            ),
            Self::OrderTermsDiffer => (
                409,
                "order_terms_differ",
                "This order is registered with other terms",
            ),
            Self::OrderToken(T::BadSignature) => (
                401,
                "order_token_signature",
                "The order token's signature does not hold",
            ),
            Self::OrderToken(T::Expired) => {
                (401, "order_token_expired", "The order token has expired")
            }
            Self::OrderToken(T::NotYetValid) => (
                401,
                "order_token_not_yet_valid",
                "The order token is not valid yet",
            ),
            Self::OrderToken(T::WrongAudience) => (
                401,
                "order_token_audience",
                "The order token is for another edge",
            ),
            Self::OrderToken(T::WrongAlgorithm) => (
                401,
                "order_token_algorithm",
                "The order token's algorithm is not HS256",
            ),
            Self::OrderToken(T::Claim(_) | T::Malformed) => (
                400,
                "order_token_malformed",
                "The order token cannot be read",
            ),
            Self::Parameter(_) => (400, "parameter", "A parameter is not what it may be"),
            Self::PayFailed => (502, "pay_failed", "Alipay refuses this merchant's request"),
            Self::PayRefused => (409, "pay_refused", "Alipay refuses this payment"),
            Self::PayUnknown => (503, "pay_unknown", "Alipay has not answered"),
            Self::RefundDiffers => (
                409,
                "refund_differs",
                "This out_return_no is another refund's",
            ),
            Self::RefundExceeds => (409, "refund_exceeds", "Together this is more than was paid"),
            Self::RefundNotOpen => (
                409,
                "refund_not_open",
                "Only an open refund is settled by hand",
            ),
            Self::RefundNotPaid => (409, "refund_not_paid", "The order is not paid"),
            Self::RefundUnknown => (404, "refund_unknown", "No such refund of this order"),
            Self::RefundUnsupported => (
                409,
                "refund_unsupported",
                "Refunds of this provider are not asked for here",
            ),
            Self::RouteUnknown => (404, "route_unknown", "No such route"),
            Self::StatusToken(_) => (
                401,
                "status_token",
                "The status token is not valid for this order",
            ),
            Self::TooMany { .. } => (
                429,
                "too_many",
                "Too many refused requests from this address",
            ),
            Self::Unavailable => (503, "unavailable", "Try again in a moment"),
            Self::Watchers => (429, "watchers", "Too many streams watch this order"),
        }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.row().0
    }

    /// The stable code: clients may act on it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.row().1
    }

    /// The title: the same for every case of a code.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.row().2
    }
}

/// What a developer does about it. Nothing of the request is repeated.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AdminScope(scope) => write!(f, "use a token with the scope {}", scope.name()),
            Self::AdminToken => {
                f.write_str("send authorization: Bearer and a token of ADMIN_TOKENS")
            }
            Self::AppResult => {
                f.write_str("send what the SDK gave back, unchanged, with the order's own token")
            }
            Self::AppUnavailable => {
                f.write_str("orders of the cross-border gateway with SIGN_TYPE RSA2 or RSA only")
            }
            Self::IndexUnavailable => {
                f.write_str("orders are served without it; see the D1 binding INDEX")
            }
            Self::Parameter(name) => write!(f, "{name}: see docs/openapi.yaml"),
            Self::BodyTooLong { limit } => write!(f, "send at most {limit} bytes"),
            Self::Malformed => {
                f.write_str("send the fields order_token and, if wanted, terminal, each once")
            }
            Self::MediaType => {
                f.write_str("send application/x-www-form-urlencoded or application/json")
            }
            Self::Method { allow } => write!(f, "use {allow}"),
            Self::Misconfigured => f.write_str(
                "its operator finds the setting in the log, or by npm run deploy -- --check",
            ),
            Self::OrderClaim(claim, rule) => write!(f, "{claim}: {rule}"),
            Self::RefundDiffers => f.write_str(
                "a new refund needs a new out_return_no; the same one again must have the same content",
            ),
            Self::RefundExceeds => f.write_str(
                "refunds that are not refused count, also those whose outcome is not known yet",
            ),
            Self::RefundNotOpen => f.write_str(
                "Alipay was not asked for it yet, or it has come to something else already",
            ),
            Self::RefundUnsupported => {
                f.write_str("refund it in the provider's own dashboard")
            }
            Self::OrderTermsDiffer => f.write_str("use a new out_trade_no for other content"),
            Self::PayFailed => f.write_str("the merchant has to look: the log has Alipay's word"),
            Self::PayRefused => f.write_str("use a new out_trade_no, or another way to pay"),
            Self::PayUnknown => {
                f.write_str("try the same order again: nothing can be paid twice by that")
            }
            Self::OrderToken(TokenError::Claim(name)) => write!(f, "the claim {name} is missing"),
            Self::OrderToken(TokenError::BadSignature) => {
                f.write_str("sign with the secret that is ORDER_SECRET here")
            }
            Self::OrderToken(TokenError::Expired) => {
                f.write_str("load the page again for a fresh token")
            }
            Self::OrderToken(TokenError::WrongAudience) => {
                f.write_str("the claim aud must be this Worker's EDGE_ORIGIN")
            }
            Self::TooMany { wait_s } => write!(f, "ask again in {wait_s} seconds"),
            _ => f.write_str(self.title()),
        }
    }
}

/// Who is at fault when a notification is not acknowledged, and so what Alipay hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Not proven to be Alipay's word for us. Nothing is stored.
    Untrusted,
    /// Ours or the network's; Alipay sends again.
    Retry,
}

/// A notification that is not acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The stable code.
    pub code: &'static str,
    /// Who is at fault.
    pub class: Class,
    /// The HTTP status beside the body `fail`.
    pub status: u16,
    /// Seconds after which another try makes sense, where that is known.
    pub wait_s: Option<u64>,
}

impl Refusal {
    /// Refused for good: the same bytes will never be accepted.
    #[must_use]
    pub fn untrusted(code: &'static str) -> Self {
        Self {
            code,
            class: Class::Untrusted,
            status: 403,
            wait_s: None,
        }
    }

    /// Not now.
    #[must_use]
    pub fn retry(code: &'static str) -> Self {
        Self {
            code,
            class: Class::Retry,
            status: 503,
            wait_s: None,
        }
    }

    /// The class as a word for the log.
    #[must_use]
    pub fn class_code(&self) -> &'static str {
        match self.class {
            Class::Untrusted => "untrusted",
            Class::Retry => "retry",
        }
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        let class = match failure {
            Failure::Unavailable | Failure::Misconfigured | Failure::TooMany { .. } => Class::Retry,
            _ => Class::Untrusted,
        };
        let wait_s = match failure {
            Failure::TooMany { wait_s } => Some(wait_s),
            _ => None,
        };
        Self {
            code: failure.code(),
            class,
            status: failure.status(),
            wait_s,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_stable() {
        let all = [
            (Failure::AdminScope(Scope::Read), "admin_scope", 403),
            (Failure::AdminToken, "admin_token", 401),
            (Failure::EndpointUnknown, "endpoint_unknown", 404),
            (Failure::EventUnknown, "event_unknown", 404),
            (Failure::IndexUnavailable, "index_unavailable", 503),
            (Failure::Parameter("limit"), "parameter", 400),
            (Failure::AppResult, "app_result", 422),
            (Failure::AppUnavailable, "app_unavailable", 422),
            (Failure::BodyEncoded, "body_encoded", 415),
            (Failure::BodyTooLong { limit: 1 }, "body_too_long", 413),
            (Failure::BodyUnreadable, "body_unreadable", 400),
            (Failure::Malformed, "malformed", 400),
            (Failure::MediaType, "media_type", 415),
            (Failure::Method { allow: "POST" }, "method", 405),
            (Failure::Misconfigured, "misconfigured", 503),
            (Failure::OrderUnknown, "order_unknown", 404),
            (Failure::OrderClaim("a", "b".into()), "order_claim", 422),
            (Failure::OrderTermsDiffer, "order_terms_differ", 409),
            (
                Failure::OrderToken(TokenError::BadSignature),
                "order_token_signature",
                401,
            ),
            (
                Failure::OrderToken(TokenError::Expired),
                "order_token_expired",
                401,
            ),
            (
                Failure::OrderToken(TokenError::NotYetValid),
                "order_token_not_yet_valid",
                401,
            ),
            (
                Failure::OrderToken(TokenError::WrongAudience),
                "order_token_audience",
                401,
            ),
            (
                Failure::OrderToken(TokenError::WrongAlgorithm),
                "order_token_algorithm",
                401,
            ),
            (
                Failure::OrderToken(TokenError::Malformed),
                "order_token_malformed",
                400,
            ),
            (Failure::PayFailed, "pay_failed", 502),
            (Failure::PayRefused, "pay_refused", 409),
            (Failure::PayUnknown, "pay_unknown", 503),
            (Failure::RefundDiffers, "refund_differs", 409),
            (Failure::RefundExceeds, "refund_exceeds", 409),
            (Failure::RefundNotOpen, "refund_not_open", 409),
            (Failure::RefundNotPaid, "refund_not_paid", 409),
            (Failure::RefundUnknown, "refund_unknown", 404),
            (Failure::RefundUnsupported, "refund_unsupported", 409),
            (Failure::RouteUnknown, "route_unknown", 404),
            (
                Failure::StatusToken(TokenError::Expired),
                "status_token",
                401,
            ),
            (Failure::TooMany { wait_s: 1 }, "too_many", 429),
            (Failure::Unavailable, "unavailable", 503),
            (Failure::Watchers, "watchers", 429),
        ];
        let mut seen = std::collections::BTreeSet::new();
        for (failure, code, status) in all {
            assert_eq!((failure.code(), failure.status()), (code, status));
            assert!(seen.insert(code), "{code} twice");
            assert!(!failure.to_string().is_empty());
        }
    }

    #[test]
    fn only_our_own_faults_are_retried() {
        assert_eq!(Refusal::from(Failure::Unavailable).class, Class::Retry);
        assert_eq!(Refusal::from(Failure::Misconfigured).class, Class::Retry);
        assert_eq!(
            Refusal::from(Failure::BodyTooLong { limit: 1 }).class,
            Class::Untrusted
        );
    }
}
