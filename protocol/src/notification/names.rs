//! The names that notifications may have.

/// Names that make a notification a matter of a refund.
pub(super) const REFUND: [&str; 8] = [
    "gmt_refund",
    "out_return_no",
    "refund_fee",
    "refund_status",
    "return_amount",
    "return_rmb_amount",
    "error_code",
    "out_biz_no",
];

/// Names seen or documented in notifications: first the cross-border gateway's, then those that
/// domestic products of the same gateway add. None of them is the name of a *request* parameter that
/// a notification does not repeat (`service`, `notify_url`, `product_code`): a signed request that is
/// presented as a notification stumbles over those.
///
/// A genuine name that is missing here costs a retry and an alarm; one too many could cost money.
const KNOWN: [&str; 39] = [
    "_input_charset",
    "charset",
    "currency",
    "forex_rate",
    "notify_id",
    "notify_time",
    "notify_type",
    "out_trade_no",
    "rmb_fee",
    "sign",
    "sign_type",
    "total_fee",
    "trade_no",
    "trade_status",
    // Domestic products, same gateway.
    "additional_trade_status",
    "body",
    "buyer_email",
    "buyer_id",
    "discount",
    "extra_common_param",
    "fund_bill_list",
    "gmt_close",
    "gmt_create",
    "gmt_last_modified_time",
    "gmt_payment",
    "gmt_send_goods",
    "is_total_fee_adjust",
    "logistics_type",
    "partner",
    "passback_params",
    "payment_type",
    "point_fee",
    "price",
    "quantity",
    "receive_name",
    "seller_email",
    "seller_id",
    "subject",
    "use_coupon",
];

/// Whether notifications have the name.
pub(crate) fn is_known(name: &str) -> bool {
    KNOWN.contains(&name) || REFUND.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::{KNOWN, REFUND, is_known};

    #[test]
    fn no_name_of_a_request_is_known() {
        for name in [
            "service",
            "notify_url",
            "return_url",
            "product_code",
            "app_pay",
            "supplier",
            "",
        ] {
            assert!(!is_known(name), "{name}");
        }
    }

    #[test]
    fn every_name_is_listed_once() {
        let mut names = [KNOWN.as_slice(), REFUND.as_slice()].concat();
        let listed = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), listed);
    }
}
