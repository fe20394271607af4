// What people see and what screen readers are told: every page in light and dark, on a phone, in Chinese, by keyboard alone.

import { devices } from "@playwright/test";

import { violations } from "../accessibility.mjs";
import { Admin } from "../stack/admin.mjs";
import { Dashboard, PAGES } from "../stack/dashboard.mjs";
import { expect, picture, test } from "../stack/fixtures.mjs";
import { notify, paidFields, signed } from "../stack/notification.mjs";
import { checkout, claims, freshNumber } from "../stack/tokens.mjs";
import { watchErrors } from "../stack/watch.mjs";

const admin = new Admin();

/** Rows of tables that have not a cell under each head, where tables are shown as tables. */
const ragged = (page) => page.evaluate(() => [...document.querySelectorAll("table")].flatMap((table) => {
  const seen = (element) => element.getClientRects().length > 0;
  const heads = [...table.querySelectorAll("thead th")].filter(seen).map((head) => head.getBoundingClientRect().left);
  return [...table.querySelectorAll("tbody tr")].filter(seen)
    .filter((row) => [...row.children].filter(seen).some((cell, n) => Math.abs(cell.getBoundingClientRect().left - heads[n]) > 1))
    .map((row) => row.textContent);
}));

const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

/** Something of everything: a paid order with a quarantined notification, and one that Alipay signed wrongly. */
async function something() {
  const order = claims({ subject: "Dragon Well tea, 50 g", metadata: { cart: "7" } });
  await checkout(order);
  await notify(signed(paidFields(order.out_trade_no, { total_fee: "0.01" })));
  await notify(signed(paidFields(order.out_trade_no)));
  await notify(signed(paidFields(freshNumber(), { new_name: "x" })));
  await admin.indexed(order.out_trade_no, { status: "paid", quarantined: 1, waiting: 0 });
  return order.out_trade_no;
}

const { viewport: _, defaultBrowserType: __, ...phone } = devices["iPhone 13"];
const LOOKS = [
  ["light_on_a_desk", { colorScheme: "light" }],
  ["dark_on_a_desk", { colorScheme: "dark" }],
  ["light_on_a_phone", { ...phone, viewport: { width: 390, height: 844 }, colorScheme: "light" }],
  ["dark_on_a_phone_in_chinese", { ...phone, viewport: { width: 390, height: 844 }, colorScheme: "dark", locale: "zh-CN" }],
];

for (const [look, use] of LOOKS) {
  test.describe(look, () => {
    test.use(use);

    test(`every_page_is_accessible_fits_and_breaks_no_policy_${look}`, async ({ page }) => {
      // A dozen analyses of whole pages.
      test.setTimeout(240_000);
      const errors = watchErrors(page);
      const number = await something();
      const dashboard = new Dashboard(page);
      await page.goto(`${dashboard.origin}/dashboard/`);
      expect(await violations(page), "sign-in").toEqual([]);
      await dashboard.signIn();
      const words = new Set();
      for (const place of [...PAGES.map((name) => `#/${name}`), `#/orders/${number}`, "#/no-such-page"]) {
        await dashboard.go(place);
        expect(await violations(page), place).toEqual([]);
        expect(await overflow(page), place).toBeLessThanOrEqual(0);
        if (!use.isMobile) expect(await ragged(page), place).toEqual([]);
        words.add(await page.locator("h1").innerText());
        await picture(page, `dashboard-${look}-${place.split("/")[1]}${place.includes(number) ? "-one" : ""}`);
      }
      expect(words.size).toBe(PAGES.length + 2);
      await dashboard.order(number);
      await page.locator(`[data-at="trail-open"]`).click();
      expect(await violations(page), "trail").toEqual([]);
      await page.locator('[data-at="act refund"]').click();
      expect(await violations(page), "refund").toEqual([]);
      await dashboard.dialog.locator("[data-first]").fill("Sent back");
      await page.keyboard.press("Enter");
      await expect(dashboard.dialog.locator(".go")).toBeVisible();
      expect(await violations(page), "sure").toEqual([]);
      await picture(page, `dashboard-${look}-sure`);
      expect(errors).toEqual([]);
    });
  });
}

test("keyboard_alone_signs_in_finds_an_order_and_refunds_it", async ({ page, origins }) => {
  const number = await something();
  const dashboard = new Dashboard(page);
  await page.goto(`${origins.edge}/dashboard/`);
  await expect(page.locator("#token")).toBeFocused();
  await page.keyboard.type(dashboard.token);
  await page.keyboard.press("Enter");
  await expect(page.locator("h1")).toBeFocused();

  /** Tab until what has the focus is named so. */
  const tabTo = async (name) => {
    for (let presses = 0; presses < 60; presses += 1) {
      await page.keyboard.press("Tab");
      const at = await page.evaluate(() => {
        const element = document.activeElement;
        return element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent ?? element.textContent;
      });
      if (at.trim() === name) return;
    }
    throw new Error(`the keyboard does not lead to ${name}`);
  };
  await tabTo("All orders");
  await page.keyboard.press("Enter");
  await expect(page.locator("h1")).toHaveText("Orders");
  await expect(page.locator("h1")).toBeFocused();
  await tabTo("Number");
  await page.keyboard.type(number);
  await page.keyboard.press("Enter");
  await expect(page.locator("tbody th .number")).toHaveText([number]);
  await tabTo(number);
  await page.keyboard.press("Enter");
  await expect(page.locator("h1")).toHaveText(`Order ${number}`);
  await dashboard.settled();
  await tabTo("Refund…");
  await page.keyboard.press("Enter");
  await expect(dashboard.dialog.getByLabel("Reason")).toBeFocused();
  await page.keyboard.type("Sent back");
  await page.keyboard.press("Enter");
  await expect(dashboard.dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
  // Out of the dialog there is no way but an answer.
  for (let presses = 0; presses < 4; presses += 1) {
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement === document.body || document.querySelector("dialog").contains(document.activeElement))).toBe(true);
  }
  await dashboard.dialog.getByRole("button", { name: "Cancel" }).focus();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(dashboard.dialog.getByRole("heading")).toHaveText("Done");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Refund…" })).toBeFocused();
  expect((await admin.order(number)).refunds.map(({ out_return_no }) => out_return_no)).toEqual([`R1-${number}`]);
});

test("language_is_chosen_and_kept_and_every_word_changes", async ({ page, origins }) => {
  const dashboard = new Dashboard(page);
  await page.goto(`${origins.edge}/dashboard/`);
  await page.getByLabel("Language").selectOption("zh");
  await expect(page.locator("h1")).toHaveText("登录");
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
  await dashboard.signIn();
  await expect(page.locator("h1")).toHaveText("概览");
  await page.reload();
  await expect(page.locator(".menu a")).toHaveText(["概览", "订单", "死信", "隔离区", "接收端", "密钥", "指标"]);
  await expect(dashboard.live).toHaveText("实时");
});
