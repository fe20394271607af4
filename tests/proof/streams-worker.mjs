// The yardstick of the streams in `npm run load`: what a careful JavaScript developer would write for
// them alone. Whoever watches an order hears its status at once and after a notification that verified and
// is on disk; a heartbeat every 15 seconds. No tokens, no registration, no judgement, no forwarding.

import { verified } from "./baseline-verify.mjs";

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    const order = (number) => env.ORDER.get(env.ORDER.idFromName(number));
    if (pathname.startsWith("/status/")) return order(pathname.slice(8)).fetch("https://order/live");
    if (pathname !== "/notify/gateway") return Response.json({ ok: true });
    const raw = await request.text();
    const fields = new URLSearchParams(raw);
    if (!(await verified(env, fields))) return new Response("fail", { status: 403 });
    const stored = await order(fields.get("out_trade_no")).fetch("https://order/", { method: "POST", body: raw });
    return new Response(stored.ok ? "success" : "fail", { status: stored.ok ? 200 : 503 });
  },
};

const text = new TextEncoder();

export class OrderObject {
  constructor(state) {
    this.storage = state.storage;
    this.sql = state.storage.sql;
    this.sql.exec("CREATE TABLE IF NOT EXISTS notification (seq INTEGER PRIMARY KEY, raw TEXT NOT NULL)");
    this.watchers = new Set();
  }

  frame() {
    const version = 1 + this.sql.exec("SELECT count(*) AS count FROM notification").one().count;
    const status = version > 1 ? "paid" : "redirected";
    return text.encode(`id: ${version}\nevent: status\ndata: ${JSON.stringify({ status, final: version > 1, version })}\n\n`);
  }

  async fetch(request) {
    if (request.method === "GET") return this.live();
    this.sql.exec("INSERT INTO notification (raw) VALUES (?)", await request.text());
    await this.storage.sync();
    for (const watcher of this.watchers) watcher.end(this.frame());
    return new Response("stored");
  }

  live() {
    const watcher = {};
    const stop = () => {
      clearInterval(watcher.beat);
      this.watchers.delete(watcher);
    };
    const body = new ReadableStream({
      start: (controller) => {
        controller.enqueue(this.frame());
        watcher.beat = setInterval(() => controller.enqueue(text.encode(": still here\n\n")), 15_000);
        watcher.end = (frame) => {
          stop();
          controller.enqueue(frame);
          controller.close();
        };
      },
      cancel: stop,
    });
    this.watchers.add(watcher);
    return new Response(body, { headers: { "content-type": "text/event-stream; charset=utf-8" } });
  }
}
