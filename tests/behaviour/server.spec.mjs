// The element as a server writes it: it paints and pays with no script at all, and the script takes it
// over without moving anything (leptos-rs/leptos#4382, woocommerce/woocommerce-gateway-stripe#4378).

import { readFileSync } from "node:fs";

import { expect, test } from "./fixtures.mjs";

// What is built and published, as it stands alone.
const source = readFileSync(new URL("../../dist/server.mjs", import.meta.url), "base64");
const { render } = await import(`data:text/javascript;base64,${source}`);

const written = (order, others = {}) =>
  render({ edge: order.edge.origin, orderToken: order.token, payHosts: order.cashier.host, ...others });

test.describe("without script", () => {
  test.use({ javaScriptEnabled: false });

  test("button_written_by_a_server_pays_without_script", async ({ order }) => {
    await order.open({ head: "", html: written(order, { locale: "zh-Hans" }), policy: null });
    await expect(order.button).toHaveAccessibleName("支付宝支付");
    await expect(order.button).toHaveCSS("background-color", "rgb(14, 102, 230)");
    await order.button.click();
    await order.page.waitForURL(`${order.cashier.origin}/cashier/${order.number}`);
    expect(order.edge.asked.map(({ method, path, form }) => [method, path, form?.order_token])).toEqual([["POST", "/pay", order.token]]);
  });
});

test("script_takes_over_what_the_server_wrote_and_nothing_moves", async ({ order }) => {
  let arrive;
  const arrived = new Promise((resolve) => (arrive = resolve));
  await order.page.route("**/alipay-checkout.js", async (route) => {
    await arrived;
    await route.continue();
  });
  await order.page.goto(order.put({ html: `${written(order)}<p id="below">Below</p>`, policy: null }), { waitUntil: "domcontentloaded" });
  await expect(order.button).toHaveCSS("background-color", "rgb(14, 102, 230)");
  const place = async () => [await order.button.boundingBox(), await order.page.locator("#below").boundingBox()];
  const before = await place();
  arrive();
  await expect(order.button).toHaveAttribute("aria-disabled", "false");
  expect(await place()).toEqual(before);
  await expect(order.button).toHaveCount(1);
  await order.leave();
  expect(order.starts).toBe(1);
});

test("everything_is_escaped_and_names_are_checked", () => {
  const html = render({ edge: "https://edge.example/x", orderToken: '"><script>', helpUrl: "a'&<b>", required: true, qr: false });
  expect(html.slice(0, html.indexOf("<template"))).toBe(
    '<alipay-checkout order-token="&quot;&gt;&lt;script&gt;" edge="https://edge.example" state="idle" help-url="a&#39;&amp;&lt;b&gt;" required>',
  );
  expect(html).not.toContain("<script");
  expect(() => render({ edge: "https://edge.example", orderToken: "t", "on load": "x" })).toThrow(new TypeError("not the name of an attribute: on load"));
});
