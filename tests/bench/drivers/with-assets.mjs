// The built Worker behind the files that Cloudflare serves for it: plain workerd knows no assets.

import { WorkerEntrypoint } from "cloudflare:workers";

import Built from "./index.js";

export * from "./index.js";

const TYPES = { js: "text/javascript; charset=utf-8", mjs: "text/javascript; charset=utf-8", json: "application/json", css: "text/css; charset=utf-8", wasm: "application/wasm" };

export default class extends WorkerEntrypoint {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (!pathname.startsWith("/v1/")) return Built.fetch(request, this.env, this.ctx);
    const file = await this.env.ASSETS.fetch(`http://assets${pathname.slice("/v1".length)}`);
    // As edge/_headers says it.
    const headers = {
      "content-type": TYPES[pathname.split(".").at(-1)] ?? "application/octet-stream",
      "access-control-allow-origin": "*",
      "cache-control": "public, max-age=600, stale-while-revalidate=86400",
    };
    return new Response(file.body, { status: file.status, headers });
  }
}
