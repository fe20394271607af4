//! Where an answer to `pay` may send a shopper.

use alipay_protocol::antom::answer::{AnswerError, DisplayType, PayStep};

use super::{URL, changed, pay};

#[test]
fn address_that_is_not_alipays_kind_rejected() {
    let with = |field: &str, url: &str| {
        changed(
            &format!(r#""normalUrl":"{URL}""#),
            &format!(r#""{field}":"{url}""#),
        )
    };
    let cases = [
        ("normalUrl", "http://open-sea.alipayplus.com/"),
        ("normalUrl", "http://localhost.evil.example/"),
        ("normalUrl", "http://127.0.0.1@evil.example/"),
        ("normalUrl", "http://127.0.0.1:1@evil.example/"),
        ("normalUrl", "http://192.168.0.1/"),
        ("normalUrl", "javascript:alert(1)"),
        ("normalUrl", "//evil.example/"),
        ("normalUrl", "https://"),
        ("normalUrl", "https://alipay.com@evil.example/"),
        ("normalUrl", "https://a.example/\\u0000"),
        ("normalUrl", "https://a.example/\\\""),
        ("applinkUrl", "alipays://platformapi/startapp"),
        ("schemeUrl", "https://a.example/"),
        ("schemeUrl", "intent://x"),
    ];
    for (field, url) in cases {
        let verdict = pay(&with(field, url));
        assert_eq!(verdict, Err(AnswerError::InvalidField { field }), "{url}");
    }
    let scheme = pay(&with("schemeUrl", "alipays://platformapi/startapp?a=b")).unwrap();
    assert_eq!(
        scheme.scheme_url(),
        Some("alipays://platformapi/startapp?a=b")
    );
    assert_eq!(scheme.step(), PayStep::Open);
    let link = pay(&with("applinkUrl", "https://render.alipay.com/p")).unwrap();
    assert_eq!(link.applink_url(), Some("https://render.alipay.com/p"));
}

#[test]
fn page_of_a_stand_in_on_this_machine_accepted() {
    for url in [
        "http://127.0.0.1:8788/cashier/1",
        "http://localhost/",
        "http://[::1]:1/",
    ] {
        let answer = pay(&changed(URL, url)).unwrap();
        assert_eq!(answer.normal_url(), Some(url));
    }
}

#[test]
fn codes_are_read_with_their_kind_and_end() {
    let form = |code: &str| {
        let to = format!(
            r#""orderCodeForm":{{"expireTime":"2021-08-04T16:52:40+08:00","codeDetails":[{code}]}}"#
        );
        changed(&format!(r#""normalUrl":"{URL}""#), &to)
    };
    let body = form(
        r#"{"codeValue":"https://qr.alipay.com/x","displayType":"TEXT"},
           {"codeValue":"https://img.example/x.png","displayType":"BIGIMAGE"},
           {"codeValue":"?","displayType":"HOLOGRAM"}"#,
    );
    let answer = pay(&body).unwrap();
    assert_eq!(answer.step(), PayStep::Open);
    let read = answer.order_code_form().unwrap();
    assert_eq!(read.expire_time().unwrap().unix_ms(), 1_628_067_160_000);
    let codes: Vec<_> = read
        .codes()
        .iter()
        .map(|code| (code.display_type(), code.value()))
        .collect();
    assert_eq!(
        codes,
        [
            (DisplayType::Text, "https://qr.alipay.com/x"),
            (DisplayType::Image, "https://img.example/x.png"),
            (DisplayType::Other, "?"),
        ]
    );
    let picture = form(r#"{"codeValue":"data:image/png;base64,AA","displayType":"SMALLIMAGE"}"#);
    let field = "codeValue";
    assert_eq!(pay(&picture), Err(AnswerError::InvalidField { field }));
    let field = "codeDetails";
    assert_eq!(
        pay(&form(r#""x""#)),
        Err(AnswerError::InvalidField { field })
    );
}
