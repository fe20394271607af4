// One button in a page of its own, as the playground above has set it up; the edge is played, and so is Alipay.

const { EDGE, forget, json, orderToken, play, problem, surround, token } = playedEdge;
const { api, heard, settings } = parent.playground;
const query = new URLSearchParams(location.search);
const { scene } = settings;
/** Kept over the way to Alipay and back. */
const NUMBER = query.get("number");
const hasReturned = query.has("returned");
const SEEN_MS = 1_500;

/** Whose order it is: a token of the playground's user counts, if it is one. */
function numberOf(text) {
  try {
    return JSON.parse(atob(text.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"))).out_trade_no ?? NUMBER;
  } catch {
    return NUMBER;
  }
}
const shown = settings.attributes["order-token"] ?? orderToken(NUMBER);
const out_trade_no = numberOf(shown);

let told = { out_trade_no, status: hasReturned ? "redirected" : "created", final: false, version: hasReturned ? 2 : 1, amount: 1990, currency: "USD" };
function tell(status) {
  const final = status !== "redirected";
  told = { ...told, status, final, version: told.version + 1, ...(final && { trade_no: "2026112122001400000042" }) };
  playedEdge.say(told);
}
const OUTCOMES = { paid: "paid", late: "paid", closed: "closed", refunded: "refunded" };
/** Alipay's word comes some time after the shopper: soon, late, or never. */
function decide() {
  const outcome = OUTCOMES[scene];
  if (outcome) realTimeout(() => tell(outcome), scene === "late" ? 4 * SEEN_MS : SEEN_MS);
}

play({
  status: () => told,
  answer(path) {
    if (scene === "slow") return new Promise(() => {});
    if (scene === "offline") return Promise.reject(new TypeError("offline"));
    if (path.startsWith("/status/")) return json(200, told);
    if (scene === "failed") return problem("internal_error");
    if (scene === "expired") return problem("order_token_expired");
    if (told.status === "created") tell("redirected");
    const host = scene === "elsewhere" ? "https://elsewhere.invalid" : location.origin;
    const pay_url = `${host}/playground/cashier?scene=${scene}`;
    return new Promise((settle) => realTimeout(settle, 400)).then(() => json(200, { ...told, pay_url, status_token: token({ sub: out_trade_no }) }));
  },
});
surround(scene);

// What takes the button fifteen or twenty seconds is not waited for so long.
const realTimeout = globalThis.setTimeout;
globalThis.setTimeout = (run, milliseconds, ...rest) => realTimeout(run, milliseconds < 5_000 ? milliseconds : milliseconds / 7, ...rest);

document.addEventListener("DOMContentLoaded", () => {
  const widget = document.createElement("alipay-checkout");
  parent.playground.dress(widget);
  widget.setAttribute("order-token", shown);
  widget.setAttribute("edge", settings.attributes.edge ?? EDGE);
  widget.setAttribute("pay-hosts", `${settings.attributes["pay-hosts"] ?? ""} ${location.host}`.trim());
  for (const { name, cancelable } of api.events) {
    widget.addEventListener(name, (event) => {
      if (cancelable && parent.playground.settings.prevent) event.preventDefault();
      heard(name, event.detail);
    });
  }
  new MutationObserver(() => parent.playground.changed(widget)).observe(widget, { attributes: true, attributeFilter: ["state"] });
  widget.addEventListener("alipay-redirect", leave);
  document.querySelector("form").append(widget);
  customElements.whenDefined("alipay-checkout").then(() => parent.playground.ready(widget));
  if (hasReturned) decide();
});

/** The button leaves with the whole window. Here it may not, so the frame goes to Alipay in its place. */
function leave() {
  const { attributes } = parent.playground.settings;
  // Behind the code, or in another tab, the shopper pays while this page stays.
  if (attributes.target === "new" || attributes.qr) return decide();
  const back = new URLSearchParams(location.search);
  back.set("returned", "");
  // A shopper who only goes back brings nothing along.
  const fragment = scene === "unpaid" ? "" : `#alipay-checkout=${token({ sub: out_trade_no })}`;
  realTimeout(() => location.replace(`/playground/cashier?${new URLSearchParams({ scene, back: `${back}${fragment}` })}`), 600);
}

addEventListener("pagehide", () => {
  if (told.final) forget(out_trade_no);
});
