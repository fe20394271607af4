// The Worker's main module: between the runtime and Rust, which decides everything. `npm run build` puts
// it together with what worker-build leaves, whose own entry makes a class, three proxies and a task for
// each request, at the price of verifying a signature. Rust says what it waits for, and is told how that
// ended: `edge/src/carry.rs`.

import { DurableObject } from "cloudflare:workers";
import Built, { AccountObject, EndpointObject, OrderObject as BuiltOrder } from "built-worker";

import { Watchers } from "./watchers.mjs";

export { AccountObject, EndpointObject };

const { begin, patience, resume } = Built.prototype;
const Order = BuiltOrder.prototype.constructor;

/** worker-build's own: whether Rust has panicked, and how often wasm was made. */
const wasm = globalThis.__worker_init_state;
let known = 0;

const RESOLVED = 0;
const REJECTED = 1;
const LATE = 2;

/** Numbers of what is under way: never twice, also not after wasm was made anew. */
let last = 0;

/** Which wasm this is. After a trap nothing in its memory can be relied on: the next call, whichever, makes it anew. */
function instance() {
  patience();
  if (wasm.instanceId !== known) {
    if (known > 0) console.error('{"event":"wasm_reset"}');
    known = wasm.instanceId;
    // It would be made anew once more.
    wasm.criticalError = false;
  }
  return known;
}

/** Waits for what Rust waits for, and tells it, until it is done. */
async function carry(first) {
  const began = instance();
  last = (last + 1) >>> 0;
  const number = last;
  let value = first(number);
  while (typeof value?.then === "function") {
    const patience_ms = patience();
    let end = RESOLVED;
    try {
      value = await (patience_ms === 0 ? value : inTime(value, patience_ms));
      if (value === inTime) end = LATE;
    } catch (error) {
      value = error;
      end = REJECTED;
    }
    // What it was doing went with the memory.
    if (instance() !== began) throw new Error("wasm was made anew");
    value = resume(number, end, value);
  }
  return value;
}

/** A promise's end, or this very function when it takes too long. */
function inTime(promise, patience_ms) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, patience_ms, inTime);
    promise.then(
      (value) => { clearTimeout(timer); resolve(value); },
      (error) => { clearTimeout(timer); reject(error); },
    );
  });
}

export default {
  fetch(request, env) {
    return carry((number) => begin(number, request, env));
  },

  scheduled(event, env, context) {
    return new Built(context, env).scheduled(event);
  },
};

/** An order's object: a class of its own, as the runtime calls methods only of those that extend its own. */
export class OrderObject extends DurableObject {
  #order;
  #instance;
  #watchers;

  /** The order in wasm, read anew when wasm was made anew. What it was about to tell went with the memory. */
  get order() {
    if (this.#instance !== instance()) {
      this.#watchers?.leave();
      this.#watchers = undefined;
      this.#order = new Order(this.ctx, this.env);
      this.#instance = known;
    }
    return this.#order;
  }

  /** Does what a command asks; a notification's body comes beside it. */
  obey(command, body) {
    const reply = carry((number) => this.order.obey(number, command, body));
    const watchers = this.#watchers;
    // What became of it is known to whoever asks anew.
    if (watchers?.size > 0) reply.catch(() => watchers.leave());
    return reply;
  }

  /** The stream for those that watch. */
  fetch() {
    const { order } = this;
    this.#watchers ??= new Watchers(this.ctx, () => this.#instance !== instance());
    return order.live(this.#watchers);
  }

  alarm() {
    return this.order.alarm();
  }
}
