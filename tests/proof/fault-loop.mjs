// The loop in which each call of a kind fails once, and what must hold after each time.

import { expect } from "@playwright/test";

/** What an order may be made of; a loop that is longer has no end. */
const MOST_CALLS = 150;

/** What goes wrong, by the kind of call. */
const FAULTS = {
  order: ["throws", "hangs", "lost", "500", "nonsense", "drips"],
  endpoint: ["throws", "hangs", "lost", "500", "nonsense", "drips"],
  sql: ["throws", "lost", "resets"],
  "alarm.set": ["throws", "lost", "hangs", "resets"],
  "alarm.run": ["throws"],
  sync: ["throws", "hangs", "resets"],
  "storage.get": ["throws", "hangs", "resets"],
  merchant: ["throws", "hangs", "lost", "500"],
  index: ["throws", "hangs", "lost", "nonsense"],
  account: ["throws", "hangs", "lost", "500", "nonsense", "drips"],
  // Nonsense is no answer, and nobody knows what became of the refund: it is asked for again.
  forex_refund: ["throws", "hangs", "lost", "500", "nonsense", "drips"],
  notify_verify: ["throws", "hangs", "lost", "500", "nonsense", "drips"],
  single_trade_query: ["throws", "hangs", "lost", "500", "nonsense", "drips"],
  pay: ["throws", "hangs", "lost", "500", "nonsense", "drips"],
  inquiryPayment: ["throws", "hangs", "lost", "500", "nonsense", "drips"],
  refund: ["throws", "hangs", "lost", "500", "nonsense", "drips"],
};

/** Told once, whatever it took: one event, one id; notifications kept as they came; and the trail holds. */
export async function expectOnce(order, verdicts, events = ["payment.paid"]) {
  const ids = new Set(order.attempts().map(({ webhook_id, type }) => `${type} ${webhook_id}`));
  expect([...ids].map((id) => id.split(" ")[0])).toEqual(events);
  const { status, notifications, audit } = await order.view();
  expect(status).toBe(events.at(-1).replace("payment.", ""));
  expect(notifications.map(({ verdict }) => verdict)).toEqual(verdicts);
  expect(audit.intact).toBe(true);
}

/** A loop that finds more than this has found enough. */
const MOST_FAILURES = 8;

/**
 * Runs a scenario with each fault of `kind` at the first, second, … call, and then its verdict without
 * any; prints how many calls were hit.
 */
export async function loop(world, name, { before, run, verdict, hows, rescued = false }, kind) {
  const failed = [];
  const points = {};
  for (const how of hows ?? FAULTS[kind]) {
    for (let nth = 1; failed.length < MOST_FAILURES; nth += 1) {
      if (nth > MOST_CALLS) throw new Error(`${kind} is called more than ${MOST_CALLS} times`);
      world.rescues = 0;
      const given = await before?.(world);
      await world.arm(kind, nth, how);
      const fails = (what) => { failed.push(`${kind} ${nth} ${how}: ${what}`); };
      const order = await run(world, given).catch((error) => fails(error.message));
      const { reached } = await world.disarm();
      if (order !== undefined) await verdict(order).catch((error) => fails(error.message));
      if (world.rescues > 0 && !rescued) fails("only the watchdog found it");
      if (!reached) {
        points[how] = nth - 1;
        break;
      }
    }
  }
  process.stdout.write(`  ${name} ${kind}: ${Object.entries(points).map(([how, count]) => `${how} ${count}`).join(", ")}\n`);
  expect(failed).toEqual([]);
  // Each fault was reached at least once.
  expect(Object.values(points).filter((count) => count === 0)).toEqual([]);
}
