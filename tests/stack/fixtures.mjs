import { join } from "node:path";

import { test as base } from "@playwright/test";

import { Dashboard } from "./dashboard.mjs";
import { Cashier, Gate, Shop, StandIn } from "./parts.mjs";
import { runningStack } from "./running.mjs";

export { expect } from "@playwright/test";

/** Playwright's test with the parts of the running stack. */
export const test = base.extend({
  origins: async ({}, use) => use(runningStack().origins),
  shop: async ({ origins }, use) => use(new Shop(origins.shop)),
  gate: async ({ origins }, use) => use(new Gate(origins.gate)),
  cashier: async ({ page }, use) => use(new Cashier(page)),
  dashboard: async ({ page }, use) => use(new Dashboard(page)),
  standIn: async ({ origins }, use) => {
    const standIn = new StandIn(origins.alipay);
    await standIn.reset();
    await use(standIn);
    await standIn.reset();
  },
});

/** A picture of a state, to be looked at; `results/` is not kept in git. */
export async function picture(page, name) {
  await page.screenshot({ path: join(import.meta.dirname, "..", "results", `${name}.png`), fullPage: true });
}
