// The page around the element under test. Network and long timers are replaced, so that a test
// says when an answer comes and how time goes by; everything else is the browser's own.

import { start } from "../js/rest.js";
import { rest } from "../js/shell.js";

const KINDS = ["alipay-start", "alipay-redirect", "alipay-status", "alipay-error", "alipay-blocked"];

let behaviour;
let calls = [];
let sources = [];
let timers = [];
let heard = [];
let sent = [];
let stopsStarts = false;
let online = true;

class Source extends EventTarget {
  readyState = 0;
  constructor(url) {
    super();
    this.url = url;
    sources.push(this);
  }
  close() {
    this.readyState = 2;
    sources = sources.filter((source) => source !== this);
  }
}

/** The numbers of timers that a test lets go by; the browser's own are far below. */
const OURS = 1e9;

const { setTimeout: reallyLater, clearTimeout: reallyCancel } = window;

/** Defines the element once; its behaviour comes through the gate, so that a test can hold it. */
export function define(make, edge, base, rest, en, first) {
  const languages = { [`${edge}/v1/lang/en.json`]: en };
  window.fetch = async (url, init) =>
    languages[url] ? new Response(languages[url]) : new Promise((resolve, reject) => {
      calls.push({ url, init, resolve, reject });
      init.signal?.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
    });
  window.EventSource = Object.assign(Source, { CLOSED: 2 });
  // Painted at once, and what comes behind the paint next.
  window.requestAnimationFrame = (run) => run();
  window.setTimeout = (run, ms, ...rest) => {
    if (ms === undefined) return queueMicrotask(run);
    // Only the test runner waits for less than a second.
    if (ms < 1000) return reallyLater.call(window, run, ms, ...rest);
    timers.push({ run, ms, id: OURS + timers.length });
    return timers.at(-1).id;
  };
  window.clearTimeout = (id) => {
    if (!(id >= OURS)) return reallyCancel.call(window, id);
    timers = timers.map((timer) => (timer.id === id ? { ...timer, run: undefined } : timer));
  };
  Object.defineProperty(navigator, "onLine", { configurable: true, get: () => online });
  for (const kind of KINDS) {
    document.addEventListener(kind, (event) => {
      heard.push([event.type, event.detail, Object.isFrozen(event.detail), event.cancelable]);
      if (kind === "alipay-start" && stopsStarts) event.preventDefault();
    });
  }
  // What the build puts in.
  Object.assign(globalThis, {
    FIRST_STATE: "idle",
    FIRST_LABEL: "pay",
    FIRST_WORDS: "Pay with Alipay",
    BASE_STYLE: base,
    REST_STYLE: rest,
    BLOCKED_WORDS: "MicroMessenger",
    MOBILE_WORDS: "Mobi",
    LANGUAGES: { first: JSON.parse(first), aliases: { "zh-Hant": "zh-Hant-TW" } },
  });
  behaviour = make;
  start(edge, async () => make);
}

/** An empty page, on which the behaviour is there at once. */
export function clear() {
  document.querySelectorAll("alipay-checkout").forEach((host) => host.remove());
  localStorage.clear();
  sessionStorage.clear();
  history.replaceState({ mine: 1 }, "", location.pathname + location.search);
  [calls, sources, timers, heard, sent, stopsStarts, online] = [[], [], [], [], [], false, true];
  document.documentElement.lang = "en";
  rest.make = behaviour;
}

/** No behaviour yet. */
export const hold = () => {
  rest.make = undefined;
};

/** It is there now. */
export function arrive() {
  rest.make = behaviour;
  for (const host of document.querySelectorAll("alipay-checkout")) host.handleEvent({ type: "ready" });
}

/** There will be none: WebAssembly is forbidden. */
export const block = () => {
  rest.make = null;
  HTMLFormElement.prototype.submit = function () {
    sent.push([this.method, this.action, this.target, Object.fromEntries(new FormData(this))]);
  };
};

/** The forms that were sent. */
export const forms = () => JSON.stringify(sent);

/** What is to be seen below the line. */
export const panel = (host) => host.shadowRoot.querySelector("[part=panel]")?.innerText ?? "";

export function put(attributes) {
  const host = document.createElement("alipay-checkout");
  for (const [name, value] of Object.entries(JSON.parse(attributes))) host.setAttribute(name, value);
  document.body.append(host);
  return host;
}

export function seen(host) {
  const button = host.shadowRoot.querySelector("button");
  const line = host.shadowRoot.querySelector("[role=status]");
  return JSON.stringify([host.state, button.getAttribute("aria-disabled"), button.textContent, line.textContent]);
}

export const click = (host) => host.shadowRoot.querySelector("button").click();

/** Lets every promise run that can. */
export const settle = () => new Promise((resolve) => reallyLater.call(window, resolve, 0));

export const requests = () =>
  JSON.stringify(calls.map(({ url, init }) => [init.method ?? "GET", url, `${init.body ?? ""}`, init.credentials]));

export async function reply(status, body) {
  // A real one reads its body on another thread, and nobody could say for how long.
  calls.at(-1).resolve({ status, json: async () => JSON.parse(body) });
  await settle();
  await settle();
}

export async function lose() {
  calls.at(-1).reject(new TypeError("Failed to fetch"));
  await settle();
}

export const streams = () => JSON.stringify(sources.map(({ url }) => url));

export const send = (body) => sources.at(-1).dispatchEvent(new MessageEvent("status", { data: body }));

/** What a browser does when the server answers a stream with an error. */
export function refuse() {
  const source = sources.at(-1);
  source.close();
  source.dispatchEvent(new Event("error"));
}

/** What it does when the connection is lost. */
export const interrupt = () => sources.at(-1).dispatchEvent(new Event("error"));

export const at_window = (kind, fields) => dispatchEvent(Object.assign(new Event(kind), JSON.parse(fields)));

export const events = () => JSON.stringify(heard);

export const stored = () => JSON.stringify({ ...localStorage });

export const store = (out_trade_no, token) => localStorage.setItem(`alipay-checkout:${out_trade_no}`, token);

/** Another tab starts this order's payment, or ends. */
export const lock_elsewhere = (out_trade_no) => localStorage.setItem(`alipay-checkout:${out_trade_no}:busy`, Date.now());

export function unlock_elsewhere(out_trade_no) {
  const key = `alipay-checkout:${out_trade_no}:busy`;
  localStorage.removeItem(key);
  at_window("storage", JSON.stringify({ key, newValue: null }));
}

export const set_fragment = (fragment) => history.replaceState({ mine: 1 }, "", fragment);

export const fragment = () => JSON.stringify([location.hash, history.state]);

export const prevent_starts = () => {
  stopsStarts = true;
};

export function set_online(yes) {
  online = yes;
  dispatchEvent(new Event(yes ? "online" : "offline"));
}

/** Runs the timers that were set for `ms`. */
export async function pass(ms) {
  const due = timers.filter((timer) => timer.run && timer.ms === ms);
  timers = timers.map((timer) => (due.includes(timer) ? { ...timer, run: undefined } : timer));
  due.forEach(({ run }) => run());
  await settle();
}

/** This page with another fragment: a place to go to without leaving the test. */
export const elsewhere = () => `${location.origin}${location.pathname}${location.search}#cashier`;

export const here = () => location.host;

export const has_focus = (host) => host.shadowRoot.activeElement === host.shadowRoot.querySelector("button");

export const focus = (host) => host.focus();

export const add_texts = (tag, words) => customElements.get("alipay-checkout").addTexts(tag, JSON.parse(words));

export const set_page_language = (tag) => {
  document.documentElement.lang = tag;
};
