// The class that Rust cannot write: it paints, takes and keeps the click, and pays by a plain form
// where WebAssembly is missing. No logic; `rest.js` brings everything else.

import { MARKUP } from "./markup.js";

/** How long a kept click waits for the behaviour before the form takes over. */
const PATIENCE_MS = 8_000;

/** The elements that are in a page. */
export const hosts = new Set();

/** What the rest of the widget adds: `show` paints, `begin` and `forget` accompany a click that is kept, `make`
 *  makes the behaviour of an element; it is `null` where there can be none. */
export const rest = { show() {}, begin: () => true, forget() {} };

const NAME = "alipay-checkout";

/** `#kept` of an element whose form has been sent: nothing may start the same payment again. */
const SENT = -1;

/** The origin of the edge that an element talks to. */
export const edge_of = (host) => (host.getAttribute("edge") || rest.edge).replace(/\/$/, "");

const grow = (place, [name, attributes, children]) => {
  const element = document.createElement(name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  for (const child of children) grow(element, child);
  place.append(element);
};

export class AlipayCheckout extends (globalThis.HTMLElement ?? class {}) {
  static formAssociated = true;
  static observedAttributes = ["order-token", "edge", "locale", "required", "disabled"];

  #behaviour;
  #events = [];
  #kept = 0;

  constructor() {
    super();
    // Written by the server, perhaps.
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open", delegatesFocus: true });
    if (!root.firstChild) {
      MARKUP.forEach((part) => grow(root, part));
      root.querySelector("span").append(FIRST_WORDS);
    }
    root.adoptedStyleSheets = rest.sheets;
    root.querySelector("button").addEventListener("click", this);
  }

  connectedCallback() {
    hosts.add(this);
    if (!this.getAttribute("state")) this.#look("false");
    rest.connect?.(this);
    this.#begin();
  }

  disconnectedCallback() {
    hosts.delete(this);
    this.handleEvent({ type: "disconnect" });
  }

  attributeChangedCallback() {
    rest.show(this);
    this.handleEvent({ type: "change" });
  }

  formDisabledCallback() {
    rest.show(this);
  }

  /** Takes the events of the element, of its window, and of what the behaviour has opened. */
  handleEvent(event) {
    const { type } = event;
    if (type === "click") {
      event.preventDefault?.();
      if (this.matches(":disabled")) return;
    }
    if (!this.#behaviour) return this.#wait(type, event.persisted);
    // What was asked for an element that is gone comes to nobody.
    if (!this.isConnected && type !== "disconnect") return;
    // One after the other: what a listener does meanwhile comes after what it was told.
    if (this.#events.push(event) > 1) return;
    try {
      for (; this.#events[0]; this.#events.shift()) this.#behaviour.handleEvent(this.#events[0]);
    } catch (error) {
      // Never seen. Whoever clicks then pays by the form.
      this.#behaviour = rest.make = null;
      throw error;
    }
  }

  /** Without behaviour, or not yet: a click is kept, and in the end it is the form's. */
  #wait(type, persisted) {
    if (type === "click" && !this.#kept) {
      if (!rest.begin(this)) return;
      this.#look("true");
      this.#kept = setTimeout(() => this.#pay(), PATIENCE_MS);
      this.#begin();
    } else if (type === "ready") this.#begin();
    else if (persisted || type === "disconnect") {
      clearTimeout(this.#kept);
      this.#kept = 0;
      rest.forget(this);
      this.#look("false");
    }
  }

  #begin() {
    if (rest.make && this.#kept !== SENT) {
      this.#behaviour ??= rest.make();
      this.handleEvent({ type: "connect", target: this });
      if (this.#kept) {
        clearTimeout(this.#kept);
        this.#kept = 0;
        this.handleEvent({ type: "click" });
        rest.forget(this);
      }
    } else if (rest.make === null && this.#kept > 0) this.#pay();
  }

  #pay() {
    clearTimeout(this.#kept);
    this.#kept = SENT;
    const order_token = this.getAttribute("order-token");
    const action = `${edge_of(this)}/pay`;
    // Out of a frame, if the page is in one: Alipay refuses to be framed.
    const form = document.createElement("form");
    Object.assign(form, { method: "post", action, target: "_top" });
    grow(form, ["input", { type: "hidden", name: "order_token", value: order_token }, []]);
    this.shadowRoot.append(form);
    form.submit();
    form.remove();
    // Where the form is blocked too, or nobody answers it, the button must not turn for ever.
    setTimeout(() => {
      if (this.#kept !== SENT) return;
      this.#wait("disconnect");
      this.#begin();
    }, PATIENCE_MS);
  }

  /** Shows that nothing has happened yet, but a click. */
  #look(busy) {
    const button = this.shadowRoot.querySelector("button");
    // Not `ariaBusy`: Firefox before 119 keeps it to itself.
    for (const name of ["aria-busy", "aria-disabled"]) button.setAttribute(name, busy);
    this.setAttribute("state", FIRST_STATE);
    rest.show(this);
  }
}

/** Defines the element, unless this is no browser or it is defined already. */
export function define(edge) {
  const registry = globalThis.customElements;
  if (!registry || registry.get(NAME)) return false;
  rest.edge = edge;
  rest.sheets = [BASE_STYLE, ""].map((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return sheet;
  });
  registry.define(NAME, AlipayCheckout);
  return true;
}
