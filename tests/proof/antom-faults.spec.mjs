// The loops of faults.spec for orders that Antom collects: what is asked there, and what it says, may
// fail once at any point, and nobody pays, gets or hears anything twice.

import { createHash } from "node:crypto";

import { expect, test } from "@playwright/test";

import { antomClaims, paidMessage, result } from "../stack/antom.mjs";
import { freshNumber } from "../stack/tokens.mjs";
import { openAntom } from "./antom.mjs";
import { expectOnce, loop } from "./fault-loop.mjs";
import { openWorld } from "./faults.mjs";

test.describe.configure({ mode: "parallel" });

/** From registration to the merchant. */
const payment = {
  kinds: ["order", "sql", "alarm.set", "pay", "merchant"],
  async run(world) {
    const order = await world.register(antomClaims());
    order.watch();
    expect(await order.read()).toBe("redirected");
    const message = paidMessage(order.out_trade_no);
    await world.tellAntom(message);
    expect(await order.read()).toBe("paid");
    // Antom sends again what it does not know to be acknowledged.
    await world.tellAntom(message);
    await order.told();
    await order.watched();
    await order.indexed({ status: "paid", waiting: 0, dead: 0 });
    return order;
  },
  async verdict(order) {
    // However often it was asked, it was the same request: one payment.
    const asked = order.world.antom.asked("pay", order.out_trade_no);
    expect(new Set(asked.map(({ body }) => body)).size).toBe(1);
    await expectOnce(order, ["paid"]);
  },
};

/** No notification comes: the edge asks. */
const question = {
  env: { QUERY_LADDER_S: Array(12).fill("1").join(",") },
  kinds: ["inquiryPayment", "sql", "alarm.set", "merchant"],
  async run(world) {
    world.antom.say = (asked, antom, api) => {
      const begun = antom.begun(asked);
      if (api === "inquiryPayment") return { result: result("S", "SUCCESS"), ...begun, paymentStatus: "SUCCESS" };
      return { result: result("U", "PAYMENT_IN_PROCESS"), ...begun, normalUrl: "https://open-sea.alipayplus.com/x" };
    };
    const order = await world.register(antomClaims());
    await order.told();
    expect(await order.read()).toBe("paid");
    await order.indexed({ status: "paid", waiting: 0, dead: 0 });
    return order;
  },
  verdict: (order) => expectOnce(order, []),
};

/** Money is given back, once, whatever becomes of an answer. */
const refund = {
  kinds: ["refund", "account", "sql", "alarm.set", "merchant"],
  before: (world) => {
    world.antom.usual();
    return payment.run(world);
  },
  async run(world, order) {
    world.antom.say = ({ refundRequestId, paymentId, refundAmount }) => (
      { result: result("S", "SUCCESS"), refundRequestId, refundId: "20261121194010900", paymentId, refundAmount }
    );
    const asked = { out_return_no: order.out_trade_no, amount: 12_800, currency: "CNY", reason: "late" };
    await world.act(`orders/${order.out_trade_no}/refunds?provider=antom`, asked);
    await order.told(2);
    expect(await order.read()).toBe("refunded");
    await order.indexed({ status: "refunded", waiting: 0, dead: 0 });
    return order;
  },
  async verdict(order) {
    const asked = order.world.antom.requests.filter(({ api, asked }) => api === "refund" && asked.refundRequestId === order.out_trade_no);
    expect(new Set(asked.map(({ body }) => body)).size).toBe(1);
    const { refunds } = await order.view();
    expect(refunds.map(({ out_return_no, state }) => [out_return_no, state])).toEqual([[order.out_trade_no, "done"]]);
    await expectOnce(order, ["paid"], ["payment.paid", "payment.refunded"]);
  },
};

/** What belongs to no order is kept by the account, once, before Antom hears that we have it. */
const dispute = {
  kinds: ["account", "sql", "alarm.set"],
  async run(world) {
    const message = { ...paidMessage(freshNumber()), notifyType: "DISPUTE_CREATED" };
    await world.tellAntom(message);
    await world.tellAntom(message);
    return { world, digest: `sha256:${createHash("sha256").update(JSON.stringify(message)).digest("hex")}` };
  },
  async verdict({ world, digest }) {
    const { messages } = await world.bench.admin.get("quarantine/signed?provider=antom");
    const kept = messages.filter(({ evidence }) => evidence === digest);
    // Where the answer was lost it was sent once more.
    expect(kept.map(({ reason, times }) => [reason, times >= 2 && times <= 3])).toEqual([["other_kind", true]]);
  },
};

for (const [name, scenario] of Object.entries({ payment, question, refund, dispute })) {
  for (const kind of scenario.kinds) {
    test(`antom_${name}_survives_every_fault_of_${kind}`, async () => {
      test.setTimeout(240_000);
      const antom = await openAntom();
      const world = await openWorld({ env: { ANTOM_URL: antom.url, ...scenario.env } });
      world.antom = antom;
      try {
        await loop(world, `antom ${name}`, scenario, kind);
      } finally {
        await world.close();
        await antom.close();
      }
    });
  }
}
