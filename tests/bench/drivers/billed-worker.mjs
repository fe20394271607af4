// The built Worker with a meter: counts what Cloudflare bills. `POST /billed` answers the counts since the last
// time. Nothing of the Worker itself is changed.

import { WorkerEntrypoint } from "cloudflare:workers";

import Built, * as built from "./index.js";

export * from "./index.js";

const NOTHING = { worker_requests: 0, order_requests: 0, endpoint_requests: 0, account_requests: 0, rows_read: 0, rows_written: 0, alarms_set: 0 };
let counts = { ...NOTHING };
/** Rows are known when a statement has been read to its end, which may be later. */
let cursors = [];

/** An object with some of its members replaced. */
function wrap(target, own) {
  return new Proxy(target, {
    get(_, name) {
      if (Object.hasOwn(own, name)) return own[name];
      const value = Reflect.get(target, name);
      return typeof value === "function" && name !== "constructor" ? value.bind(target) : value;
    },
  });
}

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

/** A class of objects whose requests, alarms and rows count. */
const meteredClass = (Inner, name) => class {
  constructor(state, env) {
    this.inner = new Inner(metered(state), env);
  }

  fetch(request) {
    counts[name] += 1;
    return this.inner.fetch(request);
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
      return new Built(this.ctx, this.env).fetch(request);
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
