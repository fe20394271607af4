// Faults as loops: in a whole payment the first call of a kind goes wrong, in the next payment the
// second, and so on until one passes that has no such call. After each of them everything must be as if
// nothing had happened, but for attempts that were made again. Then clocks that jump in the middle.

import { expect, test } from "@playwright/test";

import { paidFields, signed } from "../stack/notification.mjs";
import { expectOnce, loop } from "./fault-loop.mjs";
import { openWorld } from "./faults.mjs";
import { openGateway } from "./gateway.mjs";

test.describe.configure({ mode: "parallel" });

/** From registration to the merchant: the order in the end, paid and told once. */
const payment = {
  kinds: ["order", "endpoint", "sql", "alarm.set", "alarm.run", "sync", "storage.get", "merchant", "index"],
  async run(world) {
    const order = await world.register();
    order.watch();
    expect(await order.read()).toBe("redirected");
    // Most notifications change nothing, and are one statement.
    await world.notify(signed(paidFields(order.out_trade_no, { trade_status: "WAIT_BUYER_PAY" })));
    const message = signed(paidFields(order.out_trade_no));
    await world.notify(message);
    expect(await order.read()).toBe("paid");
    // Alipay was seen to send again what was acknowledged.
    await world.notify(message);
    await order.told();
    await order.watched();
    await order.indexed({ status: "paid", waiting: 0, dead: 0 });
    return order;
  },
  verdict: (order) => expectOnce(order, ["paid", "kept"]),
};

/** No notification comes: the edge asks, and Alipay's notification is late. */
const question = {
  env: ({ url }) => ({ GATEWAY_URL: url, QUERY_LADDER_S: Array(12).fill("1").join(",") }),
  kinds: ["single_trade_query", "sql", "alarm.set", "merchant"],
  async run(world) {
    const order = await world.register();
    order.watch();
    const fields = paidFields(order.out_trade_no);
    world.gateway.know(fields);
    await order.told();
    await order.watched();
    await world.notify(signed(fields));
    expect(await order.read()).toBe("paid");
    await order.indexed({ status: "paid", waiting: 0, dead: 0 });
    return order;
  },
  verdict: (order) => expectOnce(order, ["kept"]),
};

/** The key is all merchants', so that Alipay is asked back; it has forgotten the notification already. */
const ask_back = {
  env: ({ url }) => ({ GATEWAY_URL: url, SIGN_TYPE: "RSA" }),
  kinds: ["notify_verify", "single_trade_query"],
  async run(world) {
    const order = await world.register();
    const fields = paidFields(order.out_trade_no);
    world.gateway.be("forgets notifications");
    world.gateway.know(fields, "RSA");
    await world.notify(world.bench.signed(fields, "RSA"));
    expect(await order.read()).toBe("paid");
    await order.told();
    return order;
  },
  verdict: (order) => expectOnce(order, ["paid"]),
};

/** Staff have everything sent again. */
const replay = {
  kinds: ["order", "sql", "alarm.set", "merchant", "endpoint"],
  before: payment.run,
  async run(world, order) {
    const { deliveries } = await world.act(`orders/${order.out_trade_no}/replay`, {});
    expect(deliveries).toBe(1);
    await order.told(2);
    return order;
  },
  verdict: (order) => expectOnce(order, ["paid", "kept"]),
};

/** Money is given back, once, whatever becomes of an answer. */
const refund = {
  env: ({ url }) => ({ GATEWAY_URL: url }),
  kinds: ["forex_refund", "account", "sql", "alarm.set", "merchant"],
  before: payment.run,
  async run(world, order) {
    const asked = { out_return_no: order.out_trade_no, amount: 1990, currency: "USD", reason: "late" };
    await world.act(`orders/${order.out_trade_no}/refunds`, asked);
    await order.told(2);
    expect(await order.read()).toBe("refunded");
    await order.indexed({ status: "refunded", waiting: 0, dead: 0 });
    return order;
  },
  async verdict(order) {
    expect(order.world.gateway.refunds(order.out_trade_no)).toEqual([`${order.out_trade_no} 19.90`]);
    const { refunds } = await order.view();
    expect(refunds.map(({ out_return_no, state }) => [out_return_no, state])).toEqual([[order.out_trade_no, "done"]]);
    await expectOnce(order, ["paid", "kept"], ["payment.paid", "payment.refunded"]);
  },
};

/** Alarms that the runtime forgets: the index knows the order, and the watchdog looks through the index. */
const watchdog = {
  env: () => ({ QUERY_LADDER_S: "3600" }),
  kinds: ["alarm.set"],
  hows: ["forgotten"],
  rescued: true,
  async before(world) {
    const order = await world.register();
    await order.indexed({ status: "redirected" });
    return order;
  },
  async run(world, order) {
    await world.notify(signed(paidFields(order.out_trade_no)));
    await order.told();
    return order;
  },
  verdict: (order) => expectOnce(order, ["paid"]),
};

/** Opens a world with a gateway, and closes both. */
async function inWorld(env, run) {
  const gateway = await openGateway();
  const world = await openWorld({ env: env?.(gateway) });
  world.gateway = gateway;
  try {
    await run(world);
  } finally {
    await world.close();
    await gateway.close();
  }
}

for (const [name, scenario] of Object.entries({ payment, question, ask_back, replay, refund, watchdog })) {
  for (const kind of scenario.kinds) {
    test(`${name}_survives_every_fault_of_${kind}`, async () => {
      test.setTimeout(240_000);
      await inWorld(scenario.env, (world) => loop(world, name, scenario, kind));
    });
  }
}

const HOUR_MS = 3_600_000;
const TEN_YEARS_MS = 3_652 * 24 * HOUR_MS;

/** Moments at which a clock can jump, and at which it comes back, if it does. */
const MOMENTS = ["before", "registered", "notified", "failed once"];

for (const [name, jump_ms] of [["an_hour_on", HOUR_MS], ["an_hour_back", -HOUR_MS], ["ten_years_on", TEN_YEARS_MS], ["ten_years_back", -TEN_YEARS_MS]]) {
  test(`clock_${name}_at_any_moment_and_back_loses_nothing`, async () => {
    test.setTimeout(120_000);
    await inWorld(undefined, async (world) => {
      const failed = [];
      for (const [n, on] of MOMENTS.entries()) {
        for (const back of [...MOMENTS.slice(n + 1), "never"]) {
          await jumping(world, jump_ms, on, back).catch((error) => failed.push(`on ${on}, back ${back}: ${error.message}`));
          // The next order begins with the right time.
          await world.rightClock();
        }
      }
      expect(failed).toEqual([]);
    });
  });
}

/** A payment whose first delivery fails, with a clock that jumps at one moment and back at another. */
async function jumping(world, jump_ms, on, back) {
  let order;
  const at = async (moment) => {
    if (moment === on) await world.advance(order, jump_ms);
    if (moment === back) await world.advance(order, -jump_ms);
  };
  world.rescues = 0;
  await at("before");
  order = await world.register();
  world.bench.receiver.plan(order.out_trade_no, (attempt) => ({ status: attempt === 1 ? 503 : 204 }));
  await order.indexed({ status: "redirected" });
  await at("registered");
  await world.notify(signed(paidFields(order.out_trade_no)));
  await at("notified");
  await world.until(order, "a failed attempt", () => order.attempts().some(({ status }) => status === 503));
  await order.indexed({ status: "paid" });
  await at("failed once");
  await order.told();
  await expectOnce(order, ["paid"]);
}
