// A payment that was really made at the stand-in for Alipay goes back, in parts, through faults, once.

import { Admin } from "../stack/admin.mjs";
import { expect, test } from "../stack/fixtures.mjs";
import { freshNumber } from "../stack/tokens.mjs";

const admin = new Admin();
const freshReturnNo = () => `R-${freshNumber()}`;

async function paid({ page, shop, cashier, standIn }) {
  await standIn.faults({ return_delay_ms: 0 });
  const out_trade_no = await shop.order(page);
  await shop.button(page).click();
  await cashier.pay();
  await shop.waitFor(out_trade_no, "paid");
  return out_trade_no;
}

const refund = (out_trade_no, out_return_no, amount) =>
  admin.post(`orders/${out_trade_no}/refunds`, { out_return_no, amount, currency: "USD", reason: "Sent back" });
const states = async (out_trade_no) => (await admin.order(out_trade_no)).refunds.map(({ state, code }) => [state, code]);
const events = async (gate, out_trade_no) => (await gate.attempts(out_trade_no)).filter(({ type }) => type === "payment.refunded");

test("payment_goes_back_in_two_parts_and_the_merchant_hears_of_each_once", async ({ page, shop, cashier, standIn, gate }) => {
  const out_trade_no = await paid({ page, shop, cashier, standIn });
  const [first, second] = [freshReturnNo(), freshReturnNo()];
  expect((await refund(out_trade_no, first, 500))[0]).toBe(202);
  expect((await refund(out_trade_no, second, 1490))[0]).toBe(202);
  await expect.poll(() => states(out_trade_no), { timeout: 30_000 }).toEqual([["done", ""], ["done", ""]]);

  const { status, final, refunded } = await admin.order(out_trade_no);
  expect([status, final, refunded]).toEqual(["refunded", true, 1990]);
  const { refunds } = await standIn.trade(out_trade_no);
  expect(refunds).toEqual([
    { out_return_no: first, amount: "5.00", at_ms: expect.any(Number), asked: 1 },
    { out_return_no: second, amount: "14.90", at_ms: expect.any(Number), asked: 1 },
  ]);
  // Alipay wants three seconds between two refunds of an account.
  expect(refunds[1].at_ms - refunds[0].at_ms).toBeGreaterThanOrEqual(3000);

  await expect.poll(async () => (await events(gate, out_trade_no)).length).toBe(2);
  const told = await events(gate, out_trade_no);
  expect(told.map(({ data }) => [data.out_return_no, data.amount, data.refunded, data.status, data.source])).toEqual([
    [first, 500, 500, "paid", "refund"],
    [second, 1490, 1990, "refunded", "refund"],
  ]);
  expect(new Set(told.map(({ webhook_id }) => webhook_id)).size).toBe(2);
  expect(await refund(out_trade_no, second, 1490)).toMatchObject([200, { state: "done", attempts: 1 }]);
  expect((await refund(out_trade_no, freshReturnNo(), 1))[1].code).toBe("refund_exceeds");
});

for (const [fault, code] of [["system_error", "SYSTEM_EXCEPTION"], ["no_answer", "deadline"]]) {
  test(`refund_after_${fault}_is_asked_for_again_and_made_once`, async ({ page, shop, cashier, standIn, gate }) => {
    test.setTimeout(90_000);
    const out_trade_no = await paid({ page, shop, cashier, standIn });
    await standIn.faults({ refund: fault });
    const number = freshReturnNo();
    expect((await refund(out_trade_no, number, 1990))[0]).toBe(202);
    await expect.poll(() => states(out_trade_no), { timeout: 45_000 }).toEqual([["done", ""]]);

    const acts = (await admin.trail(out_trade_no)).filter(({ act }) => act.startsWith("refund")).map(({ act, detail }) => `${act} ${detail}`);
    expect(acts).toEqual([
      `refund_requested ${number} 1990 USD`, `refund_tried ${number}`, `refund_open ${number} ${code}`, `refund_tried ${number}`, `refunded ${number}`,
    ]);
    const { refunds } = await standIn.trade(out_trade_no);
    expect(refunds).toMatchObject([{ out_return_no: number, amount: "19.90", asked: fault === "no_answer" ? 2 : 1 }]);
    await expect.poll(async () => (await events(gate, out_trade_no)).length).toBe(1);
    expect((await admin.order(out_trade_no)).status).toBe("refunded");
  });
}
