// Complaints about loading and embedding (payment-buttons, lists E, F and G): loaded twice, not loaded,
// moved, in a shadow root, defined by two.

import { expect, test } from "./fixtures.mjs";

// shopware/SwagPayPal#826: the same script twice, each with all of its work.
test("script_included_twice_is_fetched_once_and_works", async ({ order }) => {
  await order.open({ head: order.script + order.script });
  await order.expectUsable();
  await order.leave();
  expect(order.edge.files.filter((file) => file === "/v1/alipay-checkout.js")).toHaveLength(1);
  expect(order.starts).toBe(1);
});

// carbon-for-ibm-dotcom#6710, handy-scroll#29: defined twice. Script and module are two files of one element.
test("script_and_module_on_one_page_define_one_element", async ({ order }) => {
  const module = `<script type="module" src="${order.edge.origin}/v1/alipay-checkout.mjs"></script>`;
  await order.open({ head: order.script + module });
  await order.page.waitForLoadState("networkidle");
  await order.expectUsable();
  await order.leave();
  expect(order.starts).toBe(1);
});

test("name_that_somebody_else_has_defined_is_left_to_them", async ({ order }) => {
  // A script of the page's own would break its policy; the browser's own hook does not.
  await order.page.addInitScript(() => customElements.define("alipay-checkout", class Theirs extends HTMLElement {}));
  await order.open({ waitFor: null });
  await order.page.waitForLoadState("networkidle");
  expect(await order.page.evaluate(() => customElements.get("alipay-checkout").name)).toBe("Theirs");
});

// airwallex/airwallex-payment-demo#64: the script's host was unreachable in one country. Self-hosted, the
// attribute `edge` says whom to ask.
for (const [file, type] of [["alipay-checkout.js", ""], ["alipay-checkout.mjs", ' type="module"']]) {
  test(`${file}_served_by_the_shop_itself_pays_at_the_edge_that_is_named`, async ({ order }) => {
    const policy = `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self' ${order.edge.origin}`;
    await order.open({ policy, head: `<script${type} async src="/v1/${file}"></script>`, attributes: { edge: order.edge.origin } });
    await order.leave();
    expect(order.edge.files).toEqual(["/v1/lang/en.json"]);
    expect(order.starts).toBe(1);
  });
}

// stripe/stripe-js#26 and #283: one or two of a hundred loads fail; ad blockers.
test("form_inside_the_element_is_there_when_the_script_does_not_come", async ({ order }) => {
  await order.page.route("**/v1/**", (route) => route.abort());
  await order.open({ waitFor: null, content: `<form method="post" action="${order.edge.origin}/pay"><button>Pay by form</button></form>` });
  await expect(order.page.getByRole("button", { name: "Pay by form" })).toBeVisible();
});

// google-pay/google-pay-button#170: no way to learn that a part did not load. What is kept shows it.
test("script_that_comes_late_takes_over_what_is_there", async ({ order }) => {
  let arrive;
  const arrived = new Promise((resolve) => (arrive = resolve));
  await order.page.route("**/v1/alipay-checkout.js", async (route) => {
    await arrived;
    await route.continue();
  });
  await order.page.goto(order.put(), { waitUntil: "domcontentloaded" });
  // Set before the class is known: such a property would hide the accessor.
  await order.widget.evaluate((widget) => (widget.locale = "zh-Hans"));
  arrive();
  await order.expectUsable("支付宝支付");
  await expect(order.widget).toHaveAttribute("locale", "zh-Hans");
});

// woocommerce/woocommerce-gateway-stripe#4378: the page jumped when the button came.
test("nothing_on_the_page_moves_from_before_the_script_until_paid", async ({ order }) => {
  await order.page.addInitScript(() => {
    globalThis.shifts = [];
    new PerformanceObserver((list) => shifts.push(...list.getEntries().map(({ value }) => value))).observe({ type: "layout-shift", buffered: true });
  });
  const place = `<link rel="stylesheet" href="${order.edge.origin}/place.css">`;
  await order.page.route("**/place.css", (route) => route.fulfill({
    contentType: "text/css", body: "alipay-checkout:not(:defined) { display: block; min-block-size: 100px }",
  }));
  await order.open({ head: place + order.script, html: `${order.tag()}<p id="below">Below</p>` });
  const below = order.page.locator("#below");
  const before = await below.boundingBox();
  expect(await order.page.evaluate(() => shifts.reduce((sum, value) => sum + value, 0))).toBe(0);
  order.edge.checkout = () => undefined;
  await order.button.click();
  await order.expectState("creating");
  expect(await below.boundingBox()).toEqual(before);
  order.edge.say(order.number, "paid");
  // At another path: the same one with a fragment would not be loaded again.
  await order.openReturned({ path: "/returned", head: place + order.script, html: `${order.tag()}<p id="below">Below</p>` });
  await order.expectState("paid");
  expect(await below.boundingBox()).toEqual(before);
});

// paypal/react-paypal-js#85 and #45: only one of two buttons was drawn.
test("two_orders_on_one_page_have_a_button_each", async ({ order }) => {
  const other = new (order.constructor)(order.page, order, `${order.number}-2`);
  await order.open({ html: order.tag() + other.tag(), waitFor: null });
  await expect(order.button).toHaveCount(2);
  await order.button.nth(1).click();
  await order.page.waitForURL(`${order.cashier.origin}/cashier/${other.number}`);
});

// paypal/react-paypal-js#356 ("destroyed all components"): frameworks in strict mode mount everything twice.
test("element_that_is_taken_out_and_put_in_again_works", async ({ order }) => {
  await order.open();
  await order.expectState("idle");
  await order.widget.evaluate((widget) => {
    const home = widget.parentNode;
    for (let i = 0; i < 3; i += 1) {
      widget.remove();
      home.append(widget);
    }
  });
  await order.expectUsable();
  await order.leave();
  expect(order.starts).toBe(1);
});

test("element_that_is_moved_while_it_asks_loses_nothing", async ({ order }) => {
  let answer;
  order.edge.checkout = (number) => new Promise((resolve) => (answer = () => resolve({ status: 200, body: order.edge.redirected(number) })));
  await order.open();
  await order.button.click();
  await expect.poll(() => order.starts).toBe(1);
  await order.widget.evaluate((widget) => document.body.append(widget));
  answer();
  // Either it goes on, or it is usable again: it does not hang, and does not ask by itself.
  await expect(async () => {
    const gone = order.page.url().startsWith(order.cashier.origin);
    if (!gone) await order.expectUsable();
  }).toPass({ timeout: 5_000 });
  expect(order.starts).toBe(1);
});

test("element_that_is_taken_out_while_it_asks_leaves_the_page_alone", async ({ order }) => {
  let answer;
  order.edge.checkout = (number) => new Promise((resolve) => (answer = () => resolve({ status: 200, body: order.edge.redirected(number) })));
  await order.open();
  await order.button.click();
  await expect.poll(() => order.starts).toBe(1);
  const [response] = await Promise.all([
    order.page.waitForEvent("requestfinished", { timeout: 5_000 }).catch(() => undefined),
    order.widget.evaluate((widget) => widget.remove()).then(() => answer()),
  ]);
  expect(order.page.url()).toBe(`${order.shop.origin}/order/${order.number}`);
  expect(response === undefined || response.method() === "POST").toBe(true);
});

// stripe/stripe-js#143 and #399, react-stripe-js#316: no way into a shadow root.
for (const mode of ["open", "closed"]) {
  test(`button_in_a_shadow_root_that_is_${mode}_pays`, async ({ order }) => {
    await order.open({ html: "<div id=host></div>", waitFor: null });
    await order.page.evaluate(([rootMode, token, host]) => {
      const widget = document.createElement("alipay-checkout");
      widget.setAttribute("order-token", token);
      widget.setAttribute("pay-hosts", host);
      document.querySelector("#host").attachShadow({ mode: rootMode }).append(widget);
      globalThis.widgetOfTest = widget;
    }, [mode, order.token, order.cashier.host]);
    await order.page.waitForFunction(() => widgetOfTest.getAttribute("state") === "idle");
    await order.page.evaluate(() => widgetOfTest.shadowRoot.querySelector("button").click());
    await order.page.waitForURL(`${order.cashier.origin}/**`);
  });
}

// Svelte, Vue and others make elements by script, and set what they have as properties.
test("element_made_by_script_with_properties_pays", async ({ order }) => {
  await order.open({ html: "", waitFor: null });
  await order.page.waitForFunction(() => customElements.get("alipay-checkout"));
  await order.page.evaluate(([token, host]) => {
    const widget = document.createElement("alipay-checkout");
    widget.orderToken = token;
    widget.payHosts = host;
    document.body.append(widget);
  }, [order.token, order.cashier.host]);
  await order.expectUsable();
  await order.leave();
});
