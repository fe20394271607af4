// The pages that the edge makes itself, as bytes: who gets one, what is in it, and what it may never say.
// How they look and how a shopper gets there is in journeys/without-script.spec.mjs.

import { createHash } from "node:crypto";

import { expect, test } from "@playwright/test";

import { paidFields } from "../stack/notification.mjs";
import { freshNumber, orderToken } from "../stack/tokens.mjs";
import { ACCEPTED, openBench } from "./bench.mjs";

/** What Chromium sends when it navigates. */
const BROWSER = { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8" };
let bench;

test.beforeAll(async () => {
  bench = await openBench({ env: { RESULT_PAGE: "edge", REFUSALS_PER_MINUTE: "50" } });
});
test.afterAll(() => bench.close());

const pay = (order_token, headers = {}) => fetch(`${bench.origin}/pay`, {
  method: "POST", redirect: "manual", headers: { ...BROWSER, ...headers }, body: new URLSearchParams({ order_token }),
});
const look = (order, headers = {}, query = "") => (
  fetch(`${bench.origin}/result/${order.out_trade_no}?token=${order.status_token}${query}`, { headers: { ...BROWSER, ...headers } })
);
const heading = (html) => /<h1>(.*?)<\/h1>/.exec(html)[1];
const links = (html) => [...html.matchAll(/<a href="(.*?)"/g)].map(([, href]) => href);

/** Only our own style, by its hash; nothing else loads, runs, frames or is sent anywhere. */
async function expectSafe(answer) {
  const html = await answer.clone().text();
  const [, style] = /<style>([^]*?)<\/style>/.exec(html);
  const hash = createHash("sha256").update(style).digest("base64");
  expect(answer.headers.get("content-security-policy")).toBe(
    `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  );
  expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(answer.headers.get("referrer-policy")).toBe("no-referrer");
  expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  expect(html).not.toMatch(/<script|<img|<link|<iframe|<form|\son\w+=|style=/);
  return html;
}

test("form_of_a_browser_is_answered_by_a_page_and_that_of_a_program_by_json", async () => {
  const expired = orderToken(bench.claims({ exp: 1 }));
  const page = await pay(expired);
  expect([page.status, page.headers.get("vary")]).toEqual([401, "accept, accept-language, origin"]);
  const html = await expectSafe(page);
  expect(heading(html)).toBe("This page is out of date");
  for (const accept of ["*/*", "application/json", "application/json, text/html;q=0.9"]) {
    const answer = await pay(expired, { accept });
    expect([answer.status, answer.headers.get("content-type"), (await answer.json()).code]).toEqual([401, "application/problem+json", "order_token_expired"]);
  }
  // What scripts ask is never answered by a page, whatever they say they take.
  const checkout = await fetch(`${bench.origin}/checkout`, { method: "POST", headers: BROWSER, body: new URLSearchParams({ order_token: expired }) });
  expect([checkout.status, (await checkout.json()).code]).toEqual([401, "order_token_expired"]);
});

for (const [name, token, status, code, title] of [
  ["forged", () => orderToken(bench.claims(), { secret: "x".repeat(32) }), 401, "order_token_signature", "The shop has to look at this"],
  ["unreadable", () => "x", 400, "order_token_malformed", "The shop has to look at this"],
  ["of_no_amount", () => orderToken(bench.claims({ amount: "1e9" })), 422, "order_claim", "The shop has to look at this"],
]) {
  test(`order_token_${name}_is_explained_with_its_code`, async () => {
    const answer = await pay(token());
    const html = await expectSafe(answer);
    expect([answer.status, heading(html)]).toEqual([status, title]);
    expect(html).toContain(`<bdi>${code}</bdi>`);
  });
}

test("changed_order_is_explained", async () => {
  const order = bench.claims();
  expect((await pay(orderToken(order))).status).toBe(303);
  const answer = await pay(orderToken({ ...order, amount: "19.91" }));
  expect([answer.status, heading(await expectSafe(answer))]).toEqual([409, "The order has changed"]);
});

test("page_links_back_to_an_allowed_shop_only", async () => {
  const shops = await openBench({ env: { ALLOWED_ORIGINS: "http://127.0.0.1:1,http://127.0.0.1:2" } });
  try {
    const linked = async (headers) => links(await (await fetch(`${shops.origin}/pay`, { method: "POST", headers: { ...BROWSER, ...headers }, body: new URLSearchParams({ order_token: "x" }) })).text());
    expect(await linked({ origin: "http://127.0.0.1:2" })).toEqual(["http://127.0.0.1:2"]);
    expect(await linked({ origin: "https://evil.example" })).toEqual([]);
    expect(await linked({ origin: "null" })).toEqual([]);
    expect(await linked({ referer: "http://127.0.0.1:1/cart?x=\"><script>" })).toEqual(["http://127.0.0.1:1"]);
  } finally {
    await shops.close();
  }
});

test("nothing_that_is_sent_is_repeated_as_markup", async () => {
  const evil = "\"><script>alert(1)</script>";
  const answer = await fetch(`${bench.origin}/result/${encodeURIComponent(evil)}?token=${encodeURIComponent(evil)}`, { headers: { ...BROWSER, "accept-language": evil, origin: evil } });
  const html = await expectSafe(answer);
  expect([answer.status, heading(html)]).toEqual([401, "We cannot show this payment"]);
  expect(html).not.toContain("alert(1)");
});

test("result_says_being_confirmed_until_the_record_says_more_and_asks_ever_more_seldom", async () => {
  const order = await bench.register();
  const first = await look(order);
  expect(heading(await expectSafe(first))).toBe("Being confirmed");
  const next = `/result/${order.out_trade_no}?token=${order.status_token}`;
  expect(first.headers.get("refresh")).toBe(`2;url=${next}&n=1`);
  expect((await look(order, {}, "&n=10")).headers.get("refresh")).toBe(`21;url=${next}&n=11`);
  // After ten minutes it is a person who asks.
  for (const n of ["18", "99999"]) {
    const late = await look(order, {}, `&n=${n}`);
    const html = await expectSafe(late);
    expect([heading(html), late.headers.get("refresh")]).toEqual(["Still being confirmed", null]);
    expect(links(html)[0]).toBe(next);
  }
  // A number that is none begins from the start.
  for (const n of ["-1", "x", "1e3"]) expect((await look(order, {}, `&n=${n}`)).headers.get("refresh")).toBe(`2;url=${next}&n=1`);
});

for (const [name, fields, title] of [
  ["paid", {}, "Paid"],
  ["closed", { trade_status: "TRADE_CLOSED" }, "Closed"],
]) {
  test(`result_of_a_${name}_order_is_final`, async () => {
    const order = await bench.register();
    const message = paidFields(order.out_trade_no, fields);
    expect(await bench.tell(message)).toEqual(ACCEPTED);
    const answer = await look(order);
    const html = await expectSafe(answer);
    expect([answer.status, heading(html), answer.headers.get("refresh")]).toEqual([200, title, null]);
    expect([...html.matchAll(/<bdi>(.*?)<\/bdi>/g)].map(([, value]) => value)).toEqual(["19.90 USD", order.out_trade_no, message.trade_no]);
    expect(links(html)).toEqual([`${order.return_url}#alipay-checkout=${order.status_token}`]);
  });
}

test("quarantined_payment_is_not_shown_as_paid", async () => {
  const order = await bench.register();
  expect(await bench.tell(paidFields(order.out_trade_no, { total_fee: "0.01" }))).toEqual(ACCEPTED);
  expect(heading(await (await look(order)).text())).toBe("Being confirmed");
});

test("result_of_another_order_or_none_is_refused_alike", async () => {
  const [one, other] = [await bench.register(), await bench.register()];
  for (const out_trade_no of [other.out_trade_no, freshNumber(), "x y"]) {
    const answer = await look({ ...one, out_trade_no });
    expect([answer.status, heading(await expectSafe(answer))]).toEqual([401, "We cannot show this payment"]);
  }
  const posted = await fetch(`${bench.origin}/result/${one.out_trade_no}`, { method: "POST" });
  expect([posted.status, posted.headers.get("allow"), (await posted.json()).code]).toEqual([405, "GET, HEAD", "method"]);
});

test("language_is_the_readers_unless_the_order_has_one", async () => {
  const plain = await bench.register();
  const chosen = await bench.register({ locale: "zh-Hans" });
  const read = async (order, language) => {
    const answer = await look(order, { "accept-language": language });
    return [answer.headers.get("content-language"), heading(await answer.text())];
  };
  expect(await read(plain, "zh-CN,zh;q=0.9,en;q=0.8")).toEqual(["zh-Hans", "正在确认"]);
  expect(await read(plain, "fr, en;q=0.5")).toEqual(["en", "Being confirmed"]);
  expect(await read(chosen, "en")).toEqual(["zh-Hans", "正在确认"]);
});

test("paid_order_posted_again_leads_to_its_result", async () => {
  const order = bench.claims();
  const { out_trade_no } = await bench.register(order);
  expect(await bench.tell(paidFields(out_trade_no))).toEqual(ACCEPTED);
  const answer = await pay(orderToken({ ...order, out_trade_no }));
  expect([answer.status, answer.headers.get("location").startsWith(`${bench.origin}/result/${out_trade_no}?token=`)]).toEqual([303, true]);
});

test("shopper_whose_address_was_refused_too_often_is_told_to_wait", async () => {
  const from = { "cf-connecting-ip": "192.0.2.1" };
  for (let n = 0; n < 50; n += 1) expect((await pay("x", from)).status).toBe(400);
  const answer = await pay(orderToken(bench.claims()), from);
  expect([answer.status, heading(await expectSafe(answer))]).toEqual([429, "Please try again in a moment"]);
  expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
});

test("shopper_at_a_worker_that_is_misconfigured_is_told_to_wait", async () => {
  const listens = (origin) => fetch(`${origin}/healthz`).then(({ status }) => status === 503, () => false);
  const broken = await openBench({ env: { PARTNER: "1" }, probe: listens });
  try {
    const answer = await fetch(`${broken.origin}/pay`, { method: "POST", headers: BROWSER, body: new URLSearchParams({ order_token: "x" }) });
    const html = await expectSafe(answer);
    expect([answer.status, heading(html), links(html)]).toEqual([503, "Please try again in a moment", []]);
    expect(html).not.toContain("PARTNER");
  } finally {
    await broken.close();
  }
});
