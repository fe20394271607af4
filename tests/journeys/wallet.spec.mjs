// The test wallet as a shop sees it: outcomes chosen at the cashier, the desktop page's code, the app,
// live traffic, and the command line's forgeries against the real Worker.

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { sandboxCommand } from "../../xtask/npm/stack.mjs";
import { violations } from "../accessibility.mjs";
import { expect, picture, test } from "../stack/fixtures.mjs";
import { runningStack } from "../stack/running.mjs";

/** Up to the password, with an outcome chosen by hand. */
async function confirm({ page, shop, cashier }, outcome) {
  const out_trade_no = await shop.order(page);
  await shop.button(page).click();
  await cashier.logIn();
  await page.locator("#for-testers summary").click();
  await page.locator("#outcome").selectOption(outcome);
  await cashier.enterPassword();
  return out_trade_no;
}

test("phone_that_scans_the_code_pays_and_the_desktop_page_goes_on_by_itself", async ({ page, context, shop, standIn }) => {
  await standIn.faults({ return_delay_ms: 0 });
  const out_trade_no = await shop.order(page);
  await shop.button(page).click();
  await expect(page.locator("#scan svg")).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await picture(page, "wallet-1-desktop");
  const other = await context.browser().newContext({ viewport: { width: 390, height: 844 }, locale: "en-US" });
  const phone = await other.newPage();
  await phone.goto(new URL(await page.locator("#phone-link").getAttribute("href"), page.url()).href);
  await expect(phone.locator("#scan")).toHaveCount(0);
  await picture(phone, "wallet-2-phone");
  await phone.locator("#open-app").click();
  await phone.locator("#open").click();
  await expect(phone.locator("#in-app")).toBeVisible();
  expect(await violations(phone)).toEqual([]);
  await phone.locator("#payment-password").fill("246810");
  await phone.locator("#pay").click();
  await expect(phone.locator("#balances")).toBeVisible();
  await picture(phone, "wallet-3-app-paid");
  await other.close();
  await page.waitForURL(`${shop.origin}/checkout/${out_trade_no}*`);
  await shop.waitFor(out_trade_no, "paid");
});

test("closed_payment_shows_closed_at_the_cashier_and_at_the_shop", async ({ page, shop, cashier, standIn }) => {
  await standIn.faults({ return_delay_ms: 0 });
  const out_trade_no = await confirm({ page, shop, cashier }, "closed");
  await expect(page.locator("#closed")).toBeVisible();
  await shop.waitFor(out_trade_no, "closed");
});

test("processing_payment_is_paid_at_the_shop_once_it_is_decided", async ({ page, shop, cashier, standIn }) => {
  await standIn.faults({ return_delay_ms: 0 });
  const out_trade_no = await confirm({ page, shop, cashier }, "processing_paid");
  await expect(page.locator("#processing")).toBeVisible();
  await page.waitForURL(`${shop.origin}/checkout/${out_trade_no}*`);
  await shop.waitFor(out_trade_no, "paid");
});

test("traffic_appears_live_and_a_corrupted_resend_is_refused", async ({ page, context, shop, origins, standIn }) => {
  await standIn.faults({ return_delay_ms: 0 });
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto(`${origins.alipay}/traffic`);
  await expect(page.locator("#live")).toHaveText("live");
  const buyer = await context.newPage();
  const out_trade_no = await shop.order(buyer);
  await shop.button(buyer).click();
  await buyer.locator("#quick").click();
  await shop.waitFor(out_trade_no, "paid");
  const notified = page.locator(".traffic li.out", { hasText: out_trade_no });
  await expect(notified.first()).toContainText("acknowledged");
  await notified.first().locator("select").selectOption("wrong_key");
  await notified.first().getByRole("button").click();
  await expect(notified.first()).toContainText("signed with a wrong key");
  await expect(notified.first().locator(".status")).toHaveText("403");
  expect(await violations(page)).toEqual([]);
  await picture(page, "wallet-4-traffic-dark");
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${origins.alipay}/traffic?lang=zh`);
  await picture(page, "wallet-5-traffic-phone-zh");
  await page.goto(`${origins.alipay}/`);
  expect(await violations(page)).toEqual([]);
  await picture(page, "wallet-6-overview-phone");
});

test("every_forgery_of_the_command_line_is_refused_by_the_worker", async ({ origins }) => {
  const { secrets } = runningStack();
  const folder = mkdtempSync(join(tmpdir(), "alipay-checkout-attack-"));
  for (const name of ["alipay-private.pem", "antom-private.pem"]) writeFileSync(join(folder, name), secrets[name], { mode: 0o600 });
  const attack = async (path, ...more) => {
    const [program] = sandboxCommand({ home: folder, ports: { alipay: 0 }, variables: {} });
    const { stdout } = await promisify(execFile)(program, ["attack", "--url", `${origins.edge}${path}`, "--secrets", folder, ...more]);
    // Behind the verdict stands what it does not show.
    return stdout.trimEnd().split("\n").at(-1).split(". ")[0];
  };
  try {
    const refused = (count) => `All ${count} forgeries were refused, and the genuine message was accepted`;
    expect(await attack("/notify/gateway")).toBe(refused(25));
    expect(await attack("/notify/antom", "--antom-client", "SANDBOX_5X0000000LOCAL01")).toBe(refused(12));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
