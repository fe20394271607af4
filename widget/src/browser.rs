//! What the browser's name says: which cashier fits the device, and whether Alipay opens at all.

/// Apps in whose browser Alipay does not open: a word of the user agent, and the name that the page
/// is told. The order counts: an app may name another one as well.
///
/// * WeChat (and WeCom, `wxwork`) and QQ are Tencent's: they answer Alipay's pages with a notice,
///   and do not open its app.
/// * Weibo and Douyin show the page, but refuse to open Alipay's app from it.
///
/// Not in the list, since the H5 cashier works in them: Facebook, Instagram, LINE, Telegram, the QQ
/// and UC browsers (which are browsers of their own, and say `MQQBrowser`, `UCBrowser`).
const BLOCKED: [(&str, &str); 5] = [
    ("MicroMessenger", "wechat"),
    ("wxwork", "wechat"),
    (" QQ/", "qq"),
    ("Weibo", "weibo"),
    ("aweme", "douyin"),
];

/// Phones and tablets.
const MOBILE: [&str; 4] = ["Android", "iPhone", "iPad", "Mobi"];

/// What `js/early.js` has to know of both before there is a behaviour: the build finds it among the declarations.
#[cfg(target_arch = "wasm32")]
mod first_click {
    use wasm_bindgen::prelude::wasm_bindgen;

    #[wasm_bindgen(typescript_custom_section)]
    const BLOCKED: &'static str = super::BLOCKED_WORDS;
    #[wasm_bindgen(typescript_custom_section)]
    const MOBILE: &'static str = super::MOBILE_WORDS;
}

#[cfg(any(test, target_arch = "wasm32"))]
#[cfg_attr(
    all(target_arch = "wasm32", not(test)),
    expect(dead_code, reason = "read while this is compiled")
)]
const BLOCKED_WORDS: &str = "BLOCKED_WORDS=MicroMessenger|wxwork| QQ/|Weibo|aweme";
#[cfg(any(test, target_arch = "wasm32"))]
#[cfg_attr(
    all(target_arch = "wasm32", not(test)),
    expect(dead_code, reason = "read while this is compiled")
)]
const MOBILE_WORDS: &str = "MOBILE_WORDS=Android|iPhone|iPad|Mobi";

/// A browser, as it calls itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Browser<'a> {
    pub(crate) user_agent: &'a str,
    pub(crate) touch_points: u32,
}

impl Browser<'_> {
    fn says(self, word: &str) -> bool {
        self.user_agent
            .as_bytes()
            .windows(word.len())
            .any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
    }

    /// The app that keeps Alipay out, if this is the browser of one.
    pub(crate) fn blocked_by(self) -> Option<&'static str> {
        BLOCKED
            .iter()
            .find(|(word, _)| self.says(word))
            .map(|(_, name)| *name)
    }

    /// A phone or tablet: its cashier opens the app.
    pub(crate) fn is_mobile(self) -> bool {
        // An iPad says that it is a Macintosh; no Macintosh has a touch screen.
        MOBILE.into_iter().any(|word| self.says(word))
            || (self.says("Macintosh") && self.touch_points > 1)
    }

    /// A page inside an app, which has no tabs: Android's webview names itself, Apple's is the one
    /// that does not say Safari.
    pub(crate) fn is_webview(self) -> bool {
        self.says("; wv)") || (self.says("like Mac OS X") && !self.says("Safari/"))
    }
}

#[cfg(test)]
mod tests {
    use super::{BLOCKED, BLOCKED_WORDS, Browser, MOBILE, MOBILE_WORDS};

    const ANDROID: &str = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36";
    const ANDROID_WEBVIEW: &str = "Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/131.0.0.0 Mobile Safari/537.36 Shop/3.1";
    const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1";
    const IPHONE_WEBVIEW: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148";
    const MACINTOSH: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15";
    const WINDOWS: &str =
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0";
    const WECHAT: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.54(0x18003627) NetType/WIFI Language/zh_CN";
    const WECHAT_WINDOWS: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/116.0.0.0 Safari/537.36 NetType/WIFI MicroMessenger/7.0.20.1781(0x6700143B) WindowsWechat(0x63090a13)";
    const QQ: &str = "Mozilla/5.0 (Linux; Android 12; M2102J2SC; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/109.0 MQQBrowser/6.2 TBS/046 Mobile Safari/537.36 V1_AND_SQ_8.9.28 QQ/8.9.28.10155 NetType/4G";
    const QQ_BROWSER: &str = "Mozilla/5.0 (Linux; U; Android 12; zh-cn; M2102J2SC) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/109.0 MQQBrowser/14.3 Mobile Safari/537.36";
    const WEIBO: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Weibo (iPhone14,5__weibo__14.6.0__iphone__os17.5)";
    const DOUYIN: &str = "Mozilla/5.0 (Linux; Android 13; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/110.0 Mobile Safari/537.36 aweme_230400 JsSdk/1.0";
    const FACEBOOK: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/21F90 [FBAN/FBIOS;FBAV/470.0]";

    fn browser(user_agent: &str) -> Browser<'_> {
        Browser {
            user_agent,
            touch_points: 0,
        }
    }

    #[test]
    fn apps_that_keep_alipay_out_are_known_and_no_others() {
        for (user_agent, expected) in [
            (WECHAT, Some("wechat")),
            (WECHAT_WINDOWS, Some("wechat")),
            ("… wxwork/4.1.30 …", Some("wechat")),
            (QQ, Some("qq")),
            (WEIBO, Some("weibo")),
            (DOUYIN, Some("douyin")),
            (QQ_BROWSER, None),
            (FACEBOOK, None),
            (ANDROID, None),
            (ANDROID_WEBVIEW, None),
            (IPHONE, None),
            (WINDOWS, None),
            ("", None),
        ] {
            assert_eq!(browser(user_agent).blocked_by(), expected, "{user_agent}");
        }
    }

    #[test]
    fn a_click_before_the_behaviour_goes_by_the_same_words() {
        let blocked = BLOCKED.map(|(word, _)| word).join("|");
        assert_eq!(format!("BLOCKED_WORDS={blocked}"), BLOCKED_WORDS);
        assert_eq!(format!("MOBILE_WORDS={}", MOBILE.join("|")), MOBILE_WORDS);
    }

    #[test]
    fn phones_and_tablets_get_the_cashier_that_opens_the_app() {
        for (user_agent, expected) in [
            (ANDROID, true),
            (ANDROID_WEBVIEW, true),
            (IPHONE, true),
            (IPHONE_WEBVIEW, true),
            (MACINTOSH, false),
            (WINDOWS, false),
            ("", false),
        ] {
            assert_eq!(browser(user_agent).is_mobile(), expected, "{user_agent}");
        }
        let ipad = Browser {
            user_agent: MACINTOSH,
            touch_points: 5,
        };
        assert!(ipad.is_mobile());
    }

    #[test]
    fn webviews_are_told_from_browsers() {
        for (user_agent, expected) in [
            (ANDROID_WEBVIEW, true),
            (IPHONE_WEBVIEW, true),
            (FACEBOOK, true),
            (ANDROID, false),
            (IPHONE, false),
            (MACINTOSH, false),
            (WINDOWS, false),
        ] {
            assert_eq!(browser(user_agent).is_webview(), expected, "{user_agent}");
        }
    }
}
