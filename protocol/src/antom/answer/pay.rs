//! The answer to `pay`: where the shopper goes.

use super::AnswerError;
use crate::antom::json::{InvalidField, Object};
use crate::antom::names::{PaymentId, PaymentRequestId};
use crate::antom::notification::amount;
use crate::antom::request::PayRequest;
use crate::antom::result::{Advice, CallResult, ResultStatus};
use crate::antom::time::AntomTime;

/// The longest address, in bytes: Antom's own limit.
const MAX_URL: usize = 2048;

/// A verified answer to `pay`.
///
/// # Source
///
/// `docs/alipay/antom.md` section 5; vector `resp-iso-z-java`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayAnswer {
    result: CallResult,
    payment_id: Option<PaymentId>,
    normal_url: Option<String>,
    scheme_url: Option<String>,
    applink_url: Option<String>,
    order_code_form: Option<OrderCodeForm>,
}

impl PayAnswer {
    pub(super) fn read(
        result: CallResult,
        message: &Object,
        request: &PayRequest,
    ) -> Result<Self, AnswerError> {
        let begun = result.is_success() || result.advice() == Advice::Wait;
        let request_id = message.optional("paymentRequestId", PaymentRequestId::parse)?;
        let payment_id = message.optional("paymentId", PaymentId::parse)?;
        // A payment that has begun says which one it is; a refusal may not.
        if begun && request_id.is_none() {
            return Err(InvalidField("paymentRequestId").into());
        }
        if begun && payment_id.is_none() {
            return Err(InvalidField("paymentId").into());
        }
        if request_id.is_some_and(|id| id != *request.payment_request_id()) {
            return Err(AnswerError::WrongPayment);
        }
        if (begun || message.optional_object("paymentAmount")?.is_some())
            && amount(message, "paymentAmount")? != request.amount()
        {
            return Err(AnswerError::WrongPayment);
        }
        Ok(Self {
            result,
            payment_id,
            normal_url: message.optional("normalUrl", page)?,
            scheme_url: message.optional("schemeUrl", alipay_scheme)?,
            applink_url: message.optional("applinkUrl", https)?,
            order_code_form: message
                .optional_object("orderCodeForm")?
                .map(OrderCodeForm::read)
                .transpose()?,
        })
    }

    /// What comes next.
    ///
    /// # Source
    ///
    /// `docs/alipay/antom.md` section 5.
    #[must_use]
    pub fn step(&self) -> PayStep {
        let way_there = self.normal_url.is_some()
            || self.applink_url.is_some()
            || self.scheme_url.is_some()
            || self.order_code_form.is_some();
        match self.result.status() {
            ResultStatus::Failed => PayStep::Failed,
            ResultStatus::Successful if self.result.is_success() => PayStep::Paid,
            ResultStatus::Unknown if self.result.advice() == Advice::Wait => {
                if way_there {
                    PayStep::Open
                } else {
                    PayStep::NewAttempt
                }
            }
            ResultStatus::Successful | ResultStatus::Unknown => PayStep::Repeat,
        }
    }

    /// The wire's `result`. `U` with `PAYMENT_IN_PROCESS` is the good one.
    #[must_use]
    pub fn result(&self) -> &CallResult {
        &self.result
    }

    /// Antom's number for the payment, once it has begun.
    #[must_use]
    pub fn payment_id(&self) -> Option<&PaymentId> {
        self.payment_id.as_ref()
    }

    /// `normalUrl`: a page for every browser. In a browser the whole page goes there.
    ///
    /// `https`, or `http` to this very machine, where a stand-in for Antom answers: whoever sends
    /// shoppers there refuses the latter outside of development.
    #[must_use]
    pub fn normal_url(&self) -> Option<&str> {
        self.normal_url.as_deref()
    }

    /// `schemeUrl`: opens the app where it is installed and fails where it is not; `alipay:` or
    /// `alipays:` only.
    #[must_use]
    pub fn scheme_url(&self) -> Option<&str> {
        self.scheme_url.as_deref()
    }

    /// `applinkUrl`: opens the app or a page, `https` only. For apps, before the other two.
    #[must_use]
    pub fn applink_url(&self) -> Option<&str> {
        self.applink_url.as_deref()
    }

    /// `orderCodeForm`: codes for a desktop page that draws its own.
    #[must_use]
    pub fn order_code_form(&self) -> Option<&OrderCodeForm> {
        self.order_code_form.as_ref()
    }
}

/// What comes after an answer to `pay`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PayStep {
    /// It failed, finally; [`CallResult::advice`] says what to do.
    Failed,
    /// Under way, but with no way for the shopper to get there: a new `paymentRequestId`.
    NewAttempt,
    /// The shopper goes to one of the addresses. **Not paid.**
    Open,
    /// Paid at once; not usual on a cashier's page.
    Paid,
    /// Nobody knows: the same request again, with the same number.
    Repeat,
}

/// `orderCodeForm`: codes that a telephone scans, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderCodeForm {
    expire_time: Option<AntomTime>,
    codes: Vec<Code>,
}

impl OrderCodeForm {
    fn read(form: &Object) -> Result<Self, InvalidField> {
        let codes: Result<Vec<_>, _> = form
            .objects("codeDetails")?
            .into_iter()
            .map(Code::read)
            .collect();
        Ok(Self {
            expire_time: form.optional("expireTime", AntomTime::parse)?,
            codes: codes?,
        })
    }

    /// Until when they can be scanned. To be shown, as a code does not renew itself.
    #[must_use]
    pub fn expire_time(&self) -> Option<&AntomTime> {
        self.expire_time.as_ref()
    }

    /// The codes.
    #[must_use]
    pub fn codes(&self) -> &[Code] {
        &self.codes
    }
}

/// One code of an [`OrderCodeForm`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    display_type: DisplayType,
    value: String,
}

impl Code {
    fn read(code: &Object) -> Result<Self, InvalidField> {
        let display_type = DisplayType::parse(code.text("displayType")?);
        let value = match display_type {
            // A picture is fetched by the page, so its address is held to the rule for addresses.
            DisplayType::Image => code.parsed("codeValue", https)?,
            DisplayType::Text | DisplayType::Other => code.parsed("codeValue", |text| {
                if text.len() > MAX_URL || text.chars().any(char::is_control) {
                    Err(())
                } else {
                    Ok(text.to_owned())
                }
            })?,
        };
        Ok(Self {
            display_type,
            value,
        })
    }

    /// What the value is.
    #[must_use]
    pub fn display_type(&self) -> DisplayType {
        self.display_type
    }

    /// The text to draw, or the address of a picture.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }
}

/// `displayType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DisplayType {
    /// `BIGIMAGE`, `MIDDLEIMAGE`, `SMALLIMAGE`: the `https` address of a picture of the code.
    Image,
    /// `TEXT`: what to draw as a code.
    Text,
    /// A word that this crate does not know.
    Other,
}

impl DisplayType {
    fn parse(text: &str) -> Self {
        match text {
            "BIGIMAGE" | "MIDDLEIMAGE" | "SMALLIMAGE" => Self::Image,
            "TEXT" => Self::Text,
            _ => Self::Other,
        }
    }
}

/// An address that a browser may be sent to.
fn https(url: &str) -> Result<String, ()> {
    address(url, &["https://"])
}

/// An address that a browser may be sent to, a stand-in's on the same machine included.
fn page(url: &str) -> Result<String, ()> {
    let host = url.strip_prefix("http://").map(|rest| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        host.rsplit_once(':').map_or(host, |(name, _)| name)
    });
    match host {
        Some("127.0.0.1" | "localhost" | "[::1]") => address(url, &["http://"]),
        _ => https(url),
    }
}

/// An address that only Alipay's app opens.
fn alipay_scheme(url: &str) -> Result<String, ()> {
    address(url, &["alipay://", "alipays://"])
}

fn address(url: &str, schemes: &[&str]) -> Result<String, ()> {
    let rest = schemes.iter().find_map(|scheme| url.strip_prefix(scheme));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next());
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte);
    let named = host.is_some_and(|host| !host.is_empty() && !host.contains('@'));
    if !named || url.len() > MAX_URL || !url.bytes().all(plain) {
        return Err(());
    }
    Ok(url.to_owned())
}
