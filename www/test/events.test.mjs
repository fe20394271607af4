import assert from "node:assert/strict";
import { test } from "node:test";

import { paidEvent, placeOrder, readOrder, sendEvent, startShop } from "./trial-shop.mjs";

const ACCEPTED = { status: 204, type: null, text: "" };

/** What a refused sender hears: the code, and nothing that would help it to try better. */
const refused = (status, title, code) => ({
  status,
  type: "application/problem+json; charset=utf-8",
  text: JSON.stringify({ type: "about:blank", title, status, code }),
});
const SIGNATURE_REFUSED = refused(401, "Unauthorized", "signature_refused");

/** Sends one event for a fresh order; answers what the sender heard and the order afterwards. */
async function deliver(context, makeEvent, options) {
  const shop = await startShop(context);
  const { out_trade_no } = await placeOrder(shop.origin);
  const answer = await sendEvent(shop, makeEvent(out_trade_no), options);
  const order = await readOrder(shop.origin, out_trade_no);
  return { answer, order, out_trade_no, shop };
}

test("paid_event_marks_the_order_paid_and_is_listed", async (t) => {
  const { answer, order, out_trade_no } = await deliver(t, paidEvent, { id: "msg_1" });
  assert.deepEqual(answer, ACCEPTED);
  const { received_at } = order.events[0];
  assert.match(received_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.deepEqual(order, {
    out_trade_no,
    status: "paid",
    amount: 1990,
    currency: "USD",
    trade_no: "2026112100001000010000000001",
    events: [{ webhook_id: "msg_1", type: "payment.paid", received_at }],
  });
});

test("event_sent_three_times_is_kept_once", async (t) => {
  const { shop, out_trade_no } = await deliver(t, paidEvent, { id: "msg_1" });
  for (const _ of [2, 3]) {
    assert.deepEqual(await sendEvent(shop, paidEvent(out_trade_no), { id: "msg_1" }), ACCEPTED);
  }
  const { events } = await readOrder(shop.origin, out_trade_no);
  assert.deepEqual(events.map(({ webhook_id }) => webhook_id), ["msg_1"]);
});

test("acknowledged_event_survives_a_restart_and_its_repeat_changes_nothing", async (t) => {
  const { shop, out_trade_no } = await deliver(t, paidEvent, { id: "msg_1" });
  const before = await readOrder(shop.origin, out_trade_no);
  const restarted = { ...shop, origin: await shop.restart() };
  // What was acknowledged is on disk, before any repeat could bring it back.
  assert.deepEqual(await readOrder(restarted.origin, out_trade_no), before);
  assert.deepEqual([before.status, before.events.length], ["paid", 1]);
  assert.deepEqual(await sendEvent(restarted, paidEvent(out_trade_no), { id: "msg_1" }), ACCEPTED);
  assert.deepEqual(await readOrder(restarted.origin, out_trade_no), before);
});

// Genuine events whose content is not the shop's order: kept and acknowledged, never applied.
for (const [name, changes, kept] of [
  ["lower_amount_is_kept_and_not_applied", { amount: 1989 }, 1],
  ["higher_amount_is_kept_and_not_applied", { amount: 1991 }, 1],
  ["amount_as_text_is_kept_and_not_applied", { amount: "1990" }, 1],
  ["other_currency_is_kept_and_not_applied", { currency: "JPY" }, 1],
  ["other_order_is_not_applied_to_this_one", { out_trade_no: "TEA-2222222222" }, 0],
]) {
  test(name, async (t) => {
    const { answer, order } = await deliver(t, (number) => paidEvent(number, changes));
    assert.deepEqual(answer, ACCEPTED);
    assert.deepEqual([order.status, order.trade_no, order.events.length], ["created", undefined, kept]);
  });
}

test("closed_event_closes_an_open_order", async (t) => {
  const { answer, order } = await deliver(t, (number) => ({ ...paidEvent(number), type: "payment.closed" }));
  assert.deepEqual(answer, ACCEPTED);
  assert.equal(order.status, "closed");
});

test("closed_event_leaves_a_paid_order_paid", async (t) => {
  const { shop, out_trade_no } = await deliver(t, paidEvent);
  const closed = { ...paidEvent(out_trade_no), type: "payment.closed" };
  assert.deepEqual(await sendEvent(shop, closed), ACCEPTED);
  assert.equal((await readOrder(shop.origin, out_trade_no)).status, "paid");
});

test("event_of_unknown_type_is_kept_and_acknowledged", async (t) => {
  const unknown = (number) => ({ ...paidEvent(number), type: "payment.imagined" });
  const { answer, order } = await deliver(t, unknown);
  assert.deepEqual(answer, ACCEPTED);
  assert.deepEqual([order.status, order.events.map(({ type }) => type)], ["created", ["payment.imagined"]]);
});

// One thing is changed after signing.
for (const [name, spoil] of [
  ["altered_body_refused", ({ headers, body }) => ({ headers, body: body.replace("1990", "1991") })],
  ["added_space_refused", ({ headers, body }) => ({ headers, body: `${body} ` })],
  ["other_id_refused", ({ headers, body }) => ({ headers: { ...headers, "webhook-id": "msg_2" }, body })],
  ["empty_body_refused", ({ headers }) => ({ headers, body: "" })],
  ["missing_signature_refused", ({ headers: { "webhook-signature": _, ...headers }, body }) => ({ headers, body })],
  ["missing_id_refused", ({ headers: { "webhook-id": _, ...headers }, body }) => ({ headers, body })],
  [
    "signature_of_unknown_version_refused",
    ({ headers, body }) => ({
      headers: { ...headers, "webhook-signature": headers["webhook-signature"].replace("v1,", "v2,") },
      body,
    }),
  ],
]) {
  test(name, async (t) => {
    const { answer, order } = await deliver(t, paidEvent, { spoil });
    assert.deepEqual(answer, SIGNATURE_REFUSED);
    assert.deepEqual([order.status, order.events], ["created", []]);
  });
}

test("genuine_event_six_minutes_old_refused", async (t) => {
  const { answer, order } = await deliver(t, paidEvent, { now: Date.now() - 6 * 60_000 });
  assert.deepEqual([answer, order.events], [SIGNATURE_REFUSED, []]);
});

test("signed_text_that_is_not_json_refused", async (t) => {
  const { answer } = await deliver(t, () => "paid");
  assert.deepEqual(answer, refused(400, "Bad Request", "body_not_json"));
});

test("signed_json_without_a_type_refused", async (t) => {
  const { answer } = await deliver(t, () => "{}");
  assert.deepEqual(answer, refused(400, "Bad Request", "not_an_event"));
});

test("body_over_64_KiB_refused_before_it_is_verified", async (t) => {
  const { answer } = await deliver(t, (number) => paidEvent(number, { padding: "a".repeat(65_536) }));
  assert.deepEqual(answer, refused(413, "Payload Too Large", "request_refused"));
});
