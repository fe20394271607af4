// Hostile input at every route, for some seconds, from a seed that is printed: nothing may answer 5xx,
// hang, or restart the Worker. A stream that was opened before all of it must still be alive after it:
// a panic anywhere in the isolate would have ended it.
//
//   node tests/proof/hostile.mjs --seconds 15 --seed 7

import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";

import { cli } from "../../xtask/npm/stack.mjs";
import { paidMessage, signedMessage } from "../stack/antom.mjs";
import { openIndexBench } from "../stack/index-bench.mjs";
import { paidFields, signed } from "../stack/notification.mjs";
import { orderToken } from "../stack/tokens.mjs";
import { encoded } from "./bench.mjs";
import { chance, conclude, few, options, settled } from "./checks.mjs";
import { Routes } from "./hostile-routes.mjs";
import { Mutator } from "./mutate.mjs";

/** No answer after this long is a hang. The Worker itself waits for an order for ten seconds. */
const DEADLINE_MS = 8000;
const AT_ONCE = 16;
/** Requests after the time is up. */
const MORE = 300;
const FORM = "application/x-www-form-urlencoded";
const METHODS = ["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"];
const AUDIENCE = "alipay-checkout/status";
/** The index is in this process, and late where this is busy; what it answers in time is seen all the same. */
const NO_INDEX = "503 index_unavailable";
class Hostile {
  sent = 0;
  statuses = {};
  faults = [];
  #agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

  constructor(bench, random) {
    Object.assign(this, { bench, random, mutate: new Mutator(random) });
    this.routes = new Routes({ bench, random, mutate: this.mutate, token: bench.admin.token });
  }

  /** One strange request: `{ method, path, headers, body }`. */
  next() {
    const { random, mutate } = this;
    const order = random.of(this.orders);
    if (random.below(2) === 0) return this.routes.next(order);
    const fields = paidFields(order.out_trade_no);
    const form = (path, body) => ({ method: "POST", path, headers: { "content-type": FORM }, body });
    const made = random.of([
      () => form("/notify/gateway", mutate.text(encoded(signed(fields)))),
      // Signed by Alipay's own key: past every gate that stops the others.
      () => form("/notify/gateway", encoded(signed(mutate.fields(fields)))),
      () => form("/notify/gateway", encoded(mutate.fields(signed(fields)))),
      () => form(random.of(["/checkout", "/pay"]), `order_token=${orderToken(mutate.claims(this.bench.claims()))}`),
      () => form(random.of(["/checkout", "/pay"]), mutate.text(`order_token=${orderToken(this.bench.claims())}&terminal=wap`)),
      () => ({ method: "POST", path: "/checkout", headers: { "content-type": "application/json" }, body: mutate.text(JSON.stringify({ order_token: orderToken(this.bench.claims()), terminal: "pc" })) }),
      () => form(random.of(["/notify/gateway", "/checkout", "/pay"]), mutate.noise(2000)),
      () => ({ method: "GET", path: `${order.back}?${mutate.text(encoded(signed(fields)))}`, headers: {} }),
      () => ({ method: "GET", path: `${order.back}?${encoded(signed(mutate.fields({ ...fields, notify_id: "" })))}`, headers: {} }),
      () => ({ method: "GET", path: `/status/${order.out_trade_no}?token=${mutate.text(order.status_token)}`, headers: {} }),
      () => ({ method: "GET", path: `/status/${order.out_trade_no}?token=${this.statusToken(mutate.claims({ aud: AUDIENCE, sub: order.out_trade_no, exp: 2 ** 33 }))}`, headers: {} }),
      () => ({ method: "GET", path: mutate.text(`/status/${order.out_trade_no}?token=${order.status_token}`), headers: { accept: random.of(["text/event-stream", "*/*", "\u00ff"]), "if-none-match": '"2"' } }),
      () => this.antom(order),
      () => ({ method: "GET", path: mutate.text(`/result/${order.out_trade_no}?token=${order.status_token}`), headers: { accept: "text/html" } }),
      () => form("/app-result", mutate.text(encoded({ out_trade_no: order.out_trade_no, status_token: order.status_token, result: "resultStatus={9000};memo={};result={}" }))),
      () => ({ method: random.of(METHODS), path: mutate.text(random.of(["/", "/healthz", "/version", "/pay", "/notify/antom", "/v1/x.js", "/admin/orders"])), headers: {} }),
    ])();
    if (random.below(6) === 0) made.method = random.of(METHODS);
    if (random.below(6) === 0) {
      const name = random.of(["content-type", "content-encoding", "origin", "accept", "cookie", "x-forwarded-for", "traceparent"]);
      made.headers[name] = latin1(mutate.text(made.headers[name] ?? "x"));
    }
    return made;
  }

  /** A notification of Antom's, bent before it is signed or after. */
  antom(order) {
    const { random, mutate } = this;
    const message = paidMessage(order.out_trade_no);
    const sent = random.of([
      () => signedMessage(mutate.text(JSON.stringify(message))),
      () => signedMessage(JSON.stringify(mutate.claims(message))),
      () => signedMessage(mutate.noise(600)),
      () => ({ ...signedMessage(message), body: mutate.text(JSON.stringify(message)) }),
    ])();
    const bent = random.of(Object.keys(sent.headers));
    return random.below(3) > 0 ? sent : { ...sent, headers: { ...sent.headers, [bent]: latin1(mutate.text(sent.headers[bent])) } };
  }

  statusToken(claims) {
    return orderToken(claims, { secret: this.bench.secrets["status.secret"] });
  }

  /** Sends one and judges the answer. */
  async send({ id, method, path, headers: sent, body: made }) {
    const given = Object.fromEntries(Object.entries(sent).map(([name, value]) => [name, latin1(value)]));
    const body = method === "GET" || method === "HEAD" ? undefined : made;
    // Node frames no body of DELETE and OPTIONS by itself; its bytes would be read as the next request.
    const headers = body === undefined ? given : { ...given, "content-length": Buffer.byteLength(body) };
    const target = latin1(path.startsWith("/") ? path : `/${path}`).replace(/ /g, "%20");
    const status = await new Promise((settle) => {
      const asked = request(this.bench.origin, { method, path: target, headers, agent: this.#agent }, (answer) => {
        if (answer.statusCode === 503) text(answer).then((said) => settle(said.includes('"code":"index_unavailable"') ? NO_INDEX : 503));
        else settle(answer.statusCode);
        // A stream of events does not end by itself.
        if (answer.headers["content-type"]?.startsWith("text/event-stream")) asked.destroy();
        else if (answer.statusCode !== 503) answer.resume();
      });
      asked.setTimeout(DEADLINE_MS, () => asked.destroy(new Error("deadline")));
      asked.on("error", (error) => settle(error.message === "deadline" ? "deadline" : `broken ${error.code}`));
      asked.end(body);
    });
    this.sent += 1;
    this.statuses[status] = (this.statuses[status] ?? 0) + 1;
    if (id !== undefined) this.routes.note(id, status);
    if (status !== NO_INDEX && (typeof status !== "number" || status >= 500)) {
      this.faults.push(`${status} ${method} ${target.slice(0, 200)} ${JSON.stringify(headers)} ${String(body ?? "").slice(0, 300)}`);
    }
  }

  async run(seconds) {
    this.orders = await Promise.all(Array.from({ length: 10 }, () => this.bench.register()));
    const end = Date.now() + seconds * 1000;
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      while (Date.now() < end) await this.send(this.next());
    }));
    // On a busy machine there is time for few, and chance may have left an operation out.
    for (let more = 0; more < MORE; more += 1) {
      const asked = this.routes.again(this.random.of(this.orders));
      if (asked !== undefined) await this.send(asked);
    }
    this.#agent.destroy();
  }
}

/** What a header or a request line can carry at all; the rest does not leave the machine. */
const latin1 = (text) => text.replace(/[^\x20-\x7e\x80-\xff]/g, "?");

/** A stream of an order's statuses that was opened before the attack. */
async function watch({ origin }, { out_trade_no, status_token }) {
  const answer = await fetch(`${origin}/status/${out_trade_no}?token=${status_token}`, { headers: { accept: "text/event-stream" } });
  const seen = { text: "", ended: false };
  seen.reading = (async () => {
    for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) seen.text += chunk;
  })().catch(() => {}).finally(() => { seen.ended = true; });
  return seen;
}

async function main() {
  const { seconds, seed } = options({ seconds: 15, seed: Date.now() % 1_000_000 });
  process.stdout.write(`seed ${seed}\n`);
  const bench = await openIndexBench();
  try {
    const order = await bench.register();
    const stream = await watch(bench, order);
    const hostile = new Hostile(bench, chance(seed));
    await hostile.run(seconds);
    const alive = !stream.ended;
    const healthy = (await fetch(`${bench.origin}/healthz`, { signal: AbortSignal.timeout(DEADLINE_MS) }).catch(() => ({}))).status;
    const answer = await bench.tell(paidFields(order.out_trade_no));
    const watched = await settled(() => stream.text.includes('"status":"paid"'), 5000);
    const told = await settled(() => bench.receiver.attempts(order.out_trade_no).some(({ status }) => status === 204), 15_000);
    const panics = bench.workerd.log.filter((line) => /panicked|Uncaught|unreachable executed|canceled|"event":"(runtime|alarm_failed)"/.test(line));
    process.stdout.write(`requests ${hostile.sent}, answers ${JSON.stringify(hostile.statuses)}\n`);
    for (const fault of hostile.faults.slice(0, 10)) process.stdout.write(`  ${fault}\n`);
    return conclude([
      ["nothing_answers_5xx_hangs_or_breaks", hostile.faults.length === 0, `${hostile.faults.length} did`],
      ["every_kind_of_answer_was_seen", [200, 303, 400, 401, 403, 404, 405, 415, 422].every((status) => status in hostile.statuses), "some routes were not reached"],
      ["every_route_of_the_document_was_got_through_to", hostile.routes.missed.length === 0, few(hostile.routes.missed)],
      ["nothing_panicked", panics.length === 0, few(panics)],
      ["healthz_answers", healthy === 200, `it answers ${healthy}`],
      ["stream_from_before_it_is_still_open", alive, "it has ended: something restarted"],
      ["payment_after_it_is_accepted_shown_and_told", answer.body === "success" && watched && told, JSON.stringify({ answer, watched, told })],
    ]);
  } finally {
    await bench.shut();
  }
}

await cli(main);
