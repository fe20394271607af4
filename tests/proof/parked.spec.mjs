// A notification that comes before its order, where it is parked: UNREGISTERED=park.

import { setTimeout as sleep } from "node:timers/promises";

import { expect, test } from "@playwright/test";

import { Admin } from "../stack/admin.mjs";
import { paidFields, signed } from "../stack/notification.mjs";
import { freshNumber, orderToken } from "../stack/tokens.mjs";
import { ACCEPTED, openBench } from "./bench.mjs";
import { openWorld } from "./faults.mjs";
import { closedAfterEach } from "./opened.mjs";

const TEN_YEARS_MS = 3_652 * 86_400_000;

const keep = closedAfterEach(test);
let bench;

/** A Worker that parks for so many seconds. */
async function parking(PARK_S, env = {}) {
  bench = keep(await openBench({ env: { UNREGISTERED: "park", PARK_S, ...env } }));
  return new Admin({ origin: bench.origin, token: bench.secrets["admin.token"] });
}

/** Registers an order that may be paid already. */
async function registered(out_trade_no) {
  const { status, json } = await bench.checkout(orderToken(bench.claims({ out_trade_no })));
  return [status, json.status];
}
const told = (out_trade_no) => bench.receiver.attempts(out_trade_no).map(({ type, data }) => [type, data.reason, data.registered]);

test("order_that_is_registered_in_time_is_paid_and_nothing_else_is_told", async () => {
  const admin = await parking("2");
  const out_trade_no = freshNumber();
  expect(await bench.tell(paidFields(out_trade_no))).toEqual(ACCEPTED);
  const { status, notifications, due_ms } = await admin.order(out_trade_no);
  expect([status, notifications.map(({ verdict }) => verdict)]).toEqual(["unregistered", ["not_registered"]]);
  expect(due_ms).toBeGreaterThan(Date.now());
  expect(await registered(out_trade_no)).toEqual([200, "paid"]);
  await expect.poll(() => told(out_trade_no)).toEqual([["payment.paid", undefined, true]]);
  // Longer than it would have been parked.
  await sleep(3000);
  expect(told(out_trade_no)).toEqual([["payment.paid", undefined, true]]);
});

test("order_that_is_registered_too_late_is_told_of_once_and_paid_when_it_is", async () => {
  const admin = await parking("1");
  const out_trade_no = freshNumber();
  const fields = paidFields(out_trade_no);
  expect(await bench.tell(fields)).toEqual(ACCEPTED);
  expect(await bench.tell(fields)).toEqual(ACCEPTED);
  expect(told(out_trade_no)).toEqual([]);
  await expect.poll(() => told(out_trade_no)).toEqual([["payment.quarantined", "not_registered", false]]);
  expect(await registered(out_trade_no)).toEqual([200, "paid"]);
  await expect.poll(() => told(out_trade_no)).toEqual([["payment.quarantined", "not_registered", false], ["payment.paid", undefined, true]]);
  expect((await admin.trail(out_trade_no)).map(({ act }) => act)).toEqual(
    expect.arrayContaining(["notified", "unparked", "registered", "forwarded"]),
  );
});

test("parked_notification_of_another_amount_is_kept_aside_at_registration", async () => {
  await parking("60");
  const out_trade_no = freshNumber();
  expect(await bench.tell(paidFields(out_trade_no, { total_fee: "0.01" }))).toEqual(ACCEPTED);
  const order = await bench.register({ out_trade_no });
  expect(await order.status()).toBe("redirected");
  await expect.poll(() => told(out_trade_no)).toEqual([["payment.quarantined", "amount_differs", true]]);
});

test("parked_notification_outlives_the_worker", async () => {
  await parking("3");
  const out_trade_no = freshNumber();
  expect(await bench.tell(paidFields(out_trade_no))).toEqual(ACCEPTED);
  await bench.workerd.kill();
  await bench.workerd.start();
  await expect.poll(() => told(out_trade_no)).toEqual([["payment.quarantined", "not_registered", false]]);
});

test("parked_notification_that_a_clock_was_ahead_for_is_told_when_it_is_right_again", async () => {
  const world = keep(await openWorld({ env: { UNREGISTERED: "park", PARK_S: "60" } }));
  ({ bench } = world);
  const order = { out_trade_no: freshNumber() };
  await world.advance(undefined, TEN_YEARS_MS);
  await world.notify(signed(paidFields(order.out_trade_no)));
  await expect.poll(() => bench.index.row(order.out_trade_no)?.due_ms ?? 0).toBeGreaterThan(Date.now() + TEN_YEARS_MS);
  await world.advance(order, -TEN_YEARS_MS);
  expect(told(order.out_trade_no)).toEqual([]);
  // Its alarm is ten years away; who looks after alarms finds it.
  await bench.watch();
  await expect.poll(() => told(order.out_trade_no)).toEqual([["payment.quarantined", "not_registered", false]]);
  // Not once more when its own time has come.
  await world.advance(order, 120_000);
  await world.until(order, "rest", async () => (await world.inspect(order)).deliveries.every(({ state }) => state === "delivered"));
  expect(told(order.out_trade_no)).toEqual([["payment.quarantined", "not_registered", false]]);
});
