// Finding orders, and seeing them as they come.

import { Admin } from "../stack/admin.mjs";
import { expect, test } from "../stack/fixtures.mjs";
import { notify, paidFields, signed } from "../stack/notification.mjs";
import { checkout, claims, freshNumber } from "../stack/tokens.mjs";

const admin = new Admin();

async function order(changes) {
  const made = claims(changes);
  await checkout(made);
  return made.out_trade_no;
}

async function paid(changes) {
  const out_trade_no = await order(changes);
  const fields = paidFields(out_trade_no);
  await notify(signed(fields));
  await admin.indexed(out_trade_no, { status: "paid", waiting: 0 });
  return fields;
}

const shown = (page) => page.locator("tbody th .number").allInnerTexts();

test("order_is_found_by_the_beginning_of_its_number_by_alipays_number_status_and_day", async ({ page, dashboard }) => {
  const prefix = freshNumber();
  const open = await order({ out_trade_no: `${prefix}-a` });
  await admin.indexed(open, { status: "redirected" });
  const { out_trade_no, trade_no } = await paid({ out_trade_no: `${prefix}-b` });
  await dashboard.open("#/orders");
  const field = page.getByRole("searchbox", { name: "Number" });
  const find = async (text) => {
    await field.fill(text);
    await field.press("Enter");
    await dashboard.settled();
  };
  await find(prefix);
  await expect.poll(() => shown(page)).toEqual([out_trade_no, open]);
  const row = dashboard.row(out_trade_no);
  await expect(row).toContainText("Paid");
  await expect(row.locator(".figure").first()).toHaveText(/^USD\s19\.90$/);
  await expect(row).toContainText(trade_no);
  const time = row.locator("time").first();
  await expect(time).toHaveAttribute("title", /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} UTC$/);

  await find(trade_no);
  await expect.poll(() => shown(page)).toEqual([out_trade_no]);

  await find(prefix);
  await page.getByLabel("Status").selectOption("redirected");
  await expect.poll(() => shown(page)).toEqual([open]);
  expect(new URL(page.url()).hash).toBe(`#/orders?q=${prefix}&status=redirected`);

  await page.goBack();
  await expect.poll(() => shown(page)).toEqual([out_trade_no, open]);
  const today = await page.evaluate(() => new Date().toLocaleDateString("en-CA"));
  await page.getByLabel("From").fill(today);
  await page.getByLabel("To").fill(today);
  await page.getByRole("button", { name: "Find" }).click();
  await expect.poll(() => shown(page)).toEqual([out_trade_no, open]);
  await page.getByLabel("To").fill("2020-01-01");
  await page.getByLabel("From").fill("2020-01-01");
  await page.getByRole("button", { name: "Find" }).click();
  await expect(page.getByRole("heading", { name: "No order fits" })).toBeVisible();
  await page.getByRole("link", { name: "Clear" }).click();
  await expect(page.getByLabel("From")).toHaveValue("");
});

test("number_that_cannot_exist_is_said_at_the_field_and_nothing_is_asked", async ({ page, dashboard }) => {
  await dashboard.open("#/orders");
  const field = page.getByRole("searchbox", { name: "Number" });
  await field.fill("A'1");
  await field.press("Enter");
  await expect(page.locator("#find-wrong")).toHaveText("Letters, digits, - and _ only, at most 64.");
  await expect(field).toBeFocused();
  expect(new URL(page.url()).hash).toBe("#/orders");
});

test("order_that_the_list_does_not_have_can_be_opened_itself", async ({ page, dashboard }) => {
  const number = freshNumber();
  await dashboard.open(`#/orders?q=${number}`);
  await page.getByRole("link", { name: `Open ${number} itself` }).click();
  await expect(page.getByRole("alert")).toContainText("There is no such order");
  await expect(page.getByRole("alert")).toContainText("the two providers count apart");
});

test("new_order_and_its_payment_appear_without_reloading", async ({ page, dashboard }) => {
  const prefix = freshNumber();
  await dashboard.open(`#/orders?q=${prefix}`);
  await expect(page.getByRole("heading", { name: "No order fits" })).toBeVisible();
  await expect(dashboard.live).toHaveText("Live");
  await page.evaluate(() => { window.stayed = true; });

  const number = await order({ out_trade_no: `${prefix}-a` });
  await expect(dashboard.row(number)).toContainText("Redirected");
  // Who is at the order stays at it while it changes.
  await page.getByRole("link", { name: number }).focus();
  await notify(signed(paidFields(number)));
  await expect(dashboard.row(number)).toContainText("Paid");
  await expect(page.getByRole("link", { name: number })).toBeFocused();
  await expect(page.locator("#said")).toHaveText("1 order changed");

  const second = await order({ out_trade_no: `${prefix}-b` });
  await expect.poll(() => shown(page)).toEqual([second, number]);
  expect(await page.evaluate(() => window.stayed)).toBe(true);
});

test("asking_again_costs_no_body_while_nothing_changes_and_stops_in_a_hidden_tab", async ({ page, dashboard }) => {
  const number = await order();
  await admin.indexed(number, { status: "redirected" });
  const asked = [];
  await page.clock.install();
  page.on("response", (response) => { if (response.url().includes("/admin/orders?")) asked.push(response.status()); });
  await dashboard.open(`#/orders?q=${number}`);
  await expect.poll(() => asked.length, { timeout: 15_000 }).toBeGreaterThanOrEqual(3);
  expect(asked.slice(0, 3)).toEqual([200, 304, 304]);

  const hide = (state) => page.evaluate((is) => {
    Object.defineProperty(document, "visibilityState", { value: is, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, state);
  await hide("hidden");
  await expect(dashboard.live).toHaveText("Paused");
  const before = asked.length;
  // By the page's own clock: twenty times as long as it takes to ask again.
  await page.clock.runFor(60_000);
  expect(asked.length).toBe(before);
  await hide("visible");
  await expect(dashboard.live).toHaveText("Live");
  expect(asked.length).toBeGreaterThan(before);
});

test("orders_of_the_other_provider_are_a_choice_away", async ({ page, dashboard }) => {
  const antom = await order({ provider: "antom", amount: "128.00", currency: "CNY" });
  await dashboard.open(`#/orders?q=${antom}`);
  await expect(page.getByRole("heading", { name: "No order fits" })).toBeVisible();
  await page.getByLabel("Orders of").selectOption("antom");
  await page.getByRole("searchbox", { name: "Number" }).fill(antom);
  await page.keyboard.press("Enter");
  await expect(dashboard.row(antom)).toContainText("CNY 128.00");
  await page.getByRole("link", { name: antom }).click();
  await expect(page.locator("h1")).toHaveText(`Order ${antom}`);
  // A link to it can be handed on: it says whose order it is.
  expect(new URL(page.url()).hash).toBe(`#/orders/${antom}?provider=antom`);
  await expect(page.locator(".facts")).toContainText("Antom");
});
