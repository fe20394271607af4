// One order in Firefox: the shop's page under the strictest policy, its button, and waiting for what it
// is to become. A violation of the policy fails whatever is tested.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";

import { orderTokenOf, strict, tokenFor } from "../behaviour/servers.mjs";

const PATIENCE_MS = 15_000;

const button = () => document.querySelector("alipay-checkout").shadowRoot.querySelector("button");

/** What is to be seen, what the policy has stopped, and the last error that the page was told. */
function look() {
  const widget = document.querySelector("alipay-checkout");
  const root = widget?.shadowRoot;
  const text = (selector) => root?.querySelector(selector)?.innerText.trim() ?? "";
  return {
    url: location.href,
    state: widget?.getAttribute("state") ?? "",
    label: text("[part=label]"),
    status: text("[role=status]"),
    panel: text("[part=panel]"),
    open: root?.querySelector("button")?.getAttribute("aria-disabled") === "false",
    stopped: (globalThis.stoppedByPolicy ?? []).join(", "),
    error: globalThis.lastError ?? "",
  };
}

/** In the page before anything else of it. */
function watch() {
  globalThis.stoppedByPolicy = [];
  addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
    stoppedByPolicy.push(`${violatedDirective} ${blockedURI}`);
  });
  addEventListener("alipay-error", ({ detail }) => (globalThis.lastError = detail.code));
}

/** Likewise, where a test cannot wait: the long waits of the button are short. */
function hurry() {
  const later = setTimeout;
  globalThis.setTimeout = (run, ms, ...more) => later(run, ms >= 8_000 ? 400 : ms, ...more);
}

export class Order {
  number = `F-${randomBytes(6).toString("hex")}`;

  constructor(tab, servers) {
    Object.assign(this, servers, { tab });
    this.token = orderTokenOf(this.number, servers);
  }

  /** Opens the order's page; `returned` as a shopper finds it who comes back from Alipay. */
  async open({ attributes = {}, lang = "en", policy = strict(this.edge), head, html, returned = false } = {}) {
    const all = { "order-token": this.token, "pay-hosts": this.cashier.host, ...attributes };
    const written = Object.entries(all).map(([name, value]) => ` ${name}="${value}"`).join("");
    const script = head ?? `<script async src="${this.edge.origin}/v1/alipay-checkout.js"></script>`;
    const page = `<!doctype html><html lang="${lang}"><meta charset="utf-8"><title>Order</title>${script}
<h1>Order</h1>${html ?? `<alipay-checkout${written}></alipay-checkout>`}</html>`;
    const url = this.shop.put(`/order/${this.number}`, page, { "content-security-policy": policy });
    await this.tab.goto(returned ? `${url}?mine=1#part&alipay-checkout=${tokenFor(this.number)}` : url);
  }

  click = () => this.tab.click(button);

  /** Waits until all of it is to be seen; the policy stops nothing, unless `stopped` says what. */
  async expect({ stopped = "", ...more }) {
    const expected = { ...more, stopped };
    const wanted = (seen) => Object.fromEntries(Object.keys(expected).map((name) => [name, seen[name]]));
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const seen = await this.tab.evaluate(look);
      const fits = Object.entries(expected).every(([name, value]) => seen[name] === value);
      if (fits || Date.now() > end) {
        assert.deepEqual(wanted(seen), expected);
        return;
      }
      await new Promise((settle) => setTimeout(settle, 50));
    }
  }

  /** Waits until the shopper is at the cashier. */
  async expectCashier() {
    await this.expect({ url: `${this.cashier.origin}/cashier/${this.number}` });
  }
}

/** Runs `test` with an order in a tab of its own. */
export async function withOrder(firefox, servers, { userAgent, hurried = false }, test) {
  const tab = await firefox.openTab({ userAgent, before: hurried ? [watch, hurry] : [watch] });
  try {
    await test(new Order(tab, servers));
  } finally {
    await tab.close();
  }
}
