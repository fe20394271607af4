// Turns promises and timers into events, so that Rust needs no closures; and what is a line here
// and a library there.

/** Fetches; `status` 0 stands for no answer at all, `body` undefined for one that is not JSON. */
export function ask(host, type, number, url, init) {
  fetch(url, init)
    .then(async (response) => ({ status: response.status, body: await response.json().catch(() => {}) }))
    .catch(() => ({ status: 0 }))
    .then((answer) => host.handleEvent({ type, number, ...answer }));
}

export const later = (host, type, ms) => setTimeout(() => host.handleEvent({ type }), ms);

export const cancel = (timer) => clearTimeout(timer);

export const page_window = () => window;

/** The claims of a JWS; the browser reads base64, but not its form for URLs. */
export function claims(token) {
  try {
    return JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
  } catch {}
}
