// The built Worker, standing still at one step of one order's payment, so that it can be killed exactly there. Nothing of
// the Worker itself is changed: each call that it makes for the order is a step before it and a step after it.
//
//   POST /stop  { "order": NUMBER, "nth": 3 }    at the third step it says `stopped 3 before sql`, and does nothing any more
//
// It stands still by never giving its thread back, so that nothing else happens either, and nothing is written.

import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";

import Built, { OrderObject as BuiltOrder } from "./index.js";
import { wrap } from "./wrap.mjs";

// Whatever else the Worker exports; the class below takes the place of its own.
export * from "./index.js";

const realFetch = globalThis.fetch;
/** `{ order, name, id, nth }` and how many steps of it there were. */
let armed;
let steps = 0;

function step(name) {
  steps += 1;
  if (steps !== armed.nth) return;
  console.log(`stopped ${steps} ${name}`);
  for (;;);
}

/** A call between two steps, where it is one for the order. */
function stepped(isIts, name, call) {
  if (!isIts) return call();
  step(`before ${name}`);
  const done = call();
  if (typeof done?.then !== "function") {
    step(`after ${name}`);
    return done;
  }
  return done.then((value) => {
    step(`after ${name}`);
    return value;
  });
}

globalThis.fetch = async (request, settings) => {
  const isEvent = armed !== undefined && new URL(request.url ?? request).pathname === "/events";
  const isIts = isEvent && (await request.clone().text()).includes(armed.order);
  return stepped(isIts, "merchant", () => realFetch.call(globalThis, request, settings));
};

function steppedState(state) {
  const { storage } = state;
  const its = () => armed?.id === state.id.toString();
  const sql = wrap(storage.sql, { exec: (...asked) => stepped(its(), "sql", () => storage.sql.exec(...asked)) });
  return wrap(state, {
    storage: wrap(storage, {
      sql,
      transactionSync: (work) => stepped(its(), "transaction", () => storage.transactionSync(work)),
      setAlarm: (at) => stepped(its(), "alarm.set", () => storage.setAlarm(at)),
      sync: () => stepped(its(), "sync", () => storage.sync()),
    }),
  });
}

/** What an order's alarm asks of others. */
function steppedEnv(env, state) {
  const its = () => armed?.id === state.id.toString();
  const own = {
    ENDPOINT: wrap(env.ENDPOINT, {
      getByName: (...named) => {
        const stub = env.ENDPOINT.getByName(...named);
        return wrap(stub, { fetch: (...asked) => stepped(its(), "endpoint", () => stub.fetch(...asked)) });
      },
    }),
  };
  if (env.INDEX) own.INDEX = wrap(env.INDEX, { batch: (...asked) => stepped(its(), "index", () => env.INDEX.batch(...asked)) });
  return wrap(env, own);
}

export class OrderObject extends DurableObject {
  constructor(state, env) {
    super(state, env);
    this.id = state.id.toString();
    this.inner = new BuiltOrder(state, env);
    // The runtime constructs its own class with nothing but its own state; what ours makes of it comes later.
    Object.defineProperties(this.inner, { ctx: { value: steppedState(state) }, env: { value: steppedEnv(env, state) } });
  }

  fetch(request) {
    return this.inner.fetch(request);
  }

  obey(...asked) {
    return this.inner.obey(...asked);
  }

  alarm() {
    return stepped(armed?.id === this.id, "alarm", () => this.inner.alarm());
  }
}

export default class extends WorkerEntrypoint {
  async fetch(request) {
    const { env } = this;
    if (new URL(request.url).pathname === "/stop") {
      const { order, nth } = await request.json();
      // The name that the Worker gives an order's object.
      const name = `gateway:${env.PARTNER}:${order}`;
      armed = { order, nth, name, id: env.ORDER.idFromName(name).toString() };
      steps = 0;
      return Response.json({});
    }
    const ORDER = wrap(env.ORDER, {
      getByName: (name, ...more) => {
        const stub = env.ORDER.getByName(name, ...more);
        return wrap(stub, { obey: (...asked) => stepped(armed?.name === name, "order", () => stub.obey(...asked)) });
      },
    });
    return Built.fetch(request, wrap(env, { ORDER }));
  }

  scheduled(event) {
    return Built.scheduled(event, this.env, this.ctx);
  }
}
