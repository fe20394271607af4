// Notifications as Alipay would sign them, by node:crypto and from Alipay's rules: neither the
// Worker's code nor the stand-in's. Tests forge with it, one fault at a time.

import { createHash, createPrivateKey, createPublicKey, randomBytes, randomInt, sign } from "node:crypto";

import { runningStack } from "./running.mjs";

const digits = (length) => Array.from({ length }, () => randomInt(10)).join("");

/** The fields of a genuine notification that `out_trade_no` is paid, unsigned, with `changes`. */
export function paidFields(out_trade_no, changes = {}) {
  return {
    notify_type: "trade_status_sync",
    notify_id: randomBytes(17).toString("hex"),
    notify_time: "2026-11-21 18:00:00",
    out_trade_no,
    trade_no: `2026112121001${digits(15)}`,
    trade_status: "TRADE_FINISHED",
    total_fee: "19.90",
    currency: "USD",
    ...changes,
  };
}

/** What is signed: without `sign` and `sign_type` and empty values, sorted by name, undecoded. */
export function signedText(fields) {
  return Object.entries(fields)
    .filter(([name, value]) => name !== "sign" && name !== "sign_type" && value !== "")
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

const alipayKey = () => createPrivateKey(runningStack().secrets["alipay-private.pem"]);

/** Ways to sign, by the name of the way; only the first is what the run's Worker accepts. */
export const SIGNERS = {
  RSA2: (text) => sign("RSA-SHA256", Buffer.from(text), alipayKey()).toString("base64"),
  RSA: (text) => sign("RSA-SHA1", Buffer.from(text), alipayKey()).toString("base64"),
  MD5: (text) => createHash("md5").update(text + runningStack().secrets["md5.key"]).digest("hex"),
  /** The merchant's key is not Alipay's, even though the edge knows both. */
  MERCHANT: (text) =>
    sign("RSA-SHA256", Buffer.from(text), createPrivateKey(runningStack().secrets["merchant-private.pem"])).toString("base64"),
  /** Alipay's public key as the MD5 key: it is known to everybody. */
  PUBLIC_AS_MD5: (text) => {
    const pem = createPublicKey(alipayKey()).export({ type: "spki", format: "pem" });
    return createHash("md5").update(text + pem).digest("hex");
  },
};

/** Signs fields as Alipay does. `sign_type` is what the message claims, `signer` what was done. */
export function signed(fields, { sign_type = "RSA2", signer = SIGNERS.RSA2 } = {}) {
  return { ...fields, sign: signer(signedText(fields)), sign_type };
}

/** Posts a body to the notify route: `{ status, body, refusal }`. */
export async function notify(body, headers = {}) {
  const { edge } = runningStack().origins;
  const answer = await fetch(`${edge}/notify/gateway`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8", ...headers },
    body: typeof body === "string" || body instanceof Uint8Array ? body : new URLSearchParams(body).toString(),
  });
  return { status: answer.status, body: await answer.text(), refusal: answer.headers.get("x-refusal") };
}
