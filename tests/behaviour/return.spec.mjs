// Complaints about the way back (payment-buttons, list B): paid, but told otherwise; returned, but not
// where one left; parameters that stay and do harm.

import { expect, problem, record, test, tokenFor } from "./fixtures.mjs";

// mollie/PrestaShop#1510: the customer had paid and was told "not successful, try again".
test("silence_after_the_return_is_never_shown_as_failure", async ({ order }) => {
  const seen = await record(order.page);
  await order.page.clock.install();
  order.edge.silent = true;
  await order.openReturned();
  await order.expectState("confirming");
  await order.page.clock.fastForward(30_000);
  await order.expectState("pending");
  await expect(order.status).toContainText("Please do not pay again");
  expect(await seen.states()).not.toContain("failed");
  expect(await seen.events("alipay-error")).toEqual([]);
  expect(order.starts).toBe(0);
});

// stripe/stripe-android#13518: Alipay's own client reported failure though it was paid. Late is not lost:
// the edge's word counts, whenever it comes.
test("word_that_comes_after_pending_is_shown", async ({ order }) => {
  await order.page.clock.install();
  order.edge.say(order.number, "redirected");
  await order.openReturned();
  await order.expectState("confirming");
  await order.page.clock.fastForward(30_000);
  await order.expectState("pending");
  order.edge.say(order.number, "paid", { trade_no: "2026112122001" });
  await order.expectState("paid");
  await expect(order.status).toHaveText("Thank you. Your payment has arrived.");
});

// Adyen/adyen-magento2#445: "received" was shown as success.
test("order_that_is_still_open_after_the_return_is_not_shown_as_paid", async ({ order }) => {
  const seen = await record(order.page);
  order.edge.say(order.number, "redirected");
  await order.openReturned();
  await expect.poll(() => order.edge.listeners(order.number)).toBe(1);
  await order.expectState("confirming");
  expect(await seen.states()).not.toContain("paid");
});

// laravel-mollie#128: the notification came after the return, and nobody looked again.
test("notification_after_the_return_is_shown_without_reloading", async ({ order }) => {
  order.edge.say(order.number, "redirected");
  await order.openReturned();
  await order.expectState("confirming");
  order.edge.say(order.number, "paid");
  await order.expectState("paid");
});

// Adyen/adyen-web#3342: the shopper came back in another browser, where nothing was stored.
test("return_in_another_browser_shows_paid", async ({ order, browser }) => {
  await order.open();
  await order.leave();
  const elsewhere = await browser.newContext({ locale: "en-US" });
  const page = await elsewhere.newPage();
  await page.goto(`${order.put()}#alipay-checkout=${tokenFor(order.number)}`);
  order.edge.say(order.number, "paid");
  await expect(page.locator("alipay-checkout")).toHaveAttribute("state", "paid");
  await elsewhere.close();
});

// yansongda/laravel-pay#38: the shopper never came back; the page that was left must learn it by itself.
test("page_that_was_left_open_learns_of_the_payment_when_the_shopper_pays_elsewhere", async ({ order }) => {
  await order.open();
  const other = await order.inNewTab();
  await other.open();
  await other.leave();
  await other.page.close();
  order.edge.say(order.number, "paid");
  await order.expectState("paid");
});

// juspay/hyperswitch-web#1598, silent-suite/silentsuite#510, paypal/paypal-checkout-components#2592.
test("token_is_taken_out_of_the_address_and_the_merchants_parameters_stay", async ({ order }) => {
  await order.openReturned({ after: "?cart=7&note=a%20b" });
  await order.expectState("confirming");
  expect(order.page.url()).toBe(`${order.shop.origin}/order/${order.number}?cart=7&note=a%20b`);
  // Replaced, not added: Back still leads to where the shopper came from.
  expect(await order.page.evaluate(() => history.length)).toBe(2);
});

// woocommerce/woocommerce-paypal-payments#3763: after a reload the return was played again.
test("reload_after_the_return_goes_on_where_it_was_and_tells_paid_once", async ({ order }) => {
  const seen = await record(order.page);
  order.edge.say(order.number, "redirected");
  await order.openReturned();
  await order.expectState("confirming");
  await order.page.reload();
  await expect.poll(() => order.edge.listeners(order.number)).toBe(1);
  await order.expectState("confirming");
  order.edge.say(order.number, "paid");
  await order.expectState("paid");
  expect((await seen.events("alipay-status")).filter(({ state }) => state === "paid")).toEqual([
    { state: "paid", out_trade_no: order.number, status: "paid", amount: 1990, currency: "USD" },
  ]);
  expect(order.starts).toBe(0);
});

// Sylius/PayumStripePlugin#80: reloading made a second payment of the same order.
test("reload_before_paying_leaves_one_order", async ({ order }) => {
  await order.open();
  await order.leave();
  await order.back();
  await order.expectUsable();
  await order.page.reload();
  await order.expectUsable();
  await order.leave();
  const tokens = order.edge.asked.filter(({ path }) => path === "/checkout").map(({ form }) => form.order_token);
  expect(new Set(tokens)).toEqual(new Set([order.token]));
});

// adyen-examples/adyen-react-online-payments#20: the second payment of a session did not redirect.
test("next_order_in_the_same_tab_redirects_to_its_own_payment", async ({ order }) => {
  await order.open();
  await order.leave();
  const next = new (order.constructor)(order.page, order);
  await next.open();
  await next.expectUsable();
  await next.leave();
  expect(next.page.url()).toBe(`${order.cashier.origin}/cashier/${next.number}`);
});

// shopware/SwagPayPal#773: two tabs, one place for both; the second overwrote the first.
test("two_orders_in_two_tabs_do_not_mix", async ({ order }) => {
  const other = await order.inNewTab(`${order.number}-2`);
  for (const one of [order, other]) {
    await one.open();
    await one.leave();
  }
  await order.openReturned();
  await other.openReturned();
  order.edge.say(order.number, "paid");
  await order.expectState("paid");
  await other.expectState("confirming");
  order.edge.say(other.number, "closed");
  await other.expectState("closed");
  await order.expectState("paid");
});

// silent-suite/silentsuite#510: asking without end.
test("edge_that_does_not_answer_is_not_asked_without_end", async ({ order }) => {
  await order.page.clock.install();
  order.edge.silent = true;
  await order.openReturned();
  await order.expectState("confirming");
  await order.page.clock.fastForward(600_000);
  await order.expectState("pending");
  expect(order.edge.asked.length).toBeLessThanOrEqual(8);
});

// A token that the edge does not take any more must not hang the page.
test("token_that_the_edge_refuses_is_dropped_and_the_order_can_be_paid", async ({ order }) => {
  await order.open({ after: "#alipay-checkout=stale" });
  await order.expectState("idle");
  await order.expectUsable();
  expect(await order.page.evaluate(() => Object.keys(localStorage))).toEqual([]);
});

// Adyen/adyen-android#1921: nothing was told where a started payment came to nothing.
test("closed_order_is_told_and_shown", async ({ order }) => {
  const seen = await record(order.page);
  order.edge.say(order.number, "redirected");
  await order.openReturned();
  await order.expectState("confirming");
  order.edge.say(order.number, "closed");
  await order.expectState("closed");
  await expect(order.button).toHaveAccessibleName("Order closed");
  expect((await seen.events("alipay-status")).at(-1)).toEqual({
    state: "closed", out_trade_no: order.number, status: "closed", amount: 1990, currency: "USD",
  });
});

// stripe/react-stripe-js#645: a start that fails must end, with a reason.
test("refused_start_ends_with_the_edges_code", async ({ order }) => {
  const seen = await record(order.page);
  await order.open();
  order.edge.checkout = () => ({ status: 400, body: problem("order_token_expired") });
  await order.button.click();
  await order.expectState("failed");
  expect((await seen.events("alipay-error")).map(({ code }) => code)).toEqual(["order_token_expired"]);
  await expect(order.status).toContainText("This page has expired");
});
