// Signatures that are almost right: PKCS#1 v1.5 blocks put together by hand and signed with Alipay's
// own key, which no attacker has. What refuses these refuses every forgery built on the same laxity.

import { constants, createHash, createPrivateKey, privateEncrypt, sign } from "node:crypto";

import { runningStack } from "../stack/running.mjs";

/** RFC 8017 section 9.2, note 1: the DigestInfo of SHA-256 up to the digest. */
const SHA256 = Buffer.from("3031300d060960864801650304020105000420", "hex");
/** The same without the NULL that the encoding demands. */
const SHA256_WITHOUT_NULL = Buffer.from("302f300b0609608648016503040201" + "0420", "hex");
const SIZE = 256;

const key = () => createPrivateKey(runningStack().secrets["alipay-private.pem"]);
const digest = (text) => createHash("sha256").update(text).digest();

/** Signs a whole block, without any padding of the library's. */
const raw = (block) => privateEncrypt({ key: key(), padding: constants.RSA_NO_PADDING }, block);

/** `00 BT FF… 00`, the info, and what is appended, filled to the key's size. */
function block({ type = 1, fill = 0xff, info, tail = Buffer.alloc(0), fillLength }) {
  const length = fillLength ?? SIZE - 3 - info.length - tail.length;
  const head = Buffer.concat([Buffer.from([0, type]), Buffer.alloc(length, fill), Buffer.from([0]), info]);
  return Buffer.concat([head, tail, Buffer.alloc(SIZE - head.length - tail.length)]);
}

const info = (text, head = SHA256) => Buffer.concat([head, digest(text)]);
const base64 = (bytes) => bytes.toString("base64");
const genuine = (text) => sign("RSA-SHA256", Buffer.from(text), key());

/** Ways to sign that a lax verifier takes, by name. */
export const LAX_SIGNATURES = {
  digest_without_null: (text) => base64(raw(block({ info: info(text, SHA256_WITHOUT_NULL) }))),
  garbage_behind_the_digest: (text) => base64(raw(block({ info: info(text), tail: Buffer.alloc(100, 7) }))),
  // Bleichenbacher 2006: little padding, then whatever makes a cube.
  eight_bytes_of_padding: (text) => base64(raw(block({ info: info(text), fillLength: 8 }))),
  block_type_two: (text) => base64(raw(block({ type: 2, info: info(text) }))),
  padding_of_zeros: (text) => base64(raw(block({ fill: 0, info: info(text) }))),
  bare_digest_without_its_name: (text) => base64(raw(block({ info: digest(text) }))),
  pss: (text) => base64(sign("RSA-SHA256", Buffer.from(text), { key: key(), padding: constants.RSA_PKCS1_PSS_PADDING })),
  zero_before_it: (text) => base64(Buffer.concat([Buffer.alloc(1), genuine(text)])),
  cut_by_a_byte: (text) => base64(genuine(text).subarray(1)),
  all_zero: () => base64(Buffer.alloc(SIZE)),
  one: () => base64(Buffer.concat([Buffer.alloc(SIZE - 1), Buffer.from([1])])),
  line_break_in_the_base64: (text) => base64(genuine(text)).replace(/^.{76}/, "$&\n"),
  url_safe_base64: (text) => genuine(text).toString("base64url"),
  space_behind_it: (text) => `${base64(genuine(text))} `,
  last_bits_of_the_base64: (text) => lastBits(base64(genuine(text))),
  hexadecimal: (text) => genuine(text).toString("hex"),
};

/** The bits behind the last byte, which say nothing, changed: another text for the same bytes. */
function lastBits(text) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const end = text.indexOf("=") - 1;
  return text.slice(0, end) + letters[letters.indexOf(text[end]) ^ 1] + text.slice(end + 1);
}
