// The whole way through Antom: the shop's choice, the request to pay, the cashier, the way back, the
// notification, and the events; and what happens when parts of it fail.

import { Admin } from "../stack/admin.mjs";
import { expect, picture, test } from "../stack/fixtures.mjs";
import { watchErrors } from "../stack/watch.mjs";

const admin = new Admin();
const SUCCESS = '{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}';

/** Makes an order that Antom collects. */
async function order(page, shop) {
  await page.goto(shop.origin);
  await page.locator("#provider").selectOption("antom");
  await expect(page.locator("#total")).toContainText("128.00");
  await page.locator("button[type=submit]").click();
  await page.waitForURL("**/checkout/*");
  await expect(shop.widget(page)).toHaveAttribute("state", "idle");
  return new URL(page.url()).pathname.split("/").at(-1);
}

test("payment_through_antom_shows_paid_and_the_shop_has_the_event", async ({ page, shop, cashier, standIn, gate }) => {
  await standIn.faults({ return_delay_ms: 0 });
  const errors = watchErrors(page);
  await page.goto(shop.origin);
  await page.locator("#provider").selectOption("antom");
  await picture(page, "antom-0-product");
  const out_trade_no = await order(page, shop);
  await shop.button(page).click();
  await page.waitForURL("**/cashier/*");
  await picture(page, "antom-1-cashier");
  await cashier.pay();
  await page.waitForURL(`${shop.origin}/checkout/${out_trade_no}*`);

  const record = await shop.waitFor(out_trade_no, "paid");
  const trade = await standIn.trade(out_trade_no);
  expect([record.amount, record.currency, record.trade_no]).toEqual([12_800, "CNY", trade.trade_no]);
  expect(record.events.map(({ type }) => type)).toEqual(["payment.paid"]);
  await expect(page.locator("#receipt")).toBeVisible();
  await expect(page.locator("#trade-no")).toHaveText(trade.trade_no);
  expect(trade.deliveries.map(({ status, body }) => [status, body])).toEqual([[200, SUCCESS]]);
  const [{ data }] = await gate.attempts(out_trade_no);
  expect([data.provider, data.source, data.notify_id]).toEqual(["antom", "notification", `PAYMENT_RESULT:${trade.trade_no}`]);
  expect(errors).toEqual([]);
  await picture(page, "antom-2-paid");
});

test("second_click_and_second_tab_lead_to_the_same_cashier", async ({ context, page, shop, cashier, standIn }) => {
  await standIn.faults({ hold: true, return_delay_ms: 0 });
  const out_trade_no = await order(page, shop);
  await shop.button(page).click();
  await page.waitForURL("**/cashier/*");
  const first = page.url();
  const other = await context.newPage();
  await other.goto(`${shop.origin}/checkout/${out_trade_no}`);
  await shop.button(other).click();
  await other.waitForURL("**/cashier/*");
  expect(other.url()).toBe(first);
  await cashier.pay();
  await page.waitForURL(`${shop.origin}/checkout/${out_trade_no}*`);
  await expect(shop.widget(page)).toHaveAttribute("state", "confirming");
  expect((await standIn.notify(out_trade_no)).body).toBe(SUCCESS);
  await expect(shop.widget(page)).toHaveAttribute("state", "paid");
});

test("shopper_who_comes_back_in_another_browser_sees_paid_there", async ({ browser, page, shop, cashier, standIn }) => {
  await standIn.faults({ return_delay_ms: 60_000 });
  const out_trade_no = await order(page, shop);
  await shop.button(page).click();
  await cashier.pay();
  await shop.waitFor(out_trade_no, "paid");
  const back = await page.locator("#return").getAttribute("href");
  const elsewhere = await (await browser.newContext()).newPage();
  await elsewhere.goto(back);
  await elsewhere.waitForURL(`${shop.origin}/checkout/${out_trade_no}*`);
  await expect(elsewhere.locator("#receipt")).toBeVisible();
  expect(new URL(elsewhere.url()).search).toBe("");
});

for (const [name, tamper, code] of [
  ["amount", "paymentAmount", "bad_signature"],
  ["number", "paymentRequestId", "bad_signature"],
  ["result", "result", "bad_signature"],
]) {
  test(`notification_with_another_${name}_is_refused_as_${code}_until_a_genuine_one_comes`, async ({ page, shop, cashier, standIn }) => {
    await standIn.faults({ hold: true, return_delay_ms: 0 });
    const out_trade_no = await order(page, shop);
    await shop.button(page).click();
    await cashier.pay();
    await page.waitForURL(`${shop.origin}/checkout/${out_trade_no}*`);
    const { status, body } = await standIn.notify(out_trade_no, tamper);
    expect([status, JSON.parse(body).result.resultStatus]).toEqual([403, "U"]);
    expect((await shop.record(out_trade_no)).status).toBe("created");
    expect((await standIn.notify(out_trade_no)).body).toBe(SUCCESS);
    await shop.waitFor(out_trade_no, "paid");
  });
}

test("ten_copies_at_once_forward_once", async ({ page, shop, cashier, standIn, gate }) => {
  await standIn.faults({ notify_copies: 10, return_delay_ms: 0 });
  const out_trade_no = await order(page, shop);
  await shop.button(page).click();
  await cashier.pay();
  await standIn.waitForDeliveries(out_trade_no, 10);
  await shop.waitFor(out_trade_no, "paid");
  expect((await gate.attempts(out_trade_no)).length).toBe(1);
});

test("merchants_side_shows_the_order_has_it_asked_about_and_knows_the_keys", async ({ page, shop, cashier, standIn }) => {
  await standIn.faults({ hold: true, return_delay_ms: 0 });
  const out_trade_no = await order(page, shop);
  await shop.button(page).click();
  await cashier.pay();
  await page.waitForURL(`${shop.origin}/checkout/${out_trade_no}*`);
  // Nobody has told: the merchant's staff has Antom asked.
  expect(await admin.refusal(`orders/${out_trade_no}`)).toEqual([404, "order_unknown"]);
  const [status] = await admin.post(`orders/${out_trade_no}/query?provider=antom`);
  expect(status).toBe(202);
  await shop.waitFor(out_trade_no, "paid");
  const view = await admin.get(`orders/${out_trade_no}?provider=antom`);
  expect([view.provider, view.status, view.amount, view.currency]).toEqual(["antom", "paid", 12_800, "CNY"]);
  await expect.poll(async () => (await admin.get(`orders?provider=antom&q=${out_trade_no}`)).orders[0]?.status).toBe("paid");
  expect((await admin.get(`orders?q=${out_trade_no}`)).orders).toEqual([]);

  await standIn.notify(out_trade_no);
  const used = async () => {
    const { in_use } = await admin.get("keys");
    return in_use.filter(({ name, last_ms }) => name.startsWith("ANTOM_") && last_ms !== null).map(({ name }) => name);
  };
  await expect.poll(used).toEqual(["ANTOM_PRIVATE_KEY", "ANTOM_PUBLIC_KEY"]);
});

test("refund_goes_back_through_antom_once", async ({ page, shop, cashier, standIn }) => {
  await standIn.faults({ return_delay_ms: 0 });
  const out_trade_no = await order(page, shop);
  await shop.button(page).click();
  await cashier.pay();
  await shop.waitFor(out_trade_no, "paid");
  const refund = () => admin.post(`orders/${out_trade_no}/refunds?provider=antom`, { out_return_no: `${out_trade_no}-R`, amount: 12_800, currency: "CNY", reason: "late" });
  expect((await refund())[0]).toBe(202);
  await expect.poll(async () => (await refund())[1].state).toBe("done");
  const view = await admin.get(`orders/${out_trade_no}?provider=antom`);
  expect([view.status, view.refunded]).toEqual(["refunded", 12_800]);
  expect((await standIn.trade(out_trade_no)).refunds.map(({ amount, asked }) => [amount, asked])).toEqual([["128.00", 1]]);
});

test("shopper_who_leaves_unpaid_is_never_told_that_it_is_paid", async ({ page, shop, standIn }) => {
  const out_trade_no = await order(page, shop);
  await shop.button(page).click();
  await page.waitForURL("**/cashier/*");
  await page.locator("#cancel").click();
  await page.waitForURL(`${shop.origin}/checkout/${out_trade_no}*`);
  expect(await shop.widget(page).getAttribute("state")).not.toBe("paid");
  expect((await shop.record(out_trade_no)).status).toBe("created");
  expect((await standIn.trade(out_trade_no)).trade_status).toBe("WAIT_BUYER_PAY");
});
