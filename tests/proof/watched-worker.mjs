// The built Worker where intervals pass a hundred times as fast: the heartbeats of status streams are all that has one, and a stream's
// five minutes are three seconds. `/unread/NUMBER` watches an order and reads nothing; `/unread/NUMBER/read` reads the one that was
// opened first to its end and answers how that was. After `/unread/NUMBER/hold` the order's heart beats at `/unread/NUMBER/beat` alone.

import { DurableObject } from "cloudflare:workers";

import Built, { OrderObject as BuiltOrder } from "./index.js";

export * from "./index.js";

const HURRY = 100;

/** The object that opens a stream now. */
let opening;

const { setInterval } = globalThis;
globalThis.setInterval = (run, ms) => {
  const owner = opening;
  owner.heart = run;
  return setInterval(() => owner.held || run(), ms / HURRY);
};

export class OrderObject extends DurableObject {
  unread = [];
  heart = undefined;
  held = false;

  constructor(state, env) {
    super(state, env);
    this.inner = new BuiltOrder(state, env);
  }

  obey(...asked) {
    return this.inner.obey(...asked);
  }

  fetch(request) {
    opening = this;
    return this.inner.fetch(request);
  }

  alarm() {
    return this.inner.alarm();
  }

  async leaveUnread() {
    this.unread.push(await this.fetch());
    return this.unread.length;
  }

  readAfterAll() {
    return this.unread.shift().text().catch(({ message }) => message);
  }

  hold() {
    this.held = true;
  }

  beat() {
    this.heart();
  }
}

const ACTS = { read: "readAfterAll", hold: "hold", beat: "beat" };

export default {
  async fetch(request, env) {
    const [, first, number, act] = new URL(request.url).pathname.split("/");
    if (first !== "unread") return Built.fetch(request, env);
    // The name that the Worker gives an order's object.
    const order = env.ORDER.getByName(`gateway:${env.PARTNER}:${number}`);
    return new Response(String(await order[ACTS[act] ?? "leaveUnread"]()));
  },
};
