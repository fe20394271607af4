// The merchant's side: looking at orders, and having them do things again.

import { createHash } from "node:crypto";

import { expect, test } from "@playwright/test";

import { Admin } from "../stack/admin.mjs";
import { notify, paidFields, signed } from "../stack/notification.mjs";
import { Gate } from "../stack/parts.mjs";
import { runningStack } from "../stack/running.mjs";
import { checkout, claims, freshNumber } from "../stack/tokens.mjs";

const { origins, secrets } = runningStack();
const gate = new Gate(origins.gate);
const admin = new Admin();

async function paid(changes) {
  const order = claims(changes);
  await checkout(order);
  const message = signed(paidFields(order.out_trade_no));
  expect((await notify(message)).body).toBe("success");
  return { ...order, message };
}

const acts = async (out_trade_no) => (await admin.trail(out_trade_no)).map(({ by, act, detail }) => [by, act, detail]);

test.describe("who gets in", () => {
  for (const [name, headers] of [
    ["no_token", { authorization: "" }],
    ["another_token", { authorization: `Bearer ${"A".repeat(43)}` }],
    ["another_scheme", { authorization: `Basic ${secrets["admin.token"]}` }],
    ["the_hash_of_the_token", { authorization: `Bearer ${createHash("sha256").update(secrets["admin.token"] ?? "").digest("hex")}` }],
    ["a_status_secret", { authorization: `Bearer ${secrets["status.secret"]}` }],
  ]) {
    test(`${name}_refused_everywhere`, async () => {
      for (const path of ["orders", "orders/A1", "orders/A1/audit", "dead-letters", "quarantine", "quarantine/signed", "endpoints", "keys", "metrics", "attempts", "token", "no-such-route"]) {
        expect(await admin.refusal(path, { headers }), path).toEqual([401, "admin_token"]);
      }
      for (const path of ["orders/A1/replay", "orders/A1/query", "orders/A1/refunds", "orders/A1/refunds/R1", "dead-letters/replay", "endpoints/1/mend", "rebuild"]) {
        expect(await admin.refusal(path, { method: "POST", headers }), path).toEqual([401, "admin_token"]);
      }
    });
  }

  test("refusal_names_the_scheme_and_no_page_may_read_an_answer", async () => {
    const answer = await admin.fetch("orders", { headers: { authorization: "", origin: origins.shop } });
    expect(answer.headers.get("www-authenticate")).toBe("Bearer");
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    const good = await admin.fetch("orders", { headers: { origin: origins.shop } });
    expect([good.status, good.headers.get("access-control-allow-origin")]).toEqual([200, null]);
    expect(good.headers.get("cache-control")).toBe("no-store");
  });

  test("unknown_routes_and_methods_are_told_to_those_who_are_in", async () => {
    expect(await admin.refusal("no-such-route")).toEqual([404, "route_unknown"]);
    expect(await admin.refusal("orders", { method: "POST" })).toEqual([405, "method"]);
    expect(await admin.refusal("rebuild")).toEqual([405, "method"]);
  });
});

test("order_is_shown_whole_and_without_secrets", async () => {
  const order = claims({ metadata: { cart: "7" }, return_url: `${origins.shop}/checkout/x?session=s3cret#f` });
  await checkout(order);
  const message = signed(paidFields(order.out_trade_no));
  await notify(message);
  const settled = async () => (await admin.order(order.out_trade_no)).waiting;
  await expect.poll(settled).toBe(0);
  const view = await admin.order(order.out_trade_no);
  const [{ webhook_id, body }] = await gate.arrived(order.out_trade_no);
  expect(view).toMatchObject({
    out_trade_no: order.out_trade_no,
    status: "paid",
    final: true,
    amount: 1990,
    currency: "USD",
    trade_no: message.trade_no,
    dead: 0,
    quarantined: 0,
    due_ms: null,
    terms: { subject: "Tea", return_url: `${origins.shop}/checkout/x`, metadata: { cart: "7" } },
    notifications: [{
      notify_id: message.notify_id, verdict: "paid", quarantined: false, says: "paid", trade_no: message.trade_no,
      amount: 1990, currency: "USD", raw_kept: true, evidence: JSON.parse(body).data.evidence,
    }],
    deliveries: [{ event: webhook_id, type: "payment.paid", endpoint: "1", state: "delivered", attempts: 1, last: "204" }],
    audit: { intact: true },
  });
  const whole = JSON.stringify(view);
  for (const secret of [message.sign, "s3cret", ...Object.values(secrets)]) expect(whole).not.toContain(secret);
});

test("trail_is_a_chain_from_registration_to_delivery", async () => {
  const { out_trade_no } = await paid();
  const [{ webhook_id }] = await gate.arrived(out_trade_no);
  await expect.poll(() => acts(out_trade_no)).toEqual([
    ["", "registered", ""],
    ["", "redirected", ""],
    ["", "notified", "paid"],
    ["", "forwarded", `${webhook_id} 1 204`],
  ]);
  const { audit } = await admin.order(out_trade_no);
  const lines = await admin.trail(out_trade_no);
  expect(audit).toEqual({ lines: 4, head: lines.at(-1).hash, intact: true });

  const page = await admin.fetch(`orders/${out_trade_no}/audit?after=1&limit=2`);
  expect(page.headers.get("link")).toBe('<?after=3&limit=2&provider=alipay-gateway>; rel="next"');
  expect((await page.text()).trimEnd().split("\n").map((line) => JSON.parse(line).seq)).toEqual([2, 3]);
});

test("orders_are_found_by_number_trade_status_and_time", async () => {
  const prefix = freshNumber();
  const before = new Date(Date.now() - 1).toISOString();
  const numbers = ["a", "b", "c"].map((end) => `${prefix}-${end}`);
  for (const out_trade_no of numbers) await checkout(claims({ out_trade_no }));
  const { message } = await paid({ out_trade_no: `${prefix}-d` });
  for (const number of numbers) await admin.indexed(number, { status: "redirected", amount: 1990, currency: "USD" });
  await admin.indexed(`${prefix}-d`, { status: "paid", trade_no: message.trade_no, waiting: 0 });

  const find = async (query) => (await admin.get(`orders?${query}`)).orders.map(({ out_trade_no }) => out_trade_no);
  const all = [`${prefix}-d`, ...numbers.toReversed()];
  expect(await find(`q=${prefix}`)).toEqual(all);
  expect(await find(`q=${message.trade_no}`)).toEqual([`${prefix}-d`]);
  expect(await find(`q=${prefix}&status=redirected`)).toEqual(all.slice(1));
  expect(await find(`q=${prefix}&from=${before}`)).toEqual(all);
  expect(await find(`q=${prefix}&to=${before}`)).toEqual([]);

  // Page by page: each order once, and an end.
  const seen = [];
  let cursor = "";
  for (let pages = 0; cursor !== undefined; pages += 1) {
    expect(pages).toBeLessThan(4);
    const page = await admin.get(`orders?q=${prefix}&limit=2${cursor && `&cursor=${cursor}`}`);
    seen.push(...page.orders.map(({ out_trade_no }) => out_trade_no));
    cursor = page.cursor;
  }
  expect(seen).toEqual(all);
});

test("notification_kept_aside_is_in_quarantine", async () => {
  const order = claims();
  await checkout(order);
  const message = signed(paidFields(order.out_trade_no, { total_fee: "0.01" }));
  await notify(message);
  await admin.indexed(order.out_trade_no, { quarantined: 1, status: "redirected" });
  const { notifications } = await admin.get("quarantine");
  const mine = notifications.filter(({ out_trade_no }) => out_trade_no === order.out_trade_no);
  expect(mine).toMatchObject([{ notify_id: message.notify_id, verdict: "amount_differs", amount: 1, quarantined: true }]);
});

test("notification_of_an_unregistered_order_is_found_too", async () => {
  const out_trade_no = freshNumber();
  await notify(signed(paidFields(out_trade_no)));
  await admin.indexed(out_trade_no, { status: "unregistered", amount: null, quarantined: 1 });
  expect((await admin.order(out_trade_no)).terms).toBeUndefined();
});

test("delivered_event_is_replayed_under_its_own_id", async () => {
  const { out_trade_no } = await paid();
  const [first] = await gate.arrived(out_trade_no);
  await expect.poll(async () => (await admin.order(out_trade_no)).waiting).toBe(0);
  expect(await admin.post(`orders/${out_trade_no}/replay`, { event: first.webhook_id })).toEqual([202, { deliveries: 1 }]);
  const [, second] = await gate.arrived(out_trade_no, 2);
  expect([second.webhook_id, second.body]).toEqual([first.webhook_id, first.body]);
  expect(await acts(out_trade_no)).toContainEqual(["local", "replayed", `${first.webhook_id} 1`]);

  for (const body of [{ event: "evt_00000000000000000000000000000000" }, { endpoint: "5" }]) {
    const asked = { method: "POST", body };
    expect(await admin.refusal(`orders/${out_trade_no}/replay`, asked)).toEqual([404, "event_unknown"]);
  }
});

test("dead_letter_is_listed_and_replayed", async () => {
  test.setTimeout(90_000);
  const order = claims();
  await gate.refuse(order.out_trade_no, 100);
  await checkout(order);
  await notify(signed(paidFields(order.out_trade_no)));
  await expect.poll(async () => (await admin.order(order.out_trade_no)).dead, { timeout: 40_000 }).toBe(1);
  await admin.indexed(order.out_trade_no, { dead: 1, waiting: 0 });
  const letters = async () => {
    const { dead_letters } = await admin.get("dead-letters");
    return dead_letters.filter(({ out_trade_no }) => out_trade_no === order.out_trade_no);
  };
  expect(await letters()).toMatchObject([{ type: "payment.paid", endpoint: "1", state: "dead", last: expect.stringMatching(/^(status_503|circuit_open)$/) }]);

  await gate.refuse(order.out_trade_no, 0);
  // The failures above have opened the endpoint's circuit; whoever mended the endpoint says so.
  expect((await admin.post("endpoints/1/mend"))[0]).toBe(200);
  const [status, { orders, deliveries }] = await admin.post("dead-letters/replay");
  expect(status).toBe(202);
  expect(orders).toBeGreaterThanOrEqual(1);
  expect(deliveries).toBeGreaterThanOrEqual(orders);
  await expect.poll(async () => (await admin.order(order.out_trade_no)).deliveries[0].state).toBe("delivered");
  await admin.indexed(order.out_trade_no, { dead: 0 });
  expect(await letters()).toEqual([]);
});

test("mended_endpoint_says_who_mended_it", async () => {
  const [status, view] = await admin.post("endpoints/1/mend");
  expect([status, view]).toEqual([200, { failures: 0, open_until_ms: 0, gone: false, mended: { by: "local", at_ms: expect.any(Number) } }]);
  const { endpoints } = await admin.get("endpoints");
  expect(endpoints).toMatchObject([{ name: "1", origin: origins.gate, mended: { by: "local" } }]);
  expect(await admin.refusal("endpoints/2/mend", { method: "POST" })).toEqual([404, "endpoint_unknown"]);
});

test("alipay_is_asked_on_demand_and_not_more_often_than_allowed", async () => {
  const { out_trade_no } = claims();
  await checkout(claims({ out_trade_no }));
  const [status, { due_ms }] = await admin.post(`orders/${out_trade_no}/query`);
  expect(status).toBe(202);
  expect(due_ms).toBeLessThanOrEqual(Date.now());
  const asked = async () => (await acts(out_trade_no)).filter(([, act]) => act === "asked");
  await expect.poll(asked).toEqual([["", "asked", "no_trade"]]);
  expect(await acts(out_trade_no)).toContainEqual(["local", "query_asked_for", ""]);

  const [, again] = await admin.post(`orders/${out_trade_no}/query`);
  expect(again.due_ms - due_ms).toBeGreaterThanOrEqual(9_000);
  expect(await admin.refusal(`orders/${freshNumber()}/query`, { method: "POST" })).toEqual([404, "order_unknown"]);
});

test("metrics_are_open_metrics_and_count", async () => {
  const { out_trade_no } = await paid();
  await notify({ ...signed(paidFields(out_trade_no)), total_fee: "0.01" });
  await admin.indexed(out_trade_no, { status: "paid", waiting: 0 });
  const answer = await admin.fetch("metrics");
  expect(answer.headers.get("content-type")).toBe("application/openmetrics-text; version=1.0.0; charset=utf-8");
  const text = await answer.text();
  expect(text.endsWith("# EOF\n")).toBe(true);
  const value = (sample) => Number(text.split("\n").find((line) => line.startsWith(`${sample} `))?.split(" ")[1]);
  expect(value("alipay_checkout_index_up")).toBe(1);
  expect(value('alipay_checkout_orders{status="paid"}')).toBeGreaterThanOrEqual(1);
  expect(value('alipay_checkout_isolate_refusals_total{code="bad_signature"}')).toBeGreaterThanOrEqual(1);
  expect(value('alipay_checkout_isolate_notifications_total{outcome="paid"}')).toBeGreaterThanOrEqual(1);
});

test("keys_are_shown_by_fingerprint_with_their_last_use", async () => {
  const { out_trade_no } = await paid();
  await admin.indexed(out_trade_no, { status: "paid", waiting: 0 });
  const answer = await admin.get("keys");
  const short = (text) => `sha256:${createHash("sha256").update(text).digest("hex").slice(0, 8)}`;
  const der = Buffer.from(secrets["alipay-public.pem"].replace(/-----[A-Z ]+-----|\s/g, ""), "base64");
  const by = Object.fromEntries(answer.in_use.map((key) => [key.name, key]));
  expect(by.ALIPAY_PUBLIC_KEY.fingerprint).toBe(`sha256:${createHash("sha256").update(der).digest("hex")}`);
  expect(by.ORDER_SECRET.fingerprint).toBe(short(secrets["order.secret"]));
  expect(Object.keys(by).sort()).toEqual(["ALIPAY_PUBLIC_KEY", "ANTOM_PRIVATE_KEY", "ANTOM_PUBLIC_KEY", "FORWARD_SECRET", "MERCHANT_PRIVATE_KEY", "ORDER_SECRET", "STATUS_SECRET"]);
  // Antom's are used by its own orders: journeys/antom.spec.
  for (const { name, last_ms } of answer.in_use.filter(({ name }) => !name.startsWith("ANTOM_"))) expect(Date.now() - last_ms, name).toBeLessThan(180_000);
  expect(answer.no_longer).toEqual([]);
  for (const secret of Object.values(secrets)) expect(JSON.stringify(answer)).not.toContain(secret);
});

test("rebuild_answers_what_it_did_and_forgets_what_is_not_there", async () => {
  const { out_trade_no } = await paid();
  const unknown = freshNumber();
  const [status, answer] = await admin.post("rebuild", { out_trade_nos: [out_trade_no, unknown] });
  expect(status).toBe(202);
  expect(answer.unknown).toEqual([unknown]);
  expect(answer.orders).toBeGreaterThanOrEqual(1);
  await admin.indexed(out_trade_no, { status: "paid" });
});

for (const [name, path, options, expected] of [
  ["limit_of_zero", "orders?limit=0", {}, [400, "parameter"]],
  ["unknown_status", "orders?status=lost", {}, [400, "parameter"]],
  ["filter_where_there_is_none", "quarantine?status=paid", {}, [400, "parameter"]],
  ["number_that_cannot_exist", "orders/A%201", {}, [404, "order_unknown"]],
  ["unknown_order", "orders/nobody", {}, [404, "order_unknown"]],
  ["trail_of_an_unknown_order", "orders/nobody/audit", {}, [404, "order_unknown"]],
  ["unknown_member", "dead-letters/replay", { method: "POST", body: { all: true } }, [400, "parameter"]],
  ["limit_above_the_bound", "dead-letters/replay", { method: "POST", body: { limit: 41 } }, [400, "parameter"]],
  ["number_with_a_quote_in_a_list", "rebuild", { method: "POST", body: { out_trade_nos: ["a'b"] } }, [400, "parameter"]],
]) {
  test(`${name}_refused`, async () => expect(await admin.refusal(path, options)).toEqual(expected));
}

test("body_that_is_not_json_refused", async () => {
  for (const [type, body, expected] of [
    ["text/plain", "{}", [415, "media_type"]],
    ["application/json", "{", [400, "parameter"]],
    ["application/json", `{"event":"${"x".repeat(16_384)}"}`, [413, "body_too_long"]],
  ]) {
    const answer = await fetch(`${origins.edge}/admin/orders/A1/replay`, {
      method: "POST",
      headers: { authorization: `Bearer ${secrets["admin.token"]}`, "content-type": type },
      body,
    });
    expect([answer.status, (await answer.json()).code]).toEqual(expected);
  }
});
