// The documentation in a browser: it can be read by everyone, with and without script, and it finds what is looked for.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { expect, test as base } from "@playwright/test";

import { violations } from "../accessibility.mjs";
import { BUILT, openDocs } from "./server.mjs";

if (!existsSync(BUILT)) throw new Error("the documentation is not built: node docs/site/build.mjs");
const PAGES = readdirSync(BUILT, { recursive: true }).filter((name) => name.endsWith("index.html"))
  .map((name) => name.slice(0, -"index.html".length)).sort();
const PHONE = { width: 390, height: 844 };
/** Every kind of thing that the style sheet colours is on one of these; contrast is half of axe's work. */
const COLOURED = ["", "events/", "flow/", "support/", "zh/flow/"];

const test = base.extend({
  docs: [async ({}, use) => {
    const docs = await openDocs();
    await use(docs);
    docs.close();
  }, { scope: "worker" }],

  /** Opens a page of the documentation; whatever the browser complains of fails the test. */
  open: async ({ page, docs }, use) => {
    const complaints = [];
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("request", (request) => {
      if (!request.url().startsWith(docs.origin)) complaints.push(`asked ${request.url()}`);
    });
    await use((path) => page.goto(`${docs.origin}/docs/${path}`));
    expect(complaints).toEqual([]);
  },
});

for (const path of PAGES) {
  test(`page_${path || "front"}_has_no_accessibility_violations_and_fits_a_phone`, async ({ page, open }) => {
    await open(path);
    expect(await violations(page, { without: COLOURED.includes(path) ? [] : ["color-contrast"] })).toEqual([]);
    await page.setViewportSize(PHONE);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(PHONE.width);
  });
}

for (const path of COLOURED) {
  test(`page_${path || "front"}_has_no_accessibility_violations_on_a_phone_in_the_dark`, async ({ page, open }) => {
    await page.emulateMedia({ colorScheme: "dark" });
    await page.setViewportSize(PHONE);
    await open(path);
    expect(await violations(page)).toEqual([]);
  });
}

test("search_finds_a_code_and_leads_to_its_section_by_keyboard", async ({ page, open }) => {
  await open("");
  await page.keyboard.press("/");
  await expect(page.getByRole("searchbox", { name: "Search" })).toBeFocused();
  await page.keyboard.type("verifying by hand");
  await expect(page.locator("#search-status")).toHaveText(/^\d+ found$/);
  const first = page.locator("#search-results a").first();
  await expect(first).toContainText("Receiving events: Verifying: by hand");
  await page.keyboard.press("ArrowDown");
  await expect(first).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect(page.getByRole("searchbox")).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/docs/events/#verifying-by-hand");
});

test("search_says_that_nothing_is_found_and_escape_closes_it", async ({ page, open }) => {
  await open("start/");
  await page.getByRole("searchbox").fill("zzzz");
  await expect(page.locator("#search-results")).toHaveText("Nothing found.");
  await page.keyboard.press("Escape");
  await expect(page.locator("#search-results")).toBeHidden();
});

test("search_in_chinese_finds_chinese_sections", async ({ page, open }) => {
  await open("zh/start/");
  await page.getByRole("searchbox", { name: "搜索" }).fill("公钥");
  await expect(page.locator("#search-results a").first()).toContainText("按症状排查");
});

test("search_is_asked_for_only_when_somebody_types", async ({ page, open, docs }) => {
  docs.asked.length = 0;
  await open("flow/");
  await page.waitForLoadState("networkidle");
  expect(docs.asked.filter((path) => path.endsWith(".json"))).toEqual([]);
  await page.getByRole("searchbox").fill("a");
  await expect(page.locator("#search-results")).toBeVisible();
  expect(docs.asked.filter((path) => path.endsWith(".json"))).toEqual(["/docs/assets/search.en.json"]);
});

test("code_is_copied_as_it_stands", async ({ page, open, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open("start/");
  const button = page.getByRole("button", { name: "Copy" }).first();
  await button.click();
  await expect(page.getByRole("button", { name: "Copied" })).toHaveCount(1);
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("npm start");
});

test("skip_link_leads_to_the_text_and_the_languages_lead_to_each_other", async ({ page, open }) => {
  await open("flow/");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the text" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("main")).toBeFocused();
  await page.getByRole("link", { name: "中文" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("一次付款的流程");
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-Hans");
  await page.getByRole("link", { name: "English" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("How a payment flows");
});

test("following_next_from_the_first_page_reaches_every_page_once", async ({ page, open }) => {
  await open("");
  const seen = [new URL(page.url()).pathname];
  const next = page.locator("a[rel=next]");
  while (await next.count() > 0) {
    await next.click();
    seen.push(new URL(page.url()).pathname);
  }
  expect(seen.length).toBe(PAGES.filter((path) => !path.startsWith("zh/")).length);
  expect(new Set(seen).size).toBe(seen.length);
});

test.describe("without script", () => {
  test.use({ javaScriptEnabled: false, viewport: PHONE });

  test("everything_is_read_and_found_by_links", async ({ page, open }) => {
    await open("events/");
    await expect(page.getByText("Verify the raw body", { exact: true })).toBeVisible();
    await expect(page.getByRole("searchbox")).toBeHidden();
    await expect(page.getByRole("button")).toHaveCount(0);
    await page.getByRole("link", { name: "Contents" }).click();
    await page.getByRole("navigation", { name: "All pages" }).getByRole("link", { name: "Order tokens" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Order tokens");
  });
});

test("what_is_printed_is_the_text_alone", async ({ page, open }) => {
  await page.emulateMedia({ media: "print" });
  await open("start/");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  for (const hidden of [".top", ".pages", ".around", ".copy >> nth=0"]) await expect(page.locator(hidden)).toBeHidden();
});
