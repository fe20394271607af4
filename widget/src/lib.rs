//! alipay-checkout-widget
