// A shopper pays: the way there, the way back, and what the shop knows afterwards.

import { expect, picture, test } from "../stack/fixtures.mjs";
import { noteTimeOf, watchErrors, watchRequests } from "../stack/watch.mjs";

test("payment_shows_paid_and_the_shop_has_the_event", async ({ page, shop, cashier, standIn }) => {
  await standIn.faults({ return_delay_ms: 0 });
  const errors = watchErrors(page);
  const out_trade_no = await shop.order(page);
  await picture(page, "1-checkout");
  await shop.button(page).click();
  await cashier.pay();
  await page.waitForURL(`${shop.origin}/checkout/${out_trade_no}*`);

  const record = await shop.waitFor(out_trade_no, "paid");
  const trade = await standIn.trade(out_trade_no);
  expect(record).toEqual({
    out_trade_no,
    status: "paid",
    amount: 1990,
    currency: "USD",
    trade_no: trade.trade_no,
    events: [{ webhook_id: expect.stringMatching(/^\w+$/), type: "payment.paid", received_at: expect.any(String) }],
  });
  await expect(page.locator("#receipt")).toBeVisible();
  await expect(page.locator("#trade-no")).toHaveText(trade.trade_no);
  expect(trade.trade_status).toBe("TRADE_FINISHED");
  expect(trade.deliveries.map(({ status, body }) => [status, body])).toEqual([[200, "success"]]);
  expect(errors).toEqual([]);
  await picture(page, "4-paid");

  await page.goto(`${shop.origin}/orders`);
  await expect(page.locator("#orders tr", { hasText: out_trade_no }).locator(".badge")).toHaveText("Paid");
  await picture(page, "5-orders");
});

test("page_shows_paid_within_one_second_of_the_notification_without_reloading", async ({ page, shop, cashier, standIn }) => {
  await standIn.faults({ hold: true, return_delay_ms: 0 });
  const out_trade_no = await shop.order(page);
  await shop.button(page).click();
  await cashier.pay();
  await page.waitForURL(`${shop.origin}/checkout/${out_trade_no}*`);
  await expect(shop.widget(page)).toHaveAttribute("state", "confirming");
  await picture(page, "3-confirming");
  const paidAt = await noteTimeOf(page, "paid");
  const loads = watchRequests(page);

  const delivery = await standIn.notify(out_trade_no);
  expect([delivery.status, delivery.body]).toEqual([200, "success"]);
  await expect(shop.widget(page)).toHaveAttribute("state", "paid");
  const milliseconds = (await paidAt()) - delivery.at_ms;
  console.log(`notification to "paid" on the page: ${milliseconds} ms`);
  expect(milliseconds).toBeLessThan(1000);
  expect(loads.filter(({ url }) => url.includes("/checkout/"))).toEqual([]);
  await expect(page.locator("#receipt")).toBeVisible();
});

test("notification_before_the_return_is_shown_at_once", async ({ page, shop, cashier, standIn }) => {
  await standIn.faults({ hold: true, return_delay_ms: 3000 });
  const out_trade_no = await shop.order(page);
  await shop.button(page).click();
  await cashier.pay();
  await expect.poll(async () => (await standIn.trade(out_trade_no)).trade_status).toBe("TRADE_FINISHED");
  expect((await standIn.notify(out_trade_no)).body).toBe("success");
  await shop.waitFor(out_trade_no, "paid");

  // The shop knows already when the shopper comes back: no button, and nothing left to ask.
  await page.waitForURL(`${shop.origin}/checkout/${out_trade_no}*`);
  await expect(page.locator("#receipt")).toBeVisible();
  await expect(shop.widget(page)).toHaveCount(0);
  await expect(page).toHaveURL(`${shop.origin}/checkout/${out_trade_no}`);
  expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
});

test("notification_after_the_return_is_awaited_and_shown", async ({ page, shop, cashier, standIn }) => {
  await standIn.faults({ notify_delay_ms: 2000, return_delay_ms: 0 });
  const out_trade_no = await shop.order(page);
  await shop.button(page).click();
  await cashier.pay();
  await page.waitForURL(`${shop.origin}/checkout/${out_trade_no}*`);
  await expect(shop.widget(page)).toHaveAttribute("state", "confirming");
  expect((await shop.record(out_trade_no)).status).toBe("created");
  await expect(shop.widget(page)).toHaveAttribute("state", "paid");
  await shop.waitFor(out_trade_no, "paid");
});

test("signed_query_and_status_token_do_not_rest_in_the_address_bar", async ({ page, shop, cashier, standIn }) => {
  await standIn.faults({ hold: true, return_delay_ms: 0 });
  const out_trade_no = await shop.order(page);
  await shop.button(page).click();
  await cashier.pay();
  await page.waitForURL(`${shop.origin}/checkout/${out_trade_no}*`);
  await expect(shop.widget(page)).toHaveAttribute("state", "confirming");
  await expect(page).toHaveURL(`${shop.origin}/checkout/${out_trade_no}`);
});

test("receipt_is_shown_even_when_the_button_is_quicker_than_the_shops_script", async ({ page, shop, cashier, standIn }) => {
  await standIn.faults({ hold: true, return_delay_ms: 0 });
  const out_trade_no = await shop.order(page);
  let arrive;
  const arrived = new Promise((resolve) => (arrive = resolve));
  await page.route(`${shop.origin}/assets/checkout.js`, async (route) => {
    await arrived;
    await route.continue();
  });
  await shop.button(page).click();
  await cashier.pay();
  await page.waitForURL(`${shop.origin}/checkout/${out_trade_no}*`, { waitUntil: "commit" });
  await expect(shop.widget(page)).toHaveAttribute("state", "confirming");
  await standIn.notify(out_trade_no);
  await expect(shop.widget(page)).toHaveAttribute("state", "paid");
  await expect(page.locator("#receipt")).toBeHidden();
  arrive();
  await expect(page.locator("#receipt")).toBeVisible();
});

test("tab_closed_at_the_cashier_after_paying_shows_paid_when_the_shop_is_opened_again", async ({ context, page, shop, cashier, standIn }) => {
  await standIn.faults({ return_delay_ms: 60_000 });
  const out_trade_no = await shop.order(page);
  await shop.button(page).click();
  await cashier.pay();
  await expect.poll(async () => (await standIn.trade(out_trade_no)).trade_status).toBe("TRADE_FINISHED");
  await cashier.close();

  const later = await context.newPage();
  await shop.waitFor(out_trade_no, "paid");
  await later.goto(shop.origin);
  await later.getByRole("link", { name: "See the receipt" }).click();
  await later.waitForURL(`${shop.origin}/checkout/${out_trade_no}`);
  await expect(later.locator("#receipt")).toBeVisible();
  await expect(shop.widget(later)).toHaveCount(0);
});

test("tab_closed_at_the_cashier_shows_paid_from_the_edge_while_the_shop_knows_nothing", async ({ context, page, shop, cashier, standIn, gate }) => {
  await standIn.faults({ return_delay_ms: 60_000 });
  const out_trade_no = await shop.order(page);
  await gate.refuse(out_trade_no, 1000);
  await shop.button(page).click();
  await cashier.pay();
  await standIn.waitForDeliveries(out_trade_no, 1);
  await cashier.close();

  const later = await context.newPage();
  await later.goto(`${shop.origin}/checkout/${out_trade_no}`);
  await expect(shop.widget(later)).toHaveAttribute("state", "paid");
  expect((await shop.record(out_trade_no)).status).toBe("created");
  await gate.refuse(out_trade_no, 0);
});
