// The table of the interface (widget/api.json) against the element as it runs: nothing more, nothing less.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { ROOT } from "../../xtask/npm/stack.mjs";
import { expect, record, test } from "./fixtures.mjs";
import { reach } from "./states.mjs";

const api = JSON.parse(readFileSync(join(ROOT, "widget", "api.json"), "utf8"));
const names = (list) => list.map(({ name }) => name).sort();
const WECHAT = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.54(0x18003627) NetType/WIFI Language/zh_CN";

/** What the browser calls by itself, and what listens; none of it is for merchants. */
const LIFECYCLE = /^(constructor|\w+Callback|handleEvent)$/;

test("properties_and_methods_are_those_of_the_table", async ({ order }) => {
  await order.open();
  const [members, statics] = await order.page.evaluate(() => {
    const element = customElements.get("alipay-checkout");
    return [Object.getOwnPropertyNames(element.prototype), Object.getOwnPropertyNames(element)];
  });
  const expected = [...api.attributes.map(({ property }) => property), ...names(api.properties), ...names(api.methods)];
  expect(members.filter((name) => !LIFECYCLE.test(name)).sort()).toEqual(expected.sort());
  const own = ["length", "name", "prototype", "formAssociated", "observedAttributes"];
  expect(statics.filter((name) => !own.includes(name)).sort()).toEqual(names(api.staticMethods));
});

test("properties_reflect_their_attributes_both_ways_and_have_the_defaults_of_the_table", async ({ order }) => {
  await order.open();
  const odd = await order.page.evaluate((attributes) => {
    const widget = document.createElement("alipay-checkout");
    return attributes.flatMap(({ name, property, type, default: usual, values }) => {
      const seen = [widget[property]];
      const value = type === "boolean" ? true : (values?.at(-1) ?? "text");
      widget[property] = value;
      seen.push(widget.getAttribute(name));
      widget.removeAttribute(name);
      seen.push(widget[property]);
      widget.setAttribute(name, type === "boolean" ? "" : value);
      seen.push(widget[property]);
      // An appearance, theme or size that is not given is the usual one.
      const absent = type === "boolean" ? false : "";
      const right = [absent, type === "boolean" ? "" : value, absent, value];
      return seen.every((one, i) => one === right[i] || (right[i] === absent && one === usual)) ? [] : [[name, ...seen]];
    });
  }, api.attributes);
  expect(odd).toEqual([]);
});

test("every_state_that_is_reached_is_on_the_list_and_events_have_the_fields_of_the_table", async ({ order }) => {
  const seen = await record(order.page);
  await reach(order, "failed");
  order.edge.checkout = (number) => ({ status: 200, body: { ...order.edge.redirected(number), pay_url: `${order.cashier.origin}/nowhere` } });
  // A navigation that is still under way would end the reload.
  const left = order.page.waitForResponse("**/nowhere");
  await order.button.click();
  await order.expectState("redirecting");
  order.edge.say(order.number, "paid", { trade_no: "2026112122001" });
  await left;
  await order.page.reload();
  await order.expectState("paid");
  expect((await seen.states()).filter((state) => state !== null && !api.states.includes(state))).toEqual([]);
  await checkDetails(seen, ["alipay-status"]);
});

test("events_of_a_start_have_the_fields_of_the_table", async ({ order }) => {
  const seen = await record(order.page);
  order.edge.checkout = (number) => ({ status: 200, body: { ...order.edge.redirected(number), pay_url: `${order.cashier.origin}/nowhere` } });
  await order.open();
  await order.button.click();
  await order.expectState("redirecting");
  await checkDetails(seen, ["alipay-start", "alipay-redirect"]);
});

test("event_of_a_refusal_has_the_fields_of_the_table", async ({ order }) => {
  const seen = await record(order.page);
  await reach(order, "failed");
  await checkDetails(seen, ["alipay-start", "alipay-error"]);
});

/** Every event of these types was sent, and each has what the table says and nothing else. */
async function checkDetails(seen, types) {
  for (const type of types) {
    const { detail: fields } = api.events.find(({ name }) => name === type);
    const sent = await seen.events(type);
    expect(sent.length, type).toBeGreaterThan(0);
    for (const detail of sent) {
      expect(Object.keys(detail).filter((field) => !(field in fields)), type).toEqual([]);
      const missing = Object.keys(fields).filter((field) => !fields[field].endsWith("?") && !(field in detail));
      expect(missing, type).toEqual([]);
    }
  }
}

test("start_can_be_prevented_and_asks_nobody_then", async ({ order }) => {
  await order.open();
  await order.page.evaluate(() => addEventListener("alipay-start", (event) => event.preventDefault()));
  await order.button.click();
  await order.expectUsable();
  expect(order.edge.asked).toEqual([]);
});

test("details_are_frozen", async ({ order }) => {
  order.edge.checkout = () => ({ status: 400, body: { code: "order_token_expired" } });
  await order.open();
  await order.page.evaluate(() => {
    globalThis.frozenOfTest = [];
    for (const type of ["alipay-start", "alipay-error"]) addEventListener(type, ({ detail }) => frozenOfTest.push(Object.isFrozen(detail)));
  });
  await order.button.click();
  await order.expectState("failed");
  expect(await order.page.evaluate(() => frozenOfTest)).toEqual([true, true]);
});

test("parts_are_those_of_the_table", async ({ order, browser }) => {
  const parts = (page) => page.locator("alipay-checkout").evaluate((widget) => [...widget.shadowRoot.querySelectorAll("[part]")].flatMap((element) => [...element.part]));
  const found = new Set();
  await reach(order, "failed", { attributes: { "help-url": "https://shop.example/help" } });
  (await parts(order.page)).forEach((part) => found.add(part));

  const wechat = await browser.newContext({ locale: "en-US", userAgent: WECHAT });
  const page = await wechat.newPage();
  await page.goto(order.put());
  await expect(page.locator("alipay-checkout")).toHaveAttribute("state", "blocked");
  (await parts(page)).forEach((part) => found.add(part));
  await wechat.close();

  const desk = await browser.newContext({ locale: "en-US" });
  const other = await desk.newPage();
  order.edge.checkout = (number) => ({ status: 200, body: order.edge.redirected(number) });
  await other.goto(order.put({ attributes: { qr: "" } }));
  await other.locator("alipay-checkout [part~=button]").click();
  await expect(other.locator("alipay-checkout [part~=qr]")).toBeVisible();
  (await parts(other)).forEach((part) => found.add(part));
  await desk.close();

  expect([...found].sort()).toEqual(names(api.parts));
});

test("custom_properties_are_those_of_the_table", async () => {
  const css = readFileSync(join(ROOT, "dist", "alipay-checkout.css"), "utf8");
  const used = [...css.matchAll(/var\((--alipay-checkout-[\w-]+)/g)].map(([, name]) => name);
  expect([...new Set(used)].sort()).toEqual(names(api.cssProperties));
});

test("custom_properties_change_what_is_seen", async ({ order }) => {
  await order.open({ policy: null, head: `<style>alipay-checkout { --alipay-checkout-background: rgb(1, 2, 3); --alipay-checkout-height: 60px; --alipay-checkout-radius: 3px }</style>${order.script}` });
  const seen = await order.button.evaluate((button) => {
    const { backgroundColor, borderTopLeftRadius, blockSize } = getComputedStyle(button);
    return [backgroundColor, borderTopLeftRadius, blockSize];
  });
  expect(seen).toEqual(["rgb(1, 2, 3)", "3px", "60px"]);
});

test("slot_takes_the_merchants_logo", async ({ order }) => {
  await order.open({ content: '<span slot="logo">☆</span>' });
  await expect(order.page.getByText("☆")).toBeVisible();
  const box = await order.page.getByText("☆").boundingBox();
  const button = await order.button.boundingBox();
  expect(box.y).toBeGreaterThanOrEqual(button.y);
  expect(box.y + box.height).toBeLessThanOrEqual(button.y + button.height);
});
