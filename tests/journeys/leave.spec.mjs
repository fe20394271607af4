// A shopper leaves the cashier without paying, or hurries: the button must stay usable, and one
// order must stay one order.

import { expect, picture, test } from "../stack/fixtures.mjs";
import { Cashier } from "../stack/parts.mjs";
import { watchRequests } from "../stack/watch.mjs";

const checkouts = (requests, edge) =>
  requests.filter(({ method, url }) => method === "POST" && url === `${edge}/checkout`).length;

test("cancelled_payment_leaves_a_usable_button_and_is_not_paid", async ({ page, shop, cashier, standIn }) => {
  await standIn.faults({ return_delay_ms: 0 });
  const out_trade_no = await shop.order(page);
  await shop.button(page).click();
  await cashier.logIn();
  await picture(page, "2-cashier");
  await page.locator("#cancel").click();
  await expect(page.locator("#not-paid")).toBeVisible();
  await picture(page, "6-cancelled-at-the-cashier");
  // The cashier knows the shop's origin and no more, so its way back leads to the front page.
  await page.locator("#back").click();
  await page.locator("#resume a").click();
  await page.waitForURL(`${shop.origin}/checkout/${out_trade_no}`);

  await expect(shop.button(page)).toBeVisible();
  await expect(shop.button(page)).not.toHaveAttribute("aria-disabled", "true");
  await expect(shop.button(page)).toHaveAccessibleName("Pay with Alipay");
  expect((await shop.record(out_trade_no)).status).toBe("created");
  await picture(page, "7-back-at-the-shop");

  // Usable means that it can be paid now; the cashier still knows the shopper.
  await shop.button(page).click();
  await cashier.enterPassword();
  await shop.waitFor(out_trade_no, "paid");
});

for (const [name, goBack] of [
  ["back_button_of_the_browser", (page) => page.goBack()],
  ["page_opened_again_by_its_address", (page, shop, number) => page.goto(`${shop.origin}/checkout/${number}`)],
]) {
  test(`${name}_gives_a_usable_button_and_the_second_attempt_is_paid`, async ({ page, shop, cashier, standIn }) => {
    await standIn.faults({ return_delay_ms: 0 });
    const out_trade_no = await shop.order(page);
    await shop.button(page).click();
    await expect(page.locator("#account")).toBeVisible();
    await goBack(page, shop, out_trade_no);
    await page.waitForURL(`${shop.origin}/checkout/${out_trade_no}*`);

    await expect(shop.widget(page)).toHaveAttribute("state", /^(idle|away)$/);
    await expect(shop.button(page)).toBeVisible();
    await expect(shop.button(page)).not.toHaveAttribute("aria-disabled", "true");
    expect((await shop.button(page).boundingBox()).height).toBeGreaterThanOrEqual(44);
    await shop.button(page).click();
    await cashier.pay();
    await shop.waitFor(out_trade_no, "paid");
    await expect(page.locator("#receipt")).toBeVisible();
  });
}

test("page_kept_in_the_browsers_cache_for_back_gives_a_usable_button", async ({ playwright, launchOptions, shop, standIn }) => {
  await standIn.faults({ return_delay_ms: 0 });
  // Playwright switches this cache off; people have it on, and peers lose their button in it.
  const browser = await playwright.chromium.launch({
    ...launchOptions,
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
  });
  try {
    const page = await browser.newPage({ locale: "en-US" });
    const out_trade_no = await shop.order(page);
    await page.evaluate(() => {
      addEventListener("pageshow", ({ persisted }) => (document.body.dataset.persisted = String(persisted)));
    });
    await shop.button(page).click();
    await expect(page.locator("#account")).toBeVisible();
    // Not page.goBack(): it waits for a load, and a page that was kept is not loaded.
    await page.evaluate(() => setTimeout(() => history.back()));
    await expect(page.locator("body")).toHaveAttribute("data-persisted", "true");
    expect(page.url()).toBe(`${shop.origin}/checkout/${out_trade_no}`);

    await expect(shop.button(page)).toHaveAccessibleName("Pay with Alipay");
    await expect(shop.button(page)).not.toHaveAttribute("aria-disabled", "true");
    await shop.button(page).click();
    await new Cashier(page).pay();
    await shop.waitFor(out_trade_no, "paid");
    await expect(page.locator("#receipt")).toBeVisible();
  } finally {
    await browser.close();
  }
});

test("double_click_makes_one_order_and_one_request", async ({ page, shop, standIn, origins }) => {
  const requests = watchRequests(page);
  const out_trade_no = await shop.order(page);
  await shop.button(page).dblclick();
  await expect(page.locator("#account")).toBeVisible();
  expect(checkouts(requests, origins.edge)).toBe(1);
  expect((await standIn.trade(out_trade_no)).trade_status).toBe("WAIT_BUYER_PAY");
});

test("two_clicks_by_script_in_one_turn_make_one_request", async ({ page, shop, origins }) => {
  const requests = watchRequests(page);
  await shop.order(page);
  await shop.button(page).evaluate((button) => {
    button.click();
    button.click();
  });
  await expect(page.locator("#account")).toBeVisible();
  expect(checkouts(requests, origins.edge)).toBe(1);
});

test("product_form_sent_twice_makes_one_order", async ({ page, shop }) => {
  await page.goto(shop.origin);
  const cart = await page.locator("[name=cart]").inputValue();
  await page.locator("button[type=submit]").dblclick();
  // Not `waitForURL`: the second navigation aborts the first.
  await expect(page).toHaveURL(/\/checkout\//);
  const out_trade_no = new URL(page.url()).pathname.split("/").at(-1);
  const again = await page.request.post(`${shop.origin}/orders`, {
    form: { size: "tin50", quantity: "1", cart },
    maxRedirects: 0,
  });
  expect(again.headers().location).toBe(`/checkout/${out_trade_no}`);
});
