// The edge asks Alipay about orders that nobody notifies it of: at the times it promises, and no answer is believed that a
// notification of the same kind would not be.

import { generateKeyPairSync, sign } from "node:crypto";

import { expect, test } from "@playwright/test";

import { paidFields } from "../stack/notification.mjs";
import { openWorld } from "./faults.mjs";
import { openGateway, tradeAnswer, tradeOf } from "./gateway.mjs";
import { closedAfterEach, openAsking } from "./opened.mjs";

test.describe.configure({ mode: "parallel" });

const keep = closedAfterEach(test);

/** One, five and fifteen minutes, one, six and 24 hours after the shopper left. */
const TIMES_S = [60, 300, 900, 3600, 21_600, 86_400];

test("order_that_nobody_notifies_of_is_asked_about_six_times_in_24_hours_none_early_and_then_no_more", async () => {
  const gateway = await openGateway();
  const world = await openWorld({ env: { GATEWAY_URL: gateway.url, QUERY_LADDER_S: undefined } });
  try {
    const order = await world.register();
    const lines = (act) => world.bench.admin.trail(order.out_trade_no).then((trail) => trail.filter((line) => line.act === act));
    await world.until(order, "six questions", async () => (await lines("asked")).length === TIMES_S.length);
    const [{ at_ms: left_ms }] = await lines("redirected");
    const asked = await lines("asked");
    expect(asked.map(({ detail }) => detail)).toEqual(TIMES_S.map(() => "no_trade"));
    for (const [n, { at_ms }] of asked.entries()) {
      const after_s = (at_ms - left_ms) / 1000;
      expect([n, after_s >= TIMES_S[n], after_s <= TIMES_S[n] * 1.1 + 10]).toEqual([n, true, true]);
    }
    await world.advance(order, 30 * 86_400_000);
    const inspected = await world.inspect(order);
    expect([inspected.questions, gateway.asked.filter(({ service }) => service === "single_trade_query").length]).toEqual([[], 6]);
    expect((await order.view()).status).toBe("redirected");
  } finally {
    await world.close();
    await gateway.close();
  }
});

const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const byStranger = (text) => sign("RSA-SHA256", Buffer.from(text), stranger).toString("base64");
const other = (trade) => ({ ...trade, out_trade_no: paidFields("x").trade_no });

/** What is answered about a paid trade with one fault, and what becomes of the question. */
const FORGERIES = [
  ["that_a_stranger_signed", (trade) => tradeAnswer(trade, "RSA2", byStranger), "bad_signature"],
  ["with_another_amount_than_was_signed", (trade) => tradeAnswer({ ...trade, total_fee: "0.01" }).replace(">0.01<", `>${trade.total_fee}<`), "bad_signature"],
  ["with_a_member_more_than_was_signed", (trade) => tradeAnswer(trade).replace("</trade>", "<use_coupon>F</use_coupon></trade>"), "bad_signature"],
  ["signed_by_sha1", (trade) => tradeAnswer(trade, "RSA"), "sign_type_not_accepted"],
  ["signed_by_sha1_and_called_rsa2", (trade) => tradeAnswer(trade, "RSA").replace("<sign_type>RSA<", "<sign_type>RSA2<"), "bad_signature"],
  ["signed_by_md5", (trade) => tradeAnswer(trade, "MD5"), "sign_type_not_accepted"],
  ["without_a_signature", (trade) => tradeAnswer(trade).replace(/<sign>.*<\/sign>/, ""), "missing_field"],
  ["about_another_order_that_is_paid", (trade) => tradeAnswer(other(trade)), "wrong_trade"],
  ["about_another_account", (trade) => tradeAnswer({ ...trade, seller_id: "2088999999999999" }), "wrong_partner"],
  ["with_an_amount_twice", (trade) => tradeAnswer(trade).replace("</trade>", "<total_fee>0.01</total_fee></trade>"), "not_an_answer"],
  ["with_a_value_that_can_be_split", (trade) => tradeAnswer({ ...trade, subject: "Tea&out_trade_no=X" }).replace("Tea&out", "Tea&amp;out"), "resplit"],
  ["that_is_a_page", () => "<html>TRADE_FINISHED</html>", "not_an_answer"],
];

for (const [name, forge, code] of FORGERIES) {
  test(`answer_${name}_moves_nothing_and_is_${code}`, async () => {
    const { bench, gateway, admin } = await openAsking(keep, { QUERY_LADDER_S: Array(32).fill("1").join(",") });
    const order = await bench.register();
    const fields = paidFields(order.out_trade_no);
    gateway.say(order.out_trade_no, forge(tradeOf(fields)));
    const asked = async () => (await admin.trail(order.out_trade_no)).filter(({ act }) => act === "asked").map(({ detail }) => detail);
    // However often it was asked until we looked.
    await expect.poll(async () => [...new Set(await asked())]).toEqual([code]);
    expect([await order.status(), bench.receiver.attempts(order.out_trade_no)]).toEqual(["redirected", []]);
    // The same without the fault, so that it is the fault which is refused.
    gateway.know(fields);
    await expect.poll(() => order.status()).toBe("paid");
    await expect.poll(() => bench.receiver.attempts(order.out_trade_no).map(({ type, data }) => [type, data.source, data.notify_id])).toEqual([
      ["payment.paid", "query", undefined],
    ]);
  });
}

test("answer_of_another_amount_than_was_registered_is_kept_aside_and_told", async () => {
  const { bench, gateway, admin } = await openAsking(keep, { QUERY_LADDER_S: "1" });
  const order = await bench.register();
  gateway.know(paidFields(order.out_trade_no, { total_fee: "0.01" }));
  await expect.poll(() => bench.receiver.attempts(order.out_trade_no).map(({ type, data }) => [type, data.reason, data.source])).toEqual([
    ["payment.quarantined", "amount_differs", "query"],
  ]);
  expect([await order.status(), (await admin.order(order.out_trade_no)).audit.intact]).toEqual(["redirected", true]);
});
