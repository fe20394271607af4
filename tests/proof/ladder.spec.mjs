// The ladder as it is, all of it: a merchant who is away for 75 hours, which pass by the Worker's clock.

import { expect, test } from "@playwright/test";

import { paidFields, signed } from "../stack/notification.mjs";
import { openWorld } from "./faults.mjs";

/** Seconds from one attempt to the next, as Standard Webhooks recommends. */
const LADDER_S = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];

/** Runs with a Worker whose ladder is the usual one. */
async function inWorld(run) {
  const world = await openWorld({ env: { FORWARD_LADDER_S: undefined } });
  try {
    await run(world);
  } finally {
    await world.close();
  }
}

async function paid(world) {
  const order = await world.register();
  await world.notify(signed(paidFields(order.out_trade_no)));
  return order;
}

/** Lets time pass until every delivery of the order is in this state. */
async function ended(world, order, state) {
  // Time has passed for another order meanwhile, and this one's alarm knows nothing of it.
  await world.advance(order, 0);
  await world.until(order, state, async () => {
    const { deliveries } = await world.inspect(order);
    return deliveries.length > 0 && deliveries.every((one) => one.state === state);
  });
}

const statuses = (order) => order.attempts().map(({ status }) => status);

test("ten_attempts_in_75_hours_none_early_none_a_tenth_late_and_then_a_dead_letter_that_a_replay_delivers", async () => {
  await inWorld(async (world) => {
    world.bench.receiver.usual = () => ({ status: 503 });
    const order = await paid(world);
    await ended(world, order, "dead");
    expect(statuses(order)).toEqual(Array(10).fill(503));
    const times = order.attempts().map(({ sent_s }) => sent_s);
    const gaps = times.slice(1).map((at, n) => at - times[n]);
    for (const [n, gap] of gaps.entries()) {
      // The header has whole seconds, which may take one from a gap; and this machine needs some.
      expect([n, gap >= LADDER_S[n] - 1, gap <= LADDER_S[n] * 1.1 + 10]).toEqual([n, true, true]);
    }
    // Long after that nobody has tried again.
    await world.advance(order, 30 * 86_400_000);
    expect(statuses(order).length).toBe(10);

    world.bench.receiver.usual = () => ({ status: 204 });
    expect(await world.act(`orders/${order.out_trade_no}/replay`, {})).toEqual({ deliveries: 1 });
    await ended(world, order, "delivered");
    expect(statuses(order)).toEqual([...Array(10).fill(503), 204]);
    expect(new Set(order.attempts().map(({ webhook_id }) => webhook_id)).size).toBe(1);
  });
});

test("each_attempt_carries_the_events_trace_and_a_span_of_its_own", async () => {
  await inWorld(async (world) => {
    world.bench.receiver.usual = (attempt) => ({ status: attempt < 3 ? 503 : 204 });
    const order = await paid(world);
    await ended(world, order, "delivered");
    const [{ webhook_id }] = order.attempts();
    const parts = order.attempts().map(({ traceparent }) => traceparent.split("-"));
    expect(parts.map(([version, trace, , flags]) => [version, trace, flags])).toEqual(
      Array(3).fill(["00", webhook_id.replace("evt_", ""), "01"]),
    );
    const spans = parts.map(([, , span]) => span);
    expect([new Set(spans).size, spans.every((span) => /^[0-9a-f]{16}$/.test(span) && !/^0+$/.test(span))]).toEqual([3, true]);
  });
});

// With many orders the endpoint's circuit opens: what is not sent for that counts as an attempt too, so that the ladder ends.
test("orders_of_a_merchant_who_is_away_are_all_delivered_or_dead_and_a_replay_of_the_dead_leaves_none", async () => {
  test.setTimeout(120_000);
  await inWorld(async (world) => {
    const { receiver, admin } = world.bench;
    let away = true;
    receiver.usual = () => ({ status: away ? 503 : 204 });
    const early = [];
    for (let n = 0; n < 4; n += 1) early.push(await paid(world));
    for (const order of early) await ended(world, order, "dead");
    const late = [];
    for (let n = 0; n < 4; n += 1) late.push(await paid(world));
    away = false;
    for (const order of late) await ended(world, order, "delivered");
    for (const order of early) await order.indexed({ dead: 1, waiting: 0 });
    let cursor = null;
    let replayed = 0;
    do {
      const [status, json] = await admin.post("dead-letters/replay", { limit: 3, ...(cursor && { cursor }) });
      expect(status).toBe(202);
      replayed += json.deliveries;
      cursor = json.cursor;
    } while (cursor !== null);
    expect(replayed).toBe(early.length);
    for (const order of [...early, ...late]) {
      await ended(world, order, "delivered");
      expect(order.taken().length).toBe(1);
      expect(new Set(order.attempts().map(({ webhook_id }) => webhook_id)).size).toBe(1);
    }
    for (const order of early) await order.indexed({ dead: 0, waiting: 0 });
  });
});
