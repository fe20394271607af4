// Part 2: from Alipay's POST to the acknowledgement, which leaves only when the notification is durable.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";

import { orderToken } from "../../stack/tokens.mjs";
import { ON_DISK } from "../../proof/bench.mjs";
import { asleep, used } from "../../proof/measures.mjs";
import { fire, post } from "../../proof/wire.mjs";
import { openServers, waiting } from "../servers.mjs";
import { quantile } from "../statistics.mjs";

/** Where no disk is measured. */
const IN_MEMORY = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
const CONNECTIONS = 16;
/** Isolates beside the first, for what one more costs. */
const COPIES = 8;

/** Why, and what is not alike; the same in every table. */
const REMARKS = {
  "javascript-worker": {
    unlike: "`tests/proof/baseline-worker.mjs`: the same verification, one object per order and the same durable write; but no registration, no judgement of amount and status, no event for the merchant, no audit trail, no refusal of strangers.",
    why: "gates, headers of every answer, a deadline and a log line before the object, and in it the registered order read and judged, a chained line of the trail, and an alarm, for which the runtime looks whenever it opens the object. How much of the difference is that work, and how much the way between JavaScript and wasm, the next row tells. The rest is what is promised.",
  },
  "javascript-same": {
    unlike: "`tests/proof/baseline-same.mjs`: the same gates, tables, rows, audit line, log line and headers, for this one route; no refunds, no questions, no other provider, no forwarding.",
    why: "what is left is the language: text copied into wasm and out of it, and a call between the two for each statement and each column that is bound. Fewer and larger calls would take part of it.",
  },
  "one-object": {
    unlike: "`tests/proof/one-object-worker.mjs`: what another design would reach: one object for all orders, always awake, one row each. Every order waits for every other, and for the one place where that object is.",
    why: "no database is opened, and what it promises is less than in the first row of JavaScript. It is beside the Node server what any Worker can be that keeps what it acknowledges.",
  },
  floor: {
    unlike: "`tests/proof/floor-worker.mjs`: the runtime alone, which answers every request at once; nothing is read, verified or kept. The limit for Workers, not a peer.",
    why: "it does nothing. Beside the rows of Node it tells what is left for verifying and keeping.",
  },
  "node-sqlite": {
    unlike: "`tests/proof/sdk-server.mjs` with a file: one database for all orders on one machine, committed before the answer (WAL, synchronous FULL); no judgement, nothing forwarded. It is one process in one place; an order object is opened anew wherever it sleeps.",
    why: "its one database is always open, while the runtime opens an order's own database for nearly every notification. That is the price of orders that never wait for each other; orders that are awake cost less (`npm run load -- --awake 100`).",
  },
  node: {
    unlike: "The same without a file: it acknowledges what it has forgotten. The limit for Node, not a peer.",
    why: "it keeps nothing.",
  },
};

/** Fires at one server and says what it cost. */
async function measured({ origin, pid }, messages, connections) {
  const before = used(pid).cpu;
  const { seconds, latencies_ms } = await fire(origin, messages.map((message) => post(origin, "/notify/gateway", message)), { connections });
  const after = used(pid);
  return {
    rate: messages.length / seconds,
    p50: quantile(latencies_ms, 0.5),
    p99: quantile(latencies_ms, 0.99),
    cpu: ((after.cpu - before) * 1e6) / messages.length,
    mb: after.mb,
  };
}

/** `rounds` of `requests` over many connections, and a tenth of them over one, in turns. */
async function load(base, { rounds, requests, note }) {
  const { ours, list, close } = await openServers(base);
  try {
    const orders = Array.from({ length: requests }, () => ours.claims());
    await fire(ours.origin, orders.map((order) => post(ours.origin, "/checkout", `order_token=${orderToken(order)}`)), { connections: CONNECTIONS });
    const found = new Map(list.map(({ id }) => [id, { rate: [], p50: [], p99: [], cpu: [], mb: [], alone: [] }]));
    const asked_at = new Map();
    // The first round warms up.
    for (let round = 0; round <= rounds; round += 1) {
      // Fresh each time: a repeat is cheaper.
      const messages = orders.map(({ out_trade_no }) => waiting(out_trade_no));
      const few = orders.slice(0, Math.ceil(requests / 10)).map(({ out_trade_no }) => waiting(out_trade_no));
      for (const { id, process } of list) {
        note(`round ${round}: ${id}`);
        await asleep(asked_at.get(id));
        const result = await measured(process, messages, CONNECTIONS);
        const { p50: alone } = await measured(process, few, 1);
        asked_at.set(id, performance.now());
        if (round === 0) continue;
        for (const [name, value] of Object.entries({ ...result, alone })) found.get(id)[name].push(value);
      }
    }
    return list.map(({ id, name }) => ({ id, name, values: found.get(id), ...REMARKS[id] }));
  } finally {
    await close();
  }
}

/** Milliseconds from the start of the process to the first acknowledgement. */
async function firstAnswer({ process }, message) {
  const began = performance.now();
  await process.start(async () => {
    const answer = await fetch(`${process.origin}/notify/gateway`, {
      method: "POST", body: message, headers: { "content-type": "application/x-www-form-urlencoded" },
    }).catch(() => undefined);
    return (await answer?.text()) === "success";
  });
  return performance.now() - began;
}

/** The configuration with the Worker `times` more often, each an isolate of its own. */
const withCopies = (config, times) => config.replace("services = [", `services = [${Array.from({ length: times }, (_, n) => `(name = "copy${n}", worker = .main), `).join("")}`);

/** Starts every server again and again. */
async function coldStarts({ rounds, note }) {
  const { ours, list, close } = await openServers(IN_MEMORY);
  try {
    const order = await ours.register();
    const started = list.filter(({ id }) => id === "ours" || id in START);
    const found = new Map(started.map(({ id }) => [id, { first: [], isolate: [], mb: [] }]));
    for (let round = 0; round <= rounds; round += 1) {
      for (const server of started) {
        note(`round ${round}: ${server.id} starts`);
        await server.process.kill();
        const first = await firstAnswer(server, waiting(order.out_trade_no));
        const { mb } = used(server.process.pid);
        const isolate = await oneMore(server, first, waiting(order.out_trade_no));
        if (round === 0) continue;
        const values = found.get(server.id);
        values.first.push(first);
        values.mb.push(mb);
        if (isolate !== undefined) values.isolate.push(isolate);
      }
    }
    return started.map(({ id, name }) => {
      const { isolate, ...values } = found.get(id);
      return { id, name, values: isolate.length > 0 ? { ...values, isolate } : values, ...START[id] };
    });
  } finally {
    await close();
  }
}

/** What one more isolate of the same Worker adds to the start, or `undefined` where there is no such thing. */
async function oneMore({ process, config: file }, first, message) {
  if (file === undefined) return undefined;
  const config = readFileSync(file, "utf8");
  await process.kill();
  writeFileSync(file, withCopies(config, COPIES));
  try {
    return ((await firstAnswer({ process }, message)) - first) / COPIES;
  } finally {
    writeFileSync(file, config);
  }
}

const START = {
  "javascript-same": { unlike: "The same runtime and the same message; one file of 6 kB.", why: "wasm and the settings, as in the row before." },
  "javascript-worker": {
    unlike: "The same runtime and the same message; one file of 3 kB beside the wasm of all that ours does.",
    why: "the wasm has to be compiled, and the settings, with two private keys among them, are read before the first answer. The runtime's compiled code cannot be kept between isolates; a smaller wasm would start sooner.",
  },
  "node-sqlite": { unlike: "Loads alipay-sdk with its dependencies; no isolates.", why: "loading packages takes less than starting the runtime with this Worker." },
  node: { unlike: "The same without SQLite.", why: "as above." },
};

const MORE = { better: "more" };
const LESS = { better: "less" };

/** Measures everything, `rounds` times in turns. */
export async function measure({ rounds, quick, note }) {
  const [requests, fewer] = quick ? [400, 100] : [2500, 600];
  const memory = await load(IN_MEMORY, { rounds, requests, note });
  const disk = await load(ON_DISK, { rounds, requests: fewer, note: (text) => note(`on disk, ${text}`) });
  const starts = await coldStarts({ rounds, note });
  const how = `${CONNECTIONS} connections, a fresh notification (RSA2) for each of as many registered orders, all of them asleep, as they are when Alipay writes; client and server share the cores.`;
  return [
    {
      id: "notify", title: "Acknowledged each second", base: "ours", rows: memory,
      says: `${requests} requests a round, ${how} State in memory (tmpfs), so that no disk is measured; "alone" is the median over one connection.`,
      columns: [
        { id: "rate", name: "requests/s", digits: 0, ...MORE }, { id: "p50", name: "p50 ms", ...LESS }, { id: "p99", name: "p99 ms", ...LESS },
        { id: "alone", name: "alone, p50 ms", ...LESS }, { id: "cpu", name: "CPU µs/request", digits: 0, ...LESS }, { id: "mb", name: "memory MB", digits: 0, ...LESS },
      ],
    },
    {
      id: "disk", title: "The same, synced to this machine's disk", base: "ours", rows: disk,
      says: `${fewer} requests a round, ${how} Every commit waits for the disk; at Cloudflare it waits for a quorum of machines instead.`,
      columns: [{ id: "rate", name: "requests/s", digits: 0, ...MORE }, { id: "p50", name: "p50 ms", ...LESS }, { id: "p99", name: "p99 ms", ...LESS }, { id: "alone", name: "alone, p50 ms", ...LESS }],
    },
    {
      id: "cold", title: "Cold start", base: "ours", rows: starts,
      says: `From the start of the process to the first acknowledgement, and what one more isolate of the same Worker adds (measured with ${COPIES} more in the same process). At Cloudflare the process runs already, and a cold start is the isolate alone.`,
      columns: [{ id: "first", name: "process to first acknowledgement, ms", digits: 0, ...LESS }, { id: "isolate", name: "one more isolate, ms", ...LESS }, { id: "mb", name: "memory then, MB", digits: 0, ...LESS }],
    },
  ];
}
