// Nothing that is not verified makes an object: whoever could make one with each request would be paid for by the
// merchant, and one that a stranger's message named could be squatted. The databases on disk say what there is.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "@playwright/test";

import { paidMessage, send, signedMessage } from "../stack/antom.mjs";
import { paidFields, signed } from "../stack/notification.mjs";
import { freshNumber, orderToken } from "../stack/tokens.mjs";
import { ACCEPTED, openBench, refused } from "./bench.mjs";
import { FORGERIES } from "./forgeries.mjs";

let bench;
test.beforeEach(async () => {
  bench = await openBench();
});
test.afterEach(() => bench.close());

/** How many objects of each class have a database. */
function objects() {
  const count = (name) => {
    const folder = join(bench.place, "state", name);
    return existsSync(folder) ? readdirSync(folder).filter((file) => /^[0-9a-f]{64}\.sqlite$/.test(file)).length : 0;
  };
  return Object.fromEntries(["OrderObject", "EndpointObject", "AccountObject"].map((name) => [name, count(name)]));
}

const NONE = { OrderObject: 0, EndpointObject: 0, AccountObject: 0 };

/** What is refused by these was signed by Alipay, and is kept as evidence; the rest may be anybody's. */
const SIGNED = ["bad_text", "charset_not_accepted", "invalid_field", "resplit", "unknown_field", "unknown_notify_type", "wrong_partner"];

test("forged_notifications_make_no_object_and_what_alipay_signed_none_but_the_accounts", async () => {
  const isSigned = ([, , , { refusal }]) => SIGNED.includes(refusal);
  const [never, genuine] = [FORGERIES.filter((one) => !isSigned(one)), FORGERIES.filter(isSigned)];
  expect([never.length > 40, genuine.length > 10]).toEqual([true, true]);
  for (const forgery of [...never, ...genuine]) {
    const [row, name, forge, { refusal, status = 403, headers, query }] = forgery;
    const fields = paidFields(freshNumber());
    const path = query ? `/notify/gateway?${query(fields)}` : undefined;
    expect([row, name, await bench.notify(forge(fields), headers, path)]).toEqual([row, name, refused(refusal, status)]);
    expect([row, name, objects()]).toEqual([row, name, { ...NONE, AccountObject: isSigned(forgery) ? 1 : 0 }]);
  }
  // And one that is accepted does make one.
  expect(await bench.tell(paidFields(freshNumber()))).toEqual(ACCEPTED);
  expect(objects().OrderObject).toBe(1);
});

test("what_nobody_signed_makes_no_object_on_any_route", async () => {
  const registered = await bench.register();
  const before = objects();
  const number = freshNumber();
  const form = (fields) => ({ method: "POST", body: new URLSearchParams(fields) });
  const wrongMark = registered.back.replace(registered.out_trade_no, number);
  const fields = paidFields(number);
  const stranger = orderToken(bench.claims({ out_trade_no: number }), { secret: "a stranger's own secret, of 32 bytes" });
  const asked = [
    ["/checkout", form({ order_token: stranger }), 401],
    ["/pay", form({ order_token: stranger }), 401],
    ["/app-result", form({ out_trade_no: number, status_token: registered.status_token, result: "x" }), 401],
    [`/status/${number}?token=${registered.status_token}`, {}, 401],
    [`/status/${number}?token=${registered.status_token}`, { headers: { accept: "text/event-stream" } }, 401],
    [`/result/${number}?token=${registered.status_token}`, {}, 401],
    [`${wrongMark}?${new URLSearchParams(signed(fields))}`, {}, 404],
    [`/admin/orders/${number}`, {}, 401],
    [`/admin/orders/${number}`, { headers: { authorization: "Bearer a-strangers-own-token" } }, 401],
    [`/admin/orders/${number}/replay`, { method: "POST", headers: { "content-type": "application/json" }, body: "{}" }, 401],
  ];
  for (const [path, options, status] of asked) {
    const answer = await fetch(bench.origin + path, { redirect: "manual", ...options });
    await answer.arrayBuffer();
    expect([path, answer.status, objects()]).toEqual([path, status, before]);
  }
  const antom = signedMessage(paidMessage(number));
  const answer = await send({ ...antom, body: antom.body.replace("12800", "1") }, bench.origin);
  expect([answer.status, answer.refusal, objects()]).toEqual([403, "bad_signature", before]);
});
