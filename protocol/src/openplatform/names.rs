//! The names that notifications of the open platform may have.

/// Names seen or documented. Those of requests (`method`, `biz_content`, `notify_url`,
/// `product_code`) are not among them: a signed request that is presented as a notification stumbles
/// over those.
const KNOWN: [&str; 40] = [
    "app_id",
    "auth_app_id",
    "body",
    "buyer_id",
    "buyer_logon_id",
    "buyer_open_id",
    "buyer_pay_amount",
    "charset",
    "fund_bill_list",
    "gmt_close",
    "gmt_create",
    "gmt_payment",
    "gmt_refund",
    "invoice_amount",
    "notify_id",
    "notify_time",
    "notify_type",
    "open_id",
    "out_biz_no",
    "out_trade_no",
    "passback_params",
    "point_amount",
    "receipt_amount",
    "refund_fee",
    "refund_reason",
    "refund_status",
    "seller_email",
    "seller_id",
    "send_back_fee",
    "sign",
    "sign_type",
    "store_id",
    "subject",
    "terminal_id",
    "total_amount",
    "trade_no",
    "trade_status",
    "version",
    "voucher_detail_list",
    "discount_goods_detail",
];

/// Whether notifications have the name.
pub(crate) fn is_known(name: &str) -> bool {
    KNOWN.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::{KNOWN, is_known};

    #[test]
    fn no_name_of_a_request_is_known() {
        for name in [
            "method",
            "biz_content",
            "notify_url",
            "return_url",
            "timestamp",
            "product_code",
            "total_fee",
            "",
        ] {
            assert!(!is_known(name), "{name}");
        }
    }

    #[test]
    fn every_name_is_listed_once() {
        let mut names = KNOWN.to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), KNOWN.len());
    }
}
