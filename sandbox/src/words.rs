//! The cashier's words, in English and Chinese.

use axum::http::{HeaderMap, header};

/// A language of the cashier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lang {
    /// English.
    En,
    /// Simplified Chinese.
    Zh,
}

impl Lang {
    /// Reads the value of `?lang=`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "en" => Some(Self::En),
            "zh" => Some(Self::Zh),
            _ => None,
        }
    }

    /// The value for `?lang=`.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }

    /// The value for the attribute `lang`.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh-CN",
        }
    }

    /// The first of our languages in `Accept-Language`, whose order browsers keep by preference;
    /// English if there is none.
    pub(crate) fn of_headers(headers: &HeaderMap) -> Self {
        let accepted = headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok());
        accepted
            .unwrap_or_default()
            .split(',')
            .find_map(
                |range| match range.trim().get(..2)?.to_ascii_lowercase().as_str() {
                    "en" => Some(Self::En),
                    "zh" => Some(Self::Zh),
                    _ => None,
                },
            )
            .unwrap_or(Self::En)
    }

    /// The words of this language.
    pub(crate) const fn words(self) -> &'static Words {
        match self {
            Self::En => &EN,
            Self::Zh => &ZH,
        }
    }
}

/// Every text of the cashier.
#[derive(Debug)]
pub(crate) struct Words {
    pub(crate) stand_in: &'static str,
    pub(crate) no_real_money: &'static str,
    pub(crate) language: &'static str,
    pub(crate) order: &'static str,
    pub(crate) merchant: &'static str,
    pub(crate) subject: &'static str,
    pub(crate) body: &'static str,
    pub(crate) out_trade_no: &'static str,
    pub(crate) trade_no: &'static str,
    pub(crate) paid_at: &'static str,
    pub(crate) log_in: &'static str,
    pub(crate) account: &'static str,
    pub(crate) login_password: &'static str,
    pub(crate) test_shopper: &'static str,
    pub(crate) wrong_login: &'static str,
    pub(crate) confirm: &'static str,
    pub(crate) payment_password: &'static str,
    pub(crate) six_digits: &'static str,
    pub(crate) not_six_digits: &'static str,
    pub(crate) too_simple: &'static str,
    pub(crate) wrong_two_left: &'static str,
    pub(crate) wrong_one_left: &'static str,
    pub(crate) pay: &'static str,
    pub(crate) cancel: &'static str,
    pub(crate) locked: &'static str,
    pub(crate) locked_advice: &'static str,
    pub(crate) paid: &'static str,
    pub(crate) returning: &'static str,
    pub(crate) return_now: &'static str,
    pub(crate) no_return_url: &'static str,
    pub(crate) not_paid: &'static str,
    pub(crate) not_paid_advice: &'static str,
    pub(crate) back_to: &'static str,
    pub(crate) continue_paying: &'static str,
    pub(crate) refused: &'static str,
    pub(crate) refused_advice: &'static str,
    pub(crate) not_found: &'static str,
    pub(crate) not_found_advice: &'static str,
    pub(crate) failed: &'static str,
    pub(crate) failed_advice: &'static str,
}

static EN: Words = Words {
    stand_in: "Stand-in for Alipay",
    no_real_money: "For tests. No real money.",
    language: "Language",
    order: "Your order",
    merchant: "Merchant",
    subject: "Item",
    body: "Details",
    out_trade_no: "Order number",
    trade_no: "Transaction number",
    paid_at: "Date and time (UTC+8)",
    log_in: "Log in",
    account: "Account",
    login_password: "Login password",
    test_shopper: "Test shopper",
    wrong_login: "Account or login password is wrong.",
    confirm: "Confirm the payment",
    payment_password: "Payment password",
    six_digits: "Six digits",
    not_six_digits: "A payment password has six digits and nothing else.",
    too_simple: "This payment password is too simple: the digits are in order, or more than three of \
                 them are equal.",
    wrong_two_left: "Wrong payment password. Two tries are left.",
    wrong_one_left: "Wrong payment password. One try is left.",
    pay: "Pay",
    cancel: "Cancel",
    locked: "Paying is locked for a while",
    locked_advice: "The payment password was wrong three times. Nothing was paid. Wait, or pay as \
                    another test shopper.",
    paid: "Paid",
    returning: "You are being taken back to the merchant.",
    return_now: "Return to the merchant now",
    no_return_url: "You can close this page now.",
    not_paid: "The payment was not made",
    not_paid_advice: "Nothing was paid. Use your browser’s Back button to return to the merchant.",
    back_to: "Back to",
    continue_paying: "Continue paying",
    refused: "This payment cannot be made",
    refused_advice: "The merchant’s request has an error. Nothing was paid. Tell the merchant this \
                     code:",
    not_found: "There is no such page",
    not_found_advice: "The payment may be finished or too old. Go back to the merchant and start \
                       again.",
    failed: "Something went wrong",
    failed_advice: "Nothing was paid. Try again.",
};

static ZH: Words = Words {
    stand_in: "支付宝测试替身",
    no_real_money: "仅供测试，不涉及真实资金。",
    language: "语言",
    order: "订单信息",
    merchant: "商家",
    subject: "商品",
    body: "说明",
    out_trade_no: "商户订单号",
    trade_no: "交易号",
    paid_at: "付款时间（北京时间）",
    log_in: "登录",
    account: "账号",
    login_password: "登录密码",
    test_shopper: "测试买家",
    wrong_login: "账号或登录密码错误。",
    confirm: "确认付款",
    payment_password: "支付密码",
    six_digits: "六位数字",
    not_six_digits: "支付密码必须是六位数字。",
    too_simple: "支付密码过于简单：数字连续，或同一数字超过三个。",
    wrong_two_left: "支付密码错误，还可以再试两次。",
    wrong_one_left: "支付密码错误，还可以再试一次。",
    pay: "付款",
    cancel: "取消",
    locked: "付款功能暂时锁定",
    locked_advice: "支付密码已输错三次，未发生扣款。请稍候，或使用其他测试买家付款。",
    paid: "付款成功",
    returning: "正在返回商家页面。",
    return_now: "立即返回商家",
    no_return_url: "现在可以关闭本页面。",
    not_paid: "付款未完成",
    not_paid_advice: "未发生扣款。请使用浏览器的返回按钮回到商家页面。",
    back_to: "返回",
    continue_paying: "继续付款",
    refused: "无法付款",
    refused_advice: "商家的请求有误，未发生扣款。请将以下错误代码告知商家：",
    not_found: "页面不存在",
    not_found_advice: "该付款可能已结束或已过期。请返回商家重新开始。",
    failed: "出现错误",
    failed_advice: "未发生扣款，请重试。",
};

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::Lang;

    #[test]
    fn the_first_known_language_is_taken() {
        for (accepted, expected) in [
            ("zh-CN,zh;q=0.9,en;q=0.8", Lang::Zh),
            ("ZH", Lang::Zh),
            ("de, zh-TW;q=0.9, en;q=0.8", Lang::Zh),
            ("en-GB,en;q=0.9,zh;q=0.8", Lang::En),
            ("de-DE,fr", Lang::En),
            ("", Lang::En),
            ("*", Lang::En),
        ] {
            let headers = HeaderMap::from_iter([(
                header::ACCEPT_LANGUAGE,
                HeaderValue::from_static(accepted),
            )]);
            assert_eq!(Lang::of_headers(&headers), expected, "{accepted}");
        }
        assert_eq!(Lang::of_headers(&HeaderMap::new()), Lang::En);
    }
}
