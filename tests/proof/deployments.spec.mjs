// What a deployment with other settings makes of orders that are open, and of events that are queued.

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { expect, test } from "@playwright/test";

import { hurryAlarms } from "../stack/index-bench.mjs";
import { paidFields } from "../stack/notification.mjs";
import { ACCEPTED, reconfigure } from "./bench.mjs";
import { closedAfterEach, openAsking } from "./opened.mjs";

test.describe.configure({ mode: "parallel" });

const keep = closedAfterEach(test);
const open = (env) => openAsking(keep, env);

const told = (bench, { out_trade_no }) => bench.receiver.attempts(out_trade_no).map(({ type, path, status }) => [type, path, status]);
const deliveries = async (admin, { out_trade_no }) => (await admin.order(out_trade_no)).deliveries.map(({ endpoint, state, last }) => [endpoint, state, last]).sort();
const OTHER = "2088000000000009";

test("order_of_the_account_before_is_never_asked_about_or_paid_by_the_new_one", async () => {
  const { bench, gateway } = await open({ QUERY_LADDER_S: "2,2,2" });
  const order = await bench.register();
  await bench.restart({ PARTNER: OTHER });
  // The new account has a trade of the same number and amount.
  gateway.know(paidFields(order.out_trade_no));
  const line = () => bench.workerd.log.filter((one) => one.includes('"event":"asked"')).map((one) => JSON.parse(one).outcome);
  await expect.poll(line).toContain("other_account");
  expect(gateway.asked.filter(({ partner }) => partner === OTHER)).toEqual([]);
  // The own account has not: it is asked again, as a question that was cut short is, and as the ladder says.
  gateway.be("knows of nothing");
  await bench.restart({ PARTNER: bench.variables.PARTNER });
  await expect.poll(line).toContain("no_trade");
  expect(await order.status()).toBe("redirected");
  expect(await bench.tell(paidFields(order.out_trade_no))).toEqual(ACCEPTED);
  await expect.poll(() => told(bench, order)).toEqual([["payment.paid", "/events", 204]]);
});

test("event_that_waits_is_forwarded_though_the_account_and_the_sign_type_have_changed", async () => {
  const { bench } = await open({ FORWARD_LADDER_S: "0,4,4" });
  bench.receiver.usual = () => ({ status: 503 });
  const order = await bench.register();
  expect(await bench.tell(paidFields(order.out_trade_no))).toEqual(ACCEPTED);
  await expect.poll(() => told(bench, order).length).toBe(1);
  bench.receiver.usual = () => ({ status: 204 });
  await bench.restart({ PARTNER: OTHER, SIGN_TYPE: "MD5", MD5_KEY: "k".repeat(32), MERCHANT_PRIVATE_KEY: undefined, ALIPAY_PUBLIC_KEY: undefined });
  await expect.poll(() => told(bench, order)).toEqual([["payment.paid", "/events", 503], ["payment.paid", "/events", 204]]);
});

test("event_for_an_endpoint_that_was_removed_is_a_dead_letter_and_goes_when_it_is_back", async () => {
  const { bench, admin } = await open({ FORWARD_LADDER_S: "0,4,4" });
  const FORWARD_URL_2 = `${bench.receiver.origin}/books`;
  const FORWARD_SECRET_2 = bench.secrets["webhook.secret"];
  await bench.restart({ FORWARD_URL_2, FORWARD_SECRET_2 });
  bench.receiver.usual = () => ({ status: 503 });
  const order = await bench.register();
  expect(await bench.tell(paidFields(order.out_trade_no))).toEqual(ACCEPTED);
  await expect.poll(() => told(bench, order).length).toBe(2);
  bench.receiver.usual = () => ({ status: 204 });
  await bench.restart({ FORWARD_URL_2: undefined, FORWARD_SECRET_2: undefined });
  await expect.poll(() => deliveries(admin, order)).toEqual([["1", "delivered", "204"], ["2", "dead", "endpoint_removed"]]);
  expect(bench.workerd.log.filter((line) => line.includes('"event":"dead_letter"')).length).toBe(1);
  await bench.restart({ FORWARD_URL_2, FORWARD_SECRET_2 });
  expect(await admin.post(`orders/${order.out_trade_no}/replay`, { endpoint: "2" })).toEqual([202, { deliveries: 1 }]);
  await expect.poll(() => deliveries(admin, order)).toEqual([["1", "delivered", "204"], ["2", "delivered", "204"]]);
  expect(new Set(bench.receiver.attempts(order.out_trade_no).map(({ webhook_id }) => webhook_id)).size).toBe(1);
});

// The runtime gives an alarm up that throws six times, and with it the event.
test("event_that_waits_outlives_a_deployment_without_one_of_its_secrets", async () => {
  const { bench, admin } = await open({ FORWARD_LADDER_S: "0,2,2,2" });
  const order = await bench.register();
  bench.receiver.plan(order.out_trade_no, (attempt) => ({ status: attempt === 1 ? 503 : 204 }));
  expect(await bench.tell(paidFields(order.out_trade_no))).toEqual(ACCEPTED);
  await expect.poll(() => told(bench, order).length).toBe(1);
  const alarms = join(bench.place, "state", "OrderObject");
  const failed = () => bench.workerd.log.filter((line) => line.includes('"event":"alarm_failed"')).length;
  for (let nth = 1; nth <= 8; nth += 1) {
    await bench.workerd.kill();
    reconfigure(bench, { FORWARD_SECRET: undefined });
    expect(hurryAlarms(alarms)).toBe(1);
    await bench.workerd.start(() => fetch(`${bench.origin}/healthz`).then(({ status }) => status === 503, () => false));
    await expect.poll(failed).toBe(nth);
  }
  expect(told(bench, order).length).toBe(1);
  await bench.workerd.kill();
  reconfigure(bench, { FORWARD_SECRET: bench.variables.FORWARD_SECRET });
  expect(hurryAlarms(alarms)).toBe(1);
  await bench.workerd.start();
  await expect.poll(() => told(bench, order).map(([, , status]) => status)).toEqual([503, 204]);
  expect(await deliveries(admin, order)).toEqual([["1", "delivered", "204"]]);
});

test("server_that_said_410_is_not_held_against_the_one_that_replaces_it", async () => {
  const { bench, admin } = await open();
  const [first, second, third] = [await bench.register(), await bench.register(), await bench.register()];
  bench.receiver.plan(first.out_trade_no, () => ({ status: 410 }));
  await bench.tell(paidFields(first.out_trade_no));
  await expect.poll(() => deliveries(admin, first)).toEqual([["1", "dead", "status_410"]]);
  await bench.tell(paidFields(second.out_trade_no));
  await expect.poll(() => deliveries(admin, second)).toEqual([["1", "dead", "endpoint_gone"]]);
  await bench.restart({ FORWARD_URL: `${bench.receiver.origin}/moved` });
  expect((await admin.get("endpoints")).endpoints[0]).toMatchObject({ name: "1", gone: false, failures: 0 });
  await bench.tell(paidFields(third.out_trade_no));
  await expect.poll(() => told(bench, third)).toEqual([["payment.paid", "/moved", 204]]);
  expect(await admin.post(`orders/${second.out_trade_no}/replay`, {})).toEqual([202, { deliveries: 1 }]);
  await expect.poll(() => told(bench, second)).toEqual([["payment.paid", "/moved", 204]]);
  // Back at the old address, it is gone still.
  await bench.restart({ FORWARD_URL: `${bench.receiver.origin}/events` });
  expect((await admin.get("endpoints")).endpoints[0].gone).toBe(true);
});

test("shopper_of_an_open_order_is_not_sent_to_an_origin_that_was_taken_off_the_list", async () => {
  const { bench } = await open();
  const order = await bench.register();
  const query = new URLSearchParams(bench.signed({ out_trade_no: order.out_trade_no, total_fee: "19.90", currency: "USD", trade_no: "2026112122001400000000000001", trade_status: "TRADE_FINISHED" }, "RSA2"));
  const back = async (query) => {
    const answer = await fetch(`${bench.origin}${order.back}?${query}`, { redirect: "manual" });
    return [answer.status, answer.headers.get("location")?.split(/[?#]/)[0] ?? (await answer.json()).code];
  };
  expect([await back(query), await back("")]).toEqual([[303, order.return_url], [303, order.return_url]]);
  await bench.restart({ ALLOWED_ORIGINS: "https://new-shop.example" });
  // Alipay's word earns the page of the Worker's own; without it there is nowhere to go.
  expect([await back(query), await back("")]).toEqual([[303, `${bench.origin}/result/${order.out_trade_no}`], [404, "order_unknown"]]);
});

test("ladder_that_is_shorter_now_ends_for_events_that_wait_already", async () => {
  const { bench, admin } = await open({ FORWARD_LADDER_S: "0,3,3,3,3,3" });
  bench.receiver.usual = () => ({ status: 500 });
  const order = await bench.register();
  await bench.tell(paidFields(order.out_trade_no));
  await expect.poll(() => told(bench, order).length).toBe(1);
  await bench.restart({ FORWARD_LADDER_S: "0" });
  await expect.poll(() => deliveries(admin, order)).toEqual([["1", "dead", "status_500"]]);
  await sleep(1000);
  expect(told(bench, order).length).toBe(2);
});
