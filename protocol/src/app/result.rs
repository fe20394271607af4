//! The text that the SDK gives an app: its shape, without trust.

use super::{AppResultError, ResultStatus};

/// The longest text that is read, in bytes: results seen are under 2 kB.
pub const MAX_RESULT: usize = 16 * 1024;

const NAMES: [&str; 3] = ["resultStatus", "memo", "result"];

/// What an app got from the SDK, unverified.
///
/// [`Verifier::verify_app_result`](crate::notification::Verifier::verify_app_result) verifies what in
/// it is signed; the status never is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AppResult<'a> {
    status: ResultStatus,
    result: &'a str,
}

impl<'a> AppResult<'a> {
    /// Reads `resultStatus={9000};memo={};result={…}`, the three in any order. `memo` is a text for
    /// the buyer's eyes and is dropped.
    ///
    /// # Errors
    ///
    /// * [`AppResultError::TooLong`] – more than [`MAX_RESULT`] bytes; nothing was read.
    /// * [`AppResultError::NotAResult`] – another shape, or a part missing or there twice.
    ///
    /// # Source
    ///
    /// `docs/alipay/app.md` section 3.
    pub fn parse(text: &'a str) -> Result<Self, AppResultError> {
        bounded(text)?;
        let mut parts: [Option<&str>; 3] = [None; 3];
        let mut rest = text;
        while !rest.is_empty() {
            let (at, value, after) = part(rest, &parts).ok_or(AppResultError::NotAResult)?;
            if let Some(part) = parts.get_mut(at) {
                *part = Some(value);
            }
            rest = after;
        }
        match parts {
            [Some(status), Some(_), Some(result)] => Ok(Self {
                status: ResultStatus::parse(status),
                result,
            }),
            _ => Err(AppResultError::NotAResult),
        }
    }

    /// Takes the parts where the SDK hands them over apart, as on iOS.
    ///
    /// # Errors
    ///
    /// * [`AppResultError::TooLong`] – `result` has more than [`MAX_RESULT`] bytes.
    pub fn from_parts(result_status: &str, result: &'a str) -> Result<Self, AppResultError> {
        bounded(result)?;
        Ok(Self {
            status: ResultStatus::parse(result_status),
            result,
        })
    }

    /// How the call ended, as the SDK says. Nobody signed it.
    #[must_use]
    pub fn status(&self) -> ResultStatus {
        self.status
    }

    pub(super) fn result(&self) -> &'a str {
        self.result
    }
}

/// Shows the status only: the rest is the buyer's purchase.
impl std::fmt::Debug for AppResult<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppResult")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

fn bounded(text: &str) -> Result<(), AppResultError> {
    if text.len() > MAX_RESULT {
        return Err(AppResultError::TooLong {
            limit: MAX_RESULT,
            actual: text.len(),
        });
    }
    Ok(())
}

/// The first part of a text: which, its value, and what follows. Braces stand in values, too, so that
/// a value ends where the text does, or where another part begins.
fn part<'a>(text: &'a str, seen: &[Option<&str>; 3]) -> Option<(usize, &'a str, &'a str)> {
    let (name, rest) = text.split_once("={")?;
    let unseen = |name: &str| {
        let at = NAMES.iter().position(|known| *known == name)?;
        seen.get(at).is_some_and(Option::is_none).then_some(at)
    };
    let at = unseen(name)?;
    let begins_part = |after: &str| {
        after
            .strip_prefix(';')
            .and_then(|after| after.split_once("={"))
            .and_then(|(next, _)| unseen(next))
            .is_some_and(|next| next != at)
    };
    rest.match_indices('}').find_map(|(end, _)| {
        let (value, after) = rest.split_at_checked(end)?;
        let after = after.strip_prefix('}')?;
        if after.is_empty() {
            Some((at, value, after))
        } else {
            begins_part(after).then_some((at, value, after.strip_prefix(';')?))
        }
    })
}
