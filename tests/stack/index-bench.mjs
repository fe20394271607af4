// A bench whose Worker has an index across orders that misbehaves on demand: D1's protocol in front of
// a database in this process, the Worker in plain workerd, and a way to run its scheduled event.

import { once } from "node:events";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { adminToken, freePorts } from "../../xtask/npm/stack.mjs";
import { openBench } from "../proof/bench.mjs";
import { Admin } from "./admin.mjs";

/** Tokens by name, each with the scopes that it stands for. */
export const TOKENS = { reader: "read", operator: "operate", cashier: "refund", boss: "read+operate+refund" };
const tokenOf = (name) => `${name}-${"t".repeat(40)}`;

/** D1 as a Worker meets it. `mode` says how it answers from now on: `good`, `fails`, `hangs` or `breaks`. */
class IndexServer {
  mode = "good";
  /** Requests so far. */
  asked = 0;
  /** What the Worker looked for last. */
  #last = { sql: "SELECT 1", params: [] };
  #server;
  #database = new DatabaseSync(":memory:");
  #waiting = [];

  static async open() {
    const index = new IndexServer();
    index.#server = createServer((request, response) => index.#answer(request, response));
    index.#server.listen(0, "127.0.0.1");
    await once(index.#server, "listening");
    index.port = index.#server.address().port;
    return index;
  }

  /** Runs a statement from outside, as no Worker does. */
  run(sql, ...values) {
    return this.#database.prepare(sql).all(...values);
  }

  /** How SQLite goes about what the Worker looked for last, a line for each step. */
  get plan() {
    const { sql, params } = this.#last;
    return this.#database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...params).map(({ detail }) => detail);
  }

  row(out_trade_no) {
    try {
      return this.run("SELECT * FROM orders WHERE out_trade_no = ?", out_trade_no)[0];
    } catch {
      // Nobody has made the tables yet.
      return undefined;
    }
  }

  async close() {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
    this.#database.close();
  }

  async #answer(request, response) {
    this.asked += 1;
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const send = (status, body) => response.writeHead(status, { "content-type": "application/json" }).end(body);
    switch (this.mode) {
      case "hangs":
        this.#waiting.push(response);
        return;
      case "fails":
        send(500, JSON.stringify({ success: false, error: "D1_ERROR: made to fail" }));
        return;
      case "breaks":
        send(200, "<html>not an index</html>");
        return;
      default:
    }
    try {
      send(200, JSON.stringify([JSON.parse(Buffer.concat(chunks))].flat().map((query) => this.#query(query))));
    } catch (error) {
      send(500, JSON.stringify({ success: false, error: error.message }));
    }
  }

  #query({ sql, params }) {
    if (sql.startsWith("SELECT")) this.#last = { sql, params };
    const results = this.#database.prepare(sql).all(...params);
    return { success: true, results, meta: { duration: 0 } };
  }
}

/** Opens a bench with an index; `env`, `base` and `worker` as in {@link openBench}. */
export async function openIndexBench({ env = {}, base, worker } = {}) {
  const index = await IndexServer.open();
  const { alipay: cronPort } = await freePorts();
  const ADMIN_TOKENS = Object.entries(TOKENS).map(([name, scopes]) => adminToken(name, scopes, tokenOf(name))).join(",");
  const bench = await openBench({ env: { ADMIN_TOKENS, ...env }, base, worker, flags: ["--experimental"] });
  const config = join(bench.place, "config.capnp");
  // The Worker has answered once without an index: now it gets one.
  await bench.workerd.kill();
  writeFileSync(config, withIndex(readFileSync(config, "utf8"), index.port, cronPort));
  await bench.workerd.start();
  const admin = (name) => new Admin({ origin: bench.origin, token: tokenOf(name) });

  return Object.assign(bench, {
    index,
    admin: admin("boss"),
    as: admin,
    /** Runs the scheduled event now, and waits for its end. */
    watch: async () => {
      const answer = await fetch(`http://127.0.0.1:${cronPort}/`);
      if ((await answer.text()) !== "ok") throw new Error("the scheduled event failed");
    },
    /** Kills the Worker, changes its files by `change(folder of the databases of a class of objects)`, and starts it. */
    offline: async (change, objects = "OrderObject") => {
      await bench.workerd.kill();
      change(join(bench.place, "state", objects));
      await bench.workerd.start();
    },
    shut: async () => {
      await bench.close();
      await index.close();
    },
  });
}

/** Forgets every alarm: what a failing machine could do, and the watchdog is for. */
export function forgetAlarms(folder) {
  const rowless = [];
  for (const name of readdirSync(folder).filter((name) => /^metadata\.sqlite/.test(name))) {
    rmSync(join(folder, name));
    rowless.push(name);
  }
  if (rowless.length === 0) throw new Error(`no alarms in ${readdirSync(folder)}`);
}

/** Has every alarm go off at the next start: the time has come. Answers how many there are. */
export function hurryAlarms(folder) {
  const database = new DatabaseSync(join(folder, "metadata.sqlite"));
  const ids = database.prepare("UPDATE _cf_ALARM SET scheduled_time = 1 RETURNING actor_id").all();
  database.close();
  for (const { actor_id } of ids) {
    // The object's own note of it, without which the runtime takes the alarm for an old one.
    const own = new DatabaseSync(join(folder, `${actor_id}.sqlite`));
    own.exec("UPDATE _cf_METADATA SET value = 1 WHERE key = 1");
    own.close();
  }
  return ids.length;
}

/** Runs a statement in every object's own database: that of orders, or whichever folder it is. */
export function inOrders(folder, sql) {
  let changed = 0;
  for (const name of readdirSync(folder).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name))) {
    const database = new DatabaseSync(join(folder, name));
    changed += Number(database.prepare(sql).run().changes);
    database.close();
  }
  return changed;
}

function withIndex(config, indexPort, cronPort) {
  const cron = `export default { async fetch(_, env) {
    const { outcome } = await env.MAIN.scheduled({ cron: "*/5 * * * *", scheduledTime: new Date() });
    return new Response(outcome);
  } }`;
  return config
    .replace("services = [", `services = [
    (name = "index", external = (address = "127.0.0.1:${indexPort}", http = ())),
    (name = "cron", worker = .cron),`)
    .replace("sockets = [", `sockets = [(name = "cron", address = "127.0.0.1:${cronPort}", http = (), service = "cron"), `)
    .replace("bindings = [", `bindings = [(name = "INDEX", wrapped = (moduleName = "cloudflare-internal:d1-api",
      innerBindings = [(name = "fetcher", service = "index")])),
    `)
    .concat(`const cron :Workerd.Worker = (
  modules = [(name = "cron.js", esModule = ${JSON.stringify(cron)})],
  compatibilityDate = "2026-01-01",
  compatibilityFlags = ["service_binding_extra_handlers"],
  bindings = [(name = "MAIN", service = "main")],
);
`);
}
