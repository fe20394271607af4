// POST /pay: the plain form, for pages where script or wasm is blocked.

import { expect, test } from "@playwright/test";

import { notify, paidFields, signed } from "../stack/notification.mjs";
import { runningStack } from "../stack/running.mjs";
import { checkout, claims, orderToken } from "../stack/tokens.mjs";

const { origins } = runningStack();

const pay = (body, headers) => fetch(`${origins.edge}/pay`, { method: "POST", body, headers, redirect: "manual" });
const form = (order) => new URLSearchParams({ order_token: orderToken(order) });

test("plain_form_leads_to_the_same_pay_url_as_the_button", async () => {
  const order = claims();
  const answer = await pay(form(order));
  expect(answer.status).toBe(303);
  expect(await answer.text()).toBe("");
  expect(answer.headers.get("location")).toBe((await checkout(order)).pay_url);
});

test("paid_order_leads_back_to_the_shop_with_a_status_token", async () => {
  const order = claims();
  await checkout(order);
  expect((await notify(signed(paidFields(order.out_trade_no)))).body).toBe("success");
  const location = (await pay(form(order))).headers.get("location");
  const [page, fragment] = location.split("#");
  expect(page).toBe(order.return_url);
  const token = new URLSearchParams(fragment).get("alipay-checkout");
  const status = await fetch(`${origins.edge}/status/${order.out_trade_no}?token=${token}`);
  expect((await status.json()).status).toBe("paid");
});

for (const [name, body, headers, expected] of [
  ["json", () => JSON.stringify({ order_token: orderToken(claims()) }), { "content-type": "application/json" }, [415, "media_type"]],
  ["no_token", () => new URLSearchParams({ terminal: "wap" }), {}, [400, "malformed"]],
  ["expired_token", () => form(claims({ exp: 1 })), {}, [401, "order_token_expired"]],
  ["return_url_elsewhere", () => form(claims({ return_url: "https://evil.example/" })), {}, [422, "order_claim"]],
]) {
  test(`${name}_refused`, async () => {
    const answer = await pay(body(), headers);
    expect([answer.status, (await answer.json()).code]).toEqual(expected);
    expect(answer.headers.get("location")).toBe(null);
  });
}

test("get_refused", async () => {
  const answer = await fetch(`${origins.edge}/pay`);
  expect([answer.status, answer.headers.get("allow"), (await answer.json()).code]).toEqual([405, "POST", "method"]);
});
