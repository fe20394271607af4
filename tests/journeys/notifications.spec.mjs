// Notifications that come twice, late or altered, and a shop that is down when they are forwarded.

import { expect, test } from "../stack/fixtures.mjs";

/** Orders and pays; the faults decide what the stand-in then does. */
async function pay({ page, shop, cashier, standIn }, faults) {
  await standIn.faults({ return_delay_ms: 0, ...faults });
  const out_trade_no = await shop.order(page);
  await shop.button(page).click();
  await cashier.pay();
  await expect.poll(async () => (await standIn.trade(out_trade_no)).trade_status).toBe("TRADE_FINISHED");
  return out_trade_no;
}

test("notification_sent_five_times_at_once_forwards_once", async ({ page, shop, cashier, standIn, gate }) => {
  const out_trade_no = await pay({ page, shop, cashier, standIn }, { notify_copies: 5 });
  const deliveries = await standIn.waitForDeliveries(out_trade_no, 5);
  expect(deliveries.map(({ status, body }) => [status, body])).toEqual(Array(5).fill([200, "success"]));
  const { events } = await shop.waitFor(out_trade_no, "paid");
  expect(events.map(({ type }) => type)).toEqual(["payment.paid"]);
  const ids = new Set((await gate.attempts(out_trade_no)).map(({ webhook_id }) => webhook_id));
  expect([...ids]).toEqual([events[0].webhook_id]);
});

test("notification_sent_again_after_it_was_acknowledged_forwards_nothing_new", async ({ page, shop, cashier, standIn, gate }) => {
  const out_trade_no = await pay({ page, shop, cashier, standIn }, {});
  await shop.waitFor(out_trade_no, "paid");
  for (const _ of [2, 3]) expect((await standIn.notify(out_trade_no)).body).toBe("success");
  expect((await gate.attempts(out_trade_no)).map(({ status }) => status)).toEqual([204]);
  expect((await shop.record(out_trade_no)).events.length).toBe(1);
});

test("shop_down_for_three_forwards_gets_the_same_event_at_the_fourth", async ({ page, shop, cashier, standIn, gate }) => {
  await standIn.faults({ hold: true, return_delay_ms: 0 });
  const out_trade_no = await shop.order(page);
  await gate.refuse(out_trade_no, 3);
  await shop.button(page).click();
  await cashier.pay();
  await page.waitForURL(`${shop.origin}/checkout/${out_trade_no}*`);
  expect((await standIn.notify(out_trade_no)).body).toBe("success");

  // The shopper hears the truth although the shop's backend is down.
  await expect(shop.widget(page)).toHaveAttribute("state", "paid");
  const { events } = await shop.waitFor(out_trade_no, "paid");
  const attempts = await gate.attempts(out_trade_no);
  expect(attempts.map(({ status }) => status)).toEqual([503, 503, 503, 204]);
  expect(new Set(attempts.map(({ webhook_id }) => webhook_id))).toEqual(new Set([events[0].webhook_id]));
  // The ladder is a second between two attempts, and jitter is never early.
  for (const [index, { at_ms }] of attempts.entries()) {
    if (index > 0) expect(at_ms - attempts[index - 1].at_ms).toBeGreaterThanOrEqual(990);
  }
  await expect(page.locator("#receipt")).toBeVisible();
});

for (const field of ["total_fee", "currency", "trade_status", "out_trade_no", "notify_id", "sign_type", "sign"]) {
  test(`altered_${field}_refused_and_changes_nothing`, async ({ page, shop, cashier, standIn, gate }) => {
    const out_trade_no = await pay({ page, shop, cashier, standIn }, { hold: true });
    const { status, body } = await standIn.notify(out_trade_no, field);
    expect([status, body]).toEqual([403, "fail"]);
    // Nothing is on its way either: a genuine notification sent afterwards is the first thing forwarded.
    expect((await shop.record(out_trade_no)).status).toBe("created");
    expect(await gate.attempts(out_trade_no)).toEqual([]);
    expect((await standIn.notify(out_trade_no)).body).toBe("success");
    const { events } = await shop.waitFor(out_trade_no, "paid");
    expect(events.map(({ type }) => type)).toEqual(["payment.paid"]);
  });
}

test("refused_notification_is_sent_again_by_the_ladder_and_then_accepted", async ({ page, shop, cashier, standIn }) => {
  // The first delivery is altered on its way; the stand-in's ladder is faster than Alipay's here.
  const out_trade_no = await pay({ page, shop, cashier, standIn }, { hold: true });
  expect((await standIn.notify(out_trade_no, "total_fee")).body).toBe("fail");
  expect((await standIn.notify(out_trade_no)).body).toBe("success");
  await shop.waitFor(out_trade_no, "paid");
  await expect(page.locator("#receipt")).toBeVisible();
});
