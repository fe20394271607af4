// The Worker's main module: between the runtime and Rust, which decides everything. `npm run build` puts
// it together with what worker-build leaves, whose own entry makes a class, three proxies and a task for
// each request, at the price of verifying a signature. Rust says what it waits for, and is told how that
// ended: `edge/src/carry.rs`.

import { DurableObject } from "cloudflare:workers";
import Built, { AccountObject, EndpointObject, OrderObject as BuiltOrder } from "built-worker";

export { AccountObject, EndpointObject };

const { begin, patience, resume } = Built.prototype;
const Order = BuiltOrder.prototype.constructor;

/** worker-build's own: whether wasm has trapped, and how often it was made anew since. */
const wasm = globalThis.__worker_init_state;

const RESOLVED = 0;
const REJECTED = 1;
const LATE = 2;

/** Numbers of what is under way: never twice, also not after wasm was made anew. */
let last = 0;

/** Calls into wasm. After a trap nothing in it can be relied on: it is made anew before the next call. */
function call(work) {
  try {
    return work();
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) {
      console.error("Critical", error);
      wasm.criticalError = true;
    }
    throw error;
  }
}

/** Waits for what Rust waits for, and tells it, until it is done. */
async function carry(first) {
  last = (last + 1) >>> 0;
  const number = last;
  const instance = wasm.instanceId;
  let value = call(() => first(number));
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
    if (wasm.criticalError || wasm.instanceId !== instance) throw new Error("the Worker was reset");
    const told = value;
    value = call(() => resume(number, end, told));
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
  fetch(request, env, context) {
    // Constructing anything of worker-build's makes wasm anew where it must be.
    if (wasm.criticalError) new Built(context, env);
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

  /** The order in wasm, read anew when wasm was made anew. */
  get order() {
    if (wasm.criticalError || this.#instance !== wasm.instanceId) {
      if (wasm.criticalError) new BuiltOrder(this.ctx, this.env);
      this.#order = call(() => new Order(this.ctx, this.env));
      this.#instance = wasm.instanceId;
    }
    return this.#order;
  }

  /** Does what a command asks. */
  obey(command) {
    const { order } = this;
    return carry((number) => order.obey(number, command));
  }

  /** The stream for those that watch. */
  fetch(request) {
    const { order } = this;
    return call(() => order.fetch(request));
  }

  alarm() {
    const { order } = this;
    return call(() => order.alarm());
  }
}
