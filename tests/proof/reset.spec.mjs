// A panic in Rust is a trap in wasm, after which nothing in its memory can be relied on: it is made anew, and
// nothing that was acknowledged is lost, nobody waits for what will not come.

import { join } from "node:path";

import { expect, test } from "@playwright/test";

import { paidFields } from "../stack/notification.mjs";
import { ACCEPTED, openBench } from "./bench.mjs";
import { told, watch } from "./watchers.mjs";
import { wrappedWorker } from "./workerd.mjs";

const WORKER = wrappedWorker(join(import.meta.dirname, "trapping-worker.mjs"));
/** Far below the ten seconds after which an object is given up. */
const AT_ONCE_MS = 5000;
/** How long an order keeps its answer back. */
const HELD_MS = 2000;
/** Readings of the clock that a notification makes at most. */
const READINGS = 12;

let bench;

test.beforeAll(async () => {
  bench = await openBench({ worker: WORKER, env: { FORWARD_LADDER_S: "3600" } });
});

test.afterAll(() => bench.close());

const ask = (path) => fetch(bench.origin + path).then((answer) => answer.text());
const resets = () => bench.workerd.log.filter((line) => line.includes("wasm_reset")).length;

test("trap_at_every_reading_of_the_clock_fails_one_notification_at_once_and_loses_nothing", async () => {
  const before = resets();
  const outcomes = [];
  for (let reading = 1; reading <= READINGS; reading += 1) {
    const order = await bench.register();
    const fields = paidFields(order.out_trade_no);
    await ask(`/trap?reading=${reading}`);
    const began = performance.now();
    const first = await bench.tell(fields);
    expect(performance.now() - began).toBeLessThan(AT_ONCE_MS);
    await ask("/trap?reading=0");
    // A trap in the object takes the Worker's memory too: nobody is left to write the answer.
    expect([200, 500]).toContain(first.status);
    outcomes.push(first.status);
    expect(first.body === ACCEPTED.body).toBe(first.status === 200);
    expect(await bench.tell(fields)).toEqual(ACCEPTED);
    expect(await order.status()).toBe("paid");
  }
  expect(outcomes).toContain(500);
  // The last ones are beyond what a notification reads.
  expect(outcomes.at(-1)).toBe(200);
  const trapped = Number(await ask("/trap?reading=0"));
  expect(trapped).toBeGreaterThanOrEqual(outcomes.filter((status) => status !== 200).length);
  await expect.poll(() => resets() - before).toBe(trapped);
});

test("notification_that_waits_while_another_traps_is_answered_and_sent_again_accepted", async () => {
  const [waits, traps] = [await bench.register(), await bench.register()];
  const fields = paidFields(waits.out_trade_no);
  await ask(`/hold?ms=${HELD_MS}`);
  const began = performance.now();
  const waiting = bench.tell(fields);
  await expect.poll(() => ask("/held")).toBe("1");
  await ask("/trap?reading=1");
  expect((await bench.tell(paidFields(traps.out_trade_no))).status).toBe(500);
  await ask("/trap?reading=0");
  await ask("/hold?ms=0");
  // What it was doing is forgotten, not what was written.
  expect((await waiting).status).toBe(500);
  expect(performance.now() - began).toBeLessThan(AT_ONCE_MS);
  expect(await bench.tell(fields)).toEqual(ACCEPTED);
  expect(await waits.status()).toBe("paid");
});

test("streams_end_when_wasm_is_made_anew_and_those_opened_again_hear_of_the_payment", async () => {
  const [quiet, traps] = [await bench.register(), await bench.register()];
  const open = await Promise.all([watch(bench, quiet), watch(bench, traps)]);
  const fields = paidFields(traps.out_trade_no);
  // The Worker reads the clock first, and the order's object after it.
  await ask("/trap?reading=2");
  expect((await bench.tell(fields)).status).toBe(500);
  await ask("/trap?reading=0");
  const began = performance.now();
  // Nobody asks anything of the quiet one: it notices by itself.
  await Promise.all(open.map(({ ended }) => ended));
  expect(performance.now() - began).toBeLessThan(AT_ONCE_MS);
  expect(open.map(told)).toEqual([[[2, "redirected"]], [[2, "redirected"]]]);
  const again = await Promise.all([watch(bench, quiet), watch(bench, traps)]);
  for (const { out_trade_no } of [quiet, traps]) expect(await bench.tell(out_trade_no === traps.out_trade_no ? fields : paidFields(out_trade_no))).toEqual(ACCEPTED);
  await Promise.all(again.map(({ ended }) => ended));
  expect(again.map((stream) => told(stream).at(-1)[1])).toEqual(["paid", "paid"]);
});
