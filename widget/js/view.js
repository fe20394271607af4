// Shows what Rust names: words, look, and what appears below. Decides nothing.

import { panel } from "./panel.js";
import { hosts } from "./shell.js";
import { words } from "./words.js";

const shown = new WeakMap();
const insides = new WeakMap();

/** Shows facts. */
export function paint(host, facts) {
  shown.set(host, facts);
  show(host);
}

/** Shows the same again: in another language, say. */
export function show(host) {
  const facts = shown.get(host) ?? { label: FIRST_LABEL };
  const { mode, state, label, note } = facts;
  const root = host.shadowRoot;
  const button = root.querySelector("button");
  if (state) {
    host.setAttribute("state", state);
    // Never the native `disabled`: it would take the focus away.
    button.setAttribute("aria-disabled", mode !== "open" || host.matches(":disabled"));
    button.setAttribute("aria-busy", mode === "busy");
  }
  write(host, root.querySelector("span"), label);
  write(host, root.querySelector("[role=status]"), note);
  panel(host, facts);
  const [message] = words(host, "required");
  const missing = host.hasAttribute("required") && state !== "paid";
  inside(host).setValidity(missing ? { valueMissing: true } : {}, message ?? " ", button);
}

/** The element's internals, of which there may be one only. */
export function inside(host) {
  if (!insides.has(host)) insides.set(host, host.attachInternals());
  return insides.get(host);
}

/** Writes the words for a key; leaves what is there while they are under way. */
export function write(host, place, key) {
  const [text, tag] = key ? words(host, key) : [""];
  if (text === undefined) return;
  place.lang = tag ?? "";
  // The same words written twice would be read out twice.
  if (place.textContent !== text) place.textContent = text;
}

/** Puts a text into the clipboard and says so in the button; else offers it to be copied by hand. */
export async function copy(host, text, place = host.shadowRoot.querySelector("span")) {
  try {
    await navigator.clipboard.writeText(text);
    write(host, place, "copied");
  } catch {
    const root = host.shadowRoot;
    write(host, root.querySelector("[role=status]"), "copy_by_hand");
    let reference = root.querySelector("[part=reference]");
    if (!reference) {
      reference = document.createElement("p");
      reference.part = "reference";
      reference.textContent = text;
      root.querySelector("[part=panel]").append(reference);
    }
    getSelection().selectAllChildren(reference);
  }
}
