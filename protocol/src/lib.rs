//! alipay-protocol
