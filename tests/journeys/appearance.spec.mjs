// What people see and what browsers and screen readers are told: phone, Chinese, light and dark.

import { devices } from "@playwright/test";

import { violations } from "../accessibility.mjs";
import { expect, picture, test } from "../stack/fixtures.mjs";
import { watchErrors } from "../stack/watch.mjs";

/** Nothing may stick out to the side; people on a phone would have to push the page about. */
const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

for (const colorScheme of ["light", "dark"]) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test(`pages_have_no_accessibility_violations_in_${colorScheme}`, async ({ page, shop, cashier, standIn }) => {
      await standIn.faults({ return_delay_ms: 0 });
      await page.goto(shop.origin);
      expect(await violations(page)).toEqual([]);
      const out_trade_no = await shop.order(page);
      expect(await violations(page)).toEqual([]);
      await picture(page, `${colorScheme}-checkout`);
      await shop.button(page).click();
      await cashier.pay();
      await page.waitForURL(`${shop.origin}/checkout/${out_trade_no}*`);
      await expect(page.locator("#receipt")).toBeVisible();
      expect(await violations(page)).toEqual([]);
      await picture(page, `${colorScheme}-paid`);
      await page.goto(`${shop.origin}/orders`);
      expect(await violations(page)).toEqual([]);
    });
  });
}

test.describe("phone", () => {
  const { viewport: _, defaultBrowserType: __, ...phone } = devices["iPhone 13"];
  for (const [lang, locale, name, paid] of [
    ["en", "en", "Pay with Alipay", "Thank you, it is paid"],
    ["zh", "zh-CN", "支付宝支付", "付款成功，谢谢"],
  ]) {
    test.describe(lang, () => {
      test.use({ ...phone, viewport: { width: 390, height: 844 }, locale });

      test(`whole_journey_on_a_phone_in_${lang}`, async ({ page, shop, cashier, standIn }) => {
        await standIn.faults({ hold: true, return_delay_ms: 0 });
        const errors = watchErrors(page);
        await page.goto(shop.origin);
        await picture(page, `phone-${lang}-1-product`);
        expect(await overflow(page)).toBe(0);
        const out_trade_no = await shop.order(page);
        await expect(page.locator("html")).toHaveAttribute("lang", locale);
        await expect(shop.button(page)).toHaveAccessibleName(name);
        expect(await overflow(page)).toBe(0);
        const box = await shop.button(page).boundingBox();
        expect(box.height).toBeGreaterThanOrEqual(44);
        await picture(page, `phone-${lang}-2-checkout`);

        await shop.button(page).click();
        await cashier.logIn();
        await picture(page, `phone-${lang}-3-cashier`);
        await cashier.enterPassword();
        await page.waitForURL(`${shop.origin}/checkout/${out_trade_no}*`);
        await expect(page.locator("html")).toHaveAttribute("lang", locale);
        await expect(shop.widget(page)).toHaveAttribute("state", "confirming");
        await picture(page, `phone-${lang}-4-confirming`);
        await standIn.notify(out_trade_no);
        await expect(page.locator("#receipt-title")).toHaveText(paid);
        await expect(page.locator("#receipt")).toBeVisible();
        expect(await overflow(page)).toBe(0);
        await picture(page, `phone-${lang}-5-paid`);
        expect(errors).toEqual([]);
      });
    });
  }
});

test("button_is_named_in_the_pages_language_and_announces_changes", async ({ page, shop }) => {
  await shop.order(page, { lang: "zh" });
  await expect(shop.button(page)).toHaveAccessibleName("支付宝支付");
  await expect(shop.widget(page).getByRole("status")).toHaveCount(1);
});

test("page_does_not_move_when_the_button_arrives", async ({ page, shop, origins }) => {
  // Held back until the page is there without it, as on a slow line.
  let arrive;
  const arrived = new Promise((resolve) => (arrive = resolve));
  await page.route(`${origins.edge}/v1/alipay-checkout.js`, async (route) => {
    await arrived;
    await route.continue();
  });
  await page.goto(shop.origin);
  await page.locator("button[type=submit]").click();
  await page.waitForURL("**/checkout/*", { waitUntil: "domcontentloaded" });
  const below = page.locator("footer");
  const card = page.locator("#payment");
  const before = [await card.boundingBox(), await below.boundingBox()];
  arrive();
  await expect(shop.widget(page)).toHaveAttribute("state", "idle");
  expect([await card.boundingBox(), await below.boundingBox()]).toEqual(before);
});

test("missing_button_is_said_in_words", async ({ page, shop, origins }) => {
  await page.route(`${origins.edge}/v1/alipay-checkout.js`, (route) => route.abort());
  await page.goto(shop.origin);
  await page.locator("button[type=submit]").click();
  await page.waitForURL("**/checkout/*");
  await expect(page.locator("#widget-missing")).toBeVisible();
});
