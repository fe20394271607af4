// Order tokens by node:crypto, for what the shop would never sign.

import { createHmac, randomBytes } from "node:crypto";

import { runningStack } from "./running.mjs";

const base64url = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A number that no other test has. */
export const freshNumber = () => `T-${randomBytes(8).toString("hex")}`;

/** Claims that the edge takes, with `changes`; a claim set to `undefined` is left out. */
export function claims(changes = {}) {
  const { edge, shop } = runningStack().origins;
  const out_trade_no = changes.out_trade_no ?? freshNumber();
  return {
    aud: edge,
    exp: Math.floor(Date.now() / 1000) + 600,
    out_trade_no,
    subject: "Tea",
    amount: "19.90",
    currency: "USD",
    return_url: `${shop}/checkout/${out_trade_no}`,
    ...changes,
  };
}

/** A compact JWS over `claims`, HS256 unless `header` says otherwise. */
export function orderToken(claims, { secret = runningStack().secrets["order.secret"], header = { alg: "HS256" } } = {}) {
  const signed = `${base64url(header)}.${base64url(claims)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

/** Registers an order at the edge and answers what the edge says. */
export async function checkout(claims, terminal = "wap") {
  const { edge } = runningStack().origins;
  const body = new URLSearchParams({ order_token: orderToken(claims), terminal });
  return (await fetch(`${edge}/checkout`, { method: "POST", body })).json();
}

/** The address that Alipay sends the shopper back to, as the pay URL names it. */
export const returnAddress = ({ pay_url }) => new URL(pay_url).searchParams.get("return_url");
