// The second yardstick of `npm run load`: JavaScript that does what ours does with a notification that
// moves nothing: the gates before the signature, account, amount and currency judged against a
// registered order, the digest as evidence, what is due read in the same statement, the same rows of the
// same tables with the chained line of the trail, a transaction where there is more than one, a log line, the headers of every answer, and a
// deadline. What is left between it and ours is the language and the way in and out of it; what is between
// it and the first yardstick is the work.

import { DurableObject } from "cloudflare:workers";
import { createHash } from "node:crypto";

import { verified } from "./baseline-verify.mjs";

const MAX_BODY = 65_536;
const DEADLINE_MS = 10_000;
const HEADERS = {
  "content-type": "text/plain; charset=utf-8",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cache-control": "no-store",
};

const answer = (body, status) => new Response(body, { status, headers: HEADERS });
const digest = (...parts) => createHash("sha256").update(parts.join(":")).digest("hex");

/** The fields of a form, each once and none with a text in it that could be split again. */
function strict(raw) {
  const fields = new URLSearchParams(raw);
  const names = new Set();
  for (const [name, value] of fields) {
    if (names.has(name) || value.includes("&") || value.includes("=")) {
      if (name !== "sign") return undefined;
    }
    names.add(name);
  }
  return fields;
}

function inTime(promise) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("late")), DEADLINE_MS);
    promise.then(
      (value) => { clearTimeout(timer); resolve(value); },
      (error) => { clearTimeout(timer); reject(error); },
    );
  });
}

async function receive(request, env) {
  if (request.method !== "POST") return answer("fail", 405);
  const { headers } = request;
  const media_type = (headers.get("content-type") ?? "").split(";")[0].trim().toLowerCase();
  if (media_type !== "application/x-www-form-urlencoded") return answer("fail", 415);
  if (headers.get("content-encoding") !== null) return answer("fail", 415);
  if (Number(headers.get("content-length") ?? 0) > MAX_BODY) return answer("fail", 413);
  const raw = await request.text();
  const fields = strict(raw);
  if (fields === undefined || fields.get("sign_type") !== env.SIGN_TYPE) return answer("fail", 400);
  if (!(await verified(env, fields))) {
    console.warn(JSON.stringify({ event: "notify_refused", code: "bad_signature", class: "untrusted" }));
    return answer("fail", 403);
  }
  if ((fields.get("seller_id") ?? env.PARTNER) !== env.PARTNER) return answer("fail", 403);
  const facts = {
    notify_id: fields.get("notify_id"),
    trade_no: fields.get("trade_no"),
    trade_status: fields.get("trade_status"),
    amount: Math.round(Number(fields.get("total_fee")) * 100),
    currency: fields.get("currency"),
  };
  const out_trade_no = fields.get("out_trade_no");
  const order = env.ORDER.getByName(`gateway:${env.PARTNER}:${out_trade_no}`);
  const outcome = await inTime(order.notify({ out_trade_no, facts, raw, evidence: `sha256:${digest(raw)}` }));
  console.log(JSON.stringify({ event: "notified", outcome }));
  return answer("success", 200);
}

export default {
  async fetch(request, env) {
    if (new URL(request.url).pathname === "/notify/gateway") return receive(request, env);
    return Response.json({ ok: true });
  },
};

const TABLES = `
  CREATE TABLE state (version INTEGER NOT NULL, alarm_ms INTEGER, question_ms INTEGER, doc TEXT);
  CREATE TABLE notification (seq INTEGER PRIMARY KEY, notify_id TEXT NOT NULL, received_ms INTEGER NOT NULL, verdict TEXT NOT NULL,
    parked_ms INTEGER, parked_as TEXT, line TEXT, hash TEXT, facts TEXT NOT NULL, evidence TEXT NOT NULL, raw TEXT NOT NULL);
  CREATE TABLE delivery (seq INTEGER PRIMARY KEY, event TEXT NOT NULL, endpoint TEXT NOT NULL, begun_ms INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, due_ms INTEGER, state TEXT NOT NULL DEFAULT 'waiting', last TEXT NOT NULL DEFAULT '', body TEXT NOT NULL);
  CREATE TABLE audit (seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, who TEXT NOT NULL, act TEXT NOT NULL, detail TEXT NOT NULL,
    hash TEXT NOT NULL, took_ms INTEGER);
  INSERT INTO state (version) VALUES (8);`;

const KNOWN = `SELECT doc, alarm_ms, (SELECT facts FROM notification WHERE notify_id = ?1 ORDER BY seq LIMIT 1),
  (SELECT seq || ' ' || hash FROM audit ORDER BY seq DESC LIMIT 1),
  (SELECT seq || ' ' || hash FROM notification WHERE hash IS NOT NULL ORDER BY seq DESC LIMIT 1) FROM state WHERE version = ?2`;

export class OrderObject extends DurableObject {
  constructor(state, env) {
    super(state, env);
    this.sql = state.storage.sql;
  }

  known(notify_id) {
    const read = () => this.sql.exec(KNOWN, notify_id, 8).raw().next().value;
    try {
      return read();
    } catch {
      // It is new.
      this.sql.exec(TABLES);
      return read();
    }
  }

  notify({ out_trade_no, facts, raw, evidence }) {
    const now = Date.now();
    const [doc, alarm_ms, earlier, ...heads] = this.known(facts.notify_id);
    const [seq, hash] = heads.map((head) => head?.split(" ") ?? ["0", ""]).reduce((a, b) => (Number(b[0]) > Number(a[0]) ? b : a));
    // Ours was registered by a checkout before.
    const order = doc === null ? { out_trade_no, amount: facts.amount, currency: facts.currency } : JSON.parse(doc);
    const same = order.amount === facts.amount && order.currency === facts.currency;
    const verdict = earlier !== null ? "repeat" : same ? "kept" : "quarantined";
    const due_ms = now + 7_776_000_000;
    const alarm = alarm_ms === null ? due_ms : undefined;
    const line = [Number(seq) + 1, now, "", "notified", verdict];
    const sealed = digest(hash, ...line);
    const tell = () => {
      if (earlier === null) {
        this.sql.exec(
          "INSERT INTO notification (seq, notify_id, received_ms, verdict, line, hash, facts, evidence, raw) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
          line[0], facts.notify_id, now, verdict, verdict, sealed, JSON.stringify(facts), evidence, raw,
        );
      } else {
        this.sql.exec("INSERT INTO audit (seq, at_ms, who, act, detail, hash) VALUES (?, ?, ?, ?, ?, ?)", ...line, sealed);
      }
    };
    if (doc === null || alarm !== undefined) {
      this.ctx.storage.transactionSync(() => {
        if (doc === null) this.sql.exec("UPDATE state SET doc = ?", JSON.stringify(order));
        tell();
        if (alarm !== undefined) this.sql.exec("UPDATE state SET alarm_ms = ?", alarm);
      });
    } else {
      tell();
    }
    if (alarm !== undefined) this.ctx.storage.setAlarm(alarm);
    return verdict;
  }

  /** Without it the runtime sets no alarm, and looks for none when it opens the object. */
  alarm() {}
}
