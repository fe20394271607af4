// Antom's messages as Antom would sign them, by node:crypto and from its rules: neither the Worker's
// code nor the stand-in's. Tests forge with it, one fault at a time.

import { createPrivateKey, createPublicKey, randomInt, sign, verify } from "node:crypto";

import { runningStack } from "./running.mjs";

/** As in xtask/npm/configuration.mjs. */
export const CLIENT = "SANDBOX_5X0000000LOCAL01";
export const PATH = "/notify/antom";

const SUCCESS = '{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}';
const FAIL = '{"result":{"resultCode":"UNKNOWN_EXCEPTION","resultStatus":"U","resultMessage":"fail"}}';

export const ACCEPTED = { status: 200, body: SUCCESS, refusal: null };
export const refused = (refusal, status = 403) => ({ status, body: FAIL, refusal });

const digits = (length) => Array.from({ length }, () => randomInt(10)).join("");

/** A number of Antom's for a payment. */
export const paymentId = () => `20261121194010800100188${digits(12)}`;

/** A genuine notification that `out_trade_no` is paid, with `changes`. */
export function paidMessage(out_trade_no, changes = {}) {
  return {
    notifyType: "PAYMENT_RESULT",
    result: { resultCode: "SUCCESS", resultStatus: "S", resultMessage: "success" },
    paymentRequestId: out_trade_no,
    paymentId: paymentId(),
    paymentAmount: { currency: "CNY", value: "12800" },
    paymentCreateTime: "2026-11-21T18:00:00+08:00",
    paymentTime: "2026-11-21T18:00:20+08:00",
    ...changes,
  };
}

/** Why an attempt failed, or that it is not known. */
export const result = (resultStatus, resultCode) => ({ resultStatus, resultCode, resultMessage: "x" });

const pem = (name) => runningStack().secrets[`${name}.pem`];

/** The value of the header `signature`. What is signed can be told apart from what is said. */
export function signature(body, { method = "POST", path = PATH, client = CLIENT, time, key = "antom-private", hash = "RSA-SHA256" }) {
  const text = Buffer.concat([Buffer.from(`${method} ${path}\n${client}.${time}.`), Buffer.from(body)]);
  const base64 = sign(hash, text, createPrivateKey(pem(key))).toString("base64");
  return `algorithm=RSA256,keyVersion=1,signature=${encodeURIComponent(base64)}`;
}

/** A signed notification: `{ method, path, headers, body }`, to be sent as it is, or forged first. */
export function signedMessage(message, { time = String(Date.now()), ...signing } = {}) {
  const body = typeof message === "string" || message instanceof Uint8Array ? message : JSON.stringify(message);
  return {
    method: "POST",
    path: PATH,
    headers: {
      "content-type": "application/json; charset=UTF-8",
      "client-id": CLIENT,
      "request-time": time,
      signature: signature(body, { time, ...signing }),
    },
    body,
  };
}

/** Sends one: `{ status, body, refusal }`. */
export async function send({ method, path, headers, body }, origin = runningStack().origins.edge) {
  const given = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
  const answer = await fetch(origin + path, {
    method,
    headers: given,
    body: method === "GET" || method === "HEAD" ? undefined : body,
    redirect: "manual",
    signal: AbortSignal.timeout(15_000),
  });
  return { status: answer.status, body: await answer.text(), refusal: answer.headers.get("x-refusal") };
}

/** Whether a request to Antom is the merchant's: what a test's own Antom judges. */
export function isTheMerchants({ method, url, headers }, body) {
  const value = /^algorithm=RSA256,keyVersion=1,signature=([A-Za-z0-9%]+)$/.exec(headers.signature ?? "")?.[1];
  if (value === undefined || headers["client-id"] !== CLIENT) return false;
  const text = Buffer.concat([Buffer.from(`${method} ${url}\n${CLIENT}.${headers["request-time"]}.`), body]);
  const key = createPublicKey(pem("antom-merchant-private"));
  return verify("RSA-SHA256", text, key, Buffer.from(decodeURIComponent(value), "base64"));
}

/** Claims of an order of 128 yuan that Antom collects. */
export const antomClaims = (changes = {}) => ({ provider: "antom", amount: "128.00", currency: "CNY", ...changes });
