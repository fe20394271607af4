import { CURRENCIES } from "./catalogue.mjs";

/** A setting is missing or unusable; the message names it and never shows a secret. */
export class InvalidEnvironment extends Error {}

/** Reads the settings once, at start, so that a wrong one stops the shop and not a shopper. */
export function readEnvironment(env) {
  const required = (name) => {
    if (!env[name]) throw new InvalidEnvironment(`${name} is not set`);
    return env[name];
  };
  const origin = (name) => {
    const text = required(name);
    // Compared as text: the token's `aud`, the CSP and CORS all need exactly this form.
    if (URL.canParse(text) && new URL(text).origin === text) return text;
    throw new InvalidEnvironment(`${name} is not an origin such as https://shop.example`);
  };

  const port = Number(required("PORT"));
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new InvalidEnvironment("PORT is not a port number");
  }
  const orderSecret = required("ORDER_SECRET");
  // RFC 7518 section 3.2: a key for HS256 has at least the size of the hash.
  if (Buffer.byteLength(orderSecret) < 32) throw new InvalidEnvironment("ORDER_SECRET has fewer than 32 bytes");
  const webhookSecret = required("WEBHOOK_SECRET");
  // Standard Webhooks 1.0.0: 24 to 64 random bytes, so at least 32 characters of base64.
  if (!/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/.test(webhookSecret)) {
    throw new InvalidEnvironment("WEBHOOK_SECRET is not whsec_ and base64 of at least 24 bytes");
  }
  const edgeOrigin = origin("EDGE_ORIGIN");
  const providers = (env.PROVIDERS || "alipay-gateway").split(",");
  if (!providers.every((one) => Object.hasOwn(CURRENCIES, one)) || new Set(providers).size !== providers.length) {
    throw new InvalidEnvironment("PROVIDERS is not alipay-gateway, antom or both, comma-separated");
  }
  return {
    port,
    shopOrigin: origin("SHOP_ORIGIN"),
    edgeOrigin,
    orderSecret,
    webhookSecret,
    // Who may collect a payment; the first one does where the shopper chooses none.
    providers,
    stateFile: required("STATE_FILE"),
    // Only where the stand-in for Alipay runs is there a page of its traffic to lead to.
    standInOrigin: env.STAND_IN_ORIGIN ? origin("STAND_IN_ORIGIN") : undefined,
    payHosts: standInHosts(edgeOrigin),
  };
}

/**
 * The hosts that the button may go to besides Alipay's: an edge on this machine pays at the stand-in
 * on this machine. Elsewhere there are none, and the button goes to Alipay only.
 */
function standInHosts(edgeOrigin) {
  const { hostname } = new URL(edgeOrigin);
  return ["127.0.0.1", "localhost", "[::1]"].includes(hostname) ? hostname : "";
}
