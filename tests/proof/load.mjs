// How fast the notify route is, and what it costs, beside yardsticks in the same run: the least that a
// JavaScript Worker can do with the same promise, a JavaScript Worker that does the same work as ours, a Node
// server that verifies with Alipay's own SDK and keeps nothing, or keeps a row, and two limits: one object for all
// orders, and the runtime that only answers. Once with forged
// notifications, which are verified and refused, so that nothing but verification is measured; once with
// genuine ones, which are durable before they are acknowledged. State is in memory, so that no disk is
// measured. The runtime opens an order's database when the order was asleep, which is most of what a
// request then costs: `--awake` has few orders, which stay awake. Load generator: wire.mjs.
//
//   npm run load                                    some minutes
//   npm run load -- --awake 100 --orders 0 --streams 0
//   npm run load -- --rounds 9 --requests 5000 --orders 0 --streams 0

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { cli, environment, freePorts, spawnGroup } from "../../xtask/npm/stack.mjs";
import { paidFields, signed } from "../stack/notification.mjs";
import { orderToken } from "../stack/tokens.mjs";
import { encoded, openBench } from "./bench.mjs";
import { options, settled } from "./checks.mjs";
import { asleep, row, spread, used } from "./measures.mjs";
import { alipaySdk } from "./peers.mjs";
import { compareStreams } from "./streams.mjs";
import { fire, post } from "./wire.mjs";
import { plainWorker } from "./workerd.mjs";

/**
 * Orders that the notifications are about. So many that none of them gets more than Alipay sends, eight,
 * and that its object has gone to sleep when the next one comes, as in production.
 */
const ORDERS = 2500;

/** Fires at a server and says what it cost. */
async function measure({ origin, pid }, requests, settings) {
  const before = used(pid).cpu;
  const { seconds, latencies_ms, bodies } = await fire(origin, requests, settings);
  const after = used(pid);
  const at = (share) => latencies_ms[Math.min(latencies_ms.length - 1, Math.floor(latencies_ms.length * share))];
  return {
    rate: requests.length / seconds,
    p50: at(0.5),
    p99: at(0.99),
    cpu: ((after.cpu - before) * 1e6) / requests.length,
    mb: after.mb,
    bodies,
  };
}

const LEAST = "JavaScript, the least";
const SAME = "JavaScript, same work";
const ONE_OBJECT = "JavaScript, one object";
const FLOOR = "the runtime, answers at once";
const SDK_KEEPS = "Node, the same with SQLite";

/** The servers: `{ name, origin, pid, keeps }`, the last for those that are measured only where they keep or not. */
async function servers() {
  // What is forged would be held after some hundred refusals.
  const ours = await openBench({ unread: true, env: { FORWARD_LADDER_S: "3600", REFUSALS_PER_MINUTE: "100000" } });
  const yardstick = (name) => {
    const worker = plainWorker(join(import.meta.dirname, name), { binding: "ORDER", className: "OrderObject" });
    return openBench({ unread: true, worker });
  };
  const files = ["baseline-worker.mjs", "baseline-same.mjs", "one-object-worker.mjs", "floor-worker.mjs"];
  const benches = [ours];
  for (const file of files) benches.push(await yardstick(file));
  const { entry, version } = await alipaySdk();
  const keys = mkdtempSync(join(tmpdir(), "alipay-checkout-load-"));
  for (const name of ["merchant-private.pem", "alipay-public.pem"]) writeFileSync(join(keys, name), ours.secrets[name], { mode: 0o600 });
  const node = async (name, keeps, ...file) => {
    const { edge: port } = await freePorts();
    const child = spawnGroup("node", [join(import.meta.dirname, "sdk-server.mjs"), entry, keys, String(port), ...file], { env: environment() });
    const origin = `http://127.0.0.1:${port}`;
    const listens = () => fetch(origin, { method: "POST" }).then(() => true, () => false);
    if (!(await settled(listens, 10_000))) throw new Error(`${name} does not answer`);
    return { name, keeps, origin, pid: child.pid, child };
  };
  const nodes = [
    await node(`Node, alipay-sdk ${version}`, false),
    await node(SDK_KEEPS, true, join(ours.place, "node.sqlite")),
  ];
  rmSync(keys, { recursive: true });
  const keeps = { [ONE_OBJECT]: true, [FLOOR]: true };
  const workers = ["ours", LEAST, SAME, ONE_OBJECT, FLOOR].map((name, n) => (
    { name, keeps: keeps[name], origin: benches[n].origin, pid: benches[n].workerd.pid }
  ));
  return {
    ours,
    list: [...workers, ...nodes],
    close: async () => {
      for (const { child } of nodes) child.kill("SIGKILL");
      await Promise.all(benches.map((bench) => bench.close()));
    },
  };
}

/** What is sent, and to whom. Fresh each time: a repeat is cheaper. Waiting, so that nothing is forwarded. */
const CASES = [
  {
    title: "Verified, and refused because it is forged: nothing is kept",
    status: 403,
    message: (genuine) => genuine.replace("WAIT_BUYER_PAY", "TRADE_FINISHED"),
    measures: ({ keeps }) => keeps !== true,
  },
  {
    title: "Verified, and durable before it is acknowledged",
    status: 200,
    message: (genuine) => genuine,
    measures: () => true,
  },
];

/** Interleaved rounds: a busy minute of the machine hits all alike. */
async function compare({ rounds, requests, connections, awake }) {
  const count = awake > 0 ? awake : ORDERS;
  const { ours, list, close } = await servers();
  try {
    const orders = Array.from({ length: count }, () => ours.claims());
    await fire(ours.origin, orders.map((order) => post(ours.origin, "/checkout", `order_token=${orderToken(order)}`)), { connections });
    const asked_at = new Map();
    for (const { title, status, message, measures } of CASES) {
      const measured = list.filter(measures);
      const results = new Map(measured.map(({ name }) => [name, []]));
      for (let round = 0; round <= rounds; round += 1) {
        const messages = Array.from({ length: requests }, (_, n) => (
          message(encoded(signed(paidFields(orders[n % count].out_trade_no, { trade_status: "WAIT_BUYER_PAY" }))))
        ));
        for (const server of measured) {
          const wired = messages.map((text) => post(server.origin, "/notify/gateway", text));
          if (awake === 0 && status === 200) await asleep(asked_at.get(server));
          const result = await measure(server, wired, { connections, status });
          asked_at.set(server, performance.now());
          // The first round warms up.
          if (round > 0) results.get(server.name).push(result);
        }
      }
      const orders_are = awake > 0 ? "awake" : "asleep";
      process.stdout.write(`\n${title}.\n${requests} a round, ${rounds} rounds, ${connections} connections, ${count} orders (${orders_are}); median (least–most)\n\n`);
      report(results);
    }
  } finally {
    await close();
  }
}

function report(results) {
  process.stdout.write(row(["", "requests/s", "p50 ms", "p99 ms", "CPU µs/request", "memory MB"]));
  for (const [name, all] of results) {
    const of = (field, digits) => spread(all.map((one) => one[field]), digits);
    process.stdout.write(row([name, of("rate"), of("p50", 1), of("p99", 1), of("cpu"), of("mb")]));
  }
  process.stdout.write("\n");
  const ratios = (name, beside) => {
    const ratio = (field) => spread(results.get(name).map((one, n) => one[field] / results.get(beside)[n][field]), 2);
    process.stdout.write(`${name} / ${beside}: requests/s ${ratio("rate")}, CPU ${ratio("cpu")}\n`);
  };
  const [own, ...others] = results.keys();
  for (const name of others) ratios(own, name);
  if (results.has(FLOOR)) ratios(FLOOR, SDK_KEEPS);
  // How much of the difference is the work, and what a JavaScript Worker would reach beside Node.
  for (const name of others.filter((other) => ![SAME, ONE_OBJECT, FLOOR].includes(other))) ratios(SAME, name);
}

/** What an order costs, from its registration to its event at the merchant's, as their number grows. */
async function growth(most, connections) {
  const bench = await openBench({ unread: true });
  const server = { origin: bench.origin, pid: bench.workerd.pid };
  process.stdout.write("\nOne order after another, from registration to delivery; CPU µs of the Worker for each order\n\n");
  process.stdout.write(row(["orders so far", "register", "notify", "until delivered", "memory MB", "state kB/order"]));
  try {
    let total = 0;
    for (let size = 10; size <= most; size *= 10) {
      const fresh = Array.from({ length: size - total }, () => bench.claims());
      const whole = used(server.pid).cpu;
      const register = await measure(server, fresh.map((order) => post(server.origin, "/checkout", `order_token=${orderToken(order)}`)), { connections });
      const messages = fresh.map(({ out_trade_no }) => post(server.origin, "/notify/gateway", encoded(signed(paidFields(out_trade_no)))));
      const signing = used(server.pid).cpu;
      const notify = await measure(server, messages, { connections });
      const arrived = await settled(() => fresh.every(({ out_trade_no }) => bench.receiver.attempts(out_trade_no).length > 0), 120_000, 20);
      if (!arrived) throw new Error("events are missing");
      await sleep(200);
      const { cpu, mb } = used(server.pid);
      const delivered = ((cpu - signing) * 1e6) / fresh.length;
      total = size;
      // Its status says no more than that a log of an order went to sleep while it was counted.
      const state = Number(spawnSync("du", ["-sk", join(bench.place, "state")]).stdout.toString().split("\t")[0]);
      process.stdout.write(row([String(size), register.cpu.toFixed(0), notify.cpu.toFixed(0), delivered.toFixed(0), mb.toFixed(0), (state / size).toFixed(0)]));
      if (cpu < whole) throw new Error("the Worker was started anew");
    }
  } finally {
    await bench.close();
  }
}

await cli(async () => {
  const { rounds, requests, connections, orders, streams, awake } = options({
    rounds: 5, requests: 3000, connections: 16, orders: 10_000, streams: 1000, awake: 0,
  });
  if (rounds > 0) await compare({ rounds, requests, connections, awake });
  if (orders > 0) await growth(orders, connections);
  const unheard = streams > 0 ? await compareStreams({ streams, rounds: Math.min(rounds || 3, 3), connections }) : 0;
  return unheard === 0 ? 0 : 1;
});
