// The crash matrix: the Worker is killed with SIGKILL at every point between a notification's arrival
// and the delivery of its event, again and again; Alipay sends again what it got no `success` for. In the
// end nothing that was acknowledged may be missing anywhere. First at each step of one payment, exactly, before and
// after each call that the Worker makes (stopping-worker.mjs), while the payments before it go on; then at points in
// time, and by chance, under load.
//
//   npm run crash                       each step, and 200 kills at least
//   npm run crash -- --kills 1000 --seed 7 --every 10      each tenth step

import { join } from "node:path";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";

import { cli } from "../../xtask/npm/stack.mjs";
import { openIndexBench } from "../stack/index-bench.mjs";
import { paidFields, signed } from "../stack/notification.mjs";
import { ON_DISK } from "./bench.mjs";
import { chance, conclude, few, options, settled } from "./checks.mjs";
import { wrappedWorker } from "./workerd.mjs";

/** Orders that are paid around each kill: enough to be at different points at the same time. */
const ORDERS_PER_KILL = 8;
/** An attempt that is cut off counts as one, and the longest ladder is 32 steps. */
const LADDER = ["0", ...Array(31).fill("1")].join(",");
/** How long a point is waited for; then the kill comes anyway. On a busy machine the last of a hundred is long in coming. */
const POINT_MS = 30_000;
const SETTLE_MS = 60_000;
/** A payment of which everything is done has no further step after this long. */
const STEP_MS = 400;
/** What a payment calls; each has a step before it and one after it. */
const CALLS = ["order", "sql", "transaction", "alarm.set", "sync", "alarm", "endpoint", "merchant", "index"];
/** Orders that one request has written into the index again. */
const REBUILT = 200;

/** When to kill: each resolves at its point. `round` has `acknowledged` (a promise) and `sent`. */
const POINTS = {
  "before any request": () => {},
  "requests just written": () => setImmediate(),
  ...Object.fromEntries([1, 2, 4, 7, 12, 20, 35].map((ms) => [`requests in flight for ${ms} ms`, () => sleep(ms)])),
  "first acknowledgement": ({ acknowledged }) => acknowledged,
  "last acknowledgement": ({ sent }) => sent,
  "event at the merchant": ({ receiver }) => told(receiver, "attempt"),
  "event answered": ({ receiver }) => told(receiver, "answered"),
  "while it starts again": ({ sent }) => sent,
  "at random": ({ random }) => sleep(random.below(120)),
};

const told = (receiver, name) => new Promise((done) => receiver.once(name, () => done("hit")));

class Crash {
  /** Every notification: `{ out_trade_no, message, acknowledged, sends }`. */
  notes = [];
  /** Every order, with what its events must be. */
  orders = [];
  kills = 0;
  points = new Map();
  /** How often each step was the last. */
  stopped = new Map();

  constructor(bench, random) {
    Object.assign(this, { bench, random });
  }

  /** Registers orders while the Worker is up; one in four gets a notification of another amount too. */
  async prepare(count) {
    const fresh = await Promise.all(Array.from({ length: count }, () => this.bench.register()));
    return fresh.flatMap((order) => {
      const wrong = this.random.below(4) === 0;
      this.orders.push({ ...order, events: wrong ? ["payment.paid", "payment.quarantined"] : ["payment.paid"] });
      const changes = wrong ? [{}, { total_fee: "0.01" }] : [{}];
      return changes.map((change) => {
        const fields = paidFields(order.out_trade_no, change);
        const note = { out_trade_no: order.out_trade_no, message: signed(fields), acknowledged: false };
        this.notes.push(note);
        return note;
      });
    });
  }

  /** Sends once, as Alipay does; only the whole word `success` is an acknowledgement. */
  async send(note) {
    const answer = await this.bench.notify(note.message).catch(() => undefined);
    if (answer?.status === 200 && answer.body === "success") note.acknowledged = true;
    return note.acknowledged;
  }

  /** One kill at `point`, with everything that is not acknowledged under way, and a fresh start. */
  async round(point) {
    const { bench, random } = this;
    const { receiver, workerd } = bench;
    await this.prepare(ORDERS_PER_KILL);
    const open = this.notes.filter(({ acknowledged }) => !acknowledged);
    // Alipay was seen to send twice at the same instant.
    const twice = open.filter(() => random.below(6) === 0);
    const idle = point === "before any request";
    const at = { receiver, random };
    const reached = Promise.race([
      Promise.resolve().then(() => POINTS[point](at)).then(() => true),
      sleep(POINT_MS, false),
    ]);
    let first;
    at.acknowledged = new Promise((done) => { first = done; });
    const sends = idle ? [] : [...open, ...twice].map(async (note) => (await this.send(note)) && first());
    at.sent = Promise.all(sends);
    const hit = await reached;
    await workerd.kill();
    this.kills += 1;
    this.points.set(point, (this.points.get(point) ?? 0) + (hit ? 1 : 0));
    // What is sent while nobody listens is refused by the machine, and sent again later.
    if (idle) await Promise.all(open.map((note) => this.send(note)));
    await at.sent;
    if (point === "while it starts again") {
      const starting = workerd.start(async () => true);
      await starting;
      await sleep(random.below(150));
      await workerd.kill();
      this.kills += 1;
    }
    await workerd.start();
  }

  /** One kill at each step of a payment, or at each of `every`, beginning somewhere by chance. Answers how many steps there are. */
  async steps(every) {
    for (let nth = 1 + this.random.below(every); ; nth += every) {
      if (!(await this.step(nth))) return nth - 1;
    }
  }

  /** One kill at the `nth` step of a fresh payment, if there is such a step, and a fresh start. */
  async step(nth) {
    const { workerd, index, origin } = this.bench;
    const order = await this.bench.register();
    const { out_trade_no } = order;
    const note = { out_trade_no, message: signed(paidFields(out_trade_no)), acknowledged: false };
    this.orders.push({ ...order, events: ["payment.paid"] });
    this.notes.push(note);
    // Somebody watches, so that telling is a step too.
    const page = new AbortController();
    await fetch(`${origin}/status/${out_trade_no}?token=${order.status_token}`, { headers: { accept: "text/event-stream" }, signal: page.signal });
    await fetch(`${origin}/stop`, { method: "POST", body: JSON.stringify({ order: out_trade_no, nth }) });
    const sent = this.send(note);
    const begun = workerd.log.length;
    const stopped = () => workerd.log.slice(begun).find((line) => line.startsWith(`stopped ${nth} `));
    const isDone = () => index.row(out_trade_no)?.status === "paid" && index.row(out_trade_no).waiting === 0;
    await settled(() => stopped() !== undefined || isDone(), POINT_MS, 5);
    await settled(() => stopped() !== undefined, STEP_MS, 5);
    if (stopped() === undefined) {
      page.abort();
      await sent;
      return false;
    }
    await workerd.kill();
    page.abort();
    await sent;
    this.kills += 1;
    const name = stopped().slice(`stopped ${nth} `.length);
    this.stopped.set(name, (this.stopped.get(name) ?? 0) + 1);
    await workerd.start();
    return true;
  }

  /** Sends what is left until it is acknowledged, then waits for every event. */
  async finish() {
    await settled(async () => {
      const open = this.notes.filter(({ acknowledged }) => !acknowledged);
      await Promise.all(open.map((note) => this.send(note)));
      return open.length === 0;
    }, SETTLE_MS);
    const waiting = () => this.orders.filter((order) => order.events.some((type) => !this.has(order, type)));
    await settled(() => waiting().length === 0, SETTLE_MS);
    // An event that comes twice under another number would come now.
    await sleep(1500);
  }

  /** Has the index told again, as staff do after an accident, and waits until it has every order. */
  async index() {
    const { admin, index } = this.bench;
    for (let at = 0; at < this.orders.length; at += REBUILT) {
      const out_trade_nos = this.orders.slice(at, at + REBUILT).map(({ out_trade_no }) => out_trade_no);
      // Just after a start the index may be late once.
      const taken = await settled(async () => (await admin.post("rebuild", { out_trade_nos }))[0] === 202, SETTLE_MS, 500);
      if (!taken) throw new Error("the index is not rebuilt");
    }
    const wrong = () => this.orders.filter((order) => {
      const { status, waiting, dead, quarantined } = index.row(order.out_trade_no) ?? {};
      return status !== "paid" || waiting !== 0 || dead !== 0 || quarantined !== order.events.length - 1;
    });
    await settled(() => wrong().length === 0, SETTLE_MS);
    return wrong();
  }

  delivered(order) {
    return this.bench.receiver.attempts(order.out_trade_no).filter(({ status }) => status === 204);
  }

  has(order, type) {
    return this.delivered(order).some((attempt) => attempt.type === type);
  }

  /** Whether the steps were those that a payment has; of a few of them nobody can say. */
  stepsVerdict() {
    if (this.every > 1) return [];
    const expected = CALLS.flatMap((call) => [`before ${call}`, `after ${call}`]);
    const missed = expected.filter((name) => !this.stopped.has(name));
    return [["every_step_was_the_last_once", missed.length === 0, few(missed)]];
  }

  /** What became of it all. */
  async verdict() {
    const statuses = await Promise.all(this.orders.map(async (order) => [order, await order.status()]));
    const unpaid = statuses.filter(([, status]) => status !== "paid").map(([{ out_trade_no }]) => out_trade_no);
    const missing = this.orders.filter((order) => order.events.some((type) => !this.has(order, type)));
    const ids = (order) => new Set(this.bench.receiver.attempts(order.out_trade_no).map(({ webhook_id }) => webhook_id));
    const wrong = this.orders.filter((order) => ids(order).size !== order.events.length);
    const deliveries = this.orders.flatMap((order) => this.delivered(order).map(({ webhook_id }) => webhook_id));
    const unindexed = await this.index();
    const unacknowledged = this.notes.filter(({ acknowledged }) => !acknowledged);
    const missed = [...this.points].filter(([, hits]) => hits === 0).map(([point]) => point);
    const names = (orders) => few(orders.map(({ out_trade_no }) => out_trade_no));
    const lost = new Set([...unpaid, ...missing.map(({ out_trade_no }) => out_trade_no)]);
    const acknowledged = this.notes.length - unacknowledged.length;
    const distinct = new Set(deliveries).size;
    process.stdout.write(`kills ${this.kills}, acknowledged ${acknowledged}, lost ${lost.size}, delivered ${distinct}, `
      + `duplicated ids ${deliveries.length - distinct}\n`);
    return [
      ["every_notification_is_acknowledged_in_the_end", unacknowledged.length === 0, names(unacknowledged)],
      ["every_acknowledged_payment_is_stored", unpaid.length === 0, few(unpaid)],
      ["every_event_is_delivered", missing.length === 0, names(missing)],
      ["every_event_has_one_webhook_id", wrong.length === 0, names(wrong)],
      ["every_order_is_in_the_index_as_it_is", unindexed.length === 0, names(unindexed)],
      ["every_point_was_hit", missed.length === 0, few(missed)],
      ...this.stepsVerdict(),
    ];
  }
}

async function main() {
  const { kills, seed, seconds, every } = options({ kills: 200, seed: Date.now() % 1_000_000, seconds: 400, every: 1 });
  const random = chance(seed);
  process.stdout.write(`seed ${seed}\n`);
  const worker = wrappedWorker(join(import.meta.dirname, "stopping-worker.mjs"));
  const bench = await openIndexBench({ worker, base: ON_DISK, env: { FORWARD_LADDER_S: LADDER } });
  // Long enough that a kill finds the event at the merchant.
  bench.receiver.usual = async () => {
    await sleep(random.below(15));
    return { status: 204 };
  };
  try {
    const crash = new Crash(bench, random);
    const end = Date.now() + seconds * 1000;
    crash.every = every;
    crash.count = await crash.steps(every);
    process.stdout.write(`steps of a payment ${crash.count}, killed at ${[...crash.stopped].map(([name, times]) => `${name} ${times}`).join(", ")}\n`);
    const names = Object.keys(POINTS);
    const stepwise = crash.kills;
    for (let turn = 0; crash.kills - stepwise < kills && Date.now() < end; turn += 1) {
      // In turn, so that a short run has every point; the order of a longer one is left to chance.
      const point = turn < names.length ? names[turn] : random.of(names);
      await crash.round(point);
      if (process.stdout.isTTY) process.stdout.write(`\r${crash.kills - stepwise} of ${kills}  ${point}\u001b[K`);
    }
    if (process.stdout.isTTY) process.stdout.write("\r\u001b[K");
    await crash.finish();
    return conclude(await crash.verdict());
  } finally {
    await bench.shut();
  }
}

await cli(main);
