// Money that goes back through Antom: one number is one refund whatever comes back, and a notification
// about one is durable before it is acknowledged.

import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { expect, test } from "@playwright/test";

import { Admin } from "../stack/admin.mjs";
import { ACCEPTED, antomClaims, paidMessage, result, send, signedMessage } from "../stack/antom.mjs";
import { freshNumber, orderToken } from "../stack/tokens.mjs";
import { openAntom } from "./antom.mjs";
import { openBench } from "./bench.mjs";

let antom;
let bench;
let admin;

test.beforeAll(async () => {
  antom = await openAntom();
  bench = await openBench({ env: { ANTOM_URL: antom.url } });
  admin = new Admin({ origin: bench.origin, token: bench.secrets["admin.token"] });
});
test.afterAll(async () => {
  await bench.close();
  await antom.close();
});
test.afterEach(() => antom.usual());

const tell = (message) => send(signedMessage(message), bench.origin);

/** A paid order of 128 yuan. */
async function paid() {
  const order = bench.claims(antomClaims());
  const { json } = await bench.checkout(orderToken(order));
  const { out_trade_no } = order;
  const message = paidMessage(out_trade_no);
  expect(await tell(message)).toEqual(ACCEPTED);
  const path = `orders/${out_trade_no}`;
  const out_return_no = freshNumber();
  return {
    out_trade_no,
    out_return_no,
    paymentId: message.paymentId,
    status: () => bench.status(out_trade_no, json.status_token),
    refund: (changes = {}) => admin.post(`${path}/refunds?provider=antom`, { out_return_no, amount: 12_800, currency: "CNY", reason: "late", ...changes }),
    states: async () => (await admin.get(`${path}?provider=antom`)).refunds.map(({ state, code }) => [state, code]),
    events: () => bench.receiver.attempts(out_trade_no).filter(({ type }) => type === "payment.refunded"),
    asked: () => antom.requests.filter(({ api, asked }) => api === "refund" && asked.refundRequestId === out_return_no),
    view: () => admin.get(`${path}?provider=antom`),
  };
}

const given = (asked) => ({ result: result("S", "SUCCESS"), refundRequestId: asked.refundRequestId, refundId: "20261121194010900", paymentId: asked.paymentId, refundAmount: asked.refundAmount });

test("refund_is_asked_for_once_signed_and_told", async () => {
  const order = await paid();
  antom.say = given;
  const [status] = await order.refund();
  expect(status).toBe(202);
  await expect.poll(order.states).toEqual([["done", ""]]);
  expect((await order.refund())[0]).toBe(200);
  expect(await order.status()).toBe("refunded");
  await expect.poll(() => order.events().map(({ data }) => [data.provider, data.currency])).toEqual([["antom", "CNY"]]);
  expect(order.asked().map(({ genuine, path, asked }) => [genuine, path, asked])).toEqual([[true, "/ams/sandbox/api/v1/payments/refund", {
    refundRequestId: order.out_return_no,
    paymentId: order.paymentId,
    refundAmount: { currency: "CNY", value: "12800" },
    refundReason: "late",
    refundNotifyUrl: `${bench.origin}/notify/antom`,
  }]]);
});

for (const [name, say, deliver] of [
  ["in_process", () => ({ result: result("U", "REFUND_IN_PROCESS") })],
  ["unsigned", given, ({ response, body }) => response.end(body)],
  ["altered", given, ({ response, body, headers }) => response.writeHead(200, headers).end(`${body} `)],
  ["of_another_amount", (asked) => ({ ...given(asked), refundAmount: { currency: "CNY", value: "1" } })],
  ["of_another_refund", (asked) => ({ ...given(asked), refundRequestId: "OTHER" })],
  ["cut_off", given, ({ response }) => response.destroy()],
]) {
  test(`answer_that_is_${name}_leaves_it_open_and_the_next_is_the_same_request`, async () => {
    const order = await paid();
    antom.say = say;
    antom.deliver = deliver;
    await order.refund();
    await expect.poll(() => order.asked().length).toBe(1);
    await expect.poll(async () => (await order.states())[0][0]).toBe("pending");
    expect(order.events()).toEqual([]);
    antom.usual();
    antom.say = given;
    await expect.poll(order.states, { timeout: 25_000 }).toEqual([["done", ""]]);
    expect(new Set(order.asked().map(({ body }) => body)).size).toBe(1);
    expect(order.events().length).toBeLessThanOrEqual(1);
  });
}

test("refusal_is_final_and_nothing_is_given_back", async () => {
  const order = await paid();
  antom.say = () => ({ result: result("F", "REFUND_WINDOW_EXCEED") });
  await order.refund();
  await expect.poll(order.states).toEqual([["refused", "REFUND_WINDOW_EXCEED"]]);
  expect(await order.status()).toBe("paid");
});

const told = (refundRequestId, value = "12800") => ({
  notifyType: "REFUND_RESULT", result: result("S", "SUCCESS"), refundStatus: "SUCCESS", refundRequestId, refundId: "20261121194010900",
  refundAmount: { currency: "CNY", value }, refundTime: "2026-11-21T18:00:00+08:00",
});

test("notification_about_our_refund_is_kept_with_its_order_and_quarantines_nothing", async () => {
  const order = await paid();
  antom.say = given;
  await order.refund({ amount: 100 });
  await expect.poll(order.states).toEqual([["done", ""]]);
  for (let n = 0; n < 3; n += 1) expect(await tell(told(order.out_return_no, "100"))).toEqual(ACCEPTED);
  const { notifications } = await order.view();
  expect(notifications.map(({ notify_id, verdict, raw_kept }) => [notify_id, verdict, raw_kept])).toContainEqual([`REFUND_RESULT:${order.out_return_no}`, "kept", true]);
  expect(notifications.filter(({ quarantined }) => quarantined)).toEqual([]);
});

// Nobody's order: kept by the account, and on its disk before Antom hears that we have it.
for (const [name, reason, message] of [
  ["refund_that_is_not_ours", "refund_kind", () => told(freshNumber())],
  ["dispute", "other_kind", () => ({ ...paidMessage(freshNumber()), notifyType: "DISPUTE_CREATED" })],
]) {
  test(`notification_about_a_${name}_is_durable_when_it_is_acknowledged`, async () => {
    const own = await openBench({ env: { ANTOM_URL: antom.url } });
    try {
      const sent = signedMessage(message());
      for (let n = 0; n < 2; n += 1) expect(await send(sent, own.origin)).toEqual(ACCEPTED);
      await own.workerd.kill();
      const digest = `sha256:${createHash("sha256").update(sent.body).digest("hex")}`;
      expect(keptIn(join(own.place, "state", "AccountObject"))).toEqual([{ digest, reason, raw: sent.body, times: 2 }]);
    } finally {
      await own.close();
    }
  });
}

/** What the objects of a folder have kept. */
function keptIn(folder) {
  return readdirSync(folder).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name)).flatMap((name) => {
    const database = new DatabaseSync(join(folder, name));
    const rows = database.prepare("SELECT digest, reason, raw, times FROM evidence").all();
    database.close();
    return rows.map((row) => ({ ...row }));
  });
}
