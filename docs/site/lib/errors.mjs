// The errors by code, read from the code that answers them and from the OpenAPI document.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { api, operations, resolve } from "./openapi.mjs";
import { ROOT } from "./places.mjs";
import { code, table } from "./tables.mjs";

const source = (...path) => readFileSync(join(ROOT, ...path), "utf8");

/** Every code of problem details: status, title, what to do, and the routes that the document says answer it. */
export function errors() {
  const text = source("edge", "src", "error.rs");
  const rows = [...text.matchAll(/Self::([^=]+?)\s*=>\s*\{?\s*\(\s*(\d{3}),\s*"([a-z_]+)",\s*"([^"]+)",?\s*\)/g)];
  const advice = new Map([...text.matchAll(/Self::([^=]+?)\s*=>\s*\{?\s*(?:f\.write_str\(|write!\(f, )\s*"([^"]+)"/g)].map(([, arm, words]) => [nameOf(arm), words]));
  const routes = routesByCode();
  const named = rows.map(([, , , name]) => name);
  const lost = [...routes.keys()].filter((name) => !named.includes(name));
  if (rows.length < 30 || lost.length > 0) throw new Error(`edge/src/error.rs was not read: ${rows.length} rows, without ${lost}`);
  expectOnePlace(new Map(rows.map(([, arm, , name]) => [name, advice.get(nameOf(arm))])));
  return table(["code", "status", "it means", "what to do", "answered by"], rows.map(([, arm, status, name, title]) => [
    code(name), status, title, ADVICE[name] ?? worded(advice.get(nameOf(arm))), routes.get(name) ?? "any route",
  ]).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `OrderToken(T::Expired)` and `OrderToken(TokenError::Expired)` are the same arm; fields do not count. */
function nameOf(arm) {
  return arm.replace(/\s+/g, " ").trim().replaceAll("TokenError::", "T::").replace(/\((?!T::)[^)]*\)|\s*\{.*$/g, "");
}

/** For the codes whose answer says no more than its title. */
const ADVICE = {
  body_encoded: "send it without `content-encoding`",
  body_unreadable: "the connection broke; send it again",
  endpoint_unknown: "endpoints are called `1` to `5`, as they are configured",
  event_unknown: "the order lists its events and their deliveries",
  order_token_algorithm: "sign with `HS256`, and without `crit` in the header",
  order_token_malformed: "the detail names the claim that is missing; else it is no JWT of three parts, or longer than 8 KiB",
  order_token_not_yet_valid: "`nbf` is more than a minute ahead: compare the clocks",
  order_unknown: "another number, another `provider`, or never registered",
  refund_not_paid: "nothing can be given back before it is paid",
  refund_unknown: "the order lists its refunds",
  route_unknown: "see the API reference",
  status_token: "ask `/checkout` for a fresh one: it lives two hours and opens one order",
  unavailable: "send the same request again",
  watchers: "close some, or ask for JSON",
};

/** Where the Worker itself says what to do, it is said there alone. */
function expectOnePlace(advice) {
  const twice = Object.keys(ADVICE).filter((name) => advice.get(name) !== undefined);
  if (twice.length > 0) throw new Error(`errors.mjs has advice that edge/src/error.rs has as well: ${twice}`);
}

/** What the code fills in when it answers. */
const FILLED = { "{}": "…", "{claim}: {rule}": "the detail names the claim and its rule", "{name}: see docs/openapi.yaml": "the detail names it; see the API reference" };

function worded(words = "–") {
  return FILLED[words] ?? words.replace(/\{\w*\}/g, "…");
}

function routesByCode() {
  const routes = new Map();
  for (const { path, method, spec } of operations()) {
    for (const answer of Object.values(spec.responses)) {
      for (const name of codesIn(resolve(answer))) {
        const list = routes.get(name) ?? [];
        routes.set(name, list.includes(`${method} ${path}`) ? list : [...list, `${method} ${path}`]);
      }
    }
  }
  return new Map([...routes].map(([name, list]) => [name, placesOf(list)]));
}

/** Routes for people; a list of nearly all of them says nothing. */
function placesOf(list) {
  if (list.length <= 4) return list.map(code).join(", ");
  return list.every((route) => route.includes(" /admin/")) ? `any route below ${code("/admin/")}` : "any route";
}

function codesIn(answer) {
  const schema = answer.content?.["application/problem+json"]?.schema;
  return (schema?.allOf ?? []).flatMap((part) => part.properties?.code?.enum ?? []);
}

/** The words of `x-refusal` at `/notify/…`: the protocol's own, and those of the edge. */
export function refusals() {
  const gateway = verifyErrors(source("protocol", "src", "notification", "error.rs"));
  const antom = verifyErrors(source("protocol", "src", "antom", "notification", "error.rs"));
  const all = new Map();
  for (const [words, route] of [[gateway, "/notify/gateway"], [antom, "/notify/antom"]]) {
    for (const [name, meaning] of words) all.set(name, { meaning: all.get(name)?.meaning ?? meaning, routes: [...(all.get(name)?.routes ?? []), route] });
  }
  return table(["code", "it means", "at"], [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, { meaning, routes }]) => [
    code(name), meaning.replaceAll("[`", "`").replaceAll("`]", "`"), routes.map(code).join(", "),
  ]));
}

/** `[code, doc comment]` of an enum of the protocol. */
function verifyErrors(text) {
  const meaning = new Map([...text.matchAll(/((?: {4}\/\/\/ .*\n)+) {4}#\[error\([^\n]*\)\]\n {4}(\w+)/g)]
    .map(([, comment, variant]) => [variant, comment.replaceAll(/ {4}\/\/\/ (.*)\n/g, "$1 ").trim()]));
  const codes = [...text.matchAll(/Self::(\w+)[^=\n]*=> "([a-z_]+)"/g)];
  const lost = codes.filter(([, variant]) => !meaning.has(variant));
  if (codes.length < 10 || lost.length > 0) throw new Error(`the protocol's errors were not read: without ${lost.map(([, variant]) => variant)}`);
  return codes.map(([, variant, name]) => [name, meaning.get(variant)]);
}

/** What `data.reason` of `payment.quarantined` can be: the OpenAPI document's verdicts that are reasons. */
const REASONS = {
  amount_differs: "the amount that Alipay names is not that of the order",
  closed_after_paid: "a paid trade was closed without a refund of ours",
  currency_differs: "the currency that Alipay names is not that of the order",
  not_registered: "no order of that number was ever registered",
  notify_id_reused: "the same `notify_id` came with other content",
  paid_after_closed: "money arrived for an order that is closed",
  refund_unknown: "a refund that was not asked for here",
  trade_no_differs: "a second trade of Alipay's for the same order: it may be paid twice",
  trade_status_unexpected: "a status that the product does not define, such as `TRADE_SUCCESS`",
};

export function reasons() {
  const documented = api.components.schemas.Notification.properties.verdict.enum.filter((verdict) => !["paid", "closed", "kept"].includes(verdict));
  const differ = documented.sort().join() !== Object.keys(REASONS).sort().join();
  if (differ) throw new Error(`errors.mjs explains other reasons than docs/openapi.yaml has: ${documented}`);
  return table(["reason", "it means"], Object.entries(REASONS).map(([name, meaning]) => [code(name), meaning]));
}
