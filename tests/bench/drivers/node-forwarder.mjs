// What a merchant writes without us: a Node server that verifies a notification with alipay-sdk, tells the
// backend by Standard Webhooks, and acknowledges when that has answered. It keeps nothing: where the backend
// is down, only Alipay's own repetitions help. Started with the SDK's entry, a folder of keys, a port, the
// backend's address and the secret.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { parse } from "node:querystring";

import { Webhook } from "standardwebhooks";

import { sdkVerifier } from "../../proof/peers.mjs";

const [entry, folder, port, target, secret] = process.argv.slice(2);
const files = ["merchant-private.pem", "alipay-public.pem"];
const verify = await sdkVerifier(entry, Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name), "utf8")])));
const webhook = new Webhook(secret);

async function forward({ out_trade_no, notify_id }) {
  const at = new Date();
  const body = JSON.stringify({ type: "payment.paid", timestamp: at.toISOString(), data: { out_trade_no, notify_id } });
  const headers = {
    "content-type": "application/json",
    "webhook-id": notify_id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": webhook.sign(notify_id, at, body),
  };
  const answer = await fetch(target, { method: "POST", headers, body });
  await answer.arrayBuffer();
  return answer.ok;
}

createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const fields = { ...parse(Buffer.concat(chunks).toString()) };
  const done = verify(fields) && (await forward(fields).catch(() => false));
  response.writeHead(done ? 200 : 503, { "content-type": "text/plain" }).end(done ? "success" : "fail");
}).listen(Number(port), "127.0.0.1");
