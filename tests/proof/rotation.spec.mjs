// Keys and secrets are replaced and nothing is lost: while both are configured what the old one signed is
// taken, afterwards it is refused; and the keys' page says which one is still used.

import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";

import { expect, test } from "@playwright/test";

import { openIndexBench } from "../stack/index-bench.mjs";
import { paidFields, signed, signedText } from "../stack/notification.mjs";
import { freshNumber, orderToken } from "../stack/tokens.mjs";
import { ACCEPTED, openBench, reconfigure, refused } from "./bench.mjs";
import { Receiver } from "./receiver.mjs";

const benches = [];
test.afterEach(async () => {
  for (const one of benches.splice(0)) await (one.shut ?? one.close).call(one);
});
async function bench(env) {
  const made = await openBench({ env });
  benches.push(made);
  return made;
}

const OLD = "the secret before, of at least 32 bytes";
const spki = (pem) => pem.replace(/-----[A-Z ]+-----|\s/g, "");
const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
const oldPublic = spki(pair.publicKey.export({ type: "spki", format: "pem" }));
const byOldKey = (fields) => signed(fields, { signer: (text) => sign("RSA-SHA256", Buffer.from(text), pair.privateKey).toString("base64") });
const md5By = (key) => (fields) => ({ ...fields, sign: createHash("md5").update(signedText(fields) + key).digest("hex"), sign_type: "MD5" });

test("notification_of_alipays_key_before_is_taken_while_both_are_known_and_refused_after", async () => {
  const both = await bench({ ALIPAY_PUBLIC_KEY_PREVIOUS: oldPublic });
  const [first, second] = [await both.register(), await both.register()];
  expect(await both.notify(byOldKey(paidFields(first.out_trade_no)))).toEqual(ACCEPTED);
  expect(await both.tell(paidFields(second.out_trade_no))).toEqual(ACCEPTED);
  expect([await first.status(), await second.status()]).toEqual(["paid", "paid"]);
  const alone = await bench({});
  const third = await alone.register();
  expect(await alone.notify(byOldKey(paidFields(third.out_trade_no)))).toEqual(refused("bad_signature"));
  expect(await alone.tell(paidFields(third.out_trade_no))).toEqual(ACCEPTED);
});

test("previous_key_is_no_key_of_another_algorithm", async () => {
  const both = await bench({ ALIPAY_PUBLIC_KEY_PREVIOUS: oldPublic });
  const order = await both.register();
  const sha1 = signed(paidFields(order.out_trade_no), {
    sign_type: "RSA", signer: (text) => sign("RSA-SHA1", Buffer.from(text), pair.privateKey).toString("base64"),
  });
  expect(await both.notify(sha1)).toEqual(refused("sign_type_not_accepted"));
  expect(await both.notify({ ...sha1, sign_type: "RSA2" })).toEqual(refused("bad_signature"));
});

test("md5_key_before_is_taken_while_both_are_known_and_refused_after", async () => {
  const old = "0123456789abcdefghijklmnopqrstuv";
  const both = await bench({ SIGN_TYPE: "MD5", MD5_KEY: "the-new-key-of-thirty-two-chars-", MD5_KEY_PREVIOUS: old, NOTIFY_VERIFY: "never" });
  const [first, second] = [await both.register(), await both.register()];
  expect(await both.notify(md5By(old)(paidFields(first.out_trade_no)))).toEqual(ACCEPTED);
  expect(await both.notify(md5By("the-new-key-of-thirty-two-chars-")(paidFields(second.out_trade_no)))).toEqual(ACCEPTED);
  const alone = await bench({ SIGN_TYPE: "MD5", MD5_KEY: "the-new-key-of-thirty-two-chars-", NOTIFY_VERIFY: "never" });
  const third = await alone.register();
  expect(await alone.notify(md5By(old)(paidFields(third.out_trade_no)))).toEqual(refused("bad_signature"));
});

test("order_token_of_the_secret_before_is_taken_while_both_are_known_and_refused_after", async () => {
  const both = await bench({ ORDER_SECRET_PREVIOUS: OLD });
  const claims = both.claims();
  const token = orderToken(claims, { secret: OLD });
  const first = await both.checkout(token);
  const again = await both.checkout(orderToken(claims));
  expect([first.status, again.status, again.json.pay_url]).toEqual([200, 200, first.json.pay_url]);
  const alone = await bench({});
  const { status, json } = await alone.checkout(orderToken(alone.claims(), { secret: OLD }));
  expect([status, json.code]).toEqual([401, "order_token_signature"]);
});

test("new_status_secret_keeps_open_orders_payable_and_open_pages_informed", async () => {
  const one = await bench({ STATUS_SECRET: OLD });
  const order = await one.register();
  const token = orderToken(one.claims({ out_trade_no: order.out_trade_no }));
  const before = await one.checkout(token);
  await one.workerd.kill();
  // The same Worker over the same orders, with a new secret.
  reconfigure(one, { STATUS_SECRET_PREVIOUS: OLD, STATUS_SECRET: "the new secret, of at least 32 bytes too" });
  await one.workerd.start();
  expect(await one.status(order.out_trade_no, before.json.status_token)).toBe("redirected");
  const after = await one.checkout(token);
  // Alipay refuses another request for an order that is open: not a byte of it may change.
  expect(after.json.pay_url).toBe(before.json.pay_url);
  expect(after.json.status_token).not.toBe(before.json.status_token);
  const back = await fetch(one.origin + order.back, { redirect: "manual" });
  expect(back.status).toBe(303);
  await one.workerd.kill();
  reconfigure(one, { STATUS_SECRET_PREVIOUS: undefined });
  await one.workerd.start();
  const refusal = await fetch(`${one.origin}/status/${order.out_trade_no}?token=${before.json.status_token}`);
  expect([refusal.status, (await refusal.json()).code]).toEqual([401, "status_token"]);
  expect((await fetch(one.origin + order.back, { redirect: "manual" })).status).toBe(404);
});

test("keys_page_says_which_key_is_still_used", async () => {
  const one = await openIndexBench({ env: { ALIPAY_PUBLIC_KEY_PREVIOUS: oldPublic, ORDER_SECRET_PREVIOUS: OLD, STATUS_SECRET_PREVIOUS: `${OLD}, and another one` } });
  benches.push(one);
  const used = async () => Object.fromEntries((await one.admin.get("keys")).in_use.map(({ name, last_ms }) => [name, last_ms !== null]));
  const names = ["ALIPAY_PUBLIC_KEY", "ALIPAY_PUBLIC_KEY_PREVIOUS", "ORDER_SECRET", "ORDER_SECRET_PREVIOUS", "STATUS_SECRET", "STATUS_SECRET_PREVIOUS"];
  const these = async () => { const all = await used(); return names.filter((name) => all[name]); };

  const order = await one.register();
  expect(await one.tell(paidFields(order.out_trade_no))).toEqual(ACCEPTED);
  await expect.poll(these).toEqual(["ALIPAY_PUBLIC_KEY", "ORDER_SECRET", "STATUS_SECRET"]);
  const old = one.claims({ out_trade_no: freshNumber() });
  await one.checkout(orderToken(old, { secret: OLD }));
  expect(await one.notify(byOldKey(paidFields(old.out_trade_no)))).toEqual(ACCEPTED);
  await expect.poll(these).toEqual(names.filter((name) => name !== "STATUS_SECRET_PREVIOUS"));
  const answer = JSON.stringify(await one.admin.get("keys"));
  for (const secret of [OLD, oldPublic.slice(40, 80)]) expect(answer).not.toContain(secret);
  expect((await one.admin.get("keys")).in_use.find(({ name }) => name === "ALIPAY_PUBLIC_KEY_PREVIOUS").fingerprint)
    .toBe(`sha256:${createHash("sha256").update(Buffer.from(oldPublic, "base64")).digest("hex")}`);
});

test("event_is_signed_by_the_secret_before_too_while_both_are_set_and_each_endpoint_has_its_own", async () => {
  const whsec = () => `whsec_${randomBytes(32).toString("base64")}`;
  const [present, before, another] = [whsec(), whsec(), whsec()];
  const receivers = await Promise.all([before, present, before, another].map((secret) => Receiver.open(secret)));
  const [old, fresh, late, other] = receivers;
  const one = await bench({
    FORWARD_URL: `${old.origin}/1`, FORWARD_SECRET: present, FORWARD_SECRET_PREVIOUS: before,
    FORWARD_URL_2: `${fresh.origin}/2`, FORWARD_SECRET_2: present, FORWARD_SECRET_PREVIOUS_2: before,
    // Whoever has not changed when the one before is taken away.
    FORWARD_URL_3: `${late.origin}/3`, FORWARD_SECRET_3: present,
    FORWARD_URL_4: `${other.origin}/4`, FORWARD_SECRET_4: another,
    FORWARD_LADDER_S: "0",
  });
  const { out_trade_no } = await one.register();
  expect(await one.tell(paidFields(out_trade_no))).toEqual(ACCEPTED);
  const taken = () => receivers.map((receiver) => receiver.attempts(out_trade_no).map(({ path, status }) => `${path} ${status}`));
  await expect.poll(taken).toEqual([["/1 204"], ["/2 204"], [], ["/4 204"]]);
  const results = () => one.workerd.log.filter((line) => line.includes('"event":"forwarded"')).map((line) => JSON.parse(line).result).sort();
  await expect.poll(results).toEqual(["delivered_204", "delivered_204", "delivered_204", "status_401"]);
  // One event, one number, wherever it goes.
  const ids = receivers.flatMap((receiver) => receiver.attempts(out_trade_no).map(({ webhook_id }) => webhook_id));
  expect(new Set(ids).size).toBe(1);
  await Promise.all(receivers.map((receiver) => receiver.close()));
});
