// What appears below the line: help with a payment that failed or is not confirmed, the guide out
// of an app in which Alipay does not open, the code for the phone.

import { qr } from "./qr.js";
import { copy, write } from "./view.js";
import { words } from "./words.js";

/** What each panel was made of, so that it is made once. */
const made = new WeakMap();

/** Shows the panel that the facts name, or none. */
export function panel(host, facts) {
  const root = host.shadowRoot;
  const links = ["help-url", "alipay-help"].map((name) => host.getAttribute(name));
  const content = facts.panel ? JSON.stringify([facts, links]) : "";
  let place = root.querySelector("[part=panel]");
  if (made.get(host) !== content) {
    made.set(host, content);
    place?.remove();
    if (!content) return;
    place = add(root, "div", { part: "panel" });
    MAKE[facts.panel](host, place, facts, links);
  }
  // In the language of now.
  const code = place?.querySelector("canvas");
  code?.setAttribute("aria-label", words(host, "qr_name")[0] ?? "QR");
  place?.querySelectorAll("[data-key]").forEach((element) => write(host, element, element.dataset.key));
}

const MAKE = {
  help(host, place, facts, links) {
    const help = add(place, "details", { part: "help" });
    add(help, "summary", { "data-key": "help_title" });
    add(help, "p", { "data-key": `help_${facts.state}` });
    const list = add(help, "dl", { part: "reference" });
    const now = new Date().toISOString();
    for (const [key, value] of [
      ["order", facts.out_trade_no],
      ["alipay", facts.trade_no],
      ["amount", facts.currency && money(facts)],
      ["time", `${now.slice(0, 10)} ${now.slice(11, 16)} UTC`],
      ["code", facts.code],
    ]) {
      if (!value) continue;
      add(list, "dt", { "data-key": `ref_${key}` });
      add(list, "dd").textContent = value;
    }
    const button = action(help, "copy", () => {
      const rows = [...list.querySelectorAll("dt")];
      const text = rows.map((row) => `${row.textContent}: ${row.nextSibling.textContent}`).join("\n");
      copy(host, text, button);
    });
    ["shop", "alipay"].forEach((whose, index) => {
      const href = links[index];
      if (href && /^https?:/.test(new URL(href, document.baseURI).protocol)) {
        const look = { part: "action", href, target: "_blank", rel: "noopener", "data-key": `link_${whose}` };
        add(help, "a", look);
      }
    });
  },

  guide(host, place) {
    const steps = add(place, "ol", { part: "guide" });
    for (const key of ["menu", "then"]) add(steps, "li", { "data-key": `guide_${key}` });
    add(place, "p", { "data-key": "guide_link" });
  },

  qr(host, place, { url }) {
    const here = () => host.handleEvent({ type: "here" });
    qr(host, add(place, "canvas", { part: "qr", role: "img" }), url).catch(here);
    action(place, "qr_here", here);
  },
};

function add(place, name, attributes) {
  const element = document.createElement(name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  place.append(element);
  return element;
}

function action(place, key, run) {
  const button = add(place, "button", { type: "button", part: "action", "aria-live": "polite", "data-key": key });
  button.onclick = run;
  return button;
}

/** As a support desk reads it in any language: 19.90 USD. */
export function money({ amount, currency }) {
  const { maximumFractionDigits: digits } = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions();
  return `${(amount / 10 ** digits).toFixed(digits)} ${currency}`;
}
