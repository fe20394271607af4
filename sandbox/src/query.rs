//! `single_trade_query`: what Alipay knows of a trade, as signed XML.

use std::fmt::Write as _;

use crate::{
    app::App,
    gateway_time::GatewayTime,
    request::{GatewayError, MerchantRequest},
    shopper::ACCOUNT,
    sign::Fields,
    trade::{Payment, Trade},
};

/// How each document begins.
pub(crate) const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>";

/// Answers a verified query; `trade_no` wins over `out_trade_no`.
///
/// # Errors
///
/// * [`GatewayError::IllegalArgument`] – neither number.
/// * [`GatewayError::TradeNotExist`] – no such trade, or not paid yet: in the H5 flow Alipay creates
///   the trade only after the right payment password.
/// * [`GatewayError::SystemException`] – the answer cannot be signed.
///
/// # Source
///
/// `docs/alipay/query.md` section 2. That the sign covers the children of `<trade>` is documented; no real
/// sample is public.
pub(crate) fn answer(app: &App, request: &MerchantRequest) -> Result<String, GatewayError> {
    let (trade_no, out_trade_no) = (request.value("trade_no"), request.value("out_trade_no"));
    let trade = app.store.read(|book| match (trade_no, out_trade_no) {
        (Some(trade_no), _) => Ok(book.paid(|payment| payment.trade_no == trade_no).cloned()),
        (None, Some(out_trade_no)) => Ok(book.by_out_trade_no(out_trade_no).cloned()),
        (None, None) => Err(GatewayError::IllegalArgument),
    })?;
    let trade = trade.ok_or(GatewayError::TradeNotExist)?;
    let payment = trade.payment.as_ref().ok_or(GatewayError::TradeNotExist)?;
    let fields = trade_fields(&trade, payment, &app.partner);
    let mut signed = app
        .keys
        .sign(fields)
        .map_err(|_| GatewayError::SystemException)?;
    let sign = signed.remove("sign").unwrap_or_default();
    let sign_type = signed.remove("sign_type").unwrap_or_default();

    let mut xml = format!("{DECLARATION}<alipay><is_success>T</is_success><request>");
    for (name, value) in request.fields() {
        // Writing to a String never fails.
        let _ = write!(
            xml,
            "<param name=\"{}\">{}</param>",
            escape(name),
            escape(value)
        );
    }
    xml.push_str("</request><response><trade>");
    for (name, value) in &signed {
        let _ = write!(xml, "<{name}>{}</{name}>", escape(value));
    }
    let _ = write!(
        xml,
        "</trade></response><sign>{sign}</sign><sign_type>{sign_type}</sign_type></alipay>"
    );
    Ok(xml)
}

/// Alipay's error as XML.
pub(crate) fn error(error: GatewayError) -> String {
    format!(
        "{DECLARATION}<alipay><is_success>F</is_success><error>{}</error></alipay>",
        error.code()
    )
}

fn trade_fields(trade: &Trade, payment: &Payment, partner: &str) -> Fields {
    let paid = GatewayTime::from_unix_ms(payment.paid_ms).text();
    let total_fee = trade.amount.text();
    let buyer = payment
        .charge
        .as_ref()
        .map_or(ACCOUNT, |charge| charge.account.as_str());
    let mut fields: Fields = [
        ("buyer_email", buyer),
        ("buyer_id", "2088000000000000"),
        ("discount", "0.00"),
        ("gmt_create", &paid),
        ("gmt_last_modified_time", &paid),
        ("gmt_payment", &paid),
        ("is_total_fee_adjust", "F"),
        ("out_trade_no", &trade.out_trade_no),
        // Alipay's number for cross-border payments.
        ("payment_type", "100"),
        ("price", &total_fee),
        ("quantity", "1"),
        ("seller_id", partner),
        ("subject", trade.requested("subject").unwrap_or_default()),
        ("total_fee", &total_fee),
        ("trade_no", &payment.trade_no),
        ("trade_status", trade.trade_status()),
        ("use_coupon", "F"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    if let Some(body) = trade.requested("body") {
        fields.insert("body".to_owned(), body.to_owned());
    }
    fields
}

/// Text for an element or a double-quoted attribute; characters XML cannot hold become U+FFFD.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // A bare carriage return would reach the reader as a line feed and break the sign.
            '\r' => escaped.push_str("&#13;"),
            '\t' | '\n' => escaped.push(character),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{error, escape};
    use crate::request::GatewayError;

    #[test]
    fn errors_have_alipays_shape() {
        assert_eq!(
            error(GatewayError::TradeNotExist),
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
             <alipay><is_success>F</is_success><error>TRADE_NOT_EXIST</error></alipay>"
        );
    }

    #[test]
    fn text_from_outside_cannot_end_an_element() {
        assert_eq!(
            escape("a</trade>&\"'\r\n\t\u{1}中\u{ffff}"),
            "a&lt;/trade&gt;&amp;&quot;'&#13;\n\t\u{fffd}中\u{fffd}"
        );
    }
}
