// The other routes: status, return, the widget's files, and what is not there.

import { createHash, createHmac, timingSafeEqual } from "node:crypto";

import { expect, test } from "@playwright/test";

import { notify, paidFields, signed } from "../stack/notification.mjs";
import { Gate } from "../stack/parts.mjs";
import { runningStack } from "../stack/running.mjs";
import { checkout, claims, freshNumber, orderToken, returnAddress } from "../stack/tokens.mjs";

const { origins, secrets } = runningStack();

const refusal = async (answer) => [answer.status, (await answer.json()).code];
const statusUrl = (number, token) => `${origins.edge}/status/${number}?token=${token}`;

/** Reads server-sent events until `count` have come. */
async function readEvents(url, count, between = () => {}) {
  const controller = new AbortController();
  const answer = await fetch(url, { headers: { accept: "text/event-stream" }, signal: controller.signal });
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/event-stream; charset=utf-8"]);
  const events = [];
  let text = "";
  for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const frames = text.split("\n\n");
    text = frames.pop();
    for (const frame of frames.filter((frame) => frame.includes("data:"))) {
      const field = (name) => new RegExp(`^${name}: ?(.*)$`, "m").exec(frame)?.[1];
      events.push({ id: field("id"), event: field("event"), data: JSON.parse(field("data")) });
      if (events.length === 1) await between();
    }
    if (events.length >= count) break;
  }
  controller.abort();
  return events;
}

test("status_answers_json_of_the_contract", async () => {
  const order = claims();
  const { status_token } = await checkout(order);
  const answer = await fetch(statusUrl(order.out_trade_no, status_token));
  const status = await answer.json();
  expect(status).toEqual({
    out_trade_no: order.out_trade_no,
    status: "redirected",
    final: false,
    amount: 1990,
    currency: "USD",
    version: expect.any(Number),
  });
});

test("status_that_the_page_has_already_is_not_sent_again_also_where_its_tag_was_weakened", async () => {
  const order = claims();
  const { status_token } = await checkout(order);
  const ask = async (known) => {
    const answer = await fetch(statusUrl(order.out_trade_no, status_token), { headers: known ? { "if-none-match": known } : {} });
    return [answer.status, answer.headers.get("etag"), (await answer.text()).length > 0];
  };
  const [, etag] = await ask();
  for (const known of [etag, `W/${etag}`, `"1", W/${etag}`, "*"]) expect(await ask(known), known).toEqual([304, etag, false]);
  for (const known of ['"1"', etag.slice(1, -1)]) expect(await ask(known), known).toEqual([200, etag, true]);
});

test("status_stream_gives_the_present_status_and_then_each_change", async () => {
  const order = claims();
  const { status_token } = await checkout(order);
  const message = signed(paidFields(order.out_trade_no));
  const [now, change] = await readEvents(statusUrl(order.out_trade_no, status_token), 2, () => notify(message));
  expect([now.event, now.data.status, now.data.final]).toEqual(["status", "redirected", false]);
  expect([change.event, change.data.status, change.data.final]).toEqual(["status", "paid", true]);
  expect(change.data.trade_no).toBe(message.trade_no);
  expect([now.id, change.id]).toEqual([String(now.data.version), String(change.data.version)]);
  expect(change.data.version).toBeGreaterThan(now.data.version);
});

test("status_stream_is_closed_by_the_edge_after_a_final_status", async () => {
  const order = claims();
  const { status_token } = await checkout(order);
  await notify(signed(paidFields(order.out_trade_no)));
  const answer = await fetch(statusUrl(order.out_trade_no, status_token), { headers: { accept: "text/event-stream" } });
  // Reading to the end returns only because the edge ends it.
  expect(await answer.text()).toContain('"status":"paid"');
});

for (const [name, token] of [
  ["no_token", () => ""],
  ["token_of_another_order", async () => (await checkout(claims())).status_token],
  ["altered_token", async (own) => own.slice(0, -2) + (own.endsWith("AA") ? "BB" : "AA")],
  ["order_token", (_, order) => orderToken(order)],
]) {
  test(`status_with_${name}_refused`, async () => {
    const order = claims();
    const { status_token } = await checkout(order);
    const presented = await token(status_token, order);
    expect(await refusal(await fetch(statusUrl(order.out_trade_no, presented)))).toEqual([401, "status_token"]);
  });
}

test("return_with_a_signed_query_goes_to_the_page_with_a_token_for_this_order", async () => {
  const order = claims();
  const address = returnAddress(await checkout(order));
  const { notify_id: _, notify_type: __, notify_time: ___, ...fields } = paidFields(order.out_trade_no);
  const query = new URLSearchParams(signed(fields));
  const answer = await fetch(`${address}?${query}`, { redirect: "manual" });
  expect(answer.status).toBe(303);
  const [page, token] = answer.headers.get("location").split("#alipay-checkout=");
  expect(page).toBe(order.return_url);
  const status = await (await fetch(statusUrl(order.out_trade_no, token))).json();
  // A return proves nothing, however well it is signed.
  expect(status.status).toBe("redirected");
});

for (const [name, query] of [
  ["without_a_query", () => ""],
  ["with_an_altered_query", (fields) => `?${new URLSearchParams({ ...signed(fields), total_fee: "0.01" })}`],
  ["with_the_query_of_another_order", (fields) => `?${new URLSearchParams(signed({ ...fields, out_trade_no: freshNumber() }))}`],
]) {
  test(`return_${name}_goes_to_the_page_without_a_token`, async () => {
    const order = claims();
    const address = returnAddress(await checkout(order));
    const { notify_id: _, notify_type: __, notify_time: ___, ...fields } = paidFields(order.out_trade_no);
    const answer = await fetch(address + query(fields), { redirect: "manual" });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, order.return_url]);
  });
}

for (const [name, address] of [
  ["no_mark", (known) => known.slice(0, known.lastIndexOf("/"))],
  ["an_altered_mark", (known) => known.slice(0, -3) + "xyz"],
  ["the_mark_of_another_order", (known, number) => known.replace(/[^/]+(?=\/[^/]+$)/, number)],
]) {
  test(`return_to_an_address_with_${name}_refused`, async () => {
    const other = claims();
    await checkout(other);
    const known = returnAddress(await checkout(claims()));
    const answer = await fetch(address(known, other.out_trade_no), { redirect: "manual" });
    expect(await refusal(answer)).toEqual([404, "order_unknown"]);
  });
}

for (const [method, path, status, code] of [
  ["GET", "/checkout", 405, "method"],
  ["PUT", "/checkout", 405, "method"],
  ["POST", "/status/A1", 405, "method"],
  ["POST", "/return/A1", 405, "method"],
  ["POST", "/healthz", 405, "method"],
  ["PUT", "/version", 405, "method"],
  ["GET", "/", 404, "route_unknown"],
  ["GET", "/checkout/A1", 404, "route_unknown"],
  ["GET", "/status", 404, "route_unknown"],
  ["GET", "/.env", 404, "route_unknown"],
]) {
  test(`${method}_${path}_refused`, async () => {
    expect(await refusal(await fetch(origins.edge + path, { method }))).toEqual([status, code]);
  });
}

test("head_of_a_stream_is_that_of_the_status_and_opens_none", async () => {
  const order = claims();
  const { status_token } = await checkout(order);
  const answer = await fetch(statusUrl(order.out_trade_no, status_token), { method: "HEAD", headers: { accept: "text/event-stream" } });
  expect([answer.status, answer.headers.get("content-type"), await answer.text()]).toEqual([200, "application/json", ""]);
});

test("health_and_version_answer", async () => {
  expect(await (await fetch(`${origins.edge}/healthz`)).json()).toEqual({ ok: true });
  expect(await (await fetch(`${origins.edge}/version`)).json()).toEqual({ version: "0.1.0" });
});

test("widget_files_may_be_loaded_from_anywhere_and_match_their_integrity", async () => {
  const integrity = await (await fetch(`${origins.edge}/v1/integrity.json`)).json();
  const named = JSON.stringify(integrity);
  for (const [file, type] of [
    ["alipay-checkout.js", "text/javascript"],
    ["alipay-checkout.mjs", "text/javascript"],
  ]) {
    const answer = await fetch(`${origins.edge}/v1/${file}`);
    expect([answer.status, answer.headers.get("content-type").split(";")[0]], file).toEqual([200, type]);
    expect(answer.headers.get("access-control-allow-origin"), file).toBe("*");
    expect(answer.headers.get("cross-origin-resource-policy"), file).toBe("cross-origin");
    const digest = createHash("sha384").update(Buffer.from(await answer.arrayBuffer())).digest("base64");
    expect(named, file).toContain(`sha384-${digest}`);
  }
});

test("forwarded_event_is_signed_as_standard_webhooks_says_and_has_the_contracts_form", async () => {
  const order = claims({ metadata: { cart: "7" } });
  await checkout(order);
  const message = signed(paidFields(order.out_trade_no));
  await notify(message);
  const [{ headers, body }] = await new Gate(origins.gate).arrived(order.out_trade_no);

  // By node:crypto from the specification's text, not by the library that the shop uses.
  const key = Buffer.from(secrets["webhook.secret"].slice("whsec_".length), "base64");
  const text = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const expected = `v1,${createHmac("sha256", key).update(text).digest("base64")}`;
  expect(timingSafeEqual(Buffer.from(headers["webhook-signature"]), Buffer.from(expected))).toBe(true);
  expect(headers["content-type"]).toBe("application/json");
  expect(headers["webhook-id"]).toMatch(/^[A-Za-z0-9_-]+$/);
  expect(Math.abs(Number(headers["webhook-timestamp"]) - Date.now() / 1000)).toBeLessThan(60);
  expect(Buffer.byteLength(body)).toBeLessThan(20_000);

  const { timestamp, ...event } = JSON.parse(body);
  expect(Math.abs(Date.parse(timestamp) - Date.now())).toBeLessThan(60_000);
  expect(event).toEqual({
    type: "payment.paid",
    data: {
      provider: "alipay-gateway",
      out_trade_no: order.out_trade_no,
      trade_no: message.trade_no,
      status: "paid",
      amount: 1990,
      currency: "USD",
      registered: true,
      metadata: { cart: "7" },
      source: "notification",
      notify_id: message.notify_id,
      evidence: `sha256:${createHash("sha256").update(new URLSearchParams(message).toString()).digest("hex")}`,
    },
  });
});
