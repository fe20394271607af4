// POST /checkout: what it gives, and exactly how it refuses.

import { expect, test } from "@playwright/test";

import { runningStack } from "../stack/running.mjs";
import { claims, checkout, freshNumber, orderToken } from "../stack/tokens.mjs";

const { origins, secrets } = runningStack();
const URL_ = `${origins.edge}/checkout`;

async function post(body, headers = {}) {
  const answer = await fetch(URL_, { method: "POST", body, headers });
  return { status: answer.status, headers: answer.headers, json: await answer.json() };
}

const form = (fields) => new URLSearchParams(fields);
const withToken = (token, fields = {}) => post(form({ order_token: token, ...fields }));

/** The answer is problem details with this status and code, and repeats nothing of the request. */
function expectRefusal({ status, headers, json }, expectedStatus, code) {
  expect([status, json.code]).toEqual([expectedStatus, code]);
  expect(headers.get("content-type")).toBe("application/problem+json");
  expect(json).toEqual({
    type: expect.stringMatching(/^\S+$/),
    title: expect.stringMatching(/\S/),
    status: expectedStatus,
    code,
    detail: expect.stringMatching(/\S/),
  });
}

test("genuine_token_gives_a_signed_pay_url", async () => {
  const order = claims();
  const { status, json } = await withToken(orderToken(order), { terminal: "wap" });
  expect(status).toBe(200);
  expect(json).toMatchObject({ out_trade_no: order.out_trade_no, amount: 1990, currency: "USD" });
  expect(["created", "redirected"]).toContain(json.status);
  const url = new URL(json.pay_url);
  expect(url.origin + url.pathname).toBe(`${origins.alipay}/gateway.do`);
  const query = Object.fromEntries(url.searchParams);
  expect(query).toMatchObject({
    service: "create_forex_trade_wap",
    out_trade_no: order.out_trade_no,
    subject: "Tea",
    total_fee: "19.90",
    currency: "USD",
    sign_type: "RSA2",
    notify_url: `${origins.edge}/notify/gateway`,
  });
  const mark = query.return_url.slice(`${origins.edge}/return/${order.out_trade_no}/`.length);
  expect(query.return_url).toBe(`${origins.edge}/return/${order.out_trade_no}/${mark}`);
  expect(mark).toMatch(/^[\w-]{22}$/);
  // What Alipay shows is enough; what the merchant wants back stays at the edge.
  expect(Object.keys(query)).not.toContain("metadata");
});

test("terminal_pc_asks_for_the_pc_service", async () => {
  const { json } = await withToken(orderToken(claims()), { terminal: "pc" });
  expect(new URL(json.pay_url).searchParams.get("service")).toBe("create_forex_trade");
});

test("price_in_cny_is_asked_as_rmb_fee", async () => {
  const { json } = await withToken(orderToken(claims({ amount: undefined, rmb_fee: "128.00" })));
  const query = new URL(json.pay_url).searchParams;
  expect([query.get("rmb_fee"), query.get("total_fee"), query.get("currency")]).toEqual(["128.00", null, "USD"]);
});

test("json_body_gives_the_same_as_the_form", async () => {
  const token = orderToken(claims());
  const body = JSON.stringify({ order_token: token, terminal: "wap" });
  const asJson = await post(body, { "content-type": "application/json" });
  const asForm = await withToken(token);
  expect(asJson.json.pay_url).toBe(asForm.json.pay_url);
});

test("same_token_and_fresh_token_of_the_same_order_give_the_same_pay_url", async () => {
  const order = claims();
  const first = await checkout(order);
  const again = await checkout(order);
  const fresh = await checkout({ ...order, exp: order.exp + 60 });
  expect([again.pay_url, fresh.pay_url]).toEqual([first.pay_url, first.pay_url]);
});

test("other_content_under_the_same_number_refused", async () => {
  const order = claims();
  await checkout(order);
  expectRefusal(await withToken(orderToken({ ...order, amount: "0.01" })), 409, "order_terms_differ");
});

test("pages_of_allowed_origins_may_read_the_answer_and_others_may_not", async () => {
  const allowed = await post(form({ order_token: orderToken(claims()) }), { origin: origins.shop });
  const other = await post(form({ order_token: orderToken(claims()) }), { origin: "https://evil.example" });
  expect(allowed.headers.get("access-control-allow-origin")).toBe(origins.shop);
  expect(other.headers.get("access-control-allow-origin")).toBe(null);
});

test.describe("tokens", () => {
  const none = (token) => token.split(".").with(2, "").join(".");
  for (const [name, token, status, code] of [
    ["empty", () => "", 400, "malformed"],
    ["without_parts", () => "token", 400, "order_token_malformed"],
    ["with_another_secret", () => orderToken(claims(), { secret: "x".repeat(32) }), 401, "order_token_signature"],
    ["signed_with_the_status_secret", () => orderToken(claims(), { secret: secrets["status.secret"] }), 401, "order_token_signature"],
    ["with_its_signature_cut_off", () => none(orderToken(claims())), 401, "order_token_signature"],
    ["with_alg_none", () => none(orderToken(claims(), { header: { alg: "none" } })), 401, "order_token_algorithm"],
    ["with_alg_hs512", () => orderToken(claims(), { header: { alg: "HS512" } }), 401, "order_token_algorithm"],
    ["with_alg_rs256", () => orderToken(claims(), { header: { alg: "RS256" } }), 401, "order_token_algorithm"],
    ["with_a_critical_extension", () => orderToken(claims(), { header: { alg: "HS256", crit: ["b64"], b64: false } }), 401, "order_token_algorithm"],
    ["for_another_edge", () => orderToken(claims({ aud: "https://other.example" })), 401, "order_token_audience"],
    ["without_audience", () => orderToken(claims({ aud: undefined })), 400, "order_token_malformed"],
    ["expired_a_second_ago", () => orderToken(claims({ exp: Math.floor(Date.now() / 1000) - 1 })), 401, "order_token_expired"],
    ["without_expiry", () => orderToken(claims({ exp: undefined })), 400, "order_token_malformed"],
    ["not_valid_yet", () => orderToken(claims({ nbf: Math.floor(Date.now() / 1000) + 300 })), 401, "order_token_not_yet_valid"],
  ]) {
    test(`token_${name}_refused`, async () => {
      expectRefusal(await withToken(token()), status, code);
    });
  }

  test("token_with_one_claim_changed_after_signing_refused", async () => {
    const [header, body, signature] = orderToken(claims()).split(".");
    const changed = { ...JSON.parse(Buffer.from(body, "base64url")), amount: "0.01" };
    const forged = [header, Buffer.from(JSON.stringify(changed)).toString("base64url"), signature].join(".");
    expectRefusal(await withToken(forged), 401, "order_token_signature");
  });
});

test.describe("claims", () => {
  for (const [name, changes] of [
    ["expiry_more_than_seven_days_ahead", { exp: Math.floor(Date.now() / 1000) + 8 * 86_400 }],
    ["number_with_a_space", { out_trade_no: "A 1" }],
    ["number_with_65_characters", { out_trade_no: "A".repeat(65) }],
    ["no_subject", { subject: undefined }],
    ["subject_with_an_ampersand", { subject: "Tea&total_fee=0.01" }],
    ["subject_with_an_equals_sign", { subject: "Tea=Tea" }],
    ["subject_with_a_quotation_mark", { subject: 'Tea "x"' }],
    ["subject_with_a_line_break", { subject: "Tea\nTea" }],
    ["no_amount", { amount: undefined }],
    ["amount_and_rmb_fee", { rmb_fee: "1.00" }],
    ["amount_with_three_decimals", { amount: "19.900" }],
    ["amount_zero", { amount: "0.00" }],
    ["negative_amount", { amount: "-19.90" }],
    ["amount_with_an_exponent", { amount: "1e3" }],
    ["amount_above_alipays_limit", { amount: "1000000.01" }],
    ["yen_with_decimals", { currency: "JPY", amount: "19.90" }],
    ["settlement_in_cny", { currency: "CNY" }],
    ["unknown_currency", { currency: "XXX" }],
    ["no_return_url", { return_url: undefined }],
    ["return_url_elsewhere", { return_url: "https://evil.example/" }],
    ["return_url_with_a_user", { return_url: `${origins.shop}/`.replace("//", "//a@") }],
    ["return_url_that_is_script", { return_url: "javascript:alert(1)" }],
    ["metadata_with_21_entries", { metadata: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`k${n}`, ""])) }],
  ]) {
    test(`${name}_refused`, async () => {
      expectRefusal(await withToken(orderToken(claims(changes))), 422, "order_claim");
    });
  }

  for (const [name, changes] of [
    ["amount_as_a_number", { amount: 19.9 }],
    ["metadata_with_a_number", { metadata: { quantity: 1 } }],
  ]) {
    test(`${name}_refused`, async () => {
      expectRefusal(await withToken(orderToken(claims(changes))), 400, "order_token_malformed");
    });
  }
});

test.describe("bodies", () => {
  for (const [name, send, status, code] of [
    ["empty_form", () => post(form({})), 400, "malformed"],
    ["field_that_is_not_ours", () => withToken(orderToken(claims()), { amount: "0.01" }), 400, "malformed"],
    ["unknown_terminal", () => withToken(orderToken(claims()), { terminal: "kiosk" }), 400, "malformed"],
    [
      "token_given_twice",
      () => {
        const token = orderToken(claims());
        return post(form([["order_token", token], ["order_token", token]]));
      },
      400,
      "malformed",
    ],
    ["broken_json", () => post("{", { "content-type": "application/json" }), 400, "malformed"],
    ["plain_text", () => post("order_token=x", { "content-type": "text/plain" }), 415, "media_type"],
    ["compressed_body", () => post(form({ order_token: "x" }), { "content-encoding": "gzip" }), 415, "body_encoded"],
    ["body_over_16_KiB", () => withToken("x".repeat(16 * 1024)), 413, "body_too_long"],
  ]) {
    test(`${name}_refused`, async () => {
      expectRefusal(await send(), status, code);
    });
  }
});

test("refused_order_is_not_registered", async () => {
  const out_trade_no = freshNumber();
  const refused = await withToken(orderToken(claims({ out_trade_no, return_url: "https://evil.example/" })));
  expect(refused.status).toBe(422);
  // Had it been registered, the same number could not stand for another amount.
  const { status } = await withToken(orderToken(claims({ out_trade_no, amount: "7.00" })));
  expect(status).toBe(200);
});
