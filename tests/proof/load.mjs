// How fast the notify route is, and what it costs, beside yardsticks in the same run: the least that a
// JavaScript Worker can do with the same promise, and a Node server that verifies with Alipay's own SDK
// and keeps nothing, or keeps a row. State is in memory, so that no disk is measured. The runtime opens
// an order's database when the order was asleep, which is most of what a request then costs: `--awake`
// has few orders, which stay awake. Load generator: wire.mjs.
//
//   npm run load                                    some minutes
//   npm run load -- --awake 100 --orders 0 --streams 0
//   npm run load -- --rounds 9 --requests 5000 --orders 0 --streams 0

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { cli, environment, freePorts, spawnGroup } from "../../xtask/npm/stack.mjs";
import { paidFields, signed } from "../stack/notification.mjs";
import { orderToken } from "../stack/tokens.mjs";
import { encoded, openBench } from "./bench.mjs";
import { options, settled } from "./checks.mjs";
import { row, spread, used } from "./measures.mjs";
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

/** The three servers: `{ name, origin, pid, close }`. */
async function servers() {
  const ours = await openBench({ env: { FORWARD_LADDER_S: "3600" } });
  const file = join(import.meta.dirname, "baseline-worker.mjs");
  const baseline = await openBench({ worker: plainWorker(file, { binding: "ORDER", className: "OrderObject" }) });
  const { entry, version } = await alipaySdk();
  const keys = mkdtempSync(join(tmpdir(), "alipay-checkout-load-"));
  for (const name of ["merchant-private.pem", "alipay-public.pem"]) writeFileSync(join(keys, name), ours.secrets[name], { mode: 0o600 });
  const node = async (name, ...file) => {
    const { edge: port } = await freePorts();
    const child = spawnGroup("node", [join(import.meta.dirname, "sdk-server.mjs"), entry, keys, String(port), ...file], { env: environment() });
    const origin = `http://127.0.0.1:${port}`;
    const listens = () => fetch(origin, { method: "POST" }).then(() => true, () => false);
    if (!(await settled(listens, 10_000))) throw new Error(`${name} does not answer`);
    return { name, origin, pid: child.pid, child };
  };
  const nodes = [
    await node(`Node, alipay-sdk ${version}`),
    await node("the same, with SQLite", join(ours.place, "node.sqlite")),
  ];
  rmSync(keys, { recursive: true });
  return {
    ours,
    list: [
      { name: "ours", origin: ours.origin, pid: ours.workerd.pid },
      { name: "JavaScript Worker", origin: baseline.origin, pid: baseline.workerd.pid },
      ...nodes,
    ],
    close: async () => {
      for (const { child } of nodes) child.kill("SIGKILL");
      await Promise.all([ours.close(), baseline.close()]);
    },
  };
}

/** Interleaved rounds: a busy minute of the machine hits all three alike. */
async function compare({ rounds, requests, connections, awake }) {
  const count = awake > 0 ? awake : ORDERS;
  const { ours, list, close } = await servers();
  try {
    const orders = Array.from({ length: count }, () => ours.claims());
    await fire(ours.origin, orders.map((order) => post(ours.origin, "/checkout", `order_token=${orderToken(order)}`)), { connections });
    const results = new Map(list.map(({ name }) => [name, []]));
    for (let round = 0; round <= rounds; round += 1) {
      // Fresh each time: a repeat is cheaper. Waiting, so that nothing is forwarded.
      const messages = Array.from({ length: requests }, (_, n) => (
        encoded(signed(paidFields(orders[n % count].out_trade_no, { trade_status: "WAIT_BUYER_PAY" })))
      ));
      for (const server of list) {
        const wired = messages.map((message) => post(server.origin, "/notify/gateway", message));
        const result = await measure(server, wired, { connections });
        // The first round warms up.
        if (round > 0) results.get(server.name).push(result);
      }
    }
    process.stdout.write(`\nNotify route, ${requests} notifications a round, ${rounds} rounds, ${connections} connections; median (least–most)\n\n`);
    process.stdout.write(row(["", "requests/s", "p50 ms", "p99 ms", "CPU µs/request", "memory MB"]));
    for (const [name, all] of results) {
      const of = (field, digits) => spread(all.map((one) => one[field]), digits);
      process.stdout.write(row([name, of("rate"), of("p50", 1), of("p99", 1), of("cpu"), of("mb")]));
    }
    const [own, ...others] = [...results];
    process.stdout.write("\n");
    for (const [name, all] of others) {
      const ratio = (field) => spread(own[1].map((one, n) => one[field] / all[n][field]), 2);
      process.stdout.write(`ours / ${name}: requests/s ${ratio("rate")}, CPU ${ratio("cpu")}\n`);
    }
  } finally {
    await close();
  }
}

/** What an order costs, from its registration to its event at the merchant's, as their number grows. */
async function growth(most, connections) {
  const bench = await openBench();
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
      const state = Number(execFileSync("du", ["-sk", join(bench.place, "state")]).toString().split("\t")[0]);
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
