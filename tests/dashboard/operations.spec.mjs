// Dead letters, the quarantine, endpoints, keys, metrics, and charts.

import { Admin } from "../stack/admin.mjs";
import { expect, picture, test } from "../stack/fixtures.mjs";
import { notify, paidFields, signed } from "../stack/notification.mjs";
import { checkout, claims, freshNumber } from "../stack/tokens.mjs";

test.describe.configure({ mode: "serial" });

const admin = new Admin();

/** Orders whose event was given up; the endpoint's circuit is closed again. */
async function dead(gate, count) {
  const numbers = [];
  for (let n = 0; n < count; n += 1) {
    const order = claims();
    await gate.refuse(order.out_trade_no, 100);
    await checkout(order);
    await notify(signed(paidFields(order.out_trade_no)));
    numbers.push(order.out_trade_no);
  }
  for (const number of numbers) await admin.indexed(number, { dead: 1, waiting: 0 }, 40_000);
  for (const number of numbers) await gate.refuse(number, 0);
  await admin.post("endpoints/1/mend");
  return numbers;
}

test("dead_letters_are_sent_again_one_by_one_chosen_or_all", async ({ page, gate, dashboard }) => {
  test.setTimeout(120_000);
  const [one, two, three, four] = await dead(gate, 4);
  await dashboard.open("#/dead-letters");
  await expect(dashboard.row(one)).toContainText("payment.paid");
  await expect(dashboard.row(one)).toContainText(/USD\s19\.90/);
  await picture(page, "dashboard-dead-letters");

  await dashboard.row(one).getByRole("button", { name: "Replay…" }).click();
  const { dialog } = dashboard;
  await expect(dialog).toContainText(new RegExp(`1 dead letter is sent again: order ${one}, amount USD\\s19\\.90\\.`));
  await expect(dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
  await dialog.getByRole("button", { name: "Send again" }).click();
  await expect(dialog).toContainText("1 delivery is queued");
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect(dashboard.row(one)).toHaveCount(0);

  const selected = page.getByRole("button", { name: /^Replay \d+ selected…$/ });
  await expect(selected).toBeDisabled();
  for (const number of [two, three]) await page.getByRole("checkbox", { name: `Select payment.paid of ${number}` }).check();
  await selected.click();
  await expect(dialog).toContainText("2 dead letters are sent again, of orders");
  for (const number of [two, three]) await expect(dialog).toContainText(number);
  // One of them is taken meanwhile by somebody else: the other is sent all the same, and both are said.
  await page.route(`**/admin/orders/${two}/replay?**`, (route) => route.fulfill({
    status: 404, contentType: "application/problem+json", body: JSON.stringify({ code: "event_unknown" }),
  }), { times: 1 });
  await dialog.getByRole("button", { name: "Send again" }).click();
  await expect(dialog).toContainText("1 delivery is queued, and these are not:");
  await expect(dialog).toContainText(`${two}: There is nothing to send again (event_unknown)`);
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect(dashboard.row(three)).toHaveCount(0);

  await page.getByRole("button", { name: "Replay all dead letters…" }).click();
  await expect(dialog).toContainText("The dead letters of up to 40 orders");
  await dialog.getByRole("button", { name: "Send again" }).click();
  await expect(dialog.getByRole("heading")).toHaveText("Done");
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect(page.getByRole("heading", { name: "No dead letters" })).toBeVisible();
  for (const number of [one, two, three, four]) await expect.poll(async () => (await admin.order(number)).deliveries[0].state).toBe("delivered");
});

test("both_kinds_of_quarantine_say_why_and_what_to_do", async ({ page, dashboard }) => {
  const order = claims();
  await checkout(order);
  await notify(signed(paidFields(order.out_trade_no, { total_fee: "0.01" })));
  await admin.indexed(order.out_trade_no, { quarantined: 1 });
  const { body } = await notify(signed(paidFields(freshNumber(), { new_name: "x" })));
  expect(body).toBe("fail");
  await dashboard.open("#/quarantine");
  const row = dashboard.row(order.out_trade_no);
  await expect(row).toContainText("The amount is not the registered one");
  await expect(row).toContainText("Compare with your order.");
  await expect(row.locator(".figure")).toHaveText([/USD\s19\.90/, /USD\s19\.90/, /USD\s0\.01/, /USD\s0\.01/]);
  const { messages: [{ evidence, reason }] } = await admin.get("quarantine/signed");
  const signedRow = page.getByRole("table", { name: "Signed by Alipay, and not acceptable" }).getByRole("row", { name: reason });
  await expect(signedRow.first()).toContainText(evidence);
  await picture(page, "dashboard-quarantine");
});

test("endpoint_is_mended_only_after_asking_and_says_by_whom", async ({ page, origins, dashboard }) => {
  await dashboard.open("#/endpoints");
  await expect(dashboard.row(origins.gate)).toContainText("Taking deliveries");
  await page.getByRole("button", { name: "Mend…" }).click();
  const { dialog } = dashboard;
  await expect(dialog).toContainText(`Deliveries to ${origins.gate} are tried again at once`);
  await dialog.getByRole("button", { name: "Mend endpoint 1" }).click();
  await expect(dialog).toContainText("Endpoint 1 takes deliveries again.");
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect(dashboard.row(origins.gate)).toContainText("by local");
});

test("keys_are_shown_by_fingerprint_with_their_last_use_and_no_key", async ({ page, dashboard }) => {
  await dashboard.open("#/keys");
  const { in_use } = await admin.get("keys");
  for (const { name, fingerprint } of in_use) {
    const row = page.getByRole("table", { name: "Keys in use" }).getByRole("row", { name });
    await expect(row).toContainText(fingerprint);
    await expect(row).toContainText("The only one");
  }
});

test("metrics_are_those_of_the_worker", async ({ page, dashboard }) => {
  await dashboard.open("#/metrics");
  await expect(dashboard.row("index_up").locator("td").first()).toHaveText("1");
  await page.getByText("The text itself").click();
  await expect(page.locator("pre")).toContainText("# EOF");
});

test("charts_say_how_deliveries_went_and_each_has_a_table_behind_it", async ({ page, gate, dashboard }) => {
  const order = claims();
  await gate.refuse(order.out_trade_no, 1);
  await checkout(order);
  await notify(signed(paidFields(order.out_trade_no)));
  await admin.indexed(order.out_trade_no, { status: "paid", waiting: 0 });
  await dashboard.open("#/overview?window=hour");
  const { buckets, failures } = await admin.get("attempts?window=hour");
  const sum = (name) => buckets.reduce((all, bucket) => all + bucket[name], 0);
  await expect(page.getByRole("img", { name: `Attempts over time: ${sum("delivered")} delivered, ${sum("failed")} failed and tried again, ${sum("dead")} given up.` })).toBeVisible();
  await expect(page.getByRole("img", { name: /^Latency over time: half of the attempts within \d+/ })).toBeVisible();
  await page.getByText("The same as a table: Attempts").click();
  const table = page.getByRole("table", { name: "Attempts", exact: true });
  const cells = await table.locator("tbody td:nth-child(2)").allInnerTexts();
  expect(cells.map(Number).reduce((all, one) => all + one, 0)).toBe(sum("delivered"));
  const [{ how, count }] = failures;
  expect(how).toMatch(/^status_503$|^circuit_open$/);
  await expect(page.getByRole("table", { name: "Why attempts failed" }).getByRole("row").nth(1)).toContainText(String(count));

  await page.getByLabel("Time", { exact: true }).focus();
  await page.getByLabel("Time", { exact: true }).selectOption("week");
  await expect(page).toHaveURL(/#\/overview\?window=week$/);
  await expect(page.getByLabel("Time", { exact: true })).toBeFocused();
  await page.getByLabel("Endpoint").selectOption("5");
  await expect(page.getByRole("heading", { name: "Nothing was delivered in this time" })).toBeVisible();
});

test("tiles_count_and_lead_to_what_they_count", async ({ page, dashboard }) => {
  await dashboard.open();
  const tile = page.getByRole("link", { name: /^Paid\s*\d+/ });
  expect(Number((await tile.innerText()).replace(/\D/g, ""))).toBeGreaterThan(0);
  await tile.click();
  await expect(page.locator("h1")).toHaveText("Orders");
  await expect(page.getByLabel("Status")).toHaveValue("paid");
});
