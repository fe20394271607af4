// What one party asks for while the Worker waits for another: an object takes requests while its alarm waits for an
// answer, so that nothing may be written afterwards as if it had stood still.

import { setTimeout as sleep } from "node:timers/promises";

import { expect, test } from "@playwright/test";

import { paidFields } from "../stack/notification.mjs";
import { ACCEPTED } from "./bench.mjs";
import { closedAfterEach, openAsking } from "./opened.mjs";

test.describe.configure({ mode: "parallel" });

const keep = closedAfterEach(test);
const open = (env) => openAsking(keep, env);

/** A promise, and what fulfils it. */
function gate() {
  let open;
  const passed = new Promise((resolve) => { open = resolve; });
  return { open, passed };
}

for (const [ends, status] of [["fails", 500], ["arrives", 204]]) {
  test(`replay_that_is_asked_for_during_the_last_attempt_is_made_though_that_${ends}`, async () => {
    const { bench, admin } = await open({ FORWARD_LADDER_S: "0" });
    const order = await bench.register();
    const { out_trade_no } = order;
    const held = gate();
    bench.receiver.plan(out_trade_no, async (attempt) => {
      if (attempt === 1) await held.passed;
      return { status: attempt === 1 ? status : 204 };
    });
    expect(await bench.tell(paidFields(out_trade_no))).toEqual(ACCEPTED);
    await expect.poll(() => bench.receiver.attempts(out_trade_no).length).toBe(1);
    expect(await admin.post(`orders/${out_trade_no}/replay`, {})).toEqual([202, { deliveries: 1 }]);
    held.open();
    await expect.poll(() => bench.receiver.attempts(out_trade_no).map((one) => one.status)).toEqual([status, 204]);
    await expect.poll(async () => (await admin.order(out_trade_no)).deliveries.map(({ state, last }) => [state, last])).toEqual([["delivered", "204"]]);
    const { dead, audit } = await admin.order(out_trade_no);
    expect([dead, audit.intact]).toEqual([0, true]);
  });
}

test("replay_during_an_attempt_is_made_at_once_and_not_when_the_ladder_says", async () => {
  const { bench, admin } = await open({ FORWARD_LADDER_S: "0,3600" });
  const { out_trade_no } = await bench.register();
  const held = gate();
  bench.receiver.plan(out_trade_no, async (attempt) => {
    if (attempt === 1) await held.passed;
    return { status: attempt === 1 ? 500 : 204 };
  });
  await bench.tell(paidFields(out_trade_no));
  await expect.poll(() => bench.receiver.attempts(out_trade_no).length).toBe(1);
  expect(await admin.post(`orders/${out_trade_no}/replay`, {})).toEqual([202, { deliveries: 1 }]);
  held.open();
  await expect.poll(() => bench.receiver.attempts(out_trade_no).map((one) => one.status)).toEqual([500, 204]);
});

const asked = (gateway) => gateway.asked.filter(({ service }) => service === "single_trade_query").length;

/** The shopper comes back from the cashier by a query that Alipay signed. */
async function comeBack(bench, order) {
  const fields = { out_trade_no: order.out_trade_no, total_fee: "19.90", currency: "USD", trade_no: "2026112122001400000000000001", trade_status: "TRADE_FINISHED" };
  const answer = await fetch(`${bench.origin}${order.back}?${new URLSearchParams(bench.signed(fields, "RSA2"))}`, { redirect: "manual" });
  expect([answer.status, answer.headers.get("location").split("#")[1]?.split("=")[0]]).toEqual([303, "alipay-checkout"]);
}

test("question_that_a_return_hurries_along_leaves_the_ladder_as_it_is", async () => {
  const { bench, gateway, admin } = await open({ QUERY_LADDER_S: "3600" });
  const order = await bench.register();
  const { due_ms } = await admin.order(order.out_trade_no);
  expect(due_ms).toBeGreaterThan(Date.now() + 3_500_000);
  await comeBack(bench, order);
  await expect.poll(() => asked(gateway)).toBe(1);
  await expect.poll(async () => (await admin.order(order.out_trade_no)).asked).toBe(1);
  // Whoever reloads that page must not use up the questions that would find a payment whose notification is lost.
  expect((await admin.order(order.out_trade_no)).due_ms).toBe(due_ms);
});

test("question_that_staff_asks_for_leaves_the_ladder_as_it_is_and_where_none_waits_is_asked_once", async () => {
  const { bench, gateway, admin } = await open({ QUERY_LADDER_S: "3600" });
  const order = await bench.register();
  const { due_ms } = await admin.order(order.out_trade_no);
  expect((await admin.post(`orders/${order.out_trade_no}/query`, {}))[0]).toBe(202);
  await expect.poll(async () => (await admin.order(order.out_trade_no)).asked).toBe(1);
  expect((await admin.order(order.out_trade_no)).due_ms).toBe(due_ms);
  const fields = paidFields(order.out_trade_no);
  gateway.know(fields);
  expect(await bench.tell(fields)).toEqual(ACCEPTED);
  await expect.poll(() => bench.receiver.attempts(order.out_trade_no).length).toBe(1);
  expect((await admin.post(`orders/${order.out_trade_no}/query`, {}))[0]).toBe(202);
  await expect.poll(() => asked(gateway), { timeout: 25_000 }).toBe(2);
  await expect.poll(async () => (await admin.order(order.out_trade_no)).asked).toBe(2);
  await sleep(2000);
  expect([asked(gateway), (await admin.order(order.out_trade_no)).status]).toEqual([2, "paid"]);
});

test("ladder_goes_on_after_questions_that_were_hurried_along", async () => {
  const { bench, gateway } = await open({ QUERY_LADDER_S: "3,1" });
  const order = await bench.register();
  await comeBack(bench, order);
  await expect.poll(() => asked(gateway)).toBe(1);
  // Then the two of the ladder, and no more.
  await expect.poll(() => asked(gateway)).toBe(3);
  await sleep(3000);
  expect(asked(gateway)).toBe(3);
});
