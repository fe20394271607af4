// The merchant's backend as the Worker meets it: it writes every attempt down, and answers it as the
// test says. Signatures are checked by the standardwebhooks library.

import { EventEmitter, once } from "node:events";
import { createServer } from "node:http";

import { Webhook } from "standardwebhooks";

/** Tells `attempt` when an event has arrived, and `answered` when it was answered; both with the attempt. */
export class Receiver extends EventEmitter {
  /** How an attempt is answered where the order has no plan of its own. */
  usual = () => ({ status: 204 });
  /** Whether an event may carry any time, for tests that change the Worker's clock. */
  anyTime = false;
  #server;
  #webhook;
  #orders = new Map();
  #plans = new Map();

  /** `secret` is the one that the Worker signs events with. */
  static async open(secret, port = 0) {
    const receiver = new Receiver();
    receiver.#webhook = new Webhook(secret);
    receiver.#server = createServer((request, response) => receiver.#answer(request, response));
    receiver.#server.listen(port, "127.0.0.1");
    await once(receiver.#server, "listening");
    receiver.origin = `http://127.0.0.1:${receiver.#server.address().port}`;
    return receiver;
  }

  /**
   * How attempts for an order are answered from now on. `plan` gets the attempt's number, from 1, and
   * gives `{ status, headers }`, or a function `(response) => void` that answers by itself.
   */
  plan(out_trade_no, plan) {
    this.#plans.set(out_trade_no, plan);
  }

  /** Every attempt for an order: `[{ at_ms, sent_s, webhook_id, traceparent, type, data, path, status }]`, `sent_s` by the Worker's clock. */
  attempts(out_trade_no) {
    return this.#orders.get(out_trade_no) ?? [];
  }

  /** Attempts that were answered with 2xx, for every order. */
  get delivered() {
    return [...this.#orders.values()].flat().filter(({ status }) => status >= 200 && status < 300);
  }

  async close() {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }

  #verified(body, headers) {
    if (!this.anyTime) return this.#webhook.verify(body, headers);
    const at = new Date(Number(headers["webhook-timestamp"]) * 1000);
    const expected = this.#webhook.sign(headers["webhook-id"], at, body.toString());
    if (!headers["webhook-signature"].split(" ").includes(expected)) throw new Error("not signed");
    return JSON.parse(body);
  }

  async #answer(request, response) {
    const at_ms = Date.now();
    // A killed Worker breaks the connection in the middle.
    response.on("error", () => {});
    const body = await read(request).catch(() => undefined);
    if (body === undefined) return;
    let event;
    try {
      event = this.#verified(body, request.headers);
    } catch {
      // Whoever waits for this event will see that it never came.
      response.writeHead(401).end();
      return;
    }
    const { type, data } = event;
    const known = this.attempts(data.out_trade_no);
    const { "webhook-id": webhook_id, "webhook-timestamp": sent_s, traceparent } = request.headers;
    const attempt = { at_ms, sent_s: Number(sent_s), webhook_id, traceparent, type, data, path: request.url, status: 0 };
    this.#orders.set(data.out_trade_no, [...known, attempt]);
    this.emit("attempt", attempt);
    const answer = await (this.#plans.get(data.out_trade_no) ?? this.usual)(known.length + 1);
    if (typeof answer === "function") {
      answer(response);
      return;
    }
    attempt.status = answer.status;
    response.writeHead(answer.status, answer.headers).end();
    this.emit("answered", attempt);
  }
}

async function read(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
