// Playwright's test with three servers in hand, and a page under the strictest policy that the widget
// promises to run under. Whatever a test is about, a violation of that policy fails it.

import { randomBytes } from "node:crypto";

import { chromium, expect, test as base } from "@playwright/test";

import config from "../playwright.config.mjs";
import { CashierServer, EdgeServer, ShopServer, orderTokenOf, strict, tokenFor } from "./servers.mjs";

export { expect, devices } from "@playwright/test";
export { problem, strict, tokenFor } from "./servers.mjs";

async function serve(server, use) {
  await use(await server.open());
  await server.close();
}

export const test = base.extend({
  cashier: async ({}, use) => serve(new CashierServer(), use),
  edge: async ({ cashier }, use) => serve(new EdgeServer(cashier), use),
  shop: async ({}, use) => serve(new ShopServer(), use),
  order: async ({ page, shop, edge, cashier }, use) => {
    const order = new Order(page, { shop, edge, cashier });
    await use(order);
    expect(order.violations).toEqual([]);
  },
  /** The same in a browser that keeps pages for Back, which Playwright switches off and people have on. */
  keptOrder: async ({ shop, edge, cashier }, use) => {
    const browser = await chromium.launch({ ...config.use.launchOptions, ignoreDefaultArgs: ["--disable-back-forward-cache"] });
    const page = await browser.newPage({ locale: "en-US" });
    const order = new Order(page, { shop, edge, cashier });
    await use(order);
    expect(order.violations).toEqual([]);
    await browser.close();
  },
});

/** One order: the shop's page for it, and how a test looks at the button there. */
export class Order {
  violations = [];

  constructor(page, { shop, edge, cashier }, number = `B-${randomBytes(6).toString("hex")}`) {
    Object.assign(this, { page, shop, edge, cashier, number });
    page.on("console", (message) => {
      if (/content security policy|trusted ?types|trustedscript|trustedhtml/i.test(message.text())) this.violations.push(message.text());
    });
    page.on("pageerror", (error) => this.violations.push(error.message));
  }

  /** The same shopper's other tab; on another order if `number` says so. */
  async inNewTab(number = this.number) {
    return new Order(await this.page.context().newPage(), this, number);
  }

  /** Only the form is right; a signature is for the edge to look at. */
  get token() {
    return (this.kept ??= orderTokenOf(this.number, { edge: this.edge, shop: this.shop }));
  }

  get script() {
    return `<script async src="${this.edge.origin}/v1/alipay-checkout.js"></script>`;
  }

  /** The element's tag, with `attributes` besides those that every test needs. */
  tag(attributes = {}, content = "") {
    const all = { "order-token": this.token, "pay-hosts": this.cashier.host, ...attributes };
    const written = Object.entries(all).filter(([, value]) => value !== undefined).map(([name, value]) => ` ${name}="${value}"`);
    return `<alipay-checkout${written.join("")}>${content}</alipay-checkout>`;
  }

  /** Puts a page at the shop and answers its address. `lang` is the page's, `policy` `null` for none. */
  put({ attributes, content, html, head = this.script, lang = "en", policy = strict(this.edge), path = `/order/${this.number}` } = {}) {
    const direction = ["ar", "he"].includes(lang) ? ' dir="rtl"' : "";
    const text = `<!doctype html><html lang="${lang}"${direction}><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Order</title>
${head}</head>
<body><main><h1>Order</h1>${html ?? this.tag(attributes, content)}</main></body></html>`;
    return this.shop.put(path, text, policy === null ? {} : { "content-security-policy": policy });
  }

  /** Opens the page and waits until the button is there. `after` is a query or a fragment. */
  async open({ after = "", waitFor = "button", ...page } = {}) {
    await this.page.goto(this.put(page) + after);
    if (waitFor) await expect(this[waitFor]).toBeVisible();
    return this;
  }

  /** Opens the page as a shopper finds it who comes back from Alipay. */
  async openReturned(page = {}) {
    return this.open({ ...page, after: `${page.after ?? ""}#alipay-checkout=${tokenFor(this.number)}` });
  }

  get widget() {
    return this.page.locator("alipay-checkout");
  }

  get button() {
    return this.widget.locator("[part~=button]");
  }

  get status() {
    return this.widget.getByRole("status");
  }

  /** Clicks, and waits until the shopper is at the cashier. */
  async leave() {
    await this.button.click();
    await this.page.waitForURL(`${this.cashier.origin}/**`);
  }

  /** As the browser's Back does; `page.goBack()` waits for a load, and a kept page is not loaded. */
  async back() {
    await this.page.evaluate(() => setTimeout(() => history.back()));
    await this.page.waitForURL(`${this.shop.origin}/**`, { waitUntil: "commit" });
  }

  async expectUsable(name = "Pay with Alipay") {
    await expect(this.button).toHaveAccessibleName(name);
    await expect(this.button).toHaveAttribute("aria-disabled", "false");
    await expect(this.button).toHaveAttribute("aria-busy", "false");
    expect((await this.button.boundingBox()).height).toBeGreaterThanOrEqual(44);
  }

  expectState(state) {
    return expect(this.widget).toHaveAttribute("state", state);
  }

  get starts() {
    return this.edge.count("POST /checkout");
  }
}

/** Writes down, in pages opened from now on, every state that a button has had and every event it sent. */
export async function record(page) {
  await page.addInitScript(() => {
    const seen = { states: [], events: [] };
    Object.defineProperty(globalThis, "seenByTest", { value: seen });
    const note = (element) => {
      const state = element.getAttribute("state");
      if (seen.states.at(-1) !== state) seen.states.push(state);
    };
    new MutationObserver((records) => {
      records.filter(({ target }) => target.localName === "alipay-checkout").forEach(({ target }) => note(target));
    }).observe(document, { subtree: true, attributes: true, attributeFilter: ["state"] });
    for (const name of ["start", "redirect", "status", "error", "blocked"]) {
      addEventListener(`alipay-${name}`, ({ type, detail }) => seen.events.push({ type, detail }), true);
    }
  });
  return {
    states: () => page.evaluate(() => seenByTest.states),
    events: (type) => page.evaluate((wanted) => seenByTest.events.filter((event) => event.type === wanted).map(({ detail }) => detail), type),
  };
}
