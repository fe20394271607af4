// Which pages may read what the Worker answers: those of the merchant's origins, whatever the answer is, and no others.

import { expect, test } from "@playwright/test";

import { openBench } from "./bench.mjs";

let bench, order;
test.beforeAll(async () => {
  bench = await openBench();
  order = await bench.register();
});
test.afterAll(() => bench.close());

/** Every kind of answer that a page may be given: `[name, path, options]`. */
const asked = () => [
  ["status", `/status/${order.out_trade_no}?token=${order.status_token}`, {}],
  ["stream", `/status/${order.out_trade_no}?token=${order.status_token}`, { headers: { accept: "text/event-stream" } }],
  ["refused_status", `/status/${order.out_trade_no}?token=x`, {}],
  ["refused_checkout", "/checkout", { method: "POST", body: new URLSearchParams({ order_token: "a.b.c" }) }],
  ["refused_app_result", "/app-result", { method: "POST", body: new URLSearchParams({ out_trade_no: order.out_trade_no }) }],
  ["unknown_route", "/no-such-route", {}],
  ["wrong_method", "/checkout", {}],
  ["health", "/healthz", {}],
];

/** What an answer says of who may read it. */
async function readers(path, { headers, ...options }, origin) {
  const controller = new AbortController();
  const answer = await fetch(bench.origin + path, { headers: { ...headers, ...(origin && { origin }) }, signal: controller.signal, ...options });
  controller.abort();
  const header = (name) => answer.headers.get(`access-control-allow-${name}`);
  return { origin: header("origin"), credentials: header("credentials"), vary: (answer.headers.get("vary") ?? "").toLowerCase().split(/, */).includes("origin") };
}

test("page_of_an_allowed_origin_reads_every_answer_and_no_cache_gives_it_to_another", async () => {
  for (const [name, path, options] of asked()) {
    expect([name, await readers(path, options, bench.origins.shop)]).toEqual([name, { origin: bench.origins.shop, credentials: null, vary: true }]);
  }
});

test("page_of_any_other_origin_reads_none", async () => {
  const { hostname, port } = new URL(bench.origins.shop);
  const others = [
    undefined, "null", "*", "https://evil.example", `${bench.origins.shop}.evil.example`, `${bench.origins.shop}/`, `https://${hostname}:${port}`,
    `http://${hostname}`, `http://evil.${hostname}:${port}`, `http://user@${hostname}:${port}`, `${bench.origins.shop}, https://evil.example`, bench.origin,
  ];
  for (const [name, path, options] of asked()) {
    for (const origin of others) {
      expect([name, origin, await readers(path, options, origin)]).toEqual([name, origin, { origin: null, credentials: null, vary: true }]);
    }
  }
});

test("preflight_allows_what_the_routes_take_to_allowed_origins_alone", async () => {
  const ask = async (origin) => {
    const headers = { origin, "access-control-request-method": "POST", "access-control-request-headers": "content-type" };
    const answer = await fetch(`${bench.origin}/checkout`, { method: "OPTIONS", headers });
    return [answer.status, ...["origin", "methods", "headers", "credentials"].map((name) => answer.headers.get(`access-control-allow-${name}`))];
  };
  expect(await ask(bench.origins.shop)).toEqual([204, bench.origins.shop, "GET, POST", "content-type", null]);
  expect(await ask("https://evil.example")).toEqual([204, null, null, null, null]);
});
