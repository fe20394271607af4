// Everything but the first paint: properties, window events, languages, and the behaviour, which is
// Rust. Words in capitals are put in by the build.

import { begin, forget } from "./early.js";
import { AlipayCheckout, define, hosts, rest } from "./shell.js";
import { inside, show } from "./view.js";
import { addTexts } from "./words.js";

/** How long the paint is waited for: a page in the background has none. */
const HIDDEN_MS = 200;

const WINDOW_EVENTS = ["hashchange", "offline", "online", "pagehide", "pageshow", "storage", "visibilitychange"];
const TEXTS = ["edge", "locale", "orderToken", "payHosts", "appearance", "theme", "size", "target", "helpUrl", "alipayHelp"];
const FLAGS = ["disabled", "qr", "required"];

/** Defines the element and loads its behaviour; `load` answers with a promise of what makes one. */
export function start(edge, load) {
  if (!define(edge)) return;
  const painted = paint();
  // First of all that waits for the paint: it takes the longest.
  const behaviour = painted.then(load);
  // What it changes at first sight must not come behind it.
  const plain = ![...hosts].some((host) => host.firstElementChild || host.matches("[appearance],[size],[theme]"));
  const dress = () => rest.sheets[1].replaceSync(REST_STYLE);
  if (plain) painted.then(dress);
  else dress();
  Object.assign(rest, { show, begin, forget, painted });
  rest.connect = (host) => {
    for (const name of [...TEXTS, ...FLAGS]) {
      // Set before the class was known: such a property hides the accessor.
      if (Object.hasOwn(host, name)) {
        const value = host[name];
        delete host[name];
        host[name] = value;
      }
    }
    if (rest.make === null) refuse(host);
  };
  hosts.forEach((host) => {
    rest.connect(host);
    show(host);
  });
  for (const type of WINDOW_EVENTS) addEventListener(type, (event) => hosts.forEach((host) => host.handleEvent(event)));
  behaviour.then(arrive, () => {
    arrive(null);
    hosts.forEach(refuse);
  });
}

/** When the button has been on the screen, or would have been in a page that nobody sees. */
function paint() {
  return new Promise((done) => {
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)));
    setTimeout(done, HIDDEN_MS);
  });
}

function arrive(make) {
  rest.make = make;
  hosts.forEach((host) => host.handleEvent({ type: "ready" }));
}

/** WebAssembly is forbidden here, or does not come. The button works, by a form, and nothing more. */
function refuse(host) {
  const detail = Object.freeze({ code: "wasm_blocked", detail: "" });
  host.dispatchEvent(new CustomEvent("alipay-error", { bubbles: true, composed: true, detail }));
}

const members = {
  state: { get() { return this.getAttribute("state"); } },
  form: { get() { return inside(this).form; } },
  validity: { get() { return inside(this).validity; } },
  validationMessage: { get() { return inside(this).validationMessage; } },
  willValidate: { get() { return inside(this).willValidate; } },
  checkValidity: { value() { return inside(this).checkValidity(); } },
  reportValidity: { value() { return inside(this).reportValidity(); } },
  reset: { value() { this.handleEvent({ type: "reset" }); } },
  start: {
    value() {
      const button = this.shadowRoot.querySelector("button");
      const busy = () => button.getAttribute("aria-busy") === "true";
      const was = busy();
      this.handleEvent({ type: "click" });
      return !was && busy();
    },
  },
};

for (const name of TEXTS) {
  const attribute = dashed(name);
  members[name] = {
    get() {
      return this.getAttribute(attribute) ?? "";
    },
    set(value) {
      if (value == null) this.removeAttribute(attribute);
      else this.setAttribute(attribute, value);
    },
  };
}
for (const name of FLAGS) {
  members[name] = {
    get() {
      return this.hasAttribute(name);
    },
    set(value) {
      this.toggleAttribute(name, value);
    },
  };
}
for (const name in members) {
  Object.defineProperty(AlipayCheckout.prototype, name, { configurable: true, enumerable: true, ...members[name] });
}
AlipayCheckout.addTexts = addTexts;

function dashed(name) {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
