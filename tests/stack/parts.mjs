// The three parts as a test speaks to them.

import { expect } from "@playwright/test";

/** The test wallet (contracts, section 5). */
const SHOPPER = { account: "shopper@example.com", login: "111111", payment: "246810" };

async function json(answer) {
  expect(answer.ok, `${answer.url} answers ${answer.status}`).toBe(true);
  return answer.json();
}

/** The shop: its pages in a browser, and its own record. */
export class Shop {
  constructor(origin) {
    this.origin = origin;
  }

  /** Makes an order in `page` and answers its number; the page then shows the checkout. */
  async order(page, { lang } = {}) {
    await page.goto(`${this.origin}/${lang ? `?lang=${lang}` : ""}`);
    await page.locator("button[type=submit]").click();
    await page.waitForURL("**/checkout/*");
    const out_trade_no = new URL(page.url()).pathname.split("/").at(-1);
    await expect(this.widget(page)).toHaveAttribute("state", "idle");
    return out_trade_no;
  }

  widget(page) {
    return page.locator("alipay-checkout");
  }

  button(page) {
    return this.widget(page).getByRole("button");
  }

  async record(out_trade_no) {
    return json(await fetch(`${this.origin}/api/orders/${out_trade_no}`));
  }

  /** Waits until the shop's own record has the status. */
  async waitFor(out_trade_no, status) {
    await expect.poll(async () => (await this.record(out_trade_no)).status).toBe(status);
    return this.record(out_trade_no);
  }
}

/** The cashier's pages at the stand-in, in a browser. */
export class Cashier {
  constructor(page) {
    this.page = page;
  }

  /** From the button to the page that asks for the payment password. */
  async logIn() {
    await this.page.locator("#account").fill(SHOPPER.account);
    await this.page.locator("#login-password").fill(SHOPPER.login);
    await this.page.locator("#login").click();
    await expect(this.page.locator("#payment-password")).toBeVisible();
  }

  /** Logs in and pays; the cashier then shows the result and goes back to the merchant. */
  async pay() {
    await this.logIn();
    await this.enterPassword();
  }

  /** Pays, for a shopper who is logged in. */
  async enterPassword() {
    await this.page.locator("#payment-password").fill(SHOPPER.payment);
    await this.page.locator("#pay").click();
  }

  /**
   * Closes the tab once it shows the result. One that is closed while a page is on its way stays, and the next that is
   * opened never comes: https://github.com/microsoft/playwright/issues/42366.
   */
  async close() {
    await expect(this.page.locator("#return")).toBeVisible();
    await this.page.close();
  }
}

/** The stand-in's control routes. */
export class StandIn {
  constructor(origin) {
    this.origin = origin;
  }

  /** How the next payments misbehave; taken back after each test. */
  async faults(faults) {
    await json(await this.#send("POST", "/control/faults", faults));
  }

  async reset() {
    expect((await this.#send("DELETE", "/control/faults")).ok).toBe(true);
  }

  async trade(out_trade_no) {
    return json(await fetch(`${this.origin}/control/trades/${out_trade_no}`));
  }

  /** Sends one notification now; answers the delivery: `{ at_ms, status, body }`. */
  async notify(out_trade_no, tamper = null) {
    return json(await this.#send("POST", "/control/notify", { out_trade_no, tamper }));
  }

  /** Waits until so many deliveries were made, and answers them. */
  async waitForDeliveries(out_trade_no, count) {
    await expect.poll(async () => (await this.trade(out_trade_no)).deliveries.length).toBe(count);
    return (await this.trade(out_trade_no)).deliveries;
  }

  #send(method, path, body) {
    return fetch(this.origin + path, {
      method,
      headers: { "content-type": "application/json" },
      body: body && JSON.stringify(body),
    });
  }
}

/** The gate before the shop's backend. */
export class Gate {
  constructor(origin) {
    this.origin = origin;
  }

  async refuse(out_trade_no, times) {
    await json(await fetch(`${this.origin}/gate/${out_trade_no}?refuse=${times}`, { method: "PUT" }));
  }

  /** Every forward of the order that came by: `[{ at_ms, webhook_id, status, type, data, headers, body }]`. */
  async attempts(out_trade_no) {
    return json(await fetch(`${this.origin}/gate/${out_trade_no}`));
  }

  /** Waits until so many forwards of the order came by, and answers them. */
  async arrived(out_trade_no, count = 1) {
    await expect.poll(async () => (await this.attempts(out_trade_no)).length).toBe(count);
    return this.attempts(out_trade_no);
  }
}
