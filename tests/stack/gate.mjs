// Stands between the Worker and the shop's backend and can be shut for one order, so that "the
// shop is down" needs no hook in the shop. It forwards bytes as they are.

import { once } from "node:events";
import { createServer } from "node:http";

/**
 * Opens the gate before `shopOrigin`. Tests in other processes speak to it over HTTP:
 * `PUT /gate/{out_trade_no}?refuse=3` refuses the next three forwards of that order, and
 * `GET /gate/{out_trade_no}` answers every attempt: `[{ at_ms, webhook_id, status, type, data, headers, body }]`.
 */
export async function openGate(shopOrigin) {
  const orders = new Map();
  const of = (out_trade_no) => {
    if (!orders.has(out_trade_no)) orders.set(out_trade_no, { refuse: 0, attempts: [] });
    return orders.get(out_trade_no);
  };

  const server = createServer(async (request, response) => {
    const at_ms = Date.now();
    const url = new URL(request.url, "http://gate");
    const [, first, out_trade_no] = url.pathname.split("/");
    if (first === "gate") {
      if (request.method === "PUT") of(out_trade_no).refuse = Number(url.searchParams.get("refuse"));
      response.setHeader("content-type", "application/json");
      return response.end(JSON.stringify(of(out_trade_no).attempts));
    }
    const body = await read(request);
    const { type, data } = JSON.parse(body);
    const order = of(data.out_trade_no);
    const status = order.refuse > 0 ? 503 : await pass(shopOrigin + request.url, request, body);
    order.refuse = Math.max(0, order.refuse - 1);
    const webhook_id = request.headers["webhook-id"];
    order.attempts.push({ at_ms, webhook_id, status, type, data, headers: request.headers, body: body.toString() });
    response.statusCode = status;
    response.end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function read(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** What the shop answers; a shop that does not answer is a bad gateway. */
async function pass(url, { method, headers: { host: _, connection: __, ...headers } }, body) {
  try {
    const answer = await fetch(url, { method, headers, body });
    return answer.status;
  } catch {
    return 502;
  }
}
