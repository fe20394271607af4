// Status streams under load: many pages watch many orders, nothing happens for a while, then every order
// is paid. What it costs, and how long after the notification each page hears of it, beside the least that
// a JavaScript Worker can do. A part of `npm run load`.

import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { quantile } from "../bench/statistics.mjs";
import { paidFields, signed } from "../stack/notification.mjs";
import { orderToken } from "../stack/tokens.mjs";
import { encoded, openBench } from "./bench.mjs";
import { settled } from "./checks.mjs";
import { row, spread, used } from "./measures.mjs";
import { fire, post } from "./wire.mjs";
import { plainWorker } from "./workerd.mjs";

/** A shopper has a few tabs, and looks at one. */
const STREAMS_PER_ORDER = 5;
/** Longer than one heartbeat and shorter than two. */
const HOLD_MS = 18_000;
const LATE_MS = 30_000;
/** What a payment costs besides, forwarding above all, is over after this. */
const REST_MS = 2500;

/** A page that watches: `{ first_ms, paid_at, beats, broken }`, read from the bytes. */
function watch(origin, { out_trade_no, status_token }) {
  const { hostname, port, host } = new URL(origin);
  const seen = { out_trade_no, beats: 0 };
  const began = performance.now();
  const socket = connect(Number(port), hostname);
  let text = "";
  socket.on("connect", () => {
    socket.write(`GET /status/${out_trade_no}?token=${status_token} HTTP/1.1\r\nhost: ${host}\r\naccept: text/event-stream\r\n\r\n`);
  });
  socket.setEncoding("latin1").on("data", (chunk) => {
    text += chunk;
    // A frame ends with an empty line; what is not whole yet is read with the next chunk.
    const end = text.lastIndexOf("\n\n");
    if (end < 0) return;
    const frames = text.slice(0, end);
    text = text.slice(end + 2);
    if (seen.first_ms === undefined && frames.includes("event: status")) seen.first_ms = performance.now() - began;
    if (frames.includes('"status":"paid"')) seen.paid_at ??= performance.now();
    seen.beats += frames.split(": still here").length - 1;
  });
  const gone = () => { seen.broken = seen.paid_at === undefined; };
  socket.on("close", gone).on("error", gone);
  seen.close = () => socket.destroy();
  return seen;
}

/** Has orders paid, one after another as fast as they are acknowledged: when each was told, and the CPU seconds. */
async function pay({ origin, pid }, orders) {
  const before = used(pid).cpu;
  const sent = new Map();
  for (const { out_trade_no } of orders) {
    const request = post(origin, "/notify/gateway", encoded(signed(paidFields(out_trade_no))));
    sent.set(out_trade_no, performance.now());
    await fire(origin, [request], { connections: 1 });
  }
  await sleep(REST_MS);
  return { sent, cpu: used(pid).cpu - before };
}

/** Has each order watched once: it has a database then, and is awake; what its registration has left to be done is over. */
async function wake({ origin }, orders) {
  const streams = orders.map((order) => watch(origin, order));
  const woken = await settled(() => streams.every(({ first_ms }) => first_ms !== undefined), LATE_MS, 10);
  for (const { close } of streams) close();
  if (!woken) throw new Error("orders do not wake");
  await sleep(REST_MS);
}

/** One round on one server: `orders` are watched, as many `others` are not. */
async function round(server, orders, others, count) {
  const { origin, pid } = server;
  await wake(server, orders);
  const idle = used(pid);
  const streams = Array.from({ length: count }, (_, n) => watch(origin, orders[n % orders.length]));
  try {
    const opened = await settled(() => streams.every(({ first_ms, broken }) => first_ms !== undefined || broken), LATE_MS, 10);
    if (!opened) throw new Error("streams do not begin");
    const open = used(pid);
    await sleep(HOLD_MS);
    const held = used(pid);
    // They sleep meanwhile, and those that are watched do not.
    await wake(server, others);
    const unwatched = await pay(server, others);
    const { sent, cpu } = await pay(server, orders);
    await settled(() => streams.every(({ paid_at, broken }) => paid_at !== undefined || broken), LATE_MS, 10);
    const heard = streams.filter(({ paid_at }) => paid_at !== undefined);
    const waits = heard.map(({ paid_at, out_trade_no }) => paid_at - sent.get(out_trade_no));
    const firsts = streams.filter(({ first_ms }) => first_ms !== undefined).map(({ first_ms }) => first_ms);
    return {
      open_us: ((open.cpu - idle.cpu) * 1e6) / count,
      kb: ((held.mb - idle.mb) * 1024) / count,
      hold: ((held.cpu - open.cpu) / (HOLD_MS / 1000)) * 100,
      // More than a payment costs that nobody watches.
      tell_us: ((cpu - unwatched.cpu) * 1e6) / count,
      pay_us: (unwatched.cpu * 1e6) / others.length,
      first50: quantile(firsts, 0.5),
      p50: quantile(waits, 0.5),
      p99: quantile(waits, 0.99),
      beats: streams.reduce((sum, { beats }) => sum + beats, 0) / count,
      errors: count - heard.length,
    };
  } finally {
    for (const { close } of streams) close();
  }
}

/** Compares in interleaved rounds; answers how many streams never heard of their payment. */
export async function compareStreams({ streams, rounds, connections }) {
  const ours = await openBench({ env: { FORWARD_LADDER_S: "3600" } });
  const worker = plainWorker(join(import.meta.dirname, "streams-worker.mjs"), { binding: "ORDER", className: "OrderObject" });
  const baseline = await openBench({ worker });
  const list = [["ours", ours], ["JavaScript Worker", baseline]];
  const results = new Map(list.map(([name]) => [name, []]));
  try {
    for (let n = 0; n < rounds; n += 1) {
      for (const [name, bench] of list) {
        const server = { origin: bench.origin, pid: bench.workerd.pid };
        const watched = Math.ceil(streams / STREAMS_PER_ORDER);
        const claims = Array.from({ length: 2 * watched }, () => ours.claims());
        const asked = claims.map((order) => post(ours.origin, "/checkout", `order_token=${orderToken(order)}`));
        // The yardstick knows no orders and no tokens.
        const { bodies } = name === "ours" ? await fire(ours.origin, asked, { connections, keep: true }) : {};
        const orders = claims.map(({ out_trade_no }, at) => (
          { out_trade_no, status_token: bodies ? JSON.parse(bodies[at]).status_token : "none" }
        ));
        results.get(name).push(await round(server, orders.slice(0, watched), orders.slice(watched), streams));
      }
    }
  } finally {
    await Promise.all([ours.close(), baseline.close()]);
  }
  process.stdout.write(`\nStatus streams, ${streams} at a time, ${STREAMS_PER_ORDER} for each order, ${rounds} rounds; median (least–most)\n\n`);
  process.stdout.write(row(["", ...list.map(([name]) => name)]));
  for (const [what, field, digits] of [
    ["open, CPU µs/stream", "open_us", 0], ["open, first event p50 ms", "first50", 1], ["held, memory kB/stream", "kb", 1],
    ["held, CPU % of a core", "hold", 2], ["held, heartbeats/stream", "beats", 2], ["paid, CPU µs/stream more", "tell_us", 0],
    ["paid, unwatched, µs/order", "pay_us", 0],
    ["paid to event p50 ms", "p50", 1], ["paid to event p99 ms", "p99", 1], ["never heard of it", "errors", 0],
  ]) {
    process.stdout.write(row([what, ...list.map(([name]) => spread(results.get(name).map((one) => one[field]), digits))]));
  }
  return [...results.values()].flat().reduce((sum, { errors }) => sum + errors, 0);
}
