//! The only two answers to a notification.

/// The body that acknowledges a notification: exactly these seven bytes, as `text/plain`.
///
/// Anything else, a byte-order mark or a line break included, makes Alipay deliver again.
///
/// # Source
///
/// `docs/alipay/notify.md` section 2.
pub const SUCCESS: &str = "success";

/// The body that refuses a notification, so that Alipay delivers it again.
///
/// # Source
///
/// `docs/alipay/notify.md` section 2.
pub const FAIL: &str = "fail";

#[cfg(test)]
mod tests {
    use super::{FAIL, SUCCESS};

    #[test]
    fn success_is_the_seven_bytes_alipay_waits_for() {
        assert_eq!(
            SUCCESS.as_bytes(),
            [0x73, 0x75, 0x63, 0x63, 0x65, 0x73, 0x73]
        );
        assert_ne!(FAIL, SUCCESS);
    }
}
