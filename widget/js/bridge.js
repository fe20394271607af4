// Turns promises and timers into events, so that Rust needs no closures; and what is a line here
// and a library there.

import { hosts } from "./shell.js";

/** Fetches; `status` 0 stands for no answer at all, `body` undefined for one that is not JSON. */
function ask(host, type, number, url, init) {
  fetch(url, { credentials: "omit", cache: "no-store", ...init })
    .then(async (response) => ({ status: response.status, body: await response.json().catch(() => {}) }))
    .catch(() => ({ status: 0 }))
    .then((answer) => host.handleEvent({ type, number, ...answer }));
}

/** A form needs no preflight. */
export function post(host, number, edge, order_token, terminal) {
  const controller = new AbortController();
  const body = new URLSearchParams({ order_token, terminal });
  ask(host, "answer", number, `${edge}/checkout`, { method: "POST", body, signal: controller.signal });
  return controller;
}

export const probe = (host, number, url) => ask(host, "probe", number, url);

/** The element is the listener: its `handleEvent` hears the stream, without closures. */
export function listen(host, url) {
  const stream = new EventSource(url);
  for (const type of ["status", "error"]) stream.addEventListener(type, host);
  return stream;
}

export const status_url = (edge, ...order) =>
  `${edge}/status/${order.map(encodeURIComponent).join("?token=")}`;

export const later = (host, type, ms) => setTimeout(() => host.handleEvent({ type }), ms);

export const cancel = (timer) => clearTimeout(timer);

export const tell = (host, type, edge, out_trade_no, body) =>
  hosts.forEach((other) => other === host || other.handleEvent({ type, edge, out_trade_no, body }));

/** The claims of a JWS; the browser reads base64, but not its form for URLs. */
export function claims(token) {
  try {
    return JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
  } catch {}
}

/** Takes a lock that ends by itself, in case that its tab has crashed. */
export function lock(key, ms) {
  try {
    const age = Date.now() - localStorage.getItem(key);
    if (age >= 0 && age < ms) return false;
    localStorage.setItem(key, Date.now());
  } catch {
    // No storage, no other tab that could see it.
  }
  return true;
}
export const page_window = () => window;
