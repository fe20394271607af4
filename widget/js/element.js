// The class that Rust cannot write. It paints, forwards events, and keeps a click that comes
// before Rust is there. No logic.

import { addTexts, block, build, furnish, paint, repaint } from "./view.js";

const NAME = "alipay-checkout";
const WINDOW_EVENTS = ["hashchange", "offline", "online", "pagehide", "pageshow", "storage", "visibilitychange"];
const PROPERTIES = { orderToken: "order-token", edge: "edge", locale: "locale", payHosts: "pay-hosts" };

/**
 * Defines the element, unless this is no browser or it is defined already.
 *
 * `load` answers with a promise of a function that makes the behaviour of one element.
 */
export function define({ texts, style, load }) {
  // A server has no HTMLElement, and may import this file all the same.
  const registry = globalThis.customElements;
  let ready;

  class AlipayCheckout extends (globalThis.HTMLElement ?? class {}) {
    static observedAttributes = Object.values(PROPERTIES);
    static addTexts(tag, words) {
      addTexts(tag, words);
      document.querySelectorAll(NAME).forEach(repaint);
    }

    #behaviour;
    #clicked;

    constructor() {
      super();
      build(this);
    }

    get state() {
      return this.getAttribute("state");
    }

    connectedCallback() {
      for (const name of Object.keys(PROPERTIES)) {
        // Set before the class was known: such a property hides the accessor.
        if (Object.hasOwn(this, name)) {
          const value = this[name];
          delete this[name];
          this[name] = value;
        }
      }
      for (const type of WINDOW_EVENTS) addEventListener(type, this);
      if (!this.state) paint(this, "idle", "open", "pay", "");
      if (this.#behaviour) return this.#tell("connect");
      ready.then((make) => {
        if (!this.isConnected || this.#behaviour) return;
        this.#behaviour = make();
        this.#tell("connect");
        if (this.#clicked) this.#tell("click");
      }, () => this.#blocked());
    }

    disconnectedCallback() {
      for (const type of WINDOW_EVENTS) removeEventListener(type, this);
      this.#clicked = false;
      this.#tell("disconnect");
    }

    attributeChangedCallback(name) {
      if (name === "locale") repaint(this);
      else if (this.isConnected) this.#tell("change");
    }

    handleEvent(event) {
      if (this.#behaviour) this.#behaviour.handleEvent(event);
      else if (event.type === "click" && !this.#clicked) {
        this.#clicked = true;
        paint(this, "idle", "busy", "opening", "");
      }
    }

    #tell(type) {
      this.#behaviour?.handleEvent({ type, target: this });
    }

    /** WebAssembly is forbidden here: the merchant's own form inside the element takes over. */
    #blocked() {
      block(this);
      const detail = Object.freeze({ code: "wasm_blocked", detail: "" });
      this.dispatchEvent(new CustomEvent("alipay-error", { bubbles: true, composed: true, detail }));
    }
  }

  for (const [name, attribute] of Object.entries(PROPERTIES)) {
    Object.defineProperty(AlipayCheckout.prototype, name, {
      configurable: true,
      enumerable: true,
      get() {
        return this.getAttribute(attribute) ?? "";
      },
      set(value) {
        if (value == null) this.removeAttribute(attribute);
        else this.setAttribute(attribute, value);
      },
    });
  }

  if (registry && !registry.get(NAME)) {
    furnish(texts, style);
    ready = load();
    registry.define(NAME, AlipayCheckout);
  }
  return registry?.get(NAME) ?? AlipayCheckout;
}
