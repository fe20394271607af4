//! What the pages say. A page never says "failed" of what is not known, and never "paid" without the
//! record.

use super::language::Language;

/// A heading, and what it means.
pub type Said = (&'static str, &'static str);

/// The words of one language.
#[derive(Debug, PartialEq, Eq)]
pub struct Words {
    /// The order is paid.
    pub paid: Said,
    /// It is not known yet; the page asks again by itself.
    pub confirming: Said,
    /// It is still not known; the page no longer asks by itself.
    pub late: Said,
    /// The trade ended unpaid.
    pub closed: Said,
    /// Paid and given back.
    pub refunded: Said,
    /// The order token is too old.
    pub outdated: Said,
    /// The order was registered with other content.
    pub changed: Said,
    /// Alipay refuses this payment for good.
    pub refused: Said,
    /// Ours or the network's fault, for a moment.
    pub busy: Said,
    /// The link opens nothing.
    pub unknown: Said,
    /// The merchant has made a mistake.
    pub unusable: Said,
    /// Labels of facts.
    pub amount: &'static str,
    /// Label of `out_trade_no`.
    pub out_trade_no: &'static str,
    /// Label of `trade_no`.
    pub trade_no: &'static str,
    /// Label of an error's code.
    pub code: &'static str,
    /// Link to the merchant.
    pub back: &'static str,
    /// Link to the same page.
    pub again: &'static str,
}

impl Words {
    /// The words of a language.
    #[must_use]
    pub fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::Chinese => &CHINESE,
        }
    }
}

const ENGLISH: Words = Words {
    paid: ("Paid", "Thank you. Alipay has confirmed your payment."),
    confirming: (
        "Being confirmed",
        "Alipay has not confirmed this payment yet. That can take a few minutes. This page looks again by itself. Please do not pay again.",
    ),
    late: (
        "Still being confirmed",
        "This takes longer than usual. If you have paid, the shop hears of it as soon as Alipay confirms it, and you can close this page. Please do not pay again.",
    ),
    closed: (
        "Closed",
        "Alipay has closed this payment unpaid. If you still want to buy, start again at the shop.",
    ),
    refunded: (
        "Refunded",
        "This payment was given back to you. When you see it depends on Alipay and your bank.",
    ),
    outdated: (
        "This page is out of date",
        "Nothing was charged by this attempt. Go back to the shop, load the page again and press the button once more.",
    ),
    changed: (
        "The order has changed",
        "This order number was used before for something else. Nothing was charged by this attempt. Go back to the shop and start again.",
    ),
    refused: (
        "This order cannot be paid",
        "Alipay does not take a payment for this order. Nothing was charged by this attempt. Go back to the shop and start again.",
    ),
    busy: (
        "Please try again in a moment",
        "We cannot answer just now. This says nothing about whether a payment was made. If you have already paid, do not pay again.",
    ),
    unknown: (
        "We cannot show this payment",
        "The link is incomplete or too old. This says nothing about whether the payment was made: the shop can tell you.",
    ),
    unusable: (
        "The shop has to look at this",
        "The shop's request for a payment cannot be used. Nothing was charged by this attempt. Please tell the shop the code below.",
    ),
    amount: "Amount",
    out_trade_no: "Order number",
    trade_no: "Alipay reference",
    code: "Code",
    back: "Back to the shop",
    again: "Look again now",
};

const CHINESE: Words = Words {
    paid: ("付款成功", "支付宝已确认您的付款，谢谢。"),
    confirming: (
        "正在确认",
        "支付宝尚未确认这笔付款，可能需要几分钟。本页会自动更新，请勿重复付款。",
    ),
    late: (
        "仍在确认",
        "确认时间比平时长。如果您已付款，支付宝确认后商家会立即收到通知，您可以关闭本页。请勿重复付款。",
    ),
    closed: (
        "交易已关闭",
        "支付宝已关闭这笔交易，您没有付款。如仍想购买，请回到商店重新下单。",
    ),
    refunded: (
        "已退款",
        "这笔付款已退还给您，到账时间取决于支付宝和您的银行。",
    ),
    outdated: (
        "页面已过期",
        "本次操作没有扣款。请回到商店，刷新页面后再次点击付款按钮。",
    ),
    changed: (
        "订单已变更",
        "此订单号曾用于其他内容。本次操作没有扣款。请回到商店重新下单。",
    ),
    refused: (
        "此订单无法付款",
        "支付宝不接受此订单的付款。本次操作没有扣款。请回到商店重新下单。",
    ),
    busy: (
        "请稍后再试",
        "我们暂时无法答复，这并不表示付款成功或失败。如果您已付款，请勿重复付款。",
    ),
    unknown: (
        "无法显示这笔付款",
        "链接不完整或已过期，这并不表示付款成功或失败。请向商家查询。",
    ),
    unusable: (
        "需要商家处理",
        "商家的付款请求无法使用。本次操作没有扣款。请将下面的代码告诉商家。",
    ),
    amount: "金额",
    out_trade_no: "订单号",
    trade_no: "支付宝交易号",
    code: "代码",
    back: "返回商店",
    again: "立即再查",
};
