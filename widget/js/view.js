// The shadow tree: what is in it, and how words and look get there. Decides nothing: Rust names
// keys, and `texts/*.json` holds the words.

const shown = new WeakMap();
let texts = {};
let sheet;

/** Gives the words (a table per language tag, in lower case) and the style. */
export function furnish(words, style) {
  texts = words;
  sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
}

/** Adds or corrects the words of a language; what is missing stays English. */
export function addTexts(tag, words) {
  tag = tag.toLowerCase();
  texts[tag] = { ...texts[tag], ...words };
}

/** Builds button and status line. The line is there from the start: one that appears together
 *  with its words is not read out. */
export function build(host) {
  const root = host.attachShadow({ mode: "open", delegatesFocus: true });
  root.adoptedStyleSheets = [sheet];
  const [button, label, line] = ["button", "span", "div"].map((name) => document.createElement(name));
  button.type = "button";
  button.part = "button";
  label.part = "label";
  line.part = "status";
  line.setAttribute("role", "status");
  button.append(label);
  root.append(button, line);
  button.addEventListener("click", host);
}

/** Shows a state. */
export function paint(host, state, mode, label, note) {
  shown.set(host, [state, mode, label, note]);
  const [button, line] = host.shadowRoot.children;
  host.setAttribute("state", state);
  // Never the native `disabled`: it would take the focus away.
  button.setAttribute("aria-disabled", mode !== "open");
  button.setAttribute("aria-busy", mode === "busy");
  write(host, button.firstChild, label);
  write(host, line, note);
}

/** Shows what the merchant has put inside the element, or else that there is no way. */
export function block(host) {
  paint(host, "failed", "done", "pay", "note_blocked");
  if (!host.firstElementChild) return;
  shown.delete(host);
  host.shadowRoot.replaceChildren(document.createElement("slot"));
}

/** Shows the same again, in another language. */
export const repaint = (host) => shown.has(host) && paint(host, ...shown.get(host));

function write(host, place, key) {
  let tag = (host.getAttribute("locale") || host.closest("[lang]")?.lang || document.documentElement.lang).toLowerCase();
  while (tag && !texts[tag]?.[key]) tag = tag.slice(0, Math.max(tag.lastIndexOf("-"), 0));
  const words = key && (texts[tag] ?? texts.en)[key];
  place.lang = tag || "en";
  // The same words written twice would be read out twice.
  if (place.textContent !== words) place.textContent = words;
}
