// The built Worker in a world where wasm traps on demand, as it does at a panic: the clock that Rust reads throws
// what a trap throws, through all of its frames. `GET /trap?reading=3` says at which reading from now, and
// answers how often it did; no alarm runs meanwhile, so that the readings are a request's. `/hold?ms=1500` keeps orders from answering for so long, `/held` says how many wait.
// Intervals, which heartbeats alone have, pass ten times as fast.

import { DurableObject } from "cloudflare:workers";

import Built, { OrderObject as BuiltOrder } from "./index.js";

export * from "./index.js";

const HURRY = 10;
const { setInterval } = globalThis;
globalThis.setInterval = (run, ms) => setInterval(run, ms / HURRY);

const RealDate = globalThis.Date;
let left = 0;
let trapped = 0;
let hold_ms = 0;
let waiting = 0;
let alarms = 0;

globalThis.Date = class extends RealDate {
  constructor(...given) {
    super(...given);
    if (given.length > 0 || left === 0) return;
    left -= 1;
    if (left > 0) return;
    trapped += 1;
    throw new WebAssembly.RuntimeError("unreachable");
  }
};

export class OrderObject extends DurableObject {
  constructor(state, env) {
    super(state, env);
    this.inner = new BuiltOrder(state, env);
  }

  async obey(...asked) {
    const reply = await this.inner.obey(...asked);
    // It is carried out, and nobody has heard of it.
    if (hold_ms === 0) return reply;
    waiting += 1;
    await scheduler.wait(hold_ms);
    waiting -= 1;
    return reply;
  }

  fetch(request) {
    return this.inner.fetch(request);
  }

  async alarm() {
    while (left > 0) await scheduler.wait(10);
    alarms += 1;
    try {
      return await this.inner.alarm();
    } finally {
      alarms -= 1;
    }
  }
}

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    switch (pathname) {
      case "/trap":
        while (alarms > 0) await scheduler.wait(10);
        left = Number(searchParams.get("reading"));
        return new Response(String(trapped));
      case "/held": return new Response(String(waiting));
      case "/hold": hold_ms = Number(searchParams.get("ms")); break;
      default: return Built.fetch(request, env);
    }
    return new Response("done");
  },
};
