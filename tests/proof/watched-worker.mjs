// The built Worker where intervals pass a hundred times as fast: the heartbeats of status streams are all that has one, and a stream's
// five minutes are three seconds. `/unread/NUMBER` watches an order and reads nothing; `/unread/NUMBER/read` reads it
// to its end and answers how that was.

import { DurableObject } from "cloudflare:workers";

import Built, { OrderObject as BuiltOrder } from "./index.js";

export * from "./index.js";

const HURRY = 100;

const { setInterval } = globalThis;
globalThis.setInterval = (run, ms) => setInterval(run, ms / HURRY);

export class OrderObject extends DurableObject {
  unread = [];

  constructor(state, env) {
    super(state, env);
    this.inner = new BuiltOrder(state, env);
  }

  obey(...asked) {
    return this.inner.obey(...asked);
  }

  fetch(request) {
    return this.inner.fetch(request);
  }

  alarm() {
    return this.inner.alarm();
  }

  async leaveUnread() {
    this.unread.push(await this.inner.fetch());
    return this.unread.length;
  }

  readAfterAll() {
    return this.unread.pop().text().catch(({ message }) => message);
  }
}

export default {
  async fetch(request, env) {
    const [, first, number, act] = new URL(request.url).pathname.split("/");
    if (first !== "unread") return Built.fetch(request, env);
    // The name that the Worker gives an order's object.
    const order = env.ORDER.getByName(`gateway:${env.PARTNER}:${number}`);
    return new Response(String(await (act === "read" ? order.readAfterAll() : order.leaveUnread())));
  },
};
