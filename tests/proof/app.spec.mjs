// Payments in the merchant's own app: the order string that goes to Alipay's SDK, and the result that
// comes from a shopper's phone, which is believed in nothing.

import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";

import { expect, test } from "@playwright/test";

import { Admin } from "../stack/admin.mjs";
import { orderToken } from "../stack/tokens.mjs";
import { openBench } from "./bench.mjs";
import { openGateway } from "./gateway.mjs";

let bench, gateway, admin;
test.beforeAll(async () => {
  gateway = await openGateway();
  // A question waits that only a result brings forward.
  bench = await openBench({ env: { GATEWAY_URL: gateway.url, QUERY_LADDER_S: "3600" } });
  admin = new Admin({ origin: bench.origin, token: bench.secrets["admin.token"] });
});
test.afterAll(async () => {
  await bench.close();
  await gateway.close();
});

const order = async (changes) => {
  const claims = bench.claims(changes);
  const { json } = await bench.checkout(orderToken(claims), { terminal: "app" });
  return { ...claims, ...json };
};
const quoted = (text) => Object.fromEntries([...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
const PARTNER = "2088123412341234";
const signedPart = ({ out_trade_no }, changes = {}) => Object.entries({
  partner: PARTNER, out_trade_no, subject: "Tea", total_fee: "19.90", currency: "USD", service: "mobile.securitypay.pay", success: "true", ...changes,
}).map(([name, value]) => `${name}="${value}"`).join("&");
const rsa = (text, key = bench.secrets["alipay-private.pem"]) => sign("RSA-SHA1", Buffer.from(text), createPrivateKey(key)).toString("base64");
const told = (text, { status = "9000", by = rsa(text) } = {}) => `resultStatus={${status}};memo={};result={${text}&sign_type="RSA"&sign="${by}"}`;
const send = async (of, result, changes = {}) => {
  const body = JSON.stringify({ out_trade_no: of.out_trade_no, status_token: of.status_token, result, ...changes });
  const answer = await fetch(`${bench.origin}/app-result`, { method: "POST", headers: { "content-type": "application/json" }, body });
  const json = await answer.json();
  return [answer.status, json.code ?? json.status];
};
const acts = async ({ out_trade_no }) => (await admin.trail(out_trade_no)).map(({ act }) => act).filter((act) => ["returned", "asked"].includes(act));

test("order_string_is_signed_and_says_what_the_token_says", async () => {
  const made = await order({ subject: "Tea with milk" });
  expect([made.pay_url, made.status, made.final]).toEqual([undefined, "redirected", false]);
  const [, text, signature, sign_type] = /^(.*)&sign="([^"]+)"&sign_type="(\w+)"$/.exec(made.order_string);
  const merchant = createPublicKey(createPrivateKey(bench.secrets["merchant-private.pem"]));
  expect(verify("RSA-SHA256", Buffer.from(text), merchant, Buffer.from(decodeURIComponent(signature), "base64"))).toBe(true);
  expect(sign_type).toBe("RSA2");
  expect(quoted(text)).toMatchObject({
    service: "mobile.securitypay.pay", partner: PARTNER, seller_id: PARTNER, out_trade_no: made.out_trade_no, subject: "Tea with milk",
    total_fee: "19.90", currency: "USD", notify_url: `${bench.origin}/notify/gateway`, product_code: "NEW_WAP_OVERSEAS_SELLER",
  });
  // Asked again, the same string: the signature has no chance in it.
  const again = await bench.checkout(orderToken(bench.claims({ out_trade_no: made.out_trade_no, subject: "Tea with milk" })), { terminal: "app" });
  expect(again.json.order_string).toBe(made.order_string);
});

test("genuine_result_pays_nothing_and_has_alipay_asked_at_once", async () => {
  const made = await order();
  expect(await send(made, told(signedPart(made)))).toEqual([200, "redirected"]);
  await expect.poll(() => acts(made)).toEqual(["returned", "asked"]);
  expect((await admin.order(made.out_trade_no)).status).toBe("redirected");
});

for (const [name, text, options] of [
  ["of_another_order", (made) => signedPart({ out_trade_no: `${made.out_trade_no}x` })],
  ["of_another_merchant", (made) => signedPart(made, { partner: "2088000000000009" })],
  ["that_is_no_success", (made) => signedPart(made, { success: "false" })],
  ["that_was_altered", (made) => signedPart(made), (made) => ({ by: rsa(signedPart(made, { total_fee: "0.01" })) })],
  ["signed_by_the_merchant", (made) => signedPart(made), (made) => ({ by: rsa(signedPart(made), bench.secrets["merchant-private.pem"]) })],
]) {
  test(`result_${name}_refused_and_nobody_is_asked`, async () => {
    const made = await order();
    expect(await send(made, told(text(made), options?.(made)))).toEqual([422, "app_result"]);
    expect(await acts(made)).toEqual([]);
  });
}

test("text_that_is_no_result_refused", async () => {
  const made = await order();
  for (const text of ["", "9000", "{}", "resultStatus={9000}", "x".repeat(16_385)]) expect(await send(made, text), text.slice(0, 30)).toEqual([422, "app_result"]);
  expect(await acts(made)).toEqual([]);
});

for (const [status, expected] of [["6001", []], ["4000", []], ["8000", ["returned", "asked"]], ["6004", ["returned", "asked"]], ["9000", ["returned", "asked"]]]) {
  test(`status_${status}_that_nobody_signed_${expected.length === 0 ? "changes_nothing" : "has_alipay_asked"}`, async () => {
    const made = await order();
    expect(await send(made, `resultStatus={${status}};memo={};result={}`)).toEqual([200, "redirected"]);
    await expect.poll(() => acts(made)).toEqual(expected);
  });
}

test("token_of_another_order_opens_nothing", async () => {
  const [made, other] = [await order(), await order()];
  expect(await send(made, told(signedPart(made)), { status_token: other.status_token })).toEqual([401, "status_token"]);
  expect(await acts(made)).toEqual([]);
});

test("page_without_script_gets_no_order_string", async () => {
  const body = new URLSearchParams({ order_token: orderToken(bench.claims()), terminal: "app" });
  const answer = await fetch(`${bench.origin}/pay`, { method: "POST", body, headers: { accept: "application/json" }, redirect: "manual" });
  expect([answer.status, (await answer.json()).code]).toEqual([400, "malformed"]);
});

test("merchant_with_md5_has_no_order_string", async () => {
  const md5 = await openBench({ env: { SIGN_TYPE: "MD5", NOTIFY_VERIFY: "never" } });
  try {
    const claims = md5.claims();
    const { status, json } = await md5.checkout(orderToken(claims), { terminal: "app" });
    expect([status, json.code]).toEqual([422, "app_unavailable"]);
    const view = new Admin({ origin: md5.origin, token: md5.secrets["admin.token"] });
    expect(await view.refusal(`orders/${claims.out_trade_no}`)).toEqual([404, "order_unknown"]);
  } finally {
    await md5.close();
  }
});
