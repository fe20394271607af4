// Money that goes back: whatever Alipay's gateway does, one number is one refund, and what is not known
// is never taken for known.

import { once } from "node:events";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

import { expect, test } from "@playwright/test";

import { Admin } from "../stack/admin.mjs";
import { paidFields } from "../stack/notification.mjs";
import { ACCEPTED, openBench } from "./bench.mjs";
import { closedAfterEach } from "./opened.mjs";

test.describe.configure({ mode: "parallel" });

const keep = closedAfterEach(test);

const xml = (inside) => `<?xml version="1.0" encoding="utf-8"?><alipay>${inside}</alipay>`;
const GIVEN = (response) => response.end(xml("<is_success>T</is_success>"));
const refused = (word) => (response) => response.end(xml(`<is_success>F</is_success><error>${word}</error>`));
const LOST = (response) => response.destroy();

/** A gateway that answers refunds by `plan`, one answer after the other, the last one for ever. */
async function openGateway(plan) {
  const asked = [];
  const server = createServer((request, response) => {
    response.on("error", () => {});
    const query = Object.fromEntries(new URL(request.url, "http://gateway").searchParams);
    asked.push({ at_ms: Date.now(), ...query });
    plan[Math.min(asked.length, plan.length) - 1](response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = async () => {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  };
  keep({ close });
  return { asked, url: `http://127.0.0.1:${server.address().port}/gateway.do` };
}

/** A Worker with a paid order, and Alipay's gateway by `plan`. */
async function paid(plan, changes) {
  const gateway = await openGateway(plan);
  const bench = keep(await openBench({ env: { GATEWAY_URL: gateway.url } }));
  const admin = new Admin({ origin: bench.origin, token: bench.secrets["admin.token"] });
  const order = await bench.register(changes);
  const fields = changes?.rmb_fee ? { total_fee: changes.rmb_fee, currency: "CNY" } : {};
  expect(await bench.tell(paidFields(order.out_trade_no, fields))).toEqual(ACCEPTED);
  const { out_trade_no } = order;
  return {
    ...order,
    admin,
    bench,
    gateway,
    refund: (changes = {}) => admin.post(`orders/${out_trade_no}/refunds`, { out_return_no: "R1", amount: 1990, currency: "USD", reason: "late", ...changes }),
    view: () => admin.order(out_trade_no),
    states: async () => (await admin.order(out_trade_no)).refunds.map(({ state, code }) => [state, code]),
    events: () => bench.receiver.attempts(out_trade_no).filter(({ type }) => type === "payment.refunded"),
  };
}

test("number_sent_many_times_at_the_same_instant_is_one_refund", async () => {
  const order = await paid([GIVEN]);
  const answers = await Promise.all(Array.from({ length: 10 }, () => order.refund()));
  for (const [status, { out_return_no, amount, state }] of answers) {
    expect([out_return_no, amount]).toEqual(["R1", 1990]);
    expect(status).toBe(state === "done" ? 200 : 202);
  }
  await expect.poll(order.states).toEqual([["done", ""]]);
  await expect.poll(() => order.events().length).toBe(1);
  expect(order.gateway.asked.length).toBe(1);
});

test("different_numbers_at_the_same_instant_never_exceed_what_was_paid", async () => {
  const order = await paid([GIVEN]);
  const numbers = Array.from({ length: 8 }, (_, n) => `R${n}`);
  const answers = await Promise.all(numbers.map((out_return_no) => order.refund({ out_return_no, amount: 1000 })));
  const statuses = answers.map(([status]) => status).sort();
  expect(statuses).toEqual([202, 409, 409, 409, 409, 409, 409, 409]);
  await expect.poll(order.states).toEqual([["done", ""]]);
  expect(order.gateway.asked.length).toBe(1);
  expect(await order.status()).toBe("paid");
});

test("request_is_signed_and_the_same_at_every_attempt", async () => {
  const order = await paid([LOST, GIVEN]);
  await order.refund({ amount: 500 });
  await expect.poll(order.states, { timeout: 20_000 }).toEqual([["done", ""]]);
  const [first, second] = order.gateway.asked.map(({ at_ms: _, ...fields }) => fields);
  expect(second).toEqual(first);
  expect(first).toMatchObject({
    service: "forex_refund", product_code: "NEW_WAP_OVERSEAS_SELLER", out_trade_no: order.out_trade_no, out_return_no: "R1",
    return_amount: "5.00", currency: "USD", is_sync: "Y", reason: "late", sign_type: "RSA2", gmt_return: expect.stringMatching(/^\d{14}$/),
  });
  expect(first.notify_url).toBeUndefined();
});

test("payment_in_yuan_goes_back_in_yuan", async () => {
  const order = await paid([GIVEN], { amount: undefined, rmb_fee: "19.90" });
  expect((await order.refund({ currency: "USD" }))[1].code).toBe("parameter");
  expect((await order.refund({ currency: "CNY" }))[0]).toBe(202);
  await expect.poll(order.states).toEqual([["done", ""]]);
  expect(order.gateway.asked).toMatchObject([{ return_rmb_amount: "19.90", currency: "USD" }]);
  expect(await order.status()).toBe("refunded");
});

for (const [name, lost, code] of [
  ["is_lost", LOST, "unreachable"],
  ["is_500", (response) => response.writeHead(500).end(), "status"],
  ["is_a_redirect", (response) => response.writeHead(302, { location: "/T" }).end(), "status"],
  ["is_a_page_of_a_proxy", (response) => response.end("<html>T</html>"), "not_an_answer"],
  ["is_empty", (response) => response.end(), "not_an_answer"],
  ["breaks_off", (response) => { response.writeHead(200, { "content-length": "100" }).write("<alipay>"); setTimeout(() => response.destroy(), 100); }, "answer_broken"],
  ["is_too_long", (response) => response.end(" ".repeat(70_000)), "answer_broken"],
  ["says_that_alipay_does_not_know", refused("SYSTEM_EXCEPTION"), "SYSTEM_EXCEPTION"],
  ["is_a_refusal_without_a_word", refused("<b/>"), "refused_without_a_word"],
]) {
  test(`refund_whose_answer_${name}_stays_pending_is_asked_for_again_and_is_one`, async () => {
    const order = await paid([lost, GIVEN]);
    await order.refund();
    await expect.poll(order.states).toEqual([["pending", code]]);
    expect(await order.status()).toBe("paid");
    expect(order.events()).toEqual([]);
    // Nothing is left to give back while nobody knows.
    expect((await order.refund({ out_return_no: "R2", amount: 1 }))[1].code).toBe("refund_exceeds");
    await expect.poll(order.states, { timeout: 20_000 }).toEqual([["done", ""]]);
    expect(order.gateway.asked.map(({ out_return_no }) => out_return_no)).toEqual(["R1", "R1"]);
    expect(order.gateway.asked[1].at_ms - order.gateway.asked[0].at_ms).toBeGreaterThanOrEqual(5000);
    await expect.poll(() => order.events().length).toBe(1);
    expect(await order.status()).toBe("refunded");
  });
}

test("refusal_after_an_attempt_that_may_have_given_the_money_back_settles_nothing", async () => {
  const order = await paid([LOST, refused("RETURN_AMOUNT_EXCEED"), GIVEN]);
  await order.refund();
  await expect.poll(order.states, { timeout: 20_000 }).toEqual([["pending", "RETURN_AMOUNT_EXCEED"]]);
  const { refunds: [{ due_ms, attempts }], status } = await order.view();
  expect([attempts, status]).toEqual([2, "paid"]);
  expect(due_ms).toBeGreaterThan(Date.now());
});

test("refusal_at_first_is_the_end_and_the_money_may_be_asked_for_again", async () => {
  const order = await paid([refused("RETURN_AMOUNT_EXCEED"), GIVEN]);
  await order.refund();
  await expect.poll(order.states).toEqual([["refused", "RETURN_AMOUNT_EXCEED"]]);
  expect((await order.refund())[0]).toBe(200);
  expect((await order.refund({ out_return_no: "R2" }))[0]).toBe(202);
  await expect.poll(order.states, { timeout: 20_000 }).toEqual([["done", ""], ["refused", "RETURN_AMOUNT_EXCEED"]]);
  expect(order.gateway.asked.map(({ out_return_no }) => out_return_no)).toEqual(["R1", "R2"]);
});

test("refund_that_was_asked_for_when_the_worker_died_is_asked_for_again_afterwards", async () => {
  const order = await paid([() => {}, GIVEN]);
  await order.refund();
  await expect.poll(() => order.gateway.asked.length).toBe(1);
  await order.bench.workerd.kill();
  await order.bench.workerd.start();
  expect((await order.states())[0][0]).toBe("pending");
  await expect.poll(order.states, { timeout: 30_000 }).toEqual([["done", ""]]);
  expect(order.gateway.asked.map(({ out_return_no }) => out_return_no)).toEqual(["R1", "R1"]);
  await expect.poll(() => order.events().length).toBe(1);
});

// Nobody knows, and Alipay's word does not come: staff has looked, and says what has come of it.

const UNSURE = refused("SYSTEM_EXCEPTION");
const settle = (order, outcome, reason = "Alipay's support, case 4711", number = "R1") => order.admin.post(`orders/${order.out_trade_no}/refunds/${number}`, { outcome, reason });

test("open_refund_that_staff_says_is_made_is_done_told_and_never_asked_for_again", async () => {
  const order = await paid([UNSURE]);
  await order.refund();
  await expect.poll(order.states).toEqual([["pending", "SYSTEM_EXCEPTION"]]);
  const [status, settled] = await settle(order, "refunded");
  expect([status, settled]).toMatchObject([200, { out_return_no: "R1", amount: 1990, state: "done", code: "by_hand", attempts: 1, due_ms: null, settled_ms: expect.any(Number) }]);
  expect(await order.status()).toBe("refunded");
  // The same again is nothing new, and the other word comes too late.
  expect(await settle(order, "refunded", "again")).toEqual([200, settled]);
  expect(await settle(order, "refused")).toMatchObject([409, { code: "refund_not_open" }]);
  await expect.poll(() => order.events().length).toBe(1);
  const line = (await order.admin.trail(order.out_trade_no)).find(({ act }) => act === "refund_said_refunded");
  expect([line.by, line.detail]).toEqual(["local", "R1 Alipay's support, case 4711"]);
  const [{ data }] = order.events();
  expect(data).toMatchObject({ out_return_no: "R1", amount: 1990, refunded: 1990, status: "refunded", source: "staff", evidence: `sha256:${line.hash}` });
  // The next attempt would have come after five seconds.
  await sleep(7_000);
  expect([order.gateway.asked.length, order.events().length]).toEqual([1, 1]);
});

test("open_refund_that_staff_says_is_refused_frees_its_amount_and_tells_of_nothing", async () => {
  const order = await paid([UNSURE, GIVEN]);
  await order.refund();
  await expect.poll(order.states).toEqual([["pending", "SYSTEM_EXCEPTION"]]);
  expect((await order.refund({ out_return_no: "R2" }))[1].code).toBe("refund_exceeds");
  expect((await settle(order, "refused"))[0]).toBe(200);
  expect(await order.states()).toEqual([["refused", "by_hand"]]);
  expect((await order.refund({ out_return_no: "R2" }))[0]).toBe(202);
  await expect.poll(order.states, { timeout: 20_000 }).toEqual([["done", ""], ["refused", "by_hand"]]);
  expect(order.gateway.asked.map(({ out_return_no }) => out_return_no)).toEqual(["R1", "R2"]);
  await expect.poll(() => order.events().map(({ data }) => data.out_return_no)).toEqual(["R2"]);
  const acts = (await order.admin.trail(order.out_trade_no)).map(({ by, act }) => [by, act]);
  expect(acts).toContainEqual(["local", "refund_said_refused"]);
});

for (const [said, answer, states, asked] of [
  // The money is gone, whatever was said.
  ["refused", GIVEN, [["done", ""]], "refund_contradicted"],
  ["refunded", refused("RETURN_AMOUNT_EXCEED"), [["done", "by_hand"]], "refund_said_refunded"],
  ["refunded", GIVEN, [["done", "by_hand"]], "refund_said_refunded"],
  ["refused", UNSURE, [["refused", "by_hand"]], "refund_said_refused"],
]) {
  test(`staff_says_${said}_while_alipay_is_asked_and_then_${asked}_${states[0].join("_")}_${answer === GIVEN ? "given" : "not"}`, async () => {
    let let_go;
    const held = new Promise((resolve) => { let_go = resolve; });
    const order = await paid([async (response) => { await held; answer(response); }]);
    await order.refund();
    await expect.poll(() => order.gateway.asked.length).toBe(1);
    expect((await settle(order, said))[0]).toBe(200);
    let_go();
    await expect.poll(order.states).toEqual(states);
    // Longer than until another attempt.
    await sleep(7_000);
    expect([await order.states(), order.gateway.asked.length]).toEqual([states, 1]);
    const given = states[0][0] === "done";
    expect(await order.status()).toBe(given ? "refunded" : "paid");
    expect(order.events().map(({ data }) => data.out_return_no)).toEqual(given ? ["R1"] : []);
    const trail = await order.admin.trail(order.out_trade_no);
    expect(trail.filter(({ act }) => act.startsWith("refund_") && act !== "refund_requested" && act !== "refund_tried").at(-1).act).toBe(asked);
  });
}

test("what_staff_cannot_settle_refused", async () => {
  const order = await paid([refused("RETURN_AMOUNT_EXCEED")]);
  expect(await settle(order, "refunded")).toMatchObject([404, { code: "refund_unknown" }]);
  await order.refund();
  await expect.poll(order.states).toEqual([["refused", "RETURN_AMOUNT_EXCEED"]]);
  expect(await settle(order, "refunded")).toMatchObject([409, { code: "refund_not_open" }]);
  expect(await settle(order, "refused")).toMatchObject([200, { state: "refused", code: "RETURN_AMOUNT_EXCEED" }]);
  for (const [outcome, reason] of [["done", "x"], [undefined, "x"], ["refused", ""], ["refused", "a\nb"], ["refused", "x".repeat(201)], ["refused", undefined]]) {
    expect(await settle(order, outcome, reason === undefined ? null : reason), `${outcome} ${reason}`).toMatchObject([400, { code: "parameter" }]);
  }
  expect(await settle({ ...order, out_trade_no: "nobody" }, "refused")).toMatchObject([404, { code: "order_unknown" }]);
});

// Without these no gateway is configured at all.
const GATEWAY = ["GATEWAY_URL", "PARTNER", "SIGN_TYPE", "MERCHANT_PRIVATE_KEY", "ALIPAY_PUBLIC_KEY", "MERCHANT_URL"];

test("refund_that_could_not_even_be_asked_for_is_settled_by_the_first_refusal_afterwards", async () => {
  const order = await paid([refused("SYSTEM_EXCEPTION"), refused("RETURN_AMOUNT_EXCEED")]);
  const { bench } = order;
  await order.refund({ out_return_no: "R0", amount: 1 });
  await expect.poll(() => order.gateway.asked.length).toBe(1);
  // This one has to wait for its turn, 3.5 s after the other.
  await order.refund({ amount: 500 });
  await bench.restart(Object.fromEntries(GATEWAY.map((name) => [name, undefined])));
  const failed = () => bench.workerd.log.filter((line) => line.includes('"not_configured"') && line.includes('"R1"')).length;
  await expect.poll(failed, { timeout: 20_000 }).toBeGreaterThan(0);
  await bench.restart(Object.fromEntries(GATEWAY.map((name) => [name, bench.variables[name]])));
  const state = async () => (await order.view()).refunds.find(({ out_return_no }) => out_return_no === "R1");
  await expect.poll(state, { timeout: 30_000 }).toMatchObject({ state: "refused", code: "RETURN_AMOUNT_EXCEED" });
});
