// A notification that never arrives: the Worker asks Alipay itself. On a stack of its own, as the
// run's stack never asks.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { freePorts, startStack } from "../../xtask/npm/stack.mjs";
import { expect, test } from "../stack/fixtures.mjs";
import { openGate } from "../stack/gate.mjs";
import { Cashier, Gate, Shop, StandIn } from "../stack/parts.mjs";

test.describe.configure({ mode: "serial" });

let home, gateServer, gate, stack, shop, standIn;

test.beforeAll(async () => {
  test.setTimeout(120_000);
  home = mkdtempSync(join(tmpdir(), "alipay-checkout-tests-"));
  const ports = await freePorts();
  gateServer = await openGate(`http://127.0.0.1:${ports.shop}`);
  gate = new Gate(gateServer.origin);
  const env = { FORWARD_URL: `${gateServer.origin}/alipay/events`, QUERY_LADDER_S: "2,2,2,2,2,2,2,2" };
  stack = await startStack({ home, ports, env });
  shop = new Shop(stack.origins.shop);
  standIn = new StandIn(stack.origins.alipay);
});

test.afterAll(async () => {
  await stack?.stop();
  await gateServer?.close();
  if (home) rmSync(home, { recursive: true });
});

test.beforeEach(async () => standIn.faults({ hold: true, return_delay_ms: 0 }));

test("payment_without_any_notification_is_found_by_asking", async ({ page }) => {
  const out_trade_no = await shop.order(page);
  await shop.button(page).click();
  await new Cashier(page).pay();
  await page.waitForURL(`${shop.origin}/checkout/${out_trade_no}*`);
  await expect(page.locator("#receipt")).toBeVisible();
  const { status, trade_no } = await shop.record(out_trade_no);
  expect(status).toBe("paid");
  const { deliveries } = await standIn.trade(out_trade_no);
  expect(deliveries).toEqual([]);

  // The notification comes after all: it is acknowledged, and the shop hears nothing twice.
  const { status: answer, body } = await standIn.notify(out_trade_no);
  expect([answer, body]).toEqual([200, "success"]);
  const attempts = await gate.attempts(out_trade_no);
  expect(attempts.map(({ type, data }) => [type, data.source, data.trade_no, "notify_id" in data])).toEqual([
    ["payment.paid", "query", trade_no, false],
  ]);
});

test("payment_of_a_shopper_who_never_returns_is_found_by_asking", async ({ page }) => {
  await standIn.faults({ hold: true, return_delay_ms: 60_000 });
  const out_trade_no = await shop.order(page);
  await shop.button(page).click();
  const cashier = new Cashier(page);
  await cashier.pay();
  await expect.poll(async () => (await standIn.trade(out_trade_no)).trade_status).toBe("TRADE_FINISHED");
  await cashier.close();
  await shop.waitFor(out_trade_no, "paid");
});

test("unpaid_order_stays_open_however_often_alipay_is_asked", async ({ page }) => {
  const out_trade_no = await shop.order(page);
  await shop.button(page).click();
  await new Cashier(page).logIn();
  // Three questions at least: one every two seconds.
  const until = Date.now() + 7_000;
  await expect.poll(() => Date.now() > until, { timeout: 10_000 }).toBe(true);
  expect((await shop.record(out_trade_no)).status).toBe("created");
  expect(await gate.attempts(out_trade_no)).toEqual([]);
});
