// Complaints about policies and privacy (payment-buttons, list D). That nothing breaks the strict policy
// is held by every test here: see `violations` in fixtures.mjs.

import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { ROOT } from "../../xtask/npm/stack.mjs";
import { expect, record, strict, test } from "./fixtures.mjs";

const everythingKept = (page) =>
  page.evaluate(async () => ({
    cookies: document.cookie,
    local: { ...localStorage },
    session: { ...sessionStorage },
    databases: (await indexedDB.databases()).length,
    workers: (await navigator.serviceWorker?.getRegistrations())?.length ?? 0,
  }));

// Adyen/adyen-web#1426 and #2336, paypal/paypal-checkout-components#2486, stripe/stripe-js#403, mozilla/fxa#2138.
test("whole_payment_runs_under_the_strictest_policy_with_trusted_types", async ({ order }) => {
  await order.open();
  await order.expectUsable();
  await order.leave();
  order.edge.say(order.number, "paid");
  await order.openReturned();
  await order.expectState("paid");
  // The fixture fails on any violation; one here shows that it would.
  await order.page.evaluate(() => document.body.setAttribute("style", "color: red"));
  await expect.poll(() => order.violations.length).toBe(1);
  order.violations.length = 0;
});

// internetarchive/openlibrary#2839, stripe-archive/react-stripe-elements#184: requests without a purchase.
test("page_that_only_shows_the_button_asks_nobody_and_keeps_nothing", async ({ order }) => {
  const hosts = new Set();
  order.page.on("request", (request) => hosts.add(new URL(request.url()).origin));
  await order.open();
  await order.expectState("idle");
  await order.page.waitForLoadState("networkidle");
  expect(hosts).toEqual(new Set([order.shop.origin, order.edge.origin]));
  expect(order.edge.asked).toEqual([]);
  expect(await everythingKept(order.page)).toEqual({ cookies: "", local: {}, session: {}, databases: 0, workers: 0 });
});

// stripe/stripe-js#167 and #906: no way to pin what is run.
for (const [file, tag] of [
  ["alipay-checkout.js", (src, hash) => `<script async src="${src}" integrity="${hash}" crossorigin></script>`],
  ["alipay-checkout.mjs", (src, hash) => `<script type="module" src="${src}" integrity="${hash}" crossorigin></script>`],
]) {
  test(`${file}_runs_with_its_published_integrity`, async ({ order }) => {
    const integrity = JSON.parse(await readFile(join(ROOT, "dist", "integrity.json"), "utf8"));
    await order.open({ head: tag(`${order.edge.origin}/v1/${file}`, integrity[file]) });
    await order.expectUsable();
    await order.leave();
  });

  test(`${file}_with_another_integrity_does_not_run`, async ({ order }) => {
    const hash = `sha384-${"A".repeat(64)}`;
    await order.open({ head: tag(`${order.edge.origin}/v1/${file}`, hash), waitFor: "widget", content: "<p>Pay by transfer</p>" });
    await order.page.waitForLoadState("load");
    expect(await order.page.evaluate(() => customElements.get("alipay-checkout") === undefined)).toBe(true);
    await expect(order.page.getByText("Pay by transfer")).toBeVisible();
  });
}

/** What a merchant puts inside the element for pages without the script. */
const form = ({ edge, token }) =>
  `<form method="post" action="${edge.origin}/pay"><input type="hidden" name="order_token" value="${token}"><button>Pay by form</button></form>`;

const openForm = ({ edge, cashier }, policy) => policy.replace("form-action 'none'", `form-action ${edge.origin} ${cashier.origin}`);

// tiagozip/cap#88, FriendlyCaptcha/friendly-challenge#46, leptos-rs/leptos#4382: WebAssembly is forbidden.
test("click_pays_by_a_form_where_webassembly_is_forbidden", async ({ order }) => {
  const seen = await record(order.page);
  const policy = openForm(order, strict(order.edge)).replace(" 'wasm-unsafe-eval'", "");
  await order.open({ policy });
  await order.expectUsable();
  await expect.poll(async () => (await seen.events("alipay-error")).map(({ code }) => code)).toEqual(["wasm_blocked"]);
  order.violations.length = 0;
  await order.button.click();
  await order.page.waitForURL(`${order.cashier.origin}/cashier/${order.number}`);
  expect(order.edge.asked.map(({ method, path, form: { order_token } }) => [method, path, order_token])).toEqual([["POST", "/pay", order.token]]);
  // And once more after Back: the page may have been kept with its busy button.
  await order.back();
  await order.expectUsable();
});

// fancydirty/mediary-scout#243: a policy that allows one address of the chain is not enough; with the
// cashier's host named too the form gets through.
test("form_gets_through_a_policy_that_names_edge_and_cashier", async ({ order }) => {
  await order.open({ policy: openForm(order, strict(order.edge)), head: "", content: form(order), waitFor: null });
  await order.page.getByRole("button", { name: "Pay by form" }).click();
  await order.page.waitForURL(`${order.cashier.origin}/cashier/${order.number}`);
});

// stripe/stripe-js#143 (globals), and every page that shares its names with others.
test("only_the_element_is_added_to_the_page", async ({ order }) => {
  const names = () => order.page.evaluate(() => [...Object.getOwnPropertyNames(globalThis), ...Object.getOwnPropertyNames(Element.prototype)]);
  await order.open({ head: "", waitFor: null });
  const before = new Set(await names());
  await order.open();
  await order.expectState("idle");
  expect((await names()).filter((name) => !before.has(name))).toEqual([]);
});

test("words_of_the_edge_are_shown_as_text", async ({ order }) => {
  await order.open();
  const markup = '<img src=x onerror="document.title=1">';
  order.edge.checkout = () => ({ status: 400, body: { type: "about:blank", title: markup, status: 400, code: markup, detail: markup } });
  await order.button.click();
  await order.expectState("failed");
  expect(await order.widget.evaluate((widget) => widget.shadowRoot.querySelectorAll("img").length)).toBe(0);
  await expect(order.page).toHaveTitle("Order");
});
