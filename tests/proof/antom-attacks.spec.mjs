// POST /notify/antom: from a fresh genuine notification with one fault, the exact refusal, and nothing
// moved and nobody told. The rows are those of our list of attacks; the gates come in this order.

import { generateKeyPairSync } from "node:crypto";
import { request } from "node:http";
import { text } from "node:stream/consumers";

import { expect, test } from "@playwright/test";

import { ACCEPTED, antomClaims, CLIENT, paidMessage, PATH, refused, result, send, signedMessage } from "../stack/antom.mjs";
import { notify as gatewayNotify, paidFields, signed } from "../stack/notification.mjs";
import { freshNumber, orderToken } from "../stack/tokens.mjs";
import { openAntom } from "./antom.mjs";
import { openBench } from "./bench.mjs";

let antom;
let bench;
/** Orders that must never be heard of at the merchant's. */
const untold = [];

test.beforeAll(async () => {
  antom = await openAntom();
  bench = await openBench({ env: { ANTOM_URL: antom.url, REFUSALS_PER_MINUTE: "100000" } });
});
test.afterAll(async () => {
  await bench.close();
  await antom.close();
});

async function register(changes) {
  const order = bench.claims(antomClaims(changes));
  const answer = await bench.checkout(orderToken(order));
  expect([answer.status, answer.json.code]).toEqual([200, undefined]);
  const { status_token } = answer.json;
  return { ...order, status_token, status: () => bench.status(order.out_trade_no, status_token) };
}

async function target() {
  const order = await register();
  untold.push(order);
  return order;
}

async function expectUnmoved(order) {
  expect(await order.status()).toBe("redirected");
  expect(bench.receiver.attempts(order.out_trade_no)).toEqual([]);
}

const tell = (message, options) => send(signedMessage(message, options), bench.origin);
const told = (order, expected) => expect
  .poll(() => bench.receiver.attempts(order.out_trade_no).map(({ type, data }) => [type, data.reason, data.provider]))
  .toEqual(expected);

const head = (changes) => (sent) => ({ ...sent, headers: { ...sent.headers, ...changes } });
const raw = (change) => (sent, message) => signedMessage(change(JSON.stringify(message)));
const HOUR = 3_600_000;
const ago = (hours) => String(Date.now() - hours * HOUR);

/** `[row, name, forge(sent, message), refusal, status]`; what a later gate would refuse, an earlier one does. */
const FORGERIES = [
  // Method and media type.
  ["a20", "get", (sent) => ({ ...sent, method: "GET" }), "method", 405],
  ["a20", "put", (sent) => ({ ...sent, method: "PUT" }), "method", 405],
  ["a20", "form", head({ "content-type": "application/x-www-form-urlencoded" }), "media_type", 415],
  ["a20", "no_media_type", head({ "content-type": "" }), "media_type", 415],
  // Bounded read.
  ["a18", "compressed_body", head({ "content-encoding": "gzip" }), "body_encoded", 415],
  ["a18", "body_over_256_KiB", (sent) => ({ ...sent, body: sent.body.padEnd(262_145) }), "body_too_long", 413],
  // Path, headers, account, time, algorithm.
  ["a09", "query_behind_the_path", (sent) => ({ ...sent, path: `${PATH}?a=b` }), "wrong_uri"],
  ["a02", "no_signature", head({ signature: undefined }), "missing_header"],
  ["a02", "no_client_id", head({ "client-id": undefined }), "missing_header"],
  ["a02", "no_request_time", head({ "request-time": undefined }), "missing_header"],
  ["a08", "genuine_notification_of_another_client", (_, message) => {
    const client = "SANDBOX_5X0000000LOCAL02";
    return head({ "client-id": client })(signedMessage(message, { client }));
  }, "wrong_client"],
  ["a08", "client_id_twice", head({ "client-id": `${CLIENT}, ${CLIENT}` }), "wrong_client"],
  ["a08", "client_id_in_lower_case", head({ "client-id": CLIENT.toLowerCase() }), "wrong_client"],
  ["a01", "beginning_of_the_body_moved_into_the_time", (_, message) => {
    // The signed text is the same, byte for byte: time, a point, body.
    const time = ago(0);
    const genuine = signedMessage(`2026.${JSON.stringify(message)}`, { time });
    return { ...genuine, headers: { ...genuine.headers, "request-time": `${time}.2026` }, body: JSON.stringify(message) };
  }, "bad_time"],
  ["a11", "time_without_a_zone", (_, message) => signedMessage(message, { time: "2026-11-21T18:00:00" }), "bad_time"],
  ["a02", "empty_signature", head({ signature: "" }), "bad_signature_header"],
  ["a03", "algorithm_none", (sent) => head({ signature: sent.headers.signature.replace("RSA256", "none") })(sent), "bad_signature_header"],
  ["a03", "signature_twice", (sent) => head({ signature: `${sent.headers.signature},signature=x` })(sent), "bad_signature_header"],
  ["a03", "two_signature_headers", (sent) => head({ signature: `${sent.headers.signature}, ${sent.headers.signature}` })(sent), "bad_signature_header"],
  // Signature, over method, path, client, time and every byte of the body.
  ["a10", "lower_amount_under_the_old_signature", (sent) => ({ ...sent, body: sent.body.replace("12800", "1") }), "bad_signature"],
  ["a10", "other_number_under_the_old_signature", (sent, message) => ({ ...sent, body: sent.body.replace(message.paymentRequestId, freshNumber()) }), "bad_signature"],
  ["a29", "space_more_in_the_body", (sent) => ({ ...sent, body: `${sent.body} ` }), "bad_signature"],
  ["a29", "body_serialised_again", (sent) => ({ ...sent, body: JSON.stringify(JSON.parse(sent.body), null, 1) }), "bad_signature"],
  ["a09", "signed_for_another_path", (_, message) => signedMessage(message, { path: "/notify/gateway" }), "bad_signature"],
  ["a09", "signed_for_a_whole_address", (_, message) => signedMessage(message, { path: `https://shop.example${PATH}` }), "bad_signature"],
  ["a08", "signed_for_another_client_and_presented_for_ours", (_, message) => signedMessage(message, { client: "SANDBOX_5X0000000LOCAL02" }), "bad_signature"],
  ["a20", "signed_for_another_method", (_, message) => signedMessage(message, { method: "PUT" }), "bad_signature"],
  ["a11", "other_time_than_the_signed_one", (sent) => head({ "request-time": String(Date.now() - 60_000) })(sent), "bad_signature"],
  ["a04", "signed_with_the_merchants_own_key", (_, message) => signedMessage(message, { key: "antom-merchant-private" }), "bad_signature"],
  ["a04", "signed_with_the_gateways_key", (_, message) => signedMessage(message, { key: "alipay-private" }), "bad_signature"],
  ["a03", "sha1_under_the_right_key", (_, message) => signedMessage(message, { hash: "RSA-SHA1" }), "bad_signature"],
  ["a03", "sha512_under_the_right_key", (_, message) => signedMessage(message, { hash: "RSA-SHA512" }), "bad_signature"],
  ["a14", "signature_of_nothing", head({ signature: "algorithm=RSA256,keyVersion=1,signature=AAAA" }), "bad_signature"],
  // Strict JSON, although it is signed: another parser could read it differently.
  ["a29", "amount_twice", raw((body) => body.replace('"paymentAmount"', '"paymentAmount":{"currency":"CNY","value":"1"},"paymentAmount"')), "bad_json"],
  ["a29", "amount_twice_under_an_escaped_name", raw((body) => body.replace('"value"', '"value":"12800","\\u0076alue"')), "bad_json"],
  ["a29", "number_that_no_double_holds", raw((body) => body.replace("{", '{"fee":9007199254740993,')), "bad_json"],
  ["a29", "half_a_surrogate_pair", raw((body) => body.replace("{", '{"x":"\\ud800",')), "bad_json"],
  ["a29", "byte_order_mark", raw((body) => `\ufeff${body}`), "bad_json"],
  ["a29", "something_behind_the_object", raw((body) => `${body}{}`), "bad_json"],
  ["a29", "bytes_that_are_no_text", (_, message) => signedMessage(Buffer.concat([Buffer.from(JSON.stringify(message)), Buffer.from([0xff])])), "bad_json"],
  ["a29", "list", raw((body) => `[${body}]`), "bad_json"],
  ["a30", "depth_of_40", raw((body) => body.replace("{", `{"x":${"[".repeat(40)}${"]".repeat(40)},`)), "bad_json"],
  // Names and values that are needed.
  ["a10", "amount_as_a_number", (_, message) => signedMessage({ ...message, paymentAmount: { currency: "CNY", value: 12_800 } }), "invalid_field"],
  ["a10", "amount_with_a_point", (_, message) => signedMessage({ ...message, paymentAmount: { currency: "CNY", value: "128.00" } }), "invalid_field"],
  ["a10", "amount_with_a_sign", (_, message) => signedMessage({ ...message, paymentAmount: { currency: "CNY", value: "+12800" } }), "invalid_field"],
  ["a10", "amount_of_nothing", (_, message) => signedMessage({ ...message, paymentAmount: { currency: "CNY", value: "0" } }), "invalid_field"],
  ["a10", "unknown_currency", (_, message) => signedMessage({ ...message, paymentAmount: { currency: "XXX", value: "12800" } }), "invalid_field"],
  ["a07", "names_in_other_case", (_, { paymentAmount, ...rest }) => signedMessage({ ...rest, PaymentAmount: paymentAmount }), "invalid_field"],
  ["a13", "answer_to_an_inquiry_presented_as_notification", (_, { paymentCreateTime: __, ...rest }) => signedMessage(rest), "invalid_field"],
  ["a30", "number_of_the_prototype", (_, message) => signedMessage({ ...message, paymentId: { __proto__: "x" } }), "invalid_field"],
  ["a01", "number_with_a_colon", (_, message) => signedMessage({ ...message, paymentRequestId: "antom:1" }), "invalid_field"],
  // What Antom may still send.
  ["a11", "genuine_notification_of_27_hours_ago", (_, message) => signedMessage(message, { time: ago(27) }), "request_time_differs"],
  ["a11", "genuine_notification_of_2019", (_, message) => signedMessage(message, { time: "2019-07-12T12:08:56+05:30" }), "request_time_differs"],
  ["a11", "time_two_hours_ahead", (_, message) => signedMessage(message, { time: ago(-2) }), "request_time_differs"],
];

for (const [row, name, forge, code, status = 403] of FORGERIES) {
  test(`${row}_${name}_refused_as_${code}`, async () => {
    const order = await target();
    const message = paidMessage(order.out_trade_no);
    expect(await send(forge(signedMessage(message), message), bench.origin)).toEqual(refused(code, status));
    await expectUnmoved(order);
    // The same message without the fault, so that it is the fault which is refused.
    expect(await tell(message)).toEqual(ACCEPTED);
    expect(await order.status()).toBe("paid");
    untold.pop();
  });
}

// Genuine and for us, but not what we asked for: acknowledged, kept aside, and told.
for (const [row, name, changes, reason] of [
  ["a10", "lower_amount", { paymentAmount: { currency: "CNY", value: "1" } }, "amount_differs"],
  ["a10", "higher_amount", { paymentAmount: { currency: "CNY", value: "12801" } }, "amount_differs"],
  ["a10", "other_currency", { paymentAmount: { currency: "USD", value: "12800" } }, "currency_differs"],
  ["a12", "success_under_a_status_that_is_not_known", { result: result("U", "SUCCESS") }, "trade_status_unexpected"],
  ["a12", "other_word_under_the_status_of_success", { result: result("S", "ORDER_IS_CLOSED") }, "trade_status_unexpected"],
]) {
  test(`${row}_genuine_notification_with_${name}_is_kept_aside_as_${reason}`, async () => {
    const order = await register();
    expect(await tell(paidMessage(order.out_trade_no, changes))).toEqual(ACCEPTED);
    expect(await order.status()).toBe("redirected");
    await told(order, [["payment.quarantined", reason, "antom"]]);
  });
}

test("a11_replay_of_a_genuine_notification_changes_nothing", async () => {
  const order = await register();
  const message = paidMessage(order.out_trade_no);
  const sent = signedMessage(message);
  for (let n = 0; n < 10; n += 1) expect(await send(sent, bench.origin)).toEqual(ACCEPTED);
  // Signed anew, as a repetition may be, and with a member that Antom has added since.
  expect(await tell(message, { time: new Date().toISOString() })).toEqual(ACCEPTED);
  expect(await tell({ ...message, acquirerReferenceNo: "1" })).toEqual(ACCEPTED);
  await told(order, [["payment.paid", undefined, "antom"]]);
});

test("a11_same_payment_with_other_content_is_kept_aside_and_told", async () => {
  const order = await register();
  const message = paidMessage(order.out_trade_no, { result: result("F", "ORDER_IS_CLOSED") });
  expect(await tell(message)).toEqual(ACCEPTED);
  expect(await order.status()).toBe("closed");
  expect(await tell({ ...message, result: result("S", "SUCCESS") })).toEqual(ACCEPTED);
  expect(await order.status()).toBe("closed");
  await told(order, [["payment.closed", undefined, "antom"], ["payment.quarantined", "notify_id_reused", "antom"]]);
});

test("a12_result_that_is_not_final_does_not_hide_the_final_one", async () => {
  const order = await register();
  const message = paidMessage(order.out_trade_no);
  expect(await tell({ ...message, result: result("U", "UNKNOWN_EXCEPTION") })).toEqual(ACCEPTED);
  expect(await tell({ ...message, notifyType: "PAYMENT_PENDING" })).toEqual(ACCEPTED);
  expect(await order.status()).toBe("redirected");
  expect(await tell(message)).toEqual(ACCEPTED);
  expect(await order.status()).toBe("paid");
});

test("a12_pending_after_paid_changes_nothing", async () => {
  const order = await register();
  const message = paidMessage(order.out_trade_no);
  expect(await tell(message)).toEqual(ACCEPTED);
  expect(await tell({ ...message, notifyType: "PAYMENT_PENDING" })).toEqual(ACCEPTED);
  expect(await tell({ ...message, paymentId: `${message.paymentId}9`, result: result("F", "ORDER_IS_CLOSED") })).toEqual(ACCEPTED);
  expect(await order.status()).toBe("paid");
  await told(order, [["payment.paid", undefined, "antom"], ["payment.quarantined", "closed_after_paid", "antom"]]);
});

for (const [name, notifyType, more] of [
  ["refund", "REFUND_RESULT", { refundStatus: "SUCCESS", refundRequestId: "R1", refundId: "1", refundAmount: { currency: "CNY", value: "12800" } }],
  ["dispute", "DISPUTE_CREATED", {}],
  ["kind_without_a_name", undefined, {}],
]) {
  test(`${name}_is_acknowledged_and_moves_no_payment`, async () => {
    const order = await target();
    expect(await tell({ ...paidMessage(order.out_trade_no), notifyType, ...more })).toEqual(ACCEPTED);
    await expectUnmoved(order);
  });
}

test("one_number_at_both_providers_is_two_orders", async () => {
  const out_trade_no = freshNumber();
  const atGateway = await bench.register({ out_trade_no });
  const atAntom = await register({ out_trade_no });
  expect(await tell(paidMessage(out_trade_no))).toEqual(ACCEPTED);
  expect([await atAntom.status(), await atGateway.status()]).toEqual(["paid", "redirected"]);
  // A status token opens its own one.
  expect(await bench.status(out_trade_no, atGateway.status_token)).toBe("redirected");
  expect(await gatewayNotify(signed(paidFields(out_trade_no)))).toEqual({ status: 200, body: "success", refusal: null });
  expect(await atGateway.status()).toBe("paid");
  await expect.poll(() => bench.receiver.attempts(out_trade_no).map(({ data }) => [data.provider, data.currency]).sort())
    .toEqual([["alipay-gateway", "USD"], ["antom", "CNY"]]);
});

test("genuine_notification_of_an_unregistered_order_is_kept_until_it_is_registered", async () => {
  const out_trade_no = freshNumber();
  expect(await tell(paidMessage(out_trade_no))).toEqual(ACCEPTED);
  await told({ out_trade_no }, [["payment.quarantined", "not_registered", "antom"]]);
  const answer = await bench.checkout(orderToken(bench.claims(antomClaims({ out_trade_no }))));
  expect([answer.json.status, answer.json.pay_url]).toEqual(["paid", undefined]);
});

test("acknowledgement_is_antoms_own_bytes_and_media_type", async () => {
  const order = await register();
  const { headers, body } = signedMessage(paidMessage(order.out_trade_no));
  const answer = await fetch(bench.origin + PATH, { method: "POST", headers, body });
  expect(answer.headers.get("content-type")).toBe("application/json; charset=UTF-8");
  expect(await answer.text()).toBe(ACCEPTED.body);
});

test("a20_path_with_a_slash_more_is_no_route", async () => {
  const order = await target();
  const sent = { ...signedMessage(paidMessage(order.out_trade_no), { path: `${PATH}/` }), path: `${PATH}/` };
  expect((await send(sent, bench.origin)).status).toBe(404);
  await expectUnmoved(order);
});

test("a18_body_without_a_length_is_cut_at_the_limit", async () => {
  const order = await target();
  const { headers } = signedMessage(paidMessage(order.out_trade_no));
  const sent = request(`${bench.origin}${PATH}`, { method: "POST", headers });
  sent.on("error", () => {});
  for (let n = 0; n < 33; n += 1) sent.write(" ".repeat(8192));
  const [answer] = await new Promise((done) => sent.on("response", (...got) => done(got)));
  expect([answer.statusCode, answer.headers["x-refusal"]]).toEqual([413, "body_too_long"]);
  await text(answer);
  sent.destroy();
  await expectUnmoved(order);
});

test("a28_key_before_the_present_one_verifies_while_it_is_configured_and_not_after", async () => {
  const next = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({ type: "spki", format: "der" }).toString("base64");
  const now = bench.secrets["antom-public.pem"].replace(/-----[A-Z ]+-----|\s/g, "");
  const env = { ANTOM_URL: antom.url, ANTOM_PUBLIC_KEY: next };
  for (const [previous, expected] of [[now, ACCEPTED], [undefined, refused("bad_signature")]]) {
    const rotated = await openBench({ env: { ...env, ...(previous && { ANTOM_PUBLIC_KEY_PREVIOUS: previous }) } });
    try {
      const message = paidMessage(freshNumber());
      expect(await send(signedMessage(message), rotated.origin)).toEqual(expected);
    } finally {
      await rotated.close();
    }
  }
});

test("a25_log_holds_no_key_no_message_and_no_signature", async () => {
  const order = await register({ subject: "Dragon Well, first flush" });
  const sent = signedMessage(paidMessage(order.out_trade_no));
  expect(await send(sent, bench.origin)).toEqual(ACCEPTED);
  const log = bench.workerd.log.join("\n");
  expect(log.includes('"event":"notified"')).toBe(true);
  const secret = bench.secrets["antom-merchant-private.pem"].split("\n")[1];
  for (const text of ["Dragon Well", sent.headers.signature.slice(-40), secret, "paymentRequestId", CLIENT]) {
    expect(log.includes(text), text).toBe(false);
  }
});

// Looks back at everything above.
test("a20_nobody_was_told_of_an_order_that_was_attacked", async () => {
  for (const order of untold) await expectUnmoved(order);
});
