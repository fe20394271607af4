// Faults as loops: in a whole payment the first call of a kind goes wrong, in the next payment the
// second, and so on until one passes that has no such call. After each of them everything must be as if
// nothing had happened, but for attempts that were made again.

import { expect, test } from "@playwright/test";

import { paidFields, signed } from "../stack/notification.mjs";
import { openWorld } from "./faults.mjs";

test.describe.configure({ mode: "parallel" });

/** What an order may be made of; a loop that is longer has no end. */
const MOST_CALLS = 150;

/** What goes wrong, by the kind of call. */
const FAULTS = {
  order: ["throws", "hangs", "lost", "500", "nonsense", "drips"],
  endpoint: ["throws", "hangs", "lost", "500", "nonsense", "drips"],
  sql: ["throws", "resets"],
  "alarm.set": ["throws", "lost", "hangs", "resets"],
  "alarm.run": ["throws"],
  sync: ["throws", "hangs", "resets"],
  "storage.get": ["throws", "hangs", "resets"],
  merchant: ["throws", "hangs", "lost", "500"],
  index: ["throws", "hangs", "lost", "nonsense"],
};

/** From registration to the merchant: the order in the end, paid and told once. */
async function pay(world) {
  const order = await world.register();
  order.watch();
  expect(await order.read()).toBe("redirected");
  const message = signed(paidFields(order.out_trade_no));
  await world.notify(message);
  expect(await order.read()).toBe("paid");
  // Alipay was seen to send again what was acknowledged.
  await world.notify(message);
  await order.told();
  await order.watched();
  await order.indexed({ status: "paid", waiting: 0, dead: 0 });
  return order;
}

/** Told once, whatever it took: one event, one id; kept once; and the trail holds. */
async function expectPaidOnce(order) {
  const ids = new Set(order.attempts().map(({ webhook_id, type }) => `${type} ${webhook_id}`));
  expect([...ids].map((id) => id.split(" ")[0])).toEqual(["payment.paid"]);
  const { row, status, notifications, audit } = await order.view();
  expect((row ?? { status }).status).toBe("paid");
  expect(notifications.map(({ verdict }) => verdict)).toEqual(["paid"]);
  expect(audit.intact).toBe(true);
}

/** A loop that finds more than this has found enough. */
const MOST_FAILURES = 8;

/**
 * Runs `scenario` with each fault of `kind` at the first, second, … call, and then `verdict` without any;
 * prints how many calls were hit.
 */
async function loop(world, kind, scenario, verdict) {
  const failed = [];
  const points = {};
  for (const how of FAULTS[kind]) {
    for (let nth = 1; ; nth += 1) {
      if (nth > MOST_CALLS) throw new Error(`${kind} is called more than ${MOST_CALLS} times`);
      world.rescues = 0;
      await world.arm(kind, nth, how);
      const fails = (what) => { failed.push(`${kind} ${nth} ${how}: ${what}`); };
      const order = await scenario(world).catch((error) => fails(error.message));
      const { reached } = await world.disarm();
      if (typeof order === "object") await verdict(order).catch((error) => fails(error.message));
      if (world.rescues > 0) fails("only the watchdog found it");
      if (failed.length > MOST_FAILURES) break;
      if (!reached) {
        points[how] = nth - 1;
        break;
      }
    }
  }
  process.stdout.write(`  ${scenario.name} ${kind}: ${Object.entries(points).map(([how, count]) => `${how} ${count}`).join(", ")}\n`);
  expect(failed).toEqual([]);
}

async function inWorld(env, run) {
  const world = await openWorld({ env });
  try {
    await run(world);
  } finally {
    await world.close();
  }
}

test.describe("payment", () => {
  for (const kind of Object.keys(FAULTS)) {
    test(`payment_survives_every_fault_of_${kind}`, async () => {
      test.setTimeout(240_000);
      await inWorld({}, (world) => loop(world, kind, pay, expectPaidOnce));
    });
  }
});
