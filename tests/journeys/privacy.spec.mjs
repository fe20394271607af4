// What the button does to a page that only shows it: nothing.

import { expect, test } from "../stack/fixtures.mjs";
import { ONLY_THE_SHOPS, storageOf, watchErrors, watchRequests } from "../stack/watch.mjs";

test("page_with_the_button_asks_only_shop_and_edge_and_stores_nothing_before_the_click", async ({ page, shop, origins }) => {
  const requests = watchRequests(page);
  const errors = watchErrors(page);
  const out_trade_no = await shop.order(page);
  await page.waitForLoadState("networkidle");

  expect(new Set(requests.map(({ origin }) => origin))).toEqual(new Set([origins.shop, origins.edge]));
  // From the edge come the button's own files, and it is asked nothing.
  const asked = requests.filter(({ origin }) => origin === origins.edge);
  expect(asked.filter(({ method, url }) => method !== "GET" || !new URL(url).pathname.startsWith("/v1/"))).toEqual([]);
  expect(await storageOf(page)).toEqual(ONLY_THE_SHOPS);
  expect(errors).toEqual([]);

  await shop.button(page).click();
  await expect(page.locator("#account")).toBeVisible();
  await page.goBack();
  const { local, ...rest } = await storageOf(page);
  const { local: _, ...nothing } = ONLY_THE_SHOPS;
  expect(Object.keys(local)).toEqual([`alipay-checkout:${out_trade_no}`]);
  expect(rest).toEqual(nothing);
});

test("button_adds_no_global_but_its_element", async ({ page, shop }) => {
  await page.goto(shop.origin);
  const names = () => page.evaluate(() => Object.getOwnPropertyNames(globalThis));
  const before = new Set(await names());
  await shop.order(page);
  expect((await names()).filter((name) => !before.has(name))).toEqual([]);
});

test("status_token_is_removed_once_the_order_is_paid", async ({ page, shop, cashier, standIn }) => {
  await standIn.faults({ hold: true, return_delay_ms: 0 });
  const out_trade_no = await shop.order(page);
  await shop.button(page).click();
  await cashier.pay();
  await page.waitForURL(`${shop.origin}/checkout/${out_trade_no}*`);
  await expect(shop.widget(page)).toHaveAttribute("state", "confirming");
  expect(Object.keys((await storageOf(page)).local)).toEqual([`alipay-checkout:${out_trade_no}`]);
  await standIn.notify(out_trade_no);
  await expect(shop.widget(page)).toHaveAttribute("state", "paid");
  expect(await storageOf(page)).toEqual(ONLY_THE_SHOPS);
});

test("cashier_learns_the_shops_origin_and_not_the_orders_page", async ({ page, shop, origins }) => {
  const [request] = await Promise.all([
    page.waitForRequest((request) => request.url().startsWith(`${origins.alipay}/gateway.do`)),
    shop.order(page).then(() => shop.button(page).click()),
  ]);
  expect((await request.allHeaders()).referer).toBe(`${shop.origin}/`);
});
