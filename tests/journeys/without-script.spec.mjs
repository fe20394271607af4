// A whole payment where JavaScript is off: from a plain HTML form to the page that the edge itself makes.
// On a stack of its own, as the run's stack leads back to the shop.

import { mkdtempSync, rmSync } from "node:fs";
import { createHmac, randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { devices } from "@playwright/test";

import { freePorts, startStack } from "../../xtask/npm/stack.mjs";
import { violations } from "../accessibility.mjs";
import { expect, picture, test } from "../stack/fixtures.mjs";
import { Cashier, StandIn } from "../stack/parts.mjs";

test.describe.configure({ mode: "serial" });
test.use({ javaScriptEnabled: false });

let home, stack, standIn;

test.beforeAll(async () => {
  test.setTimeout(120_000);
  home = mkdtempSync(join(tmpdir(), "alipay-checkout-tests-"));
  const env = { RESULT_PAGE: "edge", QUERY_LADDER_S: "never" };
  stack = await startStack({ home, ports: await freePorts(), env });
  standIn = new StandIn(stack.origins.alipay);
});

test.afterAll(async () => {
  await stack?.stop();
  if (home) rmSync(home, { recursive: true });
});

test.beforeEach(async () => standIn.faults({ hold: true, return_delay_ms: 0 }));

/** An order as the shop's backend signs it. */
function order(changes = {}) {
  const out_trade_no = `T-${randomBytes(8).toString("hex")}`;
  const claims = {
    aud: stack.origins.edge,
    exp: Math.floor(Date.now() / 1000) + 600,
    out_trade_no,
    subject: "Tea",
    amount: "19.90",
    currency: "USD",
    return_url: `${stack.origins.shop}/thanks/${out_trade_no}`,
    ...changes,
  };
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "HS256" })}.${part(claims)}`;
  return { ...claims, token: `${signed}.${createHmac("sha256", stack.secrets["order.secret"]).update(signed).digest("base64url")}` };
}

/** The merchant's page: a plain form and nothing else. */
async function openForm(page, { token }) {
  const url = `${stack.origins.shop}/plain`;
  await page.route(url, (route) => route.fulfill({
    contentType: "text/html",
    body: `<!doctype html><html lang="en"><title>Cart</title><h1>Cart</h1>
      <form method="post" action="${stack.origins.edge}/pay"><input type="hidden" name="order_token" value="${token}">
      <button>Pay with Alipay</button></form></html>`,
  }));
  await page.goto(url);
  await page.getByRole("button").click();
}

/** Judges the page as it stands, in a context of the same reader with script: the judge is one. */
async function expectGoodPage(shown, use) {
  const context = await shown.context().browser().newContext({ ...use, javaScriptEnabled: true });
  const page = await context.newPage();
  await page.setContent(await shown.content());
  expect(await violations(page)).toEqual([]);
  // Nothing sticks out to the side, whichever way the language runs.
  for (const dir of ["ltr", "rtl"]) {
    const excess = await page.evaluate((to) => {
      document.documentElement.dir = to;
      return document.documentElement.scrollWidth - innerWidth;
    }, dir);
    expect([dir, excess]).toEqual([dir, 0]);
  }
  await context.close();
}

/** What a page shows: its label and value pairs. */
const facts = (page) => page.locator("dl div").evaluateAll((rows) => rows.map((row) => [...row.children].map(({ textContent }) => textContent)));

const { viewport: _, defaultBrowserType: __, ...phone } = devices["iPhone 13"];
const READERS = [
  {
    name: "desktop_in_english",
    use: { locale: "en-US" },
    words: { lang: "en", confirming: "Being confirmed", paid: "Paid", back: "Back to the shop", outdated: "This page is out of date", labels: ["Amount", "Order number", "Alipay reference"] },
  },
  {
    name: "phone_in_chinese_in_the_dark",
    use: { ...phone, viewport: { width: 390, height: 844 }, locale: "zh-CN", colorScheme: "dark" },
    words: { lang: "zh-Hans", confirming: "正在确认", paid: "付款成功", back: "返回商店", outdated: "页面已过期", labels: ["金额", "订单号", "支付宝交易号"] },
  },
];

for (const { name, use, words } of READERS) {
  test.describe(name, () => {
    test.use(use);

    test(`plain_form_leads_to_the_result_page_which_turns_paid_by_itself_on_${name}`, async ({ context, page }) => {
      const { out_trade_no, return_url, token } = order();
      await openForm(page, { token });
      await new Cashier(page).pay();
      await page.waitForURL(`${stack.origins.edge}/result/${out_trade_no}?token=*`);
      await expect(page.locator("h1")).toHaveText(words.confirming);
      await expect(page.locator("html")).toHaveAttribute("lang", words.lang);
      // The same page at its last try, which stays for two minutes: long enough to be looked at.
      const still = await context.newPage();
      await still.goto(`${page.url().replace(/&n=.*/, "")}&n=17`);
      await expect(still.locator("h1")).toHaveText(words.confirming);
      await expectGoodPage(still, use);
      await picture(still, `without-script-${name}-confirming`);
      await still.close();

      expect((await standIn.notify(out_trade_no)).body).toBe("success");
      await expect(page.locator("h1")).toHaveText(words.paid);
      const { trade_no } = await standIn.trade(out_trade_no);
      const [amount, number, reference] = words.labels;
      expect(await facts(page)).toEqual([[amount, "19.90 USD"], [number, out_trade_no], [reference, trade_no]]);
      await expectGoodPage(page, use);
      await picture(page, `without-script-${name}-paid`);
      const back = await page.getByRole("link", { name: words.back }).getAttribute("href");
      expect(back.startsWith(`${return_url}#alipay-checkout=`)).toBe(true);

      // The same form again, from a page that was left open: nothing is left to pay.
      await openForm(page, { token });
      await page.waitForURL(`${stack.origins.edge}/result/${out_trade_no}?token=*`);
      await expect(page.locator("h1")).toHaveText(words.paid);
    });

    test(`order_token_that_expired_is_explained_on_${name}`, async ({ page }) => {
      await openForm(page, order({ exp: 1 }));
      await expect(page.locator("h1")).toHaveText(words.outdated);
      expect((await facts(page))[0][1]).toBe("order_token_expired");
      await expect(page.getByRole("link", { name: words.back })).toHaveAttribute("href", stack.origins.shop);
      await expectGoodPage(page, use);
      await picture(page, `without-script-${name}-outdated`);
    });
  });
}

test("locale_of_the_order_decides_before_the_browser", async ({ page }) => {
  const { out_trade_no, token } = order({ locale: "zh-Hans" });
  await openForm(page, { token });
  await new Cashier(page).pay();
  await page.waitForURL(`${stack.origins.edge}/result/${out_trade_no}?token=*`);
  await expect(page.locator("h1")).toHaveText("正在确认");
});

test.describe("on_a_phone", () => {
  // Only the service for phones is told where a shopper goes who leaves without paying.
  test.use({ userAgent: phone.userAgent });

  test("shopper_who_leaves_the_cashier_goes_back_to_the_shop", async ({ page }) => {
    const { out_trade_no, return_url, token } = order();
    await openForm(page, { token });
    await page.locator("#cancel").click();
    await page.waitForURL((url) => url.href.startsWith(stack.origins.shop));
    expect(page.url()).toBe(return_url);
    expect(out_trade_no.length).toBe(18);
  });
});
