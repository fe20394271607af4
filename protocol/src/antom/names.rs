//! Antom's and the merchant's numbers for clients, payments and refunds.

use std::fmt;

use thiserror::Error;

/// A number for something: the words that Antom has for them differ only in whose they are.
macro_rules! number {
    ($(#[$doc:meta])* $name:ident, $error:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// Reads it: 1 to 64 of `A–Z a–z 0–9 _ -`.
            ///
            /// # Errors
            ///
            #[doc = concat!("* [`NameError::", stringify!($error), "`] – empty, longer than 64, or another character.")]
            pub fn parse(text: &str) -> Result<Self, NameError> {
                if is_number(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(NameError::$error)
                }
            }

            /// The number as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

number! {
    /// `client-id`: the merchant's account with Antom, as its header says it.
    ///
    /// It has no point in it: a point ends it in the signed text, and with one inside, one signed
    /// text would be two messages.
    ///
    /// # Source
    ///
    /// `docs/alipay/antom.md` section 2; vector `ambig-body-shift`.
    ClientId, InvalidClientId
}

impl ClientId {
    /// Whether it is of the sandbox, which has the same hosts and other paths.
    ///
    /// # Source
    ///
    /// `docs/alipay/antom.md` section 1.
    #[must_use]
    pub fn is_sandbox(&self) -> bool {
        self.0.starts_with("SANDBOX_")
    }
}

number! {
    /// `paymentRequestId`: the merchant's number for one attempt to pay.
    ///
    /// It makes the request idempotent: the same number is sent again after a timeout, a new one for
    /// a new attempt. Narrower than what Antom accepts.
    ///
    /// # Source
    ///
    /// `docs/alipay/antom.md` section 4.
    PaymentRequestId, InvalidPaymentRequestId
}

number! {
    /// `paymentId`: Antom's number for a payment.
    ///
    /// # Source
    ///
    /// `docs/alipay/antom.md` section 5.
    PaymentId, InvalidPaymentId
}

number! {
    /// `referenceOrderId`: the merchant's number for an order; the same for all attempts to pay it.
    ///
    /// # Source
    ///
    /// `docs/alipay/antom.md` section 4.
    ReferenceOrderId, InvalidReferenceOrderId
}

number! {
    /// `refundRequestId`: the merchant's number for one refund, which makes its request idempotent.
    ///
    /// # Source
    ///
    /// `docs/alipay/antom.md` section 4.
    RefundRequestId, InvalidRefundRequestId
}

number! {
    /// `refundId`: Antom's number for a refund.
    ///
    /// # Source
    ///
    /// `docs/alipay/antom.md` section 6.
    RefundId, InvalidRefundId
}

/// Why a text is not such a number: not 1 to 64 of `A–Z a–z 0–9 _ -`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
#[expect(
    missing_docs,
    reason = "the variants name the types, and there is nothing to add"
)]
pub enum NameError {
    #[error("client-id must be 1 to 64 letters, digits, _ or -")]
    InvalidClientId,
    #[error("paymentId must be 1 to 64 letters, digits, _ or -")]
    InvalidPaymentId,
    #[error("paymentRequestId must be 1 to 64 letters, digits, _ or -")]
    InvalidPaymentRequestId,
    #[error("referenceOrderId must be 1 to 64 letters, digits, _ or -")]
    InvalidReferenceOrderId,
    #[error("refundId must be 1 to 64 letters, digits, _ or -")]
    InvalidRefundId,
    #[error("refundRequestId must be 1 to 64 letters, digits, _ or -")]
    InvalidRefundRequestId,
}

fn is_number(text: &str) -> bool {
    let ok = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    (1..=64).contains(&text.len()) && text.bytes().all(ok)
}

#[cfg(test)]
mod tests {
    use super::{ClientId, NameError, PaymentId, PaymentRequestId};

    #[test]
    fn text_outside_the_alphabet_rejected() {
        for text in ["", "a b", "a.b", "a/b", "ü", "a\n", &"a".repeat(65)] {
            assert_eq!(ClientId::parse(text), Err(NameError::InvalidClientId));
            assert_eq!(PaymentId::parse(text), Err(NameError::InvalidPaymentId));
            assert_eq!(
                PaymentRequestId::parse(text),
                Err(NameError::InvalidPaymentRequestId)
            );
        }
        for text in ["1", "REQUEST_ID_1685599933871", "a-b", &"a".repeat(64)] {
            assert_eq!(
                PaymentId::parse(text).map(|id| id.to_string()),
                Ok(text.to_owned())
            );
        }
    }

    #[test]
    fn only_the_prefix_makes_a_sandbox() {
        let is_sandbox = |text| ClientId::parse(text).map(|id| id.is_sandbox());
        assert_eq!(is_sandbox("SANDBOX_5X00000000000000"), Ok(true));
        assert_eq!(is_sandbox("5X00000000000000"), Ok(false));
        assert_eq!(is_sandbox("5X_SANDBOX_"), Ok(false));
        assert_eq!(is_sandbox("sandbox_5X"), Ok(false));
    }
}
