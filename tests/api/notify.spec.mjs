// POST /notify/gateway: genuine notifications, and forgeries with one fault each.

import { expect, test } from "@playwright/test";

import { notify, paidFields, SIGNERS, signed, signedText } from "../stack/notification.mjs";
import { Gate } from "../stack/parts.mjs";
import { runningStack } from "../stack/running.mjs";
import { checkout, claims, freshNumber } from "../stack/tokens.mjs";

const { origins } = runningStack();
const gate = new Gate(origins.gate);

const ACCEPTED = { status: 200, body: "success", refusal: null };
const refused = (refusal, status = 403) => ({ status, body: "fail", refusal });

/** Registers an order; answers its number and how to ask for its status. */
async function register(changes) {
  const order = claims(changes);
  const { status_token } = await checkout(order);
  const status = async () => {
    const answer = await fetch(`${origins.edge}/status/${order.out_trade_no}?token=${status_token}`);
    return (await answer.json()).status;
  };
  return { out_trade_no: order.out_trade_no, status };
}

test("genuine_notification_accepted_and_the_order_is_paid", async () => {
  const { out_trade_no, status } = await register();
  expect(await notify(signed(paidFields(out_trade_no)))).toEqual(ACCEPTED);
  expect(await status()).toBe("paid");
  await gate.arrived(out_trade_no);
});

test("answer_to_alipay_is_seven_bytes_of_plain_text", async () => {
  const { out_trade_no } = await register();
  const body = new URLSearchParams(signed(paidFields(out_trade_no)));
  const answer = await fetch(`${origins.edge}/notify/gateway`, { method: "POST", body, redirect: "manual" });
  expect(answer.headers.get("content-type")).toBe("text/plain; charset=utf-8");
  expect(Buffer.from(await answer.arrayBuffer()).toString("hex")).toBe(Buffer.from("success").toString("hex"));
});

test("same_notification_again_accepted_and_forwarded_once", async () => {
  const { out_trade_no } = await register();
  const message = signed(paidFields(out_trade_no));
  for (const _ of [1, 2, 3]) expect(await notify(message)).toEqual(ACCEPTED);
  const other = signed({ ...paidFields(out_trade_no), trade_no: message.trade_no });
  expect(await notify(other)).toEqual(ACCEPTED);
  await gate.arrived(out_trade_no);
});

// One fault, made after signing or in what is signed; the order stays open and nobody is told.
for (const [name, forge, code] of [
  ["altered_total_fee", (fields) => ({ ...signed(fields), total_fee: "0.01" }), "bad_signature"],
  ["altered_number", (fields) => ({ ...signed(fields), out_trade_no: freshNumber() }), "bad_signature"],
  ["added_field", (fields) => ({ ...signed(fields), body: "x" }), "bad_signature"],
  ["signature_of_another_message", (fields) => ({ ...fields, sign: signed(paidFields("A1")).sign, sign_type: "RSA2" }), "bad_signature"],
  ["merchants_own_key", (fields) => signed(fields, { signer: SIGNERS.MERCHANT }), "bad_signature"],
  ["sha1_called_rsa2", (fields) => signed(fields, { signer: SIGNERS.RSA }), "bad_signature"],
  ["empty_signature", (fields) => ({ ...signed(fields), sign: "" }), "missing_field"],
  ["no_signature", (fields) => ({ ...fields, sign_type: "RSA2" }), "missing_field"],
  ["no_sign_type", (fields) => { const { sign_type: _, ...rest } = signed(fields); return rest; }, "missing_field"],
  ["genuine_rsa_message", (fields) => signed(fields, { sign_type: "RSA", signer: SIGNERS.RSA }), "sign_type_not_accepted"],
  ["genuine_md5_message", (fields) => signed(fields, { sign_type: "MD5", signer: SIGNERS.MD5 }), "sign_type_not_accepted"],
  ["md5_with_the_public_key", (fields) => signed(fields, { sign_type: "MD5", signer: SIGNERS.PUBLIC_AS_MD5 }), "sign_type_not_accepted"],
  ["sign_type_in_lower_case", (fields) => signed(fields, { sign_type: "rsa2" }), "sign_type_not_accepted"],
  ["signed_return_presented_as_notification", ({ notify_id: _, notify_type: __, notify_time: ___, ...fields }) => signed(fields), "missing_field"],
  ["other_kind_of_notification", (fields) => signed({ ...fields, notify_type: "batch_refund_notify" }), "unknown_notify_type"],
  ["another_account", (fields) => signed({ ...fields, seller_id: "2088000000000000" }), "wrong_partner"],
  ["unknown_field", (fields) => signed({ ...fields, service: "create_forex_trade_wap" }), "unknown_field"],
  ["another_charset", (fields) => signed({ ...fields, _input_charset: "gbk" }), "charset_not_accepted"],
  ["total_fee_with_an_exponent", (fields) => signed({ ...fields, total_fee: "199e-1" }), "invalid_field"],
  ["total_fee_with_a_comma", (fields) => signed({ ...fields, total_fee: "19,90" }), "invalid_field"],
  ["no_currency", ({ currency: _, ...fields }) => signed(fields), "invalid_field"],
  ["number_that_cannot_exist", (fields) => signed({ ...fields, out_trade_no: "A 1" }), "invalid_field"],
]) {
  test(`${name}_refused_as_${code}`, async () => {
    const { out_trade_no, status } = await register();
    expect(await notify(forge(paidFields(out_trade_no)))).toEqual(refused(code));
    expect(await status()).not.toBe("paid");
    expect(await gate.attempts(out_trade_no)).toEqual([]);
  });
}

test("re_split_of_a_genuine_text_refused", async () => {
  // Alipay signed a cheap order whose text holds the fields of a dear one; split at other places,
  // the same signature stands under other fields. The signed text is the same, byte for byte.
  const dear = await register();
  const genuine = paidFields("CHEAP", { subject: `x&out_trade_no=${dear.out_trade_no}&out_trade_nox=` });
  const split = Object.fromEntries(signedText(genuine).split("&").map((pair) => pair.split(/=(.*)/s)));
  const presented = { ...split, sign: signed(genuine).sign, sign_type: "RSA2" };
  expect(await notify(signed(genuine))).toEqual(refused("resplit"));
  expect(["bad_signature", "unknown_field"]).toContain((await notify(presented)).refusal);
  expect(await dear.status()).not.toBe("paid");
});

test.describe("forms", () => {
  const encoded = (fields) => new URLSearchParams(fields).toString();
  for (const [name, make, headers, expected] of [
    ["field_given_twice", (body) => `${body}&total_fee=19.90`, {}, refused("bad_form")],
    ["field_given_twice_under_an_escaped_name", (body) => `${body}&%74otal_fee=19.90`, {}, refused("bad_form")],
    ["name_as_an_array", (body) => `${body}&total_fee[]=0.01`, {}, refused("bad_form")],
    ["broken_escape", (body) => body.replace("currency=USD", "currency=US%4"), {}, refused("bad_form")],
    ["byte_order_mark", (body) => `\u{feff}${body}`, {}, refused("bad_form")],
    ["letter_that_is_not_escaped", (body) => `${body}&body=caf\u{e9}`, {}, refused("bad_signature")],
    ["bytes_that_are_no_text", (body) => Buffer.from(`${body}&body=\xff\xfe`, "latin1"), {}, refused("bad_form")],
    ["mark_and_nothing_else", () => "\u{feff}", {}, refused("bad_form")],
    ["empty_body", () => "", {}, refused("missing_field")],
    ["body_over_64_KiB", (body) => `${body}&body=${"x".repeat(65_536)}`, {}, refused("body_too_long", 413)],
    ["json_body", () => "{}", { "content-type": "application/json" }, refused("media_type", 415)],
    ["compressed_body", (body) => body, { "content-encoding": "gzip" }, refused("body_encoded", 415)],
  ]) {
    test(`${name}_refused`, async () => {
      const { out_trade_no, status } = await register();
      expect(await notify(make(encoded(signed(paidFields(out_trade_no)))), headers)).toEqual(expected);
      expect(await status()).not.toBe("paid");
    });
  }

  test("query_of_the_address_is_no_part_of_the_message", async () => {
    const { out_trade_no, status } = await register();
    const body = encoded(signed(paidFields(out_trade_no)));
    const answer = await fetch(`${origins.edge}/notify/gateway?total_fee=0.01&${body}`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "",
    });
    expect([answer.status, answer.headers.get("x-refusal")]).toEqual([403, "missing_field"]);
    expect(await status()).not.toBe("paid");
  });

  test("get_refused", async () => {
    const answer = await fetch(`${origins.edge}/notify/gateway`);
    expect([answer.status, await answer.text(), answer.headers.get("x-refusal")]).toEqual([405, "fail", "method"]);
  });
});

// Signed by Alipay and for us, but not what we asked for: acknowledged, kept aside, and told.
for (const [name, changes, reason] of [
  ["lower_amount", { total_fee: "0.01" }, "amount_differs"],
  ["higher_amount", { total_fee: "19.91" }, "amount_differs"],
  ["other_currency", { currency: "EUR" }, "currency_differs"],
  ["status_of_the_domestic_product", { trade_status: "TRADE_SUCCESS" }, "trade_status_unexpected"],
]) {
  test(`genuine_notification_with_${name}_is_kept_aside_and_told_to_the_shop`, async () => {
    const { out_trade_no, status } = await register();
    expect(await notify(signed(paidFields(out_trade_no, changes)))).toEqual(ACCEPTED);
    expect(await status()).not.toBe("paid");
    const [{ status: answer, type, data }] = await gate.arrived(out_trade_no);
    expect([answer, type, data.reason]).toEqual([204, "payment.quarantined", reason]);
  });
}

test("genuine_notification_of_an_unregistered_order_is_kept_until_it_is_registered", async () => {
  const out_trade_no = freshNumber();
  expect(await notify(signed(paidFields(out_trade_no)))).toEqual(ACCEPTED);
  const [early] = await gate.arrived(out_trade_no);
  expect([early.type, early.data.reason, early.data.registered]).toEqual(["payment.quarantined", "not_registered", false]);
  const answer = await checkout(claims({ out_trade_no }));
  expect([answer.status, answer.pay_url]).toEqual(["paid", undefined]);
});

test("closed_notification_closes_and_a_later_payment_is_kept_aside", async () => {
  const { out_trade_no, status } = await register();
  expect(await notify(signed(paidFields(out_trade_no, { trade_status: "TRADE_CLOSED" })))).toEqual(ACCEPTED);
  expect(await status()).toBe("closed");
  expect(await notify(signed(paidFields(out_trade_no)))).toEqual(ACCEPTED);
  expect(await status()).toBe("closed");
});

