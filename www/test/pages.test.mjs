import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import { test } from "node:test";

import { decimalText } from "../backend/money.mjs";
import { html } from "../pages/html.mjs";
import { TEXTS } from "../pages/texts.mjs";
import { EDGE_ORIGIN, paidEvent, placeOrder, readOrder, SHOP_ORIGIN, sendEvent, shape, startShop } from "./trial-shop.mjs";

const tokenIn = (page) => /<alipay-checkout order-token="([^"]+)"/.exec(page)?.[1];
const claimsOf = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url"));

test("order_token_has_exactly_the_agreed_claims_and_a_genuine_hs256_signature", async (t) => {
  const { origin, settings } = await startShop(t);
  const { out_trade_no } = await placeOrder(origin, { size: "tin100", quantity: "3" });
  const token = tokenIn(await (await fetch(`${origin}/checkout/${out_trade_no}`)).text());
  const [header, claims, signature] = token.split(".");

  // RFC 7515, with node:crypto and not with the library that signed.
  const expected = createHmac("sha256", settings.orderSecret).update(`${header}.${claims}`).digest("base64url");
  assert.equal(signature, expected);
  assert.deepEqual(JSON.parse(Buffer.from(header, "base64url")), { alg: "HS256" });
  const { exp, ...rest } = claimsOf(token);
  const seconds = exp - Math.floor(Date.now() / 1000);
  assert.ok(seconds > 7_100 && seconds <= 7_200, `expires in ${seconds} s, not in two hours`);
  assert.deepEqual(rest, {
    aud: EDGE_ORIGIN,
    out_trade_no,
    subject: "Dragon Well tea 100 g × 3",
    amount: "104.70",
    currency: "USD",
    return_url: `${SHOP_ORIGIN}/checkout/${out_trade_no}`,
    locale: "en",
    metadata: { size: "tin100", quantity: "3" },
  });
});

test("order_through_antom_is_in_yuan_and_its_token_names_antom", async (t) => {
  const { origin } = await startShop(t);
  const { out_trade_no } = await placeOrder(origin, { quantity: "2", provider: "antom" });
  const claims = claimsOf(tokenIn(await (await fetch(`${origin}/checkout/${out_trade_no}`)).text()));
  assert.deepEqual([claims.provider, claims.amount, claims.currency], ["antom", "256.00", "CNY"]);
  assert.equal((await readOrder(origin, out_trade_no)).currency, "CNY");
});

test("token_says_the_same_whatever_language_the_page_is_in", async (t) => {
  const { origin } = await startShop(t);
  const { out_trade_no } = await placeOrder(origin);
  const content = async (query) => {
    const page = await (await fetch(`${origin}/checkout/${out_trade_no}${query}`)).text();
    const { exp: _, ...claims } = claimsOf(tokenIn(page));
    return claims;
  };
  assert.deepEqual(await content("?lang=zh"), await content("?lang=en"));
});

test("paid_order_shows_the_receipt_and_carries_no_token", async (t) => {
  const shop = await startShop(t);
  const { out_trade_no } = await placeOrder(shop.origin);
  await sendEvent(shop, paidEvent(out_trade_no));
  const page = await (await fetch(`${shop.origin}/checkout/${out_trade_no}`)).text();
  assert.equal(tokenIn(page), undefined);
  assert.match(page, /data-status="paid"/);
  assert.match(page, /<code id="trade-no">2026112100001000010000000001<\/code>/);
});

test("form_sent_twice_makes_one_order_until_it_is_paid", async (t) => {
  const shop = await startShop(t);
  const cart = randomUUID();
  const first = await placeOrder(shop.origin, { cart });
  assert.deepEqual(await placeOrder(shop.origin, { cart }), first);
  assert.notEqual((await placeOrder(shop.origin, { cart, quantity: "2" })).out_trade_no, first.out_trade_no);
  await sendEvent(shop, paidEvent(first.out_trade_no));
  const next = await placeOrder(shop.origin, { cart });
  assert.notEqual(next.out_trade_no, first.out_trade_no);
  assert.equal((await readOrder(shop.origin, next.out_trade_no)).status, "created");
});

test("front_page_leads_on_to_the_order_that_this_browser_made_last", async (t) => {
  const shop = await startShop(t);
  const { out_trade_no, cookie } = await placeOrder(shop.origin);
  assert.equal(cookie, `last_order=${out_trade_no}; Path=/; HttpOnly; Secure; SameSite=Lax`);
  const frontPage = async (headers) => (await fetch(shop.origin, { headers })).text();
  const link = (page) => /<p class="resume"[^]*?<a href="([^"]+)">([^<]+)</.exec(page)?.slice(1);
  const headers = { cookie: `other=1; last_order=${out_trade_no}` };
  assert.deepEqual(link(await frontPage(headers)), [`/checkout/${out_trade_no}`, "Continue to payment"]);
  await sendEvent(shop, paidEvent(out_trade_no));
  assert.deepEqual(link(await frontPage(headers)), [`/checkout/${out_trade_no}`, "See the receipt"]);
  assert.equal(link(await frontPage({ cookie: "last_order=TEA-2222222222" })), undefined);
  assert.equal(link(await frontPage({})), undefined);
});

for (const [name, fields] of [
  ["unknown_size_refused", { size: "tin1" }],
  ["size_named_like_a_property_of_objects_refused", { size: "constructor" }],
  ["unknown_provider_refused", { provider: "paypal" }],
  ["provider_named_like_a_property_of_objects_refused", { provider: "constructor" }],
  ["quantity_zero_refused", { quantity: "0" }],
  ["quantity_ten_refused", { quantity: "10" }],
  ["negative_quantity_refused", { quantity: "-1" }],
  ["cart_that_is_not_ours_refused", { cart: "x" }],
]) {
  test(name, async (t) => {
    const { origin } = await startShop(t);
    assert.deepEqual(await placeOrder(origin, fields), { status: 400 });
  });
}

test("price_in_the_form_changes_nothing", async (t) => {
  const { origin } = await startShop(t);
  const { out_trade_no } = await placeOrder(origin, { amount: "1", total: "1" });
  assert.equal((await readOrder(origin, out_trade_no)).amount, 1990);
});

test("every_page_has_the_strict_policy_and_nothing_inline", async (t) => {
  const { origin } = await startShop(t);
  const { out_trade_no } = await placeOrder(origin);
  const policy =
    `default-src 'none'; script-src 'self' ${EDGE_ORIGIN} 'wasm-unsafe-eval'; connect-src 'self' ${EDGE_ORIGIN}; ` +
    "style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
  for (const path of ["/", `/checkout/${out_trade_no}`, "/orders", "/nothing"]) {
    const answer = await fetch(origin + path);
    assert.equal(answer.headers.get("content-security-policy"), policy, path);
    const page = await answer.text();
    assert.doesNotMatch(page, /<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=/, path);
  }
});

for (const [name, path, header, locale] of [
  ["english_without_a_wish", "/", "fr", "en"],
  ["chinese_by_the_browsers_languages", "/", "zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"],
  ["chosen_language_wins_over_the_browsers", "/?lang=en", "zh-CN", "en"],
  ["unknown_choice_falls_back_to_the_browsers", "/?lang=xx", "zh-CN", "zh-CN"],
]) {
  test(name, async (t) => {
    const { origin } = await startShop(t);
    const page = await (await fetch(origin + path, { headers: { "accept-language": header } })).text();
    assert.equal(/<html lang="([^"]+)"/.exec(page)[1], locale);
  });
}

test("order_keeps_the_language_it_was_made_in", async (t) => {
  const { origin } = await startShop(t);
  const body = new URLSearchParams({ size: "tin50", quantity: "1", cart: randomUUID() });
  const placed = await fetch(`${origin}/orders?lang=zh`, { method: "POST", body });
  const page = await placed.text();
  assert.equal(/<html lang="([^"]+)"/.exec(page)[1], "zh-CN");
  assert.equal(claimsOf(tokenIn(page)).subject, "雨前龙井 50 克 × 1");
});

test("both_languages_have_the_same_texts", () => {
  assert.deepEqual(shape(TEXTS.zh), shape(TEXTS.en));
});

test("text_in_a_template_is_escaped_and_markup_is_not", () => {
  const text = `<b a="1" c='2'>&`;
  assert.equal(
    html`<p>${text}${html`<i>${text}</i>`}${[1, false, null]}</p>`.toString(),
    "<p>&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;<i>&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;</i>1</p>",
  );
});

test("decimal_text_is_exact", () => {
  for (const [amount, currency, text] of [
    [0, "USD", "0.00"],
    [5, "USD", "0.05"],
    [1990, "USD", "19.90"],
    [9007199254740991, "USD", "90071992547409.91"],
    [1990, "JPY", "1990"],
    [1990, "KRW", "1990"],
  ]) {
    assert.equal(decimalText(amount, currency), text);
  }
  assert.throws(() => decimalText(19.9, "USD"), new RangeError("not an amount in minor units: 19.9"));
});
