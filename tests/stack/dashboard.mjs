// The dashboard as a person at the merchant's works with it.

import { expect } from "@playwright/test";

import { adminToken } from "../../xtask/npm/stack.mjs";
import { runningStack } from "./running.mjs";

/** Tokens with fewer scopes than the local one, by name; made for tests alone. */
export const SCOPED = { reader: "read", cashier: "refund" };
export const scopedToken = (name) => `${name}-${"t".repeat(40)}`;

/** ADMIN_TOKENS with the local token and the scoped ones. */
export const adminTokens = (local) => [
  adminToken("local", "read+operate+refund", local),
  ...Object.entries(SCOPED).map(([name, scopes]) => adminToken(name, scopes, scopedToken(name))),
].join(",");

export const PAGES = ["overview", "orders", "dead-letters", "quarantine", "endpoints", "keys", "metrics"];

/** One browser page with the dashboard. */
export class Dashboard {
  constructor(page, { origin = runningStack().origins.edge, token = runningStack().secrets["admin.token"] } = {}) {
    Object.assign(this, { page, origin, token });
  }

  /** Opens a page of the dashboard and signs in where that is asked for. */
  async open(place = "", token = this.token) {
    await this.page.goto(`${this.origin}/dashboard/${place}`);
    await this.signIn(token);
    await expect(this.page.locator("h1")).toBeVisible();
    await this.settled();
  }

  async signIn(token = this.token) {
    await this.page.getByRole("textbox", { name: /^(Admin token|管理令牌)$/ }).fill(token);
    await this.page.keyboard.press("Enter");
    await expect(this.page.locator(".menu")).toBeVisible();
  }

  /** Another page of the dashboard, by its address. */
  async go(place) {
    await this.page.evaluate((hash) => { location.hash = hash; }, place);
    await this.settled();
  }

  order(number) {
    return this.go(`#/orders/${number}`);
  }

  /** Waits until no part of the page is waiting for its first answer. */
  async settled() {
    await expect(this.page.locator(".panel[aria-busy=true]")).toHaveCount(0);
  }

  row(text) {
    return this.page.locator("tbody tr", { hasText: text });
  }

  get dialog() {
    return this.page.getByRole("dialog");
  }

  get live() {
    return this.page.locator("#live");
  }

  /** What the timeline says, oldest first. */
  timeline() {
    return this.page.locator(".timeline .entry-what").allInnerTexts();
  }
}
