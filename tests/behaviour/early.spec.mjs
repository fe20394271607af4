// A click before the behaviour has arrived, which on a slow line is a second after the button is painted: the
// edge is asked at once where that is sure to be right, and nothing is asked, told or started twice.

import { expect, problem, record, test } from "./fixtures.mjs";

const WASM = "**/v1/alipay-checkout.wasm?*";

/** Keeps the behaviour from arriving until the answer is called. */
async function hold({ page }) {
  let arrive;
  const arrived = new Promise((resolve) => (arrive = resolve));
  await page.route(WASM, async (route) => {
    await arrived;
    await route.continue();
  });
  return arrive;
}

/** The events that the page is told, as they come: also those just before it is left. */
async function listen({ page }) {
  const told = [];
  await page.exposeFunction("tellTest", (type) => told.push(type));
  await page.addInitScript(() => {
    for (const name of ["start", "redirect", "error", "blocked"]) addEventListener(`alipay-${name}`, ({ type }) => globalThis.tellTest(type), true);
  });
  return told;
}

const routes = ({ edge }) => edge.asked.map(({ method, path, form }) => [method, path, form.terminal]);
const started = async (seen) => (await seen.events("alipay-start")).map(({ out_trade_no }) => out_trade_no);

test("click_before_the_behaviour_asks_at_once_and_only_once", async ({ order }) => {
  const told = await listen(order);
  const arrive = await hold(order);
  await order.open();
  await order.button.click();
  await expect.poll(() => routes(order)).toEqual([["POST", "/checkout", "pc"]]);
  await expect(order.button).toHaveAttribute("aria-busy", "true");
  expect(told).toEqual(["alipay-start"]);
  expect(order.page.url()).toBe(`${order.shop.origin}/order/${order.number}`);
  arrive();
  await order.page.waitForURL(`${order.cashier.origin}/cashier/${order.number}`);
  expect(told).toEqual(["alipay-start", "alipay-redirect"]);
  expect(order.starts).toBe(1);
});

test.describe("phone", () => {
  test.use({ userAgent: "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36" });

  test("click_on_a_phone_before_the_behaviour_asks_for_the_phones_cashier", async ({ order }) => {
    const arrive = await hold(order);
    await order.open();
    await order.button.click();
    await expect.poll(() => routes(order)).toEqual([["POST", "/checkout", "wap"]]);
    arrive();
    await order.page.waitForURL(`${order.cashier.origin}/cashier/${order.number}`);
    expect(order.starts).toBe(1);
  });
});

test("start_that_the_page_prevents_before_the_behaviour_asks_nobody_and_can_be_tried_again", async ({ order }) => {
  const seen = await record(order.page);
  const arrive = await hold(order);
  await order.open();
  await order.page.evaluate(() => addEventListener("alipay-start", (event) => event.preventDefault(), { once: true }));
  await order.button.click();
  await order.expectUsable();
  expect(routes(order)).toEqual([]);
  expect(await order.page.evaluate(() => Object.keys(localStorage))).toEqual([]);
  await order.button.click();
  await expect.poll(() => routes(order)).toEqual([["POST", "/checkout", "pc"]]);
  expect(await started(seen)).toEqual([order.number, order.number]);
  arrive();
  await order.page.waitForURL(`${order.cashier.origin}/**`);
  expect(order.starts).toBe(1);
});

test("start_again_by_a_listener_before_the_behaviour_changes_nothing", async ({ order }) => {
  await order.page.clock.install();
  const told = await listen(order);
  const arrive = await hold(order);
  await order.open({ policy: null });
  await order.page.route("**/checkout", (route) => route.fulfill({ status: 503, json: problem("busy"), headers: { "access-control-allow-origin": "*" } }));
  const again = await order.widget.evaluate((element) => {
    const all = [];
    element.addEventListener("alipay-start", () => all.push(element.start()), { once: true });
    return [element.start(), ...all];
  });
  expect(again).toEqual([true, false]);
  arrive();
  await order.expectState("failed");
  // No timer is left that would pay by the form.
  await order.page.clock.fastForward(9_000);
  await order.expectState("failed");
  expect([routes(order), told]).toEqual([[], ["alipay-start", "alipay-error"]]);
});

test("removal_by_a_listener_before_the_behaviour_asks_nobody", async ({ order }) => {
  const other = await order.inNewTab(`${order.number}-2`);
  await hold(other);
  await other.open();
  await other.widget.evaluate((element) => {
    element.addEventListener("alipay-start", () => element.remove(), { once: true });
    element.start();
  });
  await other.page.waitForTimeout(300);
  expect(order.starts).toBe(0);
  expect(await other.page.evaluate(() => Object.keys(localStorage))).toEqual([]);
});

test("two_buttons_ask_once_before_the_behaviour_without_storage_too", async ({ order }) => {
  await order.page.addInitScript(() => Object.defineProperty(window, "localStorage", { get() { throw new Error("forbidden"); } }));
  await hold(order);
  await order.open({ html: order.tag() + order.tag(), waitFor: null });
  await expect(order.button).toHaveCount(2);
  await order.button.evaluateAll((all) => all.forEach((button) => button.click()));
  await expect.poll(() => order.starts).toBe(1);
  await order.page.waitForTimeout(300);
  expect(order.starts).toBe(1);
});

test("element_that_is_not_in_the_page_asks_nobody", async ({ order }) => {
  const told = await listen(order);
  await hold(order);
  await order.open();
  const busy = await order.widget.evaluate((element) => {
    const copy = document.createElement("alipay-checkout");
    copy.setAttribute("order-token", element.getAttribute("order-token"));
    return copy.start();
  });
  await order.page.waitForTimeout(300);
  expect([busy, routes(order), told]).toEqual([true, [], []]);
});

test("refusal_of_an_early_question_is_shown_when_the_behaviour_is_there", async ({ order }) => {
  const seen = await record(order.page);
  const arrive = await hold(order);
  order.edge.checkout = () => ({ status: 401, body: problem("order_token_expired") });
  await order.open();
  await order.button.click();
  await expect.poll(() => order.starts).toBe(1);
  arrive();
  await order.expectState("failed");
  expect((await seen.events("alipay-error")).map(({ code }) => code)).toEqual(["order_token_expired"]);
  expect(await started(seen)).toEqual([order.number]);
  expect(order.starts).toBe(1);
  expect(await order.page.evaluate(() => Object.keys(localStorage))).toEqual([]);
});

test("form_takes_over_the_same_order_where_the_behaviour_does_not_come", async ({ order }) => {
  await order.page.clock.install();
  await hold(order);
  await order.open({ policy: null });
  await order.button.click();
  await expect.poll(() => order.starts).toBe(1);
  await order.page.clock.fastForward(8_000);
  await order.page.waitForURL(`${order.cashier.origin}/cashier/${order.number}`);
  expect(order.edge.asked.map(({ path, form }) => [path, form.order_token])).toEqual([["/checkout", order.token], ["/pay", order.token]]);
});

test("two_buttons_of_one_order_ask_once_before_the_behaviour", async ({ order }) => {
  const told = await listen(order);
  const arrive = await hold(order);
  await order.open({ html: order.tag() + order.tag(), waitFor: null });
  await expect(order.button).toHaveCount(2);
  await order.button.evaluateAll((all) => all.forEach((button) => button.click()));
  await expect.poll(() => order.starts).toBe(1);
  arrive();
  await order.page.waitForURL(`${order.cashier.origin}/cashier/${order.number}`);
  expect(order.starts).toBe(1);
  expect(told).toEqual(["alipay-start", "alipay-redirect"]);
});

test("second_tab_asks_nobody_while_the_first_waits_for_its_behaviour", async ({ order }) => {
  await hold(order);
  await order.open();
  const other = await order.inNewTab();
  await hold(other);
  await other.open();
  await order.button.click();
  await expect.poll(() => order.starts).toBe(1);
  await other.button.click();
  await expect(other.button).toHaveAttribute("aria-busy", "true");
  await other.page.waitForTimeout(300);
  expect(order.starts).toBe(1);
});

/** What is for the behaviour to find out: nobody is asked before it is there. */
const UNSURE = {
  an_order_that_was_started_before: { keep: ({ number }) => [`alipay-checkout:${number}`, "a.b.c"] },
  an_order_that_another_tab_works_on: { keep: ({ number }) => [`alipay-checkout:${number}:busy`, String(Date.now())] },
  an_order_in_the_address: { after: "#alipay-resume=e30.e30.e30" },
  a_code_for_the_phone: { attributes: { qr: "" } },
  a_token_that_names_no_order: { attributes: { "order-token": "e30.e30.e30" } },
};
for (const [what, { keep, ...page }] of Object.entries(UNSURE)) {
  test(`click_before_the_behaviour_asks_nobody_about_${what}`, async ({ order }) => {
    const seen = await record(order.page);
    await hold(order);
    if (keep) await order.page.addInitScript(([name, value]) => (localStorage[name] = value), keep(order));
    await order.open(page);
    await order.button.click();
    await expect(order.button).toHaveAttribute("aria-busy", "true");
    await order.page.waitForTimeout(300);
    expect([routes(order), await started(seen)]).toEqual([[], []]);
  });
}

for (const [what, context] of Object.entries({
  an_app_that_keeps_alipay_out: { userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.54(0x18003627) NetType/WIFI Language/zh_CN" },
  a_screen_that_may_be_an_ipads: { userAgent: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15", hasTouch: true },
})) {
  test.describe(what, () => {
    test.use(context);

    test(`click_before_the_behaviour_asks_nobody_in_${what}`, async ({ order }) => {
      // Chromium's touch screen has one point; every iPad has five.
      if (context.hasTouch) await order.page.addInitScript(() => Object.defineProperty(Navigator.prototype, "maxTouchPoints", { get: () => 5 }));
      const arrive = await hold(order);
      await order.open();
      await order.button.click();
      await order.page.waitForTimeout(300);
      expect(routes(order)).toEqual([]);
      arrive();
      // Then it is as always.
      if (context.hasTouch) await expect.poll(() => routes(order)).toEqual([["POST", "/checkout", "wap"]]);
      else await order.expectState("blocked");
    });
  });
}

test("order_that_changes_before_the_behaviour_is_there_is_the_one_that_is_started", async ({ order }) => {
  const told = await listen(order);
  const arrive = await hold(order);
  const next = await order.inNewTab(`${order.number}-2`);
  await order.open();
  await order.button.click();
  await expect.poll(() => order.starts).toBe(1);
  await order.widget.evaluate((element, token) => element.setAttribute("order-token", token), next.token);
  arrive();
  await order.page.waitForURL(`${order.cashier.origin}/cashier/${next.number}`);
  expect(order.edge.asked.map(({ form }) => form.order_token)).toEqual([order.token, next.token]);
  expect(told).toEqual(["alipay-start", "alipay-start", "alipay-redirect"]);
});

test("line_that_breaks_for_a_moment_brings_the_behaviour_later", async ({ order }) => {
  let tried = 0;
  await order.page.route(WASM, (route) => ((tried += 1) < 3 ? route.abort() : route.continue()));
  await order.open();
  await order.leave();
  expect([tried, order.starts]).toEqual([3, 1]);
});

test("behaviour_that_was_not_built_with_the_script_is_refused", async ({ order }) => {
  const seen = await record(order.page);
  // Eight bytes that are a module: without the check it would be taken.
  const headers = { "access-control-allow-origin": "*", "content-type": "application/wasm" };
  await order.page.route(WASM, (route) => route.fulfill({ headers, body: Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]) }));
  await order.open({ policy: null });
  await expect.poll(async () => (await seen.events("alipay-error")).map(({ code }) => code)).toEqual(["wasm_blocked"]);
  await order.leave();
  expect(routes(order)).toEqual([["POST", "/pay", undefined]]);
});
