//! What Alipay says after a payment: the notification and the return.

use url::Url;

use crate::{
    faults,
    gateway_time::GatewayTime,
    sender::Message,
    sign::{Fields, KeyError, Keys},
    trade::{Payment, Trade},
};

fn field(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// The fields that notification and return share.
///
/// After a payment by `rmb_fee`, `total_fee` is the CNY amount and `currency` is `CNY`. What Alipay
/// really writes there is UNCONFIRMED. This is the safe choice for a stand-in: number and currency
/// belong together, so that nobody who takes the message at its word credits 100 US dollars for
/// 100 yuan, and a currency without decimals never meets an amount with them.
fn shared(trade: &Trade, payment: &Payment) -> Fields {
    Fields::from([
        field("currency", trade.amount.currency()),
        field("out_trade_no", &trade.out_trade_no),
        field("total_fee", &trade.amount.text()),
        field("trade_no", &payment.trade_no),
        field("trade_status", trade.trade_status()),
    ])
}

/// What one notification says, before it is signed.
///
/// One about a refund has the names of `docs/alipay/refund.md` section 3 beside those of the trade; the
/// exact set is UNCONFIRMED.
///
/// `notify_id` is the same on every resend. Whether `notify_time` is, is UNCONFIRMED; it changes
/// here, since a merchant has to bear both.
///
/// # Source
///
/// `docs/alipay/notify.md` section 1.
pub(crate) fn fields(trade: &Trade, payment: &Payment, now_ms: u64) -> Fields {
    let mut fields = shared(trade, payment);
    fields.extend([
        field("notify_id", &payment.notify_id),
        field("notify_time", &GatewayTime::from_unix_ms(now_ms).text()),
        field("notify_type", "trade_status_sync"),
    ]);
    let told = payment.refund_told.and_then(|at| payment.refunds.get(at));
    if let Some(refund) = told {
        fields.extend([
            field("out_return_no", &refund.out_return_no),
            field("refund_status", "REFUND_SUCCESS"),
            field("return_amount", &refund.amount),
        ]);
    }
    fields
}

/// The notification as it is posted; `tamper` names a field altered after signing.
///
/// # Errors
///
/// See [`Keys::sign`].
pub(crate) fn message(
    trade: &Trade,
    payment: &Payment,
    keys: &Keys,
    now_ms: u64,
    tamper: Option<&str>,
) -> Result<Message, KeyError> {
    let mut fields = keys.sign(fields(trade, payment, now_ms))?;
    if let Some(name) = tamper {
        faults::tamper(&mut fields, name);
    }
    Ok(Message::form(&fields))
}

/// `return_url` with the signed query, or as it is where Antom was asked; `None` when the request named no `return_url`.
///
/// # Errors
///
/// See [`Keys::sign`].
///
/// # Source
///
/// `docs/alipay/notify.md` section 7.
pub(crate) fn return_url(
    trade: &Trade,
    payment: &Payment,
    keys: &Keys,
) -> Result<Option<String>, KeyError> {
    // The request was refused unless this parses.
    let Some(mut url) = trade
        .requested("return_url")
        .and_then(|text| Url::parse(text).ok())
    else {
        return Ok(None);
    };
    if trade.antom.is_some() {
        return Ok(trade.requested("return_url").map(str::to_owned));
    }
    url.query_pairs_mut()
        .extend_pairs(keys.sign(shared(trade, payment))?);
    Ok(Some(url.into()))
}

#[cfg(test)]
mod tests {
    use super::{message, return_url};
    use crate::{
        sign::Keys,
        trade::{Trade, tests::paid_trade},
    };

    const KEY: &str = "10000000000000000000000000000000";

    fn keys() -> Keys {
        Keys::md5(KEY).unwrap()
    }

    fn form_of(trade: &Trade, tamper: Option<&str>) -> String {
        // 2018-04-11 18:12:28 in Beijing.
        let payment = trade.payment.as_ref().unwrap();
        let sent = message(trade, payment, &keys(), 1_523_441_548_000, tamper).unwrap();
        String::from_utf8(sent.body).unwrap()
    }

    /// Signs made with `printf %s "TEXT$KEY" | md5sum`.
    #[test]
    fn notification_has_exactly_alipays_fields() {
        assert_eq!(
            form_of(&paid_trade(), None),
            "currency=USD&notify_id=0123456789abcdef0123456789abcdef01&\
             notify_time=2018-04-11+18%3A12%3A28&notify_type=trade_status_sync&out_trade_no=A1&\
             sign=1a86f37ca305ffc683edfa32de21bcc8&sign_type=MD5&total_fee=19.90&\
             trade_no=2018041121001003790200210315&trade_status=TRADE_FINISHED"
        );
    }

    #[test]
    fn tampered_notification_keeps_the_old_sign() {
        assert_eq!(
            form_of(&paid_trade(), Some("total_fee")),
            form_of(&paid_trade(), None).replace("total_fee=19.90", "total_fee=0.01")
        );
    }

    #[test]
    fn payment_by_rmb_fee_is_notified_in_yuan() {
        let mut trade = paid_trade();
        trade.amount = crate::money::Amount::parse("128", "CNY").unwrap();
        let form = form_of(&trade, None);
        let fields: crate::sign::Fields = form_urlencoded::parse(form.as_bytes())
            .into_owned()
            .collect();
        assert_eq!(
            (fields["total_fee"].as_str(), fields["currency"].as_str()),
            ("128.00", "CNY")
        );
    }

    #[test]
    fn return_url_keeps_its_own_query_and_escapes_the_sign() {
        let mut trade = paid_trade();
        trade.request.insert(
            "return_url".into(),
            "http://127.0.0.1:1/return/A1?a=b%26c".into(),
        );
        let payment = trade.payment.clone().unwrap();
        assert_eq!(
            return_url(&trade, &payment, &keys()).unwrap().unwrap(),
            "http://127.0.0.1:1/return/A1?a=b%26c&currency=USD&out_trade_no=A1&\
             sign=7c92aef13a4a30c4040f07ee0dc87e64&sign_type=MD5&total_fee=19.90&\
             trade_no=2018041121001003790200210315&trade_status=TRADE_FINISHED"
        );
    }

    #[test]
    fn notification_about_a_refund_names_it_and_the_closed_trade() {
        let mut book = crate::trade::Book::default();
        book.insert(paid_trade());
        book.refund_by_staff(&paid_trade(), 1990, 5);
        let mut trade = book.by_out_trade_no("A1").unwrap().clone();
        let payment = trade.payment.as_mut().unwrap();
        (payment.refund_told, payment.state) = (Some(0), crate::trade::State::Refunded);
        let form = form_of(&trade, None);
        for part in [
            "out_return_no=STAFF-1",
            "refund_status=REFUND_SUCCESS",
            "return_amount=19.90",
            "trade_status=TRADE_CLOSED",
        ] {
            assert!(form.contains(part), "{part} is not in {form}");
        }
    }

    #[test]
    fn without_return_url_there_is_no_return() {
        let mut trade = paid_trade();
        trade.request.remove("return_url");
        let payment = trade.payment.clone().unwrap();
        assert_eq!(return_url(&trade, &payment, &keys()), Ok(None));
    }
}
