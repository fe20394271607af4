// The built Worker with a meter: counts what Cloudflare bills. `POST /billed` answers the counts since the last
// time. Nothing of the Worker itself is changed.

import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";

import Built, * as built from "./index.js";
import { wrap } from "./wrap.mjs";

export * from "./index.js";

const NOTHING = { worker_requests: 0, order_requests: 0, endpoint_requests: 0, account_requests: 0, rows_read: 0, rows_written: 0, alarms_set: 0 };
let counts = { ...NOTHING };
/** Rows are known when a statement has been read to its end, which may be later. */
let cursors = [];

function metered(state) {
  const { storage } = state;
  const exec = (...asked) => {
    const cursor = storage.sql.exec(...asked);
    cursors.push(cursor);
    return cursor;
  };
  const setAlarm = (...asked) => {
    counts.alarms_set += 1;
    return storage.setAlarm(...asked);
  };
  return wrap(state, { storage: wrap(storage, { sql: wrap(storage.sql, { exec }), setAlarm }) });
}

/** An object of the Worker's over a state that counts: some of its classes extend the runtime's own, some do not. */
function inner(Inner, state, env) {
  if (!(Inner.prototype instanceof DurableObject)) return new Inner(metered(state), env);
  // The runtime constructs its own class with nothing but its own state; what the object makes of it comes later.
  return Object.defineProperties(new Inner(state, env), { ctx: { value: metered(state) }, env: { value: env } });
}

/** A class of objects whose requests, calls, alarms and rows count. */
const meteredClass = (Inner, name) => class extends DurableObject {
  constructor(state, env) {
    super(state, env);
    this.inner = inner(Inner, state, env);
  }

  fetch(request) {
    counts[name] += 1;
    return this.inner.fetch(request);
  }

  obey(...asked) {
    counts[name] += 1;
    return this.inner.obey(...asked);
  }

  alarm() {
    counts[name] += 1;
    return this.inner.alarm();
  }
};

export const OrderObject = meteredClass(built.OrderObject, "order_requests");
export const EndpointObject = meteredClass(built.EndpointObject, "endpoint_requests");
export const AccountObject = meteredClass(built.AccountObject, "account_requests");

export default class extends WorkerEntrypoint {
  async fetch(request) {
    if (new URL(request.url).pathname !== "/billed") {
      counts.worker_requests += 1;
      return Built.fetch(request, this.env, this.ctx);
    }
    for (const { rowsRead, rowsWritten } of cursors) {
      counts.rows_read += rowsRead;
      counts.rows_written += rowsWritten;
    }
    const told = counts;
    counts = { ...NOTHING };
    cursors = [];
    return Response.json(told);
  }
}
