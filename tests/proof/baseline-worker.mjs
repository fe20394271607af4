// The yardstick of `npm run load`: the least that a careful JavaScript developer would write for the notify
// route alone. The same verification by WebCrypto, one SQLite-backed object per order, which is called
// as a class of the runtime's own, rows made durable before `success`; no gates but the signature, no
// registration, no judgement, no forwarding, no log.

import { DurableObject } from "cloudflare:workers";

import { receiving } from "./baseline-verify.mjs";

export default receiving((env, raw, fields) => {
  const order = env.ORDER.getByName(fields.get("out_trade_no"));
  return order.keep({ raw, notify_id: fields.get("notify_id"), trade_status: fields.get("trade_status") });
});

export class OrderObject extends DurableObject {
  constructor(state, env) {
    super(state, env);
    this.sql = state.storage.sql;
    this.sql.exec(`
      CREATE TABLE IF NOT EXISTS registered (one INTEGER PRIMARY KEY, doc TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS notification (seq INTEGER PRIMARY KEY, notify_id TEXT NOT NULL, received_ms INTEGER, raw TEXT NOT NULL);
      CREATE INDEX IF NOT EXISTS notification_by_id ON notification (notify_id);
      CREATE TABLE IF NOT EXISTS audit (seq INTEGER PRIMARY KEY, at_ms INTEGER, act TEXT NOT NULL);
    `);
  }

  keep({ raw, notify_id, trade_status }) {
    const known = this.sql.exec("SELECT doc FROM registered WHERE one = 1").toArray();
    const earlier = this.sql.exec("SELECT seq FROM notification WHERE notify_id = ? LIMIT 1", notify_id).toArray();
    if (earlier.length === 0) {
      this.sql.exec("INSERT INTO notification (notify_id, received_ms, raw) VALUES (?, ?, ?)", notify_id, Date.now(), raw);
      if (known.length === 0) this.sql.exec("INSERT INTO registered (one, doc) VALUES (1, ?)", JSON.stringify({ trade_status }));
    }
    this.sql.exec("INSERT INTO audit (at_ms, act) VALUES (?, ?)", Date.now(), "notified");
  }
}
