// Playwright's test with the shop in hand. Whatever a test is about: an error in the console, an uncaught
// one, and a request to anybody but the shop fail it.

import { expect, test as base } from "@playwright/test";

import { violations } from "../accessibility.mjs";
import { openShop } from "../stack/shop-alone.mjs";

export { expect } from "@playwright/test";

/** Pages that are on their way to Alipay are kept in their frames, and the browser says so. */
const KEPT = /^Unsafe attempt to initiate navigation .* is sandboxed|The frame attempting navigation of the top-level window is sandboxed/;

/** A page that was left before the button's behaviour had come: with an integrity value, Chromium says so. */
const LEFT = /^Fetch API cannot load \S+\/v1\/alipay-checkout\.wasm\?\S+ $/;

const meant = (text) => KEPT.test(text) || LEFT.test(text);

export const test = base.extend({
  shop: [async ({}, use) => {
    const shop = await openShop();
    await use(shop.origin);
    shop.close();
  }, { scope: "worker" }],
  /** What went wrong on the page; a test that means it to empties the list. */
  wrong: [async ({ page, shop }, use) => {
    const wrong = [];
    page.on("request", (request) => new URL(request.url()).origin !== shop && wrong.push(`asked ${request.url()}`));
    page.on("console", (message) => message.type() === "error" && !meant(message.text()) && wrong.push(message.text()));
    page.on("pageerror", (error) => wrong.push(error.message));
    await use(wrong);
    expect(wrong).toEqual([]);
  }, { auto: true }],
});

/** The ways in which a page is looked at: every pair of language, colours and width is among them. */
export const WAYS = [
  { lang: "en", colorScheme: "light", width: 1200 },
  { lang: "en", colorScheme: "dark", width: 390 },
  { lang: "zh", colorScheme: "light", width: 390 },
  { lang: "zh", colorScheme: "dark", width: 1200 },
];

/** Puts the page's window into that way. */
export async function stand(page, { colorScheme, width }) {
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize({ width, height: 860 });
}

/** No rule of axe is broken, and nothing stands out of the page's side. */
export async function expectAccessible(page) {
  expect(await violations(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
}
