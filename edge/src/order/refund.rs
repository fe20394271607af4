//! How much may be given back, and what Alipay's answer to a refund means. Pure.

use super::rpc::refund::{RefundAsked, RefundDenied, RefundState, RefundView, Said};
use super::state::{Order, Status};

/// Alipay's answer to one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The money is given back; `sha256:` and hex of the answer as evidence.
    Given(String),
    /// No answer that can be read; the code is ours.
    Nothing(&'static str),
    /// Nothing left this Worker; the code is ours.
    NotAsked(&'static str),
    /// An error, in Alipay's word; `None` where it has none that can be shown.
    Refused(Option<String>),
}

/// What an attempt leaves a refund in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Given back, with the evidence.
    Done(String),
    /// Not known: asked again under the same number.
    Open(String),
    /// Not given back, and never will be under this number.
    Refused(String),
}

/// There is no payment to give back, whatever was asked before.
const NEVER_PAID: [&str; 2] = ["PURCHASE_TRADE_NOT_EXIST", "TRADE_NOT_EXIST"];

/// Parts of words by which Alipay says that it does not know itself.
const UNSURE: [&str; 4] = ["SYSTEM", "TIMEOUT", "UNKNOWN", "BUSY"];

/// Judges an answer. `was_open`: an earlier attempt may have given the money back.
///
/// A refusal counts only where it cannot hide a refund that was made: once an attempt is open, Alipay
/// may refuse the next one *because* the first was carried out (nothing left to give back), or for a
/// reason that has nothing to do with it (a key that was changed meanwhile).
///
/// # Source
///
/// `docs/alipay/refund.md` section 2.
#[must_use]
pub fn judge(answer: Answer, was_open: bool) -> Outcome {
    match answer {
        Answer::Given(evidence) => Outcome::Done(evidence),
        Answer::Nothing(code) | Answer::NotAsked(code) => Outcome::Open(code.to_owned()),
        Answer::Refused(None) => Outcome::Open("refused_without_a_word".to_owned()),
        Answer::Refused(Some(word)) => {
            let unsure = UNSURE.iter().any(|part| word.contains(part));
            if NEVER_PAID.contains(&word.as_str()) || !(unsure || was_open) {
                Outcome::Refused(word)
            } else {
                Outcome::Open(word)
            }
        }
    }
}

/// The refund of that number, if it was asked for before, or `None` where it may be asked for now.
///
/// # Errors
///
/// In this order: [`RefundDenied::Differs`], [`RefundDenied::NotPaid`], [`RefundDenied::Parameter`],
/// [`RefundDenied::Exceeds`].
pub fn admit<'a>(
    order: &Order,
    refunds: &'a [RefundView],
    asked: &RefundAsked,
) -> Result<Option<&'a RefundView>, RefundDenied> {
    let mut known = refunds.iter();
    if let Some(known) = known.find(|one| one.out_return_no == asked.out_return_no) {
        let same = (known.amount, &known.currency, &known.reason)
            == (asked.amount, &asked.currency, &asked.reason);
        return same.then_some(Some(known)).ok_or(RefundDenied::Differs);
    }
    if !matches!(order.status, Status::Paid | Status::Refunded) {
        return Err(RefundDenied::NotPaid);
    }
    let (paid, currency) = order.terms.price.shown();
    if asked.currency != currency {
        return Err(RefundDenied::Parameter("currency".to_owned()));
    }
    if asked.amount == 0 {
        return Err(RefundDenied::Parameter("amount".to_owned()));
    }
    match promised(refunds).checked_add(asked.amount) {
        Some(together) if together <= paid => Ok(None),
        _ => Err(RefundDenied::Exceeds),
    }
}

/// Whether staff may say what has come of a refund, or whether it has come to that already: then nothing
/// is left to do. Only a refund that Alipay was asked for, and gave no word about, is settled by hand:
/// what was never asked for is refused soon by itself, or made.
///
/// # Errors
///
/// In this order: [`RefundDenied::Unknown`], [`RefundDenied::NotOpen`].
pub fn admit_said(refund: Option<&RefundView>, said: Said) -> Result<bool, RefundDenied> {
    match (refund.ok_or(RefundDenied::Unknown)?.state, said) {
        (RefundState::Pending, _) => Ok(true),
        (RefundState::Done, Said::Refunded) | (RefundState::Refused, Said::Refused) => Ok(false),
        _ => Err(RefundDenied::NotOpen),
    }
}

/// What was given back, or may have been, or will be.
#[must_use]
pub fn promised(refunds: &[RefundView]) -> u64 {
    sum(refunds, |state| state != RefundState::Refused)
}

/// What was given back.
#[must_use]
pub fn given_back(refunds: &[RefundView]) -> u64 {
    sum(refunds, |state| state == RefundState::Done)
}

fn sum(refunds: &[RefundView], counts: impl Fn(RefundState) -> bool) -> u64 {
    let counted = refunds.iter().filter(|one| counts(one.state));
    counted.fold(0, |sum, one| sum.saturating_add(one.amount))
}

/// Seconds between attempts while it is not known whether the money was given back; the last step
/// comes again and again, as a refund is never given up.
const AGAIN_S: [u64; 7] = [5, 30, 120, 600, 3600, 21_600, 86_400];

/// Milliseconds to wait after attempt number `attempts` (from 1). `jitter` is any number: up to a
/// tenth is added.
#[must_use]
pub fn wait_ms(attempts: u64, jitter: u32) -> u64 {
    let [.., last] = AGAIN_S;
    let at = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX);
    let step = AGAIN_S.get(at).unwrap_or(&last).saturating_mul(1000);
    let spread = step.checked_div(10).unwrap_or(0).saturating_add(1);
    step.saturating_add(u64::from(jitter).checked_rem(spread).unwrap_or(0))
}

#[cfg(test)]
mod tests;
