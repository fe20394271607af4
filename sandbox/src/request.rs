//! The merchant's signed request: from the form to a type that exists only when it verified.

use url::Url;

use crate::{
    antom::Asked,
    money::{Amount, InvalidAmount, is_settlement_currency},
    sign::{Fields, Keys, SignType},
};

/// Alipay's error codes, as far as the stand-in gives them.
///
/// # Source
///
/// `docs/alipay/query.md` section 3 and Alipay's pages on errors. Which code Alipay prefers where two fit is UNCONFIRMED.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GatewayError {
    /// `ILLEGAL_ARGUMENT`: a parameter is missing, malformed or given twice.
    IllegalArgument,
    /// `ILLEGAL_CHARSET`: `_input_charset` is not UTF-8, the only one the stand-in reads.
    IllegalCharset,
    /// `ILLEGAL_CURRENCY`: not a settlement currency; CNY goes into `rmb_fee`.
    IllegalCurrency,
    /// `ILLEGAL_PARTNER`: another merchant, or none.
    IllegalPartner,
    /// `ILLEGAL_PARTNER_EXTERFACE`: `product_code` does not belong to the service.
    IllegalPartnerExterface,
    /// `ILLEGAL_SECURITY_PROFILE`: a `sign_type` this merchant has no key for.
    IllegalSecurityProfile,
    /// `ILLEGAL_SERVICE`: unknown service, or none.
    IllegalService,
    /// `ILLEGAL_SIGN`: the signature does not hold.
    IllegalSign,
    /// `ILLEGAL_SIGN_TYPE`: not one of MD5, RSA, RSA2.
    IllegalSignType,
    /// `PURCHASE_TRADE_NOT_EXIST`: a refund of what was not paid.
    PurchaseTradeNotExist,
    /// `REPEAT_OUT_TRADE_NO`: this order is already paid.
    RepeatOutTradeNo,
    /// `RETURN_AMOUNT_EXCEED`: more than is left of the payment.
    ReturnAmountExceed,
    /// `SYSTEM_EXCEPTION`: the stand-in cannot store or sign; try again.
    SystemException,
    /// `TOTAL_FEE_LESSEQUAL_ZERO`: nothing to pay.
    TotalFeeLessEqualZero,
    /// `TOTAL_FEE_OUT_OF_RANGE`: more than 1000000.00.
    TotalFeeOutOfRange,
    /// `TRADE_DATA_MATCH_ERROR`: the same `out_trade_no` with other content.
    TradeDataMatchError,
    /// `TRADE_NOT_EXIST`: no such trade, or none yet.
    TradeNotExist,
}

impl GatewayError {
    /// Alipay's word.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::IllegalArgument => "ILLEGAL_ARGUMENT",
            Self::IllegalCharset => "ILLEGAL_CHARSET",
            Self::IllegalCurrency => "ILLEGAL_CURRENCY",
            Self::IllegalPartner => "ILLEGAL_PARTNER",
            Self::IllegalPartnerExterface => "ILLEGAL_PARTNER_EXTERFACE",
            Self::IllegalSecurityProfile => "ILLEGAL_SECURITY_PROFILE",
            Self::IllegalService => "ILLEGAL_SERVICE",
            Self::IllegalSign => "ILLEGAL_SIGN",
            Self::IllegalSignType => "ILLEGAL_SIGN_TYPE",
            Self::PurchaseTradeNotExist => "PURCHASE_TRADE_NOT_EXIST",
            Self::RepeatOutTradeNo => "REPEAT_OUT_TRADE_NO",
            Self::ReturnAmountExceed => "RETURN_AMOUNT_EXCEED",
            Self::SystemException => "SYSTEM_EXCEPTION",
            Self::TotalFeeLessEqualZero => "TOTAL_FEE_LESSEQUAL_ZERO",
            Self::TotalFeeOutOfRange => "TOTAL_FEE_OUT_OF_RANGE",
            Self::TradeDataMatchError => "TRADE_DATA_MATCH_ERROR",
            Self::TradeNotExist => "TRADE_NOT_EXIST",
        }
    }
}

/// The most parameters of a request; the longest documented one has about 40.
const MAX_FIELDS: usize = 100;

/// Decodes query and, for POST, body into one set of fields.
///
/// Only `_input_charset` may stand in both, with the same value: Alipay wants it in the URL of a
/// POST. Without it there, Alipay reads the body in another charset and answers `ILLEGAL_SIGN`.
///
/// # Errors
///
/// * [`GatewayError::IllegalSign`] – a POST without `_input_charset` in its URL.
/// * [`GatewayError::IllegalArgument`] – a parameter given twice, or more than [`MAX_FIELDS`].
///
/// # Source
///
/// docs.antom.com/ac/global/overseas_query_cn; github.com/bitmash/alipay-api-php issue 2.
pub(crate) fn parse_fields(query: &str, body: Option<&[u8]>) -> Result<Fields, GatewayError> {
    let mut fields = Fields::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        insert_once(&mut fields, name.into_owned(), value.into_owned())?;
    }
    if let Some(body) = body {
        let charset = fields
            .remove("_input_charset")
            .ok_or(GatewayError::IllegalSign)?;
        for (name, value) in form_urlencoded::parse(body) {
            insert_once(&mut fields, name.into_owned(), value.into_owned())?;
        }
        if *fields
            .entry("_input_charset".to_owned())
            .or_insert_with(|| charset.clone())
            != charset
        {
            return Err(GatewayError::IllegalArgument);
        }
    }
    Ok(fields)
}

fn insert_once(fields: &mut Fields, name: String, value: String) -> Result<(), GatewayError> {
    if fields.len() >= MAX_FIELDS || fields.insert(name, value).is_some() {
        return Err(GatewayError::IllegalArgument);
    }
    Ok(())
}

/// A request that our merchant signed, without `sign` and `sign_type`.
#[derive(Debug)]
pub(crate) struct MerchantRequest(Fields);

impl MerchantRequest {
    /// Verifies that `fields` were signed by `partner`.
    ///
    /// # Errors
    ///
    /// * [`GatewayError::IllegalPartner`] – absent or another one.
    /// * [`GatewayError::IllegalCharset`] – not UTF-8.
    /// * [`GatewayError::IllegalSignType`], [`GatewayError::IllegalSecurityProfile`] – unknown, or
    ///   not the one configured.
    /// * [`GatewayError::IllegalSign`] – the signature does not hold.
    pub(crate) fn verify(fields: Fields, keys: &Keys, partner: &str) -> Result<Self, GatewayError> {
        let value = |name: &str| fields.get(name).map(String::as_str);
        if value("partner") != Some(partner) {
            return Err(GatewayError::IllegalPartner);
        }
        if !value("_input_charset").is_some_and(|charset| charset.eq_ignore_ascii_case("utf-8")) {
            return Err(GatewayError::IllegalCharset);
        }
        match value("sign_type").and_then(SignType::parse) {
            None => return Err(GatewayError::IllegalSignType),
            Some(other) if other != keys.sign_type() => {
                return Err(GatewayError::IllegalSecurityProfile);
            }
            Some(_) => {}
        }
        let verified = keys.verify(fields).map_err(|_| GatewayError::IllegalSign)?;
        Ok(Self(verified.into_fields()))
    }

    /// A value that is present and not empty.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// All fields.
    pub(crate) fn fields(&self) -> &Fields {
        &self.0
    }
}

/// A well-formed request to pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PayRequest {
    /// The merchant's number.
    pub(crate) out_trade_no: String,
    /// What the shopper pays, and in which currency.
    pub(crate) amount: Amount,
    /// Every signed field, to tell the same request from another one.
    pub(crate) fields: Fields,
    /// Present exactly when Antom is asked.
    pub(crate) antom: Option<Asked>,
}

impl PayRequest {
    /// Reads a request of `create_forex_trade` or `create_forex_trade_wap`.
    ///
    /// # Errors
    ///
    /// * [`GatewayError::IllegalPartnerExterface`] – wrong or missing `product_code`.
    /// * [`GatewayError::IllegalArgument`] – a field is missing, too long or malformed; both or
    ///   neither of `total_fee` and `rmb_fee`.
    /// * [`GatewayError::IllegalCurrency`] – not a settlement currency.
    /// * [`GatewayError::TotalFeeLessEqualZero`], [`GatewayError::TotalFeeOutOfRange`].
    ///
    /// # Source
    ///
    /// `docs/alipay/request.md` and `docs/alipay/money.md`.
    pub(crate) fn parse(request: &MerchantRequest) -> Result<Self, GatewayError> {
        let product_code = match request.value("service") {
            Some("create_forex_trade") => "NEW_OVERSEAS_SELLER",
            Some("create_forex_trade_wap") => "NEW_WAP_OVERSEAS_SELLER",
            _ => return Err(GatewayError::IllegalService),
        };
        if request.value("product_code") != Some(product_code) {
            return Err(GatewayError::IllegalPartnerExterface);
        }
        let out_trade_no = request
            .value("out_trade_no")
            .filter(|text| is_out_trade_no(text))
            .ok_or(GatewayError::IllegalArgument)?;
        let subject = request
            .value("subject")
            .ok_or(GatewayError::IllegalArgument)?;
        let body = request.value("body").unwrap_or_default();
        if request
            .fields()
            .values()
            .any(|value| value.contains(char::is_control))
        {
            return Err(GatewayError::IllegalArgument);
        }
        if subject.chars().count() > 256 || body.chars().count() > 400 {
            return Err(GatewayError::IllegalArgument);
        }
        for name in ["notify_url", "return_url", "merchant_url"] {
            if request.value(name).is_some_and(|text| !is_web_url(text)) {
                return Err(GatewayError::IllegalArgument);
            }
        }
        Ok(Self {
            out_trade_no: out_trade_no.to_owned(),
            amount: amount(request)?,
            fields: request.fields().clone(),
            antom: None,
        })
    }
}

fn amount(request: &MerchantRequest) -> Result<Amount, GatewayError> {
    let currency = request
        .value("currency")
        .ok_or(GatewayError::IllegalArgument)?;
    if !is_settlement_currency(currency) {
        return Err(GatewayError::IllegalCurrency);
    }
    let amount = match (request.value("total_fee"), request.value("rmb_fee")) {
        (Some(total_fee), None) => Amount::parse(total_fee, currency),
        (None, Some(rmb_fee)) => Amount::parse(rmb_fee, "CNY"),
        _ => return Err(GatewayError::IllegalArgument),
    };
    amount.map_err(|reason| match reason {
        InvalidAmount::Malformed => GatewayError::IllegalArgument,
        InvalidAmount::Zero => GatewayError::TotalFeeLessEqualZero,
        InvalidAmount::TooMuch => GatewayError::TotalFeeOutOfRange,
    })
}

/// Letters, digits and `_` are Alipay's safe alphabet; `-` and `.` occur in its own samples.
pub(crate) fn is_out_trade_no(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

/// An absolute http(s) URL of at most 200 characters, Alipay's limit for its URL fields.
fn is_web_url(text: &str) -> bool {
    text.chars().count() <= 200
        && Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

#[cfg(test)]
#[path = "request_tests.rs"]
mod tests;
