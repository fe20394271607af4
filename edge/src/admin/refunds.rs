//! Giving money back.

use super::Desk;
use super::acts::body;
use crate::error::Failure;
use crate::log;
use crate::order::rpc::refund::{RefundAsked, RefundDenied, RefundSaid, RefundView, Said};
use crate::order::rpc::{Command, Reply};
use alipay_protocol::trade::OutReturnNo;
use serde::Deserialize;
use worker::{Request, Response};

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    out_return_no: String,
    amount: u64,
    currency: String,
    reason: String,
}

/// The longest reason of staff's, in characters.
const MAX_REASON: usize = 200;

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct SettleAsked {
    outcome: Option<Said>,
    reason: String,
}

impl Desk<'_> {
    /// Gives money of an order back: 202 while Alipay has not decided, 200 once it has. Asked again
    /// with the same content, it answers where the refund is, and nothing is given back twice.
    pub(super) async fn refund(
        &self,
        request: &mut Request,
        number: &str,
    ) -> Result<Response, Failure> {
        let asked: Asked = body(request).await?;
        if OutReturnNo::parse(&asked.out_return_no).is_err() {
            return Err(Failure::Parameter("out_return_no"));
        }
        let command = Command::Refund(Box::new(RefundAsked {
            by: self.bearer.name.clone(),
            out_return_no: asked.out_return_no,
            amount: asked.amount,
            currency: asked.currency,
            reason: asked.reason,
        }));
        let refund = self.refund_of(number, &command).await?;
        log::admin(&self.bearer.name, "refund", &refund.out_return_no);
        let status = if refund.state.is_settled() { 200 } else { 202 };
        Ok(Response::from_json(&refund)?.with_status(status))
    }

    /// Settles a refund that Alipay gives no word about, by what the merchant's staff has found out. The same again
    /// answers where it is.
    pub(super) async fn settle_refund(
        &self,
        request: &mut Request,
        number: &str,
        out_return_no: &str,
    ) -> Result<Response, Failure> {
        let asked: SettleAsked = body(request).await?;
        let said = asked.outcome.ok_or(Failure::Parameter("outcome"))?;
        if !is_reason(&asked.reason) {
            return Err(Failure::Parameter("reason"));
        }
        OutReturnNo::parse(out_return_no).map_err(|_| Failure::RefundUnknown)?;
        let command = Command::SettleRefund(Box::new(RefundSaid {
            by: self.bearer.name.clone(),
            out_return_no: out_return_no.to_owned(),
            said,
            reason: asked.reason,
        }));
        let refund = self.refund_of(number, &command).await?;
        log::admin(&self.bearer.name, "settle_refund", out_return_no);
        Ok(Response::from_json(&refund)?)
    }

    /// Where a refund is after what an order was asked to do about it.
    async fn refund_of(&self, number: &str, command: &Command) -> Result<RefundView, Failure> {
        match self.ask(number, command).await? {
            Reply::Refund(refund) => Ok(*refund),
            Reply::RefundDenied(denied) => Err(failure(&denied)),
            Reply::Unknown => Err(Failure::OrderUnknown),
            _ => Err(Failure::Unavailable),
        }
    }
}

/// It stands in the trail for ever, and is read by people.
fn is_reason(text: &str) -> bool {
    (1..=MAX_REASON).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

fn failure(denied: &RefundDenied) -> Failure {
    match denied {
        RefundDenied::Differs => Failure::RefundDiffers,
        RefundDenied::Exceeds => Failure::RefundExceeds,
        RefundDenied::NotOpen => Failure::RefundNotOpen,
        RefundDenied::NotPaid => Failure::RefundNotPaid,
        RefundDenied::Unknown => Failure::RefundUnknown,
        RefundDenied::Unsupported => Failure::RefundUnsupported,
        RefundDenied::Parameter(name) => Failure::Parameter(match name.as_str() {
            "amount" => "amount",
            "currency" => "currency",
            "reason" => "reason",
            _ => "body",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_denial_has_its_code() {
        let parameter = |name: &str| RefundDenied::Parameter(name.into());
        for (denied, expected) in [
            (RefundDenied::Differs, Failure::RefundDiffers),
            (RefundDenied::Exceeds, Failure::RefundExceeds),
            (RefundDenied::NotOpen, Failure::RefundNotOpen),
            (RefundDenied::NotPaid, Failure::RefundNotPaid),
            (RefundDenied::Unknown, Failure::RefundUnknown),
            (RefundDenied::Unsupported, Failure::RefundUnsupported),
            (parameter("amount"), Failure::Parameter("amount")),
            (parameter("currency"), Failure::Parameter("currency")),
            (parameter("reason"), Failure::Parameter("reason")),
            (parameter("gmt_return"), Failure::Parameter("body")),
        ] {
            assert_eq!(failure(&denied), expected);
        }
    }

    #[test]
    fn a_reason_is_one_line_of_at_most_two_hundred_characters() {
        let long = "退".repeat(200);
        for (reason, expected) in [
            ("Alipay's support, case 4711", true),
            (&*long, true),
            (&*format!("{long}x"), false),
            ("", false),
            ("two\nlines", false),
        ] {
            assert_eq!(is_reason(reason), expected, "{reason}");
        }
    }
}
