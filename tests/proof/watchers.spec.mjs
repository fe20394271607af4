// Who watches an order, for how long, and how many.

import { join } from "node:path";

import { expect, test } from "@playwright/test";

import { paidFields } from "../stack/notification.mjs";
import { ACCEPTED, openBench } from "./bench.mjs";
import { beats, told, watch } from "./watchers.mjs";
import { wrappedWorker } from "./workerd.mjs";

const WORKER = wrappedWorker(join(import.meta.dirname, "watched-worker.mjs"));
/** Five minutes at a heartbeat every fifteen seconds. */
const HEARTBEATS = 20;
const MOST = 32;
/** What a watcher may leave unread, besides the frame that its stream begins with. */
const MOST_UNREAD = 8;
const PAGE = "https://shop.example.com";
const STRANGER = "https://elsewhere.example.com";

let bench;

test.beforeAll(async () => {
  bench = await openBench({ worker: WORKER, env: { FORWARD_LADDER_S: "3600", REFUSALS_PER_MINUTE: "3" } });
  await bench.restart({ ALLOWED_ORIGINS: `${bench.variables.ALLOWED_ORIGINS},${PAGE}` });
});
test.afterAll(() => bench.close());

/** Watches an order and reads nothing, or does what watched-worker.mjs says of `act`. */
const unread = ({ out_trade_no }, act = "") => fetch(`${bench.origin}/unread/${out_trade_no}${act}`).then((answer) => answer.text());

/** The order's heart beats, and `stream` has heard it so often. */
async function beat(order, stream, heard) {
  await unread(order, "/beat");
  await expect.poll(() => beats(stream)).toBe(heard);
}

const refusal = async (stream) => [stream.status, JSON.parse(await stream.ended).code];

test("stream_ends_after_five_minutes_of_heartbeats_and_is_opened_again_with_the_present_status", async () => {
  const order = await bench.register();
  const stream = await watch(bench, order);
  await stream.ended;
  expect([beats(stream), told(stream)]).toEqual([HEARTBEATS, [[2, "redirected"]]]);
  const again = await watch(bench, order, { "last-event-id": "2" });
  await expect.poll(() => told(again)).toEqual([[2, "redirected"]]);
  again.leave();
});

test("each_watcher_has_its_own_five_minutes", async () => {
  const order = await bench.register();
  await unread(order, "/hold");
  const first = await watch(bench, order);
  for (let n = 1; n <= 4; n += 1) await beat(order, first, n);
  const second = await watch(bench, order);
  for (let n = 1; n <= HEARTBEATS - 4; n += 1) await beat(order, second, n);
  await first.ended;
  expect([beats(first), beats(second) < HEARTBEATS]).toEqual([HEARTBEATS, true]);
  for (let n = HEARTBEATS - 3; n <= HEARTBEATS; n += 1) await beat(order, second, n);
  await second.ended;
  expect(beats(second)).toBe(HEARTBEATS);
});

test("every_watcher_hears_of_the_payment_once_and_their_streams_end", async () => {
  const order = await bench.register();
  const streams = await Promise.all(Array.from({ length: 5 }, () => watch(bench, order)));
  expect(await bench.tell(paidFields(order.out_trade_no))).toEqual(ACCEPTED);
  await Promise.all(streams.map(({ ended }) => ended));
  expect(streams.map(told)).toEqual(streams.map(() => [[2, "redirected"], [3, "paid"]]));
  // Whoever comes later is told at once, and nothing is kept open.
  const late = await watch(bench, order);
  await late.ended;
  expect([told(late), beats(late), late.text.startsWith("retry: 1000\n")]).toEqual([[[3, "paid"]], 0, true]);
});

test("watcher_beyond_the_thirty_second_refused_until_one_leaves", async () => {
  const order = await bench.register();
  const streams = await Promise.all(Array.from({ length: MOST }, () => watch(bench, order)));
  expect(streams.map(({ status }) => status)).toEqual(streams.map(() => 200));
  expect(await refusal(await watch(bench, order))).toEqual([429, "watchers"]);
  streams.pop().leave();
  let next;
  await expect.poll(async () => (next = await watch(bench, order)).status).toBe(200);
  for (const stream of [...streams, next]) stream.leave();
});

test("watchers_that_read_nothing_are_let_go_and_keep_nobody_out", async () => {
  const order = await bench.register();
  await unread(order, "/hold");
  const reads = await watch(bench, order);
  for (let n = 1; n < MOST; n += 1) expect(await unread(order)).toBe(String(n));
  for (let n = 1; n <= MOST_UNREAD; n += 1) await beat(order, reads, n);
  expect((await watch(bench, order)).status).toBe(429);
  await unread(order, "/beat");
  const next = await watch(bench, order);
  expect(next.status).toBe(200);
  expect(await unread(order, "/read")).toBe("nobody reads");
  // Who reads is not let go with them.
  expect(await bench.tell(paidFields(order.out_trade_no))).toEqual(ACCEPTED);
  await Promise.all([reads.ended, next.ended]);
  expect([told(reads), told(next)]).toEqual([[[2, "redirected"], [3, "paid"]], [[2, "redirected"], [3, "paid"]]]);
});

test("stream_may_be_read_by_pages_of_allowed_origins_and_has_the_headers_of_every_answer", async () => {
  const order = await bench.register();
  const common = {
    "content-type": "text/event-stream; charset=utf-8",
    vary: "accept, origin",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-accel-buffering": "no",
    "x-content-type-options": "nosniff",
    "transfer-encoding": "chunked",
  };
  for (const [origin, allowed] of [[undefined, {}], [PAGE, { "access-control-allow-origin": PAGE }], [STRANGER, {}]]) {
    const stream = await watch(bench, order, origin && { origin });
    expect(stream.status).toBe(200);
    expect(Object.fromEntries(stream.headers), origin).toEqual({ ...common, ...allowed });
    stream.leave();
  }
});

test("streams_that_are_refused_count_and_the_page_may_read_why", async () => {
  const order = await bench.register();
  const from = { "cf-connecting-ip": "192.0.2.77", origin: PAGE };
  const forged = { ...order, status_token: `${order.status_token.slice(0, -4)}AAAA` };
  const answers = [];
  for (let n = 0; n < 4; n += 1) {
    const stream = await watch(bench, forged, from);
    answers.push([...await refusal(stream), stream.headers.get("access-control-allow-origin")]);
  }
  const token = [401, "status_token", PAGE];
  expect(answers).toEqual([token, token, token, [429, "too_many", PAGE]]);
  const elsewhere = await watch(bench, order, { ...from, "cf-connecting-ip": "192.0.2.78" });
  expect(elsewhere.status).toBe(200);
  elsewhere.leave();
});
