// An order that was written by any version before: a deployment brings its database up to date at the next message, and
// nothing that was written is lost. The databases of old are made out of today's, by taking away what came later.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { expect, test } from "@playwright/test";

import { ROOT } from "../../xtask/npm/stack.mjs";
import { paidFields } from "../stack/notification.mjs";
import { freshNumber, orderToken } from "../stack/tokens.mjs";
import { ACCEPTED } from "./bench.mjs";
import { closedAfterEach, openAsking } from "./opened.mjs";

test.describe.configure({ mode: "parallel" });

const keep = closedAfterEach(test);

/** What each version has and the one before it had not, from the second on. A new migration needs a row here. */
const LATER = [
  ["ALTER TABLE audit DROP COLUMN who", "ALTER TABLE audit DROP COLUMN hash", "DROP TABLE indexed"],
  ["DROP TABLE refund"],
  ["DROP TABLE parked"],
  ["DROP TABLE latency"],
  ["ALTER TABLE question DROP COLUMN ladder_ms"],
  [
    ...["notification", "delivery", "audit", "refund"].map((name) => `ALTER TABLE ${name} RENAME TO ${name}_7`),
    `CREATE TABLE schema (version INTEGER NOT NULL);
     CREATE TABLE registered (one INTEGER PRIMARY KEY CHECK (one = 1), doc TEXT NOT NULL);
     CREATE TABLE notification (seq INTEGER PRIMARY KEY AUTOINCREMENT, notify_id TEXT NOT NULL, received_ms INTEGER NOT NULL,
       verdict TEXT NOT NULL, facts TEXT NOT NULL, evidence TEXT NOT NULL, raw TEXT NOT NULL);
     CREATE INDEX notification_by_id ON notification (notify_id, seq);
     CREATE TABLE event (id TEXT PRIMARY KEY, body TEXT NOT NULL);
     CREATE TABLE delivery (event TEXT NOT NULL, endpoint TEXT NOT NULL, begun_ms INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
       due_ms INTEGER, state TEXT NOT NULL DEFAULT 'waiting', last TEXT NOT NULL DEFAULT '', PRIMARY KEY (event, endpoint));
     CREATE TABLE question (one INTEGER PRIMARY KEY CHECK (one = 1), asked INTEGER NOT NULL DEFAULT 0,
       asked_ms INTEGER NOT NULL DEFAULT 0, due_ms INTEGER NOT NULL, ladder_ms INTEGER NOT NULL DEFAULT 0);
     CREATE TABLE audit (seq INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, act TEXT NOT NULL, detail TEXT NOT NULL,
       who TEXT NOT NULL DEFAULT '', hash TEXT NOT NULL DEFAULT '');
     CREATE TABLE indexed (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL DEFAULT 0, used_seq INTEGER NOT NULL DEFAULT 0,
       failures INTEGER NOT NULL DEFAULT 0, retry_ms INTEGER NOT NULL DEFAULT 0);
     CREATE TABLE refund (seq INTEGER PRIMARY KEY AUTOINCREMENT, out_return_no TEXT NOT NULL UNIQUE, amount INTEGER NOT NULL,
       currency TEXT NOT NULL, reason TEXT NOT NULL, who TEXT NOT NULL, requested_ms INTEGER NOT NULL,
       state TEXT NOT NULL DEFAULT 'requested', code TEXT NOT NULL DEFAULT '', attempts INTEGER NOT NULL DEFAULT 0,
       open INTEGER NOT NULL DEFAULT 0, slot_ms INTEGER, settled_ms INTEGER, due_ms INTEGER);
     CREATE TABLE parked (seq INTEGER PRIMARY KEY, out_trade_no TEXT NOT NULL, due_ms INTEGER NOT NULL);
     CREATE TABLE latency (seq INTEGER PRIMARY KEY, took_ms INTEGER NOT NULL);
     INSERT INTO schema (version) VALUES (6);
     INSERT INTO registered (one, doc) SELECT 1, doc FROM state WHERE doc IS NOT NULL;
     INSERT INTO notification SELECT seq, notify_id, received_ms, verdict, facts, evidence, raw FROM notification_7;
     INSERT INTO event SELECT DISTINCT event, body FROM delivery_7;
     INSERT INTO delivery SELECT event, endpoint, begun_ms, attempts, due_ms, state, last FROM delivery_7 ORDER BY seq;
     INSERT INTO question SELECT 1, asked, asked_ms, question_ms, ladder_ms FROM state WHERE question_ms IS NOT NULL;
     INSERT INTO audit SELECT seq, at_ms, act, detail, who, hash FROM audit_7;
     INSERT INTO indexed SELECT 1, told_seq, used_seq, failures, retry_ms FROM state;
     INSERT INTO refund SELECT * FROM refund_7;
     INSERT INTO parked SELECT seq, parked_as, parked_ms FROM notification_7 WHERE parked_ms IS NOT NULL;
     INSERT INTO latency SELECT seq, took_ms FROM audit_7 WHERE took_ms IS NOT NULL;`,
    ...["state", "notification_7", "delivery_7", "audit_7", "refund_7"].map((name) => `DROP TABLE ${name}`),
  ],
  [
    "INSERT INTO audit (seq, at_ms, who, act, detail, hash) SELECT seq, received_ms, '', 'notified', line, hash FROM notification WHERE hash IS NOT NULL",
    "ALTER TABLE notification DROP COLUMN line",
    "ALTER TABLE notification DROP COLUMN hash",
  ],
];
const NOW = LATER.length + 1;

/** Runs `work` on the database of each order that a killed Worker has left. */
function inDatabases({ place }, work) {
  const folder = join(place, "state", "OrderObject");
  const names = readdirSync(folder).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));
  for (const name of names) {
    const database = new DatabaseSync(join(folder, name));
    work(database);
    database.close();
  }
  return names.length;
}

/** What the tables of each database look like. */
function shapes(place) {
  const found = [];
  inDatabases(place, (database) => {
    const rows = database.prepare("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE '\\_cf\\_%' ESCAPE '\\' AND name <> 'sqlite_sequence' ORDER BY name").all();
    found.push(rows.map(({ type, name, sql }) => `${type} ${name}: ${sql}`));
  });
  return found;
}

/** Takes away all that came after `version`. */
const older = (version) => (database) => {
  const statements = LATER.slice(version - 1).reverse().flat();
  if (version < NOW) statements.push(`UPDATE ${version < 7 ? "schema" : "state"} SET version = ${version}`);
  for (const sql of statements) database.exec(sql);
};

/** A Worker with an order that is paid and told, one that waits, and one whose notification came too early. */
async function written() {
  const { bench, gateway, admin } = await openAsking(keep, { QUERY_LADDER_S: "3600,3600" });
  const [paid, open, early] = [await bench.register(), await bench.register(), { out_trade_no: freshNumber() }];
  const fields = paidFields(paid.out_trade_no);
  expect(await bench.tell(fields)).toEqual(ACCEPTED);
  expect(await bench.tell(paidFields(early.out_trade_no))).toEqual(ACCEPTED);
  for (const { out_trade_no } of [paid, early]) {
    await expect.poll(async () => (await admin.order(out_trade_no)).deliveries.map(({ state }) => state)).toEqual(["delivered"]);
  }
  return { bench, gateway, admin, fields, paid, open, early };
}

/** All that may be seen of an order, but for how long its deliveries took: that was not always measured. */
async function everything(admin, { out_trade_no }) {
  const { attempts, ...order } = await admin.order(out_trade_no);
  return { ...order, attempts: attempts?.map(({ took_ms: _, ...attempt }) => attempt), trail: await admin.trail(out_trade_no) };
}

test("this_file_knows_every_version", () => {
  const source = readFileSync(join(ROOT, "edge", "src", "order", "schema.rs"), "utf8");
  expect(Number(/const MIGRATIONS: \[&str; (\d+)\]/.exec(source)[1])).toBe(NOW);
});

for (let version = 1; version <= NOW; version += 1) {
  test(`order_that_version_${version}_wrote_is_whole_and_goes_on`, async () => {
    const { bench, admin, gateway, fields, paid, open, early } = await written();
    const before = await Promise.all([paid, open, early].map((order) => everything(admin, order)));
    await bench.workerd.kill();
    expect(inDatabases(bench, older(version))).toBe(3);
    await bench.workerd.start();
    const after = await Promise.all([paid, open, early].map((order) => everything(admin, order)));
    expect(after).toEqual(before);
    expect(after.map(({ audit }) => audit.intact)).toEqual([true, true, true]);

    // A repeat is known, what came early is judged, a question waits, and money goes back.
    expect(await bench.tell(fields)).toEqual(ACCEPTED);
    expect((await admin.order(paid.out_trade_no)).notifications.length).toBe(before[0].notifications.length);
    expect((await bench.checkout(orderToken(bench.claims(early)))).json.status).toBe("paid");
    gateway.know(paidFields(open.out_trade_no));
    expect((await admin.post(`orders/${open.out_trade_no}/query`, {}))[0]).toBe(202);
    await expect.poll(open.status).toBe("paid");
    const refund = { out_return_no: `R-${paid.out_trade_no}`, amount: 1990, currency: "USD", reason: "late" };
    expect((await admin.post(`orders/${paid.out_trade_no}/refunds`, refund))[0]).toBe(202);
    await expect.poll(paid.status).toBe("refunded");
    const told = (order) => bench.receiver.attempts(order.out_trade_no).map(({ type }) => type);
    await expect.poll(() => [paid, open, early].map(told)).toEqual([
      ["payment.paid", "payment.refunded"], ["payment.paid"], ["payment.quarantined", "payment.paid"],
    ]);

    // They are kept as orders of today are.
    await bench.register();
    await bench.workerd.kill();
    const [first, ...others] = shapes(bench);
    expect(first.map((shape) => shape.split(":")[0])).toEqual(["table audit", "table delivery", "table notification", "table refund", "table state"]);
    expect(others).toEqual([first, first, first]);
  });
}

test("trail_that_was_tampered_with_before_a_deployment_is_found_out_after_it", async () => {
  const { bench, admin, paid } = await written();
  await bench.workerd.kill();
  inDatabases(bench, (database) => {
    database.exec("UPDATE notification SET line = 'closed'");
    older(4)(database);
  });
  await bench.workerd.start();
  expect((await admin.order(paid.out_trade_no)).audit.intact).toBe(false);
});
