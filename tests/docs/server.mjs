// Serves the documentation below `/docs/`, as the demo shop does, under the strictest policy.

import { once } from "node:events";
import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";

import { ROOT } from "../../xtask/npm/stack.mjs";

export const BUILT = join(ROOT, "www", "build", "docs");
const TYPES = {
  ".css": "text/css; charset=utf-8", ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8",
  ".json": "application/json", ".svg": "image/svg+xml",
};
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
  + "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/** Answers `{ origin, asked, close }`; `asked` are the paths that were asked for. */
export async function openDocs() {
  const asked = [];
  const server = createServer(({ url }, response) => {
    const { pathname } = new URL(url, "http://docs");
    asked.push(pathname);
    let file = join(BUILT, decodeURI(pathname).replace(/^\/docs/, ""));
    if (existsSync(file) && statSync(file).isDirectory()) file = join(file, "index.html");
    if (!pathname.startsWith("/docs/") || !existsSync(file)) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": TYPES[extname(file)], "content-security-policy": POLICY });
    return response.end(readFileSync(file));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    asked,
    close: () => { server.close(); server.closeAllConnections(); },
  };
}
