// The other yardstick of `npm run load`: a Node HTTP server that verifies with alipay-sdk and answers;
// it keeps nothing. Started with the address of the package and a folder of keys.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { parse } from "node:querystring";

import { sdkVerifier } from "./peers.mjs";

const [entry, folder, port] = process.argv.slice(2);
const files = ["merchant-private.pem", "alipay-public.pem"];
const verify = await sdkVerifier(entry, Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name), "utf8")])));

createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const genuine = verify({ ...parse(Buffer.concat(chunks).toString()) });
    response.writeHead(genuine ? 200 : 403, { "content-type": "text/plain" }).end(genuine ? "success" : "fail");
  });
}).listen(Number(port), "127.0.0.1");
