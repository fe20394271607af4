// The yardstick: a payment button as one careful person writes it by hand, in JavaScript alone. What the
// real one does for most shoppers most of the time is here too: start, one request per click, allow-list,
// way back, status by push, Back from the browser's cache, words for screen readers. What it lacks is what
// makes the real one larger: other languages, several tabs, late and lost answers, blocked browsers.

const SHEET = `
  :host { display: block; max-inline-size: 400px; min-block-size: 100px; font: 600 16px/1.25 system-ui, sans-serif }
  button { box-sizing: border-box; inline-size: 100%; min-block-size: 48px; padding: 8px 16px; border: 1px solid transparent;
    border-radius: 8px; background: #0e66e6; color: #fff; font: inherit; cursor: pointer }
  button:hover { background: #0958d9 }
  button:focus-visible { outline: 3px solid #0958d9; outline-offset: 2px; box-shadow: 0 0 0 2px #fff }
  button[aria-disabled="true"] { background: #595f69; cursor: default }
  div { min-block-size: 40px; margin-block-start: 8px; font: 400 14px/20px system-ui, sans-serif }
  @media (forced-colors: active) { button { border-color: ButtonBorder } }`;

const WORDS = {
  idle: ["Pay with Alipay", ""],
  creating: ["Opening Alipay…", ""],
  redirecting: ["Opening Alipay…", ""],
  confirming: ["Checking your payment…", "One moment, we are asking whether your payment has arrived."],
  paid: ["Paid with Alipay", "Thank you. Your payment has arrived."],
  closed: ["Order closed", "This order is closed and can no longer be paid."],
  failed: ["Try again with Alipay", "The payment could not be started. Please try again."],
};
const OPEN = ["idle", "failed"];
const HOSTS = /(^|\.)(alipay|alipayplus)\.com$/;
const KEY = "hand-written:";

const sheet = new CSSStyleSheet();
sheet.replaceSync(SHEET);

class HandWritten extends HTMLElement {
  #button = document.createElement("button");
  #label = document.createElement("span");
  #status = document.createElement("div");
  #source;

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open", delegatesFocus: true });
    root.adoptedStyleSheets = [sheet];
    this.#button.type = "button";
    this.#status.setAttribute("role", "status");
    this.#button.append(this.#label);
    root.append(this.#button, this.#status);
    this.#button.addEventListener("click", () => this.start());
  }

  connectedCallback() {
    addEventListener("pageshow", this);
    const returned = /^#alipay-checkout=(.+)$/.exec(location.hash)?.[1];
    if (returned) {
      history.replaceState(history.state, "", location.pathname + location.search);
      localStorage.setItem(KEY + this.#number, returned);
    }
    const token = localStorage.getItem(KEY + this.#number);
    if (token) this.#listen(token);
    else this.#show("idle");
  }

  disconnectedCallback() {
    removeEventListener("pageshow", this);
    this.#source?.close();
  }

  handleEvent({ persisted }) {
    if (persisted) this.connectedCallback();
  }

  async start() {
    if (!OPEN.includes(this.getAttribute("state"))) return;
    const token = this.getAttribute("order-token");
    if (!this.#tell("start", { out_trade_no: this.#number })) return;
    this.#show("creating");
    try {
      const terminal = matchMedia("(pointer: coarse)").matches ? "wap" : "pc";
      const body = new URLSearchParams({ order_token: token, terminal });
      const answer = await fetch("/checkout", { method: "POST", body, signal: AbortSignal.timeout(15_000) });
      const { pay_url, status_token, status, detail } = await answer.json();
      if (!answer.ok) throw new Error(detail);
      localStorage.setItem(KEY + this.#number, status_token);
      if (!pay_url) return this.#show(status);
      const { protocol, hostname, host } = new URL(pay_url);
      const named = (this.getAttribute("pay-hosts") ?? "").split(" ").includes(host);
      if (!named && !(protocol === "https:" && HOSTS.test(hostname))) throw new Error("pay_url_refused");
      this.#show("redirecting");
      this.#tell("redirect", { out_trade_no: this.#number, pay_url });
      location.assign(pay_url);
    } catch (error) {
      this.#show("failed");
      this.#tell("error", { code: error.name, detail: error.message });
    }
  }

  get #number() {
    try {
      const claims = this.getAttribute("order-token").split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
      return JSON.parse(atob(claims)).out_trade_no;
    } catch {
      return "";
    }
  }

  #listen(token) {
    this.#show("confirming");
    this.#source?.close();
    this.#source = new EventSource(`/status/${encodeURIComponent(this.#number)}?token=${encodeURIComponent(token)}`);
    this.#source.addEventListener("status", ({ data }) => {
      const answer = JSON.parse(data);
      this.#tell("status", answer);
      if (!answer.final) return;
      this.#source.close();
      localStorage.removeItem(KEY + this.#number);
      this.#show(answer.status === "paid" ? "paid" : "closed");
    });
  }

  #show(state) {
    const [label, note] = WORDS[state] ?? WORDS.closed;
    this.setAttribute("state", state);
    this.#button.setAttribute("aria-disabled", !OPEN.includes(state));
    this.#button.setAttribute("aria-busy", state.endsWith("ing"));
    this.#label.textContent = label;
    this.#status.textContent = note;
  }

  #tell(name, detail) {
    const init = { bubbles: true, composed: true, cancelable: name === "start", detail: Object.freeze(detail) };
    return this.dispatchEvent(new CustomEvent(`hand-written-${name}`, init));
  }
}

customElements.get("hand-written") ?? customElements.define("hand-written", HandWritten);
