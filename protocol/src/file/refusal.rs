//! What the gateway says in the place of a file.

use crate::query::ErrorCode;

/// Why there is no file.
///
/// # Source
///
/// `docs/alipay/files.md` section 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// An error in XML, such as `ILLEGAL_PARTNER`.
    Code(ErrorCode),
    /// `Internet connected exception ,please try later`.
    ConnectionException,
    /// `Date format incorrect YYYYMMDD`.
    DateFormat,
    /// `Finish date ahead of begin date`.
    FinishBeforeBegin,
    /// `Finish date not ahead of today`.
    FinishNotBeforeToday,
    /// `Illegal Date period!`.
    IllegalPeriod,
    /// `No balance account data in the period`: nothing was paid then. Not an error.
    NoRows,
    /// `Over limit balance amount record`: more rows than Alipay sends at once; ask for fewer days.
    OverLimit,
    /// `Over 10 days to Date period`.
    OverTenDays,
    /// `System exception`: ask again later.
    SystemException,
}

impl Refusal {
    /// Reads the gateway's text, with or without `File download failed:` before it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix("File download failed:").unwrap_or(text);
        Some(match text.trim() {
            "Date format incorrect YYYYMMDD" => Self::DateFormat,
            "Finish date ahead of begin date" => Self::FinishBeforeBegin,
            "Finish date not ahead of today" => Self::FinishNotBeforeToday,
            "Illegal Date period!" => Self::IllegalPeriod,
            "Internet connected exception ,please try later" => Self::ConnectionException,
            "No balance account data in the period" | "No balance amount data in the period" => {
                Self::NoRows
            }
            "Over 10 days to Date period" => Self::OverTenDays,
            "Over limit balance amount record" => Self::OverLimit,
            "System exception" => Self::SystemException,
            _ => return None,
        })
    }
}
