import { SignJWT } from "jose";

import { decimalText } from "./money.mjs";

/**
 * A shopper may leave the page open for a while before paying. Every load brings a fresh token,
 * so this only has to outlast one visit; the edge accepts at most seven days.
 */
const LIFETIME = "2 hours";

/**
 * Answers a function that signs the order token for one order.
 *
 * The page carries the token to the edge and cannot change it: what is paid is what this backend
 * wrote. The edge and this backend share `orderSecret`; Alipay's keys are only at the edge.
 */
export function orderTokenSigner({ orderSecret, edgeOrigin, shopOrigin }) {
  const key = new TextEncoder().encode(orderSecret);
  return (order) =>
    new SignJWT({
      // Without the claim the edge asks the one that it has by default.
      ...(order.provider === "antom" && { provider: "antom" }),
      out_trade_no: order.out_trade_no,
      subject: order.subject,
      amount: decimalText(order.amount, order.currency),
      currency: order.currency,
      return_url: `${shopOrigin}/checkout/${order.out_trade_no}`,
      locale: order.locale,
      metadata: { size: order.size, quantity: String(order.quantity) },
    })
      .setProtectedHeader({ alg: "HS256" })
      .setAudience(edgeOrigin)
      .setExpirationTime(LIFETIME)
      .sign(key);
}
