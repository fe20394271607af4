// Pages that show the button without an edge play the edge themselves: they answer in the place of `fetch` and
// `EventSource`. The button has no hook for this and needs none: a page may always put something else in place of
// its own `fetch`, and lies to nobody but itself by that. What counts is what the edge tells the shop's backend.

globalThis.playedEdge = (() => {
  const EDGE = "https://edge.invalid";
  const streams = new Set();

  /** Signed by nobody; of a token the button reads whose it is, and no more. */
  function token(claims) {
    const part = (value) => btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    return `${part({ alg: "HS256" })}.${part(claims)}.${"A".repeat(43)}`;
  }

  function orderToken(out_trade_no) {
    const exp = Math.floor(Date.now() / 1000) + 3600;
    return token({ aud: EDGE, exp, out_trade_no, subject: "Tea", amount: "19.90", currency: "USD" });
  }

  const json = (status, body) => new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
  const problem = (code) => json(400, { type: "about:blank", title: code, status: 400, code, detail: "" });

  /** Answers the button from now on: `answer(path)` in the place of each route, `status()` as what a stream says first. */
  function play({ answer, status }) {
    const realFetch = globalThis.fetch;
    globalThis.fetch = async (input, init) => {
      const { origin, pathname } = new URL(input.url ?? input, location.href);
      if (origin === location.origin) return realFetch(input, init);
      // The button's own files lie at the edge too; here they lie at the shop.
      if (pathname.startsWith("/v1/")) return realFetch(pathname, init);
      return answer(pathname);
    };
    globalThis.EventSource = class extends EventTarget {
      readyState = 1;
      constructor() {
        super();
        streams.add(this);
        queueMicrotask(() => this.say(status()));
      }
      say(told) {
        this.dispatchEvent(new MessageEvent("status", { data: JSON.stringify(told), lastEventId: String(told.version) }));
      }
      close() {
        this.readyState = 2;
        streams.delete(this);
      }
    };
  }

  /** Tells everybody who listens. */
  function say(told) {
    for (const stream of [...streams]) stream.say(told);
  }

  const pretend = (object, name, value) => Object.defineProperty(object, name, { configurable: true, get: () => value });

  /** The surroundings in which some things happen: an app that Alipay does not open in, no connection, no WebAssembly. */
  function surround(scene) {
    if (scene === "blocked") {
      pretend(navigator, "userAgent", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.49");
    }
    if (scene === "offline") pretend(navigator, "onLine", false);
    if (scene === "no-wasm") delete globalThis.WebAssembly;
  }

  /** What the button keeps for an order: nobody comes back to an example. */
  function forget(out_trade_no) {
    for (const storage of [localStorage, sessionStorage]) {
      for (const key of Object.keys(storage)) if (key.includes(out_trade_no)) storage.removeItem(key);
    }
  }

  return { EDGE, forget, json, orderToken, play, pretend, problem, say, surround, token };
})();
