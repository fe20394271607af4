// Complaints about windows and apps (payment-buttons, list C): pop-ups that are blocked, addresses that
// only an app understands.

import { expect, record, test } from "./fixtures.mjs";

// MahoCommerce/maho#1393, paypal/paypal-checkout-components#217 and #965, braintree/braintree-web#718.
test("payment_opens_no_window_unless_it_is_asked_to", async ({ order }) => {
  const opened = [];
  order.page.context().on("page", (page) => opened.push(page.url()));
  await order.page.addInitScript(() => {
    globalThis.open = () => document.documentElement.setAttribute("data-opened", "");
  });
  await order.open();
  await order.leave();
  await order.back();
  await expect(order.page.locator("html[data-opened]")).toHaveCount(0);
  expect(opened).toEqual([]);
});

// getlantern/lantern#8755, Jipok/website-to-apk#28, webcompat/web-bugs#26118: `alipays:` leads nowhere in
// many browsers. And no address but Alipay's own, whoever gives it.
for (const [what, address] of [
  ["of_an_app", () => "alipays://platformapi/startapp?appId=20000067"],
  ["that_is_a_script", () => "javascript:document.title='run'"],
  ["without_tls", () => "http://intlmapi.alipay.com/gateway.do"],
  ["of_another_host", () => "https://alipay.com.example/gateway.do"],
  ["with_a_name_before_the_host", () => "https://intlmapi.alipay.com@example.com/gateway.do"],
  ["of_the_shop", ({ shop }) => `${shop.origin}/elsewhere`],
]) {
  test(`pay_url_${what}_is_refused`, async ({ order }) => {
    const seen = await record(order.page);
    await order.open();
    const url = order.page.url();
    order.edge.checkout = (number) => ({ status: 200, body: { ...order.edge.redirected(number), pay_url: address(order) } });
    await order.button.click();
    await order.expectState("failed");
    expect((await seen.events("alipay-error")).map(({ code }) => code)).toEqual(["pay_url_refused"]);
    expect(await seen.events("alipay-redirect")).toEqual([]);
    expect(order.page.url()).toBe(url);
    await expect(order.page).toHaveTitle("Order");
  });
}

const APPS = {
  wechat: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.54(0x18003627) NetType/WIFI Language/zh_CN",
  qq: "Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0.0.0 Mobile Safari/537.36 V1_AND_SQ_9.0.81 QQ/9.0.81.17640 NetType/WIFI",
  weibo: "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Weibo (iPhone15,2__weibo__14.6.0__iphone__os17.5)",
};

// PingPlusPlus/pingpp-js#38, zoujingli/WeChatDeveloper#50, Tai7sy/card-system#38: Alipay in WeChat is blocked,
// and every shop writes its own "open in browser". MahoCommerce/maho#1395: in-app browsers in general.
for (const [app, userAgent] of Object.entries(APPS)) {
  test.describe(app, () => {
    test.use({ userAgent });

    test(`way_out_is_shown_inside_${app}_and_the_reason_is_told`, async ({ order }) => {
      const seen = await record(order.page);
      await order.open();
      await order.expectState("blocked");
      await expect(order.button).toHaveAccessibleName("Copy the link to pay");
      await expect(order.status).toHaveText("Alipay does not open inside this app. Please pay in your browser.");
      await expect(order.widget.locator("[part~=guide] li")).toHaveCount(2);
      const [{ reason, out_trade_no, resume_url }] = await seen.events("alipay-blocked");
      expect([reason, out_trade_no]).toEqual([app, order.number]);
      expect(resume_url).toBe(`${order.shop.origin}/order/${order.number}#alipay-resume=${order.token}`);
      expect(order.edge.asked).toEqual([]);
    });
  });
}

test("link_that_was_copied_pays_the_same_order_in_a_browser", async ({ order }) => {
  // The other browser has no order of its own: the page there knows no token.
  await order.open({ attributes: { "order-token": undefined }, after: `#alipay-resume=${order.token}` });
  await order.expectUsable();
  expect(order.page.url()).toBe(`${order.shop.origin}/order/${order.number}`);
  await order.leave();
  expect(order.edge.asked.find(({ path }) => path === "/checkout").form.order_token).toBe(order.token);
});

// braintree/braintree-web#718: a window that opens after the answer is a pop-up, and is blocked.
test("new_tab_is_opened_inside_the_click_and_goes_to_the_cashier", async ({ order }) => {
  await order.open({ attributes: { target: "new" } });
  const [tab] = await Promise.all([order.page.waitForEvent("popup"), order.button.click()]);
  await tab.waitForURL(`${order.cashier.origin}/cashier/${order.number}`);
  expect(await tab.evaluate(() => globalThis.opener)).toBe(null);
  expect(order.page.url()).toBe(`${order.shop.origin}/order/${order.number}`);
  order.edge.say(order.number, "paid");
  await order.expectState("paid");
});

// paypal/paypal-checkout-components#217: where no window may be opened, the payment goes on in this one.
test("payment_goes_on_in_this_tab_where_a_new_one_is_blocked", async ({ order }) => {
  await order.page.addInitScript(() => (globalThis.open = () => null));
  await order.open({ attributes: { target: "new" } });
  await order.leave();
  expect(order.starts).toBe(1);
});
