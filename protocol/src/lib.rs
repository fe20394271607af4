//! Alipay's cross-border gateway as pure functions on bytes.
//!
//! Untrusted bytes become a type that cannot exist unless the signature held: a
//! [`Notification`](notification::Notification) has no constructor but
//! [`Verifier::verify`](notification::Verifier::verify). Nothing here does I/O, reads a clock, draws
//! random numbers or knows JavaScript; the crate builds natively and for `wasm32-unknown-unknown`.
//!
//! RSA is behind one small trait, [`RsaBackend`](backend::RsaBackend), so that a Worker can use
//! WebCrypto. The feature `rsa` (default) adds `backend::RustCrypto` for native
//! callers; the feature `gbk` (default) adds the Chinese charsets.
//!
//! # Example
//!
//! ```
//! use alipay_protocol::backend::{NoRsa, ready};
//! use alipay_protocol::key::Md5Key;
//! use alipay_protocol::notification::{Verifier, VerifyError};
//! use alipay_protocol::sign::VerifyingKey;
//! use alipay_protocol::trade::Partner;
//!
//! // The algorithm and the key come from configuration, never from the message.
//! let key = VerifyingKey::md5(Md5Key::parse("10000000000000000000000000000000")?);
//! let verifier = Verifier::new(key, Partner::parse("2088101122136241")?);
//!
//! let body = b"currency=USD&notify_id=8f0e1d2c3b4a59687786950a1b2c3d4e5f\
//!     &notify_time=2024-03-05+10%3A20%3A30&notify_type=trade_status_sync\
//!     &out_trade_no=WB-20240305-0001&sign_type=MD5&total_fee=8.00\
//!     &trade_no=2024030521001004000200000001&trade_status=TRADE_FINISHED\
//!     &sign=568e4441bd0a7ed27a889c81c1778573";
//! let notification = ready(verifier.verify(&NoRsa, body))?;
//! assert_eq!(notification.out_trade_no().as_str(), "WB-20240305-0001");
//! assert_eq!(notification.total().minor(), 800);
//! assert!(notification.trade_status().is_paid());
//!
//! let cheaper = String::from_utf8_lossy(body).replace("8.00", "0.01");
//! assert_eq!(
//!     ready(verifier.verify(&NoRsa, cheaper.as_bytes())),
//!     Err(VerifyError::BadSignature)
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod model;
pub mod notification;
pub mod return_query;

pub mod app;
pub mod request;

pub mod notify_verify;
pub mod query;
pub mod refund;

pub mod file;
pub mod reply;

pub mod sign;

pub mod key;
pub mod ring;

pub mod backend;

pub mod canonical;
pub mod charset;
pub mod form;

pub mod gateway_time;
pub mod money;
pub mod trade;

pub mod openplatform;

pub mod antom;

#[cfg(feature = "doctor")]
pub mod doctor;

mod hex;
