// A click that comes before the behaviour is kept for it. Where it is a first attempt, and so leads to the same
// request whatever the behaviour finds, that leaves at once, and the shopper does not wait for one after the
// other. The behaviour then does all that it always does, and finds three of its acts done: the order is
// locked, the page is told, the edge is asked. Words in capitals are put in by the build, out of `src/browser.rs`.

import { claims, dispatch, keep, kept, kept_here, key, lock as take, lock_key, request } from "./bridge.js";
import { edge_of, rest } from "./shell.js";

/** What has been asked for elements whose click is kept. */
const asked = new WeakMap();

/** The locks that were taken for them. */
const ours = new Set();

const same = (a, b) => ["edge", "token", "terminal"].every((name) => a?.[name] === b[name]);

/** The cashier that a click leads to; nothing where that is for the behaviour to find out. */
function terminal_of(host) {
  // Not in the page yet; or there is none to come, and the form asks.
  if (!host.isConnected || rest.make === null) return;
  const says = (words) => new RegExp(words, "i").test(navigator.userAgent);
  if (says(BLOCKED_WORDS) || host.qr || !navigator.onLine) return;
  if (says(MOBILE_WORDS)) return "wap";
  // Else an iPad, which says that it is a Macintosh; or a computer with a touch screen.
  if (!navigator.maxTouchPoints) return "pc";
}

/** Whether there is more to know of an order: in this browser, or in the address. */
const has_past = (number) =>
  kept(key(number)) || kept_here(key(number)) || kept(lock_key(number)) || location.hash.includes("alipay-");

function ask({ edge, token, terminal }) {
  const controller = new AbortController();
  // A form needs no preflight.
  const body = new URLSearchParams({ order_token: token, terminal });
  return { controller, answer: request(`${edge}/checkout`, { method: "POST", body, signal: controller.signal }) };
}

/** Takes a click that is to be kept: `false` where the page has prevented what it starts. */
export function begin(host) {
  // From a listener of what is told below.
  if (asked.has(host)) return false;
  const wanted = { edge: edge_of(host), token: host.orderToken, terminal: terminal_of(host) };
  const { out_trade_no } = claims(wanted.token) ?? {};
  if (!out_trade_no || !wanted.terminal || has_past(out_trade_no)) return true;
  const name = lock_key(out_trade_no);
  // Another button has it, and there is no storage to say so.
  if (ours.has(name)) return true;
  ours.add(name);
  keep(name, Date.now());
  const early = { ...wanted, out_trade_no };
  asked.set(host, early);
  // The element may be gone after that, or another click have begun.
  const goes_on = dispatch(host, "alipay-start", { out_trade_no }) && asked.get(host) === early;
  if (goes_on) Object.assign(early, ask(wanted));
  else forget(host);
  return goes_on;
}

/** Gives back a lock that the behaviour has not taken over. */
const release = (name) => ours.delete(name) && keep(name);

/** The click is kept no more. */
export function forget(host) {
  const early = asked.get(host);
  asked.delete(host);
  if (early) release(lock_key(early.out_trade_no));
}

/** Takes an order's lock; one that is taken already for a click that is kept is handed over. */
export const lock = (name, ms) => ours.delete(name) || take(name, ms);

/** Tells the page, unless it has been told. */
export const announce = (host, type, detail) =>
  (type === "alipay-start" && asked.get(host)?.out_trade_no === detail.out_trade_no) || dispatch(host, type, detail);

/** Asks `/checkout`, unless that has been asked; the answer comes to the host as an event. */
export function post(host, number, edge, token, terminal) {
  const wanted = { edge, token, terminal };
  const early = asked.get(host);
  const { controller, answer } = same(early, wanted) ? early : ask(wanted);
  answer.then((answer) => host.handleEvent({ type: "answer", number, ...answer }));
  return controller;
}
