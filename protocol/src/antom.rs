//! Antom, the current generation of Alipay's gateway: JSON under a signature in the headers.
//!
//! The same promise as on the cross-border gateway: a
//! [`Notification`](notification::Notification) and every answer of [`answer`] exist only if Antom
//! signed them. What is signed is bytes, so nothing is parsed before its signature held.
//!
//! # Example
//!
//! ```
//! use alipay_protocol::antom::names::ClientId;
//! use alipay_protocol::antom::notification::{Delivery, Verifier, VerifyError};
//! use alipay_protocol::antom::signature::{HttpUri, PublicKeys};
//! use alipay_protocol::backend::{NoRsa, ready};
//! use alipay_protocol::key::PublicKey;
//!
//! // Key, client and path come from configuration, never from the message.
//! # let pem = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAxVu1o8g+mX3K+uezy9pJ\nnEtnPtiMraZnOrdzHOwC4NDDt3QJyt4dmS9D8zQUgCbeyxCdh7Uob+1tWcWoLaeb\nKplbFm2wVuhsyZyM6gvpCrkFXtCJu2uBtSka/IbPiG7HY0SX+iwQIfrP1DYe8kRo\nTB4GnzMQeVu8XBj3VB5wIYW2L5/7tc6H9ERSudE+VFycYNuZTe4Ec7E+KU6LTwe+\nXWmQFQb2TSjEsi4M2GUUwUq62NDPtkxD8UWlz7dXi80RLzC4bT8LoTiF8N6ueCCq\nAaW1/VftmgunyTJC2rX3QO2kYGPk5Kcx1oj3jg35/a9AcCSxzS5+IRAyAhJZ4q9B\nmQIDAQAB\n-----END PUBLIC KEY-----";
//! let verifier = Verifier::new(
//!     PublicKeys::new(PublicKey::parse(pem)?)?,
//!     ClientId::parse("SANDBOX_5X00000000000000")?,
//!     HttpUri::parse("/notify/antom")?,
//! );
//! let delivery = Delivery {
//!     method: "POST",
//!     uri: "/notify/antom",
//!     client_id: Some("SANDBOX_5X00000000000001"),
//!     request_time: Some("2019-07-12T12:08:56+05:30"),
//!     signature: Some("algorithm=RSA256,keyVersion=1,signature=AAAA"),
//!     body: b"{}",
//! };
//! assert_eq!(
//!     ready(verifier.verify(&NoRsa, &delivery)),
//!     Err(VerifyError::WrongClient)
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
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
