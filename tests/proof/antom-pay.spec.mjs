// Asking Antom: `pay` is one payment however often and by whichever device it is asked, an answer that
// is not Antom's word for this payment is no answer, and what became of a payment is found by asking.

import { expect, test } from "@playwright/test";

import { ACCEPTED, antomClaims, paidMessage, result, send, signedMessage } from "../stack/antom.mjs";
import { freshNumber, orderToken } from "../stack/tokens.mjs";
import { openAntom } from "./antom.mjs";
import { openBench } from "./bench.mjs";

const ANTOM = ["ANTOM_URL", "ANTOM_CLIENT_ID", "ANTOM_PRIVATE_KEY", "ANTOM_PUBLIC_KEY"];
const GATEWAY = ["GATEWAY_URL", "PARTNER", "SIGN_TYPE", "MERCHANT_PRIVATE_KEY", "ALIPAY_PUBLIC_KEY"];
const without = (names) => Object.fromEntries(names.map((name) => [name, undefined]));
const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148";

let antom;
let bench;
const benches = [];

async function another(settings) {
  const made = await openBench({ ...settings, env: { ANTOM_URL: antom.url, REFUSALS_PER_MINUTE: "100000", ...settings?.env } });
  benches.push(made);
  return made;
}

test.beforeAll(async () => {
  antom = await openAntom();
  bench = await another();
});
test.afterAll(async () => {
  await Promise.all(benches.map((one) => one.close()));
  await antom.close();
});
test.afterEach(() => antom.usual());

/** Posts a checkout: `{ status, code, json }`. */
async function checkout(order, { terminal = "wap", agent = "Mozilla/5.0 (Linux; Android 15)", of = bench } = {}) {
  const body = new URLSearchParams({ order_token: orderToken(order), terminal });
  const answer = await fetch(`${of.origin}/checkout`, { method: "POST", body, headers: { "user-agent": agent } });
  const json = await answer.json();
  return { status: answer.status, code: json.code, json };
}

const fresh = (changes, of = bench) => of.claims(antomClaims(changes));
const refusal = ({ status, code }) => [status, code];

test("request_to_pay_is_signed_and_says_what_was_ordered", async () => {
  const order = fresh({ subject: "Dragon Well 龙井" });
  const { status, json } = await checkout(order, { terminal: "pc" });
  expect([status, json.status, json.pay_url]).toEqual([200, "redirected", `https://open-sea.alipayplus.com/cashier/${order.out_trade_no}`]);
  expect([json.amount, json.currency]).toEqual([12_800, "CNY"]);
  const [{ genuine, path, asked }] = antom.asked("pay", order.out_trade_no);
  expect([genuine, path]).toEqual([true, "/ams/sandbox/api/v1/payments/pay"]);
  expect(asked).toEqual({
    productCode: "CASHIER_PAYMENT",
    paymentRequestId: order.out_trade_no,
    order: { referenceOrderId: order.out_trade_no, orderDescription: "Dragon Well 龙井", orderAmount: { currency: "CNY", value: "12800" } },
    paymentAmount: { currency: "CNY", value: "12800" },
    paymentMethod: { paymentMethodType: "ALIPAY_CN" },
    env: { terminalType: "WEB" },
    paymentRedirectUrl: expect.stringMatching(new RegExp(`^${bench.origin}/return/${order.out_trade_no}/[\\w-]{22}$`)),
    paymentNotifyUrl: `${bench.origin}/notify/antom`,
  });
});

test("rmb_fee_names_the_currency_of_settlement", async () => {
  const order = fresh({ amount: undefined, rmb_fee: "88.00", currency: "USD" });
  const { json } = await checkout(order);
  expect([json.amount, json.currency]).toEqual([8_800, "CNY"]);
  const [{ asked }] = antom.asked("pay", order.out_trade_no);
  expect([asked.paymentAmount, asked.settlementStrategy]).toEqual([{ currency: "CNY", value: "8800" }, { settlementCurrency: "USD" }]);
  // Nobody is paid in dollars what was ordered in yuan.
  expect(await send(signedMessage(paidMessage(order.out_trade_no, { paymentAmount: { currency: "USD", value: "8800" } })), bench.origin)).toEqual(ACCEPTED);
  expect(await bench.status(order.out_trade_no, json.status_token)).toBe("redirected");
  expect(await send(signedMessage(paidMessage(order.out_trade_no, { paymentAmount: { currency: "CNY", value: "8800" } })), bench.origin)).toEqual(ACCEPTED);
  expect(await bench.status(order.out_trade_no, json.status_token)).toBe("paid");
});

for (const [name, terminal, agent, env] of [
  ["desktop", "pc", "Mozilla/5.0 (X11; Linux x86_64)", { terminalType: "WEB" }],
  ["iphone", "wap", IPHONE, { terminalType: "WAP", osType: "IOS" }],
  ["android", "wap", "Mozilla/5.0 (Linux; Android 15)", { terminalType: "WAP", osType: "ANDROID" }],
]) {
  test(`${name}_is_told_to_antom`, async () => {
    const order = fresh();
    await checkout(order, { terminal, agent });
    expect(antom.asked("pay", order.out_trade_no)[0].asked.env).toEqual(env);
  });
}

test("same_order_gives_the_same_address_and_antom_is_asked_once", async () => {
  const order = fresh();
  const first = await checkout(order);
  for (const [terminal, agent] of [["wap", IPHONE], ["pc", "Mozilla/5.0 (X11)"], ["wap", undefined]]) {
    expect((await checkout(order, { terminal, agent })).json.pay_url).toBe(first.json.pay_url);
  }
  expect(antom.asked("pay", order.out_trade_no).length).toBe(1);
});

test("ten_clicks_at_once_are_one_request_byte_for_byte_and_one_address", async () => {
  const order = fresh();
  const agents = [IPHONE, "Mozilla/5.0 (Linux; Android 15)"];
  const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => checkout(order, { agent: agents[n % 2], terminal: n % 3 ? "wap" : "pc" })));
  expect(new Set(answers.map(({ status, json }) => `${status} ${json.pay_url}`)).size).toBe(1);
  expect(new Set(antom.asked("pay", order.out_trade_no).map(({ body }) => body)).size).toBe(1);
});

test("other_content_under_the_same_number_refused", async () => {
  const order = fresh();
  await checkout(order);
  expect(refusal(await checkout({ ...order, amount: "0.10" }))).toEqual([409, "order_terms_differ"]);
});

const otherPayment = (asked, all) => ({ ...all, paymentRequestId: freshNumber() });
const good = (asked) => ({ result: result("U", "PAYMENT_IN_PROCESS"), ...antom.begun(asked), normalUrl: "https://open-sea.alipayplus.com/x" });
const delivered = (change) => () => { antom.deliver = ({ response, body, headers }) => change(response, body, headers); };
const said = (change) => () => { antom.say = (asked) => change(asked, good(asked)); };

// Whatever comes back that is not Antom's word for this payment: the shopper hears to try again, and
// the next try is the same request, so that nothing is lost and nothing paid twice.
for (const [name, misbehave] of [
  ["result_that_nobody_knows", said(() => ({ result: result("U", "UNKNOWN_EXCEPTION") }))],
  ["too_much_traffic", said(() => ({ result: result("U", "REQUEST_TRAFFIC_EXCEED_LIMIT") }))],
  ["unsigned_answer", delivered((response, body) => response.end(body))],
  ["unsigned_refusal", delivered((response) => response.end('{"result":{"resultStatus":"F","resultCode":"INVALID_SIGNATURE"}}'))],
  ["altered_answer", delivered((response, body, headers) => response.writeHead(200, headers).end(body.replace("open-sea", "evil")))],
  ["answer_of_another_time", delivered((response, body, headers) => response.writeHead(200, { ...headers, "response-time": "2026-11-21T18:00:01+08:00" }).end(body))],
  ["answer_to_another_client", delivered((response, body, headers) => response.writeHead(200, { ...headers, "client-id": "X" }).end(body))],
  ["answer_about_another_payment", said(otherPayment)],
  ["answer_with_another_amount", said((_, all) => ({ ...all, paymentAmount: { currency: "CNY", value: "1" } }))],
  ["address_without_tls", said((_, all) => ({ ...all, normalUrl: "http://open-sea.alipayplus.com/x" }))],
  ["address_that_is_a_script", said((_, all) => ({ ...all, normalUrl: "javascript:alert(1)" }))],
  ["answer_that_is_no_json", delivered((response, _, headers) => response.writeHead(200, headers).end("<html>"))],
  ["redirect", delivered((response) => response.writeHead(302, { location: "/elsewhere" }).end())],
  ["failing_server", delivered((response) => response.writeHead(500).end("oops"))],
  ["closed_connection", delivered((response) => response.destroy())],
]) {
  test(`${name}_is_pay_unknown_and_the_next_try_is_the_same_request`, async () => {
    const order = fresh();
    misbehave();
    expect(refusal(await checkout(order))).toEqual([503, "pay_unknown"]);
    antom.usual();
    const { status, json } = await checkout(order, { terminal: "pc", agent: IPHONE });
    expect([status, json.status, json.pay_url]).toEqual([200, "redirected", `https://open-sea.alipayplus.com/cashier/${order.out_trade_no}`]);
    const bodies = antom.asked("pay", order.out_trade_no).map(({ body }) => body);
    expect(bodies.length).toBeGreaterThan(1);
    expect(new Set(bodies).size).toBe(1);
  });
}

test("antom_that_does_not_answer_keeps_nobody_waiting_for_long", async () => {
  const order = fresh();
  antom.deliver = () => {};
  const began = Date.now();
  expect(refusal(await checkout(order))).toEqual([503, "pay_unknown"]);
  expect(Date.now() - began).toBeLessThan(14_000);
});

test("answer_without_end_is_cut_and_the_payment_told_by_its_notification_is_not_lost", async () => {
  const order = fresh();
  antom.deliver = ({ response, headers }) => {
    response.writeHead(200, headers);
    const more = setInterval(() => response.write(" ".repeat(65_536)), 1);
    response.on("close", () => clearInterval(more));
  };
  expect(refusal(await checkout(order))).toEqual([503, "pay_unknown"]);
  antom.usual();
  // Antom had begun it, and the shopper paid by the way that we never heard of.
  expect(await send(signedMessage(paidMessage(order.out_trade_no)), bench.origin)).toEqual(ACCEPTED);
  const { json } = await checkout(order);
  expect([json.status, json.pay_url]).toEqual(["paid", undefined]);
});

for (const [code, status, expected] of [
  ["RISK_REJECT", 409, "pay_refused"],
  ["ORDER_IS_CLOSED", 409, "pay_refused"],
  ["USER_BALANCE_NOT_ENOUGH", 409, "pay_refused"],
  ["INVALID_CONTRACT", 502, "pay_failed"],
  ["REPEAT_REQ_INCONSISTENT", 502, "pay_failed"],
  ["A_WORD_OF_TOMORROW", 502, "pay_failed"],
]) {
  test(`refusal_${code}_is_${expected}`, async () => {
    const order = fresh();
    antom.say = () => ({ result: result("F", code) });
    expect(refusal(await checkout(order))).toEqual([status, expected]);
    // A refusal is final: it is not asked again by itself.
    expect(antom.asked("pay", order.out_trade_no).length).toBe(1);
  });
}

test("payment_without_an_address_is_pay_refused", async () => {
  const order = fresh();
  antom.say = (asked) => ({ result: result("U", "PAYMENT_IN_PROCESS"), ...antom.begun(asked) });
  expect(refusal(await checkout(order))).toEqual([409, "pay_refused"]);
});

test("paid_at_once_is_paid_and_told_once", async () => {
  const order = fresh();
  antom.say = (asked) => ({ result: result("S", "SUCCESS"), ...antom.begun(asked) });
  const { json } = await checkout(order);
  const { paymentId } = antom.payments.get(order.out_trade_no);
  expect([json.status, json.pay_url, json.trade_no]).toEqual(["paid", undefined, paymentId]);
  expect(await send(signedMessage(paidMessage(order.out_trade_no, { paymentId })), bench.origin)).toEqual(ACCEPTED);
  await expect.poll(() => bench.receiver.attempts(order.out_trade_no).map(({ type, data }) => [type, data.source, data.provider]))
    .toEqual([["payment.paid", "query", "antom"]]);
});

test("plain_form_is_sent_to_the_cashier", async () => {
  const order = fresh();
  const body = new URLSearchParams({ order_token: orderToken(order) });
  const answer = await fetch(`${bench.origin}/pay`, { method: "POST", body, redirect: "manual" });
  expect([answer.status, answer.headers.get("location")]).toEqual([303, `https://open-sea.alipayplus.com/cashier/${order.out_trade_no}`]);
});

test("return_leads_to_the_shop_with_a_status_token_and_makes_nothing_paid", async () => {
  const order = fresh();
  await checkout(order);
  const [{ asked }] = antom.asked("pay", order.out_trade_no);
  const answer = await fetch(asked.paymentRedirectUrl, { redirect: "manual" });
  const [page, fragment] = answer.headers.get("location").split("#");
  expect([answer.status, page]).toEqual([303, order.return_url]);
  const token = fragment.replace("alipay-checkout=", "");
  expect(await bench.status(order.out_trade_no, token)).toBe("redirected");
  // The mark is the order's own.
  const forged = asked.paymentRedirectUrl.replace(order.out_trade_no, freshNumber());
  expect((await fetch(forged, { redirect: "manual" })).status).toBe(404);
});

for (const [name, changes, detail] of [
  ["another_currency", { currency: "USD" }, /^currency: /],
  ["nine_fen", { amount: "0.09" }, /^amount: /],
  ["too_much", { amount: "300000.01" }, /^amount: /],
  ["rmb_fee_of_nine_fen", { amount: undefined, rmb_fee: "0.09", currency: "USD" }, /^rmb_fee: /],
  ["unknown_provider", { provider: "paypal" }, /^provider: /],
  ["subject_with_a_control_character", { subject: "a\u0007b" }, /^subject: /],
]) {
  test(`${name}_is_an_order_claim_and_nothing_is_asked`, async () => {
    const order = fresh(changes);
    const { status, code, json } = await checkout(order);
    expect([status, code]).toEqual([422, "order_claim"]);
    expect(json.detail).toMatch(detail);
    expect(antom.asked("pay", order.out_trade_no)).toEqual([]);
  });
}

test("worker_without_antom_has_no_such_route_and_refuses_its_orders", async () => {
  const of = await another({ env: without(ANTOM) });
  expect(refusal(await checkout(fresh({}, of), { of }))).toEqual([422, "order_claim"]);
  const { status, refusal: why } = await send(signedMessage(paidMessage("A1")), of.origin);
  expect([status, why]).toEqual([404, "route_unknown"]);
  expect(await (await of.register()).status()).toBe("redirected");
});

test("worker_with_antom_alone_takes_it_where_nobody_is_named", async () => {
  const of = await another({ env: without(GATEWAY) });
  const order = fresh({ provider: undefined }, of);
  const { json } = await checkout(order, { of });
  expect(json.status).toBe("redirected");
  expect(await send(signedMessage(paidMessage(order.out_trade_no)), of.origin)).toEqual(ACCEPTED);
  expect(await of.status(order.out_trade_no, json.status_token)).toBe("paid");
  const atGateway = await checkout(of.claims({ provider: "alipay-gateway" }), { of });
  expect(refusal(atGateway)).toEqual([422, "order_claim"]);
});

test.describe("inquiry", () => {
  let asking;
  test.beforeAll(async () => {
    asking = await another({ env: { QUERY_LADDER_S: "1,1,1,1,1,1,1,1" } });
  });

  /** An order that is open and being asked about. */
  async function open() {
    const order = fresh({}, asking);
    const { json } = await checkout(order, { of: asking });
    return { ...order, status: () => asking.status(order.out_trade_no, json.status_token) };
  }
  const found = (paymentStatus, more = {}) => (asked) => ({ result: result("S", "SUCCESS"), ...antom.begun(asked), paymentStatus, ...more });
  const askedTwice = (order) => expect.poll(() => antom.asked("inquiryPayment", order.out_trade_no).length).toBeGreaterThan(1);

  for (const [word, expected] of [["SUCCESS", "paid"], ["FAIL", "closed"], ["CANCELLED", "closed"]]) {
    test(`payment_that_is_${word}_is_found_by_asking_and_told`, async () => {
      const order = await open();
      antom.say = found(word);
      await expect.poll(order.status).toBe(expected);
      await expect.poll(() => asking.receiver.attempts(order.out_trade_no).map(({ type, data }) => [type, data.source, data.provider]))
        .toEqual([[`payment.${expected}`, "query", "antom"]]);
      expect(antom.asked("inquiryPayment", order.out_trade_no).every(({ genuine, path }) => genuine && path === "/ams/sandbox/api/v1/payments/inquiryPayment")).toBe(true);
    });
  }

  for (const [name, say, deliver] of [
    ["in_process", found("PROCESSING")],
    ["pending", found("PENDING")],
    ["not_there_yet", () => ({ result: result("F", "ORDER_NOT_EXIST") })],
    ["altered", found("SUCCESS"), ({ response, body, headers }) => response.writeHead(200, headers).end(`${body} `)],
    ["unsigned", found("SUCCESS"), ({ response, body }) => response.end(body)],
    ["another_payment", (asked) => ({ ...found("SUCCESS")(asked), paymentRequestId: "OTHER" })],
    ["paid_with_another_amount", found("SUCCESS", { paymentAmount: { currency: "CNY", value: "1" } })],
    ["success_of_the_call_alone", (asked) => { const { paymentStatus: _, ...rest } = found("SUCCESS")(asked); return rest; }],
  ]) {
    test(`answer_that_is_${name}_moves_nothing`, async () => {
      const order = await open();
      antom.say = say;
      antom.deliver = deliver;
      await askedTwice(order);
      expect(await order.status()).toBe("redirected");
      expect(asking.receiver.attempts(order.out_trade_no).filter(({ type }) => type !== "payment.quarantined")).toEqual([]);
    });
  }

  test("return_of_the_shopper_hurries_the_question", async () => {
    const slow = await another({ env: { QUERY_LADDER_S: "3600" } });
    const order = fresh({}, slow);
    const { json } = await checkout(order, { of: slow });
    antom.say = found("SUCCESS");
    const [{ asked }] = antom.asked("pay", order.out_trade_no);
    await fetch(asked.paymentRedirectUrl, { redirect: "manual" });
    await expect.poll(() => slow.status(order.out_trade_no, json.status_token)).toBe("paid");
  });
});
