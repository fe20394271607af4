//! Antom, the current generation of Alipay's gateway: JSON under a signature in the headers.
//!
//! The same promise as on the cross-border gateway: a
//! [`Notification`](notification::Notification) and every answer of [`answer`] exist only if Antom
//! signed them. What is signed is bytes, so nothing is parsed before its signature held.
//!
//! # Example
//!
//! ```
//! # #[cfg(feature = "rsa")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use alipay_protocol::antom::names::ClientId;
//! use alipay_protocol::antom::notification::{Delivery, Notification, Verifier, VerifyError};
//! use alipay_protocol::antom::signature::{HttpUri, PublicKeys};
//! use alipay_protocol::backend::{RustCrypto, ready};
//! use alipay_protocol::key::PublicKey;
//!
//! # const ANTOM_KEY: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAxVu1o8g+mX3K+uezy9pJnEtnPtiM\
//! #    raZnOrdzHOwC4NDDt3QJyt4dmS9D8zQUgCbeyxCdh7Uob+1tWcWoLaebKplbFm2wVuhsyZyM\
//! #    6gvpCrkFXtCJu2uBtSka/IbPiG7HY0SX+iwQIfrP1DYe8kRoTB4GnzMQeVu8XBj3VB5wIYW2\
//! #    L5/7tc6H9ERSudE+VFycYNuZTe4Ec7E+KU6LTwe+XWmQFQb2TSjEsi4M2GUUwUq62NDPtkxD\
//! #    8UWlz7dXi80RLzC4bT8LoTiF8N6ueCCqAaW1/VftmgunyTJC2rX3QO2kYGPk5Kcx1oj3jg35\
//! #    /a9AcCSxzS5+IRAyAhJZ4q9BmQIDAQAB";
//! # const SIGNATURE: &str = "algorithm=RSA256,keyVersion=1,signature=oM4P1DERWefPkz3Iu62wHug6UArXUeq2\
//! #    f5JH3uXv2KQlePGQCBQ%2BeljownJZnXglh9YmtDaGqyuMmUc3jDEbGyrASP8tihTgD3jiFh\
//! #    N9Pju6Y%2BEM0OW2I6GLQv95cbAgAaNhKaU7Vc24xYXRdRQ6pmVSadrKQYKcXWfQKlfuh22z\
//! #    Tekk9%2FTSQQs7w3NnWcA3Uu9IOOEhT1G3kNHeaHiM8ekImJ8%2FV3bNH9%2BKR3HtXbfsZa\
//! #    0OCM0D612mJGHeCt3E8lAb0mkQUoj7rHKSacohut%2B%2BXSC%2BjZ8qOG7gE1GhlAM7MjZU\
//! #    2UYw%2Fgx1hjLAEjZOyUDX%2Fg1tfV%2FHNsXwE9kYVA%3D%3D";
//! // Keys, client and path come from configuration, never from the message.
//! let verifier = Verifier::new(
//!     PublicKeys::new(PublicKey::parse(ANTOM_KEY)?)?,
//!     ClientId::parse("SANDBOX_5X00000000000000")?,
//!     HttpUri::parse("/alipay/notify")?,
//! );
//!
//! let body = concat!(
//!     r#"{"notifyType":"PAYMENT_RESULT","#,
//!     r#""result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"},"#,
//!     r#""paymentRequestId":"paymentRequestId01","paymentId":"20240115194010800100188640298283440","#,
//!     r#""paymentAmount":{"value":"100","currency":"CNY"},"#,
//!     r#""paymentCreateTime":"2024-01-15T01:20:46-08:00","#,
//!     r#""paymentTime":"2024-01-15T01:20:59-08:00"}"#,
//! );
//! let delivery = Delivery {
//!     method: "POST",
//!     uri: "/alipay/notify",
//!     client_id: Some("SANDBOX_5X00000000000000"),
//!     request_time: Some("2019-07-12T12:08:56+05:30"),
//!     signature: Some(SIGNATURE), // algorithm=RSA256,keyVersion=1,signature=oM4P1DER…
//!     body: body.as_bytes(),
//! };
//! let verified = ready(verifier.verify(&RustCrypto, &delivery))?;
//! let Notification::Payment(payment) = verified.notification() else {
//!     return Err("not about a payment".into());
//! };
//! assert!(payment.is_paid());
//! assert_eq!(payment.payment_amount().minor(), 100);
//!
//! let cheaper = body.replace(r#""100""#, r#""001""#);
//! let forged = Delivery { body: cheaper.as_bytes(), ..delivery };
//! assert_eq!(
//!     ready(verifier.verify(&RustCrypto, &forged)),
//!     Err(VerifyError::BadSignature)
//! );
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "rsa"))]
//! # fn main() {}
//! ```

pub mod notification;

pub mod acknowledgement;
pub mod answer;
pub mod request;
pub mod result;

pub mod signature;

pub mod json;
pub mod money;
pub mod names;
pub mod time;
