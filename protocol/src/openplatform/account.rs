//! For whom a notification is: the app and the seller.

use std::fmt;

use thiserror::Error;

/// The number of an app: 16 to 32 digits.
///
/// # Source
///
/// `docs/alipay/openplatform.md` section 1.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AppId(String);

impl AppId {
    /// Reads the number of an app.
    ///
    /// # Errors
    ///
    /// * [`InvalidAppId`] – not 16 to 32 digits.
    pub fn parse(text: &str) -> Result<Self, InvalidAppId> {
        if !(16..=32).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(InvalidAppId);
        }
        Ok(Self(text.to_owned()))
    }

    /// The number as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AppId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text is not the number of an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("app_id must be 16 to 32 digits")]
pub struct InvalidAppId;

/// The seller's account: 16 to 30 digits that begin with 2088. It is not interchangeable with
/// [`Partner`](crate::trade::Partner), even where the digits are equal.
///
/// # Source
///
/// `docs/alipay/openplatform.md` section 1.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SellerId(String);

impl SellerId {
    /// Reads the number of a seller's account.
    ///
    /// # Errors
    ///
    /// * [`InvalidSellerId`] – not 16 to 30 digits that begin with 2088.
    pub fn parse(text: &str) -> Result<Self, InvalidSellerId> {
        if !(16..=30).contains(&text.len())
            || !text.starts_with("2088")
            || !text.bytes().all(|byte| byte.is_ascii_digit())
        {
            return Err(InvalidSellerId);
        }
        Ok(Self(text.to_owned()))
    }

    /// The number as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SellerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text is not the number of a seller's account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("seller_id must be 16 to 30 digits that begin with 2088")]
pub struct InvalidSellerId;
