use hyper::Request;

use crate::support::{
    Browser, Folder, PARTNER, StandIn, fields, form, md5_sign, pay_request, shows, signed,
};

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>";

fn query(name: &str, value: &str) -> crate::support::Fields {
    fields(&[
        ("_input_charset", "UTF-8"),
        (name, value),
        ("partner", PARTNER),
        ("service", "single_trade_query"),
    ])
}

#[tokio::test]
async fn page_services_show_alipays_code_on_a_page() {
    let folder = Folder::new();
    let stand_in = StandIn::start(&folder, 1).await;
    let mut browser = Browser::default();
    for (name, value, code) in [
        ("total_fee", "0.01", "ILLEGAL_SIGN"),
        ("sign", "", "ILLEGAL_SIGN"),
        ("sign_type", "RSA2", "ILLEGAL_SECURITY_PROFILE"),
        ("partner", "2088000000000002", "ILLEGAL_PARTNER"),
    ] {
        let mut request = signed(&pay_request("A1", "http://127.0.0.1:9/"));
        request.insert(name.into(), value.into());
        let reply = browser
            .get(&format!(
                "{}/gateway.do?{}",
                stand_in.origin,
                form(&request)
            ))
            .await;
        assert_eq!(reply.status, 400, "{code}");
        assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
        assert!(
            reply.body.contains(&format!(">{code}<")),
            "{code} is not in {}",
            reply.body
        );
    }
    let mut request = pay_request("A1", "http://127.0.0.1:9/");
    request.insert("product_code".into(), "NEW_OVERSEAS_SELLER".into());
    let reply = browser.get(&stand_in.gateway_url(&request)).await;
    shows(&reply.body, ">ILLEGAL_PARTNER_EXTERFACE<");
    let unseen = browser
        .get(&format!("{}/control/trades/A1", stand_in.origin))
        .await;
    assert_eq!(unseen.status, 404);
}

#[tokio::test]
async fn open_order_is_reopened_only_with_the_same_content() {
    let folder = Folder::new();
    let stand_in = StandIn::start(&folder, 1).await;
    let mut browser = Browser::default();
    let mut request = pay_request("A1", "http://127.0.0.1:9/");
    let first = browser.open(&stand_in, &request).await;
    assert_eq!(browser.open(&stand_in, &request).await, first);
    request.insert("total_fee".into(), "19.91".into());
    let reply = browser.get(&stand_in.gateway_url(&request)).await;
    assert_eq!(reply.status, 400);
    shows(&reply.body, ">TRADE_DATA_MATCH_ERROR<");

    let request = pay_request("A2", "http://127.0.0.1:9/");
    Browser::pay(&stand_in, &request).await;
    let reply = browser.get(&stand_in.gateway_url(&request)).await;
    assert_eq!(reply.status, 400);
    shows(&reply.body, ">REPEAT_OUT_TRADE_NO<");
}

#[tokio::test]
async fn pc_service_and_post_open_the_same_cashier() {
    let folder = Folder::new();
    let stand_in = StandIn::start(&folder, 1).await;
    let mut browser = Browser::default();
    let mut request = pay_request("A1", "http://127.0.0.1:9/");
    request.insert("service".into(), "create_forex_trade".into());
    request.insert("product_code".into(), "NEW_OVERSEAS_SELLER".into());
    let by_get = browser.open(&stand_in, &request).await;
    let body = form(&signed(&request));
    let url = format!("{}/gateway.do?_input_charset=UTF-8", stand_in.origin);
    let reply = browser.post(&url, &body).await;
    assert_eq!(
        (
            reply.status,
            format!("{}{}", stand_in.origin, reply.location())
        ),
        (302, by_get)
    );
    // The charset has to stand in the URL as well.
    let reply = browser
        .post(&format!("{}/gateway.do", stand_in.origin), &body)
        .await;
    shows(&reply.body, "<error>ILLEGAL_SIGN</error>");
}

#[tokio::test]
async fn query_tells_of_a_trade_only_once_it_is_paid() {
    let folder = Folder::new();
    let stand_in = StandIn::start(&folder, 1).await;
    let not_there = format!(
        "{DECLARATION}<alipay><is_success>F</is_success><error>TRADE_NOT_EXIST</error></alipay>"
    );
    let mut browser = Browser::default();
    let ask = stand_in.gateway_url(&query("out_trade_no", "A1"));
    assert_eq!(browser.get(&ask).await.body, not_there);
    let mut request = pay_request("A1", "http://127.0.0.1:9/");
    request.insert("subject".into(), "Tea & <kettle>".into());
    browser.open(&stand_in, &request).await;
    assert_eq!(browser.get(&ask).await.body, not_there);

    Browser::pay(&stand_in, &request).await;
    let reply = browser.get(&ask).await;
    assert_eq!(
        (reply.status, reply.header("content-type")),
        (200, "text/xml; charset=utf-8")
    );
    let trade = stand_in.trade("A1").await;
    let trade_no = trade["trade_no"].as_str().unwrap();
    let paid = element(&reply.body, "gmt_payment");
    let text = format!(
        "buyer_email=shopper@example.com&buyer_id=2088000000000000&discount=0.00&\
         gmt_create={paid}&gmt_last_modified_time={paid}&gmt_payment={paid}&\
         is_total_fee_adjust=F&out_trade_no=A1&payment_type=100&price=19.90&quantity=1&\
         seller_id={PARTNER}&subject=Tea & <kettle>&total_fee=19.90&trade_no={trade_no}&\
         trade_status=TRADE_FINISHED&use_coupon=F"
    );
    let trade_xml: String = text
        .replace("Tea & <kettle>", "Tea %26amp; %26lt;kettle%26gt;")
        .split('&')
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap();
            format!("<{name}>{}</{name}>", value.replace("%26", "&"))
        })
        .collect();
    let sign = md5_sign(&text);
    assert_eq!(
        reply.body,
        format!(
            "{DECLARATION}<alipay><is_success>T</is_success><request>\
             <param name=\"_input_charset\">UTF-8</param><param name=\"out_trade_no\">A1</param>\
             <param name=\"partner\">{PARTNER}</param>\
             <param name=\"service\">single_trade_query</param></request>\
             <response><trade>{trade_xml}</trade></response>\
             <sign>{sign}</sign><sign_type>MD5</sign_type></alipay>"
        )
    );
    let by_trade_no = browser
        .get(&stand_in.gateway_url(&query("trade_no", trade_no)))
        .await;
    assert_eq!(element(&by_trade_no.body, "sign"), sign);
}

fn element<'a>(xml: &'a str, name: &str) -> &'a str {
    let (_, rest) = xml.split_once(&format!("<{name}>")).unwrap();
    rest.split_once("</").unwrap().0
}

#[tokio::test]
async fn api_services_answer_errors_as_xml() {
    let folder = Folder::new();
    let stand_in = StandIn::start(&folder, 1).await;
    let url = |fields: &crate::support::Fields| {
        format!("{}/gateway.do?{}", stand_in.origin, form(fields))
    };
    let mut tampered = signed(&query("out_trade_no", "A1"));
    tampered.insert("out_trade_no".into(), "A2".into());
    let mut foreign = query("out_trade_no", "A1");
    foreign.insert("service".into(), "forex_rate_file".into());
    for (url, code) in [
        (url(&tampered), "ILLEGAL_SIGN"),
        (url(&signed(&foreign)), "ILLEGAL_SERVICE"),
        (url(&foreign), "ILLEGAL_SIGN_TYPE"),
        (url(&signed(&query("subject", "x"))), "ILLEGAL_ARGUMENT"),
        (format!("{}/gateway.do", stand_in.origin), "ILLEGAL_PARTNER"),
        (
            format!("{}/gateway.do?a=1&a=2", stand_in.origin),
            "ILLEGAL_ARGUMENT",
        ),
    ] {
        let reply = Browser::default().send(Request::get(&url), "").await;
        let expected = format!(
            "{DECLARATION}<alipay><is_success>F</is_success><error>{code}</error></alipay>"
        );
        assert_eq!((reply.status, reply.body), (200, expected), "{url}");
    }
}
