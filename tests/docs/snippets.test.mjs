// Every snippet of the documentation, run as it stands there. What needs a language that is not on this machine is named and
// not run; Node always is. That the Worker itself takes the tokens, and that its events are verified, is api/snippets.spec.mjs.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";

import { jwtVerify } from "jose";
import { Webhook } from "standardwebhooks";

import { accepted, eventLine, missing, orderLine, readmeExample, run, snippets } from "../stack/languages.mjs";

const TOKENS = snippets("order-tokens.md");
const EVENTS = snippets("events.md");
const SIX = ["go", "java", "node", "php", "python", "ruby"];

test("there_is_a_snippet_of_each_kind_for_each_of_six_languages_that_needs_no_package", () => {
  const alone = (all, kind) => all.filter((one) => one.kind === kind && one.needs === undefined).map(({ language }) => language).sort();
  assert.deepEqual([alone(TOKENS, "token"), alone(EVENTS, "event")], [SIX, SIX]);
});

const nameOf = ({ kind, language, needs }) => [kind, language, needs].filter(Boolean).join("_");

/** A test for a snippet, or the word that it is not run. */
function example(snippet, work) {
  const absent = missing(snippet);
  if (absent !== undefined) console.error(absent);
  test(`${nameOf(snippet)}_${snippet.kind === "token" ? "signs_what_jose_verifies" : "takes_genuine_events_and_refuses_others"}`, { skip: absent ?? false }, work);
}

const ORDERS = [
  { out_trade_no: "A-1001", subject: "Dragon Well tea, 50 g", amount: "19.90", currency: "USD", return_url: "https://shop.example.com/checkout/A-1001" },
  { out_trade_no: "A-1002", subject: "龙井茶 <50 克> / \\ 'x'", rmb_fee: "128.00", currency: "EUR", return_url: "https://shop.example.com/a?b=1", metadata: { size: "é" } },
];

for (const snippet of TOKENS) {
  example(snippet, async () => {
    const secret = randomBytes(32).toString("base64");
    const before = Math.floor(Date.now() / 1000);
    const tokens = run(snippet, ORDERS.map(orderLine), { ORDER_SECRET: secret, EDGE_ORIGIN: "https://pay.example.com" });
    assert.equal(tokens.length, ORDERS.length);
    for (const [at, token] of tokens.entries()) {
      const { payload, protectedHeader } = await jwtVerify(token, new TextEncoder().encode(secret), { audience: "https://pay.example.com" });
      const { aud, exp, ...claims } = payload;
      assert.deepEqual(claims, ORDERS[at]);
      assert.deepEqual([aud, protectedHeader.alg], ["https://pay.example.com", "HS256"]);
      assert.equal(exp >= before + 7200 && exp <= before + 7200 + 120, true);
    }
  });
}

/** An event as the Worker sends it. */
function signed(secret, body, at = new Date()) {
  const id = "evt_00112233445566778899aabbccddeeff";
  return {
    "webhook-id": id, "webhook-timestamp": String(Math.floor(at.getTime() / 1000)), "webhook-signature": new Webhook(secret).sign(id, at, body),
  };
}

for (const snippet of EVENTS) {
  example(snippet, () => {
    const newSecret = () => `whsec_${randomBytes(32).toString("base64")}`;
    const [secret, other] = [newSecret(), newSecret()];
    const body = JSON.stringify({ type: "payment.paid", data: { out_trade_no: "A-1001", amount: 1990, subject: "龙井茶" } });
    const genuine = signed(secret, body);
    const foreign = signed(other, body)["webhook-signature"];
    const minutesAway = (minutes) => new Date(Date.now() + minutes * 60_000);
    const cases = [
      ["as it was sent", genuine, body, accepted(body)],
      ["signed by two secrets, ours the second", { ...genuine, "webhook-signature": `${foreign} ${genuine["webhook-signature"]}` }, body, accepted(body)],
      ["four minutes old", signed(secret, body, minutesAway(-4)), body, accepted(body)],
      ["another amount", genuine, body.replace("1990", "1"), "refused: no signature holds"],
      ["written anew", genuine, JSON.stringify(JSON.parse(body), null, 1), "refused: no signature holds"],
      ["another id", { ...genuine, "webhook-id": "evt_other" }, body, "refused: no signature holds"],
      ["another time", { ...genuine, "webhook-timestamp": String(Number(genuine["webhook-timestamp"]) - 1) }, body, "refused: no signature holds"],
      ["another secret", { ...genuine, "webhook-signature": foreign }, body, "refused: no signature holds"],
      ["a cut signature", { ...genuine, "webhook-signature": genuine["webhook-signature"].slice(0, -1) }, body, "refused: no signature holds"],
      ["another version of signature", { ...genuine, "webhook-signature": genuine["webhook-signature"].replace("v1,", "v2,") }, body, "refused: no signature holds"],
      ["six minutes old", signed(secret, body, minutesAway(-6)), body, "refused: webhook-timestamp is too far from now"],
      ["from six minutes ahead", signed(secret, body, minutesAway(6)), body, "refused: webhook-timestamp is too far from now"],
    ];
    const verdicts = run(snippet, cases.map(([, headers, text]) => eventLine(headers, text)), { FORWARD_SECRET: secret });
    assert.deepEqual(cases.map(([name], at) => [name, verdicts[at]]), cases.map(([name, , , expected]) => [name, expected]));
  });
}

const library = readmeExample("python", "standardwebhooks");
example(library, () => {
  const secret = `whsec_${randomBytes(32).toString("base64")}`;
  const body = JSON.stringify({ type: "payment.paid", data: { out_trade_no: "A-1001", amount: 1990 } });
  const headers = signed(secret, body);
  const verdicts = run(library, [eventLine(headers, body), eventLine(headers, body.replace("1990", "1"))], { FORWARD_SECRET: secret });
  assert.deepEqual(verdicts, [accepted("A-1001"), "refused: No matching signature found"]);
});
