//! Payments and settlements:
//! `Partner_transaction_id|amount|currency|transaction_time|settlement_time|type|service_charge|status|remarks`.

use super::BadColumn;
use crate::gateway_time::GatewayTime;
use crate::money::{Amount, Currency};

/// A row of the files of payments and of settlements.
///
/// # Source
///
/// `docs/alipay/files.md` section 3.
#[derive(Clone, PartialEq, Eq)]
pub struct StatementRow {
    partner_transaction_id: String,
    amount: Sum,
    transaction_time: GatewayTime,
    settlement_time: Option<GatewayTime>,
    row_type: RowType,
    service_charge: Sum,
    status: RowStatus,
    remarks: String,
}

impl StatementRow {
    /// The merchant's number: `out_trade_no` of a payment; of a refund `out_return_no`, or a number of
    /// Alipay's own. 1 to 64 characters.
    #[must_use]
    pub fn partner_transaction_id(&self) -> &str {
        &self.partner_transaction_id
    }

    /// How much was paid or given back.
    #[must_use]
    pub fn amount(&self) -> Sum {
        self.amount
    }

    /// When it was paid or given back.
    #[must_use]
    pub fn transaction_time(&self) -> GatewayTime {
        self.transaction_time
    }

    /// When it was settled, if it was.
    #[must_use]
    pub fn settlement_time(&self) -> Option<GatewayTime> {
        self.settlement_time
    }

    /// Which way the money went.
    #[must_use]
    pub fn row_type(&self) -> RowType {
        self.row_type
    }

    /// Alipay's charge.
    #[must_use]
    pub fn service_charge(&self) -> Sum {
        self.service_charge
    }

    /// What has become of it.
    #[must_use]
    pub fn status(&self) -> RowStatus {
        self.status
    }

    /// Remarks: at most 256 characters. For a refund, other files name the order here.
    #[must_use]
    pub fn remarks(&self) -> &str {
        &self.remarks
    }
}

/// Shows the kind only: numbers and remarks are the merchant's business.
impl std::fmt::Debug for StatementRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StatementRow")
            .field("row_type", &self.row_type)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// An amount and which way it counts. Whether Alipay writes refunds below zero is not documented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sum {
    /// The amount, above or at zero.
    pub amount: Amount,
    /// Whether a minus stands before it.
    pub is_negative: bool,
}

/// Which way the money went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RowType {
    /// `P`: a payment.
    Payment,
    /// `R`: a refund.
    Refund,
}

/// What has become of a row's money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RowStatus {
    /// `F`: a refund that failed.
    Failed,
    /// `L`: settled.
    Liquidated,
    /// `P`: paid, not settled yet.
    Paid,
    /// A word that this crate does not know.
    Other,
}

pub(super) fn parse(line: &str) -> Result<StatementRow, BadColumn> {
    if line.chars().any(char::is_control) {
        return Err(BadColumn("row"));
    }
    // Remarks are the last column, so that a `|` in them shifts nothing.
    let columns: Vec<&str> = line.splitn(9, '|').collect();
    let [
        id,
        amount,
        currency,
        transaction,
        settlement,
        row_type,
        charge,
        status,
        rest @ ..,
    ] = columns.as_slice()
    else {
        return Err(BadColumn("row"));
    };
    let remarks = rest.first().copied().unwrap_or_default();
    if !(1..=64).contains(&id.chars().count()) {
        return Err(BadColumn("partner_transaction_id"));
    }
    if remarks.chars().count() > 256 {
        return Err(BadColumn("remarks"));
    }
    let currency = Currency::parse(currency).map_err(|_| BadColumn("currency"))?;
    let time = |text, column| GatewayTime::parse_compact(text).map_err(|_| BadColumn(column));
    Ok(StatementRow {
        partner_transaction_id: (*id).to_owned(),
        amount: sum(amount, currency, "amount")?,
        transaction_time: time(transaction, "transaction_time")?,
        settlement_time: match *settlement {
            "" => None,
            text => Some(time(text, "settlement_time")?),
        },
        row_type: match *row_type {
            "P" => RowType::Payment,
            "R" => RowType::Refund,
            _ => return Err(BadColumn("type")),
        },
        service_charge: sum(charge, currency, "service_charge")?,
        status: match *status {
            "F" => RowStatus::Failed,
            "L" => RowStatus::Liquidated,
            "P" => RowStatus::Paid,
            _ => RowStatus::Other,
        },
        remarks: remarks.to_owned(),
    })
}

fn sum(text: &str, currency: Currency, column: &'static str) -> Result<Sum, BadColumn> {
    let digits = text.strip_prefix('-');
    let amount = Amount::parse(digits.unwrap_or(text), currency).map_err(|_| BadColumn(column))?;
    Ok(Sum {
        amount,
        is_negative: digits.is_some() && amount.minor() > 0,
    })
}
