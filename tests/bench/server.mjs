// The server of the measurements: every page by the same path, compressed the same way. Stands in for
// the edge with fixed answers, because what is measured ends when the request to it leaves.

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

import { transform } from "esbuild";

import { ROOT } from "../../xtask/npm/stack.mjs";

export const DIST = join(ROOT, "dist");
const HERE = import.meta.dirname;
const NUMBER = "BENCH-1";

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".wasm": "application/wasm",
};

/** Bytes after brotli at its highest quality, as an edge cache keeps static files. */
export const brotli = (content) =>
  brotliCompressSync(content, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
  });

const base64url = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Has the form of a status token, as the edge gives it and puts into the way back. */
export const STATUS_TOKEN = `${base64url({ alg: "HS256" })}.${base64url({ sub: NUMBER })}.${"A".repeat(43)}`;

/** Has the form of an order token; nobody here looks at the signature. */
function orderToken(host) {
  const claims = {
    aud: `http://${host}`,
    exp: Math.floor(Date.now() / 1000) + 600,
    out_trade_no: NUMBER,
    subject: "Tea",
    amount: "19.90",
    currency: "USD",
    return_url: `http://${host}/classic`,
  };
  return `${base64url({ alg: "HS256" })}.${base64url(claims)}.${"A".repeat(43)}`;
}

const widget = (host, tag, more = "") =>
  `<${tag} id="pay" order-token="${orderToken(host)}" pay-hosts="${host}"${more}></${tag}>`;

const element = (host, lang) => widget(host, "alipay-checkout", lang && lang !== "en" ? ` locale="${lang}"` : "");

/** What is measured: `head` and `body` of a page, for the host that it is asked from. */
export const PAGES = {
  plain: {
    says: "plain HTML button in a form",
    head: () =>
      `<style>button{inline-size:100%;max-inline-size:400px;min-block-size:48px;border:0;border-radius:8px;background:#0e66e6;color:#fff;font:600 16px/1.25 system-ui,sans-serif}</style>`,
    body: (host) =>
      `<form method="post" action="/pay"><input type="hidden" name="order_token" value="${orderToken(host)}"><button id="pay">Pay with Alipay</button></form>`,
  },
  "hand-written": {
    says: "custom element written by hand",
    head: () => `<script async src="/hand-written.js"></script>`,
    body: (host) => widget(host, "hand-written"),
  },
  classic: {
    says: "<alipay-checkout>, script tag",
    head: () => `<script async src="/v1/alipay-checkout.js"></script>`,
    body: element,
  },
  module: {
    says: "<alipay-checkout>, module",
    head: () => `<script type="module" async src="/v1/alipay-checkout.mjs"></script>`,
    body: element,
  },
  server: {
    says: "<alipay-checkout>, from the server",
    head: () => `<script async src="/v1/alipay-checkout.js"></script>`,
    body: (host) => render({ edge: `http://${host}`, orderToken: orderToken(host), payHosts: host, id: "pay" }),
  },
};

/** What a merchant's server writes, by the built package. */
const { render } = await import(pathToFileURL(join(DIST, "server.mjs")));

/** The place that is kept for the button until its script is there (widget/README.md, Look). */
const PLACE = "hand-written:not(:defined),alipay-checkout:not(:defined){display:block;min-block-size:100px}";

const document = ({ head, body }, host, lang, probe) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Checkout</title>
<link rel="icon" href="data:,">
<style>body{margin:24px;font-family:system-ui,sans-serif}${PLACE}</style>
<script>${probe}</script>
${head(host)}
</head>
<body>
<h1>Your order</h1>
<p>One tin of tea, 19.90 USD.</p>
${body(host, lang)}
<p>You come back here when you have paid.</p>
</body>
</html>
`;

/**
 * Serves the pages, the files of `dist` below `/v1/`, and the edge's routes. `served` lists every file of
 * `/v1/` that was asked for, and `sizes()` gives what everything sent so far has, by its path: `{ raw, brotli }`.
 * `lang` of the query is the button's language. `pages` are served beside those above, and `files` by their path.
 */
export async function openServer({ dist = DIST, pages = {}, files = {} } = {}) {
  const probe = await minified("probe.js");
  const rival = await minified("hand-written.js");
  const served = [];
  const kept = new Map();

  /** Compressed once, as a cache would keep it: the time of compressing is not the page's. */
  function send(response, key, type, content) {
    const bytes = Buffer.from(content);
    if (!kept.has(key)) kept.set(key, { raw: bytes.length, body: brotli(bytes) });
    response.writeHead(200, { "content-type": type, "content-encoding": "br", "cache-control": "max-age=600" });
    response.end(kept.get(key).body);
  }

  async function answer(request, response) {
    const { host } = request.headers;
    const { pathname, searchParams } = new URL(request.url, `http://${host}`);
    const page = { ...PAGES, ...pages }[pathname.slice(1)];
    if (page) {
      const lang = searchParams.get("lang") ?? "en";
      return send(response, `${pathname} ${lang}`, "text/html; charset=utf-8", document(page, host, lang, probe));
    }
    if (pathname === "/hand-written.js") return send(response, pathname, TYPES[".js"], rival);
    if (pathname in files) return send(response, pathname, TYPES[extname(pathname)], files[pathname]);
    if (pathname.startsWith("/v1/")) {
      const name = pathname.slice("/v1/".length);
      const content = await readFile(join(dist, name));
      if (!served.includes(name)) served.push(name);
      return send(response, pathname, TYPES[extname(name)] ?? "application/octet-stream", content);
    }
    if (pathname === "/checkout") {
      return json(response, { ...status("redirected"), pay_url: `http://${host}/cashier`, status_token: STATUS_TOKEN });
    }
    if (pathname === "/pay") return response.writeHead(303, { location: "/cashier" }).end();
    if (pathname === "/cashier") return response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Cashier</title>");
    if (pathname === `/status/${NUMBER}`) {
      if (!request.headers.accept?.includes("text/event-stream")) return json(response, status("paid"));
      response.writeHead(200, { "content-type": "text/event-stream" });
      return response.end(`id: 3\nevent: status\ndata: ${JSON.stringify(status("paid"))}\n\n`);
    }
    return response.writeHead(404).end();
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.writeHead(404).end());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    served,
    sizes: () => Object.fromEntries([...kept].map(([path, { raw, body }]) => [path, { raw, brotli: body.length }])),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

const status = (name) => ({
  out_trade_no: NUMBER,
  status: name,
  final: name === "paid",
  version: name === "paid" ? 3 : 2,
  amount: 1990,
  currency: "USD",
});

function json(response, value) {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
}

/** Ours is minified, so the others are too. */
export async function minified(name) {
  const { code } = await transform(await readFile(join(HERE, name), "utf8"), {
    loader: "js",
    format: "iife",
    minify: true,
    charset: "utf8",
    target: "chrome99",
  });
  return code;
}
