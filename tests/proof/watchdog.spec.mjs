// Timers that the runtime loses: the watchdog finds an order through the index, whatever it waits for; one that the index never heard of
// is woken by its number.

import { expect, test } from "@playwright/test";

import { forgetAlarms, inOrders, openIndexBench } from "../stack/index-bench.mjs";
import { paidFields } from "../stack/notification.mjs";
import { ACCEPTED } from "./bench.mjs";

test.describe.configure({ mode: "parallel" });

const HOURS_MS = 7_200_000;

/** Runs with a Worker whose ladders are long, so that nothing but a lost timer is late. */
async function inBench(run, env = {}) {
  const bench = await openIndexBench({ env: { FORWARD_LADDER_S: "0,3600,3600", QUERY_LADDER_S: "3600,3600", ...env } });
  try {
    await run(bench);
  } finally {
    await bench.shut();
  }
}

/** Two hours pass, in which no timer goes off. */
function lose(bench) {
  return bench.offline((folder) => {
    forgetAlarms(folder);
    inOrders(folder, `UPDATE delivery SET due_ms = due_ms - ${HOURS_MS} WHERE state = 'waiting'`);
    inOrders(folder, `UPDATE state SET question_ms = question_ms - ${HOURS_MS}, ladder_ms = ladder_ms - ${HOURS_MS}, alarm_ms = alarm_ms - ${HOURS_MS}`);
    inOrders(folder, "UPDATE _cf_METADATA SET value = NULL WHERE key = 1");
  });
}

const statuses = (bench, { out_trade_no }) => bench.receiver.attempts(out_trade_no).map(({ status }) => status);

/** An order that is paid, and whose event the merchant has refused once. */
async function waiting(bench) {
  const order = await bench.register();
  bench.receiver.plan(order.out_trade_no, (attempt) => ({ status: attempt === 1 ? 500 : 204 }));
  const fields = paidFields(order.out_trade_no);
  expect(await bench.tell(fields)).toEqual(ACCEPTED);
  await expect.poll(() => statuses(bench, order)).toEqual([500]);
  return { ...order, fields };
}

test("question_whose_timer_was_lost_is_asked_after_the_watchdog_came", async () => {
  await inBench(async (bench) => {
    const order = await bench.register();
    await expect.poll(() => bench.index.row(order.out_trade_no)?.status).toBe("redirected");
    await lose(bench);
    bench.index.run("UPDATE orders SET due_ms = due_ms - ?", HOURS_MS);
    const asked = async () => (await bench.admin.trail(order.out_trade_no)).filter(({ act }) => act === "asked").length;
    expect(await asked()).toBe(0);
    await bench.watch();
    await expect.poll(asked).toBe(1);
  });
});

test("order_that_the_index_never_heard_of_is_woken_by_its_number", async () => {
  await inBench(async (bench) => {
    bench.index.mode = "fails";
    const order = await waiting(bench);
    await expect.poll(() => bench.workerd.log.filter((line) => line.includes('"event":"index_failed"')).length).toBeGreaterThan(0);
    await lose(bench);
    bench.index.mode = "good";
    await bench.watch();
    expect([bench.index.row(order.out_trade_no), statuses(bench, order)]).toEqual([undefined, [500]]);
    const [status, { orders, unknown }] = await bench.admin.post("rebuild", { out_trade_nos: [order.out_trade_no] });
    expect([status, orders, unknown]).toEqual([202, 1, []]);
    await expect.poll(() => statuses(bench, order)).toEqual([500, 204]);
    await expect.poll(() => bench.index.row(order.out_trade_no)?.waiting).toBe(0);
  });
});

test("next_message_about_an_order_whose_timer_was_lost_sets_it_again", async () => {
  await inBench(async (bench) => {
    const order = await waiting(bench);
    await lose(bench);
    // The same again: that it came is enough.
    expect(await bench.tell(order.fields)).toEqual(ACCEPTED);
    await expect.poll(() => statuses(bench, order)).toEqual([500, 204]);
  });
});
