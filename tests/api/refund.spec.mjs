// Giving money back, and who may not: the routes from outside. What comes of a real payment is in
// journeys/refund.spec, and what an answer that is lost does in proof/refund.spec.

import { expect, test } from "@playwright/test";

import { Admin } from "../stack/admin.mjs";
import { notify, paidFields, signed } from "../stack/notification.mjs";
import { checkout, claims, freshNumber } from "../stack/tokens.mjs";

const admin = new Admin();
const freshReturnNo = () => `R-${freshNumber()}`;
const asked = (changes = {}) => ({ out_return_no: freshReturnNo(), amount: 500, currency: "USD", reason: "late", ...changes });
const refuse = (out_trade_no, body) => admin.refusal(`orders/${out_trade_no}/refunds`, { method: "POST", body });
const refund = (out_trade_no, body) => admin.post(`orders/${out_trade_no}/refunds`, body);

/** An order that is paid by a notification; the stand-in for Alipay knows nothing of it. */
async function paid(changes) {
  const order = claims(changes);
  await checkout(order);
  expect((await notify(signed(paidFields(order.out_trade_no, changes?.currency && { currency: changes.currency, total_fee: changes.amount })))).body).toBe("success");
  return order;
}

test("order_that_is_not_paid_refused", async () => {
  const order = claims();
  await checkout(order);
  expect(await refuse(order.out_trade_no, asked())).toEqual([409, "refund_not_paid"]);
  await notify(signed(paidFields(order.out_trade_no, { trade_status: "TRADE_CLOSED" })));
  expect(await refuse(order.out_trade_no, asked())).toEqual([409, "refund_not_paid"]);
  expect((await admin.order(order.out_trade_no)).refunds).toEqual([]);
});

test("order_that_nobody_knows_refused", async () => {
  expect(await refuse(freshNumber(), asked())).toEqual([404, "order_unknown"]);
  const early = freshNumber();
  await notify(signed(paidFields(early)));
  expect(await refuse(early, asked())).toEqual([404, "order_unknown"]);
});

test("what_breaks_a_rule_refused_and_nothing_is_written", async () => {
  const { out_trade_no } = await paid();
  for (const [name, value, code = "parameter"] of [
    ["out_return_no", ""],
    ["out_return_no", "R 1"],
    ["out_return_no", "R".repeat(65)],
    ["amount", 0],
    ["amount", -1],
    ["amount", 5.5],
    ["amount", "5.00"],
    ["currency", "EUR"],
    ["currency", "usd"],
    ["currency", ""],
    ["reason", ""],
    ["reason", "a&b"],
    ["reason", 'say "no"'],
    ["reason", "x".repeat(101)],
    ["reason", undefined],
    ["is_sync", "N"],
    ["amount", 1991, "refund_exceeds"],
    ["amount", 2 ** 53, "refund_exceeds"],
  ]) {
    const status = code === "parameter" ? 400 : 409;
    expect(await refuse(out_trade_no, asked({ [name]: value })), `${name} ${value}`).toEqual([status, code]);
  }
  const { refunds, refunded } = await admin.order(out_trade_no);
  expect([refunds, refunded]).toEqual([[], 0]);
});

test("refund_that_alipay_refuses_frees_its_amount_and_its_number_stays_taken", async () => {
  const { out_trade_no } = await paid();
  const whole = asked({ amount: 1990 });
  const [status, begun] = await refund(out_trade_no, whole);
  expect([status, begun]).toEqual([202, {
    ...whole, state: "requested", code: "", attempts: 0, by: "local", requested_ms: expect.any(Number), settled_ms: null, due_ms: begun.requested_ms,
  }]);
  // The stand-in has never seen this payment.
  const decided = async () => (await admin.order(out_trade_no)).refunds.map(({ state, code }) => [state, code]);
  await expect.poll(decided, { timeout: 30_000 }).toEqual([["refused", "PURCHASE_TRADE_NOT_EXIST"]]);
  const [again, settled] = await refund(out_trade_no, whole);
  expect([again, settled.state, settled.attempts, settled.due_ms]).toEqual([200, "refused", 1, null]);
  for (const change of [{ amount: 1989 }, { currency: "EUR" }, { reason: "early" }]) {
    expect(await refuse(out_trade_no, { ...whole, ...change })).toEqual([409, "refund_differs"]);
  }
  const other = await paid();
  expect(await refuse(other.out_trade_no, whole)).toEqual([409, "refund_differs"]);

  expect((await refund(out_trade_no, asked({ amount: 1 })))[0]).toBe(202);
  const { status: word, refunded } = await admin.order(out_trade_no);
  expect([word, refunded]).toEqual(["paid", 0]);
  const acts = (await admin.trail(out_trade_no)).map(({ by, act, detail }) => [by, act, detail]);
  const number = whole.out_return_no;
  expect(acts.filter(([, act, detail]) => act.startsWith("refund") && detail.startsWith(number))).toEqual([
    ["local", "refund_requested", `${number} 1990 USD`],
    ["", "refund_tried", number],
    ["", "refund_refused", `${number} PURCHASE_TRADE_NOT_EXIST`],
  ]);
});

test("trade_that_is_closed_while_all_goes_back_is_no_alarm_but_else_it_is", async () => {
  for (const [amount, verdict] of [[1990, "kept"], [1989, "closed_after_paid"]]) {
    const { out_trade_no } = await paid();
    const { notifications: [{ trade_no }] } = await admin.order(out_trade_no);
    expect((await refund(out_trade_no, asked({ amount })))[0]).toBe(202);
    await notify(signed(paidFields(out_trade_no, { trade_no, trade_status: "TRADE_CLOSED" })));
    expect((await admin.order(out_trade_no)).notifications.map((one) => one.verdict)).toEqual([verdict, "paid"]);
  }
});

test("notification_about_a_refund_pays_nothing", async () => {
  const order = claims();
  const { status_token } = await checkout(order);
  const message = signed(paidFields(order.out_trade_no, { out_return_no: "R1", refund_status: "REFUND_SUCCESS" }));
  expect((await notify(message)).body).toBe("success");
  const { status, notifications } = await admin.order(order.out_trade_no);
  expect([status, notifications.map(({ verdict, says }) => [verdict, says])]).toEqual(["redirected", [["refund_unknown", "refund"]]]);
  expect(status_token).toEqual(expect.any(String));
});
