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
