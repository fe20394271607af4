// The button in Firefox: every state, and what Firefox does in its own way. Chromium has the rest
// (tests/behaviour). FIREFOX_BIN names the program.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { CashierServer, EdgeServer, ShopServer, problem, strict } from "../behaviour/servers.mjs";
import { ROOT } from "../../xtask/npm/stack.mjs";
import { launch } from "./bidi.mjs";
import { withOrder } from "./button.mjs";

const WECHAT = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.49";
const words = async (tag) => JSON.parse(await readFile(join(ROOT, "widget", "lang", `${tag}.json`), "utf8"));

let firefox;
const servers = {};

before(async () => {
  firefox = await launch(process.env.FIREFOX_BIN ?? "firefox-esr");
  servers.cashier = await new CashierServer().open();
  servers.shop = await new ShopServer().open();
});
after(async () => {
  await firefox?.close();
  for (const server of Object.values(servers)) await server.close();
});

/** A test with an order, and an edge of its own that remembers nothing of others. */
function check(name, run, options = {}) {
  test(name, { timeout: 60_000 }, async () => {
    const edge = await new EdgeServer(servers.cashier).open();
    try {
      await withOrder(firefox, { ...servers, edge }, options, run);
    } finally {
      await edge.close();
    }
  });
}

for (const [form, head] of [
  ["script_tag", undefined],
  ["module", (edge) => `<script type="module" async src="${edge.origin}/v1/alipay-checkout.mjs"></script>`],
]) {
  check(`click_leads_to_the_cashier_by_${form}_and_back_to_a_usable_button`, async (order) => {
    await order.open({ head: head?.(order.edge) });
    await order.expect({ state: "idle", label: "Pay with Alipay", status: "", open: true });
    await order.click();
    await order.expectCashier();
    const asked = order.edge.asked.filter(({ path }) => path === "/checkout").map(({ form: sent }) => sent);
    assert.deepEqual(asked, [{ order_token: order.token, terminal: "pc" }]);
    await order.tab.back();
    await order.expect({ state: "idle", label: "Pay with Alipay", open: true });
  });
}

check("creating_says_so_and_takes_no_second_click", async (order) => {
  order.edge.checkout = () => undefined;
  await order.open();
  await order.expect({ state: "idle" });
  await order.click();
  await order.expect({ state: "creating", label: "Opening Alipay…", open: false });
  await order.click();
  await order.expect({ state: "creating" });
  assert.equal(order.edge.count("POST /checkout"), 1);
});

check("redirecting_lasts_while_the_page_is_being_left", async (order) => {
  order.edge.checkout = (number) => ({ status: 200, body: { ...order.edge.redirected(number), pay_url: `${order.cashier.origin}/nowhere` } });
  await order.open();
  await order.expect({ state: "idle" });
  await order.click();
  await order.expect({ state: "redirecting", label: "Opening Alipay…", open: false });
});

check("new_tab_is_opened_in_the_click_and_this_page_follows_it", async (order) => {
  await order.open({ attributes: { target: "new" } });
  await order.expect({ state: "idle" });
  await order.click();
  const { note_new_tab } = await words("en");
  await order.expect({ state: "away", status: note_new_tab, open: false });
  order.edge.say(order.number, "paid", { trade_no: "2026112122001" });
  await order.expect({ state: "paid", label: "Paid with Alipay" });
});

check("return_is_confirming_until_the_edge_says_paid_and_the_address_is_clean", async (order) => {
  order.edge.say(order.number, "redirected");
  await order.open({ returned: true });
  const { note_confirming, note_paid } = await words("en");
  const url = `${order.shop.origin}/order/${order.number}?mine=1#part`;
  await order.expect({ state: "confirming", label: "Checking your payment…", status: note_confirming, url });
  order.edge.say(order.number, "paid", { trade_no: "2026112122001" });
  await order.expect({ state: "paid", label: "Paid with Alipay", status: note_paid, open: false });
});

for (const [status, key, label] of [["closed", "note_closed", "Order closed"], ["refunded", "note_refunded", "Refunded"]]) {
  check(`order_that_is_${status}_is_shown_as_such`, async (order) => {
    order.edge.say(order.number, status);
    await order.open({ returned: true });
    await order.expect({ state: "closed", label, status: (await words("en"))[key], open: false });
  });
}

check("unknown_outcome_is_pending_with_help_and_never_failed", async (order) => {
  order.edge.say(order.number, "redirected");
  await order.open({ returned: true });
  const { note_pending, help_title } = await words("en");
  await order.expect({ state: "pending", label: "Check again", status: note_pending, panel: help_title, open: true });
}, { hurried: true });

check("refusal_is_failed_with_the_words_for_its_code_and_a_reference", async (order) => {
  order.edge.checkout = () => ({ status: 401, body: problem("order_token_expired") });
  await order.open();
  await order.expect({ state: "idle" });
  await order.click();
  const { note_expired } = await words("en");
  await order.expect({ state: "failed", label: "Try again with Alipay", status: note_expired, open: true });
  await order.tab.click(() => document.querySelector("alipay-checkout").shadowRoot.querySelector("summary"));
  const terms = await order.tab.evaluate(() =>
    [...document.querySelector("alipay-checkout").shadowRoot.querySelectorAll("dd")].map((element) => element.innerText).filter((text) => !text.endsWith(" UTC")),
  );
  assert.deepEqual(terms, [order.number, "order_token_expired"]);
});

check("app_that_keeps_alipay_out_gets_the_guide", async (order) => {
  await order.open();
  const { blocked, note_blocked, guide_menu } = await words("en");
  await order.expect({ state: "blocked", label: blocked, status: note_blocked, open: true });
  const [first] = (await order.tab.evaluate(() => document.querySelector("alipay-checkout").shadowRoot.querySelector("[part=guide]").innerText)).split("\n");
  assert.equal(first, guide_menu);
}, { userAgent: WECHAT });

check("page_that_forbids_webassembly_pays_by_the_form", async (order) => {
  const policy = `script-src ${order.edge.origin}; connect-src ${order.edge.origin}; style-src ${order.edge.origin}`;
  await order.open({ policy });
  // A click before that is known asks the edge first, as where the behaviour is only late (early.spec.mjs).
  await order.expect({ state: "idle", error: "wasm_blocked", stopped: "script-src wasm-eval" });
  await order.click();
  const end = Date.now() + 15_000;
  while (order.edge.count("POST /pay") === 0 && Date.now() < end) await new Promise((settle) => setTimeout(settle, 50));
  assert.deepEqual(order.edge.asked.filter(({ path }) => path === "/pay").map(({ form }) => form), [{ order_token: order.token }]);
  assert.equal(order.edge.count("POST /checkout"), 0);
});

for (const [lang, tag] of [["zh-CN", "zh-Hans"], ["ar", "ar"]]) {
  check(`page_in_${lang}_speaks_${tag}`, async (order) => {
    order.edge.checkout = () => undefined;
    await order.open({ lang });
    const { pay, opening } = await words(tag);
    await order.expect({ state: "idle", label: pay });
    await order.click();
    await order.expect({ state: "creating", label: opening });
    assert.deepEqual(order.edge.files.filter((name) => name.includes("/lang/")), [`/v1/lang/${tag}.json`]);
  });
}

check("what_a_server_wrote_pays_with_no_script_at_all", async (order) => {
  const { render } = await import(join(ROOT, "dist", "server.mjs"));
  const policy = strict(order.edge).replace("form-action 'none'", `form-action ${order.edge.origin} ${order.cashier.origin}`);
  await order.open({ policy, head: "<title>Order</title>", html: render({ edge: order.edge.origin, orderToken: order.token }) });
  await order.expect({ label: "Pay with Alipay" });
  await order.click();
  await order.expectCashier();
});
