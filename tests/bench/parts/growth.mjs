// Part 5: what becomes of latency, bytes and queries as orders grow, and what one order costs at Cloudflare.

import { randomBytes } from "node:crypto";
import { copyFileSync, existsSync, readFileSync, readdirSync, statSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ON_DISK, encoded } from "../../proof/bench.mjs";
import { settled } from "../../proof/checks.mjs";
import { used } from "../../proof/measures.mjs";
import { fire, post } from "../../proof/wire.mjs";
import { wrappedWorker } from "../../proof/workerd.mjs";
import { openIndexBench } from "../../stack/index-bench.mjs";
import { paidFields, signed } from "../../stack/notification.mjs";
import { orderToken } from "../../stack/tokens.mjs";
import { waiting } from "../servers.mjs";
import { figure } from "../table.mjs";
import { median, quantile } from "../statistics.mjs";

const SIZES = [100, 1000, 10_000, 100_000];
/** Orders that are registered through the Worker; all questions are about these. */
const REAL = 2000;
const CONNECTIONS = 16;
/** No order tells the index anything for so long: all have. */
const QUIET_MS = 1500;
/** Measured so often before anything counts. */
const WARM_UP = 5;
/** The runtime closes an order's database after ten seconds without a request. */
const ASLEEP_MS = 12_000;
/** An order's database, and room for its log. */
const ROOM_BYTES = 60_000;

const MemAvailable = () => Number(/^MemAvailable:\s+(\d+)/m.exec(readFileSync("/proc/meminfo", "utf8"))[1]) * 1024;
const free = (folder) => {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
};

/** Where so many orders have room: in memory if they fit twice, else on the disk; `undefined` for nowhere. */
function place(orders) {
  const bytes = orders * ROOM_BYTES;
  if (existsSync("/dev/shm") && Math.min(free("/dev/shm"), MemAvailable()) > 1.5 * bytes) return "/dev/shm";
  return free(tmpdir()) > 1.5 * bytes ? ON_DISK : undefined;
}

/** GET as it goes over the wire. */
const get = (origin, path) => Buffer.from(`GET ${path} HTTP/1.1\r\nhost: ${new URL(origin).host}\r\naccept: application/json\r\n\r\n`);

/** Registers so many orders through the Worker: `[{ out_trade_no, status_token }]`. */
async function registered(bench, count) {
  const orders = Array.from({ length: count }, () => bench.claims());
  const requests = orders.map((order) => post(bench.origin, "/checkout", `order_token=${orderToken(order)}`));
  const { bodies } = await fire(bench.origin, requests, { connections: CONNECTIONS, keep: true });
  return orders.map(({ out_trade_no }, n) => ({ out_trade_no, status_token: JSON.parse(bodies[n]).status_token }));
}

const databases = (folder) => readdirSync(folder).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));

/** Copies an order's database under ids that nobody asks for, until there are so many. */
function fill(folder, model, count, note) {
  for (let made = databases(folder).length; made < count; made += 1) {
    copyFileSync(model, join(folder, `${randomBytes(32).toString("hex")}.sqlite`));
    if (made % 5000 === 0) note(`${figure(made, 0)} of ${figure(count, 0)} orders`);
  }
}

/** Rows of the index, of which one in a hundred waits, and one in a thousand is dead or quarantined. */
const SEED = `INSERT OR IGNORE INTO orders
  WITH RECURSIVE n(i) AS (SELECT ? UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?)
  SELECT ?, printf('S-%08d', i), CASE WHEN i % 20 < 17 THEN 'paid' WHEN i % 20 < 19 THEN 'redirected' ELSE 'closed' END,
    1990, 'USD', printf('2026112122001%015d', i), 1790000000000 + i * 1000, 1790000000000 + i * 1000 + 60000,
    i % 100 = 0, i % 1000 = 1, i % 1000 = 2, 0, iif(i % 100 = 0, 1790000000000 + i * 1000 + 300000, NULL), 2 FROM n`;

const QUERIES = {
  list: () => "orders",
  status: () => "orders?status=redirected",
  search: (n) => `orders?q=S-${String(n).padStart(8, "0")}`,
  dead: () => "dead-letters",
  metrics: () => "metrics",
};

/** Median milliseconds of each query. */
async function queried(bench, size, times) {
  const found = {};
  for (const [name, path] of Object.entries(QUERIES)) {
    const waits = [];
    for (let n = 0; n < times; n += 1) {
      const began = performance.now();
      const answer = await bench.admin.fetch(path((n * 7919) % size));
      const text = await answer.text();
      if (answer.status !== 200) throw new Error(`/admin/${path(n)} answers ${answer.status}: ${text.slice(0, 200)}`);
      waits.push(performance.now() - began);
    }
    found[name] = median(waits);
  }
  return found;
}

/** Waits until no order tells the index anything: those just registered do so a second later. */
async function quiet(bench) {
  for (let asked; asked !== bench.index.asked;) {
    asked = bench.index.asked;
    await new Promise((done) => setTimeout(done, QUIET_MS));
  }
}

/** One size: latencies of orders that exist already, each asked over one connection. */
async function measured(bench, orders, size, times) {
  const chosen = Array.from({ length: times }, (_, n) => orders[(n * 7919) % orders.length]);
  const one = { connections: 1 };
  const notify = await fire(bench.origin, chosen.map(({ out_trade_no }) => post(bench.origin, "/notify/gateway", waiting(out_trade_no))), one);
  const status = await fire(bench.origin, chosen.map(({ out_trade_no, status_token }) => get(bench.origin, `/status/${out_trade_no}?token=${status_token}`)), one);
  return {
    notify: quantile(notify.latencies_ms, 0.5), notify99: quantile(notify.latencies_ms, 0.99),
    status: quantile(status.latencies_ms, 0.5), status99: quantile(status.latencies_ms, 0.99),
    query: await queried(bench, size, Math.ceil(times / 10)),
  };
}

/** The rows of one size after another. */
async function grow({ rounds, quick, note }) {
  const sizes = quick ? SIZES.slice(0, -1) : SIZES;
  const base = place(sizes.at(-1));
  if (base === undefined) throw new Error(`there is no room for ${sizes.at(-1)} orders (${(sizes.at(-1) * ROOM_BYTES * 1.5) / 1e9} GB) in memory or on the disk`);
  const bench = await openIndexBench({ base, env: { FORWARD_LADDER_S: "3600" } });
  const folder = join(bench.place, "state", "OrderObject");
  const rows = [];
  try {
    // The first question makes the tables.
    await (await bench.admin.fetch("orders")).text();
    let orders = [];
    let model;
    let seeded = 0;
    let warm = false;
    for (const size of sizes) {
      note(`${figure(size, 0)} orders`);
      const more = Math.min(size, quick ? 200 : REAL) - orders.length;
      if (more > 0) orders = [...orders, ...(await registered(bench, more))];
      if (model === undefined) {
        note("until the first orders sleep");
        await new Promise((done) => setTimeout(done, ASLEEP_MS));
        model = join(folder, databases(folder)[0]);
      }
      fill(folder, model, size, note);
      bench.index.run(SEED, seeded, size, "2088123412341234");
      seeded = size;
      if (!warm) {
        note("until everything is warm");
        // Both processes compile what is asked often; otherwise the smallest size would be the slowest.
        for (let time = 0; time < WARM_UP; time += 1) await measured(bench, orders, size, 200);
        warm = true;
      }
      await quiet(bench);
      const all = [];
      // The first round of a size brings its pages into memory.
      for (let round = 0; round <= rounds; round += 1) {
        note(`${figure(size, 0)} orders, round ${round}`);
        const found = await measured(bench, orders, size, quick ? 50 : 200);
        if (round > 0) all.push(found);
      }
      const of = (pick) => all.map(pick);
      rows.push({
        id: String(size), name: figure(size, 0),
        values: {
          notify: of(({ notify }) => notify), notify99: of(({ notify99 }) => notify99),
          status: of(({ status }) => status), status99: of(({ status99 }) => status99),
          ...Object.fromEntries(Object.keys(QUERIES).map((name) => [name === "status" ? "bystatus" : name, of(({ query }) => query[name])])),
        },
        ...(size > orders.length ? { unlike: `${figure(orders.length, 0)} were registered through the Worker; the others are copies of an order's database under ids that nobody asks for.` } : {}),
      });
    }
    if (quick) rows.push({ id: "100000", name: "100,000", missing: "left out by --quick" });
    const pragma = (name) => Number(Object.values(bench.index.run(`PRAGMA ${name}`)[0])[0]);
    const index_bytes = [(pragma("page_count") * pragma("page_size")) / sizes.at(-1)];
    return { rows, where: base === "/dev/shm" ? "in memory" : "on the disk", index_bytes };
  } finally {
    await bench.shut();
  }
}

/** What one order costs, from its registration to its delivered event, a status asked three times. */
async function billed({ quick, note }) {
  const count = quick ? 50 : 500;
  const worker = wrappedWorker(join(import.meta.dirname, "..", "drivers", "billed-worker.mjs"));
  const bench = await openIndexBench({ worker });
  const told = async () => (await fetch(`${bench.origin}/billed`, { method: "POST" })).json();
  try {
    note(`${count} orders, metered`);
    // Tables and isolates are made once, not with each order.
    await (await bench.admin.fetch("orders")).text();
    await registered(bench, 5);
    await settled(() => bench.index.run("SELECT count(*) AS n FROM orders")[0].n >= 5, 20_000);
    await told();
    const [cpu, asked] = [used(bench.workerd.pid).cpu, bench.index.asked];
    const orders = await registered(bench, count);
    // No shopper pays within the second in which the index is told of an order: these do not either.
    const known = () => bench.index.run("SELECT count(*) AS n FROM orders")[0].n >= 5 + count;
    if (!(await settled(known, 60_000))) throw new Error("rows of the index are missing");
    const messages = orders.map(({ out_trade_no }) => post(bench.origin, "/notify/gateway", encoded(signed(paidFields(out_trade_no)))));
    await fire(bench.origin, messages, { connections: CONNECTIONS });
    const questions = orders.map(({ out_trade_no, status_token }) => get(bench.origin, `/status/${out_trade_no}?token=${status_token}`));
    for (let times = 0; times < 3; times += 1) await fire(bench.origin, questions, { connections: CONNECTIONS });
    const arrived = () => bench.receiver.delivered.length >= count
      && bench.index.run("SELECT count(*) AS n FROM orders WHERE status = 'paid' AND waiting = 0")[0].n >= count;
    if (!(await settled(arrived, 60_000))) throw new Error("events are missing, or rows of the index");
    const seconds = used(bench.workerd.pid).cpu - cpu;
    const counts = await told();
    note("until the orders sleep");
    await new Promise((done) => setTimeout(done, ASLEEP_MS));
    const folder = join(bench.place, "state", "OrderObject");
    const bytes = median(databases(folder).map((name) => statSync(join(folder, name)).size));
    return {
      ...Object.fromEntries(Object.entries(counts).map(([name, value]) => [name, [value / count]])),
      index_writes: [(bench.index.asked - asked) / count],
      cpu_ms: [(seconds * 1000) / count],
      kb: [bytes / 1000],
    };
  } finally {
    await bench.shut();
  }
}

/** Measures everything; the sizes one after another, as one store grows. */
export async function measure({ rounds, quick, note }) {
  const { rows, where, index_bytes } = await grow({ rounds, quick, note });
  const costs = { ...(await billed({ quick, note })), index_bytes };
  return [
    {
      id: "growth", title: "Latency as orders grow", base: "100", rows,
      says: `Orders' own databases ${where}, the runtime's one process. The index across orders is SQLite behind D1's own protocol, in this run's process, with rows written straight into it: at Cloudflare D1 is a network away. `
        + "Latency over one connection, of orders chosen all over; queries are medians of the merchant's routes (`/admin/…`), 50 orders a page where there are so many: one in ten waits for its payment, one in a thousand is a dead letter.",
      columns: [
        { id: "notify", name: "notify, p50 ms" }, { id: "notify99", name: "p99 ms" }, { id: "status", name: "status, p50 ms" }, { id: "status99", name: "p99 ms" },
        { id: "list", name: "newest orders, ms" }, { id: "bystatus", name: "by status, ms" }, { id: "search", name: "by number, ms" }, { id: "dead", name: "dead letters, ms" },
        { id: "metrics", name: "metrics, ms" },
      ],
    },
    {
      id: "billed", title: "What one order costs", base: "ours",
      says: "Registered, paid, its event delivered, its status asked three times; the index is told of it before and after the payment; counted in the runtime by the very numbers that Cloudflare bills (`drivers/billed-worker.mjs`). CPU is this machine's, of the whole process. Bytes in the index are those of the order's own row, with all indexes; attempts to deliver are there for 31 days besides. What that means for a billion orders a year: [docs/scale.md](../../docs/scale.md).",
      columns: [
        { id: "worker_requests", name: "requests", digits: 1 }, { id: "order_requests", name: "order object's requests and alarms", digits: 1 },
        { id: "endpoint_requests", name: "endpoint object's", digits: 1 }, { id: "account_requests", name: "account object's", digits: 1 }, { id: "rows_read", name: "rows read", digits: 1 },
        { id: "rows_written", name: "rows written", digits: 1 }, { id: "alarms_set", name: "alarms set", digits: 1 }, { id: "index_writes", name: "batches to the index", digits: 1 },
        { id: "cpu_ms", name: "CPU ms", digits: 2 }, { id: "kb", name: "kB stored", digits: 1 },
        { id: "index_bytes", name: "bytes in the index", digits: 0 },
      ],
      rows: [{ id: "ours", name: "ours, one order", values: costs }],
    },
  ];
}
