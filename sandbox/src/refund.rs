//! `forex_refund`: giving money back, once for each of the merchant's numbers.

use axum::response::Response;
use serde::{Deserialize, Serialize};

use crate::{
    app::App,
    clock,
    faults::RefundFault,
    gateway::{api_error, xml},
    log,
    money::Amount,
    paying::given_back,
    query::DECLARATION,
    request::{GatewayError, MerchantRequest, is_out_trade_no},
    sign::Fields,
    trade::{Book, State, Trade},
};

/// A refund that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Refund {
    pub(crate) out_return_no: String,
    /// As it was asked for.
    pub(crate) amount: String,
    pub(crate) at_ms: u64,
    /// How often it was asked for, the first time included.
    pub(crate) asked: u32,
    minor: u64,
    /// Every field that the merchant signed: the same number with other content is no repeat.
    fields: Fields,
}

impl Refund {
    /// In minor units of the trade.
    pub(crate) fn minor(&self) -> u64 {
        self.minor
    }
}

/// A well-formed request.
#[derive(Debug)]
pub(crate) struct RefundRequest {
    out_trade_no: String,
    out_return_no: String,
    amount: Amount,
    product_code: String,
    fields: Fields,
}

impl RefundRequest {
    /// Reads a request of `forex_refund`.
    ///
    /// # Errors
    ///
    /// * [`GatewayError::IllegalArgument`] – a field is missing, too long or malformed; both or neither
    ///   of `return_amount` and `return_rmb_amount`.
    ///
    /// # Source
    ///
    /// `docs/alipay/refund.md` section 1.
    pub(crate) fn parse(request: &MerchantRequest) -> Result<Self, GatewayError> {
        let malformed = GatewayError::IllegalArgument;
        let number = |name| {
            let value = request.value(name).filter(|text| is_out_trade_no(text));
            value.map(str::to_owned).ok_or(malformed)
        };
        let currency = request.value("currency").ok_or(malformed)?;
        let amount = match (
            request.value("return_amount"),
            request.value("return_rmb_amount"),
        ) {
            (Some(text), None) => Amount::parse(text, currency),
            (None, Some(text)) => Amount::parse(text, "CNY"),
            _ => return Err(malformed),
        };
        let reason = request.value("reason").ok_or(malformed)?;
        let decided = request.value("gmt_return").ok_or(malformed)?;
        let plain = |text: &str| text.len() == 14 && text.bytes().all(|one| one.is_ascii_digit());
        if reason.chars().count() > 100 || !plain(decided) {
            return Err(malformed);
        }
        Ok(Self {
            out_trade_no: number("out_trade_no")?,
            out_return_no: number("out_return_no")?,
            amount: amount.map_err(|_| malformed)?,
            product_code: request.value("product_code").ok_or(malformed)?.to_owned(),
            fields: request.fields().clone(),
        })
    }
}

impl RefundRequest {
    /// The same of Antom's; its whole body tells it from another one.
    pub(crate) fn of_antom(
        out_trade_no: &str,
        out_return_no: &str,
        amount: Amount,
        body: &str,
    ) -> Self {
        Self {
            out_trade_no: out_trade_no.to_owned(),
            out_return_no: out_return_no.to_owned(),
            amount,
            product_code: String::new(),
            fields: Fields::from([("body".to_owned(), body.to_owned())]),
        }
    }
}

impl Book {
    /// Gives money back. The same request again changes nothing and is answered the same.
    ///
    /// # Errors
    ///
    /// * [`GatewayError::PurchaseTradeNotExist`] – no such trade, or it is not paid.
    /// * [`GatewayError::TradeDataMatchError`] – the number was used for other content.
    /// * [`GatewayError::IllegalPartnerExterface`] – not the product of the payment.
    /// * [`GatewayError::IllegalCurrency`] – not the currency of the payment.
    /// * [`GatewayError::ReturnAmountExceed`] – more than is left.
    ///
    /// # Source
    ///
    /// `docs/alipay/refund.md` sections 1 and 2. Which word Alipay has for what is UNCONFIRMED but for
    /// the first.
    pub(crate) fn refund(
        &mut self,
        request: &RefundRequest,
        now_ms: u64,
    ) -> Result<(), GatewayError> {
        let number = request.out_return_no.as_str();
        let owner = self.paid(|payment| {
            payment
                .refunds
                .iter()
                .any(|one| one.out_return_no == number)
        });
        if owner.is_some_and(|trade| trade.out_trade_no != request.out_trade_no) {
            return Err(GatewayError::TradeDataMatchError);
        }
        let trade = self
            .by_out_trade_no(&request.out_trade_no)
            .ok_or(GatewayError::PurchaseTradeNotExist)?;
        if !matches!(trade.state(), Some(State::Paid | State::Refunded)) {
            return Err(GatewayError::PurchaseTradeNotExist);
        }
        let trade = trade.clone();
        let paid = &trade.amount;
        let product = trade.requested("product_code");
        let payment = self
            .payment_mut(&request.out_trade_no)
            .ok_or(GatewayError::PurchaseTradeNotExist)?;
        let mut known = payment.refunds.iter_mut();
        if let Some(known) = known.find(|one| one.out_return_no == number) {
            if known.fields != request.fields {
                return Err(GatewayError::TradeDataMatchError);
            }
            known.asked = known.asked.saturating_add(1);
            return Ok(());
        }
        if product.is_some_and(|product| product != request.product_code) {
            return Err(GatewayError::IllegalPartnerExterface);
        }
        if paid.currency() != request.amount.currency() {
            return Err(GatewayError::IllegalCurrency);
        }
        let given = given_back(payment);
        if given.saturating_add(request.amount.minor()) > paid.minor() {
            return Err(GatewayError::ReturnAmountExceed);
        }
        payment.refunds.push(Refund {
            out_return_no: number.to_owned(),
            amount: request.amount.text(),
            at_ms: now_ms,
            asked: 1,
            minor: request.amount.minor(),
            fields: request.fields.clone(),
        });
        self.credit_refund(&trade, given, request.amount.minor(), now_ms);
        Ok(())
    }

    /// Gives back what is left, at most `minor`, without having been asked by the merchant.
    pub(crate) fn refund_by_staff(&mut self, trade: &Trade, minor: u64, now_ms: u64) {
        let Some(payment) = self.payment_mut(&trade.out_trade_no) else {
            return;
        };
        let given = given_back(payment);
        let minor = minor.min(trade.amount.minor().saturating_sub(given));
        payment.refunds.push(Refund {
            out_return_no: format!("STAFF-{}", payment.refunds.len().saturating_add(1)),
            amount: trade.amount.with_minor(minor).text(),
            at_ms: now_ms,
            asked: 0,
            minor,
            fields: Fields::new(),
        });
        self.credit_refund(trade, given, minor, now_ms);
    }

    /// Puts a refund into the shopper's wallet. What was charged in another currency goes back in
    /// proportion, so that all refunds of a whole payment are all that was charged.
    fn credit_refund(&mut self, trade: &Trade, given: u64, minor: u64, now_ms: u64) {
        let charge = trade
            .payment
            .as_ref()
            .and_then(|payment| payment.charge.clone());
        let Some(charge) = charge else {
            return;
        };
        let share = |part: u64| {
            charge
                .amount
                .minor()
                .saturating_mul(part)
                .checked_div(trade.amount.minor())
                .unwrap_or_default()
        };
        let credit = share(given.saturating_add(minor)).saturating_sub(share(given));
        self.credit(trade, &charge, credit, now_ms);
    }
}

/// Answers a request by a merchant, with the fault that is set for the next refund.
pub(crate) async fn answer(app: &App, fields: Fields) -> Response {
    let request = MerchantRequest::verify(fields, &app.keys, &app.partner)
        .and_then(|request| RefundRequest::parse(&request));
    let request = match request {
        Ok(request) => request,
        Err(error) => return api_error(error),
    };
    let fault = app.take_refund_fault();
    if fault == Some(RefundFault::SystemError) {
        return api_error(GatewayError::SystemException);
    }
    let refunded = app
        .store
        .change(|book| book.refund(&request, clock::now_ms()))
        .unwrap_or(Err(GatewayError::SystemException));
    if let Err(error) = refunded {
        return api_error(error);
    }
    log::event(
        "refunded",
        format_args!(
            "out_trade_no={} out_return_no={}",
            request.out_trade_no, request.out_return_no
        ),
    );
    if fault == Some(RefundFault::NoAnswer) {
        // Dropped with the connection, when the merchant has given up.
        std::future::pending::<()>().await;
    }
    xml(format!(
        "{DECLARATION}<alipay><is_success>T</is_success></alipay>"
    ))
}

#[cfg(test)]
mod tests {
    use super::{Refund, RefundRequest};
    use crate::{
        money::Amount,
        request::GatewayError,
        trade::{Book, Payment, tests::paid_trade},
    };

    fn book() -> Book {
        let mut book = Book::default();
        book.insert(paid_trade());
        book
    }

    fn request(number: &str, amount: &str) -> RefundRequest {
        RefundRequest {
            out_trade_no: "A1".into(),
            out_return_no: number.into(),
            amount: Amount::parse(amount, "USD").unwrap(),
            product_code: "NEW_WAP_OVERSEAS_SELLER".into(),
            fields: [("return_amount".to_owned(), amount.to_owned())].into(),
        }
    }

    fn made(book: &Book) -> Vec<(String, String, u32)> {
        let trade = book.by_out_trade_no("A1");
        let payment: Option<&Payment> = trade.and_then(|trade| trade.payment.as_ref());
        let row = |one: &Refund| (one.out_return_no.clone(), one.amount.clone(), one.asked);
        payment.map_or_else(Vec::new, |payment| {
            payment.refunds.iter().map(row).collect()
        })
    }

    #[test]
    fn same_refund_asked_for_twice_is_made_once() {
        let mut book = book();
        assert_eq!(book.refund(&request("R1", "5.00"), 7), Ok(()));
        assert_eq!(book.refund(&request("R1", "5.00"), 8), Ok(()));
        assert_eq!(made(&book), [("R1".into(), "5.00".into(), 2)]);
        assert_eq!(
            book.refund(&request("R1", "5.01"), 9),
            Err(GatewayError::TradeDataMatchError)
        );
    }

    #[test]
    fn more_than_was_paid_is_never_given_back() {
        let mut book = book();
        assert_eq!(book.refund(&request("R1", "19.89"), 7), Ok(()));
        let refused = book.refund(&request("R2", "0.02"), 8);
        assert_eq!(refused, Err(GatewayError::ReturnAmountExceed));
        assert_eq!(book.refund(&request("R2", "0.01"), 8), Ok(()));
        assert_eq!(made(&book).len(), 2);
    }

    #[test]
    fn what_was_not_paid_so_is_refused() {
        let mut book = book();
        let unknown = RefundRequest {
            out_trade_no: "A2".into(),
            ..request("R1", "1.00")
        };
        assert_eq!(
            book.refund(&unknown, 7),
            Err(GatewayError::PurchaseTradeNotExist)
        );
        let euros = RefundRequest {
            amount: Amount::parse("1.00", "EUR").unwrap(),
            ..request("R1", "1.00")
        };
        assert_eq!(book.refund(&euros, 7), Err(GatewayError::IllegalCurrency));
        assert_eq!(made(&book), []);
    }
}
