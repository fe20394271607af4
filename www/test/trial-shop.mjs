// A shop of one's own for one test: its own port and state, and the edge's half of the contract.

import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createShop } from "../backend/shop.mjs";

export const EDGE_ORIGIN = "https://edge.example";
export const SHOP_ORIGIN = "https://shop.example";

/** Starts a shop on a free port; `restart` gives a second one on the same state file. */
export async function startShop(test, more = {}) {
  const home = mkdtempSync(join(tmpdir(), "shop-"));
  test.after(() => rmSync(home, { recursive: true }));
  const settings = {
    shopOrigin: SHOP_ORIGIN,
    edgeOrigin: EDGE_ORIGIN,
    orderSecret: randomBytes(32).toString("hex"),
    webhookSecret: `whsec_${randomBytes(32).toString("base64")}`,
    stateFile: join(home, "shop.json"),
    providers: ["alipay-gateway", "antom"],
    payHosts: "",
    ...more,
  };
  const start = async () => {
    const server = createShop(settings).listen(0, "127.0.0.1");
    await once(server, "listening");
    test.after(() => {
      server.close();
      server.closeAllConnections();
    });
    return `http://127.0.0.1:${server.address().port}`;
  };
  return { settings, origin: await start(), restart: start };
}

/** Makes an order through the form; answers its number and the cookie that was set. */
export async function placeOrder(origin, fields = {}) {
  const body = new URLSearchParams({ size: "tin50", quantity: "1", cart: randomUUID(), ...fields });
  const answer = await fetch(`${origin}/orders`, { method: "POST", body, redirect: "manual" });
  if (answer.status !== 303) return { status: answer.status };
  const out_trade_no = answer.headers.get("location").replace("/checkout/", "");
  return { status: 303, out_trade_no, cookie: answer.headers.get("set-cookie") };
}

export async function readOrder(origin, out_trade_no) {
  return (await fetch(`${origin}/api/orders/${out_trade_no}`)).json();
}

/** A paid event for an order of 19.90 US dollars, as the edge writes it (contracts, section 4). */
export function paidEvent(out_trade_no, changes = {}) {
  return {
    type: "payment.paid",
    timestamp: "2026-11-21T10:00:00Z",
    data: {
      provider: "alipay-gateway",
      out_trade_no,
      trade_no: "2026112100001000010000000001",
      status: "paid",
      amount: 1990,
      currency: "USD",
      registered: true,
      metadata: {},
      source: "notification",
      notify_id: "n1",
      evidence: "sha256:00",
      ...changes,
    },
  };
}

/**
 * Sends a forwarded event. The signature is made here from the text of Standard Webhooks 1.0.0 and
 * not by the library that the shop verifies with; `spoil` changes one thing after signing.
 */
export async function sendEvent({ origin, settings }, event, { id = `msg_${randomUUID()}`, now = Date.now(), spoil } = {}) {
  const timestamp = String(Math.floor(now / 1000));
  let body = typeof event === "string" ? event : JSON.stringify(event);
  const key = Buffer.from(settings.webhookSecret.slice("whsec_".length), "base64");
  const mac = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  let headers = {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${mac}`,
  };
  if (spoil) ({ headers, body } = spoil({ headers, body }));
  const answer = await fetch(`${origin}/alipay/events`, { method: "POST", headers, body });
  return { status: answer.status, type: answer.headers.get("content-type"), text: await answer.text() };
}

/** The keys of texts without the words: two languages have the same. */
export function shape(value) {
  if (Array.isArray(value)) return value.map(shape);
  if (value === null || typeof value !== "object") return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner)]));
}
