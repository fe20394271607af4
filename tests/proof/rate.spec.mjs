// A source that is refused again and again has to wait; nobody else does, and nothing genuine counts.
// That the minute ends is asserted beside the counter, in edge/src/rate/refusals.rs.

import { join } from "node:path";
import { request } from "node:http";
import { text } from "node:stream/consumers";

import { expect, test } from "@playwright/test";

import { Admin } from "../stack/admin.mjs";
import * as antom from "../stack/antom.mjs";
import { paidFields, signed } from "../stack/notification.mjs";
import { orderToken } from "../stack/tokens.mjs";
import { ACCEPTED, openBench, refused } from "./bench.mjs";

const LIMIT = 3;
let bench;

test.beforeAll(async () => {
  bench = await openBench({ env: { REFUSALS_PER_MINUTE: String(LIMIT) } });
});
test.afterAll(() => bench.close());

// An address for each test: what one did wrong is not held against the next.
let last = 0;
const source = () => ({ "cf-connecting-ip": `192.0.2.${(last += 1)}` });

const forged = (order) => ({ ...signed(paidFields(order.out_trade_no)), total_fee: "0.01" });

/** Posts forgeries from a source until it has come to its limit. */
async function exhaust(from, order) {
  for (let n = 0; n < LIMIT; n += 1) expect(await bench.notify(forged(order), from)).toEqual(refused("bad_signature"));
}

test("forger_is_answered_429_after_the_limit_and_another_source_is_not", async () => {
  const order = await bench.register();
  const forger = source();
  await exhaust(forger, order);
  for (let n = 0; n < 20; n += 1) expect(await bench.notify(forged(order), forger)).toEqual(refused("too_many", 429));
  // From where the forger is, not even a genuine one is read: it is sent again, and then it is.
  expect(await bench.notify(signed(paidFields(order.out_trade_no)), forger)).toEqual(refused("too_many", 429));
  expect(await order.status()).toBe("redirected");
  expect(await bench.notify(signed(paidFields(order.out_trade_no)), source())).toEqual(ACCEPTED);
  expect(await order.status()).toBe("paid");
});

test("answer_429_says_when_to_ask_again_and_reads_no_body", async () => {
  const order = await bench.register();
  const forger = source();
  await exhaust(forger, order);
  // The body never comes: whoever waited for it would not answer.
  const [status, body, headers] = await bodiless(forger);
  expect([status, body, headers["x-refusal"]]).toEqual([429, "fail", "too_many"]);
  expect(Number(headers["retry-after"])).toBeGreaterThan(50);
  expect(Number(headers["retry-after"])).toBeLessThanOrEqual(60);
});

test("genuine_notifications_never_count", async () => {
  const alipay = source();
  for (let n = 0; n < 5 * LIMIT; n += 1) {
    const order = await bench.register();
    expect(await bench.notify(signed(paidFields(order.out_trade_no)), alipay)).toEqual(ACCEPTED);
  }
});

test("ipv6_addresses_of_one_network_count_together", async () => {
  const order = await bench.register();
  for (let n = 0; n < LIMIT; n += 1) {
    expect(await bench.notify(forged(order), { "cf-connecting-ip": `2001:db8:1:1::${n}` })).toEqual(refused("bad_signature"));
  }
  expect(await bench.notify(forged(order), { "cf-connecting-ip": "2001:db8:1:1:ffff::1" })).toEqual(refused("too_many", 429));
  expect(await bench.notify(forged(order), { "cf-connecting-ip": "2001:db8:1:2::1" })).toEqual(refused("bad_signature"));
});

test("pages_of_the_same_source_are_not_held_for_its_forgeries_and_have_a_limit_of_their_own", async () => {
  const order = await bench.register();
  const from = source();
  await exhaust(from, order);
  const page = (token, headers = {}) => fetch(`${bench.origin}/checkout`, {
    method: "POST", headers: { ...from, ...headers }, body: new URLSearchParams({ order_token: token }),
  });
  const expired = orderToken(bench.claims({ exp: 1 }));
  const good = () => orderToken(bench.claims());
  for (let n = 0; n < LIMIT - 1; n += 1) expect((await page(expired)).status).toBe(401);
  expect((await page(good())).status).toBe(200);
  expect((await page(expired)).status).toBe(401);
  const answer = await page(good(), { origin: bench.origins.shop });
  const json = await answer.json();
  expect([answer.status, answer.headers.get("content-type"), json.code]).toEqual([429, "application/problem+json", "too_many"]);
  expect(json.detail).toBe(`ask again in ${answer.headers.get("retry-after")} seconds`);
  // The merchant's page may read it, like every other answer.
  expect(answer.headers.get("access-control-allow-origin")).toBe(bench.origins.shop);
});

test("admin_tokens_cannot_be_guessed_at_leisure", async () => {
  const from = source();
  const guess = (token) => fetch(`${bench.origin}/admin/keys`, { headers: { ...from, authorization: `Bearer ${token}` } });
  for (let n = 0; n < LIMIT; n += 1) expect((await guess(`guess ${n}`)).status).toBe(401);
  const answer = await guess(bench.secrets["admin.token"]);
  expect([answer.status, (await answer.json()).code, answer.headers.get("access-control-allow-origin")]).toEqual([429, "too_many", null]);
});

test("whoever_watches_the_worker_is_never_held", async () => {
  const from = source();
  for (let n = 0; n < 3 * LIMIT; n += 1) {
    expect((await fetch(`${bench.origin}/version`, { method: "POST", headers: from })).status).toBe(405);
  }
  for (const path of ["/healthz", "/version"]) expect((await fetch(bench.origin + path, { headers: from })).status).toBe(200);
});

test("log_says_once_that_a_source_is_held_and_not_which", async () => {
  const order = await bench.register();
  const before = lines(bench).length;
  const forger = source();
  await exhaust(forger, order);
  for (let n = 0; n < 10; n += 1) await bench.notify(forged(order), forger);
  await expect.poll(() => lines(bench).slice(before)).toEqual([{ event: "source_held", area: "notify" }]);
  expect(bench.workerd.log.filter((line) => line.includes(forger["cf-connecting-ip"]))).toEqual([]);
});

test("each_request_of_a_held_source_is_counted_though_the_log_has_one_line", async () => {
  const admin = new Admin({ origin: bench.origin, token: bench.secrets["admin.token"] });
  const counted = async () => {
    const metrics = await (await admin.fetch("metrics")).text();
    return Number(/refusals_total\{code="too_many"\} (\d+)/.exec(metrics)?.[1] ?? 0);
  };
  const order = await bench.register();
  const forger = source();
  const [before, held] = [await counted(), lines(bench).length];
  await exhaust(forger, order);
  for (let n = 0; n < 7; n += 1) expect(await bench.notify(forged(order), forger)).toEqual(refused("too_many", 429));
  expect(await counted()).toBe(before + 7);
  expect(lines(bench).length).toBe(held + 1);
});

test("rate_limiting_binding_counts_refusals_alone_by_account_area_and_source", async () => {
  const bound = await openBench({ made: { REFUSED: join(import.meta.dirname, "rate-limiter.mjs") } });
  try {
    const order = await bound.register();
    const from = { "cf-connecting-ip": "192.0.2.200" };
    expect(await bound.notify(signed(paidFields(order.out_trade_no)), from)).toEqual(ACCEPTED);
    // The stand-in lets two through; our own limit is far away.
    for (let n = 0; n < 3; n += 1) expect(await bound.notify(forged(order), from)).toEqual(refused("bad_signature"));
    expect(await bound.notify(forged(order), from)).toEqual(refused("too_many", 429));
    expect(await bound.notify(forged(order), { "cf-connecting-ip": "192.0.2.201" })).toEqual(refused("bad_signature"));
    const asked = () => bound.workerd.log.filter((line) => line.includes("limit 2088")).map((line) => line.slice(line.indexOf("limit")));
    const key = (ip) => `limit 2088123412341234:notify:${ip}`;
    await expect.poll(asked).toEqual([`${key("192.0.2.200")} 1`, `${key("192.0.2.200")} 2`, `${key("192.0.2.200")} 3`, `${key("192.0.2.201")} 1`]);
  } finally {
    await bound.close();
  }
});

test("antoms_route_answers_429_in_antoms_words", async () => {
  const from = source();
  const forge = async () => {
    const answer = await fetch(`${bench.origin}${antom.PATH}`, { method: "POST", headers: { ...from, "content-type": "application/json" }, body: "{}" });
    return [answer.status, answer.headers.get("x-refusal"), await answer.text(), Number(answer.headers.get("retry-after")) > 0];
  };
  for (let n = 0; n < LIMIT; n += 1) expect((await forge()).slice(0, 2)).toEqual([403, "missing_header"]);
  const { status, body, refusal } = antom.refused("too_many", 429);
  expect(await forge()).toEqual([status, refusal, body, true]);
});

for (const [name, ip, error] of [["fails", "192.0.2.250", "no counter"], ["never_answers", "192.0.2.251", "no answer in time"]]) {
  test(`rate_limiting_binding_that_${name}_leaves_the_counter_of_the_isolate`, async () => {
    const bound = await openBench({ env: { REFUSALS_PER_MINUTE: "2" }, made: { REFUSED: join(import.meta.dirname, "rate-limiter.mjs") } });
    try {
      const order = await bound.register();
      const from = { "cf-connecting-ip": ip };
      for (let n = 0; n < 2; n += 1) expect(await bound.notify(forged(order), from)).toEqual(refused("bad_signature"));
      expect(await bound.notify(forged(order), from)).toEqual(refused("too_many", 429));
      const said = bound.workerd.log.filter((line) => line.includes("rate_limiter_failed"));
      expect([said.length, said.every((line) => line.includes(error))]).toEqual([2, true]);
    } finally {
      await bound.close();
    }
  });
}

function lines(of) {
  return of.workerd.log.filter((line) => line.includes('"source_held"')).map((line) => JSON.parse(line.slice(line.indexOf("{"))));
}

/** A notification whose body never comes: `[status, body, headers]`. */
function bodiless(from) {
  return new Promise((resolve, reject) => {
    const headers = { ...from, "content-type": "application/x-www-form-urlencoded", "content-length": "600" };
    const sent = request(`${bench.origin}/notify/gateway`, { method: "POST", headers }, (answer) => {
      text(answer).then((body) => resolve([answer.statusCode, body, answer.headers]), reject).finally(() => sent.destroy());
    });
    sent.on("error", reject).flushHeaders();
  });
}
