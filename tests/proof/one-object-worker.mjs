// What another design would reach, for `npm run load`: one object for all orders, which is always awake and
// writes one row for each notification. The same verification as in the other yardsticks; every order waits
// for every other.

import { DurableObject } from "cloudflare:workers";

import { receiving } from "./baseline-verify.mjs";

export default receiving((env, raw, fields) => env.ORDER.getByName("all").keep(fields.get("notify_id"), raw));

export class OrderObject extends DurableObject {
  constructor(state, env) {
    super(state, env);
    this.sql = state.storage.sql;
    this.sql.exec("CREATE TABLE IF NOT EXISTS notification (seq INTEGER PRIMARY KEY, notify_id TEXT NOT NULL, raw TEXT NOT NULL)");
  }

  keep(notify_id, raw) {
    this.sql.exec("INSERT INTO notification (notify_id, raw) VALUES (?, ?)", notify_id, raw);
  }
}
