// Complaints about Back: buttons that hang, vanish, or pay again (payment-buttons, list A). Each test
// names the public issue that it comes from.

import { expect, record, strict, test } from "./fixtures.mjs";

// vercel/shop#83, 2anki/2anki.net#2762, shipshapecode/shepherd#3014; Adyen's button is an empty box here.
test("button_works_again_after_back_to_a_page_that_the_browser_kept", async ({ keptOrder: order }) => {
  await order.open();
  await order.page.evaluate(() => addEventListener("pageshow", ({ persisted }) => (document.title = `kept ${persisted}`)));
  await order.leave();
  await order.back();
  await expect(order.page).toHaveTitle("kept true");
  await order.expectUsable();
  await order.leave();
  expect(order.starts).toBe(2);
});

// The same where the browser loads the page anew.
test("button_works_again_after_back_to_a_page_that_is_loaded_again", async ({ order }) => {
  await order.open();
  await order.leave();
  await order.back();
  await order.expectUsable();
  await order.leave();
  expect(order.starts).toBe(2);
});

// papermark/papermark#2193: "Redirecting…" until the page was reloaded.
test("button_works_again_where_the_way_to_alipay_leads_nowhere", async ({ order }) => {
  await order.page.clock.install();
  await order.open();
  order.edge.checkout = (number) => ({ status: 200, body: { ...order.edge.redirected(number), pay_url: `${order.cashier.origin}/nowhere` } });
  await order.button.click();
  await order.expectState("redirecting");
  await order.page.clock.fastForward(16_000);
  await order.expectState("idle");
  await order.expectUsable();
});

// The same where WebAssembly is forbidden, and the form that then pays leads nowhere.
test("button_works_again_where_the_form_leads_nowhere", async ({ order }) => {
  await order.page.clock.install();
  const sent = [];
  await order.page.route(`${order.edge.origin}/pay`, (route) => {
    sent.push(route.request().postData());
    return route.fulfill({ status: 204 });
  });
  const policy = strict(order.edge).replace(" 'wasm-unsafe-eval'", "").replace("form-action 'none'", `form-action ${order.edge.origin}`);
  await order.open({ policy });
  await order.expectUsable();
  await order.button.click();
  await expect(order.button).toHaveAttribute("aria-busy", "true");
  await order.page.clock.fastForward(20_000);
  await order.expectUsable();
  expect(sent).toEqual([`order_token=${order.token}`]);
});

// odoo/odoo#69725: enabling the button again after Back reopened the way to pay twice.
test("click_after_back_asks_the_edge_and_does_not_pay_an_order_that_is_paid", async ({ order }) => {
  await order.open();
  await order.leave();
  order.edge.checkout = (number) => ({ status: 200, body: { ...order.edge.say(number, "paid"), status_token: `status-of-${number}` } });
  await order.back();
  await order.button.click();
  await order.expectState("paid");
  await expect(order.button).toHaveAccessibleName("Paid with Alipay");
  expect(order.page.url()).toBe(`${order.shop.origin}/order/${order.number}`);
});

// shopware/shopware#3883: a kept page went on showing what was true before the payment.
test("payment_made_while_the_page_was_kept_is_shown_after_back", async ({ keptOrder: order }) => {
  await order.open();
  await order.leave();
  order.edge.say(order.number, "paid");
  await order.back();
  await order.expectState("paid");
  await expect(order.button).toHaveAttribute("aria-disabled", "true");
  expect(order.starts).toBe(1);
});

// woocommerce/woocommerce-gateway-payfast#187: Back set off the next redirect.
test("back_starts_nothing_by_itself", async ({ keptOrder: order }) => {
  await record(order.page);
  await order.open();
  await order.leave();
  await order.back();
  // The page is alive again once it listens.
  await expect.poll(() => order.edge.listeners(order.number)).toBe(1);
  expect(order.starts).toBe(1);
  expect(order.page.url()).toBe(`${order.shop.origin}/order/${order.number}`);
});
