// Plays the edge for the button in this page, so that it goes into one state and stays there.

const { forget, json, orderToken, play, pretend, problem, surround, token } = playedEdge;
const { scene } = document.documentElement.dataset;
/** An order that no other tile has: buttons of one order follow each other. */
const NUMBER = `EXAMPLE-${crypto.randomUUID().slice(0, 8)}`;
const STATUS = { paid: "paid", closed: "closed", refunded: "refunded" }[scene] ?? "redirected";
/** Scenes that begin when the shopper comes back; the others begin with a click, or with nothing. */
const RETURNED = ["confirming", "paid", "pending", "closed", "refunded"];
const CLICKED = ["creating", "redirecting", "away", "failed", "expired", "offline"];

const status = {
  out_trade_no: NUMBER,
  status: STATUS,
  final: STATUS !== "redirected",
  version: 2,
  amount: 1990,
  currency: "USD",
  ...(STATUS !== "redirected" && { trade_no: "2026112122001400000042" }),
};
const STATUS_TOKEN = token({ sub: NUMBER });

play({
  status: () => status,
  /** What the edge would answer here. */
  answer(path) {
    if (scene === "creating") return new Promise(() => {});
    if (scene === "offline") return Promise.reject(new TypeError("offline"));
    if (path.startsWith("/status/")) return json(200, status);
    if (scene === "failed") return problem("internal_error");
    if (scene === "expired") return problem("order_token_expired");
    return json(200, { ...status, pay_url: `${location.origin}/states/nowhere`, status_token: STATUS_TOKEN });
  },
});
surround(scene);

// States that end by themselves are held; the one that takes twenty seconds to come is not waited for.
const realTimeout = globalThis.setTimeout;
const LONG_MS = 5_000;
const WEEKS_MS = 2 ** 31 - 1;
globalThis.setTimeout = (run, milliseconds, ...rest) => {
  const played_ms = scene === "pending" ? 200 : WEEKS_MS;
  return realTimeout(run, milliseconds < LONG_MS ? milliseconds : played_ms, ...rest);
};

if (RETURNED.includes(scene)) history.replaceState(null, "", `${location.search}#alipay-checkout=${STATUS_TOKEN}`);

// Before the script is there: it may come before this page is read to its end, or after.
document.addEventListener("DOMContentLoaded", async () => {
  const widget = document.querySelector("alipay-checkout");
  widget.setAttribute("order-token", orderToken(NUMBER));
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

addEventListener("pagehide", () => forget(NUMBER));
