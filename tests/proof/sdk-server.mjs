// The other yardsticks of `npm run load`: a Node HTTP server that verifies with alipay-sdk and answers.
// It keeps nothing, unless it is given a file: then each notification is a row of a SQLite database,
// committed before the answer. Started with the address of the package, a folder of keys, a port.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { parse } from "node:querystring";

import { sdkVerifier } from "./peers.mjs";

const [entry, folder, port, file] = process.argv.slice(2);
const files = ["merchant-private.pem", "alipay-public.pem"];
const verify = await sdkVerifier(entry, Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name), "utf8")])));

/** Keeps a body, where there is somewhere to keep it. */
async function keeper() {
  if (file === undefined) return () => {};
  const { DatabaseSync } = await import("node:sqlite");
  const database = new DatabaseSync(file);
  // As an order object writes: a log ahead, synced at each commit.
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE notification (seq INTEGER PRIMARY KEY, notify_id TEXT NOT NULL, received_ms INTEGER, raw TEXT NOT NULL);
    CREATE INDEX notification_by_id ON notification (notify_id);
  `);
  const known = database.prepare("SELECT seq FROM notification WHERE notify_id = ? LIMIT 1");
  const insert = database.prepare("INSERT INTO notification (notify_id, received_ms, raw) VALUES (?, ?, ?)");
  return (fields, raw) => {
    if (known.get(fields.notify_id) === undefined) insert.run(fields.notify_id, Date.now(), raw);
  };
}

const keep = await keeper();

const server = createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const raw = Buffer.concat(chunks).toString();
    const fields = { ...parse(raw) };
    const genuine = verify(fields);
    if (genuine) keep(fields, raw);
    response.writeHead(genuine ? 200 : 403, { "content-type": "text/plain" }).end(genuine ? "success" : "fail");
  });
});
// While a commit waits for a busy disk nothing else runs here, and connections with a request under way would count as idle.
server.keepAliveTimeout = 0;
server.listen(Number(port), "127.0.0.1");
