// One forgery per entry, from a fresh genuine message with exactly one fault, under the row of our
// list of attacks that it belongs to. `attacks.spec.mjs` asserts what the Worker answers;
// `npm run attacks` asks other verifiers the same.

import { createHash, createPublicKey } from "node:crypto";

import { SIGNERS, signed, signedText } from "../stack/notification.mjs";
import { runningStack } from "../stack/running.mjs";
import { encoded } from "./bench.mjs";
import { LAX_SIGNATURES } from "./rsa.mjs";

const without = (fields, ...names) => Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
const body = (fields) => encoded(fields);

/** The same signed text, split at other places: the signature of `cheap` under the fields of a dear order. */
function resplit(fields) {
  const hidden = ["currency", "notify_id", "notify_time", "notify_type", "out_trade_no"];
  const told = (of, names) => names.map((name) => `${name}=${of[name]}`).join("&");
  const cheap = { ...fields, out_trade_no: "CHEAP" };
  const genuine = {
    ...cheap,
    total_fee: "0.01",
    body: `remark&${told(fields, hidden)}&out_trade_nox=`,
    subject: `s&total_fee=${fields.total_fee}&total_feex=`,
  };
  const presented = {
    ...fields,
    body: "remark",
    subject: "s",
    out_trade_nox: `&${told(cheap, hidden)}`,
    total_feex: "&total_fee=0.01",
  };
  if (signedText(genuine) !== signedText(presented)) throw new Error("the two splits differ");
  return { genuine: signed(genuine), presented: { ...presented, sign: signed(genuine).sign, sign_type: "RSA2" } };
}

/** The same with names that notifications do have: the true values vanish into `quantity` and `use_coupon`. */
function resplitIntoKnownNames(fields) {
  const dear = `total_fee=${fields.total_fee}&trade_no=${fields.trade_no}&trade_status=TRADE_FINISHED`;
  const genuine = { ...fields, total_fee: "0.01", quantity: `1&${dear}&use_coupon=` };
  const tail = `total_fee=0.01&trade_no=${fields.trade_no}&trade_status=TRADE_FINISHED`;
  const presented = { ...fields, quantity: "1", use_coupon: `&${tail}` };
  if (signedText(genuine) !== signedText(presented)) throw new Error("the two splits differ");
  return { ...presented, sign: signed(genuine).sign, sign_type: "RSA2" };
}

const publicKey = (format) => createPublicKey(runningStack().secrets["alipay-public.pem"]).export(format);
const md5 = (text) => createHash("md5").update(text).digest("hex");
const claimsMd5 = (secret) => (fields) => signed(fields, { sign_type: "MD5", signer: (text) => md5(text + secret()) });

const BAD = { refusal: "bad_signature" };
const FORM = { refusal: "bad_form" };
const TYPE = { refusal: "sign_type_not_accepted" };
const MISSING = { refusal: "missing_field" };
const INVALID = { refusal: "invalid_field" };

/** `[row, name, forge, { refusal, status, headers }]`; `forge` turns genuine unsigned fields into a body. */
export const FORGERIES = [
  ["a01", "genuine_message_that_can_be_split_in_two_ways", (fields) => resplit(fields).genuine, { refusal: "resplit" }],
  ["a01", "dear_order_under_the_signature_of_a_cheap_one", (fields) => resplit(fields).presented, { refusal: "resplit" }],
  ["a01", "dear_amount_with_known_names_only", resplitIntoKnownNames, { refusal: "resplit" }],

  ["a02", "sign_under_the_name_of_signature", (fields) => { const { sign, ...rest } = signed(fields); return { ...rest, signature: sign }; }, MISSING],
  ["a02", "sign_that_is_a_space", (fields) => ({ ...signed(fields), sign: " " }), BAD],
  ["a02", "sign_that_is_the_word_null", (fields) => ({ ...signed(fields), sign: "null" }), BAD],

  ["a03", "unknown_sign_type", (fields) => signed(fields, { sign_type: "NONE" }), TYPE],
  ["a03", "sign_type_of_the_prototype", (fields) => signed(fields, { sign_type: "constructor" }), TYPE],
  ["a03", "sign_type_with_a_space", (fields) => signed(fields, { sign_type: "RSA2 " }), TYPE],
  ["a03", "two_sign_types_in_one", (fields) => signed(fields, { sign_type: "RSA2,MD5" }), TYPE],
  ["a03", "empty_sign_type", (fields) => signed(fields, { sign_type: "" }), MISSING],

  ["a04", "public_key_in_bare_base64_as_md5_key", claimsMd5(() => publicKey({ type: "spki", format: "der" }).toString("base64")), TYPE],
  ["a04", "empty_md5_key", claimsMd5(() => ""), TYPE],
  ["a04", "key_chosen_by_a_certificate_number", (fields) => signed({ ...fields, alipay_cert_sn: "1" }, { signer: SIGNERS.MERCHANT }), BAD],
  ["a04", "certificate_number_that_is_signed", (fields) => signed({ ...fields, alipay_cert_sn: "1" }), { refusal: "unknown_field" }],

  ["a05", "second_sign_before_the_genuine_one", (fields) => `sign=AAAA&${body(signed(fields))}`, FORM],
  ["a05", "dotted_name", (fields) => `${body(signed(fields))}&total.fee=0.01`, FORM],
  ["a05", "name_as_an_object", (fields) => `${body(signed(fields))}&total_fee[amount]=0.01`, FORM],
  ["a05", "nul_in_a_name", (fields) => `${body(signed(fields))}&total_fee%00x=0.01`, FORM],
  ["a05", "nul_in_a_value", (fields) => body(signed({ ...fields, subject: "tea\0" })), FORM],
  ["a05", "field_without_a_value", (fields) => `${body(signed(fields))}&total_fee`, FORM],
  ["a05", "semicolon_as_separator", (fields) => body(signed(fields)).replace("&currency=", ";total_fee=0.01&currency="), BAD],

  ["a06", "number_in_the_query_only", (fields) => body(without(signed(fields), "out_trade_no")), { ...BAD, query: (fields) => `out_trade_no=${fields.out_trade_no}` }],
  ["a06", "amount_in_the_query_only", (fields) => body(without(signed(fields), "total_fee")), { ...BAD, query: () => "total_fee=19.90" }],

  ["a07", "sign_with_a_capital_letter", (fields) => { const { sign, ...rest } = signed(fields); return { ...rest, Sign: sign }; }, MISSING],
  ["a07", "sign_given_twice_once_escaped", (fields) => `%73ign=AAAA&${body(signed(fields))}`, FORM],
  ["a07", "name_with_a_space_behind_it", (fields) => `${body(signed(fields))}&total_fee+=0.01`, FORM],
  ["a07", "byte_order_mark_at_the_start", (fields) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(body(signed(fields)))]), FORM],
  ["a07", "overlong_utf_8_in_a_value", (fields) => escapedSubject(fields, "%C0%AE"), { refusal: "bad_text" }],
  ["a07", "gbk_in_a_value", (fields) => escapedSubject(fields, "%B2%E8"), { refusal: "bad_text" }],
  ["a07", "lone_surrogate_in_a_value", (fields) => escapedSubject(fields, "%ED%A0%80"), { refusal: "bad_text" }],
  ["a07", "line_break_in_a_value", (fields) => escapedSubject(fields, "%0D%0A"), { refusal: "bad_text" }],
  ["a07", "number_escaped_twice", (fields) => body({ ...signed(fields), out_trade_no: encodeURIComponent(fields.out_trade_no.replace("T", "%54")) }), BAD],
  ["a07", "charset_of_the_message", (fields) => signed({ ...fields, charset: "gb18030" }), { refusal: "charset_not_accepted" }],

  ["a08", "partner_of_another_merchant", (fields) => signed({ ...fields, partner: "2088999999999999" }), { refusal: "wrong_partner" }],
  ["a08", "partner_with_a_digit_more", (fields) => signed({ ...fields, partner: "20881234123412340" }), { refusal: "wrong_partner" }],

  ["a09", "configuration_named_by_the_message", (fields) => ({ ...signed(fields), _config: "other" }), BAD],
  ["a09", "configuration_named_and_signed", (fields) => signed({ ...fields, _config: "other" }), { refusal: "unknown_field" }],
  ["a09", "application_of_the_message", (fields) => signed({ ...fields, app_id: "2021000000000000" }), { refusal: "unknown_field" }],

  ["a10", "amount_with_three_decimals", (fields) => signed({ ...fields, total_fee: "19.900" }), INVALID],
  ["a10", "amount_with_a_sign", (fields) => signed({ ...fields, total_fee: "+19.90" }), INVALID],
  ["a10", "amount_with_a_space", (fields) => signed({ ...fields, total_fee: " 19.90" }), INVALID],
  ["a10", "amount_in_wide_digits", (fields) => signed({ ...fields, total_fee: "１９.９０" }), INVALID],
  ["a10", "negative_amount", (fields) => signed({ ...fields, total_fee: "-19.90" }), INVALID],
  ["a10", "amount_that_is_not_a_number", (fields) => signed({ ...fields, total_fee: "NaN" }), INVALID],
  ["a10", "amount_beyond_64_bits", (fields) => signed({ ...fields, total_fee: "184467440737095516.35" }), INVALID],
  ["a10", "currency_in_lower_case", (fields) => signed({ ...fields, currency: "usd" }), INVALID],

  ["a13", "signed_return_with_a_notify_id_added", (fields) => {
    const { notify_id, notify_type, notify_time, ...shown } = fields;
    return { ...signed(shown), notify_id, notify_type, notify_time };
  }, BAD],
  ["a13", "signed_request_as_a_notification", (fields) => signed({ ...fields, service: "create_forex_trade_wap", partner: "2088123412341234" }), { refusal: "unknown_field" }],

  ...Object.entries(LAX_SIGNATURES).map(([name, signer]) => ["a14", `signature_with_${name}`, (fields) => signed(fields, { signer }), BAD]),

  ["a18", "form_of_300_fields", (fields) => body(signed({ ...fields, ...many(300) })), FORM],
  ["a18", "form_of_fields_of_one_letter", (fields) => `${body(signed(fields))}${"&a=".repeat(20_000)}`, FORM],
  ["a18", "brotli_over_gzip", (fields) => body(signed(fields)), { refusal: "body_encoded", status: 415, headers: { "content-encoding": "gzip, br" } }],

  ["a30", "prototype_as_a_name", (fields) => `${body(signed(fields))}&__proto__=x`, BAD],
  ["a30", "constructor_as_a_signed_name", (fields) => signed({ ...fields, constructor: "x" }), { refusal: "unknown_field" }],
];

/** What api/notify.spec.mjs asserts already, here for the comparison with others only. */
export const CLASSICS = [
  ["a03", "sha1_under_its_own_name", (fields) => signed(fields, { sign_type: "RSA", signer: SIGNERS.RSA })],
  ["a02", "no_signature", (fields) => ({ ...fields, sign_type: "RSA2" })],
  ["a04", "public_key_as_md5_key", (fields) => signed(fields, { sign_type: "MD5", signer: SIGNERS.PUBLIC_AS_MD5 })],
  ["a05", "amount_given_twice", (fields) => `${body(signed(fields))}&total_fee=0.01`],
  ["a08", "seller_of_another_merchant", (fields) => signed({ ...fields, seller_id: "2088000000000000" })],
  ["a10", "altered_amount", (fields) => ({ ...signed(fields), total_fee: "0.01" })],
  ["a13", "signed_return_as_a_notification", (fields) => signed(without(fields, "notify_id", "notify_type", "notify_time"))],
];

const many = (count) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`f${n}`, "x"]));

/** A message whose subject has bytes that are no text; what is signed are the bytes. */
function escapedSubject(fields, escaped) {
  const bytes = Buffer.from(escaped.replaceAll("%", ""), "hex").toString("latin1");
  const text = Buffer.from(signedText({ ...fields, subject: "\u0000" }), "latin1").toString("latin1").replace("\u0000", bytes);
  const sign = SIGNERS.RSA2(Buffer.from(text, "latin1"));
  return `${body({ ...fields, sign, sign_type: "RSA2" })}&subject=${escaped}`;
}
