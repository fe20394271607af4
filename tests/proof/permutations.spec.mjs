// Notifications of one order in every order that they can arrive in, and at the same instant. What the
// Worker makes of them is compared with a model of a few lines, written from our rules: an order moves
// once, to what is said of it first; what contradicts it later is kept aside and told.

import { randomBytes } from "node:crypto";

import { expect, test } from "@playwright/test";

import { paidFields, signed } from "../stack/notification.mjs";
import { ACCEPTED, openBench } from "./bench.mjs";

let bench;
test.beforeAll(async () => {
  bench = await openBench();
});
test.afterAll(() => bench.close());

/** The five: what each says of the trade, and whose `notify_id` it has. */
const KINDS = {
  waiting: { says: "WAIT_BUYER_PAY", id: "waiting" },
  paid: { says: "TRADE_FINISHED", id: "paid" },
  repeat: { says: "TRADE_FINISHED", id: "paid" },
  paid_otherwise: { says: "TRADE_FINISHED", id: "paid_otherwise" },
  closed: { says: "TRADE_CLOSED", id: "closed" },
};

/** Every sequence without repetition of one to all of `kinds`: 325 of five. */
function* sequences(kinds, chosen = []) {
  if (chosen.length > 0) yield chosen;
  for (const kind of kinds) if (!chosen.includes(kind)) yield* sequences(kinds, [...chosen, kind]);
}

/** The status in the end and the events, in order. */
function model(sequence) {
  let status = "redirected";
  const events = [];
  const seen = new Set();
  for (const { says, id } of sequence.map((kind) => KINDS[kind])) {
    if (seen.has(id)) continue;
    seen.add(id);
    const to = { TRADE_FINISHED: "paid", TRADE_CLOSED: "closed" }[says];
    if (to === undefined || to === status) continue;
    if (status === "redirected") {
      status = to;
      events.push(`payment.${to}`);
    } else {
      events.push(`${to}_after_${status}`);
    }
  }
  return { status, events: events.sort() };
}

/** The messages of an order, by kind; all of one trade. */
function messages(out_trade_no) {
  const ids = {};
  const { trade_no } = paidFields(out_trade_no);
  const made = {};
  for (const [kind, { says, id }] of Object.entries(KINDS)) {
    ids[id] ??= randomBytes(17).toString("hex");
    made[kind] = signed(paidFields(out_trade_no, { trade_no, trade_status: says, notify_id: ids[id] }));
  }
  return made;
}

const events = (out_trade_no) => bench.receiver.attempts(out_trade_no).map(({ type, data }) => data.reason ?? type).sort();

test("every_sequence_of_up_to_five_notifications_ends_where_the_rules_say", async () => {
  const all = [...sequences(Object.keys(KINDS))];
  expect(all.length).toBe(325);
  const runs = [];
  // A few orders at a time; within an order strictly one after another.
  const queue = [...all];
  await Promise.all(Array.from({ length: 12 }, async () => {
    for (let sequence = queue.shift(); sequence !== undefined; sequence = queue.shift()) {
      const order = await bench.register();
      const sent = messages(order.out_trade_no);
      for (const kind of sequence) expect(await bench.notify(sent[kind])).toEqual(ACCEPTED);
      runs.push({ sequence, order, status: await order.status() });
    }
  }));
  const expected = runs.map(({ sequence }) => ({ sequence, ...model(sequence) }));
  await expect.poll(() => runs.every(({ order }, n) => events(order.out_trade_no).length >= expected[n].events.length)).toBe(true);
  const actual = runs.map(({ sequence, status, order }) => ({ sequence, status, events: events(order.out_trade_no) }));
  expect(actual).toEqual(expected);
});

for (const [name, kinds] of [
  ["the_same_notification_ten_times", Array(10).fill("paid")],
  ["two_notifications_of_one_payment", ["paid", "paid_otherwise"]],
  ["paid_and_waiting", ["paid", "waiting"]],
  ["paid_and_closed", ["paid", "closed"]],
]) {
  test(`${name}_at_the_same_instant_ends_where_some_sequence_ends`, async () => {
    const rounds = await Promise.all(Array.from({ length: 10 }, async () => {
      const order = await bench.register();
      const sent = messages(order.out_trade_no);
      const answers = await Promise.all(kinds.map((kind) => bench.notify(sent[kind])));
      expect(answers).toEqual(kinds.map(() => ACCEPTED));
      return { order, status: await order.status() };
    }));
    const allowed = [kinds, kinds.toReversed()].map(model);
    for (const { order, status } of rounds) {
      const outcome = () => ({ status, events: events(order.out_trade_no) });
      await expect.poll(() => allowed.some((one) => JSON.stringify(one) === JSON.stringify(outcome()))).toBe(true);
    }
  });
}
