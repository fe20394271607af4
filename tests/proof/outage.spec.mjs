// The merchant's backend fails in every way that a server can, and Alipay's gateway too. Each test has
// a Worker of its own, because an endpoint's failures are remembered.

import { createServer } from "node:http";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

import { expect, test } from "@playwright/test";

import { paidFields, signed } from "../stack/notification.mjs";
import { ACCEPTED, openBench, refused } from "./bench.mjs";
import { GATEWAYS, openGateway } from "./gateway.mjs";
import { Receiver } from "./receiver.mjs";

// They wait more than they work, and share nothing.
test.describe.configure({ mode: "parallel" });

const benches = [];
test.afterEach(async () => {
  await Promise.all(benches.splice(0).map((one) => one.close()));
});

async function bench(env) {
  const made = await openBench({ env });
  benches.push(made);
  return made;
}

/** Registers an order and has Alipay say that it is paid. */
async function pay(bench) {
  const order = await bench.register();
  expect(await bench.tell(paidFields(order.out_trade_no))).toEqual(ACCEPTED);
  return { ...order, attempts: () => bench.receiver.attempts(order.out_trade_no) };
}

const statuses = (order) => order.attempts().map(({ status }) => status);
/** What the Worker has logged under an event's name, as objects. */
const logged = (bench, event) => bench.workerd.log.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line)).filter((line) => line.event === event);
const results = (bench) => logged(bench, "forwarded").map(({ result }) => result);
/** Milliseconds between one attempt and the next. */
const gaps = (order) => order.attempts().slice(1).map(({ at_ms }, n) => at_ms - order.attempts()[n].at_ms);

test("merchant_down_through_the_whole_ladder_leaves_a_dead_letter_and_no_further_attempt", async () => {
  const one = await bench({ FORWARD_LADDER_S: "0,1,1" });
  one.receiver.usual = () => ({ status: 503 });
  const order = await pay(one);
  await expect.poll(() => logged(one, "dead_letter").length).toBe(1);
  const [{ webhook_id }] = order.attempts();
  expect(logged(one, "dead_letter")[0]).toMatchObject({ id: webhook_id });
  one.receiver.usual = () => ({ status: 204 });
  // Three steps of the ladder; a fourth would have come by now.
  await sleep(3000);
  expect(statuses(order)).toEqual([503, 503, 503]);
  expect(results(one)).toEqual(["status_503", "status_503", "status_503"]);
  expect(await order.status()).toBe("paid");
});

test("merchant_down_and_up_again_gets_the_event_once_under_the_same_id", async () => {
  const one = await bench();
  one.receiver.usual = (attempt) => ({ status: attempt < 3 ? 500 : 204 });
  const order = await pay(one);
  await expect.poll(() => statuses(order)).toEqual([500, 500, 204]);
  expect(new Set(order.attempts().map(({ webhook_id }) => webhook_id)).size).toBe(1);
  // Never early: each step is at least as long as the ladder says.
  expect(gaps(order).filter((ms) => ms < 1000)).toEqual([]);
  await sleep(2000);
  expect(order.attempts().length).toBe(3);
});

test("merchant_whom_nobody_can_reach_gets_the_event_when_he_listens_again", async () => {
  const one = await bench();
  const { port } = new URL(one.receiver.origin);
  await one.receiver.close();
  const order = await one.register();
  expect(await one.tell(paidFields(order.out_trade_no))).toEqual(ACCEPTED);
  await expect.poll(() => results(one).at(0)).toBe("unreachable");
  one.receiver = await Receiver.open(one.secrets["webhook.secret"], Number(port));
  await expect.poll(() => one.receiver.attempts(order.out_trade_no).map(({ status }) => status)).toEqual([204]);
});

// Ten failures in a row, and the endpoint is left in peace for five seconds, whatever the ladder says.
test("outage_with_many_orders_ends_with_each_event_delivered_once", async () => {
  const one = await bench({ FORWARD_LADDER_S: ["0", ...Array(31).fill("1")].join(",") });
  let refusals = 0;
  one.receiver.usual = () => ({ status: (refusals += 1) <= 10 ? 503 : 204 });
  const orders = await Promise.all(Array.from({ length: 10 }, () => pay(one)));
  const delivered = () => orders.map((order) => statuses(order).filter((status) => status === 204).length);
  await expect.poll(delivered, { timeout: 40_000 }).toEqual(orders.map(() => 1));
  expect(logged(one, "dead_letter")).toEqual([]);
});

test("merchant_who_does_not_answer_is_given_up_after_15_seconds_and_tried_again", async () => {
  const one = await bench();
  one.receiver.usual = (attempt) => (attempt === 1 ? () => {} : { status: 204 });
  const order = await pay(one);
  const began = Date.now();
  await expect.poll(() => order.attempts().some(({ status }) => status === 204), { timeout: 25_000 }).toBe(true);
  await expect.poll(() => results(one).includes("deadline"), { timeout: 25_000 }).toBe(true);
  expect(Date.now() - began).toBeGreaterThan(14_000);
  expect(new Set(order.attempts().map(({ webhook_id }) => webhook_id)).size).toBe(1);
});

for (const status of [301, 302, 303, 307, 308]) {
  test(`redirect_${status}_is_a_failure_and_never_followed`, async () => {
    const elsewhere = createServer((_, response) => response.writeHead(204).end());
    let visits = 0;
    elsewhere.on("request", () => { visits += 1; });
    elsewhere.listen(0, "127.0.0.1");
    await once(elsewhere, "listening");
    const one = await bench();
    const headers = { location: `http://127.0.0.1:${elsewhere.address().port}/events` };
    one.receiver.usual = (attempt) => (attempt === 1 ? { status, headers } : { status: 204 });
    const order = await pay(one);
    await expect.poll(() => statuses(order)).toEqual([status, 204]);
    expect(visits).toBe(0);
    elsewhere.close();
  });
}

for (const [status, expected] of [[200, ["delivered_200"]], [500, ["status_500", "delivered_204"]]]) {
  test(`endless_body_behind_${status}_is_not_read`, async () => {
    const one = await bench();
    let sent = 0;
    let closed = false;
    one.receiver.usual = (attempt) => (attempt > 1 ? { status: 204 } : (response) => {
      response.writeHead(status);
      const more = setInterval(() => {
        if (response.write("x".repeat(65_536))) sent += 65_536;
      }, 1);
      response.on("close", () => {
        clearInterval(more);
        closed = true;
      });
    });
    await pay(one);
    await expect.poll(() => results(one)).toEqual(expected);
    await expect.poll(() => closed).toBe(true);
    // What the kernel and the runtime buffer before the connection is given up.
    expect(sent).toBeLessThan(16 * 1024 * 1024);
  });
}

test("410_ends_all_deliveries_to_the_endpoint", async () => {
  const one = await bench();
  one.receiver.usual = () => ({ status: 410 });
  const order = await pay(one);
  await expect.poll(() => logged(one, "dead_letter").length).toBe(1);
  const later = await pay(one);
  await expect.poll(() => logged(one, "dead_letter").length).toBe(2);
  await sleep(1500);
  expect([statuses(order), statuses(later)]).toEqual([[410], []]);
  expect(await later.status()).toBe("paid");
});

test("endpoint_that_is_down_does_not_keep_another_from_its_event", async () => {
  const one = await bench();
  const second = await Receiver.open(one.secrets["webhook.secret"]);
  const two = await bench({ FORWARD_URL_2: `${second.origin}/second`, FORWARD_SECRET_2: one.secrets["webhook.secret"] });
  two.receiver.usual = () => () => {};
  const order = await pay(two);
  await expect.poll(() => second.attempts(order.out_trade_no).map(({ status, path }) => [status, path])).toEqual([[204, "/second"]]);
  expect(statuses(order)).toEqual([0]);
  await second.close();
});

for (const [asked, least] of [["3", 3000], ["0", 1000], ["-5", 1000], ["soon", 1000], ["1e9", 1000]]) {
  test(`retry_after_${asked}_waits_at_least_${least}_ms`, async () => {
    const one = await bench();
    one.receiver.usual = (attempt) => (attempt === 1 ? { status: 503, headers: { "retry-after": asked } } : { status: 204 });
    const order = await pay(one);
    await expect.poll(() => statuses(order)).toEqual([503, 204]);
    const [gap] = gaps(order);
    expect(gap).toBeGreaterThanOrEqual(least);
    expect(gap).toBeLessThan(least + 4000);
  });
}

test("retry_after_as_a_date_waits_until_then", async () => {
  const one = await bench();
  const until = Math.ceil(Date.now() / 1000) * 1000 + 4000;
  const headers = { "retry-after": new Date(until).toUTCString() };
  one.receiver.usual = (attempt) => (attempt === 1 ? { status: 503, headers } : { status: 204 });
  const order = await pay(one);
  await expect.poll(() => statuses(order)).toEqual([503, 204]);
  const late = order.attempts().at(-1).at_ms - until;
  expect(late).toBeGreaterThanOrEqual(0);
  expect(late).toBeLessThan(4000);
});

test.describe("gateway", () => {
  const rsa = (gateway) => bench({ SIGN_TYPE: "RSA", GATEWAY_URL: gateway });

  for (const name of Object.keys(GATEWAYS).filter((name) => !["confirms", "forgets notifications", "knows of nothing"].includes(name))) {
    test(`notification_is_refused_for_now_while_the_gateway_${name.replaceAll(" ", "_")}`, async () => {
      const gateway = await openGateway();
      const one = await rsa(gateway.url);
      const order = await one.register();
      const message = one.signed(paidFields(order.out_trade_no), "RSA");
      gateway.be(name);
      expect(await one.notify(message)).toEqual(refused("ask_back_failed", 503));
      expect(await order.status()).toBe("redirected");
      gateway.be("confirms");
      expect(await one.notify(message)).toEqual(ACCEPTED);
      expect(await order.status()).toBe("paid");
      await expect.poll(() => one.receiver.attempts(order.out_trade_no).length).toBe(1);
      await gateway.close();
    });
  }

  test("notification_is_refused_for_now_while_nobody_can_reach_the_gateway", async () => {
    const gateway = await openGateway();
    await gateway.close();
    const one = await rsa(gateway.url);
    const order = await one.register();
    expect(await one.notify(one.signed(paidFields(order.out_trade_no), "RSA"))).toEqual(refused("ask_back_failed", 503));
    expect(await order.status()).toBe("redirected");
    expect(logged(one, "notify_refused")).toEqual([{ event: "notify_refused", code: "ask_back_failed", class: "retry" }]);
  });
});
