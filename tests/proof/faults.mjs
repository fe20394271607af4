// A world that fails on demand (faulty-worker.mjs), and how shopper, Alipay, merchant and reader behave
// in it: each asks again after a failure, as they do, and each notices what must never happen.

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { openIndexBench } from "../stack/index-bench.mjs";
import { ACCEPTED, refused, send, signedMessage } from "../stack/antom.mjs";
import { orderToken } from "../stack/tokens.mjs";
import { wrappedWorker } from "./workerd.mjs";

/** The Worker waits ten seconds for an order; in this world it is a quarter of that. */
const DEADLINE_MS = 5000;
/** How often anybody asks again: one fault is made, so that the second time must do. */
const TRIES = 3;
/** Nothing that is due waits longer than this: alarms beyond it are for tidying up. */
const FAR_MS = 30 * 86_400_000;
const STUCK_MS = 9_000;
const RANK = { created: 0, redirected: 1, paid: 2, closed: 2, refunded: 3 };

/** Opens a world; `env` as for a bench. */
export async function openWorld({ env } = {}) {
  const worker = wrappedWorker(join(import.meta.dirname, "faulty-worker.mjs"));
  const bench = await openIndexBench({ worker, env });
  bench.receiver.anyTime = true;
  return new World(bench);
}

export class World {
  /** How far the Worker's clock is ahead of this machine's. */
  skew_ms = 0;
  /** How often only the watchdog could find an order. */
  rescues = 0;

  constructor(bench) {
    this.bench = bench;
  }

  close() {
    return this.bench.shut();
  }

  async control(asked) {
    const body = JSON.stringify(asked);
    const ask = () => fetch(`${this.bench.origin}/fault`, { method: "POST", body });
    let answer = await ask();
    // The order's object was just reset; what the wrapper keeps is not in it.
    if (answer.status === 500 && (asked.inspect || asked.rearm)) answer = await ask();
    if (!answer.ok) throw new Error(`/fault answers ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  arm(kind, nth, how) {
    return this.control({ arm: { kind, nth, how } });
  }

  disarm() {
    return this.control({ disarm: true });
  }

  inspect(order) {
    return this.control({ inspect: order.out_trade_no, provider: order.provider });
  }

  /** Sets the Worker's clock forward, or back; the order's alarm, if there is one, goes by the same clock. */
  async advance(order, advance_ms) {
    this.skew_ms += advance_ms;
    await this.control({ advance_ms });
    if (order) await this.control({ rearm: order.out_trade_no, provider: order.provider });
  }

  /** Sets the Worker's clock right. */
  rightClock() {
    return this.advance(undefined, -this.skew_ms);
  }

  /** Asks until the answer is `done`; any other answer must be one of `failures`, and none may be late. */
  async persist(what, ask, done, failures) {
    for (let n = 1; n <= TRIES; n += 1) {
      const began = Date.now();
      const answer = await Promise.race([ask(), sleep(DEADLINE_MS, undefined, { ref: false })]);
      if (answer === undefined) throw new Error(`${what} hangs`);
      if (Date.now() - began > DEADLINE_MS) throw new Error(`${what} is late`);
      if (done(answer)) return answer;
      const said = JSON.stringify(answer);
      if (!failures.includes(said)) throw new Error(`${what} answers ${said}`);
    }
    throw new Error(`${what} fails ${TRIES} times`);
  }

  /** A shopper who clicks until there is somewhere to go. */
  async register(changes = {}) {
    const exp = Math.floor((Date.now() + this.skew_ms) / 1000) + 600;
    const claims = this.bench.claims({ exp, ...changes });
    const ask = async () => {
      const body = new URLSearchParams({ order_token: orderToken(claims) });
      return read(await fetch(`${this.bench.origin}/checkout`, { method: "POST", body }));
    };
    // Whether Antom has begun the payment is not known when its answer fails.
    const failures = ['[503,"unavailable"]', '[503,"pay_unknown"]'];
    const json = await this.persist("checkout", ask, (answer) => !Array.isArray(answer), failures);
    return new Order(this, { ...claims, status_token: json.status_token });
  }

  /** Alipay, which sends until it is answered `success`. */
  notify(message) {
    const failures = ["unavailable", "ask_back_failed"].map((refusal) => JSON.stringify({ status: 503, body: "fail", refusal }));
    return this.persist("notify", () => this.bench.notify(message), ({ body }) => body === "success", failures);
  }

  /** Antom, which sends until it is answered `SUCCESS`. */
  tellAntom(message) {
    const sent = signedMessage(message, { time: String(Date.now() + this.skew_ms) });
    const failures = [JSON.stringify(refused("unavailable", 503))];
    return this.persist("notify", () => send(sent, this.bench.origin), ({ body }) => body === ACCEPTED.body, failures);
  }

  /** Staff who ask until the act is taken. */
  act(path, body) {
    const ask = async () => {
      return read(await this.bench.admin.fetch(path, { method: "POST", body }));
    };
    return this.persist(path, ask, (answer) => !Array.isArray(answer), ['[503,"unavailable"]']);
  }

  /**
   * Lets time pass, from one alarm of the order to the next, until `done` holds. An order that has
   * something to do and no alarm is one for the watchdog.
   */
  async until(order, what, done) {
    const end = Date.now() + STUCK_MS;
    while (!(await done())) {
      const seen = await this.inspect(order);
      if (Date.now() > end) throw new Error(`${what}: never; ${JSON.stringify(seen)}`);
      const wait = seen.armed_ms === null ? undefined : seen.armed_ms - seen.now_ms;
      if (!seen.running && wait > 0 && wait < FAR_MS) await this.advance(order, wait);
      const never = !seen.native || wait >= FAR_MS;
      if (!seen.running && never && !(await done())) await this.rescue(order, seen);
      await sleep(10);
    }
  }

  /** The scheduled event, some minutes later; it must find the order. */
  async rescue(order, { deliveries, questions }) {
    const due = [...deliveries.filter(({ state }) => state === "waiting"), ...questions].map(({ due_ms }) => due_ms);
    if (due.length === 0) return;
    this.rescues += 1;
    if (this.rescues > 2) throw new Error("the watchdog does not find an order that has no alarm");
    const now = Date.now() + this.skew_ms;
    const soon = due.filter((due_ms) => due_ms < now + FAR_MS);
    await this.advance(order, Math.max(now, ...soon) - now + 240_000);
    await this.bench.watch();
  }
}

/** The JSON of an answer, or `[status, code]`, or `[status, text]` of what nobody should get. */
async function read(answer) {
  const text = await answer.text();
  try {
    const json = JSON.parse(text);
    return answer.ok ? json : [answer.status, json.code];
  } catch {
    return [answer.status, text];
  }
}

/** One order, as its reader, its merchant and its own database have it. */
class Order {
  /** Statuses seen, in the order of their arrival: `[word, version]`. */
  seen = [];
  #stream;

  constructor(world, claims) {
    Object.assign(this, claims, { world });
  }

  /** Notes what a reader sees; a status that moves backwards is a fault. */
  note({ status, version }) {
    const [word, before] = this.seen.at(-1) ?? ["created", 0];
    if (version < before || RANK[status] < RANK[word] || (RANK[status] === RANK[word] && status !== word)) {
      throw new Error(`a reader saw ${word} ${before}, then ${status} ${version}`);
    }
    this.seen.push([status, version]);
  }

  /** The status as JSON. */
  async read() {
    const ask = async () => {
      const answer = await fetch(`${this.world.bench.origin}/status/${this.out_trade_no}?token=${this.status_token}`);
      return read(answer);
    };
    const view = await this.world.persist("status", ask, (answer) => !Array.isArray(answer), ['[503,"unavailable"]']);
    this.note(view);
    return view.status;
  }

  /** Watches the order as a page does: what breaks is opened again. */
  watch() {
    const stream = { stopped: false, opened: 0, controller: new AbortController() };
    stream.end = this.#watching(stream).then(() => undefined, (error) => (stream.stopped ? undefined : error));
    this.#stream = stream;
  }

  async #watching(stream) {
    const url = `${this.world.bench.origin}/status/${this.out_trade_no}?token=${this.status_token}`;
    const headers = { accept: "text/event-stream" };
    while (!stream.stopped) {
      stream.opened += 1;
      if (stream.opened > TRIES) throw new Error(`the stream breaks ${TRIES} times`);
      const late = setTimeout(() => stream.controller.abort(new Error("the stream hangs")), DEADLINE_MS);
      // A connection that breaks is opened again, as the browser does.
      const answer = await fetch(url, { headers, signal: stream.controller.signal }).catch((error) => {
        if (error.name !== "TypeError") throw error;
      });
      if (answer === undefined) {
        clearTimeout(late);
        continue;
      }
      let text = "";
      const reading = answer.body.pipeThrough(new TextDecoderStream());
      if (answer.status !== 200) {
        for await (const chunk of reading) text += chunk;
        clearTimeout(late);
        if (!text.includes('"code":"unavailable"')) throw new Error(`the stream answers ${answer.status} ${text}`);
        continue;
      }
      try {
        for await (const chunk of reading) {
          clearTimeout(late);
          text += chunk;
          const frames = text.split("\n\n");
          text = frames.pop();
          for (const frame of frames) {
            const data = /^data: (.*)$/m.exec(frame);
            if (data) this.note(JSON.parse(data[1]));
          }
          if (this.settled) return;
        }
      } catch (error) {
        if (error.name !== "TypeError") throw error;
      } finally {
        clearTimeout(late);
      }
    }
  }

  get settled() {
    return RANK[this.seen.at(-1)?.[0]] >= 2;
  }

  /** Waits until the page has shown the end by itself. */
  async watched() {
    const stream = this.#stream;
    const late = sleep(STUCK_MS, new Error("the page was never told"), { ref: false });
    const error = await Promise.race([stream.end, late]);
    stream.stopped = true;
    stream.controller.abort();
    if (error) throw error;
  }

  attempts(type) {
    return this.world.bench.receiver.attempts(this.out_trade_no).filter((attempt) => type === undefined || attempt.type === type);
  }

  taken(type) {
    return this.attempts(type).filter(({ status }) => status === 204);
  }

  /** Waits until the merchant has taken `count` deliveries and nothing waits any more. */
  told(count = 1) {
    return this.world.until(this, `${count} deliveries`, async () => {
      if (this.taken().length < count) return false;
      const { deliveries } = await this.world.inspect(this);
      return deliveries.length > 0 && deliveries.every(({ state }) => state === "delivered");
    });
  }

  /** Waits until the index has this order as its own database has it. */
  indexed(expected) {
    const same = (row) => row !== undefined && Object.entries(expected).every(([name, value]) => row[name] === value);
    return this.world.until(this, "the index", () => same(this.world.bench.index.row(this.out_trade_no)));
  }

  view() {
    return this.world.bench.admin.get(`orders/${this.out_trade_no}?provider=${this.provider ?? "alipay-gateway"}`);
  }
}
