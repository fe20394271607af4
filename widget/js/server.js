// For servers: the element as HTML that paints and pays with no script at all. No DOM.

import { MARKUP } from "./markup.js";

/**
 * The element as HTML: declarative shadow DOM with the edge's style sheet and a plain form. The
 * script, when it comes, takes it over without painting anew.
 *
 * `edge` is the edge's origin, `orderToken` the signed order; every other member becomes an attribute
 * of the element (`{ locale: "ja", appearance: "black" }`). `integrity` is that of
 * `alipay-checkout.css` in `integrity.json`.
 */
export function render({ edge, orderToken, integrity, ...others }) {
  edge = new URL(edge).origin;
  const tag = LANGUAGES.first[others.locale] ? others.locale : "en";
  const attributes = { "order-token": orderToken, edge, state: FIRST_STATE };
  for (const name in others) attributes[name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)] = others[name];
  const link = { rel: "stylesheet", href: `${edge}/v1/alipay-checkout.css` };
  if (integrity) Object.assign(link, { integrity, crossorigin: "anonymous" });
  const [button, ...below] = MARKUP.map((part) => html(part, { lang: tag, words: LANGUAGES.first[tag] }));
  const inner = [
    open("link", link),
    open("form", { method: "post", action: `${edge}/pay`, target: "_top" }),
    open("input", { type: "hidden", name: "order_token", value: orderToken }),
    button,
    "</form>",
    ...below,
  ].join("");
  const template = open("template", { shadowrootmode: "open", shadowrootdelegatesfocus: true });
  return `${open("alipay-checkout", attributes)}${template}${inner}</template></alipay-checkout>`;
}

function html([name, attributes, children], { lang, words }) {
  const isLabel = attributes.part === "label";
  const inner = children.map((child) => html(child, { lang, words })).join("") + (isLabel ? escaped(words) : "");
  return `${open(name, isLabel ? { ...attributes, lang } : attributes)}${inner}</${name}>`;
}

/** A start tag. `true` is an attribute without a value; what is `false`, null or absent is left out. */
function open(name, attributes) {
  const parts = Object.entries(attributes)
    .filter(([, value]) => value != null && value !== false)
    .map(([key, value]) => {
      if (!/^[a-z][a-z-]*$/.test(key)) throw new TypeError(`not the name of an attribute: ${key}`);
      return value === true ? ` ${key}` : ` ${key}="${escaped(value)}"`;
    });
  return `<${name}${parts.join("")}>`;
}

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escaped(text) {
  return String(text).replace(/[&<>"']/g, (character) => ENTITIES[character]);
}
