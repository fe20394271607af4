// Plays the edge for the button in this page, so that it goes into one state and stays there. The button has
// no hook for this and needs none: a page may always put something else in place of its own `fetch`, and
// lies to nobody but itself by that. What counts is what the edge tells the shop's backend.

const EDGE = "https://edge.invalid";
const { scene } = document.documentElement.dataset;
/** An order that no other tile has: buttons of one order follow each other. */
const NUMBER = `EXAMPLE-${crypto.randomUUID().slice(0, 8)}`;
const STATUS = { paid: "paid", closed: "closed", refunded: "refunded" }[scene] ?? "redirected";
/** Scenes that begin when the shopper comes back; the others begin with a click, or with nothing. */
const RETURNED = ["confirming", "paid", "pending", "closed", "refunded"];
const CLICKED = ["creating", "redirecting", "away", "failed", "expired", "offline"];

const answer = {
  out_trade_no: NUMBER,
  status: STATUS,
  final: STATUS !== "redirected",
  version: 2,
  amount: 1990,
  currency: "USD",
  ...(STATUS !== "redirected" && { trade_no: "2026112122001400000042" }),
};

/** Signed by nobody; of a token the button reads whose it is, and no more. */
function token(claims) {
  const part = (value) => btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return `${part({ alg: "HS256" })}.${part(claims)}.${"A".repeat(43)}`;
}
const STATUS_TOKEN = token({ sub: NUMBER });

const json = (status, body) => new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
const problem = (code) => json(400, { type: "about:blank", title: code, status: 400, code, detail: "" });

/** What the edge would answer here. */
function played(path) {
  if (scene === "creating") return new Promise(() => {});
  if (scene === "offline") return Promise.reject(new TypeError("offline"));
  if (path.startsWith("/status/")) return json(200, answer);
  if (scene === "failed") return problem("internal_error");
  if (scene === "expired") return problem("order_token_expired");
  return json(200, { ...answer, pay_url: `${location.origin}/states/nowhere`, status_token: STATUS_TOKEN });
}

const realFetch = globalThis.fetch;
globalThis.fetch = async (input, init) => {
  const url = new URL(input.url ?? input, location.href);
  if (url.origin !== EDGE) return realFetch(input, init);
  // The button's own files lie at the edge too; here they lie at the shop.
  if (url.pathname.startsWith("/v1/")) return realFetch(url.pathname, init);
  return played(url.pathname);
};

/** The stream of an order's status: says once what there is to say, and stays open. */
globalThis.EventSource = class extends EventTarget {
  readyState = 1;
  constructor() {
    super();
    queueMicrotask(() => this.dispatchEvent(new MessageEvent("status", { data: JSON.stringify(answer), lastEventId: "2" })));
  }
  close() {
    this.readyState = 2;
  }
};

// States that end by themselves are held; the one that takes twenty seconds to come is not waited for.
const realTimeout = globalThis.setTimeout;
const LONG_MS = 5_000;
const WEEKS_MS = 2 ** 31 - 1;
globalThis.setTimeout = (run, milliseconds, ...rest) => {
  const played_ms = scene === "pending" ? 200 : WEEKS_MS;
  return realTimeout(run, milliseconds < LONG_MS ? milliseconds : played_ms, ...rest);
};

const pretend = (object, name, value) => Object.defineProperty(object, name, { configurable: true, get: () => value });
if (scene === "blocked") {
  pretend(navigator, "userAgent", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.49");
}
if (scene === "offline") pretend(navigator, "onLine", false);
if (scene === "no-wasm") delete globalThis.WebAssembly;
if (RETURNED.includes(scene)) history.replaceState(null, "", `${location.search}#alipay-checkout=${STATUS_TOKEN}`);

function orderToken() {
  const exp = Math.floor(Date.now() / 1000) + 3600;
  return token({ aud: EDGE, exp, out_trade_no: NUMBER, subject: "Tea", amount: "19.90", currency: "USD" });
}

// Before the script is there: it may come before this page is read to its end, or after.
document.addEventListener("DOMContentLoaded", async () => {
  const widget = document.querySelector("alipay-checkout");
  widget.setAttribute("order-token", orderToken());
  await customElements.whenDefined("alipay-checkout");
  if (CLICKED.includes(scene)) widget.shadowRoot.querySelector("[part~=button]").click();
  if (scene !== "away") return;
  // The page goes behind another once the button is on its way.
  widget.addEventListener("alipay-redirect", () => {
    realTimeout(() => {
      pretend(document, "visibilityState", "hidden");
      pretend(document, "hidden", true);
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    }, 100);
  });
});

// What the button keeps for its order: nobody comes back to an example.
addEventListener("pagehide", () => {
  for (const key of Object.keys(localStorage)) if (key.includes(NUMBER)) localStorage.removeItem(key);
});
