// Complaints about paying twice (payment-buttons, list H): one click or twenty, one button or two, one
// tab or two, make one request.

import { expect, problem, test } from "./fixtures.mjs";

/** Nothing is answered, so that every further attempt falls into the time of the first. */
const neverAnswer = (edge) => (edge.checkout = () => undefined);

// Adyen/adyen-web#1488 and #1331: many clicks, many transactions.
test("ten_quick_clicks_make_one_request", async ({ order }) => {
  neverAnswer(order.edge);
  await order.open();
  await order.button.click({ clickCount: 10 });
  await order.expectState("creating");
  expect(order.starts).toBe(1);
});

// Adyen/adyen-web (measured): two clicks by script in one turn got past the lock of the next painting.
test("two_clicks_in_one_turn_make_one_request", async ({ order }) => {
  neverAnswer(order.edge);
  await order.open();
  await order.expectState("idle");
  await order.button.evaluate((button) => (button.click(), button.click()));
  await order.expectState("creating");
  await expect.poll(() => order.starts).toBe(1);
});

// Adyen/adyen-web#915: a key that is held down pays again and again.
test("enter_held_down_makes_one_request", async ({ order }) => {
  neverAnswer(order.edge);
  await order.open();
  await order.button.focus();
  for (let i = 0; i < 8; i += 1) await order.page.keyboard.down("Enter");
  await order.page.keyboard.up("Enter");
  await order.expectState("creating");
  expect(order.starts).toBe(1);
});

// Adyen/adyen-web#1175: two buttons on one page.
test("two_buttons_of_one_order_make_one_request", async ({ order }) => {
  neverAnswer(order.edge);
  await order.open({ html: order.tag() + order.tag(), waitFor: null });
  const buttons = order.button;
  await expect(buttons).toHaveCount(2);
  await expect(order.widget.nth(1)).toHaveAttribute("state", "idle");
  await buttons.evaluateAll((all) => all.forEach((button) => button.click()));
  await expect(order.widget.nth(0)).toHaveAttribute("state", "creating");
  await expect(order.widget.nth(1)).toHaveAttribute("state", "creating");
  expect(order.starts).toBe(1);
});

// woocommerce/woocommerce-paypal-payments#4275: what was started elsewhere was started again here.
test("payment_in_another_tab_is_shown_in_this_one_too", async ({ order }) => {
  await order.open();
  const other = await order.inNewTab();
  await other.open();
  await other.leave();
  order.edge.say(order.number, "paid");
  await order.expectState("paid");
  expect(order.starts).toBe(1);
});

// ChurchApps/ChurchAppsSupport#560, dancerfly/django-brambling#658: the same order, sent again, was another one.
test("second_attempt_sends_the_same_order_token", async ({ order }) => {
  await order.open();
  order.edge.checkout = () => ({ status: 503, body: problem("busy") });
  await order.button.click();
  await order.expectState("failed");
  order.edge.checkout = (number) => ({ status: 200, body: order.edge.redirected(number) });
  await order.leave();
  const tokens = order.edge.asked.filter(({ path }) => path === "/checkout").map(({ form }) => form.order_token);
  expect(tokens).toEqual([order.token, order.token]);
});

// shopware/SwagPayPal#773: while one tab was asking, the other one asked too.
test("click_in_a_second_tab_while_the_first_one_asks_makes_no_second_request", async ({ order }) => {
  neverAnswer(order.edge);
  await order.open();
  const other = await order.inNewTab();
  await other.open();
  await other.expectState("idle");
  await order.button.click();
  await order.expectState("creating");
  await other.button.click();
  await other.expectState("creating");
  expect(order.starts).toBe(1);
});
