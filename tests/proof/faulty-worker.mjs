// The built Worker in a world that fails on demand: its storage, alarms, objects, index, requests and
// clock are wrapped here, and the n-th call of a chosen kind goes wrong. Nothing of the Worker itself is
// changed. `POST /fault` says what goes wrong next, as JSON:
//
//   { "arm": { "kind": "sql", "nth": 3, "how": "throws" } }    counting begins anew
//   { "disarm": true }                                          answers { hits, reached }
//   { "advance_ms": 60000 }                                     the clock jumps
//   { "rearm": NUMBER }                                         and an order's alarm with it
//   { "inspect": NUMBER }                                       what the order has armed, and what is due
//
// Where an order is meant that is not the gateway's, `"provider": "antom"` is said too.

import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";

import Built, { AccountObject as BuiltAccount, EndpointObject as BuiltEndpoint, OrderObject as BuiltOrder } from "./index.js";
import { wrap } from "./wrap.mjs";

// Whatever else the Worker exports; the classes below take the place of its own.
export * from "./index.js";

/** Deadlines of the Worker's are over sooner here, so that what hangs is waited for in tests. */
const HURRY = 4;
/** After this long the runtime gives up an object whose storage does not answer. */
const GIVEN_UP_MS = 1500;

const real = {
  fetch: (...asked) => realFetch.call(globalThis, ...asked),
  now: () => RealDate.now(),
  setTimeout: globalThis.setTimeout,
};
const realFetch = globalThis.fetch;
const RealDate = globalThis.Date;
/** How far the clock is ahead of the machine's. */
let skew_ms = 0;
let armed;
let reached = false;
let hits = {};
/** When alarms go off by the skewed clock, and which objects are in theirs, by the object's id. */
const alarms = new Map();
const running = new Set();

const now = () => real.now() + skew_ms;
globalThis.Date = class extends RealDate {
  constructor(...given) {
    super(...(given.length === 0 ? [now()] : given));
  }

  static now() {
    return now();
  }
};
globalThis.setTimeout = (run, ms, ...rest) => real.setTimeout(run, ms / HURRY, ...rest);

/** Counts a call, and says what goes wrong with it. */
function step(kind) {
  hits[kind] = (hits[kind] ?? 0) + 1;
  if (armed?.kind !== kind || armed.nth !== hits[kind]) return undefined;
  reached = true;
  return armed.how;
}

const fault = () => new Error("made to fail");
const never = () => new Promise(() => {});

/** A call that answers later. */
async function later(kind, call, more = {}) {
  const how = step(kind);
  if (how === undefined) return call();
  if (how in more) return more[how]();
  switch (how) {
    case "throws": throw fault();
    case "hangs": return never();
    // It is done, and nobody hears of it.
    case "lost": await call(); throw fault();
    default: throw new Error(`${kind} cannot be made to ${how}`);
  }
}

const answers = {
  500: () => new Response("made to fail", { status: 500 }),
  nonsense: () => new Response("<html>not an answer</html>"),
  // The head comes, and of the body one byte.
  drips: () => new Response(new ReadableStream({ start: (body) => body.enqueue(new Uint8Array([60])) })),
};

/** The same of an order, which is called and not fetched from. */
const replies = {
  500: () => Promise.reject(new Error("made to fail")),
  nonsense: () => Promise.resolve("<html>not an answer</html>"),
  drips: never,
};

globalThis.fetch = (request, settings) => {
  const { pathname, searchParams } = new URL(request.url ?? request);
  // The gateway is told in the query what is asked, Antom in the path; the rest is the merchant's.
  const antom = /\/payments\/(\w+)$/.exec(pathname)?.[1];
  const kind = searchParams.get("service") ?? antom ?? (pathname === "/events" ? "merchant" : "fetch");
  return later(kind, () => real.fetch(request, settings), answers);
};

function faultyNamespace(kind, namespace) {
  const faulty = (stub) => wrap(stub, {
    fetch: (...asked) => later(kind, () => stub.fetch(...asked), answers),
    obey: (...asked) => later(kind, () => stub.obey(...asked), replies),
  });
  return wrap(namespace, {
    getByName: (...named) => faulty(namespace.getByName(...named)),
    get: (...named) => faulty(namespace.get(...named)),
  });
}

function faultyIndex(database) {
  return wrap(database, {
    batch: (statements) => later("index", () => database.batch(statements), { nonsense: () => [] }),
  });
}

function faultyEnv(env) {
  const own = { ORDER: faultyNamespace("order", env.ORDER), ENDPOINT: faultyNamespace("endpoint", env.ENDPOINT) };
  if (env.ACCOUNT) own.ACCOUNT = faultyNamespace("account", env.ACCOUNT);
  if (env.INDEX) own.INDEX = faultyIndex(env.INDEX);
  return wrap(env, own);
}

/** Ends an object as the runtime does whose storage is broken: callers fail, and the next one finds a fresh one. */
function reset(state) {
  running.delete(state.id.toString());
  state.blockConcurrencyWhile(async () => { throw fault(); }).catch(() => {});
}

/** A call of an object's storage. What hangs is ended by the runtime, as is what breaks the object. */
function stored(state, kind, call, more) {
  return later(kind, call, {
    hangs: () => { real.setTimeout(() => reset(state), GIVEN_UP_MS); return never(); },
    resets: () => { reset(state); throw fault(); },
    ...more,
  });
}

function faultyState(state) {
  const { storage } = state;
  const id = state.id.toString();
  const sql = wrap(storage.sql, {
    exec: (...asked) => {
      const how = step("sql");
      if (how === "resets") reset(state);
      const rows = how === undefined || how === "lost" ? storage.sql.exec(...asked) : undefined;
      if (how !== undefined) throw fault();
      return rows;
    },
  });
  const setAlarm = (at) => {
    alarms.set(id, Number(at));
    return storage.setAlarm(Math.max(real.now(), Number(at) - skew_ms));
  };
  return wrap(state, {
    storage: wrap(storage, {
      sql,
      setAlarm: (at) => stored(state, "alarm.set", () => setAlarm(at), { forgotten: () => {} }),
      deleteAlarm: () => stored(state, "alarm.delete", () => { alarms.delete(id); return storage.deleteAlarm(); }),
      sync: () => stored(state, "sync", () => storage.sync()),
      get: (...asked) => stored(state, "storage.get", () => storage.get(...asked)),
      put: (...asked) => stored(state, "storage.put", () => storage.put(...asked)),
    }),
  });
}

export class OrderObject extends DurableObject {
  constructor(state, env) {
    super(state, env);
    this.state = state;
    this.id = state.id.toString();
    this.inner = new BuiltOrder(state, env);
    // The runtime constructs its own class with nothing but its own state; what ours makes of it comes later.
    Object.defineProperties(this.inner, { ctx: { value: faultyState(state) }, env: { value: faultyEnv(env) } });
  }

  fetch(request) {
    return new URL(request.url).hostname === "fault" ? this.control(request) : this.inner.fetch(request);
  }

  obey(...asked) {
    return this.inner.obey(...asked);
  }

  async alarm() {
    alarms.delete(this.id);
    running.add(this.id);
    try {
      if (step("alarm.run") !== undefined) throw fault();
      await this.inner.alarm();
    } finally {
      running.delete(this.id);
    }
  }

  /** The wrapper's own questions, which no fault can hit. */
  async control(request) {
    const { storage } = this.state;
    if (request.url.endsWith("/rearm")) {
      // The clock has jumped, and the runtime's alarms know nothing of it.
      const at = alarms.get(this.id);
      if (at !== undefined) await storage.setAlarm(Math.max(real.now(), at - skew_ms));
      return Response.json({});
    }
    const rows = (sql) => storage.sql.exec(sql).toArray();
    const known = rows("SELECT 1 FROM sqlite_master WHERE name = 'delivery'").length > 0;
    return Response.json({
      now_ms: now(),
      armed_ms: alarms.get(this.id) ?? null,
      native: (await storage.getAlarm()) !== null,
      running: running.has(this.id),
      deliveries: known ? rows("SELECT event, state, due_ms FROM delivery ORDER BY seq") : [],
      questions: known ? rows("SELECT question_ms AS due_ms FROM state WHERE question_ms IS NOT NULL") : [],
    });
  }
}

export class EndpointObject {
  constructor(state, env) {
    this.inner = new BuiltEndpoint(faultyState(state), faultyEnv(env));
  }

  fetch(request) {
    return this.inner.fetch(request);
  }
}

export class AccountObject {
  constructor(state, env) {
    this.inner = new BuiltAccount(faultyState(state), faultyEnv(env));
  }

  fetch(request) {
    return this.inner.fetch(request);
  }

  alarm() {
    return this.inner.alarm();
  }
}

export default class extends WorkerEntrypoint {
  async fetch(request) {
    if (new URL(request.url).pathname !== "/fault") return Built.fetch(request, faultyEnv(this.env));
    const asked = await request.json();
    // The name that the Worker gives an order's object.
    const account = asked.provider === "antom" ? `antom:${this.env.ANTOM_CLIENT_ID}` : `gateway:${this.env.PARTNER}`;
    const order = (number) => this.env.ORDER.getByName(`${account}:${number}`);
    if (asked.inspect) return order(asked.inspect).fetch("https://fault/inspect");
    if (asked.rearm) return order(asked.rearm).fetch("https://fault/rearm");
    skew_ms += asked.advance_ms ?? 0;
    const told = { hits, reached };
    if (asked.arm || asked.disarm) {
      armed = asked.arm;
      reached = false;
      hits = {};
    }
    return Response.json(told);
  }

  scheduled(event) {
    return Built.scheduled(event, faultyEnv(this.env), this.ctx);
  }
}
