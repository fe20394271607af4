// The shop's page that shows the button by hand: every tile is in the state that it promises, nobody is
// asked, and all of it is left as pictures to be looked at.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { expect, test as base } from "@playwright/test";

import { ROOT } from "../../xtask/npm/stack.mjs";
import { violations } from "../accessibility.mjs";
import { openShop } from "../stack/shop-alone.mjs";

const api = JSON.parse(readFileSync(join(ROOT, "widget", "api.json"), "utf8"));
const valuesOf = (name) => api.attributes.find((attribute) => attribute.name === name).values;
const RESULTS = join(import.meta.dirname, "..", "results");

const test = base.extend({
  /** The shop by itself; no edge runs. */
  shop: [async ({}, use) => {
    const shop = await openShop();
    await use(shop.origin);
    shop.close();
  }, { scope: "worker" }],
});

/** Opens the page with these choices, and waits until every tile is in its state. */
async function open(page, shop, choices = {}) {
  await page.goto(`${shop}/states?${new URLSearchParams(choices)}`);
  const frames = await page.locator("iframe").all();
  for (const frame of frames) {
    const state = await frame.getAttribute("data-state");
    await expect(frame.contentFrame().locator("alipay-checkout"), await frame.getAttribute("title")).toHaveAttribute("state", state);
  }
  return frames;
}

test("every_state_is_shown_and_nobody_is_asked", async ({ page, shop }) => {
  const elsewhere = [];
  const wrong = [];
  page.on("request", (request) => new URL(request.url()).origin !== shop && elsewhere.push(request.url()));
  // Tiles that are on their way to Alipay are kept in their frames, and the browser says so.
  const kept = /^Unsafe attempt to initiate navigation .* is sandboxed/;
  page.on("console", (message) => message.type() === "error" && !kept.test(message.text()) && wrong.push(message.text()));
  page.on("pageerror", (error) => wrong.push(error.message));
  const frames = await open(page, shop);
  const shown = new Set(await Promise.all(frames.map((frame) => frame.getAttribute("data-state"))));
  expect([...shown].sort()).toEqual([...api.states].sort());
  expect(elsewhere).toEqual([]);
  expect(wrong).toEqual([]);
});

test("choices_are_those_of_the_element", async ({ page, shop }) => {
  await page.goto(`${shop}/states`);
  const options = (name) => page.locator(`select[name=${name}] option`).evaluateAll((all) => all.map(({ value }) => value).sort());
  expect(await options("appearance")).toEqual([...valuesOf("appearance")].sort());
  expect(await options("size")).toEqual([...valuesOf("size")].sort());
  const languages = readdirSync(join(ROOT, "widget", "lang")).filter((name) => name !== "aliases.json");
  expect(await options("lang")).toEqual(languages.map((name) => name.replace(".json", "")).sort());
});

test("choice_applies_at_once_to_every_tile", async ({ page, shop }) => {
  await open(page, shop);
  await page.locator("select[name=lang]").selectOption("ar");
  await page.waitForURL(/lang=ar/);
  const tile = page.locator("iframe[title=idle]").contentFrame();
  await expect(tile.locator("html")).toHaveAttribute("dir", "rtl");
  await expect(tile.getByRole("button", { name: "ادفع باستخدام Alipay" })).toBeVisible();
});

test("page_of_the_states_has_no_accessibility_violations", async ({ page, shop }) => {
  await open(page, shop);
  expect(await violations(page, { exclude: ["iframe"] })).toEqual([]);
});

/** A label on more than one line is one that does not fit. */
const lines = (button) => button.evaluate((element) => {
  const range = document.createRange();
  range.selectNodeContents(element.querySelector("[part~=label]"));
  return new Set([...range.getClientRects()].filter(({ width }) => width > 0).map(({ top }) => Math.round(top / 8))).size;
});

for (const scene of ["idle", "confirming", "failed"]) {
  test(`words_of_every_language_fit_on_a_phones_button_when_${scene}`, async ({ page, shop }) => {
    const wide = [];
    for (const frame of await open(page, shop, { show: "languages", scene, width: "phone" })) {
      const button = frame.contentFrame().locator("[part~=button]");
      if ((await lines(button)) !== 1) wide.push(`${await frame.getAttribute("data-lang")}: ${await button.innerText()}`);
    }
    expect(wide).toEqual([]);
  });
}

test("contact_sheets_of_everything_are_left_to_be_looked_at", async ({ page, shop }) => {
  test.slow();
  const sheets = [];
  for (const theme of ["light", "dark"]) {
    for (const lang of ["en", "ar"]) {
      for (const width of ["phone", "wide"]) sheets.push({ show: "states", theme, lang, width });
    }
    sheets.push({ show: "looks", theme, lang: "en", width: "phone" });
  }
  sheets.push({ show: "languages", scene: "failed", width: "phone" });
  await page.setViewportSize({ width: 1600, height: 900 });
  const pictures = [];
  for (const choices of sheets) {
    await open(page, shop, choices);
    const picture = await page.locator(".tiles").screenshot({ animations: "disabled" });
    pictures.push([Object.values(choices).join(" "), picture.toString("base64")]);
  }
  // In a page without the shop's policy, which allows no pictures but its own.
  const table = await page.context().newPage();
  await table.setViewportSize({ width: 3300, height: 1200 });
  await table.setContent(`<body style="margin:16px;display:grid;grid-template-columns:repeat(3,1fr);gap:16px;align-items:start;font:20px sans-serif">
    ${pictures.map(([title, data]) => `<figure style="margin:0"><figcaption>${title}</figcaption><img style="inline-size:100%" src="data:image/png;base64,${data}"></figure>`).join("")}`);
  await table.evaluate(() => Promise.all([...document.images].map((image) => image.decode())));
  await table.screenshot({ path: join(RESULTS, "contact-sheet.png"), fullPage: true });
  expect(pictures).toHaveLength(11);
});
