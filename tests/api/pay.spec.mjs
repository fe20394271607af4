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

const COMPUTER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";
const PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36";

for (const [name, agent, more, service] of [
  ["computer", COMPUTER, {}, "create_forex_trade"],
  ["phone", PHONE, {}, "create_forex_trade_wap"],
  ["computer_that_asks_for_the_phones_page", COMPUTER, { terminal: "wap" }, "create_forex_trade_wap"],
  ["phone_that_asks_for_the_computers_page", PHONE, { terminal: "pc" }, "create_forex_trade"],
]) {
  test(`form_of_a_${name}_leads_to_${service}`, async () => {
    const body = new URLSearchParams({ order_token: orderToken(claims()), ...more });
    const location = (await pay(body, { "user-agent": agent })).headers.get("location");
    expect(new URL(location).searchParams.get("service")).toBe(service);
  });
}

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
