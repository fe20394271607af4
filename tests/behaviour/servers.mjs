// Three servers that a test holds in its hands: a shop, an edge that says what the test wants, and a
// cashier. The widget's files are the built ones; everything else that it meets is scripted, because
// most of what is tested here is what a real edge does only on its worst day.

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";

import { ROOT } from "../../xtask/npm/stack.mjs";

const DIST = join(ROOT, "dist");
const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".wasm": "application/wasm",
};

class Server {
  #server;

  async open() {
    this.#server = createServer((request, response) => {
      this.answer(request, response).catch(() => response.writeHead(500).end());
    });
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    this.host = `127.0.0.1:${this.#server.address().port}`;
    this.origin = `http://${this.host}`;
    return this;
  }

  async close() {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }
}

/** The shop: pages that a test has written, each under the policy that comes with it. */
export class ShopServer extends Server {
  #pages = new Map();

  /** Puts a page at `path` and answers its address. */
  put(path, html, headers = {}) {
    this.#pages.set(path, { html, headers });
    return this.origin + path;
  }

  async answer({ url }, response) {
    const { pathname } = new URL(url, this.origin);
    if (pathname.startsWith("/v1/")) return sendFile(response, pathname);
    const page = this.#pages.get(pathname);
    if (!page) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": "text/html; charset=utf-8", ...page.headers });
    return response.end(page.html);
  }
}

/** The cashier: one page, whatever the address; only `/nowhere` answers nothing that a browser would show. */
export class CashierServer extends Server {
  async answer(request, response) {
    if (request.url === "/nowhere") return response.writeHead(204).end();
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    return response.end("<!doctype html><html lang=en><title>Cashier</title><h1>Cashier</h1>");
  }
}

/** The edge: the contract of docs/contracts.md section 3, with the answers that a test chooses. */
export class EdgeServer extends Server {
  /** Every request to a route of the edge (the widget's files are not routes): `{ method, path, form }`. */
  asked = [];
  /** Every file of the widget that was asked for. */
  files = [];
  /**
   * What `POST /checkout` answers, by the order's number and the form: `{ status, body }`, or `undefined`
   * for no answer at all. A test replaces it.
   */
  checkout = (out_trade_no) => ({ status: 200, body: this.redirected(out_trade_no) });
  /** Set to keep every question about a status without an answer. */
  silent = false;

  #orders = new Map();
  #streams = new Map();

  constructor(cashier) {
    super();
    this.cashier = cashier;
  }

  /** The edge's word about an order, as `/status` gives it. */
  status(out_trade_no) {
    return this.#orders.get(out_trade_no) ?? { out_trade_no, status: "created", final: false, version: 1, amount: 1990, currency: "USD" };
  }

  redirected(out_trade_no) {
    const pay_url = `${this.cashier.origin}/cashier/${out_trade_no}`;
    return { ...this.say(out_trade_no, "redirected"), pay_url, status_token: tokenFor(out_trade_no) };
  }

  /** Moves an order on and tells everybody who listens; answers what is said. */
  say(out_trade_no, status, more = {}) {
    const said = {
      ...this.status(out_trade_no),
      status,
      final: ["paid", "closed", "refunded"].includes(status),
      version: this.status(out_trade_no).version + 1,
      ...more,
    };
    this.#orders.set(out_trade_no, said);
    for (const response of this.#streams.get(out_trade_no) ?? []) writeEvent(response, said);
    return said;
  }

  /** How many pages listen to an order now. */
  listeners(out_trade_no) {
    return this.#streams.get(out_trade_no)?.size ?? 0;
  }

  /** How often a route was asked: `POST /checkout`. */
  count(route) {
    return this.asked.filter(({ method, path }) => `${method} ${path}` === route).length;
  }

  async answer(request, response) {
    const { pathname, searchParams } = new URL(request.url, this.origin);
    if (pathname.startsWith("/v1/")) {
      this.files.push(pathname);
      return sendFile(response, pathname);
    }
    const form = Object.fromEntries(new URLSearchParams(await read(request)));
    this.asked.push({ method: request.method, path: pathname, form, accept: request.headers.accept });
    response.setHeader("access-control-allow-origin", request.headers.origin ?? "*");
    if (pathname === "/checkout") return this.#answerCheckout(form, response);
    if (pathname === "/pay") {
      return response.writeHead(303, { location: `${this.cashier.origin}/cashier/${numberOf(form.order_token)}` }).end();
    }
    if (pathname.startsWith("/status/")) return this.#answerStatus(request, response, pathname.slice(8), searchParams.get("token"));
    return sendProblem(response, 404, "not_found");
  }

  async #answerCheckout({ order_token }, response) {
    const answer = await this.checkout(numberOf(order_token), order_token);
    if (answer === undefined) return undefined;
    const { status, body } = answer;
    response.writeHead(status, { "content-type": status === 200 ? "application/json" : "application/problem+json" });
    return response.end(JSON.stringify(body));
  }

  #answerStatus(request, response, name, token) {
    const out_trade_no = decodeURIComponent(name);
    if (token !== tokenFor(out_trade_no)) return sendProblem(response, 401, "status_token_invalid");
    if (this.silent) return undefined;
    const said = this.status(out_trade_no);
    if (!request.headers.accept?.includes("text/event-stream")) {
      response.writeHead(200, { "content-type": "application/json" });
      return response.end(JSON.stringify(said));
    }
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    const streams = this.#streams.get(out_trade_no) ?? new Set();
    this.#streams.set(out_trade_no, streams.add(response));
    request.socket.once("close", () => streams.delete(response));
    writeEvent(response, said);
    return undefined;
  }
}

/** What this edge gives out as the status token of an order. */
export const tokenFor = (out_trade_no) => `e30.${Buffer.from(JSON.stringify({ sub: out_trade_no })).toString("base64url")}.c2ln`;

const base64url = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** An order token whose form is right; a signature is for a real edge to look at. */
export function orderTokenOf(out_trade_no, { edge, shop }) {
  const claims = {
    aud: edge.origin,
    exp: Math.floor(Date.now() / 1000) + 600,
    out_trade_no,
    subject: "Tea",
    amount: "19.90",
    currency: "USD",
    return_url: `${shop.origin}/order/${out_trade_no}`,
  };
  return `${base64url({ alg: "HS256" })}.${base64url(claims)}.${"A".repeat(43)}`;
}

/** The strictest page: its script, its style sheets and its requests are the edge's, and nothing else is. */
export const strict = ({ origin }) =>
  [
    "default-src 'none'",
    `script-src ${origin} 'wasm-unsafe-eval'`,
    `style-src ${origin}`,
    `connect-src ${origin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");

function numberOf(order_token = "") {
  return JSON.parse(Buffer.from(order_token.split(".")[1] ?? "", "base64url").toString() || "{}").out_trade_no;
}

export function problem(code, detail = "") {
  return { type: "about:blank", title: code, status: 400, code, detail };
}

function sendProblem(response, status, code) {
  response.writeHead(status, { "content-type": "application/problem+json" });
  response.end(JSON.stringify(problem(code)));
}

function writeEvent(response, said) {
  response.write(`id: ${said.version}\nevent: status\ndata: ${JSON.stringify(said)}\n\n`);
  if (said.final) response.end();
}

/** As the Worker's assets are sent (edge/_headers). */
async function sendFile(response, pathname) {
  const name = decodeURIComponent(pathname.slice("/v1/".length));
  const content = await readFile(join(DIST, name)).catch(() => undefined);
  if (content === undefined) return response.writeHead(404).end();
  response.writeHead(200, {
    "content-type": TYPES[extname(name)] ?? "text/plain; charset=utf-8",
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "cache-control": "max-age=600",
    "x-content-type-options": "nosniff",
  });
  return response.end(content);
}

async function read(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
