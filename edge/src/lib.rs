//! alipay-checkout-edge
