// What Alipay signed and the edge cannot accept: refused as ever, kept as evidence, of no order.

import { createHash } from "node:crypto";

import { expect, test } from "@playwright/test";

import { Admin } from "../stack/admin.mjs";
import { notify, paidFields, signed } from "../stack/notification.mjs";
import { checkout, claims } from "../stack/tokens.mjs";

const admin = new Admin();
const digest = (message) => `sha256:${createHash("sha256").update(new URLSearchParams(message).toString()).digest("hex")}`;
const found = async (message) => (await admin.get("quarantine/signed")).messages.filter(({ evidence }) => evidence === digest(message));

for (const [name, changes, reason] of [
  ["that_can_be_split_in_two_ways", { subject: "Tea&out_trade_no=X" }, "resplit"],
  ["with_a_name_that_is_new", { new_name: "x" }, "unknown_field"],
  ["of_another_kind", { notify_type: "batch_refund_notify" }, "unknown_notify_type"],
  ["for_another_account", { seller_id: "2088000000000009" }, "wrong_partner"],
  ["with_an_amount_that_is_none", { total_fee: "19,90" }, "invalid_field"],
]) {
  test(`genuine_message_${name}_is_refused_and_kept`, async () => {
    const order = claims();
    await checkout(order);
    const before = await admin.order(order.out_trade_no);
    const message = signed(paidFields(order.out_trade_no, changes));
    for (const times of [1, 2]) {
      expect(await notify(message)).toEqual({ status: 403, body: "fail", refusal: reason });
      const [one, ...others] = await found(message);
      expect([one, others]).toEqual([{
        evidence: digest(message), reason, times, first_ms: expect.any(Number), last_ms: expect.any(Number),
        bytes: new URLSearchParams(message).toString().length,
      }, []]);
    }
    // The order that it names hears nothing of it.
    const { audit, notifications } = await admin.order(order.out_trade_no);
    expect([audit, notifications]).toEqual([before.audit, []]);
  });
}

test("what_nobody_signed_is_not_kept", async () => {
  const order = claims();
  const message = { ...signed(paidFields(order.out_trade_no)), new_name: "x" };
  expect(await notify(message)).toEqual({ status: 403, body: "fail", refusal: "bad_signature" });
  expect(await found(message)).toEqual([]);
});
