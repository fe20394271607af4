// What another design would reach, for `npm run load`: one object for all orders, which is always awake and
// writes one row for each notification. The same verification as in the other yardsticks; every order waits
// for every other.

import { DurableObject } from "cloudflare:workers";

import { verified } from "./baseline-verify.mjs";

const answer = (body, status) => new Response(body, { status, headers: { "content-type": "text/plain; charset=utf-8" } });

export default {
  async fetch(request, env) {
    if (new URL(request.url).pathname !== "/notify/gateway") return Response.json({ ok: true });
    const raw = await request.text();
    const fields = new URLSearchParams(raw);
    if (!(await verified(env, fields))) return answer("fail", 403);
    await env.ORDER.getByName("all").keep(fields.get("notify_id"), raw);
    return answer("success", 200);
  },
};

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
