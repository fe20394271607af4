// Turns promises and timers into events, so that Rust needs no closures; and what is a line here
// and a library there.

import { hosts } from "./shell.js";

/** Fetches; `status` 0 stands for no answer at all, `body` undefined for one that is not JSON. */
export const request = (url, init) =>
  fetch(url, { credentials: "omit", cache: "no-store", ...init })
    .then(async (response) => ({ status: response.status, body: await response.json().catch(() => {}) }))
    .catch(() => ({ status: 0 }));

export const probe = (host, number, url) =>
  request(url).then((answer) => host.handleEvent({ type: "probe", number, ...answer }));

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

/** What `make` gives; nothing where the browser forbids it, or there is no such thing. */
function attempt(make) {
  try {
    return make();
  } catch {}
}

export const has = (object, name) => !!object?.[name];
export const field = (object, name) => object?.[name];

const typed = (type, none) => (object, name) => (typeof object?.[name] === type ? object[name] : none);
export const text = typed("string", "");
export const number = typed("number", 0);

export const of_window = (name) => window[name];

export const parse = (json) => attempt(() => JSON.parse(json));

export const parsed_url = (url) => attempt(() => new URL(url));

/** The claims of a JWS; the browser reads base64, but not its form for URLs. */
export const claims = (token) =>
  attempt(() => JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"))));

export const replace_url = (before, after) =>
  attempt(() => {
    history.replaceState(history.state, "", before + after);
    return true;
  });

export const joined = (...parts) => parts.join("");

export const key = (out_trade_no) => `alipay-checkout:${out_trade_no}`;
export const lock_key = (out_trade_no) => `${key(out_trade_no)}:busy`;

// Storage may be forbidden: then nothing is kept, and the shopper who comes back still brings a
// token in the fragment.
const read = (area, name) => attempt(() => window[area][name]) ?? "";
const write = (area, name, value) => attempt(() => (value ? (window[area][name] = value) : delete window[area][name]));

export const kept = (name) => read("localStorage", name);
export const kept_here = (name) => read("sessionStorage", name);
export const keep = (name, value) => write("localStorage", name, value);
export const keep_here = (name, value) => write("sessionStorage", name, value);

/** Takes a lock that ends by itself, in case that its tab has crashed. */
export function lock(name, ms) {
  const age = Date.now() - kept(name);
  if (age >= 0 && age < ms) return false;
  keep(name, Date.now());
  return true;
}

export const open_tab = () => attempt(() => open("about:blank", "_blank"));

export const close_tab = (tab) => tab?.close();

/** A browser that refuses leaves us here, and the state's patience ends it. */
export const leave = (tab, url) =>
  attempt(() => {
    if (tab) {
      // Alipay's page is to have no hold on the merchant's.
      tab.opener = null;
      tab.location.replace(url);
    }
    // Out of a frame, if the page is in one: Alipay refuses to be framed.
    else top.location.href = url;
  });

export const dispatch = (host, type, detail) =>
  host.dispatchEvent(
    new CustomEvent(type, {
      bubbles: true,
      composed: true,
      cancelable: type === "alipay-start",
      detail: Object.freeze(detail),
    }),
  );
