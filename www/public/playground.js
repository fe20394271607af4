// The playground: controls, address, preview and code say the same at any time.

import { FRAMEWORKS, codeFor } from "./playground-code.js";
import { readSettings, writeSettings } from "./playground-settings.js";

const root = document.querySelector("#playground");
const known = JSON.parse(root.dataset.known);
const words = JSON.parse(root.dataset.words);
const { api } = known;
const frame = root.querySelector("iframe");
const events = root.querySelector("#events");
const form = root.querySelector("form");
const control = (name) => document.getElementById(name);
const aroundNames = [...root.querySelectorAll(".around select")].map(({ name }) => name);
const SANDBOX = "allow-scripts allow-same-origin allow-forms allow-popups";
const NUMBER = `PLAY-${crypto.randomUUID().slice(0, 8)}`;

let settings = readSettings(location.hash, known);
let framework = Object.keys(FRAMEWORKS)[0];
let widget = null;

/** What the preview asks of the page around it. */
globalThis.playground = {
  api,
  get settings() {
    return settings;
  },
  /** Before it is part of the preview: as the page would have it written. */
  dress(element) {
    widget = element;
    dress();
  },
  /** The behaviour is there: what only the class can. */
  ready() {
    addTexts();
    showProperties();
    fit();
  },
  changed: showProperties,
  heard(name, detail) {
    list(name, detail);
    showProperties();
  },
};

function dress() {
  if (!widget) return;
  for (const { name } of api.attributes) {
    // Played by the preview, which gives its own unless told otherwise.
    if (["order-token", "edge", "pay-hosts"].includes(name)) continue;
    const value = settings.attributes[name];
    if (value === undefined) widget.removeAttribute(name);
    else widget.setAttribute(name, value === true ? "" : value);
  }
  for (const { name } of api.cssProperties) {
    if (settings.css[name]) widget.style.setProperty(name, settings.css[name]);
    else widget.style.removeProperty(name);
  }
  widget.querySelector("[slot]")?.remove();
  if (settings.logo) {
    const image = Object.assign(widget.ownerDocument.createElement("img"), { slot: "logo", src: "/assets/icon.svg", alt: "", width: 20, height: 20 });
    widget.append(image);
  }
}

function addTexts() {
  if (Object.keys(settings.texts).length === 0) return;
  frame.contentWindow.customElements.get(api.tag)?.addTexts(settings.locale, settings.texts);
}

/** As high as what is in it: help, guide and code make it higher. */
function fit() {
  const { body } = frame.contentDocument;
  new ResizeObserver(() => (frame.style.blockSize = `${Math.ceil(body.getBoundingClientRect().height) + 2}px`)).observe(body);
}

/** The preview anew: as if the shopper came for the first time. */
function restart() {
  widget = null;
  frame.contentWindow?.playedEdge?.forget(NUMBER);
  // The button leaves with the whole window, which the sandbox keeps here; it would keep another tab as well.
  if (settings.attributes.target === "new") frame.removeAttribute("sandbox");
  else frame.setAttribute("sandbox", SANDBOX);
  const query = new URLSearchParams({ number: NUMBER, lang: settings.lang, dir: settings.dir, colours: settings.colours });
  frame.contentWindow.location.replace(`/playground/preview?${query}`);
}

/** What is read once by the button or its page, so that a change begins anew. */
const ANEW = ["scene", "lang", "dir", "colours"];
const ANEW_ATTRIBUTES = ["order-token", "edge", "pay-hosts", "target"];

function change(next) {
  const before = settings;
  settings = next;
  history.replaceState(null, "", `${location.pathname}${location.search}#${writeSettings(settings, known)}`);
  showControls();
  showCode();
  const anew = ANEW.some((name) => before[name] !== settings[name])
    || ANEW_ATTRIBUTES.some((name) => before.attributes[name] !== settings.attributes[name])
    || Object.keys(before.texts).some((key) => !settings.texts[key]);
  if (anew) return restart();
  dress();
  addTexts();
  showProperties();
}

/** The settings that the controls show. */
function fromControls() {
  const given = new URLSearchParams();
  for (const { name, type, default: usual } of api.attributes) {
    const { checked, value } = control(name);
    if (type === "boolean" ? checked : value !== usual) given.set(name, type === "boolean" ? "" : value);
  }
  for (const { name } of api.cssProperties) given.set(name, control(name).value);
  for (const name of ["logo", "prevent"]) if (control(name).checked) given.set(name, "");
  for (const name of aroundNames) given.set(name, control(name).value);
  for (const [key, text] of Object.entries(settings.texts)) given.set(`text.${key}`, text);
  given.set(`text.${control("text-key").value}`, control("text-value").value);
  return readSettings(String(given), known);
}

/** Writes the settings into the controls; not into the one that is being typed in. */
function showControls() {
  const show = (element, value) => element !== document.activeElement && (element.value = value);
  for (const { name, type, default: usual } of api.attributes) {
    if (type === "boolean") control(name).checked = settings.attributes[name] ?? usual;
    else show(control(name), settings.attributes[name] ?? usual);
  }
  for (const { name } of api.cssProperties) show(control(name), settings.css[name] ?? "");
  for (const name of ["logo", "prevent"]) control(name).checked = settings[name];
  for (const name of aroundNames) show(control(name), settings[name]);
  showText();
  frame.dataset.width = settings.width;
  frame.dataset.colours = settings.colours;
}

function showText() {
  const key = control("text-key").value;
  control("text-value").placeholder = words.texts[key];
  if (control("text-value") !== document.activeElement) control("text-value").value = settings.texts[key] ?? "";
}

function showCode() {
  control("code").textContent = codeFor(framework, settings);
  for (const button of root.querySelectorAll("[data-framework]")) button.setAttribute("aria-pressed", button.dataset.framework === framework);
}

function showProperties() {
  for (const output of root.querySelectorAll("[data-property]")) {
    const value = widget?.[output.dataset.property];
    output.value = value instanceof frame.contentWindow.ValidityState ? `{ valueMissing: ${value.valueMissing}, valid: ${value.valid} }`
      : value instanceof frame.contentWindow.HTMLFormElement ? "<form>" : JSON.stringify(value) ?? "–";
  }
}

function list(name, detail) {
  const item = document.createElement("li");
  const time = Object.assign(document.createElement("time"), { textContent: new Date().toLocaleTimeString(document.documentElement.lang, { hour12: false }) });
  const title = Object.assign(document.createElement("code"), { textContent: name });
  const body = Object.assign(document.createElement("pre"), { textContent: JSON.stringify(detail, null, 2) });
  item.append(time, " ", title, body);
  events.prepend(item);
  control("no-events").hidden = true;
}

async function copy(button, text, done) {
  await navigator.clipboard.writeText(text);
  const said = button.textContent;
  button.textContent = done;
  setTimeout(() => (button.textContent = said), 2_000);
}

form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", ({ target }) => (target.id === "text-key" ? showText() : change(fromControls())));
form.addEventListener("reset", (event) => {
  event.preventDefault();
  change(readSettings("", known));
});
root.querySelector(".around").addEventListener("change", () => change(fromControls()));
addEventListener("hashchange", () => change(readSettings(location.hash, known)));
control("restart").addEventListener("click", restart);
control("link").addEventListener("click", ({ target }) => copy(target, location.href, words.linked));
control("copy").addEventListener("click", ({ target }) => copy(target, control("code").textContent, words.copied));
control("clear-events").addEventListener("click", () => {
  events.replaceChildren();
  control("no-events").hidden = false;
});
for (const button of root.querySelectorAll("[data-framework]")) {
  button.addEventListener("click", () => {
    framework = button.dataset.framework;
    showCode();
  });
}
for (const button of root.querySelectorAll("[data-method]")) {
  button.addEventListener("click", () => {
    const name = button.dataset.method;
    list(`${name}()`, widget?.[name]?.() ?? null);
  });
}
addEventListener("pagehide", () => frame.contentWindow?.playedEdge?.forget(NUMBER));

showControls();
showCode();
restart();
